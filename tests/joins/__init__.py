"""Tests of the joins."""
