"""Whatever things are called, a name stays a name: on a terminal, in JSON, SARIF, on a page and on paper.

One assessment in which agents, servers, tools, files, resources and the client bear hostile names is drawn once, and
held against the same assessment with harmless ones. Signs that no font of this machine has can't be drawn on paper:
each is one U+FFFD there, and the appendix on tools names them. Joined emoji are drawn part by part or as that sign.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pikepdf
import pytest
import yaml

from nhiassess import pipeline
from nhiassess.drawings.drawing import clean
from tests.hostile import pdf_text
from tests.hostile.names import NAMES
from tests.hostile.running import Report, looking_once, run_here, write

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
NOW = "2026-11-24T00:00:00Z"
HARMLESS = {what: f"name-{number}" for number, what in enumerate(NAMES)}
PAGE = (595.3, 841.9)  # A4 in points
# what a terminal obeys, what turns or hides text, and what is no character
STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def folders(names: Mapping[str, str]) -> Iterator[str]:
    """Give the names that a folder can bear."""
    for name in names.values():
        folder = name.replace("/", "_").replace("\0", "")[:60]
        with contextlib.suppress(UnicodeEncodeError):
            yield folder.encode()[:200].decode("utf-8", "ignore")


def estate(top: Path, names: Mapping[str, str]) -> Path:
    """Write an assessment whose every name is one of these."""
    # YAML can't write half a character
    whole = [name for name in names.values() if not any(unicodedata.category(sign) == "Cs" for sign in name)]
    holder, role = "agent:x/-/holder", "identity:aws/111122223333/role/reader"
    plan = {
        "title": names["script"],
        "client": names["arabic turned around"] + names["end of a style"],
        "system": names["template"] + names["markdown"],
        "reference": names["style sheet"],
        "observed": "observed",
        "frameworks": ["owasp-asi-2026"],
        "resources": [
            {
                "id": f"arn:aws:s3:::bucket-{number}",
                "provider": "aws",
                "name": name,
                "sensitivity": 5,
                "crown_jewel": number < 3,
            }
            for number, name in enumerate(whole)
        ],
    }
    agents = [{"id": f"agent:x/-/{name}", "name": name, "owner": name, "purpose": name} for name in whole[::2]]
    written = {
        "agents": [*agents, {"id": holder, "name": names["terminal link"]}],
        "links": [{"source": holder, "verb": "runs_as", "target": role}],
    }
    allowed = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    inline = [{"PolicyName": "p", "PolicyDocument": {"Statement": [allowed]}}]
    one = {"Arn": "arn:aws:iam::111122223333:role/reader", "RoleName": "reader", "RolePolicyList": inline}
    servers = {name: {"command": "npx", "args": ["-y", name]} for name in names.values()}
    tools = [{"name": name, "description": name, "inputSchema": {"type": "object"}} for name in names.values()]
    return write(top, {
        "plan.yaml": yaml.safe_dump(plan, allow_unicode=True, width=10**9),
        "observed/.mcp.json": json.dumps({"mcpServers": servers}),
        "observed/a.nhi.yaml": yaml.safe_dump(written, allow_unicode=True, width=10**9),
        "observed/roles.json": json.dumps({"RoleDetailList": [{**one, "AssumeRolePolicyDocument": {"Statement": []}}]}),
        "observed/tools.json": json.dumps({"tools": tools}),
        **{f"observed/repos/{folder}/.mcp.json": '{"mcpServers": {"x": {"url": "y"}}}' for folder in folders(names)},
    })  # fmt: skip


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with looking_once():
        yield estate(tmp_path_factory.mktemp("named"), NAMES)


@pytest.fixture(scope="module")
def hostile(top: Path) -> Report:
    assessment = pipeline.assess(top, NOW)
    return Report(assessment, pipeline.render(assessment, ("html", "json", "sarif", "pdf")))


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Report:
    assessment = pipeline.assess(estate(tmp_path_factory.mktemp("harmless"), HARMLESS), NOW)
    return Report(assessment, pipeline.render(assessment, ("html",)))


def names_of(report: Report, table: str) -> set[str]:
    return {row["name"] for row in report.data["inventory"][table]}


@pytest.mark.parametrize("what", NAMES)
def test_json_holds_each_name_as_it_was_given(hostile: Report, what: str) -> None:
    name = NAMES[what].replace("\ud800", "\ufffd")  # half a character is none
    assert name in names_of(hostile, "tool_servers")
    assert name in names_of(hostile, "tools")
    assert name in names_of(hostile, "resources") or what == "half a character"
    hostile.outputs["assessment.json"].decode("utf-8")


def test_sarif_parses_and_nothing_in_it_is_a_link(hostile: Report) -> None:
    results = json.loads(hostile.outputs["findings.sarif"])["runs"][0]["results"]
    messages = [each["message"]["text"] for each in results]
    assert any(NAMES["entities"] in text for text in messages)
    assert any("javascript:alert(1)" in text for text in messages)
    assert [text for text in messages if re.search(r"(?<!\\)\]\(", text)] == []
    places = [place["physicalLocation"]["artifactLocation"]["uri"] for each in results for place in each["locations"]
              if "physicalLocation" in place]  # fmt: skip
    files = {row["id"] for row in hostile.data["inventory"]["files"]}
    assert {unquote(uri) for uri in places} <= files
    assert all(re.fullmatch(r"[A-Za-z0-9._~/%-]+", uri) and not uri.startswith(("/", "..")) for uri in places)


class Elements(HTMLParser):
    """Counts the elements of a page with the names of their attributes, and keeps where they point."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.targets: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counts[tag, tuple(name for name, _ in attrs)] += 1
        self.targets += [
            value or "" for name, value in attrs if name in ("href", "src", "xlink:href", "action", "data")
        ]

    def handle_comment(self, data: str) -> None:
        self.counts["comment", ()] += 1

    handle_decl = handle_pi = unknown_decl = handle_comment


