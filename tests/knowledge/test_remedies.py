"""A remedy names what it is about by words that exist; what does not is complained of at its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nhiassess.errors import KnowledgeError
from nhiassess.knowledge.lint import lint
from nhiassess.knowledge.load import load
from nhiassess.shelf import knowledge

REMEDY = """\
id: r
title: R
objectives: [TOL-02]
edges: [{verbs: [invokes], target: {irreversible: [true, null]}}]
cannot_know: Much.
"""


def test_a_pattern_holds_the_values_that_fit() -> None:
    (made,) = load({"remedies/r.yaml": REMEDY.encode()}).remedies
    assert [(each.verbs, dict(each.target)) for each in made.edges] == [(("invokes",), {"irreversible": (True, None)})]


@pytest.mark.parametrize(
    ("find", "put", "says"),
    [
        ("invokes", "calls", "'calls' is not allowed here"),
        ("[TOL-02]", "[]", "names no objective"),
        ("cannot_know: Much.", "", "cannot_know"),
    ],
    ids=["verb", "objectives", "cannot know"],
)
def test_what_is_wrong_with_the_file_is_told(find: str, put: str, says: str) -> None:
    with pytest.raises(KnowledgeError) as found:
        load({"remedies/r.yaml": REMEDY.replace(find, put).encode()})
    assert says in str(found.value)


def test_a_field_that_no_value_has_would_fit_everything_and_is_complained_of() -> None:
    made = load({"remedies/r.yaml": REMEDY.replace("irreversible", "ireversible").encode()})
    told = [str(each) for each in lint(replace(knowledge(), remedies=made.remedies))]
    assert told == ["remedies/r.yaml:1:1: r: 'ireversible' is a field of no value. Did you mean irreversible?"]


def test_every_remedy_that_came_along_names_its_gate_or_takes_edges_out() -> None:
    shipped = knowledge().remedies
    assert len(shipped) >= 10
    assert {each.gate.kind for each in shipped if each.gate} == {"human_approval", "policy", "sandbox", "jit"}
    assert any(each.gate is None for each in shipped)
