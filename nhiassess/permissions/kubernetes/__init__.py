"""Kubernetes: what rules that are bound to an identity allow."""
