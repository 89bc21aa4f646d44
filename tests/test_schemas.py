"""The schemas are those that the readers draw: they take what the readers take, and refuse what the readers refuse."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator

from nhiassess import installed
from nhiassess.errors import Complaint
from nhiassess.formats.format import Node
from nhiassess.formats.reading import read
from nhiassess.formats.record import Record
from nhiassess.schemas import READERS, WORDS, schemas
from tests.written import WRITTEN

ROOM = "frameworks/schema/files"
DRAWN = schemas()
NOT_USED = ("manager", "helper", "util", "processor", "handler", "context", "info", "item", "entity", "asset")
# what a reader knows of the meaning of a file, and no schema can
MEANT = re.compile(
    r"is no (catalog|objective|check|table)\b|leads out of this folder|maps a catalog onto itself"
    r"|has no example that is"
    r"|says not where it is published|ends before it begins|expires before it was|no `about` finds"
)
# the folder of a file, or its name, says what it is
SCHEMA_OF = {
    "crosswalks": "crosswalk",
    "checks": "check",
    "techniques": "techniques",
    "scenarios": "scenario",
    "exports": "export",
    "remedies": "remedy",
}
OTHERS = {
    *("aliases.yaml", "defaults.yaml", "sensitivity.yaml", "risk.yaml", "field-figures.yaml"),
    "descriptions.yaml",
}
SHIPPED = [
    name
    for name in (*installed.names("frameworks", ".yaml"), *installed.names("assessments/ostermere", ".yaml"))
    if ("/observed/" not in name or name.endswith("/provenance.yaml"))
    and "/tool_servers/" not in name
    and name.rsplit("/", 1)[1] not in OTHERS
]


def plain(text: str) -> Any:
    return read("x.yaml", textwrap.dedent(text).encode(), key=b"test").root.plain()


SAMPLES = [(name, plain(text)) for name, texts in WRITTEN.items() for text in texts]
IDS = [f"{name}-{number}" for name, texts in WRITTEN.items() for number in range(len(texts))]


def node(value: Any) -> Node:
    """Make the node that reading gives, without the file."""
    if isinstance(value, dict):
        return Node(MappingProxyType({key: node(each) for key, each in value.items()}))
    return Node(tuple(map(node, value)) if isinstance(value, list) else value)


def complaints(name: str, value: Any) -> list[str]:
    """Read a value with the reader itself, and give what it says of its shape."""
    found: list[Complaint] = []
    READERS[name](Record("x", node(value), found))
    return [each.what for each in found if not MEANT.search(each.what)]


@cache
def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(DRAWN[f"{name}.json"])


def refusals(name: str, value: Any) -> list[str]:
    return [error.message for error in validator(name).iter_errors(value)]


# ---------------------------------------------------------------- what is shipped


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_the_shipped_schema_is_what_the_reader_draws(name: str) -> None:
    assert json.loads(installed.read(f"{ROOM}/{name}")) == DRAWN[name], "run `make schemas`"


def test_no_other_schema_of_a_file_is_shipped() -> None:
    assert {name.rsplit("/", 1)[1] for name in installed.names(ROOM)} == set(DRAWN)
    assert {f"{name}.json" for name in READERS} == set(DRAWN)


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_schema_means_the_same_in_the_drafts_that_editors_know(name: str) -> None:
    Draft202012Validator.check_schema(DRAWN[name])
    Draft7Validator.check_schema({key: each for key, each in DRAWN[name].items() if key != "$schema"})
    used = set(re.findall(r'"(\w+)": ', json.dumps(rules_only(DRAWN[name]))))
    assert not used & {"prefixItems", "$defs", "unevaluatedProperties", "dependentRequired", "minContains"}


def rules_only(schema: Any) -> Any:
    """Leave out names of properties, which are no keywords."""
    if isinstance(schema, dict):
        return {key: list(map(rules_only, each.values())) if key == "properties" else rules_only(each)
                for key, each in schema.items()}  # fmt: skip
    return list(map(rules_only, schema)) if isinstance(schema, list) else schema


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_file_keeps_to_its_schema(name: str) -> None:
    room, file = name.split("/")[-2:]
    stem = file.removesuffix(".yaml")
    kind = SCHEMA_OF.get(room) or (stem if f"{stem}.json" in DRAWN else "catalog")
    value = read(name, installed.read(name), key=b"test", strict=True).root.plain()
    assert refusals(kind, value) == []


def test_all_kinds_of_shipped_files_were_held_against_their_schema() -> None:
    rooms = {name.split("/")[-2] for name in SHIPPED}
    assert rooms == {
        "frameworks",
        "crosswalks",
        "checks",
        "techniques",
        "scenarios",
        "exports",
        "remedies",
        "ostermere",
        "observed",
    }
    assert len(SHIPPED) > 100


# ---------------------------------------------------------------- words


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Walk every property, those of a writer's own name too."""
    named = dict(schema.get("properties", {}))
    if isinstance(schema.get("additionalProperties"), dict):
        named["*"] = schema["additionalProperties"]
    for key, each in named.items():
        at = f"{path}.{key}".lstrip(".")
        yield at, each
        yield from properties(each, at)
    if "items" in schema:
        yield from properties(schema["items"], path)


SAID = [(name, path, each) for name, schema in DRAWN.items() for path, each in (("", schema), *properties(schema))]


@pytest.mark.parametrize(("name", "path", "each"), SAID, ids=[f"{name}-{path}" for name, path, _ in SAID])
def test_every_property_has_words_for_the_editor(name: str, path: str, each: Mapping[str, Any]) -> None:
    said = each["description"]
    assert 3 <= len(said.split()) <= 15, said
    assert said[0].isupper() and said[-1] in ".?"
    assert said.isascii()
    assert not set(re.findall(r"\w+", said.lower())) & set(NOT_USED)


