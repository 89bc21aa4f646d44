"""What a what-if changes is the difference of two blast radii, agent by agent and in all."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.analysis.blast_radius import blast_radius
from nhiassess.analysis.effect import effect
from nhiassess.model.inventory import Gate
from nhiassess.model.reach import Edge
from nhiassess.network.what_if import gated, without
from tests.analysis.estates import SHELL, A, B, drawn, edge, estates, holder

LAWS = settings(max_examples=40, deadline=None)


@LAWS
@given(estates(), st.data())
def test_each_agent_changes_as_its_blast_radius_does(edges: tuple[Edge, ...], data: st.DataObject) -> None:
    made = drawn(edges)
    gone = data.draw(st.sampled_from([node for node in made if not node.startswith("agent:")]))
    view = without(made, [gone])
    radii = zip(blast_radius(made), blast_radius(view), strict=True)
    changed = {
        before.id: (before.resources, after.resources, before.weighted, after.weighted)
        for before, after in radii
        if (before.resources, before.weighted, len(before.crown_jewels))
        != (after.resources, after.weighted, len(after.crown_jewels))
    }
    found = effect(view)
    assert changed == {
        row.id: (row.pairs_before, row.pairs_after, row.weighted_before, row.weighted_after) for row in found.agents
    }


@LAWS
@given(estates())
def test_the_agents_add_up_to_the_estate(edges: tuple[Edge, ...]) -> None:
    made = drawn(edges)
    found = effect(without(made, [A]))
    for before, after in zip(found.before, found.after, strict=True):
        rows = [row for row in found.agents if (row.threat_model, row.gated) == (after.threat_model, after.gated)]
        assert sum(row.pairs_before - row.pairs_after for row in rows) == before.pairs - after.pairs
        assert sum(row.jewels_before - row.jewels_after for row in rows) == before.jewels - after.jewels


def test_nothing_supposed_changes_nothing() -> None:
    found = effect(holder())
    assert (found.agents, found.before, found.cost.edges) == ((), found.after, 0)


def test_who_loses_most_stands_first_and_what_is_touched_is_counted() -> None:
    made = holder(None, edge(f"{B} invokes tool:b/other"), edge(f"{B} executes_on resource:host/repo"))
    (key,) = made[A][SHELL]
    found = effect(
        gated(without(made, ["resource:host/repo"]), [(A, SHELL, key)], Gate("human_approval", "tool_server"))
    )
    assert [row.agent for row in found.agents if row.gated and row.threat_model == "behaviour"] == [A, B]
    assert found.cost.edges == 2
