"""What changed between two versions of a framework, and what that does to mappings and to an assessment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameworkChange:
    """One thing that is otherwise in the new version."""

    about: str  # control | crosswalk row | mapping | state | coverage
    change: str  # added, removed, renumbered ...; of a row what became of its end; of a coverage the figure
    old: str | None  # what it is in the old version, None when it is not there
    new: str | None
    before: str | None = None
    after: str | None = None
    why: str = ""

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.about}|{self.change}|{self.old or ''}|{self.new or ''}"


@dataclass(frozen=True, slots=True)
class Followed:
    """Where a control of the old version is in the new one, and how that is known."""

    old: str
    new: str
    why: str  # same id | same title | alias | title alike