def test_no_words_are_left_over() -> None:
    table = read(WORDS, installed.read(WORDS), key=b"words", strict=True).root.plain()
    assert set(table) == set(READERS)
    for name, words in table.items():
        paths = {path for path, _ in properties(DRAWN[f"{name}.json"])}
        last = {f".{path.rsplit('.', 1)[-1]}" for path in paths if path not in words}
        meant = {key for key in words if " = " in key}
        assert set(words) - meant == {"."} | (paths & set(words)) | last
        assert {key.split(" = ")[0] for key in meant} <= set(words)


MEANINGS = [each for _, _, each in SAID if "enumDescriptions" in each]


@pytest.mark.parametrize("each", MEANINGS, ids=lambda each: "-".join(each["enum"]))
def test_either_each_allowed_word_says_what_it_means_or_none(each: Mapping[str, Any]) -> None:
    assert len(set(each["enumDescriptions"])) == len(each["enum"])
    assert all(3 <= len(said.split()) <= 15 and said.endswith(".") for said in each["enumDescriptions"])


# ---------------------------------------------------------------- the reader and the schema agree


@pytest.mark.parametrize(("name", "value"), SAMPLES, ids=IDS)
def test_a_sample_is_right(name: str, value: Any) -> None:
    assert complaints(name, value) == []
    assert refusals(name, value) == []


def test_the_samples_use_every_key() -> None:
    for name in READERS:
        used = {path for kind, value in SAMPLES if kind == name for path in keys(value, name)}
        assert used == {path for path, _ in properties(DRAWN[f"{name}.json"])}, name


# below these stand keys of the writer's own, and below those of rows the fields of values
OWN = re.compile(r"^titles$|^stage$|examples\.(given|expect)$")
ROWS = re.compile(r"^stage\.\*|examples\.given\.\*")


def keys(value: Any, name: str, path: str = "") -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from keys(each, name, path)
    elif isinstance(value, dict) and path not in ("source", "edges.source", "edges.target") and not ROWS.search(path):
        own = (name in ("titles", "check", "techniques")) and OWN.search(path)
        for key, each in value.items():
            at = f"{path}.{'*' if own else key}".lstrip(".")
            yield at
            yield from keys(each, name, at)


WRONG: tuple[Any, ...] = (7, 0.5, True, "", "zzz", [], ["zzz"], [7], [[]], [{}], {}, {"zzz": "zzz"}, {"zzz": 7}, 99, -1)


def places(value: Any) -> Iterator[tuple[str | int, ...]]:
    """Give the path of everything below a value."""
    within = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in within:
        yield (key,)
        yield from ((key, *rest) for rest in places(each))


def changed(value: Any, path: tuple[str | int, ...], change: Any) -> Any:
    """Copy a value with one place of it changed."""
    if not path:
        return change(value)
    copy = value.copy()
    if len(path) == 1 and change is None:
        del copy[path[0]]
    else:
        copy[path[0]] = changed(value[path[0]], path[1:], change)
    return copy


def more(value: Any) -> Any:
    if isinstance(value, dict):
        return {**value, "zzz": 1}
    return [*value, 7] if isinstance(value, list) else f"{value}z"


def mutants(value: Any) -> Iterator[tuple[str, Any]]:
    for path in places(value):
        told = ".".join(map(str, path))
        yield f"{told} is gone", changed(value, path, None)
        for wrong in WRONG:
            yield f"{told} is {wrong!r}", changed(value, path, lambda _, wrong=wrong: wrong)
        yield f"{told} has more", changed(value, path, more)
    yield "one key more", {**value, "zzz": 1}
    yield from ((f"all is {wrong!r}", wrong) for wrong in WRONG)


@pytest.mark.parametrize(("name", "value"), SAMPLES, ids=IDS)
def test_whatever_the_reader_refuses_the_schema_refuses_and_nothing_else(name: str, value: Any) -> None:
    count = 0
    for told, mutant in mutants(value):
        by_reader, by_schema = complaints(name, mutant), refusals(name, mutant)
        assert bool(by_reader) == bool(by_schema), (told, by_reader, by_schema)
        count += bool(by_reader)
    assert count > 20


# a schema marks a key with nothing behind it, which the reader takes as left out; to a schema 3.0 is a whole number
LEAVES = st.booleans() | st.integers(-3, 120) | st.floats(0.1, 0.9) | st.text("az09-:. ", max_size=12)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("az"), inner))


@given(st.data())
def test_whatever_stands_anywhere_reader_and_schema_agree(data: st.DataObject) -> None:
    name, value = data.draw(st.sampled_from(SAMPLES))
    for _ in range(data.draw(st.integers(1, 3))):
        found = list(places(value))
        assume(found)
        path, put = data.draw(st.sampled_from(found)), data.draw(VALUES)
        value = changed(value, path, lambda _, put=put: put)
    assert bool(complaints(name, value)) == bool(refusals(name, value)), (
        complaints(name, value),
        refusals(name, value),
    )


@pytest.mark.parametrize(("name", "value"), SAMPLES, ids=IDS)
def test_an_empty_key_is_marked_although_the_reader_takes_it_as_left_out(name: str, value: Any) -> None:
    for path in places(value):
        # rows and fields are those of values, and a value may be unknown
        rows = "given" in path or path[0] == "stage" or (name == "remedy" and {"source", "target"} & set(path))
        free = rows or (name, path[0]) == ("techniques", "source")
        if isinstance(path[-1], str) and not free:
            assert refusals(name, changed(value, path, lambda _: None)), path
