"""The report as one page for a browser: light and dark, nothing loaded from outside, no script."""

from __future__ import annotations

from collections.abc import Mapping

from nhiassess.drawings.theme import style, theme
from nhiassess.model.assessment import Assessment
from nhiassess.model.figures import Figures
from nhiassess.renderers.report import compose


class Html:
    """Writes report.html."""

    name = "html"
    file = "report.html"

    def render(self, assessment: Assessment, figures: Figures, assets: Mapping[str, bytes]) -> bytes:
        """Draw the assessment as a page that a browser shows without any request.

        Parameters
        ----------
        assessment, figures:
            What was concluded, and what of it is shown.
        assets:
            The files of templates/ by name.

        Returns
        -------
        bytes
            UTF-8; equal for equal input.
        """
        brand = assessment.plan.branding.get("brand")
        look = theme(assets, live=True, brand=brand)
        sheet = style(assets, suffix="woff2", brand=brand, screen=True)
        return compose(assessment, figures, assets, look, sheet, screen=True).encode("utf-8")


RENDERER = Html()
