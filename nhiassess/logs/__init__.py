"""Each file is one kind of log of what agents and identities did; the contract is log.py."""
