"""Coding agents and other clients of tool servers, with what they are told."""
