"""Frozen values that the stages hand to one another; no input, output or clock."""
