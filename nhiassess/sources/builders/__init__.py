"""Agents that are drawn as flows."""
