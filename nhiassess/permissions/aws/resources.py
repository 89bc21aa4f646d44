"""The AWS resources of an inventory: whose each is, and which of them the patterns of a statement may mean."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.permissions.patterns import arns_overlap

_PREFIX = "resource:aws/"
_OPEN = re.compile(r"[*?]|\$\{")
# identities are reached by edges of their own
_NO_DATA = frozenset({"iam", "sts", "organizations", "sso"})


@dataclass(frozen=True, slots=True)
class Resources:
    """Resources by ARN, in the order of their ARNs for each service, and the accounts that they belong to."""

    arns: Mapping[str, Sequence[str]]
    by_arn: Mapping[str, Resource]
    owners: Mapping[str, frozenset[str]]

    def of(self, service: str, grant: Grant) -> Iterator[tuple[str, Resource]]:
        """Give the resources of a service that a statement may mean, each with its ARN."""
        arns = self.arns.get(service, ())
        if grant.not_resources:
            found: Iterable[str] = arns
        else:
            found = sorted({arn for each in grant.resources for arn in self._meant(arns, each)})
        for arn in found:
            yield arn, self.by_arn[arn]

    def _meant(self, arns: Sequence[str], pattern: str) -> Iterator[str]:
        """Give the ARNs that a pattern may match, or that are what it matches something in."""
        if pattern == "*":
            yield from arns
            return
        fixed = _OPEN.split(pattern, maxsplit=1)[0]
        place = bisect_left(arns, fixed)
        while place < len(arns) and arns[place].startswith(fixed):
            # a variable may stand for anything, as an asterisk does
            if "${" in pattern or arns_overlap(pattern, arns[place] + "*"):
                yield arns[place]
            place += 1
        for end in range(len(fixed)):
            if fixed[:end] in self.by_arn:
                yield fixed[:end]


def resources_of(inventory: Inventory) -> Resources:
    """Gather the AWS resources of an inventory.

    Parameters
    ----------
    inventory:
        Resources, and the grants that name some.

    Returns
    -------
    Resources
        A resource belongs to the account in its ARN; where the ARN has none, as that of a bucket, to those whose own
        statements name it.
    """
    named: dict[str, set[str]] = {}
    for grant in inventory.grants:
        if grant.identity is not None and grant.identity.startswith("identity:aws/"):
            for stated in (*grant.resources, *grant.not_resources):
                named.setdefault(stated.rstrip("*").rstrip("/:"), set()).add(grant.identity.split("/")[1])
    by_arn: dict[str, Resource] = {}
    owners: dict[str, frozenset[str]] = {}
    by_service: dict[str, list[str]] = {}
    for resource in inventory.resources:
        arn = arn_of(resource)
        if arn is None:
            continue
        by_arn[arn] = resource
        account = arn.split(":")[4]
        owners[resource.id] = frozenset({account} if account else named.get(arn, ()))
        if arn.split(":")[2] not in _NO_DATA:
            by_service.setdefault(arn.split(":")[2], []).append(arn)
    return Resources({service: tuple(sorted(arns)) for service, arns in by_service.items()}, by_arn, owners)


def arn_of(resource: Resource) -> str | None:
    """Give the ARN of a resource from its id; None when it has none.

    Examples
    --------
    >>> arn_of(Resource("resource:aws/arn:aws:s3:::ledger", name="Payments ledger"))
    'arn:aws:s3:::ledger'
    """
    arn = unquote(resource.id.removeprefix(_PREFIX))
    return arn if resource.id.startswith(_PREFIX + "arn:") and arn.count(":") >= 5 else None
