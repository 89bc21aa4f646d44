"""Questions to the tables; the contract is check.py."""
