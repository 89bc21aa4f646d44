"""No secret of any known form, planted wherever a file can hold one, stands in anything that the tool ever tells.

One assessment with every form in every kind of place; every output, every verb as a table and as JSON, the history,
the errors of wrong files and what the notebook shows are searched for it: as written, in base64 or in hexadecimal.
What can't be shown: that a secret of no known form is found where no name tells it. Nothing could know it.
"""

from __future__ import annotations

import ast
import contextlib
import html
import io
import json
import re
import sys
import traceback
from collections.abc import Collection, Iterator, Sequence
from hashlib import md5, sha1, sha256
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any
from urllib.parse import unquote

import pytest

from nhiassess import cli, installed
from nhiassess.formats.reading import read
from nhiassess.model.inventory import Inventory
from nhiassess.sources.source import ReadFile
from tests import hostile
from tests.hostile import pdf_text
from tests.hostile.canaries import FORMS, Canary, canaries, found
from tests.hostile.canary_kept import KEPT
from tests.hostile.canary_places import PLACES
from tests.hostile.running import looking_once, write

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")
NOW = "2026-11-24"
REFERENCES = ("${KEPT_TOKEN}", "${{ secrets.KEPT_SECRET }}", "${input:kept-key}", "op://kept/vault/password")
# every file of places registers its own
for each in iter_modules(hostile.__path__):
    if each.name.startswith("canary_places"):
        import_module(f"tests.hostile.{each.name}")
# what is drawn on paper too, which takes its time: the same page as html, from places of each kind
PAPER = ("mcp url", "mcp headers", "iam", "comments", "names", "keys", "broken", "markdown")
NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "first-assessment.py"
# one way to a crown jewel, so that every verb has an answer
PLAN = """
title: T
client: C
observed: observed
frameworks: [owasp-asi-2026]
resources: [{id: "arn:aws:s3:::ledger", provider: aws, sensitivity: 5, crown_jewel: true}]
"""
ROLE = "identity:aws/111122223333/role/kept"
WAY = {"agents": [{"id": "agent:x/y/z"}], "links": [{"source": "agent:x/y/z", "verb": "runs_as", "target": ROLE}]}


