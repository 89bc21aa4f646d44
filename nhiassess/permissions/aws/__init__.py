"""Amazon Web Services: what statements of policies allow an identity, and what limits it."""
