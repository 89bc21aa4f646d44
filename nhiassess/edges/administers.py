"""An administrator of an AWS account or a Kubernetes cluster has everything in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Grant, Inventory, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.administrators import Administrator, administrators
from nhiassess.permissions.aws.resources import resources_of

CLUSTER = "resource:kubernetes/-"


@dataclass(frozen=True, slots=True)
class Administers:
    """From the statements that make an administrator to the account or cluster, and to every known resource in it."""

    name: str = "administers"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each such statement and resource."""
        grants = {grant.id: grant for grant in inventory.grants}
        owners = resources_of(inventory).owners
        for id, administrator in sorted(administrators(inventory).items()):
            inside = list(_inside(id, inventory.resources, owners))
            for grant in sorted(administrator.decision.grants):
                # what a group gives is the group's own edge
                if grants[grant].identity == id:
                    yield from _edges(administrator, grants[grant], inside)


def _inside(identity: str, resources: Iterable[Resource], owners: Mapping[str, frozenset[str]]) -> Iterator[Resource]:
    provider, account = identity.removeprefix("identity:").split("/")[:2]
    for resource in resources:
        if provider == "kubernetes":
            inside = f"{resource.id}/".startswith(CLUSTER + "/")
        elif resource.id.startswith("resource:aws/arn:"):
            inside = provider == "aws" and account in owners.get(resource.id, frozenset())
        else:
            inside = resource.id == f"resource:{provider}/{account}"
        if inside:
            yield resource


def _edges(administrator: Administrator, grant: Grant, inside: Iterable[Resource]) -> Iterator[Edge]:
    decision = administrator.decision
    for resource in inside:
        whole = resource.kind in ("account", "cluster")
        around = "cluster" if resource.provider == "kubernetes" else "account"
        reason = f"administers the {resource.kind}" if whole else f"administers the {around} that it belongs to"
        if administrator.by_design:
            reason = f"{reason}: {short(administrator.identity)} is {administrator.by_design}"
        yield edge(
            grant.id,
            "administers",
            resource.id,
            reason,
            grant.locations + tuple(each for each in decision.locations if each not in grant.locations),
            verdict=decision.verdict,
            conditions=decision.conditions,
        )


EDGE = Administers()
