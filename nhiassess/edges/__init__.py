"""Each file is one way an actor gains reach; the contract is edge.py."""
