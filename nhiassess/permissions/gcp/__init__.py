"""Google Cloud: what bindings of roles allow, after Deny policies."""
