"""Jobs that run on one machine have one another's identities: what one leaves behind there, the next runs into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge

_KEPT = "the runner is not thrown away after each job"


@dataclass(frozen=True, slots=True)
class SharesRunner:
    """From a runner of one's own to the identities of the jobs that it runs, and to what they are given."""

    name: str = "shares_runner"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each identity and credential of a job that runs there.

        Notes
        -----
        GitHub, "Secure use reference: hardening for self-hosted runners".
        """
        runners = {each.id for each in inventory.resources if each.kind == "runner"}
        runs_on: dict[str, list[str]] = {}
        for link in inventory.links:
            if link.verb == "executes_on" and link.target in runners:
                runs_on.setdefault(link.source, []).append(link.target)
        for link in inventory.links:
            for runner in runs_on.get(link.source, ()) if link.verb in ("runs_as", "holds") else ():
                job = short(link.source)
                yield edge(
                    runner,
                    link.verb,
                    link.target,
                    f"runs {job}, which has {short(link.target)}",
                    link.locations,
                    verdict="conditional",
                    conditions=(_KEPT, *link.conditions),
                )


EDGE = SharesRunner()
