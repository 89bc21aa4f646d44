"""Trusts in an OIDC issuer meet the CI jobs and service accounts whose tokens they may admit.

Candidates only: whether the role is really had is decided where permissions are evaluated. The subject of a
job's token is ``repo:<owner>/<repo>:environment:<name>`` with a deployment environment, ``...:pull_request``
for pull requests, else ``...:ref:<ref>``; what no file shows (the owner, the branch) may be anything. Only a
job that may ask for a token is a candidate. A job of GitLab has
``project_path:<group>/<project>:ref_type:<branch or tag>:ref:<ref>`` unless its project was given another form, a
service account ``system:serviceaccount:<namespace>:<name>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from nhiassess.model.inventory import Identity, Inventory, Link, Location, Trust
from nhiassess.model.knowledge import Knowledge

_ANYTHING = "\N{REPLACEMENT CHARACTER}"  # stands for a branch of any name: only a wildcard matches it
_UNPROVEN = "a token for this role is issued to the service account, which names another role or none"
GITHUB = "token.actions.githubusercontent.com"
GITLAB = "gitlab.com"
_EKS = re.compile(r"^oidc\.eks\.[\w-]+\.amazonaws\.com(\.cn)?/id/\w+$")
_OF_BRANCHES = frozenset({"branches", "merge_request_event"})
_PROJECT = re.compile(r"project_path:([^:*?]+):")
_PULL_REQUESTS = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})


class OidcSubject:
    """Tokens and the trusts that admit them."""

    name = "oidc_subject"
    order = 50

    def join(self, inventory: Inventory, knowledge: Knowledge) -> Inventory:
        """Give the inventory with a link from each identity to each role whose trust may admit its tokens."""
        jobs, projects, accounts = _jobs(inventory, "github"), _jobs(inventory, "gitlab"), _accounts(inventory)
        links = {link.id: link for link in inventory.links}
        named = {(link.source, link.target) for link in inventory.links if link.verb == "federates_to"}
        for trust in inventory.trusts:
            if trust.mechanism != "oidc" or trust.effect != "allow" or not trust.truster or not trust.issuer:
                continue
            of_gitlab = trust.issuer == GITLAB or (trust.subject or "").startswith("project_path:")
            bearers = jobs if trust.issuer == GITHUB else projects if of_gitlab else {}
            bearers = accounts if _EKS.match(trust.issuer) else bearers
            for identity, (subjects, places) in bearers.items():
                match = _match(trust, subjects)
                if match:
                    known = trust.issuer == GITHUB or (identity, trust.truster) in named
                    conditions = match.conditions if known or of_gitlab else (*match.conditions, _UNPROVEN)
                    conditions += (f"the project is on {trust.issuer}",) if of_gitlab else ()
                    made = _link(identity, trust, replace(match, conditions=conditions), places)
                    links.setdefault(made.id, made)
        return replace(inventory, links=tuple(links[id] for id in sorted(links)))


Bearers = Mapping[str, tuple[tuple[str, ...], tuple[Location, ...]]]


@dataclass(frozen=True, slots=True)
class Match:
    """Why a trust admits an identity's tokens, and what must also be true for it."""

    reason: str
    conditions: tuple[str, ...] = ()


def _link(identity: str, trust: Trust, match: Match, places: tuple[Location, ...]) -> Link:
    return Link(
        f"{identity}|federates_to|{trust.truster}|{trust.id}",
        identity,
        "federates_to",
        trust.truster or "",
        reason=match.reason,
        conditions=match.conditions,
        locations=(*trust.locations, *places),
    )


def _jobs(inventory: Inventory, provider: str) -> Bearers:
    tokens = {each.id: each for each in inventory.credentials if each.kind == "oidc_token"}
    runs = {link.source: link.target for link in inventory.links if link.verb == "runs_as"}
    triggers: dict[str, str] = {}
    for workflow in inventory.workflows:
        if workflow.id in runs:
            triggers[runs[workflow.id]] = workflow.trigger or ""
    asking: dict[str, tuple[Location, ...]] = {}
    for link in inventory.links:
        if link.verb == "authenticates_as" and link.source in tokens:
            asking[link.target] = link.locations
    return {
        each.id: (tuple(_SUBJECTS[provider](each, triggers.get(each.id, ""))), asking[each.id])
        for each in inventory.identities
        if each.kind == "ci_job" and each.provider == provider and each.id in asking
    }


def _subjects(job: Identity, trigger: str) -> Iterator[str]:
    """Give the patterns of the subjects that a job's tokens may have."""
    owner, repository = (job.name or "-/-").split("/")[:2]
    prefix = f"repo:{'*' if owner == '-' else owner}/{'*' if repository == '-' else repository}:"
    if job.environment:
        yield f"{prefix}environment:{job.environment}"
        return
    events = {event.strip() for event in trigger.split(",") if event.strip()}
    if events & _PULL_REQUESTS:
        yield f"{prefix}pull_request"
    if events - _PULL_REQUESTS or not events:
        yield f"{prefix}ref:*"