def role() -> dict[str, Any]:
    """Give an export of one role that may read the crown jewel."""
    allowed = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::ledger/*"}
    inline = [{"PolicyName": "p", "PolicyDocument": {"Statement": [allowed]}}]
    one = {"Arn": "arn:aws:iam::111122223333:role/kept", "RoleName": "kept", "RolePolicyList": inline}
    return {"RoleDetailList": [{**one, "AssumeRolePolicyDocument": {"Statement": []}}]}


def kept() -> dict[str, str]:
    """Give files in which nothing is a secret, and every value of a secret refers to one."""
    env = {f"KEPT_{number}_TOKEN": each for number, each in enumerate(REFERENCES)}
    job = {"runs-on": "x", "steps": [{"run": "serve", "env": {"KEPT_TOKEN": REFERENCES[1]}}]}
    return {
        "kept/.mcp.json": json.dumps(
            {"mcpServers": {"a": {"command": "npx", "args": ["-y", "x"], "env": env}}}, indent=1
        ),
        "kept/way.nhi.yaml": json.dumps(WAY),
        "kept/roles.json": json.dumps(role()),
        "kept/.github/workflows/w.yml": json.dumps({"on": "push", "jobs": {"a": job}}, indent=1),
        **KEPT,
    }


class Told(dict[str, str]):
    """What was told, by where: the name of an output, or the words of a command; and the canaries it is told of."""

    def __init__(self) -> None:
        super().__init__()
        self.planted: list[Canary] = []

    def run(self, *words: str) -> int:
        """Run the command line here, and keep what it prints; with --verbose also what Python prints of an error."""
        out, err, code = io.StringIO(), io.StringIO(), 0
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["nhiassess", *words])
            try:
                cli.main()
            except SystemExit as stop:
                code = int(stop.code or 0)
            except Exception:
                code = 3
                traceback.print_exc()
        self[" ".join(each for each in words if "/" not in each)] = f"{out.getvalue()}\n{err.getvalue()}"
        return code


@pytest.fixture(scope="module")
def shared() -> Iterator[None]:
    with looking_once():
        yield


# the verbs that ask one estate, and nothing else
ASKED = (
    *("observe", "paths", "blast-radius", "chokepoints", "improvements", "remedies"),
    *("minimum-cut", "escalations", "coverage", "requests"),
)


def plant(top: Path, places: Collection[str]) -> list[Canary]:
    """Write an assessment with every form in these places."""
    write(top, {"plan.yaml": PLAN})
    write(top / "observed", kept())
    planted = []
    for number, (name, fill) in enumerate(PLACES.items(), 1):
        if name in places:
            known = canaries(number)
            write(top / "observed" / name.replace(" ", "-"), fill(known))
            planted += known
    return planted


@pytest.fixture(scope="module")
def told(shared: None, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Everything that is ever told of an assessment that is full of secrets."""
    top, paper = (tmp_path_factory.mktemp("canaries") / "a" for _ in range(2))
    said, out = Told(), top.parent / "out"
    said.planted = plant(top, PLACES) + plant(paper, PAPER)
    words = ("--out", str(out), "--now", NOW, "--format")
    assert said.run("assess", str(top), *words, "json,html,sarif", "--record") == 0, said
    assert said.run("assess", str(paper), *words, "pdf") == 0, said
    for file in (*out.iterdir(), *(top / "history").iterdir()):
        content = file.read_bytes()
        said[file.name] = pdf_text.text(content) if file.suffix == ".pdf" else content.decode()
    before = write(top.parent / "before", {".mcp.json": "{}"})
    asked: dict[str, tuple[str, ...]] = dict.fromkeys(ASKED, (str(top),))
    asked |= {"what-if": (str(top), "--remedy", "no-escalation"), "drift": (str(before), str(top))}
    for verb, about in asked.items():
        for shape in ("table", "json"):
            assert said.run("--verbose", verb, *about, "--format", shape, "--now", NOW) == 0
    said["notebook"] = "\n".join(shown(top))
    return said


def shown(top: Path) -> Iterator[str]:
    """Run the cells of the notebook over an assessment, and give what each prints and shows."""
    names: dict[str, Any] = {}
    with contextlib.chdir(top.parent):
        for cell in re.split(r"(?m)^# %%.*$", NOTEBOOK.read_text(encoding="utf-8")):
            tree = ast.parse(cell.replace('installed.sample("ostermere")', repr(str(top))))
            last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
            printed = io.StringIO()
            with contextlib.redirect_stdout(printed):
                exec(compile(tree, "cell", "exec"), names)
                value = eval(compile(ast.Expression(last.value), "cell", "eval"), names) if last else None
            drawn = value._repr_html_() if hasattr(value, "_repr_html_") else ""
            data = value.to_json() if hasattr(value, "to_json") else ""
            yield f"{printed.getvalue()}\n{value!r}\n{drawn}\n{data}"


def test_as_many_forms_and_places_are_planted_as_is_claimed(told: Told) -> None:
    assert len(FORMS) >= 40
    assert len(PLACES) >= 40
    assert {"inventory", "findings"} <= json.loads(told["assessment.json"]).keys()
    read = json.loads(told["assessment.json"])["inventory"]
    assert {name.replace(" ", "-") for name in PLACES} <= {row["id"].partition("/")[0] for row in read["files"]}
    assert sum(row["store"] == "plaintext" for row in read["credentials"]) > 300
    assert all(len(found(each.value)) for each in canaries(1) if each.form not in ("docker auth", "basic header"))


def test_every_source_and_every_log_reads_a_file_with_canaries(told: Told) -> None:
    places = {name.replace(" ", "-") for name in PLACES}
    rows = json.loads(told["assessment.json"])["inventory"]["files"]
    read = {name for row in rows if row["id"].partition("/")[0] in places for name in row.get("sources") or ()}
    known = {each.name for each in (*installed.plugins("sources", "SOURCE"), *installed.plugins("logs", "LOG"))}
    assert known - read == set(), "add a place for what reads none, in one of the files canary_places*.py"


def test_no_canary_is_told_anywhere(told: Told) -> None:
    assert {"assessment.json", "report.html", "findings.sarif", "report.pdf", f"{NOW}.json", "notebook"} <= told.keys()
    for where, text in told.items():
        assert found(text) == set(), where
        assert found(unquote(html.unescape(text))) == set(), where


def test_no_plain_hash_of_a_canary_is_told(told: Told) -> None:
    told_hashes = {each for text in told.values() for each in re.findall(r"\b[0-9a-f]{32,64}\b", text)}
    assert told_hashes
    secrets = [each.encode() for canary in told.planted for each in canary.written]
    assert len(secrets) > 10_000
    hashes = {make(each).hexdigest() for each in secrets for make in (md5, sha1, sha256)}
    assert hashes & told_hashes == set()


def test_references_are_kept_word_for_word(told: Told) -> None:
    credentials = json.loads(told["assessment.json"])["inventory"]["credentials"]
    stores = {row["store"] for row in credentials if row["id"].startswith("credential:kept/")}
    assert {"env_reference", "secret_manager:KEPT_SECRET", "secret_manager:kept/vault/password"} <= stores
    for path, text in kept().items():
        assert read(path, text.encode(), key=b"run").text == text


class Failing:
    """A source that fails in the midst of what it reads, and tells all that it has of every file."""

    name = "failing"

    def recognises(self, path: str, head: str) -> bool:
        return True

    def group(self, path: str) -> str:
        return "together"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        raise RuntimeError(f"failed on {files!r}")


def test_no_canary_is_told_when_the_tool_itself_fails(tmp_path: Path) -> None:
    # logs are followed record by record, and fail in tests/formats/test_stream.py
    plant(tmp_path, [name for name, fill in PLACES.items() if not fill.__module__.endswith("_logs")])
    said, real = Told(), installed.plugins
    rooms: dict[str, tuple[Failing, ...]] = {"sources": (Failing(),), "logs": ()}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(installed, "plugins", lambda room, name: rooms[room] if room in rooms else real(room, name))
        assert said.run("--verbose", "observe", str(tmp_path)) == 3
    (told,) = said.values()
    assert "RuntimeError: failed on " in told
    assert told.count("Document(name=") > 200
    assert found(told) == set()


# files that people write for an assessment, where a secret is out of place; SECRET stands for one
WRONG = {
    "plan value": ("plan.yaml", "title: T\nclient: SECRET\n"),
    "plan key": ("plan.yaml", "title: T\nSECRET: x\nroles: {SECRET: y}\n"),
    "plan type": ("plan.yaml", "title: [SECRET]\nlimits: {rotation_days: SECRET}\nobserved: [SECRET]\n"),
    "plan comment": ("plan.yaml", "title: T # SECRET\n# password: SECRET\n"),
    "plan syntax": ("plan.yaml", "title: T\nclient: [SECRET: {SECRET\n*SECRET\n"),
    "plan twice": ("plan.yaml", "title: T\nSECRET: x\nSECRET: y\n"),
    "plan framework": ("plan.yaml", "title: T\nframeworks: [SECRET]\nagents: [{id: SECRET, tier: SECRET}]\n"),
    "plan folder": ("plan.yaml", "title: T\nobserved: ../SECRET\n"),
    "attestation": ("attestations.yaml", "attestations:\n  - {objective: SECRET, answer: SECRET, evidence: SECRET}\n"),
    "exception": ("exceptions.yaml", "exceptions:\n  - {check: SECRET, subject: SECRET, rationale: SECRET}\n"),
    "provenance": ("observed/provenance.yaml", "exports:\n  - {path: SECRET, command: 'curl -H SECRET'}\n"),
    "narrative": (
        "narrative/conclusion.md",
        "---\nsection: conclusion\nstatus: draft\n---\nThe key SECRET was found.\n",
    ),
    "narrative front": ("narrative/conclusion.md", "---\nsection: SECRET\nSECRET: SECRET\n---\nx\n"),
    "narrative name": ("narrative/SECRET.md", "x"),
    "check": ("checks/x.yaml", "id: SECRET\nsql: SELECT 'SECRET' FROM SECRET\n"),
    "check name": ("checks/SECRET.yaml", "id: x\n"),
    "framework": ("frameworks/x.yaml", "id: SECRET\ncontrols: [{id: SECRET, title: SECRET}]\n"),
    "crosswalk": ("crosswalks/a--b.yaml", "source: SECRET\nrows: [{SECRET: SECRET}]\n"),
}


@pytest.mark.parametrize("name", WRONG)
def test_no_canary_is_told_when_it_stands_in_a_file_of_ours(shared: None, name: str, tmp_path: Path) -> None:
    path, text = WRONG[name]
    secret = canaries(99)[3].value
    write(tmp_path, {"plan.yaml": PLAN, "observed/.mcp.json": "{}"})
    write(tmp_path, {path.replace("SECRET", secret): text.replace("SECRET", secret)})
    said = Told()
    words = ("assess", str(tmp_path), "--out", str(tmp_path / "out"), "--format", "json")
    codes = {said.run("--verbose", *words)}  # which prints the same lines, and the way to them
    codes |= set() if path.startswith(("checks", "frameworks", "crosswalks")) else {said.run(*words)}
    assert codes == {0 if name == "narrative name" else 3}, said
    for where, told in said.items():
        assert found(told) == set(), where
        assert name == "narrative name" or re.search(r"[\w/\[\]-]+\.(?:yaml|md):\d+:\d+: ", told), told
    if (tmp_path / "out").exists():
        assert found((tmp_path / "out" / "assessment.json").read_text()) == set()
