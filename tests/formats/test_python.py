"""Python: what it writes out is redacted and stays Python; its calls are read from the tree, and nothing is run."""

from __future__ import annotations

import ast
from contextlib import suppress

import pytest

from nhiassess.errors import FormatError
from nhiassess.formats import python
from nhiassess.formats.code import Module, called
from nhiassess.formats.format import Document
from nhiassess.formats.reading import read

CANARY = "0a1b2c3d4e5f6789" + "CANARY"
ISSUED = "sk-proj-" + "Q7w3" * 10


def document(text: str) -> Document:
    return read("main.py", text.encode(), key=b"a key for tests")


def module(text: str) -> Module:
    return python.module("main.py", document(text))


@pytest.mark.parametrize(
    "text",
    [
        'api_key = "{}"',
        'api_key: str = "{}"',
        'api_key: Optional[SecretStr] = SecretStr("{}")',
        'llm = ChatOpenAI(model="x", api_key="{}")',
        'llm = ChatOpenAI(openai_api_key=SecretStr("{}"))',
        'def ask(password: str = "{}"): ...',
        'os.environ["SERPER_API_KEY"] = "{}"',
        'os.environ.setdefault("SERPER_API_KEY", "{}")',
        'key = os.getenv("SERPER_API_KEY", "{}")',
        'api_key = os.getenv("X") or "{}"',
        'client_secret = b"{}"',
        'api_key = f"{}"',
        'headers = {{"X-API-Key": "{}"}}',
        'headers = {{"Authorization": "Bearer {}"}}',
        "class S(BaseSettings):\n    api_key: str = Field(default='{}')",
        'x = "postgres://app:{}@db/x"',
    ],
)
def test_literals_are_masked_and_recorded(text: str) -> None:
    read_ = document(text.format(CANARY))
    assert CANARY not in read_.text
    assert [each.line for each in read_.secrets] == [text.count("\n") + 1]
    ast.parse(read_.text)
    assert [each.node.secrets != () for each in python.module("main.py", read_).scalars if each.node.secrets] == [True]


def test_forms_of_issuers_are_masked_wherever_they_stand() -> None:
    read_ = document(f'import openai\nopenai.api_key = "{ISSUED}"\n# was {ISSUED}\n')
    assert ISSUED not in read_.text
    assert [(each.line, each.kind) for each in read_.secrets] == [(2, "openai_api_key"), (3, "openai_api_key")]


@pytest.mark.parametrize(
    "text",
    [
        "API_KEY = load_key()",
        "token = next(tokens)",
        "native.assign(**{key_token: 0}).merge(1)",
        "def f(curve_secretkey=None): ...",
        'password = getpass("Password: ")',
        'api_key = os.environ["OPENAI_API_KEY"]',
        "api_key = settings.key1234567890abcdef",
        'token = state.push("paragraph_open", "p", 1)',
    ],
)
def test_what_is_computed_is_no_secret(text: str) -> None:
    read_ = document(text)
    assert (read_.text, read_.secrets) == (text, ())


def test_text_without_tokens_of_python_is_read_as_any_text() -> None:
    read_ = document(f"'open\napi_key = '{CANARY}'\n")
    assert CANARY not in read_.text


def test_calls_have_names_arguments_and_places() -> None:
    line = f'é = "é"; bot = A("q", api_key="{CANARY}", n=np.x(1))'
    found = module(f"from agents import Agent as A\nimport numpy as np\n\n{line}\n")
    inner, outer = found.calls
    assert (outer.name, outer.bound, outer.node.line) == ("agents.Agent", "bot", 4)
    assert outer.node.plain() == {"0": "q", "api_key": "[redacted]", "n": {"0": 1}}
    assert (inner.name, called(outer.node.get("n") or inner.node)) == ("numpy.x", "numpy.x")
    # places are those of the file as it was before its secrets were masked
    assert (outer.node.column, inner.node.column) == (line.index("A(") + 1, line.index("np.x") + 1)


def test_values_say_what_they_are() -> None:
    found = module(
        'a = f"Bearer {os.environ[\'X_TOKEN\']}"\nb = ["x", *c, d]\ne = dict(command="uv")\nf = g if h else i\n'
        "j = None\n"
        'k = os.getenv("K")\nl = "a" "b" + "c"\n'
    )
    values = {name: (each[0].tag, each[0].plain()) for (_, name), each in found.assigned.items()}
    assert values == {
        "a": ("template", 'Bearer ${os.environ["X_TOKEN"]}'),
        "b": (None, ["x", "c", "d"]),
        "e": (None, {"command": "uv"}),
        "f": ("expression", "g if h else i"),
        "j": (None, None),
        "k": ("expression", 'os.environ["K"]'),
        "l": (None, "abc"),
    }


def test_names_and_lists_are_followed() -> None:
    found = module(
        "base = [a, b]\ntools = [*base, c] + more\ntools.append(d)\nmore = [e]\n"
        "def f():\n    tools = [z]\n    g(tools)\n\nh(tools)\nloop = [*loop]\n"
    )
    inside, outside = (each for each in found.calls if each.name in ("g", "h"))
    assert [each.value for each in found.listed(inside.node.get("0") or inside.node, inside.within)] == ["z"]
    assert [each.value for each in found.listed(outside.node.get("0") or outside.node, "")] == list("abced")
    assert list(found.listed(found.assigned["", "loop"][0], "")) == []


def test_classes_and_functions() -> None:
    found = module("class Crew(Base):\n    @agent(1)\n    def lead(self):\n        return run(x)\n")
    assert [(each.path, each.parameters) for each in found.classes] == [("Crew", ("Base",))]
    lead = found.function("self.lead", "Crew.tasks")
    assert lead is not None
    assert (lead.path, [called(each) for each in lead.decorators]) == ("Crew.lead", ["agent"])
    assert [each.name for each in found.inside("Crew.lead")] == ["run"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("x = 1\nprint 'python 2'\n", "main.py:2:1"),
        ("x = " + "(" * 5_000, "main.py:1:"),
        ("x = " + "-" * 100_000 + "1", "main.py:1:"),
        ("x = " + "1+" * 200_000 + "1", "main.py:1:"),
        ("x = 1\n" * 200_000, "main.py:1:1"),
        ("x = '\0'", "main.py:1:1"),
        ("x = " + "9" * 10_000, "main.py:1:"),
    ],
)
def test_what_cannot_be_parsed_is_told_with_its_place(text: str, place: str) -> None:
    with pytest.raises(FormatError) as error:
        module(text)
    complaint = error.value.complaints[0]
    assert complaint.where.startswith(place)
    assert complaint.hint


@pytest.mark.parametrize(
    "text",
    [
        "f(" * 90 + ")" * 90,
        "x" + ".a" * 20_000,
        "if a:\n    pass\n" + "elif b:\n    pass\n" * 500,
        "x = [" + "a," * 100_000 + "]",
    ],
)
def test_long_ways_end(text: str) -> None:
    with suppress(FormatError):
        module(text)


def test_the_longest_names_of_names_are_followed_once() -> None:
    text = "".join(f"a{n} = [*a{n + 1}, *a{n + 1}]\n" for n in range(200)) + "a200 = []\nf(a0)\n"
    found = module(text)
    assert list(found.listed(found.calls[0].node.get("0") or found.calls[0].node, "")) == []
