"""Who issues identities and secrets to machines: SPIFFE and Vault."""
