"""The PDF is accessible and archivable, loads nothing, and is the same each time; checked with page-validation."""

from __future__ import annotations

import builtins
from collections.abc import Mapping
from io import BytesIO
from typing import Any

import page as validator
import pikepdf
import pytest

from nhiassess.assessment.figures import figures
from nhiassess.errors import RenderError
from nhiassess.model.assessment import Assessment
from nhiassess.renderers import pdf
from tests.renderers import sample

# WeasyPrint 70 leaves its colour profile open until the garbage collector closes it
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


def drawn(made: Assessment, assets: Mapping[str, bytes]) -> bytes:
    return pdf.RENDERER.render(made, figures(made), assets)


@pytest.fixture(scope="module")
def usual(assets: Mapping[str, bytes]) -> bytes:
    return drawn(sample.assessment(), assets)


@pytest.fixture(scope="module")
def hostile(assets: Mapping[str, bytes]) -> bytes:
    return drawn(sample.hostile(), assets)


@pytest.fixture(scope="module")
def empty(assets: Mapping[str, bytes]) -> bytes:
    return drawn(sample.empty(), assets)


@pytest.mark.parametrize("profile", ["pdf/ua-1", "pdf/a-3a"])
@pytest.mark.parametrize("name", ["usual", "hostile", "empty"])
def test_passes(name: str, profile: str, request: pytest.FixtureRequest) -> None:
    report = validator.validate_pdf_bytes(request.getfixturevalue(name), profile=profile)
    assert report.is_compliant, [(each.rule_id, each.message) for each in report.failures]
    assert report.rules.total > 100


def test_a_rerun_gives_the_same_bytes(assets: Mapping[str, bytes], empty: bytes) -> None:
    assert drawn(sample.empty(), assets) == empty


def test_dates_are_those_of_the_assessment(usual: bytes) -> None:
    with pikepdf.open(BytesIO(usual)) as opened:
        assert str(opened.docinfo["/CreationDate"]).startswith("D:20261123090000")
        metadata = bytes(opened.Root.Metadata.read_bytes()).decode("utf-8")
        assert "/Filter" not in opened.Root.Metadata
    assert "<xmp:CreateDate>2026-11-23T09:00:00Z</xmp:CreateDate>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>3</pdfaid:part>" in metadata


def test_nothing_is_attached_and_nothing_runs(usual: bytes) -> None:
    with pikepdf.open(BytesIO(usual)) as opened:
        assert not opened.attachments
        assert "/OpenAction" not in opened.Root
        assert "/AA" not in opened.Root


@pytest.mark.parametrize(
    "reference",
    [
        '<img src="http://tracker.example/x.png" alt="x">',
        '<img src="file:///etc/hostname" alt="x">',
        '<link rel="stylesheet" href="https://evil.example/a.css">',
        '<p style="background: url(http://tracker.example/b.png)">x</p>',
    ],
)
def test_refuses_what_lies_outside(reference: str) -> None:
    with pytest.raises(RenderError):
        pdf.drawn(f"<html lang=en><title>x</title>{reference}<p>y</p>")


def test_names_the_ways_when_pango_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    usual_import = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("weasyprint"):
            raise OSError("cannot load library 'libpango-1.0-0'")
        return usual_import(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(RenderError) as caught:
        pdf.drawn("<p>x</p>")
    for way in ("apt install", "dnf install", "brew install", "Windows", "libpango"):
        assert way in str(caught.value)


def test_a_character_that_no_font_has_is_replaced() -> None:
    made = pdf.archived(pdf.drawn("<html lang=en><title>x</title><p>a\U0010fffdb \u1bffc</p>"), "2026-11-23T09:00:00Z")
    report = validator.validate_pdf_bytes(made, profile="pdf/a-3a")
    assert not [each for each in report.failures if "NOTDEF" in each.rule_id]
