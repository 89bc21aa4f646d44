"""On a terminal, in a pipe, interrupted or misspelled: the answer alone on the output, and one line of what is wrong.

A terminal is a pseudo-terminal of the system. How consoles of Windows take a line back can't be shown here.
"""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from nhiassess import cli, installed
from nhiassess.cli import VERBS
from nhiassess.commands import command
from tests.hostile.running import NOW, looking_once, write
from tests.hostile.terminals import COMMAND, STARTED, Seen, environment, on_terminal

SAMPLE = str(installed.sample("ostermere"))
BACK = "\r\x1b[K"


@pytest.fixture(scope="module", autouse=True)
def _once() -> Iterator[None]:
    with looking_once():
        yield


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """The sample on a terminal, which takes more than a second."""
    out = tmp_path_factory.mktemp("progress") / "out"
    return on_terminal("assess", SAMPLE, "--out", str(out), "--format", "json", "--now", NOW)


def test_progress_is_told_on_a_terminal_after_a_second_and_taken_back(assessed: Seen) -> None:
    assert assessed.code == 0
    stages = [text for _, text in assessed.pieces if text.endswith(" ...")]
    assert stages
    assert all(text.startswith(BACK) for text in stages)
    after = assessed.told.rpartition(" ...")[2]
    assert after.startswith(BACK)
    assert "\x1b" not in after.removeprefix(BACK)


def test_progress_waits_for_a_second(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = Mock()
    monkeypatch.setattr(command, "Timer", clock)
    monkeypatch.setattr(command, "taking_back", lambda: "<")
    stage = command.Stage()
    stage("reading")
    stage("joining")
    assert [each.args for each in clock.call_args_list] == [(1, stage.show)]
    assert capsys.readouterr() == ("", "")
    stage.show()
    stage("asking")
    stage("")
    assert capsys.readouterr() == ("", "<joining ...<asking ...<")
    assert clock.return_value.cancel.called


def test_the_answer_stands_alone_on_the_output(assessed: Seen) -> None:
    assert assessed.out.startswith("24 agents in files: ")
    assert assessed.out.endswith("assessment.json\n")
    assert "\x1b" not in assessed.out
    assert "..." not in assessed.out


@pytest.fixture(scope="module")
def narrow() -> Seen:
    """A table of the sample on a terminal of 40 columns that takes no orders."""
    return on_terminal("chokepoints", SAMPLE, both=True, columns=40, TERM="dumb", NO_COLOR="1")


def test_no_colour_is_ever_used_and_a_dumb_terminal_is_not_steered(assessed: Seen, narrow: Seen) -> None:
    assert not re.search(r"\x1b\[[\d;]*m", assessed.told)
    assert narrow.code == 0
    assert narrow.told.startswith("Without")
    assert "\x1b" not in narrow.told


def test_a_table_fits_a_narrow_terminal_and_a_wide_one(
    narrow: Seen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = narrow.told.splitlines()
    assert max(map(len, lines)) <= 40
    assert any("…" in line for line in lines)
    monkeypatch.setattr(os, "isatty", lambda handle: handle == 1)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys, "argv", ["nhiassess", "chokepoints", SAMPLE])
    with pytest.raises(SystemExit):
        cli.main()
    lines = capsys.readouterr().out.splitlines()
    assert 80 < max(map(len, lines)) <= 200


@pytest.mark.parametrize("words", [["--version"], ["checks", "list", "--format", "json"]], ids=" ".join)
def test_a_reader_that_has_gone_is_no_error(words: list[str]) -> None:
    reads, writes = os.pipe()
    os.close(reads)
    done = subprocess.run([*COMMAND, *words], stdout=writes, stderr=subprocess.PIPE, env=environment(), check=False)
    os.close(writes)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_key_that_interrupts_ends_a_run_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    words = [*COMMAND, "assess", SAMPLE, "--out", str(tmp_path / "out")]
    alone = {"start_new_session": True, "preexec_fn": lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)}
    process = subprocess.Popen(words, stdin=theirs, stdout=theirs, stderr=theirs, env=environment(), **alone)  # type: ignore[call-overload]  # by name
    os.close(theirs)
    told = os.read(ours, 65536)  # the first stage: it is at work
    os.write(ours, b"\x03")
    code = process.wait(STARTED)
    while True:
        try:
            told += os.read(ours, 65536)
        except OSError:
            break
    os.close(ours)
    # where it meets Python inside an exec of its own, Python ends itself by the signal, which a shell reads as 130 too
    assert code in (130, -signal.SIGINT)
    assert told.decode().replace("\r\n", "\n").endswith("\n" + BACK + "stopped\n")
    assert not (tmp_path / "out").exists()


