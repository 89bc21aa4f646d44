"""Each file is one output; the contract is renderer.py."""
