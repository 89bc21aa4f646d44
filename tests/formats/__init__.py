"""Tests of the readers of formats and of the redaction."""
