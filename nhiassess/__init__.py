"""Assess AI agents and the identities they act with: the library face.

Examples
--------
>>> import nhiassess as nhi
>>> nhi.frameworks().catalog("owasp-asi-2026").title
'OWASP Top 10 for Agentic Applications 2026'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nhiassess.library import (
        assess,
        blast_radius,
        chokepoints,
        coverage,
        drift,
        frameworks,
        gated,
        graph,
        improvements,
        observe,
        paths,
        render,
        table,
        without,
    )

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


def __getattr__(name: str) -> Any:
    """Import a name of the face when it is first asked for, so that ``import nhiassess`` is quick."""
    if name in __all__:
        from nhiassess import library

        return getattr(library, name)
    raise AttributeError(f"module 'nhiassess' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what the face holds."""
    return [*__all__, "__doc__"]
