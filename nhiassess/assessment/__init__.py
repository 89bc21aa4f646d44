"""Answers become determinations, findings and figures."""
