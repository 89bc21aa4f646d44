"""The page refers to nothing outside, escapes what clients wrote, and says everything that it should."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from nhiassess.assessment.figures import figures
from nhiassess.model.assessment import Assessment
from nhiassess.renderers.html import RENDERER
from tests.renderers import sample


def page(made: Assessment, assets: Mapping[str, bytes]) -> str:
    return RENDERER.render(made, figures(made), assets).decode("utf-8")


class Outside(HTMLParser):
    """Gathers what a browser would load, run or follow, and the headings."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.handlers: list[str] = []
        self.headings: list[int] = []
        self.styles = ""
        self._in_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._in_style = tag == "style"
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            if name in ("src", "href", "action", "data", "poster", "srcset", "xlink:href", "formaction"):
                self.loads.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)
            if name == "style":
                self.styles += value or ""

    def handle_endtag(self, tag: str) -> None:
        self._in_style = self._in_style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._in_style:
            self.styles += data


def read(text: str) -> Outside:
    parser = Outside()
    parser.feed(text)
    return parser


@pytest.fixture(scope="module")
def usual(assets: Mapping[str, bytes]) -> str:
    return page(sample.assessment(), assets)


@pytest.mark.parametrize("made", [sample.assessment, sample.hostile, sample.empty], ids=lambda made: made.__name__)
def test_refers_to_nothing_outside(made: type, assets: Mapping[str, bytes]) -> None:
    found = read(page(made(), assets))
    assert all(target.startswith("#") for target in found.loads), found.loads
    assert not found.tags & {"script", "link", "iframe", "object", "embed", "img", "base", "form"}
    assert not found.handlers
    assert "@import" not in found.styles.replace("\\40 import", "")
    assert all(url.startswith('"data:') for url in re.findall(r"url\(([^)]{6})", found.styles))


def test_every_link_leads_somewhere(usual: str) -> None:
    ids = set(re.findall(r' id="([^"]+)"', usual))
    assert {target[1:] for target in read(usual).loads} <= ids


def test_headings_skip_no_level(usual: str) -> None:
    levels = read(usual).headings
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_escapes_what_clients_wrote(assets: Mapping[str, bytes]) -> None:
    text = page(sample.hostile(), assets)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "{{7*7}}{% raw %}" in text
    assert "tracker.example/x.png&gt;" in text
    assert text.count("</style>") == 1
    assert "\x00" not in text
    assert "\u202e" not in text
    assert "支払い代理エージェント" in text


def test_a_client_name_can_not_leave_its_css_string(assets: Mapping[str, bytes]) -> None:
    text = page(sample.hostile(), assets)
    styles = read(text).styles
    assert "url(http" not in styles
    assert "evil" in styles.replace(" ", "")


def test_says_how_many_of_how_many(usual: str) -> None:
    for words in ("15 of 15 findings", "5 of 5 occurrences", "8 of 8 agents", "15 of 15 pieces of evidence"):
        assert f"{words} printed" in usual
    counts = re.findall(r"(\d+) of (\d+) [a-z ]+ printed", usual)
    assert len(counts) > 25
    assert all(shown == of for shown, of in counts)


def test_a_draft_says_so_and_a_reviewed_text_does_not(assets: Mapping[str, bytes], usual: str) -> None:
    made = sample.assessment()
    reviewed = tuple(replace(part, status="reviewed") for part in made.narrative)
    assert "DRAFT" in usual
    assert "DRAFT" not in page(replace(made, narrative=reviewed), assets)


@pytest.mark.parametrize("word", ["AIVSS", "roadmap", "POA&amp;M", "inherent", "risk register", "treated"])
def test_does_not_fake_what_comes_later(word: str, usual: str) -> None:
    assert word.lower() not in usual.lower()


def test_carries_both_themes(usual: str) -> None:
    assert ':root[data-theme="dark"]' in usual
    assert "prefers-color-scheme:dark" in usual
    assert 'fill="var(--satisfied)"' in usual


def test_there_is_no_section_on_changes_without_an_earlier_assessment(assets: Mapping[str, bytes], usual: str) -> None:
    assert "What changed since 2026-05-18" in usual
    assert "What changed since" not in page(replace(sample.assessment(), changes=None, previous=None), assets)


def test_lists_every_occurrence_of_a_large_finding(assets: Mapping[str, bytes]) -> None:
    text = page(sample.large(2000), assets)
    assert "2000 of 2000 occurrences printed" in text
    assert "seen in place 1999" in text


def test_input_of_equal_value_gives_equal_bytes(assets: Mapping[str, bytes], usual: str) -> None:
    assert page(sample.assessment(), dict(reversed(assets.items()))) == usual


def test_a_clients_brand_replaces_ours_when_it_can_be_read(assets: Mapping[str, bytes], usual: str) -> None:
    made = sample.assessment()
    dark = page(replace(made, plan=replace(made.plan, branding={"brand": "#5A1A3C"})), assets)
    pale = page(replace(made, plan=replace(made.plan, branding={"brand": "#FFEE00"})), assets)
    assert "--brand:#5A1A3C" in dark
    assert "--brand:#243B6B" in pale
    assert "--brand:#243B6B" in usual
