"""Each file is one kind of observed configuration; the contract is source.py."""
