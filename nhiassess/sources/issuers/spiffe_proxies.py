"""Envoy with SPIFFE: as whom a proxy speaks, whose certificates it takes, and whether it asks for one at all.

Facts: Envoy's `transport_sockets.tls.v3` API; a secret is fetched by its name, which SPIRE takes as a SPIFFE ID.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nhiassess.formats.format import MAX_DEPTH, Node
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.issuers.spiffe_ids import Lifetimes, identity, issue, parts, state
from nhiassess.sources.source import ReadFile, link, quote

_SIGN = re.compile(
    r"\b(?:static_resources|dynamic_resources|envoy\.transport_sockets\.tls|envoy\.extensions\.transport)"
)
_MATCHERS = ("match_typed_subject_alt_names", "match_subject_alt_names", "verify_subject_alt_name")
_COMPARED = ("exact", "prefix", "suffix", "contains", "safe_regex")
_OWN = "tls_certificate_sds_secret_configs"


def is_proxy(head: str) -> bool:
    """Tell whether a file configures Envoy."""
    return ("_resources" in head or "envoy" in head) and bool(_SIGN.search(head))


def read_proxy(file: ReadFile, servers: Mapping[str, Lifetimes], found: Gathering) -> bool:
    """Read the TLS contexts of a proxy.

    Parameters
    ----------
    file, servers:
        The file, and for how long the servers of its folder issue, by trust domain.
    found:
        What was gathered; it is added to.

    Returns
    -------
    bool
        Whether the file is of a proxy: one without SPIFFE IDs has nothing to read.
    """
    if not is_proxy(file.document.text):
        return False
    if "spiffe://" not in file.document.text:
        return True
    for dotted, key, node in _within(file):
        if key in _MATCHERS:
            for place, each in enumerate(node.listed()):
                _matcher(file, each, f"{dotted}[{place}]", found)
        elif key == _OWN:
            for place, each in enumerate(node.listed()):
                _own(file, each, f"{dotted}[{place}]", servers, found)
        elif key == "require_client_certificate" and node.flag() is not None:
            state(file, node, dotted, str(node.flag()).lower(), found)
    return True


def _within(file: ReadFile) -> Iterator[tuple[str, str, Node]]:
    """Give every value under a key, with its path, in file order."""
    waiting = [("", root, 0) for root in reversed(file.document.roots)]
    while waiting:
        dotted, node, depth = waiting.pop()
        inner = [(f"{dotted}.{key}" if dotted else key, key, each) for key, each in node.items()]
        inner += [(f"{dotted}[{place}]", "", each) for place, each in enumerate(node.elements())]
        for path, key, each in inner:
            if key:
                yield path, key, each
        if depth < MAX_DEPTH:
            waiting += [
                (path, each, depth + 1) for path, _, each in reversed(inner) if each.is_mapping or each.is_sequence
            ]


def _matcher(file: ReadFile, node: Node, dotted: str, found: Gathering) -> None:
    """Read one name that a certificate must have: whole, it is an identity; in part, a rule."""
    matcher = node.get("matcher") or node
    compared = [(how, part) for how in _COMPARED if (part := matcher.get(how)) is not None]
    for how, part in compared or [("exact", matcher)]:
        value = part.get("regex") or part
        text = value.text()
        if not text:
            continue
        state(file, value, dotted, text if how == "exact" else f"{how}: {text}", found)
        made = identity(text, file.at(value)) if how == "exact" else None
        if made:
            found.identities.append(made)


def _own(file: ReadFile, node: Node, dotted: str, servers: Mapping[str, Lifetimes], found: Gathering) -> None:
    named = node.get("name")
    text = (named.text() or "") if named is not None else ""
    made, known = identity(text, file.at(named or node)), parts(text)
    if named is None or made is None or known is None:
        return
    found.identities.append(made)
    x509 = servers.get(known[0], Lifetimes()).x509
    kept = Gathering()
    issue(file, named, made.id, dotted, Lifetimes(x509), (), kept)
    # a proxy proves itself by certificate only
    found.credentials += [each for each in kept.credentials if each.kind == "x509_svid"]
    own = f"credential:{quote(file.path)}#{quote(dotted)}.x509_svid"
    found.links.append(link(own, "authenticates_as", made.id, file.at(named)))
