"""Bad files beside good ones: the report is still made, and says of each what was not looked at and what to do."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path

import pytest
from markupsafe import escape

from nhiassess import pipeline
from nhiassess.errors import ObservationError
from tests.hostile.running import GOOD, NOW, Report, report, run, run_here, write

BROKEN = {
    "json/.mcp.json": ('{"mcpServers": {\n  "x": }}', 2, "a value is expected here"),
    "yaml/.github/workflows/ci.yml": ("on: push\njobs:\n  a: [b\n  c: d\n", 4, "not YAML"),
    "toml/.codex/config.toml": ('model = "x"\n[mcp_servers.x\ncommand = 1\n', 2, "not TOML"),
    "written/facts.nhi.yaml": ("agents:\n  - {id: agent:x, nmae: y}\n", 2, "$.agents[0].nmae: is not a known key"),
    "binary/.mcp.json": (b"\x7fELF" + bytes(range(256)), 2, "the file is binary, not text"),
    "latin/.mcp.json": ('{"mcpServers": {}} // caf\u00e9'.encode("latin-1"), 1, "the text is not UTF-8"),
    "bomb/.github/workflows/ci.yml": (
        "on: push\na: &a [x,x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{c}: &{c} [{','.join(['*' + chr(ord(c) - 1)] * 10)}]\n" for c in "bcdefghi"),
        6,
        "the aliases expand to more than 100,000 values",
    ),
    "deep/.mcp.json": ('{"mcpServers": ' + "[" * 5000 + "]" * 5000 + "}", 1, "the values nest deeper than 100"),
    "deep/.codex/config.toml": ("a." * 60_000 + "b = 1\n", 1, "the values nest deeper than 100"),
    "deep/k8s/agent.yaml": ("apiVersion: v1\nkind: Pod\nx: " + "[" * 5000, 3, "the values nest deeper than 100"),
}
# what stood in the way, by the folder of a broken file; else its syntax did
CONSTRUCTS = {"binary": "binary", "latin": "encoding", "bomb": "too large", "deep": "too large", "written": "file"}
HALF = {
    "cut/.mcp.json": ('{"mcpServers": {"late": {"command": "npx", "args": ["a", ', "the file ends before"),
    "front/.claude/agents/helper.md": ("---\nname: helper\ndescription: a: b: c\n---\nHelp.\n", "not YAML"),
    "twice/.mcp.json": ('{"mcpServers": {"a": {"command": "x"},\n"a": {"command": "y"}}}', "stands already at line 1"),
}


@pytest.fixture(scope="module")
def bad(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """One folder with every kind of bad file, assessed once."""
    top = tmp_path_factory.mktemp("bad")
    root = write(top / "root", {"good/.mcp.json": GOOD})
    write(root, {path: content for path, (content, _, _) in BROKEN.items()})
    write(root, {path: content for path, (content, _) in HALF.items()})
    write(top, {"outside/.mcp.json": GOOD.replace("files", "outside")})
    write(root, {"huge/.mcp.json": ""})
    (root / "huge/.mcp.json").write_text("{" + " " * 20_000)
    os.truncate(root / "huge/.mcp.json", 100_000_000)
    (root / "links").mkdir()
    for name, target in {
        "file.json": "../../outside/.mcp.json",
        "folder": top / "outside",
        "etc": "/etc",
        "loop": ".",
        "one": "two",
        "two": "one",
        "inside.json": "../good/.mcp.json",
    }.items():
        (root / "links" / name).symlink_to(target)
    os.mkfifo(root / "links" / ".mcp.json")
    here = os.getcwd()
    os.chdir(root / "links")  # the path of a socket may not be long
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind("settings.json")
            began = time.perf_counter()
            made = report(root)
    finally:
        os.chdir(here)
    assert time.perf_counter() - began < 40
    return made


@pytest.mark.parametrize("path", BROKEN)
def test_a_broken_file_is_skipped_with_its_place_and_what_to_do(bad: Report, path: str) -> None:
    _, line, reason = BROKEN[path]
    row = next(each for each in bad.assessment.inventory.skipped if each.locations[0].path == path)
    assert bad.status[path] == "skipped"
    assert row.locations[0].line == line
    assert row.reason.startswith(reason)
    assert len(row.reason.split(". ")) >= 2, "it does not say what to do"
    assert row.construct == CONSTRUCTS.get(path.split("/", 1)[0], "syntax")
    assert str(escape(row.reason.rstrip("."))).lower() in bad.html.lower()


@pytest.mark.parametrize("path", HALF)
def test_a_doubtful_file_is_read_and_its_doubt_is_told(bad: Report, path: str) -> None:
    assert bad.status[path] == "read"
    assert any(HALF[path][1] in reason for reason in bad.skipped[path])


def test_a_bad_file_never_becomes_a_pass(bad: Report) -> None:
    refused = {path for path, status in bad.status.items() if status != "read"}
    said = [value for table in ("agents", "tool_servers", "tools", "grants", "settings", "workflows", "credentials")
            for value in getattr(bad.assessment.inventory, table)]  # fmt: skip
    assert said
    assert {place.path for value in said for place in value.locations} & refused == set()
    held = [each for each in bad.assessment.answers if each.state == "satisfied"]
    assert held
    assert not [each for each in held if any(place.path in refused for place in each.locations)]


def test_the_rest_of_the_report_is_made(bad: Report) -> None:
    assert any(server.id.endswith("good/.mcp.json#files") for server in bad.assessment.inventory.tool_servers)
    assert json.loads(bad.outputs["findings.sarif"])["runs"][0]["invocations"][0]["executionSuccessful"]
    files = {row["id"]: row["status"] for row in bad.data["inventory"]["files"]}
    assert files == bad.status
    assert set(files.values()) == {"read", "skipped", "ignored"}


def test_a_huge_file_is_skipped_unread(bad: Report) -> None:
    (row,) = (file for file in bad.assessment.inventory.files if file.id == "huge/.mcp.json")
    assert (row.status, row.bytes, row.sha256) == ("skipped", 100_000_000, None)
    assert bad.skipped["huge/.mcp.json"] == ["100 MB is over the limit of 20 MB. Split it, or export less."]


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("file.json", "skipped"),
        ("folder", "skipped"),
        ("etc", "skipped"),
        ("loop", "ignored"),
        ("one", "ignored"),
        ("inside.json", "ignored"),
        (".mcp.json", "skipped"),
        ("settings.json", "skipped"),
    ],
)
def test_no_link_is_followed_and_no_pipe_opened(bad: Report, name: str, status: str) -> None:
    assert bad.status[f"links/{name}"] == status
    assert not any(path.startswith(f"links/{name}/") for path in bad.status)


def test_what_lies_outside_is_in_no_output(bad: Report) -> None:
    assert not [name for name, content in bad.outputs.items() if b"#outside" in content or b"root:x:0" in content]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_an_export_of_powershell_is_read(tmp_path: Path, encoding: str) -> None:
    write(tmp_path, {".mcp.json": GOOD.replace("files", "résumé-代理").replace(" ", "\r\n").encode(encoding)})
    inventory = pipeline.observe(tmp_path, NOW).inventory
    assert [(file.id, file.status) for file in inventory.files] == [(".mcp.json", "read")]
    assert [server.name for server in inventory.tool_servers] == ["résumé-代理"]


PAGE = {
    "RoleDetailList": [
        {
            "Arn": "arn:aws:iam::111122223333:role/seen",
            "RoleName": "seen",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
            "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::111122223333:policy/elsewhere"}],
        }
    ]
}
WORKFLOW = """
on: push
permissions: {id-token: write}
jobs:
  ship:
    runs-on: ubuntu-latest
    steps:
      - uses: aws-actions/configure-aws-credentials@v4
        with: {role-to-assume: "arn:aws:iam::111122223333:role/unseen", aws-region: eu-west-1}
