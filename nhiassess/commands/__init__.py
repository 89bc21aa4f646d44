"""Each file is one verb of the command line; the contract is command.py."""