def _subjects_of_gitlab(job: Identity, trigger: str) -> Iterator[str]:
    """Give the patterns of the subjects that a job's tokens may have; of a merge request that is its source branch."""
    path = (job.name or "-").rpartition(":")[0]
    path = f"*{path[1:]}" if path == "-" or path.startswith("-/") else path
    events = {event.strip() for event in trigger.split(",") if event.strip()}
    if events != {"tags"}:
        yield f"project_path:{path}:ref_type:branch:ref:*"
    if not events or events - _OF_BRANCHES:
        yield f"project_path:{path}:ref_type:tag:ref:*"


_SUBJECTS = {"github": _subjects, "gitlab": _subjects_of_gitlab}


def _accounts(inventory: Inventory) -> Bearers:
    return {
        each.id: ((f"system:serviceaccount:{(each.name or '').replace('/', ':', 1)}",), each.locations[:1])
        for each in inventory.identities
        if each.kind == "service_account" and each.provider == "kubernetes"
    }


def _match(trust: Trust, subjects: tuple[str, ...]) -> Match | None:
    """Say why a trust admits one of these subjects, and under which conditions; None when it admits none."""
    key = f"{trust.issuer}:sub".lower()
    if trust.subject is None:
        excluded = tuple(value for each in trust.conditions if each.key.lower() == key for value in each.values)
        conditions = (f"the subject is not one of {', '.join(excluded)}",) if excluded else ()
        others = {each.key.rpartition(":")[2]: None for each in trust.conditions if each.key.lower() != key}
        asks = f", but asks for {', '.join(others)}" if others else ""
        return Match(f"the trust names no subject{asks}: any token of {trust.issuer} that fits is admitted", conditions)
    wild = any(each.key.lower() == key and "Like" in each.operator for each in trust.conditions)
    pattern = trust.subject if wild else _literal(trust.subject)
    named = re.match(r"repo:([^/:*?]+)/", trust.subject)
    project = _PROJECT.match(trust.subject)
    for stated in subjects:
        # of a job whose owner or groups no file names, they may be those that the trust names
        subject = stated.replace("repo:*/", f"repo:{named[1]}/", 1) if named else stated
        subject = _in_project(stated, project[1]) if project else subject
        if not subject or not _overlap(pattern, subject):
            continue
        open_: tuple[str, ...] = ()
        if named and subject != stated:
            open_ = (f"the owner of the repository is {named[1]}",)
        if project and subject != stated:
            open_ = (f"the path of the project is {project[1]}",)
        if "*" in subject and not _overlap(pattern, subject.replace("*", _ANYTHING)):
            open_ += (f"the job runs on the branch or tag of {trust.subject}",)
        word = "pattern" if wild and re.search(r"[*?]", trust.subject) else "exact subject"
        return Match(f"the {word} {trust.subject} admits its tokens", open_)
    return None


def _in_project(stated: str, path: str) -> str:
    """Put a path for the groups that a subject leaves open; "" when the project can't be that one."""
    start, _, rest = stated.partition(":ref_type:")
    if not start.startswith("project_path:*"):
        return stated
    fits = f"/{path}".endswith(start.removeprefix("project_path:*"))
    return f"project_path:{path}:ref_type:{rest}" if fits else ""


def _literal(subject: str) -> str:
    """Put other signs for wildcards, which an exact comparison takes literally and no subject contains."""
    return subject.replace("*", "\N{ASTERISK OPERATOR}").replace("?", "\N{FULLWIDTH QUESTION MARK}")


@cache
def _overlap(one: str, other: str) -> bool:
    """Tell whether some text matches both of two patterns with ``*`` and ``?``.

    Examples
    --------
    >>> _overlap("repo:o/r:*", "repo:*/r:ref:*"), _overlap("repo:o/r:pull_request", "repo:o/r:ref:*")
    (True, False)
    """
    row = [True, *([False] * len(other))]
    for place, sign in enumerate(other, start=1):
        row[place] = sign == "*" and row[place - 1]
    for sign in one:
        above, row = row, [row[0] and sign == "*", *([False] * len(other))]
        for place, other_sign in enumerate(other, start=1):
            if sign == "*" or other_sign == "*":
                row[place] = above[place] or row[place - 1]
                row[place] = row[place] or (above[place - 1] and (sign == "*" or other_sign == "*"))
            else:
                row[place] = above[place - 1] and ("?" in (sign, other_sign) or sign == other_sign)
    return row[-1]


JOIN = OidcSubject()
