"""Agents that are written in code, and the files of their frameworks."""
