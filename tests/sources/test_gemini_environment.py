"""Variables of Gemini CLI: settings with their places, secrets as credentials, and files of other programs."""

from __future__ import annotations

import pytest

from nhiassess.formats.reading import read
from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.clients.gemini_environment import SOURCE
from nhiassess.sources.source import ReadFile

CANARY = "AIzaCANARYfakeFAKEfakeFAKEfake012345678"
REDIRECTED = "GOOGLE_GEMINI_BASE_URL=https://models.example.org\n"


def observe(path: str, text: str) -> Inventory:
    assert SOURCE.recognises(path, text[:4096])
    return SOURCE.read([ReadFile(path, read(path, text.encode(), key=b"test"))])


def test_own_file() -> None:
    path = "repos/web/.gemini/.env"
    found = observe(
        path,
        "# of the team\n"
        f"GEMINI_API_KEY={CANARY}\r\n"
        '  export GOOGLE_GEMINI_BASE_URL="https://models.example.org"\n'
        "GEMINI_SANDBOX = docker # boxed\n"
        "\n"
        "1WRONG=x\n"
        "EMPTY=\n",
    )
    assert [each.id for each in found.agents] == ["agent:gemini/repos/web/gemini"]
    stated = {each.key: (each.value, each.scope, each.locations[0]) for each in found.settings}
    assert stated == {
        "env.GOOGLE_GEMINI_BASE_URL": ("https://models.example.org", "project", Location(path, 3, 34)),
        "env.GEMINI_SANDBOX": ("docker", "project", Location(path, 4, 18)),
        "env.EMPTY": ("", "project", Location(path, 7, 7)),
    }
    assert [(each.store, each.locations[0].line) for each in found.credentials] == [("plaintext", 2)]
    assert CANARY not in repr(found)


def test_plain_file_gives_the_variables_of_gemini_only_and_is_no_agent_by_itself() -> None:
    found = observe("laptops/dev/.env", f"DATABASE_PASSWORD=hunter2fake\n{REDIRECTED}TRUST=1\n")
    assert [(each.key, each.scope) for each in found.settings] == [("env.GOOGLE_GEMINI_BASE_URL", "user")]
    assert (found.agents, found.credentials) == ((), ())
    assert "hunter2fake" not in repr(found)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("repos/web/.env", f"GEMINI_API_KEY={CANARY}\n"),  # a key of the model may be that of any program
        ("repos/web/.env", f"# {REDIRECTED}"),
        ("repos/web/.env", f"MY_{REDIRECTED}"),
        ("repos/web/.env.example", REDIRECTED),
        ("repos/web/gemini/.env", "DEBUG=1\n"),
        ("repos/web/environment.md", REDIRECTED),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize("text", ["", "=\n===\n", "A=" + '"' * 9, "A='\n", "\x00\x01", "A=" + "x" * 100_000])
def test_another_shape_breaks_nothing(text: str) -> None:
    assert len(observe(".gemini/.env", text).agents) == 1
