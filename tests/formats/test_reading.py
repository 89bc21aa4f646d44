"""Reading: which format a file is of, what makes it incomplete, and what a Document gives."""

from __future__ import annotations

import gc
import json
import re
import time
from types import MappingProxyType

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from nhiassess.errors import Complaint, FormatError
from nhiassess.formats.format import Node
from nhiassess.formats.reading import read
from tests.formats.looking import at


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a.json", "{}", "json"),
        ("a.json", "kind: Role\nrules: []\n", "yaml"),
        ("a.json", '{"a": 1}\n{"a": 2}\n', "json"),
        ("a.jsonc", "// c\n{}", "json"),
        ("a.ndjson", "{}\n{}\n", "json"),
        ("a.YAML", "a: 1", "yaml"),
        ("a.toml", "a = 1", "toml"),
        ("a.tf", "a = 1", "hcl"),
        ("a.md", "# a", "markdown"),
        ("a.mdc", "---\na: 1\n---\n", "markdown"),
        ("a.txt", "{}", "text"),
        ("a.cedar", "permit(principal, action, resource);", "text"),
        (".cursorrules", "Be careful.\nAlways.", "text"),
        (".mcprc", '{"mcpServers": {}}', "json"),
        ("Pipfile", "[packages]\nrequests = '*'\n", "toml"),
        (".gitlab", "stages:\n  - build\n", "yaml"),
        ("agent.conf", 'server {\n  port = "1"\n}\n', "hcl"),
        ("nginx.conf", "server {\n  listen 80;\n}\n", "text"),
        ("empty", "", "text"),
        (".env", "A=1\n", "text"),
        ("terraform.tfstate", "{}", "json"),
    ],
)
def test_the_format_follows_from_the_suffix_and_then_from_the_text(path: str, text: str, name: str) -> None:
    assert read(f"folder/{path}", text.encode(), key=b"k").name == name


@pytest.mark.parametrize(
    ("text", "incomplete"),
    [
        ('{"IsTruncated": true, "Roles": []}', True),
        ('{"IsTruncated": false, "Roles": []}', False),
        ('{"NextToken": "abc", "Roles": []}', True),
        ('{"NextToken": "", "Roles": []}', False),
        ('{"value": [], "@odata.nextLink": "https://example.test/next"}', True),
        ('{"jsonrpc": "2.0", "result": {"tools": [], "nextCursor": "p2"}}', True),
        ('{"kind": "List", "metadata": {"continue": "abc"}, "items": []}', True),
        ('{"parameters": {"NextToken": "abc"}}', False),
        ('{"a": [1, 2', True),
        ("IsTruncated: true\n", True),
    ],
)
def test_a_page_of_several_is_incomplete(text: str, incomplete: bool) -> None:
    path = "x.json" if text.startswith("{") else "x.yaml"
    assert (read(path, text.encode(), key=b"k").incomplete is not None) is incomplete


def test_a_node_answers_without_raising() -> None:
    node = read("x.json", b'{"a": [1, "b", true, null, {"c": 2.5}]}', key=b"k").root
    assert [node.get("a", 1), node.get("a", 9), node.get("a", "x"), node.get("z", 0, "y")][1:] == [None, None, None]
    answers = [(each.text(), each.flag(), each.number()) for each in at(node, "a").elements()]
    assert answers == [(None, None, 1), ("b", None, None), (None, True, None), (None, None, None), (None, None, None)]
    assert at(node, "a", 4, "c").number() == 2.5
    nodes = (Node("x"), Node(None), Node((Node(1), Node(2))), Node(MappingProxyType({})))
    assert [len(each.listed()) for each in nodes] == [1, 0, 2, 1]
    assert list(Node("x").items()) == []
    assert Node("x").elements() == ()
    assert (node.is_mapping, node.is_sequence, Node(()).is_sequence) == (True, False, True)


def test_nothing_read_can_be_changed() -> None:
    node = read("x.json", b'{"a": {"b": 1}}', key=b"k").root
    with pytest.raises(AttributeError):
        node.line = 2  # type: ignore[misc]  # that it is refused is the test
    with pytest.raises(TypeError):
        node.value["a"] = node  # type: ignore[index]  # that it is refused is the test


def test_reading_leaves_the_collector_as_it_was() -> None:
    assert gc.isenabled()
    with pytest.raises(FormatError):
        read("x.json", b"{]", key=b"k")
    assert gc.isenabled()


@given(some.binary(max_size=300), some.sampled_from(["x.json", "x.yaml", "x.toml", "x.tf", "x.md", "x", ".env"]))
@example(b"\0", "x.json")
@example(b"{" * 5000, "x.yaml")
def test_any_bytes_are_read_or_refused(content: bytes, path: str) -> None:
    places = [each.where for each in complaints(path, content)]
    assert all(place.startswith(f"{path}:") for place in places)


def complaints(path: str, content: bytes) -> tuple[Complaint, ...]:
    """Give what a refusal complains of, and nothing when the file reads; any other error fails the test."""
    try:
        read(path, content, key=b"k")
    except FormatError as error:
        return error.complaints or (Complaint("a refusal without a complaint"),)
    return ()


SIGNS = some.text(
    some.sampled_from("{}[]:,\"'#-|>&*!%@`=~<.\\/\n\t ab1é$ ") | some.characters(exclude_categories=["Cs"]), max_size=80
)


@given(SIGNS, some.sampled_from(["x.json", "x.yaml", "x.toml", "x.tf", "x.md", "x"]))
def test_any_text_is_read_or_refused_and_keeps_its_lines(text: str, path: str) -> None:
    if not complaints(path, text.encode()):
        masked = read(path, text.encode(), key=b"k").text
        assert masked.count("\n") == len(re.findall("\r(?!\n)|\n", text))


HOSTILE = {
    "assignments without end": ("x.txt", "password=" * 20_000),
    "references without end": ("x.txt", "password={{" * 20_000),
    "addresses without end": ("x.txt", "://a:" + "b@" * 50_000),
    "keys without end": ("x.txt", ("-----BEGIN " + "PRIVATE KEY-----") * 3_000),
    "spaces": ("x.txt", "password" + " " * 100_000 + "x"),
    "front matter of spaces": ("x.md", "---\na" + " " * 100_000 + "\n: x: y\n---\n"),
    "anchors": ("x.yaml", "".join(f"a{number}: &a{number} [x]\n" for number in range(5_000))),
    "one key again and again": ("x.json", "{" + '"a":1,' * 10_000 + '"b":2}'),
    "many secrets": ("x.json", json.dumps({f"password{number}": f"hunter{number}x" for number in range(10_000)})),
    "open comments": ("x.json", "[/**/" * 50 + "/*" * 50_000),
    "backslashes": ("x.json", '"' + "\\" * 100_000),
    "equals signs": ("x.tf", "a = " * 20_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_for_ever(name: str) -> None:
    path, text = HOSTILE[name]
    begun = time.process_time()
    complaints(path, text.encode())
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("path", ["main.tf", "agent.py"])
def test_what_takes_a_hundred_times_its_size_has_a_limit_of_its_own(path: str) -> None:
    assert read(path, b"# x\n" * 700_000, key=b"k")
    with pytest.raises(FormatError, match="more than 3,000,000 characters") as refused:
        read(path, b"# x\n" * 800_000, key=b"k")
    assert refused.value.construct == "too large"
