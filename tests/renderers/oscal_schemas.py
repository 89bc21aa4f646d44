"""NIST's JSON schemas of OSCAL 1.2.3, as its release has them, and whether a document keeps to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

FOLDER = Path(__file__).resolve().parents[1] / "data" / "oscal-1.2.3"
FILES = {"catalog": "oscal_catalog_schema.json", "mapping-collection": "oscal_mapping_schema.json"}
# Python's expressions have no \p{L}; this is the same token in words that they have
TOKEN = r"^([^\W\d]|_)(\w|[.\-])*$"


@cache
def validator(root: str) -> Draft7Validator:
    schema = json.loads((FOLDER / FILES[root]).read_bytes())
    schema["definitions"]["TokenDatatype"]["pattern"] = TOKEN
    return Draft7Validator(schema)


def wrong(document: Mapping[str, Any]) -> list[str]:
    """Give what NIST's schema says against a document."""
    (root,) = document
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(root).iter_errors(document)]
