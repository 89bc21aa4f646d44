"""Policies that are asked at request time."""
