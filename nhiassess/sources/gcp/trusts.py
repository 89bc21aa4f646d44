"""Who may become a service account of Google Cloud: by workload identity federation, or by asking for its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Condition, Location, Trust
from nhiassess.sources.gcp.bindings import Binding, Text, texts
from nhiassess.sources.gcp.names import PoolMember, cluster_account, pool_member
from nhiassess.sources.source import ReadFile, quote

# roles on a service account that let a member get its tokens
BECOMES = frozenset({"roles/iam.workloadIdentityUser", "roles/iam.serviceAccountTokenCreator"})
_PROVIDER = re.compile(r"(?://iam\.googleapis\.com/)?(projects/[^/]+/locations/[^/]+/workloadIdentityPools/[^/]+)/.+")
_CLAIM = re.compile(r"\s*assertion\.([A-Za-z_]\w*)\s*")


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider of a workload identity pool: whose tokens the pool takes, and how it reads them."""

    name: str
    pool: str
    issuer: str | None
    audiences: tuple[str, ...]
    mapping: Mapping[str, str]
    condition: str | None
    places: tuple[Location, ...]


def read_provider(file: ReadFile, node: Node) -> Provider | None:
    """Read a provider as ``gcloud iam workload-identity-pools providers describe`` prints it.

    Parameters
    ----------
    file, node:
        The file, and the provider in it.

    Returns
    -------
    Provider or None
        None when it is disabled or names no pool. One of AWS or SAML has no issuer.

    Notes
    -----
    Google Cloud, REST resource ``projects.locations.workloadIdentityPools.providers``.
    """
    name, disabled = node.get("name"), node.get("disabled")
    found = _PROVIDER.fullmatch((name.text() or "") if name is not None else "")
    if name is None or found is None or (disabled is not None and disabled.flag() is True):
        return None
    issuer, condition = node.get("oidc", "issuerUri"), node.get("attributeCondition")
    mapping = node.get("attributeMapping")
    stated = [each for each in (name, issuer, mapping, condition) if each is not None]
    return Provider(
        name.text() or "",
        found[1],
        host_of(issuer.text()) if issuer is not None else None,
        tuple(each.text for each in texts(file, node.get("oidc", "allowedAudiences"))),
        {key: each.text() or "" for key, each in mapping.items()} if mapping is not None else {},
        condition.text() if condition is not None else None,
        tuple(file.at(each) for each in stated),
    )


def host_of(issuer: str | None) -> str | None:
    """Give an issuer as trusts have it: without its scheme.

    Examples
    --------
    >>> host_of("https://token.actions.githubusercontent.com/")
    'token.actions.githubusercontent.com'
    """
    return issuer.removeprefix("https://").rstrip("/") or None if issuer else None


def trusts(
    truster: str, binding: Binding, member: Text, providers: Mapping[str, Sequence[Provider]]
) -> Iterator[Trust]:
    """Read whom a binding on a service account lets become it.

    Parameters
    ----------
    truster:
        The id of the service account.
    binding, member:
        The binding, and one member of it.
    providers:
        By their pool.

    Returns
    -------
    Iterator of Trust
        One for each provider of the pool of the member. A pool whose provider is not in scope gives one with an
        open condition. The mechanism is ``gcp`` for a member that Google Cloud itself knows.
    """
    more = () if binding.expression is None else (Condition("cel", "expression", (binding.expression,)),)
    id = f"trust:{truster.removeprefix('identity:')}/{quote(binding.role.text)}/{quote(member.text)}"
    stated = Trust(id, truster, member.text, conditions=more, locations=(binding.role.place, member.place))
    cluster, outside = cluster_account(member.text), pool_member(member.text)
    if cluster is not None:
        subject = f"system:serviceaccount:{cluster[1]}:{cluster[2]}"
        named = Condition("StringEquals", f"{cluster[0]}:sub", (subject,))
        yield replace(stated, mechanism="oidc", issuer=cluster[0], subject=subject, conditions=(named, *more))
    elif outside is not None:
        yield from _from_pool(stated, outside, providers.get(outside.pool, ()))
    else:
        yield replace(stated, mechanism="gcp")


def admissions(identity: str, member: Text, providers: Mapping[str, Sequence[Provider]]) -> Iterator[Trust]:
    """Read whose tokens become a member of a pool, which then has what bindings give it.

    Parameters
    ----------
    identity, member:
        The id of the member, and where it stands.
    providers:
        By their pool.

    Returns
    -------
    Iterator of Trust
        As for `trusts`.
    """
    outside = pool_member(member.text)
    if outside is not None:
        id = f"trust:{identity.removeprefix('identity:')}"
        stated = Trust(id, identity, outside.pool, locations=(member.place,))
        yield from _from_pool(stated, outside, providers.get(outside.pool, ()))


def _from_pool(stated: Trust, member: PoolMember, known: Sequence[Provider]) -> Iterator[Trust]:
    for provider in known:
        id = stated.id if len(known) == 1 else f"{stated.id}/{quote(provider.name.rpartition('/')[2])}"
        yield _by_provider(replace(stated, id=id), member.what, provider)
    if not known:
        missing = Condition("policy", f"provider of {member.pool} not in scope")
        yield replace(stated, mechanism="oidc", subject=_subject(member.what), conditions=(missing, *stated.conditions))


def _by_provider(stated: Trust, what: str, provider: Provider) -> Trust:
    """Say by the claims of the issuer which of its tokens a member of the pool stands for."""
    issuer, subject = provider.issuer, None
    conditions: tuple[Condition, ...] = ()
    kind, _, value = what.partition("/")
    if kind != "*":
        attribute = {"subject": "google.subject", "group": "google.groups"}.get(kind, kind)
        mapped = provider.mapping.get(attribute, "what no mapping shows")
        claim = _CLAIM.fullmatch(mapped)
        if claim is not None and kind != "group" and issuer:
            conditions += (Condition("StringEquals", f"{issuer}:{claim[1]}", (value,)),)
            subject = value if claim[1] == "sub" else None
        else:
            conditions += (Condition("cel", f"{attribute}, mapped from {mapped},", (value,)),)
    if provider.condition:
        conditions += (Condition("cel", "attributeCondition", (provider.condition,)),)
    default = f"//iam.googleapis.com/{provider.name.removeprefix('//iam.googleapis.com/')}"
    if issuer:
        conditions += (Condition("StringEquals", f"{issuer}:aud", provider.audiences or (default, f"https:{default}")),)
    return replace(
        stated,
        mechanism="oidc" if issuer else "external",
        issuer=issuer,
        audience=", ".join(provider.audiences) or default,
        subject=subject,
        conditions=(*conditions, *stated.conditions),
        locations=tuple(dict.fromkeys((*stated.locations, *provider.places))),
    )


def _subject(what: str) -> str | None:
    kind, _, value = what.partition("/")
    return value if kind == "subject" and value else None