NAMED = {"ü/x.nhi.yaml": 'agents: [{id: "agent:x", name: "代理\U0001f916é"}]'}


@pytest.mark.parametrize("shape", ["json", "table"])
@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8"])
def test_what_an_encoding_lacks_is_spelled_out(
    tmp_path: Path, encoding: str, shape: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, NAMED)
    raw = io.BytesIO()
    with io.TextIOWrapper(raw, encoding=encoding) as out, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "argv", ["nhiassess", "observe", str(tmp_path), "--format", shape])
        with pytest.raises(SystemExit) as stopped:
            cli.main()
        out.flush()
        text = raw.getvalue().decode(encoding)
    assert stopped.value.code == 0
    if shape == "json":
        assert json.loads(text)["agents"][0]["name"] == "代理\U0001f916é"
    else:
        assert ("代理\U0001f916é" if encoding == "utf-8" else "\\u4ee3\\u7406\\U0001f916é") in text


def test_a_locale_of_ascii_is_no_error(tmp_path: Path) -> None:
    write(tmp_path, NAMED)
    env = environment(LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    words = [*COMMAND, "observe", str(tmp_path), "--format", "json"]
    done = subprocess.run(words, capture_output=True, env=env, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)["files"][0]["id"] == "ü/x.nhi.yaml"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["asses", "x"], "No such command 'asses'. Did you mean 'assess'?"),
        (["blastradius", "x"], "Did you mean 'blast-radius'?"),
        (["frameworks", "lst"], "No such command 'lst'"),
        (["assess", "x", "--formats", "json"], "--format"),
        (["assess", "x", "--fail-on", "hi"], "'high'"),
        (["observe", "x", "--format", "yaml"], "is not one of 'table', 'json'"),
        (["checks", "show", "agent-without-ownr"], "Did you mean agent-without-owner?"),
        (["frameworks", "show", "ASI99"], "Did you mean"),
        (["observe"], "Missing argument 'PATH'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_wrong_word_is_exit_2_with_the_nearest(words: list[str], says: str, capsys: pytest.CaptureFixture[str],
                                                  monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.setattr(sys, "argv", ["nhiassess", *words])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    out, err = capsys.readouterr()
    assert (stopped.value.code, out) == (2, "")
    assert says in err


def test_every_verb_shows_an_example(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for verb in VERBS:
        found = cli.commands.get_command(None, verb)  # type: ignore[arg-type]  # it looks at no context
        for name in getattr(found, "commands", {"": None}):
            words = [verb, name] if name else [verb]
            monkeypatch.setattr(sys, "argv", ["nhiassess", *words, "--help"])
            with pytest.raises(SystemExit):
                cli.main()
            assert f"nhiassess {' '.join(words)}" in capsys.readouterr().out.partition("Example:")[2], words


def test_without_the_libraries_of_pdf_the_output_is_the_answer_alone(tmp_path: Path) -> None:
    write(tmp_path, {"play.py": """
import cffi.api
def missing(*_): raise OSError("cannot load library 'libpango-1.0-0'")
cffi.api._make_ffi_library = missing
from nhiassess.cli import main
main()
"""})  # fmt: skip
    words = [sys.executable, str(tmp_path / "play.py"), "doctor", "--format", "json"]
    done = subprocess.run(words, capture_output=True, env=environment(), check=False)
    (row,) = (row for row in json.loads(done.stdout)["rows"] if row["id"] == "PDF")
    assert not row["works"]
    assert "libpango" in row["hint"]
