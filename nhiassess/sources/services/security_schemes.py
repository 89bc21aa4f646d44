"""How callers of an endpoint sign in, as security schemes and requirements in the manner of OpenAPI declare it.

Agent cards follow OpenAPI 3.0 here: a requirement is a mapping of scheme names to scopes, all of which hold together;
a list of requirements is a choice between them; an empty requirement lets callers in without any.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nhiassess.formats.format import Node

# what each type of scheme comes to; "http" is told apart by its own scheme
_TYPES = {
    "apikey": "key", "basic": "key", "oauth2": "oauth", "openidconnect": "oauth", "mutualtls": "mtls", "mtls": "mtls",
}  # fmt: skip
_HTTP = {"bearer": "bearer", "basic": "key", "digest": "key"}
# version 1.0 of A2A names the type by the one key that a scheme holds
_WRAPPED = {
    "apiKeySecurityScheme": "key", "oauth2SecurityScheme": "oauth", "openIdConnectSecurityScheme": "oauth",
    "mtlsSecurityScheme": "mtls",
}  # fmt: skip
_WEAKEST_FIRST = ("none", "unknown", "key", "bearer", "oauth", "mtls")


def method(scheme: Node | None) -> str:
    """Give how callers sign in under one scheme.

    Parameters
    ----------
    scheme:
        A security scheme of OpenAPI 2 or 3, or of an agent card.

    Returns
    -------
    str
        key, bearer, oauth, mtls or unknown. Basic and Digest count as a key: a secret that callers share.

    Examples
    --------
    >>> from types import MappingProxyType
    >>> method(Node(MappingProxyType({"type": Node("http"), "scheme": Node("Bearer")}))), method(None)
    ('bearer', 'unknown')
    """
    if scheme is None:
        return "unknown"
    for key, found in _WRAPPED.items():
        if scheme.get(key) is not None:
            return found
    http = scheme.get("httpAuthSecurityScheme", "scheme") or scheme.get("scheme")
    kind = _lower(scheme.get("type"))
    if kind == "http" or (not kind and scheme.get("httpAuthSecurityScheme") is not None):
        return _HTTP.get(_lower(http), "unknown")
    return _TYPES.get(kind, "unknown")


def named(word: str) -> str:
    """Give how callers sign in under a scheme that goes by its bare name, as in cards before version 0.3.

    Examples
    --------
    >>> named("Bearer"), named("apiKey"), named("public"), named("session")
    ('bearer', 'key', 'none', 'unknown')
    """
    small = word.lower()
    if small in ("none", "public", "anonymous"):
        return "none"
    return _HTTP.get(small) or {**_TYPES, "oauth": "oauth"}.get(small, "unknown")


def weakest(methods: Iterable[str]) -> str | None:
    """Give the weakest of several ways to sign in, None of no ways; a way that nobody knows may be weak.

    Examples
    --------
    >>> weakest(["oauth", "key"]), weakest([])
    ('key', None)
    """
    return min(methods, key=_WEAKEST_FIRST.index, default=None)


def demanded(requirements: Node | None, schemes: Node | None) -> str | None:
    """Tell what a list of requirements demands of a caller who takes the easiest way in.

    Parameters
    ----------
    requirements:
        The list; None when there is none.
    schemes:
        The declared schemes by name.

    Returns
    -------
    str or None
        The method; "none" when one requirement of the list is empty; None when nothing is required.
    """
    if requirements is None or not requirements.elements():
        return None
    ways = []
    for each in requirements.elements():
        if not each.is_mapping:
            ways.append("unknown")
            continue
        names = [name for name, _ in _scheme_scopes(each)]
        declared = (method(schemes.get(name) if schemes is not None else None) for name in names)
        ways.append(max(declared, key=_WEAKEST_FIRST.index, default="none"))
    return weakest(ways)


def required_scopes(requirements: Node | None) -> Iterator[tuple[str, Node]]:
    """Give the scopes that requirements ask for, each with the name of its scheme."""
    for each in requirements.elements() if requirements is not None else ():
        for name, scopes in _scheme_scopes(each):
            for scope in (scopes.get("list") or scopes).elements():
                yield name, scope


def _scheme_scopes(requirement: Node) -> Iterator[tuple[str, Node]]:
    wrapped = requirement.get("schemes")
    yield from (wrapped if wrapped is not None and wrapped.is_mapping else requirement).items()


def _lower(node: Node | None) -> str:
    return (node.text() or "").lower() if node is not None else ""
