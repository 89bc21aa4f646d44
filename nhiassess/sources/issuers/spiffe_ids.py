"""SPIFFE IDs: the identities they name, what is issued for them, and which selectors let nearly anything have one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Credential, Identity, Location, Setting, Trust
from nhiassess.sources.clusters.kubernetes import account_id
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

SCHEME = "spiffe://"
# what a SPIRE server issues for when its configuration states nothing: SPIRE Server Configuration Reference
DEFAULT_X509_SECONDS, DEFAULT_JWT_SECONDS = 3600, 300
# a trust domain has no port and no user; the path may hold more signs than SPIFFE allows, as templates do
_ID = re.compile(r"spiffe://([^/\s@:?#]+|\{\{[^{}]*\}\})(/[^?#]*)?\Z")
_ROOT = frozenset({"unix:uid:0", "unix:gid:0", "unix:user:root", "unix:group:root"})
# what whoever makes a pod writes of it, in whichever namespace
_OF_ANY_POD = ("k8s:pod-label:", "k8s:sa:", "k8s:pod-name:", "k8s:container-name:")
# plug-ins that put an SVID into a store of secrets, by the type of the selectors that name the place
_STORES = {"aws_secretsmanager": "aws", "gcp_secretmanager": "gcp"}


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """For how long SVIDs are valid, in seconds; None where no file says."""

    x509: int | None = None
    jwt: int | None = None


def parts(text: str) -> tuple[str, str] | None:
    """Give trust domain and path of a SPIFFE ID.

    Examples
    --------
    >>> parts("spiffe://example.org/ns/shop"), parts("spiffe://example.org"), parts("http://example.org/x")
    (('example.org', '/ns/shop'), ('example.org', ''), None)
    """
    found = _ID.match(text) if len(text) < 4096 else None
    return (found[1], (found[2] or "").rstrip("/")) if found else None


def spiffe_identity(text: str) -> str | None:
    """Give the id of the identity that a SPIFFE ID names.

    Examples
    --------
    >>> spiffe_identity("spiffe://example.org/ns/shop"), spiffe_identity("shop")
    ('identity:spiffe/example.org/ns/shop', None)
    """
    found = parts(text)
    return f"identity:spiffe/{quote(found[0])}{quote(found[1])}" if found else None


def identity(text: str, place: Location) -> Identity | None:
    """Make the identity that a SPIFFE ID names."""
    id = spiffe_identity(text)
    return Identity(id, kind="spiffe_id", name=text, provider="spiffe", locations=(place,)) if id else None


def issue(
    file: ReadFile, node: Node, id: str, dotted: str, lives: Lifetimes, selectors: Iterable[str], found: Gathering
) -> None:
    """Add the SVIDs that workloads get for an identity.

    Parameters
    ----------
    file, node, dotted:
        The file, the scalar that names the identity, and the path of the entry in the file.
    id:
        The identity.
    lives:
        How long its SVIDs are valid.
    selectors:
        Of an entry whose certificate is put into a store; none when workloads get it from the Workload API.
    found:
        What was gathered; it is added to.
    """
    stored = tuple(selectors)
    place = file.at(node)
    # only certificates are put into stores
    kinds = (("x509_svid", lives.x509), ("jwt_svid", lives.jwt))[: 1 if stored else 2]
    for kind, lifetime in kinds:
        made = Credential(
            f"credential:{quote(file.path)}#{quote(dotted)}.{kind}",
            kind=kind,
            store=_store(stored) if stored else "workload_api",
            name=kind,
            lifetime_seconds=lifetime,
            locations=(place,),
        )
        found.credentials.append(made)
        found.links.append(link(made.id, "authenticates_as", id, place))


def _store(selectors: Sequence[str]) -> str:
    kind = selectors[0].partition(":")[0]
    named = next((each.split(":", 2)[2] for each in selectors if each.split(":")[1:2] == ["secretname"]), "")
    return f"secret_manager:{_STORES.get(kind, kind)}:{named or '*'}"


def too_wide(selectors: Sequence[str]) -> str | None:
    """Say why the selectors of an entry let in nearly everything; None when they don't.

    Examples
    --------
    >>> too_wide(["k8s:ns:shop"]), too_wide(["k8s:ns:shop", "k8s:sa:api"])
    ('every pod of the namespace', None)
    """
    if not selectors:
        return "no selector"
    if all(each in _ROOT for each in selectors):
        return "every process of root"
    if all(each.startswith("k8s:ns:") for each in selectors):
        return "every pod of the namespace"
    if all(each.startswith(_OF_ANY_POD) for each in selectors):
        return "a pod that says so, in any namespace"
    if all(not each.partition(":")[2] for each in selectors):
        return f"everything that {selectors[0].partition(':')[0]} attests"
    return None


def kubernetes_account(selectors: Sequence[str]) -> str | None:
    """Give the id of the one service account that the selectors of an entry name.

    Examples
    --------
    >>> kubernetes_account(["k8s:sa:api", "k8s:ns:shop"])
    'identity:kubernetes/-/shop/api'
    """
    spaces = {each.removeprefix("k8s:ns:") for each in selectors if each.startswith("k8s:ns:")}
    accounts = {each.removeprefix("k8s:sa:") for each in selectors if each.startswith("k8s:sa:")}
    if len(spaces) != 1 or len(accounts) != 1 or "" in spaces | accounts:
        return None
    return account_id(spaces.pop(), accounts.pop())


def trust(own: str, other: str, places: Sequence[Location], issuer: str | None = None) -> Trust | None:
    """Make the trust of one domain in the identities of another, whose keys it takes.

    Parameters
    ----------
    own, other:
        The trust domains, as names or as SPIFFE IDs; ``-`` for an own one that no file names.
    places:
        What states it.
    issuer:
        Where the other domain publishes its keys.
    """
    names = [name for each in (own, other) if (name := each.removeprefix(SCHEME).partition("/")[0])]
    if len(names) != 2:
        return None
    return Trust(
        f"trust:spiffe/{quote(names[0])}/{quote(names[1])}",
        truster=None if names[0] == "-" else f"identity:spiffe/{quote(names[0])}",
        trusted=SCHEME + names[1],
        mechanism="spiffe",
        issuer=issuer,
        locations=tuple(places),
    )


def state(file: ReadFile, node: Node, key: str, value: str, found: Gathering, listed: bool = False) -> None:
    """Add a setting of a server, a workload or a gate, which is no agent's."""
    id = f"setting:{quote(file.path)}#{quote(key)}" + (f"={quote(value)}" if listed else "")
    found.settings.append(Setting(id, scope="project", key=key, value=value, locations=(file.at(node),)))
