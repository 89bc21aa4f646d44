"""Whoever gets tokens of an issuer becomes what trusts them: CI jobs, service accounts and SPIFFE IDs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from nhiassess.edges.edge import edge, short, stated
from nhiassess.model.inventory import Credential, Identity, Inventory, Link, Locations, Trust
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.aws.trust import trusts_of
from nhiassess.permissions.federated_trusts import GITHUB, asks, how
from nhiassess.permissions.federation import (
    AWS_AUDIENCE,
    AZURE_AUDIENCE,
    GITLAB,
    Token,
    account_token,
    admits,
    job_token,
    project_token,
    svid_token,
)
from nhiassess.permissions.permission import Decision, both

_SPIFFE, _ENTRA = "identity:spiffe/", "identity:azure/"
_EKS = re.compile(r"^oidc\.eks\.[\w-]+\.amazonaws\.com(\.cn)?/id/\w+$")


@dataclass(frozen=True, slots=True)
class Federates:
    """From CI jobs, service accounts and SPIFFE IDs to the roles that let their tokens in."""

    name: str = "federates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each role that lets a token in, and for each role that a file names and none describes."""
        trusts = {id: each for id, each in trusts_of(inventory).items() if any(t.mechanism == "oidc" for t in each)}
        known = trusts_of(inventory)
        asked = _asked(inventory)
        jobs = dict(_jobs(inventory))
        projects = tuple(_asking(inventory, "gitlab"))
        identities = {each.id for each in inventory.identities}
        for role, those in sorted(trusts.items()):
            if role not in identities:
                continue
            for bearer, (token, places) in jobs.items():
                yield from _admitted(bearer, role, those, token, (*asked.get((bearer, role), ()), *places))
            for issuer in sorted({t.issuer or "" for t in those if t.mechanism == "oidc"} - {GITHUB}):
                yield from _accounts(inventory, role, those, issuer, asked)
                for job, trigger, tokens, places in projects if _of_gitlab(issuer, those) else ():
                    token = project_token(job, trigger, issuer, _audiences(tokens))
                    where = (*asked.get((job.id, role), ()), *places)
                    yield from _admitted(job.id, role, those, token, where, (f"the project is on {issuer}",))
                yield from _workloads(inventory, role, those, issuer)
        # the registration of a SPIFFE ID names who gets it: no other file has to let it in
        registered = tuple(link for link in inventory.links if _is_registered(link))
        yield from stated(replace(inventory, links=registered), {"federates_to": "is registered to get {target}"})
        for (source, target), places in sorted(asked.items()):
            if target not in known and not target.startswith(_SPIFFE):
                yield _unseen(source, target, places, f"the trust of {_name(target, inventory)}")
            elif any(each.mechanism == "oidc" and each.issuer is None for each in known.get(target, ())):
                yield _unseen(source, target, places, f"the provider of a pool that {short(target)} trusts")


def _is_registered(link: Link) -> bool:
    """Tell whether a file states by itself that one identity gets the tokens of another.

    Entra takes tokens of its own for what a federated credential names, and a blueprint gets those of its agents.
    """
    within_entra = link.source.startswith(_ENTRA) and link.target.startswith(_ENTRA)
    return link.target.startswith(_SPIFFE) or (link.verb == "federates_to" and within_entra)


def _asked(inventory: Inventory) -> Mapping[tuple[str, str], Locations]:
    """Give where files name the role that a job or service account asks for."""
    trusts = {trust.id for trust in inventory.trusts}
    return {
        (link.source, link.target): link.locations
        for link in inventory.links
        if link.verb == "federates_to" and link.id.rpartition("|")[2] not in trusts and not _is_registered(link)
    }


def _jobs(inventory: Inventory) -> Iterator[tuple[str, tuple[Token, Locations]]]:
    """Give the tokens of the jobs of GitHub that may ask for one, and where that stands."""
    for job, trigger, _, places in _asking(inventory, "github"):
        yield job.id, (job_token(job, trigger), places)


def _audiences(tokens: tuple[Credential, ...]) -> tuple[str, ...] | None:
    """Give whom a job's tokens are for; None when a variable holds one of the audiences."""
    said = [each.audience for each in tokens]
    return None if None in said else tuple(word for each in said if each for word in each.split(", "))


def _of_gitlab(issuer: str, trusts: tuple[Trust, ...]) -> bool:
    """Tell whether an issuer is an instance of GitLab: by its name, or by the subjects that are asked of it."""
    return issuer == GITLAB or any(
        trust.issuer == issuer and (trust.subject or "").startswith("project_path:") for trust in trusts
    )


