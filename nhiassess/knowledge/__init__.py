"""Catalogs, crosswalks, checks and techniques become values."""
