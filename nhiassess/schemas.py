"""JSON Schemas of the files that people write, drawn from what their readers ask; ``python -m`` writes them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from nhiassess import installed
from nhiassess.assessment import plan, provenance
from nhiassess.formats.reading import read
from nhiassess.formats.record import Record
from nhiassess.formats.sketch import ANY, Schema, draw
from nhiassess.knowledge import catalogs, checks, crosswalks, exports, remedies, rules, scenarios
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.schema import DRAFT

WORDS = "frameworks/schema/descriptions.yaml"
_NOTHING = Knowledge()
# a new kind of file is one line here, and its words in the descriptions
READERS: Mapping[str, Callable[[Record], object]] = {
    "catalog": catalogs.catalog,
    "crosswalk": lambda record: crosswalks.crosswalk(record, ""),
    "check": checks.check,
    "titles": catalogs.titles,
    "techniques": rules.techniques,
    "scenario": scenarios.scenario,
    "export": exports.export,
    "remedy": remedies.remedy,
    "plan": lambda record: plan.planned(record, _NOTHING),
    "attestations": lambda record: plan.attested(record, _NOTHING),
    "provenance": provenance.exported,
    "exceptions": lambda record: plan.accepted(record, _NOTHING, ""),
}


def schemas() -> dict[str, Schema]:
    """Draw the schema of every file, by the name of the schema's file.

    Returns
    -------
    dict
        Each property with the words that an editor shows.

    Raises
    ------
    KeyError
        When a property has no words.

    Examples
    --------
    >>> schemas()["titles.json"]["required"]
    ['catalog']
    """
    words = read(WORDS, installed.read(WORDS), key=b"words", strict=True).root.plain()
    return {f"{name}.json": _titled(name, draw(reader), words[name]) for name, reader in READERS.items()}


def described(schema: Schema, words: Mapping[str, str], path: str = "") -> Schema:
    """Give a schema with a description of each property.

    Parameters
    ----------
    schema:
        As `draw` gives it.
    words:
        A description for each path, such as ``controls.ask.question``, or for the last key of several paths after a
        dot, such as ``.rationale``; ``*`` stands for a key that the writer chooses. What an allowed word means
        stands under ``.relationship = equal``, for each word of the key or for none.
    path:
        Where the schema stands.

    Returns
    -------
    dict
        A new one.

    Raises
    ------
    KeyError
        When a property has no words.
    """
    made = dict(schema)
    if "properties" in schema:
        made["properties"] = {key: _property(each, words, path, key) for key, each in schema["properties"].items()}
    if isinstance(schema.get("additionalProperties"), dict):
        made["additionalProperties"] = _property(schema["additionalProperties"], words, path, ANY)
    if "items" in schema:
        made["items"] = described(schema["items"], words, path)
    return made


def _property(schema: Schema, words: Mapping[str, str], path: str, key: str) -> Schema:
    at = f"{path}.{key}".lstrip(".")
    name = at if at in words else f".{key}"
    told = {"description": words[name], **described(schema, words, at)}
    if any(f"{name} = {word}" in words for word in schema.get("enum", ())):
        told["enumDescriptions"] = [words[f"{name} = {word}"] for word in schema["enum"]]
    return told


def _titled(name: str, schema: Schema, words: Mapping[str, str]) -> Schema:
    return {"$schema": DRAFT, "title": f"nhiassess {name}", "description": words["."], **described(schema, words)}


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / name).write_text(json.dumps(schema, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
