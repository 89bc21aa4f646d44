"""Azure and Entra ID."""
