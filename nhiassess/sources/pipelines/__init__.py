"""Pipelines of code hosts and build servers."""