def test_no_name_makes_an_element_or_an_attribute(hostile: Report, harmless: Report) -> None:
    made, usual = Elements(hostile.html).counts, Elements(harmless.html).counts
    assert made.keys() == usual.keys()
    once = [
        each for each, count in usual.items() if each[0] in ("html", "head", "meta", "title", "style", "body", "main")
    ]
    assert [made[each] for each in once] == [usual[each] for each in once]
    tags = {tag for name in NAMES.values() for tag in re.findall(r"<[^<>]{2,}>|<!--|-->|</", name)} - {"</"}
    assert len(tags) > 10
    assert [tag for tag in tags if hostile.html.count(tag) > harmless.html.count(tag)] == []
    assert all(target.startswith("#") for target in Elements(hostile.html).targets)


def test_no_name_is_evaluated_hidden_or_turned_around_on_a_page(hostile: Report) -> None:
    assert "{{7*7}}{% for c in ().__class__.__mro__ %}" in hostile.html
    assert "49" not in re.findall(r"\$?\{?(\d+)\}?#", hostile.html)
    wrong = {sign for sign in hostile.html if unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t\r"}
    assert wrong == set()
    assert not set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff\u00ad\U000e0041") & set(
        hostile.html
    )
    marks = re.findall(r"(?:[\u0300-\u036f\u0489]){5,}", hostile.html)
    assert marks == []


def test_a_long_name_takes_a_few_lines_and_is_whole_in_json(hostile: Report, harmless: Report) -> None:
    assert max(map(len, re.findall(r"L+", hostile.html))) < 1200
    assert len(hostile.html) < 1.5 * len(harmless.html)
    assert "L" * 10_000 in names_of(hostile, "tool_servers")


@pytest.fixture(scope="module")
def runs(hostile: Report) -> list[pdf_text.Run]:
    return pdf_text.runs(hostile.outputs["report.pdf"])


def test_no_text_leaves_the_paper(runs: list[pdf_text.Run]) -> None:
    assert len(runs) > 1000
    outside = [
        run for run in runs if run.left < 0 or run.right > PAGE[0] or run.base < 0 or run.base + run.size > PAGE[1]
    ]
    assert outside == []
    assert max(run.page for run in runs) < 60


@pytest.mark.parametrize("what", NAMES)
def test_each_name_or_what_stands_for_it_is_on_paper(runs: list[pdf_text.Run], what: str) -> None:
    told = re.sub(r"\s", "", "".join(run.text for run in runs))
    if what == "nothing to see":
        assert "\ufffd" in told
        return
    # a sign that no font here has is U+FFFD; a word that is written from the right may be kept in either order
    for word in re.findall(r"[^\s\u200c-\u200f\u061c\ufe0f\ufffd]+", clean(NAMES[what])[:24]):
        orders = ("".join(f"[{re.escape(sign)}\ufffd]" for sign in order) for order in (word, word[::-1]))
        assert any(re.search(order, told) for order in orders), word


def test_nothing_on_paper_runs_or_leads_outside(hostile: Report) -> None:
    with pikepdf.open(io.BytesIO(hostile.outputs["report.pdf"])) as pdf:
        kinds = {str(each["/S"]) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/URI" in each}
        actions = {
            str(each.get("/S")) for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/JS" in each
        }
        assert (kinds, actions) == (set(), set())
        assert NAMES["script"] in str(pdf.docinfo["/Title"])


def told(*words: str, patch: pytest.MonkeyPatch, columns: int | None = None) -> str:
    """Give what a verb prints, on a terminal of so many columns or into a file."""
    if columns is not None:
        patch.setenv("COLUMNS", str(columns))
        patch.setattr(os, "isatty", lambda handle: handle == 1)
    return run_here(*words, "--now", NOW).stdout


def width(line: str) -> int:
    marks = sum(unicodedata.category(sign) in ("Mn", "Me") for sign in line)
    return len(line) - marks + sum(unicodedata.east_asian_width(sign) in "WF" for sign in line)


@pytest.mark.parametrize(
    "verb", ["observe", "paths", "blast-radius", "chokepoints", "improvements", "remedies", "escalations"]
)
@pytest.mark.parametrize("columns", [80, None], ids=["terminal", "file"])
def test_no_name_steers_a_terminal_or_bursts_a_table(
    top: Path, verb: str, columns: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = told(verb, str(top), patch=monkeypatch, columns=columns).split("\n")
    assert len(lines) > 4
    assert {sign for line in lines for sign in line if unicodedata.category(sign) in STEERING} == set()
    assert [line for line in lines if re.search("[\u0300-\u036f\u0489]{5}", line)] == []
    if columns and verb != "paths":  # which is told in sentences, that a terminal breaks
        assert max(map(width, lines)) <= columns


@pytest.mark.parametrize("verb", ["observe", "paths", "coverage"])
def test_json_on_a_terminal_is_as_safe_and_says_the_same(top: Path, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = told(verb, str(top), "--format", "json", patch=monkeypatch)
    assert {sign for sign in printed if unicodedata.category(sign) in STEERING} <= {"\n"}
    given: dict[str, Any] = json.loads(printed)
    if verb == "observe":
        assert {name for name in NAMES.values() if "half" not in name} <= {row["name"] for row in given["tool_servers"]}
