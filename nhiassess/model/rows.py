"""One row between two frameworks as it is shown: stated by somebody, or composed of two rows that are."""

from __future__ import annotations

from dataclasses import dataclass

from nhiassess.model.inventory import Locations


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """How sources in one catalog relate to a target in another, who says so, and where."""

    source_catalog: str
    sources: tuple[str, ...]
    source_title: str
    relationship: str
    target_catalog: str
    target: str
    target_title: str  # "" when it is in none of our catalogs
    basis: str  # assessed | published | derived
    role: str | None = None  # of mitigates: primary | supporting
    matching: str | None = None
    strength: int | None = None
    coverage: tuple[float, float] | None = None
    published_as: str | None = None
    published_in: str | None = None
    reviewed_by: str | None = None
    rationale: str = ""
    chain: tuple[str, ...] = ()  # of derived: the two rows of each way in which it composes
    external: bool = False
    locations: Locations = ()

    @property
    def id(self) -> str:
        """The key of this row; two publications may relate the same two, each in its own word."""
        said = f"{self.relationship}, published as {self.published_as}" if self.published_as else self.relationship
        return f"{self.source_catalog}/{'+'.join(self.sources)} {said} {self.target_catalog}/{self.target}"