def _asking(inventory: Inventory, provider: str) -> Iterator[tuple[Identity, str, tuple[Credential, ...], Locations]]:
    """Give the jobs of a product that ask for identity tokens: what starts them, the tokens, and where that stands."""
    tokens = {each.id: each for each in inventory.credentials if each.kind == "oidc_token"}
    asking: dict[str, list[Link]] = {}
    for link in inventory.links:
        if link.verb == "authenticates_as" and link.source in tokens:
            asking.setdefault(link.target, []).append(link)
    triggers: dict[str, list[str]] = {}
    runs = {link.source: link.target for link in inventory.links if link.verb == "runs_as"}
    for workflow in inventory.workflows:
        triggers.setdefault(runs.get(workflow.id, ""), []).append(workflow.trigger or "")
    for job in inventory.identities:
        if job.kind == "ci_job" and job.provider == provider and job.id in asking:
            links_of_job = asking[job.id]
            held = tuple(tokens[link.source] for link in links_of_job)
            yield job, ",".join(triggers.get(job.id, [])), held, links_of_job[-1].locations


def _accounts(
    inventory: Inventory,
    role: str,
    trusts: tuple[Trust, ...],
    issuer: str,
    asked: Mapping[tuple[str, str], Locations],
) -> Iterator[Edge]:
    audience = AZURE_AUDIENCE if role.startswith(_ENTRA) else AWS_AUDIENCE
    projected = _projected(inventory, audience)
    for account in inventory.identities:
        if account.kind != "service_account" or account.provider != "kubernetes":
            continue
        named = (account.id, role) in asked
        open_conditions = []
        if not named and account.id not in projected:
            open_conditions.append(f"pods of {account.name} get tokens for {audience}, which no file asks for")
        if not _EKS.match(issuer) or not named:
            open_conditions.append(f"{issuer} is the issuer of the cluster")
        if not _EKS.match(issuer) and not named:
            continue
        places = asked.get((account.id, role)) or projected.get(account.id) or account.locations[:1]
        yield from _admitted(
            account.id, role, trusts, account_token(account, issuer, audience), places, tuple(open_conditions)
        )


def _workloads(inventory: Inventory, role: str, trusts: tuple[Trust, ...], issuer: str) -> Iterator[Edge]:
    """Give the workloads with SPIFFE IDs, where a trust asks for one."""
    if not any(trust.issuer == issuer and (trust.subject or "").startswith("spiffe:") for trust in trusts):
        return
    for bearer in inventory.identities:
        if bearer.id.startswith(_SPIFFE) and bearer.kind == "spiffe_id":
            domain = (bearer.name or "").removeprefix("spiffe://").partition("/")[0]
            open_ = (f"{issuer} is the issuer of the trust domain {domain}",)
            yield from _admitted(bearer.id, role, trusts, svid_token(bearer, issuer), bearer.locations[:1], open_)


def _projected(inventory: Inventory, audience: str) -> Mapping[str, Locations]:
    tokens = {each.id for each in inventory.credentials if each.kind == "oidc_token" and each.audience == audience}
    return {
        link.target: link.locations
        for link in inventory.links
        if link.verb == "authenticates_as" and link.source in tokens
    }


def _admitted(
    bearer: str,
    role: str,
    trusts: tuple[Trust, ...],
    token: Token,
    places: Locations,
    open_conditions: tuple[str, ...] = (),
) -> Iterator[Edge]:
    decision = admits(trusts, token)
    if not decision.possible:
        return
    trust = next(each for each in trusts if each.id in decision.grants)
    what = {"azure": "application ", "gcp": ""}.get(role.removeprefix("identity:").partition("/")[0], "role ")
    if open_conditions:
        decision = both(decision, Decision("conditional", open_conditions))
    yield edge(
        bearer,
        "federates_to",
        role,
        f"may become {what}{short(role)}, whose trust {asks(trust)}",
        tuple(dict.fromkeys((*decision.locations, *places))),
        verdict=decision.verdict,
        conditions=decision.conditions,
        technique=how(trust),
    )


def _name(target: str, inventory: Inventory) -> str:
    return next((each.name for each in inventory.identities if each.id == target and each.name), short(target))


def _unseen(source: str, target: str, places: Locations, missing: str) -> Edge:
    conditions = (f"{missing}, which is not in scope, lets it in",)
    reason = f"asks to become {short(target)}"
    return edge(source, "federates_to", target, reason, places, verdict="unknown", conditions=conditions)


EDGE = Federates()
