"""Following a log: rows that count, who is seen, what is skipped, and how much memory it takes."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from nhiassess.errors import FormatError
from nhiassess.logs import following
from nhiassess.model.inventory import Inventory, Location
from nhiassess.model.merge import merge
from tests.logs.following import facts, followed, kinds
from tests.observing import SHARED

ROLE = "identity:aws/111122223333/role/triage"
CANARY = "K4n4ryFakeFakeFake77"


def event(**more: Any) -> dict[str, Any]:
    return {
        "eventVersion": "1.08",
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::111122223333:assumed-role/triage/session-1"},
        "eventTime": "2026-11-05T06:00:12Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": "GetObject",
        "requestParameters": {"bucketName": "claims", "key": "a/b"},
        "recipientAccountId": "111122223333",
        **more,
    }


def test_what_is_alike_is_one_row() -> None:
    found = followed([
        event(eventTime="2026-11-05T06:00:12Z"),
        event(eventTime="2026-11-05T08:00:00+01:00", requestParameters={"bucketName": "claims", "key": "c"}),
        event(eventTime="2026-11-04T06:00:12.5Z"),
        event(eventTime="2026-11-05T06:00:13Z", errorCode="AccessDenied"),
    ])  # fmt: skip
    allowed, denied = found.activity
    assert facts(allowed) == (ROLE, None, None, "s3:GetObject", "resource:aws/arn:aws:s3:::claims", "allow")
    assert (allowed.times, allowed.first, allowed.time) == (3, "2026-11-04T06:00:12Z", "2026-11-05T07:00:00Z")
    assert (denied.times, denied.decision, denied.locations) == (1, "deny", (Location("logs/x.jsonl", 4, 1),))
    assert allowed.id.startswith("activity:logs/x.jsonl#") and len(allowed.id) == len("activity:logs/x.jsonl#") + 12
    assert [(each.id, each.kind, each.last_used) for each in found.identities] == [
        (ROLE, "role", "2026-11-05T07:00:00Z")
    ]
    assert found.skipped == ()


def test_ids_follow_from_what_is_told_and_not_from_the_order() -> None:
    one, other = event(), event(eventName="PutObject")
    first, second = followed([one, other]), followed([other, one, one])
    assert {each.id: facts(each) for each in first.activity} == {each.id: facts(each) for each in second.activity}


def test_two_logs_agree_on_when_an_identity_was_last_seen() -> None:
    both = merge([followed([event()], "a.jsonl"), followed([event(eventTime="2026-11-06T00:00:00Z")], "b.jsonl")])
    assert [each.last_used for each in both.identities] == ["2026-11-06T00:00:00Z"]
    assert both.conflicts == () and len(both.activity) == 2


def test_no_secret_is_in_what_was_found() -> None:
    def span(**attributes: str) -> dict[str, Any]:
        return {"name": "x", "attributes": {"gen_ai.operation.name": "execute_tool", **attributes}}

    found = followed([
        span(**{"gen_ai.tool.name": f"curl --password={CANARY}", "gen_ai.agent.name": f"token={CANARY}"}),
        span(**{"gen_ai.tool.name": CANARY, "api_key": CANARY}),
        span(**{"gen_ai.tool.name": CANARY, "api_key": CANARY}),
        event(userIdentity={"arn": f"arn:aws:iam::111122223333:user/password={CANARY}"}),
    ])  # fmt: skip
    assert CANARY not in repr(found)
    assert sorted(each.times or 0 for each in found.activity) == [1, 1, 2]


def test_rows_that_differ_in_a_secret_only_are_one() -> None:
    found = followed([
        {"attributes": {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": f"x --password={CANARY}{number}"}}
        for number in range(5)
    ])  # fmt: skip
    assert [each.times for each in found.activity] == [5]


def test_beyond_the_limit_actions_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MAX_ROWS", 3)
    found = followed([event(eventName=f"Get{number % 5}") for number in range(50)])
    assert [each.times for each in found.activity] == [10, 10, 10]
    (skipped,) = found.skipped
    assert skipped.reason == "20 actions are unlike the first 3 kinds of action, and have no row"


def test_names_without_end_are_not_all_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "MAX_CHARACTERS", 100_000)
    found = followed([event(eventName=f"Get{number}" + "x" * 30_000) for number in range(9)])
    assert (len(found.activity), found.skipped[0].reason.split(" ")[0]) == (4, "5")


def test_what_tells_nothing_is_counted() -> None:
    found = followed([event(), {"a": 1}, {"eventName": 7, "eventSource": []}])
    assert [each.reason for each in found.skipped] == ["2 of 3 records tell of no action that is understood"]


@pytest.mark.parametrize(
    ("change", "incomplete"),
    [
        (lambda text: text, None),
        (lambda text: b"\xef\xbb\xbf" + text, None),
        (lambda text: text.replace(b"\n", b"\r\n"), None),
        (lambda text: text.decode().encode("utf-16"), None),
        (gzip.compress, None),
        (lambda text: text[:-40], "the file ends before its last record does"),
        (lambda text: gzip.compress(text + text)[:-9], "the compressed file ends before its data does"),
        (lambda text: b'{"Records": [' + text.strip().replace(b"\n", b",") + b'], "NextToken": "x"}',
         "one page of several: NextToken names the next"),
    ],
    ids=["plain", "mark", "crlf", "utf-16", "gzip", "cut", "cut gzip", "one page"],
)  # fmt: skip
def test_files_as_they_come(change: Any, incomplete: str | None) -> None:
    text = "".join(json.dumps(event(eventID=str(number))) + "\n" for number in range(20)).encode()
    found = followed(change(text))
    assert len(found.activity) == 1 and (found.activity[0].times or 0) >= 19
    assert [each.reason for each in found.skipped] == ([incomplete] if incomplete else [])


def test_a_bomb_is_refused() -> None:
    with pytest.raises(FormatError, match="bomb"):
        followed(gzip.compress(json.dumps(event()).encode() + b"\n" + b" " * 60_000_000))


def test_broken_records_have_their_places() -> None:
    text = "".join(json.dumps(event()) + "\n" for _ in range(3)) + '{"eventName": ]\n' * 30
    found = followed(text)
    assert len(found.skipped) == 21
    assert found.skipped[0].locations == (Location("logs/x.jsonl", 4, 15),)
    assert found.skipped[-1].reason == "10 more records could not be read"


SCRIPT = """
import resource, sys
from nhiassess.installed import plugins
from nhiassess.logs.following import follow
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with open(sys.argv[1], "rb") as file:
    found = follow("x.jsonl", file, plugins("logs", "LOG"), b"run")
