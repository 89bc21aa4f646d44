"""The contract of a renderer: one assessment and what to show of it in, the bytes of one file out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from nhiassess.model.assessment import Assessment
from nhiassess.model.figures import Figures


class Renderer(Protocol):
    """One output; it places what the assessment and its figures hold and counts nothing by itself."""

    @property
    def name(self) -> str:
        """The word for it on the command line, such as ``pdf``."""

    @property
    def file(self) -> str:
        """The name of the file that it makes, such as ``report.pdf``."""

    def render(self, assessment: Assessment, figures: Figures, assets: Mapping[str, bytes]) -> bytes:
        """Draw the assessment; assets are the shipped templates, styles and fonts by their names in templates/."""
