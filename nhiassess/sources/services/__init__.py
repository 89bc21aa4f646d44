"""Agents and tools that are offered to others: cards, plugins, declared agents."""
