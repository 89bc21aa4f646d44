"""The files of a person's machine."""
