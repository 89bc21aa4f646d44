"""What changed between two versions of a framework, and what that does to mappings and to an assessment."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FrameworkChange:
    """One thing that is otherwise in the new version."""

    about: str  # control | crosswalk row | mapping | state | coverage
    change: str  # added | removed | renumbered | retitled | restated | level | assessable | end gone | unmapped ...
    old: str | None  # its id in the old version, None when it has none
    new: str | None
    before: str | None = None
    after: str | None = None
    why: str = ""

    @property
    def id(self) -> str:
        """The key of this row."""
        return f"{self.about}|{self.change}|{self.old or ''}|{self.new or ''}"
