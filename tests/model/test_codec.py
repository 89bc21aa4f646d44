"""Every kind of value survives the way to plain data and back."""

from __future__ import annotations

import json
import types
import typing
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.model import assessment, figures, inventory, knowledge, reach
from nhiassess.model.codec import decode, encode
from nhiassess.model.inventory import Agent, Inventory, Location

KINDS = sorted(
    {
        kind
        for module in (inventory, knowledge, reach, assessment, figures)
        for kind in vars(module).values()
        if isinstance(kind, type) and is_dataclass(kind)
    },
    key=lambda kind: kind.__name__,
)
SCALARS: dict[Any, st.SearchStrategy[Any]] = {
    str: st.text(max_size=5),
    int: st.integers(),
    bool: st.booleans(),
    float: st.floats(allow_nan=False),
    type(None): st.none(),
    Any: st.none() | st.booleans() | st.text(max_size=3) | st.lists(st.integers(), max_size=2),
}


def values(hint: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Draw values of a type, thinner the deeper they lie."""
    if hint in SCALARS:
        return SCALARS[hint]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of(*(values(argument, depth) for argument in arguments))
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(values(arguments[0], depth + 1), max_size=2 if depth < 2 else 1).map(tuple)
    if origin is tuple:
        return st.tuples(*(values(argument, depth) for argument in arguments))
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(st.text(max_size=3), values(arguments[1], depth + 1), max_size=2)
    assert is_dataclass(hint), hint
    kind: Any = hint
    hints = typing.get_type_hints(hint)
    names = [f.name for f in fields(hint) if f.name != "fingerprints"]
    if depth > 2:  # only what must be there
        names = [f.name for f in fields(hint) if f.name in names and not _optional(f)]
    return st.builds(kind, **{name: values(hints[name], depth + 1) for name in names})


def _optional(field: Any) -> bool:
    missing = type(field.default).__name__ == "_MISSING_TYPE"
    return not missing or type(field.default_factory).__name__ != "_MISSING_TYPE"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_what_is_encoded_decodes_to_the_same(kind: Any) -> None:
    @settings(max_examples=5 if kind in (assessment.Assessment, figures.Figures) else 12, deadline=None)
    @given(values(kind))
    def law(value: Any) -> None:
        plain = json.loads(json.dumps(encode(value)))
        assert decode(kind, plain) == value
        assert decode(kind, encode(value)) == value

    law()


def test_every_kind_of_value_is_tested() -> None:
    assert {Agent, Inventory, knowledge.Check, reach.Path, assessment.Assessment, figures.Figures} <= set(KINDS)
    assert len(KINDS) > 60


def test_the_key_of_a_row_is_told_and_fingerprints_never_are() -> None:
    row = reach.Reach("a", "r", "behaviour", True, "yes", 2, "reads")
    assert encode(row)["id"] == "a|r|behaviour|gated"
    assert decode(reach.Reach, encode(row)) == row
    kept = Inventory(agents=(Agent("a", locations=(Location("x", 2, 3),)),), fingerprints=(("c", "print"),))
    assert "fingerprints" not in encode(kept)
    assert decode(Inventory, encode(kept)).agents == kept.agents


def test_a_field_that_is_absent_takes_its_default_and_one_that_must_be_there_is_missed() -> None:
    assert decode(Agent, {"id": "a", "later": "field"}) == Agent("a")
    with pytest.raises(TypeError):
        decode(Agent, {"name": "a"})
