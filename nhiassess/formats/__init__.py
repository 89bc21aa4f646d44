"""Bytes become plain data with positions, and no secret stays in it."""