"""


@pytest.mark.parametrize("sign", [{"IsTruncated": True, "Marker": "more"}, {"NextToken": "more"}])
def test_what_is_not_on_one_page_of_several_is_unknown_and_never_no(tmp_path: Path, sign: dict[str, object]) -> None:
    write(tmp_path, {"aws.json": json.dumps({**PAGE, **sign}), "r/.github/workflows/ship.yml": WORKFLOW})
    estate = pipeline.observe(tmp_path, NOW)
    reasons = [row.reason for row in estate.inventory.skipped if row.locations[0].path == "aws.json"]
    assert any("one page of several" in reason for reason in reasons)
    assert any("policy/elsewhere counts, but its text is not in the export" in reason for reason in reasons)
    (edge,) = (edge for edge in estate.edges if edge.verb == "federates_to")
    assert edge.target == "identity:aws/111122223333/role/unseen"
    assert edge.verdict in ("unknown", "needs_resource")
    made = pipeline.conclude(estate, NOW)
    passed = {each.check for each in made.answers if each.state == "satisfied" and "/role/" in each.subject}
    assert passed & {"wildcard-action", "wildcard-resource", "unused-permission", "unused-identity"} == set()


def test_a_file_and_a_folder_that_may_not_be_read_are_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # the tests may run as root, who may read anything, so the system's refusal is played
    write(tmp_path, {"good/.mcp.json": GOOD, "sealed/.mcp.json": GOOD, "closed/.mcp.json": GOOD})
    opened, listed = Path.open, os.scandir

    def read(file: Path, mode: str = "r", **more: object) -> object:
        if "sealed" in file.parts:
            raise PermissionError(13, "Permission denied", str(file))
        return opened(file, mode, **more)

    def scan(folder: Path) -> object:
        if Path(folder).name == "closed":
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(Path, "open", read)
    monkeypatch.setattr(os, "scandir", scan)
    inventory = pipeline.observe(tmp_path, NOW).inventory
    assert {file.id: file.status for file in inventory.files} == {
        "closed": "skipped",
        "good/.mcp.json": "read",
        "sealed/.mcp.json": "skipped",
    }
    assert sorted(row.reason for row in inventory.skipped) == [
        "the file can't be read: Permission denied",
        "the folder can't be listed: Permission denied",
    ]


def test_a_path_that_is_neither_file_nor_folder_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ObservationError, match="neither a file nor a folder"):
        pipeline.observe(tmp_path / "pipe", NOW)


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda root: root / "nowhere", "nowhere: there is no such file or folder. Check the path."),
        (lambda root: root, "is empty. Name a folder with agent configurations, or run `nhiassess demo`."),
    ],
    ids=["missing", "empty"],
)
def test_nothing_to_look_at_is_exit_3(tmp_path: Path, make: object, says: str) -> None:
    path = make(tmp_path)  # type: ignore[operator]  # one of the two above
    done = run_here("assess", str(path), "--format", "json", "--out", str(tmp_path / "out"))
    assert (done.returncode, done.stdout) == (3, "")
    assert says in done.stderr
    assert not (tmp_path / "out").exists()


def test_only_bad_files_make_a_report_that_claims_nothing(tmp_path: Path) -> None:
    write(tmp_path / "x", {".mcp.json": "{]"})
    done = run("assess", str(tmp_path / "x"), "--format", "json", "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "0 agents in files: 0 read, 0 ignored, 1 skipped." in done.stdout
    made = json.loads((tmp_path / "out" / "assessment.json").read_text())
    assert not [row for row in made["determinations"] if row["state"] == "satisfied"]
