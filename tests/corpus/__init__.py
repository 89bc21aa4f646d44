"""What a person finds in real configurations by reading them, compared with what the sources find."""
