"""What stands before a push and before a job at a code host: reviews of branches, and reviewers of environments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nhiassess.model.ids import quote
from nhiassess.model.inventory import Gate, Setting

_REVIEWS = ".branches.reviews"
_REVIEWERS = re.compile(r"(?P<repository>[^/]+/[^/]+?)\.environment\.(?P<name>.+)\.reviewers\Z")


def reviews(settings: Iterable[Setting]) -> Mapping[str, Gate]:
    """Give the gate before every branch of a repository, by the id of the repository.

    Examples
    --------
    >>> list(reviews([Setting("s", key="acme/site.branches.reviews", value="main rules")]))
    ['resource:github/acme/site']
    """
    found: dict[str, Gate] = {}
    for each in settings:
        if (each.key or "").endswith(_REVIEWS):
            repository = (each.key or "").removesuffix(_REVIEWS)
            found[f"resource:github/{quote(repository)}"] = _gate(f"ruleset {each.value} of {repository}")
    return found


def reviewers(settings: Iterable[Setting]) -> Mapping[tuple[str, str], Gate]:
    """Give the gate before jobs of an environment, by the id of the repository and the name of the environment.

    Examples
    --------
    >>> list(reviewers([Setting("s", key="acme/site.environment.live.reviewers", value="2")]))
    [('resource:github/acme/site', 'live')]
    >>> list(reviewers([Setting("s", key="acme/site.environment.live.reviewers", value="0")]))
    []
    """
    found: dict[tuple[str, str], Gate] = {}
    for each in settings:
        match = _REVIEWERS.match((each.key or "")[:1000])
        if match and each.value not in (None, "0"):
            repository, name = match["repository"], match["name"]
            found[f"resource:github/{quote(repository)}", name] = _gate(f"environment {name} of {repository}")
    return found


def _gate(controlled_by: str) -> Gate:
    return Gate("human_approval", "resource", controlled_by)
