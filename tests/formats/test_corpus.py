"""Real files, where they are at hand: each reads, agrees with other readers, and within the time it may take."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from nhiassess.errors import FormatError
from nhiassess.formats import json as ours_json
from nhiassess.formats import yaml as ours_yaml
from nhiassess.formats.reading import read

CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of real files is not at hand")


def files(*suffixes: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(CORPUS.rglob("*")):
        if path.is_file() and path.parent != CORPUS and (not suffixes or path.suffix in suffixes):
            yield path.relative_to(CORPUS).as_posix(), path.read_bytes()


def test_every_file_reads_or_is_a_template_within_its_time() -> None:
    begun, count = time.process_time(), 0
    templates: list[str] = []
    for path, content in files():
        count += 1
        try:
            document = read(path, content, key=b"run")
        except FormatError as error:
            templates.append(str(error))
        else:
            assert document.text.count("\n") == content.count(b"\n"), path
            assert document.incomplete is None, path
    # two seconds are the aim on an idle machine; a busy one may take its time
    assert time.process_time() - begun < 6
    assert count > 400
    assert len(templates) < 20
    assert all("a template, not YAML" in each for each in templates)


def test_json_agrees_with_the_standard_reader() -> None:
    agreed = 0
    for path, content in files(".json"):
        try:
            expected = json.loads(content)
        except ValueError:
            continue
        assert [root.plain() for root in ours_json.parse(path, content.decode()).roots] == [expected], path
        agreed += 1
    assert agreed > 190


class Loader(yaml.SafeLoader):
    """The standard reader with the scalars of YAML 1.2 and without tags."""


Loader.yaml_implicit_resolvers = {
    sign: [(tag, form) for tag, form in forms if tag.endswith((":null", ":merge", ":int", ":float"))]
    for sign, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def test_yaml_agrees_with_the_standard_reader() -> None:
    agreed = 0
    for path, content in files(".yaml", ".yml"):
        text = content.decode()
        try:
            expected = [
                each for each in yaml.load_all(text, Loader=Loader) if each is not None
            ]  # a subclass of the safe one
        except yaml.YAMLError:
            continue
        got = [root.plain() for root in ours_yaml.parse(path, text).roots]
        assert as_text(got) == as_text(expected), path
        agreed += 1
    assert agreed > 120


def as_text(value: object) -> object:
    """Give a value with every scalar as text, so that only structure is compared."""
    if isinstance(value, dict):
        return {str(key): as_text(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_text(inner) for inner in value]
    return str(value).lower() if isinstance(value, bool) or value in ("True", "False", "TRUE", "FALSE") else str(value)


def test_toml_agrees_with_the_standard_reader() -> None:
    agreed = 0
    for path, content in files(".toml"):
        document = read(path, content, key=b"run")
        assert set(document.root.plain()) == set(tomllib.loads(content.decode()))
        agreed += 1
    assert agreed >= 2


def test_few_secrets_are_found_in_files_that_hold_few() -> None:
    found = {}
    for path, content in files():
        try:
            document = read(path, content, key=b"run")
        except FormatError:
            continue
        if document.secrets:
            found[path] = [secret.kind for secret in document.secrets]
    # each was looked at once: weak passwords in addresses, Kubernetes Secrets, keys in examples, one AWS key id
    assert len(found) <= 13, found
