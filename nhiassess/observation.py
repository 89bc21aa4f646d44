"""What the files of an estate state, joined: the first half of the way down, without the graph and the checks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nhiassess import installed
from nhiassess.assessment.plan import Stated
from nhiassess.errors import ObservationError
from nhiassess.folder import written
from nhiassess.ledger import Observed, look
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge
from nhiassess.place import Place, find, rooted

Progress = Callable[[str], None]


def silent(_: str) -> None:
    """Say nothing: what the library does, which never prints."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What was observed and stated, joined."""

    place: Place
    knowledge: Knowledge
    stated: Stated
    observed: Observed
    inventory: Inventory


def inventory(path: str | Path, now: str, progress: Progress = silent) -> Observation:
    """Read the files of an estate and join what they say.

    Parameters
    ----------
    path:
        A file, a folder, or the folder of an assessment.
    now:
        The date of the assessment, ISO 8601.
    progress:
        Called with the name of each stage.

    Returns
    -------
    Observation
        With the inventory.

    Raises
    ------
    ObservationError
        When there is nothing at the path, or nothing that any source reads.
    PlanError, KnowledgeError
        When files of the assessment folder are wrong.
    """
    place = find(Path(path))
    progress("reading the knowledge base")
    known, said = written(place.files, now)
    place = rooted(place, said.plan)
    progress("reading configurations")
    vouched = tuple(each.path for each in said.provenance if each.sha256)
    sources, logs = installed.plugins("sources", "SOURCE"), installed.plugins("logs", "LOG")
    observed = look(place.root, sources, place.only, vouched, logs)
    if not observed.inventory.files:
        raise ObservationError(
            "is empty", str(path), "Name a folder with agent configurations, or run `nhiassess demo`."
        )
    progress("joining")
    joined = merge([observed.inventory, said.declared])
    for join in sorted(installed.plugins("joins", "JOIN"), key=lambda each: (each.order, each.name)):
        joined = join.join(joined, known)
    return Observation(place, known, said, observed, joined)
