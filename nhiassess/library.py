"""The functions behind the library face; each calls the conductor or one analysis."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import networkx as nx

from nhiassess import pipeline
from nhiassess.analysis.blast_radius import blast_radius
from nhiassess.analysis.chokepoints import chokepoints
from nhiassess.analysis.drift import drift
from nhiassess.analysis.improvements import improvements
from nhiassess.analysis.paths import paths
from nhiassess.model.assessment import Assessment, ControlCoverage
from nhiassess.model.codec import encode
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.network.build import build
from nhiassess.network.what_if import gated, without

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "assess",
    "blast_radius",
    "chokepoints",
    "coverage",
    "drift",
    "frameworks",
    "gated",
    "graph",
    "improvements",
    "observe",
    "paths",
    "render",
    "table",
    "without",
]


def observe(path: str | Path, now: str | None = None) -> Inventory:
    """Observe what the files under a path state.

    Parameters
    ----------
    path:
        A file, a folder, or the folder of an assessment.
    now:
        ISO 8601; the present when absent.

    Returns
    -------
    Inventory
        One tuple for each kind of value, each value with its places.
    """
    return pipeline.inventory(path, now or _now()).inventory


def graph(of: str | Path | Assessment, now: str | None = None) -> nx.MultiDiGraph[str]:
    """Build the one graph of agents, tools, credentials, identities, grants, resources, controls and checks.

    Parameters
    ----------
    of:
        A path, as for `observe`; or an assessment, whose findings then stand in the graph too.
    now:
        As for `observe`.

    Returns
    -------
    networkx.MultiDiGraph
        Frozen; node attribute ``value``, edge attributes ``verb`` and ``value``.
    """
    if isinstance(of, Assessment):
        return build(of.inventory, of.edges, of.knowledge, of.findings)
    return pipeline.observe(of, now or _now()).graph


def assess(path: str | Path, now: str | None = None) -> Assessment:
    """Assess an estate and conclude.

    Parameters
    ----------
    path, now:
        As for `observe`.

    Returns
    -------
    Assessment
        Determinations, findings, coverage, paths and everything else that a report draws.
    """
    return pipeline.assess(path, now or _now())


def coverage(assessment: Assessment, framework: str | None = None) -> tuple[ControlCoverage, ...]:
    """Give how each control stands, with its bounds.

    Parameters
    ----------
    assessment:
        As `assess` gives it.
    framework:
        The id of a catalog; all of them when absent.

    Returns
    -------
    tuple of ControlCoverage
        In the order of the catalogs.
    """
    return tuple(row for row in assessment.controls if framework in (None, row.framework))


def frameworks() -> Knowledge:
    """Load the catalogs, crosswalks, checks and techniques that came with the package.

    Returns
    -------
    Knowledge
        Frozen values, sorted by id.
    """
    return pipeline.knowledge()


def render(assessment: Assessment, folder: str | Path, formats: Iterable[str] = ("json", "html")) -> tuple[Path, ...]:
    """Write an assessment as files.

    Parameters
    ----------
    assessment:
        As `assess` gives it.
    folder:
        Where to write; made when it is not there.
    formats:
        Of json, sarif, html, pdf and navigator.

    Returns
    -------
    tuple of Path
        The files written.
    """
    from nhiassess.assessment.history import write_atomically

    made = pipeline.render(assessment, formats)
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, content in made.items():
        write_atomically(Path(folder) / name, content)
    return tuple(Path(folder) / name for name in made)


def table(values: Iterable[Any]) -> pd.DataFrame:
    """Lay values out as a pandas table, one row each.

    Parameters
    ----------
    values:
        Values of one kind, such as ``assessment.findings``.

    Returns
    -------
    pandas.DataFrame
        One column for each field; nested values as plain lists and dicts.
    """
    import pandas as pd

    return pd.DataFrame([encode(value) for value in values])


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
