"""May this identity do this? Yes, no, conditional or unknown; the contract is permission.py."""
