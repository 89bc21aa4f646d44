"""Every file has a row that says what became of it, and nothing outside of the root is ever read."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from nhiassess import ledger, roots
from nhiassess.errors import FormatError
from nhiassess.ledger import Observed, look
from nhiassess.model.inventory import Agent, Inventory, Location, ObservedFile
from nhiassess.roots import IGNORED_FOLDERS
from nhiassess.sources.source import ReadFile

SECRET = "password-of-nobody-7319"


@dataclass(frozen=True)
class Names:
    """A source that reads one agent from each JSON file, and refuses a name that is a number."""

    name: str = "names"
    suffix: str = ".json"
    together: bool = False

    def recognises(self, path: str, head: str) -> bool:
        return path.endswith(self.suffix)

    def group(self, path: str) -> str:
        return "all" if self.together else path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        agents = []
        for file in files:
            node = file.document.root.get("name")
            if node is not None and node.number() is not None:
                raise FormatError("a name is no number", f"{file.path}:{node.line}:{node.column}", "Put it in quotes.")
            agents.append(Agent(f"agent:{file.path}", name=node.text() if node else None))
        return Inventory(agents=tuple(agents))


def write(root: Path, path: str, content: bytes = b'{"name": "a"}') -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def rows(found: Observed) -> dict[str, ObservedFile]:
    return {row.id: row for row in found.inventory.files}


def names(found: Observed) -> dict[str, str | None]:
    return {agent.id.removeprefix("agent:"): agent.name for agent in found.inventory.agents}


def reasons(found: Observed) -> dict[str, str]:
    return {row.locations[0].path: row.reason for row in found.inventory.skipped}


def test_every_file_has_one_row(tmp_path: Path) -> None:
    write(tmp_path, "a.json")
    write(tmp_path, "deep/er/b.json")
    write(tmp_path, "notes.txt", b"nothing")
    write(tmp_path, "broken.json", b'{"name" "a"}')
    found = look(tmp_path, [Names()])
    assert {id: row.status for id, row in rows(found).items()} == {
        "a.json": "read",
        "broken.json": "skipped",
        "deep/er/b.json": "read",
        "notes.txt": "ignored",
    }
    assert rows(found)["notes.txt"].reason == "no source reads this kind of file"
    assert rows(found)["a.json"].sources == ("names",)
    assert rows(found)["a.json"].bytes == 13
    assert len(rows(found)["a.json"].sha256 or "") == 64
    assert set(reasons(found)) == {"broken.json"}
    assert set(found.texts) == {"a.json", "deep/er/b.json"}, "the text of what no source reads is not kept"


def test_test_data_is_no_configuration_of_the_estate_but_what_people_state_is(tmp_path: Path) -> None:
    for path in ("web/a.json", "web/test/fixtures/a.json", "web/testdata/b/broken.json", "web/__tests__/own.json"):
        write(tmp_path, path, b"{" if "broken" in path else b'{"name": "a"}')
    write(tmp_path, "web/fixtures/readme.txt")
    write(tmp_path, "exports/snapshots/a.json")
    found = look(tmp_path, [Names(), Names("written", suffix="own.json")])
    assert set(names(found)) == {"web/a.json", "web/__tests__/own.json", "exports/snapshots/a.json"}
    assert {each.construct for each in found.inventory.skipped} == {"fixture"}
    assert set(reasons(found)) == {"web/test/fixtures/a.json", "web/testdata/b/broken.json"}
    skipped = rows(found)["web/test/fixtures/a.json"]
    assert (skipped.status, skipped.sources, skipped.sha256) == ("skipped", (), None)
    assert rows(found)["web/fixtures/readme.txt"].status == "ignored"


def test_no_file_is_called_by_a_secret_and_two_of_them_stay_two(tmp_path: Path) -> None:
    secret = "gh" + "p_" + "K4n4ry0123456789" * 2
    for name in (f"{secret}/a.json", f"{secret}1/a.json", f"x/password={secret}.json", f"x/{secret}.nhi.yaml"):
        write(tmp_path, name)
    paths = set(rows(look(tmp_path, [Names()])))
    assert paths == {"[redacted]/a.json", "[redacted 2]/a.json", "x/password=[redacted].json", "x/[redacted].nhi.yaml"}


def test_no_hash_lets_a_secret_be_guessed(tmp_path: Path) -> None:
    write(tmp_path, "a.json", b'{"name": "a", "password": "hunter2"}')
    write(tmp_path, "b.json", b'{"name": "a", "password": "hunter2", "more": "' + b"x" * 60 + b'"}')
    write(tmp_path, "ignored", b"PASSWORD=hunter2")
    write(tmp_path, "skipped.json", b'{"password": "hunter2"')
    write(tmp_path, "unread.json", b'{"name": 7, "password": "hunter2"}')
    assert {id for id, row in rows(look(tmp_path, [Names()])).items() if row.sha256} == {"b.json"}


def test_what_a_source_cannot_read_is_skipped_with_its_place_and_the_rest_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.json", b'{\n "name": 7}')
    write(tmp_path, "b.json")
    found = look(tmp_path, [Names()])
    (skipped,) = found.inventory.skipped
    assert skipped.locations == (Location("a.json", 2, 10),)
    assert skipped.reason == "a name is no number. Put it in quotes."
    assert names(found) == {"b.json": "a"}


def test_the_place_is_in_the_file_that_is_wrong_and_not_in_the_first_of_its_group(tmp_path: Path) -> None:
    write(tmp_path, "a.json")
    write(tmp_path, "b.json", b'{"name": 7}')
    (skipped,) = look(tmp_path, [Names(together=True)]).inventory.skipped
    assert skipped.locations == (Location("b.json", 1, 10),)


def test_a_file_is_read_once_by_every_source_that_recognises_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "a.json")
    read: list[str] = []
    opened = Path.open

    def counted(file: Path, mode: str) -> object:
        read.append(file.name)
        return opened(file, mode)

    monkeypatch.setattr(Path, "open", counted)
    found = look(tmp_path, [Names(), Names("again"), Names("other", ".yaml")])
    assert read == ["a.json"]
    assert rows(found)["a.json"].sources == ("names", "again")


def test_a_link_out_of_the_root_is_refused_and_one_within_is_read_where_it_points(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", write(tmp_path, "outside/secret.json", b'{"name": "outside"}')
    write(root, "a.json")
    for name, target in {
        "file.json": outside,
        "folder": outside.parent,
        "up.json": Path("../outside/secret.json"),
        "within.json": Path("a.json"),
        "loop.json": Path("loop.json"),
        "one.json": Path("two.json"),
        "two.json": Path("one.json"),
        "nowhere.json": Path("/nowhere/at/all.json"),
    }.items():
        (root / name).symlink_to(target)
    found = look(root, [Names()])
    assert names(found) == {"a.json": "a"}
    for name in ("file.json", "folder", "up.json", "nowhere.json"):
        assert rows(found)[name].status == "skipped"
        assert reasons(found)[name] == "a link that points out of the root"
    for name in ("within.json", "loop.json", "one.json", "two.json"):
        assert rows(found)[name].status == "ignored"
    assert "outside" not in repr(found.texts)


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    huge = write(tmp_path, "huge.json", b"{" + b" " * 20_000)
    os.truncate(huge, 100_000_000)
    monkeypatch.setattr(ledger, "read", lambda *_, **__: pytest.fail("it was read"))
    began = time.perf_counter()
    for found in (look(tmp_path, [Names()]), look(tmp_path, [Names()], huge)):
        assert rows(found)["huge.json"].status == "skipped"
        assert reasons(found)["huge.json"] == "100 MB is over the limit of 20 MB. Split it, or export less."
        assert [row.construct for row in found.inventory.skipped] == ["too large"]
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_beginning_of_a_file_may_end_within_a_character(tmp_path: Path, encoding: str) -> None:
    for shift in range(4):
        name = "x" * shift + "🤖" * 9000
        write(tmp_path, f"{shift}.json", f'{{"name": "{name}"}}'.encode(encoding))
    assert {len(name or "") for name in names(look(tmp_path, [Names()])).values()} == {9000, 9001, 9002, 9003}


def test_of_what_no_source_recognises_only_the_beginning_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", b"x" * 20_000 + b"\xff")
    write(tmp_path, "a.json", b'{"name": "' + b"x" * 20_000 + b'\xff"}')
    found = look(tmp_path, [Names()])
    assert {id: row.status for id, row in rows(found).items()} == {"a.txt": "ignored", "a.json": "skipped"}


def test_a_file_of_just_the_limit_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "MAX_BYTES", 13)
    write(tmp_path, "a.json", b'{"name": "a"}')
    write(tmp_path, "b.json", b'{"name": "ab"}')
    found = look(tmp_path, [Names()])
    assert names(found) == {"a.json": "a"}
    assert rows(found)["b.json"].status == "skipped"


def test_a_file_that_is_cut_is_read_as_far_as_it_goes_and_said_to_be_incomplete(tmp_path: Path) -> None:
    write(tmp_path, "a.json", b'{"name": "a", "more": [1, ')
    found = look(tmp_path, [Names()])
    assert names(found) == {"a.json": "a"}
    assert [(row.construct, row.locations[0].path) for row in found.inventory.skipped] == [("incomplete", "a.json")]


@pytest.mark.parametrize(
    ("content", "reason", "construct"),
    [
        (bytes(range(256)), "the file is binary, not text", "binary"),
        (b'{"name": "a\0b"}', "the file is binary, not text", "binary"),
        ('{"name": "é"}'.encode("latin-1"), "the text is not UTF-8 from this byte on", "encoding"),
        ('{"name": "a"}'.encode("utf-32"), "the file is UTF-32", "encoding"),
        (b'{"name" "a"}', "a colon is expected after the key", "syntax"),
        (b"name: {{ .Values.name }}: b", "a template, not YAML until it is rendered", "template"),
        (b'{"name": ' + b"[" * 200, "the values nest deeper than 100", "too large"),
    ],
)
def test_what_cannot_be_read_is_skipped_with_what_to_do(
    tmp_path: Path, content: bytes, reason: str, construct: str
) -> None:
    write(tmp_path, "a.json", content)
    found = look(tmp_path, [Names()])
    assert [row.construct for row in found.inventory.skipped] == [construct]
    assert rows(found)["a.json"].reason == reasons(found)["a.json"]
    assert reasons(found)["a.json"].startswith(f"{reason}. ")
    assert names(found) == {}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    write(tmp_path, "a.json", '{"name": "naïve 代理"}'.encode(encoding))
    assert names(look(tmp_path, [Names()])) == {"a.json": "naïve 代理"}


ODD = {
    "CJK": "配置/代理.json",
    "Arabic": "إعدادات/وكيل.json",
    "emoji": "🤖/👩‍🚀.json",
    "accents in two parts": "cafe\u0301.json",
    "spaces": " a b .json",
    "line end": "a\nb.json",
    "colons": "a:1:2.json",
    "hash": "a#b.json",
    "percent": "a%2Fb.json",
    "quotes": "a'\"b.json",
    "markup": "<script>.json",
    "terminal": "a\x1b[31m.json",
    "right to left": "a\u202enosj.json",
    "option": "--only.json",
    "backslash": "a\\b.json",
    "long": "x" * 240 + ".json",
}


@pytest.mark.parametrize("path", ODD.values(), ids=ODD)
def test_a_name_may_be_anything(tmp_path: Path, path: str) -> None:
    write(tmp_path, path)
    write(tmp_path, "broken/" + path.rsplit("/")[-1], b'{"name": 7}')
    found = look(tmp_path, [Names()])
    assert names(found) == {path: "a"}
    assert rows(found)[path].status == "read"
    (skipped,) = found.inventory.skipped
    assert skipped.locations[0].path == "broken/" + path.rsplit("/")[-1]


def test_names_that_are_no_text_stay_apart(tmp_path: Path) -> None:
    for name in (b"\xff.json", b"\xfe.json"):
        try:
            (Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))).write_bytes(b'{"name": "a"}')
        except OSError:
            pytest.skip("this file system takes text for names only")
    found = look(tmp_path, [Names()])
    assert names(found) == {"\\xfe.json": "a", "\\xff.json": "a"}
    repr(found.inventory).encode("utf-8")


@pytest.mark.parametrize("folder", sorted(IGNORED_FOLDERS))
def test_a_folder_that_holds_no_configuration_is_one_row(tmp_path: Path, folder: str) -> None:
    write(tmp_path, f"deep/{folder}/a.json")
    write(tmp_path, f"deep/{folder}-not/a.json")
    found = look(tmp_path, [Names()])
    assert names(found) == {f"deep/{folder}-not/a.json": "a"}
    assert rows(found)[f"deep/{folder}/"].status == "ignored"
    assert rows(found)[f"deep/{folder}/"].reason == f"a folder named {folder} holds no configuration"


def test_what_is_neither_file_nor_folder_is_never_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    monkeypatch.chdir(tmp_path)  # the path of a socket may not be long
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket.json")
        found = look(tmp_path, [Names()])
    assert reasons(found) == dict.fromkeys(("pipe.json", "socket.json"), "neither a file nor a folder")


def test_what_cannot_be_read_or_listed_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("a.json", "sealed.json", "sealed/b.json", "gone.json"):
        write(tmp_path, path)
    opened, listed, sized = Path.open, os.scandir, Path.stat

    def read(file: Path, mode: str) -> object:
        if file.name == "sealed.json":
            raise PermissionError(13, "Permission denied")
        return opened(file, mode)

    def scan(folder: Path) -> object:
        if Path(folder).name == "sealed":
            raise PermissionError(13, "Permission denied")
        return listed(folder)

    def stat(file: Path, **more: bool) -> os.stat_result:
        if file.name == "gone.json":
            raise FileNotFoundError(2, "No such file or directory")
        return sized(file, **more)

    monkeypatch.setattr(Path, "open", read)
    monkeypatch.setattr(os, "scandir", scan)
    monkeypatch.setattr(Path, "stat", stat)
    found = look(tmp_path, [Names()])
    assert names(found) == {"a.json": "a"}
    assert reasons(found) == {
        "gone.json": "the file can't be read: No such file or directory",
        "sealed": "the folder can't be listed: Permission denied",
        "sealed.json": "the file can't be read: Permission denied",
    }


def test_beyond_the_most_files_the_rest_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "MOST_FILES", 2)
    for number in range(4):
        write(tmp_path, f"{number}.json")
    found = look(tmp_path, [Names()])
    assert [row.status for row in found.inventory.files] == ["read", "read", "skipped", "skipped"]
    assert "more than 2 files" in reasons(found)["3.json"]


def test_a_secret_is_in_no_row_and_no_text(tmp_path: Path) -> None:
    write(tmp_path, "a.json", f'{{"name": "a", "env": {{"DB_PASSWORD": "{SECRET}"}}}}'.encode())
    write(tmp_path, "b.json", f'{{"env": {{"DB_PASSWORD": "{SECRET}"}}, '.encode())
    found = look(tmp_path, [Names()])
    assert SECRET not in repr(found)
    assert "[redacted]" in found.texts["a.json"]


def test_one_file_may_be_asked_for_alone(tmp_path: Path) -> None:
    write(tmp_path, "b.json")
    only = write(tmp_path, "a.json")
    assert list(rows(look(tmp_path, [Names()], only))) == ["a.json"]


def test_the_same_folder_gives_the_same_rows(tmp_path: Path) -> None:
    for number in range(5):
        write(tmp_path, f"{number}/a.json")
    one, other = look(tmp_path, [Names()]), look(tmp_path, [Names()])
    assert one.inventory == other.inventory
    assert list(rows(one)) == sorted(rows(one))


def test_an_empty_folder_has_no_rows(tmp_path: Path) -> None:
    assert look(tmp_path, [Names()]).inventory == Inventory()