print(sum(each.times for each in found.activity), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the module resource is of Unix only")
@pytest.mark.parametrize("form", ["lines", "list", "gzip"])
def test_a_large_file_is_never_held(form: str, tmp_path: Path) -> None:
    lines = [json.dumps(event(eventName=f"Get{number}", filling="x" * 500)) for number in range(50)]
    once = ("\n" if form != "list" else ",\n").join(lines)
    times = 50_000_000 // len(once) + 1
    path = tmp_path / "x.jsonl"
    with gzip.open(path, "wb", 1) if form == "gzip" else path.open("wb") as file:
        file.write(b'{"Records": [' if form == "list" else b"")
        for turn in range(times):
            file.write((once if form != "list" or turn == times - 1 else once + ",").encode() + b"\n")
        file.write(b"]}" if form == "list" else b"")
    ran = subprocess.run([sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True)
    count, kilobytes = map(int, ran.stdout.split())
    assert count == times * len(lines)
    assert kilobytes < 60_000


CORPUS = SHARED / "corpus" / "logs"
# the kind, and how many actions and distinct ones there are
COUNTS = {
    "otel_genai_client_span_tool_calls.json": ("opentelemetry", 1, 1),
    "otel_genai_deprecated_client_span_tool_calls.json": ("opentelemetry", 1, 1),
    "otel_genai_tool_execution_span.json": ("opentelemetry", 1, 1),
    "ai-streamText-doStream.json": ("opentelemetry", 1, 1),
    "all-spans.json": ("opentelemetry", 5, 2),
    "testdata-01.json": ("kubernetes_audit", 3, 3),
    "testdata-02.json": ("kubernetes_audit", 3, 3),
    "event-cloud-trail-bedrock-create-customization-jobs.json": ("cloudtrail", 1, 1),
    "event-cloud-trail-create-bucket.json": ("cloudtrail", 1, 1),
    "event-cloud-trail-run-instance-creator-assumed.json": ("cloudtrail", 1, 1),
}


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found: dict[str, Inventory] = {}
    for path in sorted(each for each in CORPUS.rglob("*") if each.is_file()):
        assert kinds(path.name, path.read_bytes()) == [COUNTS[path.name][0]]
        found[path.name] = followed(path.read_bytes(), path.name)
    assert {
        name: (COUNTS[name][0], sum(each.times or 0 for each in inventory.activity), len(inventory.activity))
        for name, inventory in found.items()
    } == COUNTS
    skipped = {name: [each.reason for each in inventory.skipped] for name, inventory in found.items()}
    assert {name: reasons for name, reasons in skipped.items() if reasons} == {
        "all-spans.json": ["5 of 10 records tell of no action that is understood"]
    }
    actors = {each.id for inventory in found.values() for each in inventory.identities}
    assert actors == {
        "identity:kubernetes/-/-/user:admin", "identity:kubernetes/-/-/user:diana", "identity:aws/619193117841/root",
        "identity:aws/03412312600/role/GR_Dev_Developer",
    }  # fmt: skip
    assert found["all-spans.json"].activity[1].locations == (Location("all-spans.json", 368, 3),)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_no_other_file_of_the_corpus_is_a_log() -> None:
    others = (each for each in CORPUS.parent.rglob("*") if each.is_file() and CORPUS not in each.parents)
    assert [each.name for each in others if kinds(each.name, each.read_bytes())] == []
