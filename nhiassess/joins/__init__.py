"""Each file is one join: an inventory in, an inventory out; the contract is join.py."""
