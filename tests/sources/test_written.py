"""Our own YAML: rows of the model's tables, and every complaint at once when they are off."""

from __future__ import annotations

from dataclasses import fields

import pytest

from nhiassess.errors import FormatError
from nhiassess.model.inventory import Condition, Gate, Inventory, Location
from nhiassess.sources import written
from nhiassess.sources.written import TABLES
from tests.observing import by_id, observe

PATH = "written/x.nhi.yaml"


def read(text: str) -> Inventory:
    return observe(written.SOURCE, {PATH: text})


def complaints(text: str) -> list[str]:
    with pytest.raises(FormatError) as caught:
        read(text)
    return [str(complaint) for complaint in caught.value.complaints]


def test_rows_of_several_tables() -> None:
    found = read("""
        agents:
          - id: agent:n8n/-/intake
            owner: Head of finance
            autonomy: unattended
        workflows:
          - {id: "workflow:w", agent: agent:n8n/-/intake, untrusted: true, expected_seconds: 300}
        authorization_policies:
          - {id: p, default_deny: false, context: [task, destination]}
        """)
    agent = by_id(found.agents, "agent:n8n/-/intake")
    assert (agent.owner, agent.autonomy, agent.sandbox) == ("Head of finance", "unattended", None)
    assert agent.locations == (Location(PATH, 2, 5), Location(PATH, 3, 12), Location(PATH, 4, 15))
    assert (found.workflows[0].untrusted, found.workflows[0].expected_seconds) == (True, 300)
    assert (found.authorization_policies[0].default_deny, found.authorization_policies[0].context) == (
        False,
        ("task", "destination"),
    )


def test_sets_gates_and_conditions() -> None:
    found = read("""
        tools:
          - {id: "tool:a", capabilities: [read, write]}
          - {id: "tool:b", capabilities: [[read, low]]}
        grants:
          - id: "grant:a"
            actions: [["s3:GetObject", "arn:aws:s3:::x/*"], ["s3:PutObject", "arn:aws:s3:::x/*"]]
            conditions: [{operator: StringEquals, key: "aws:x", values: ["1"]}]
          - {id: "grant:b", actions: ["s3:*"], resources: ["*"]}
        links:
          - source: agent:a
            verb: invokes
            target: tool:a
            gate: {kind: human_approval, enforced_at: gateway, each_call: false}
        """)
    assert [tool.capabilities for tool in found.tools] == [(("read", "high"), ("write", "high")), (("read", "low"),)]
    first, second = found.grants
    assert (first.actions, first.resources) == (("s3:GetObject", "s3:PutObject"), ("arn:aws:s3:::x/*",))
    assert first.conditions == (Condition("StringEquals", "aws:x", ("1",)),)
    assert (second.actions, second.resources) == (("s3:*",), ("*",))
    (link,) = found.links
    assert link.gate == Gate("human_approval", "gateway", None, False)
    assert link.id == f"{PATH}#agent:a|invokes|tool:a"


def test_links_of_one_name_in_two_files_are_two() -> None:
    row = "links: [{id: one, source: agent:%s, verb: invokes, target: tool:t}]"
    found = observe(written.SOURCE, {"a.nhi.yaml": row % "a", "b.nhi.yaml": row % "b"})
    assert [link.source for link in found.links] == ["agent:a", "agent:b"]
    assert found.conflicts == ()


def test_every_complaint_at_once_with_its_place() -> None:
    found = complaints("""
        agents:
          - id: agent:a
            ownr: Ops
          - name: nobody
        tools:
          - id: tool:t
            irreversible: "yes"
            server: 7
        credentials:
          - {id: "credential:c", lifetime_seconds: "60", scopes: all}
          - {id: "identity:c"}
        secrets: []
        links:
          - {source: a, verb: invokes}
        """)
    places = [complaint.split(": ", 1)[0] for complaint in found]
    assert len(found) == 9
    assert f"{PATH}:11:10: $.credentials[1].id: identity:c is no id of this table. Write credential:…" in found
    assert f"{PATH}:3:5: $.agents[0].ownr: is not a known key. Did you mean owner?" in found
    assert f"{PATH}:12:1: $.secrets: is not a known key" in "\n".join(found)
    assert f"{PATH}:4:5: $.agents[1].id: is missing. Add it." in found
    assert f"{PATH}:14:5: $.links[0].target: is missing. Add it." in found
    assert all(place.startswith(PATH) for place in places)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("- agents", "a mapping of tables is expected"),
        ("agents: {id: a}", "a list of rows is expected"),
        ("agents: [one]", "a mapping is expected here"),
        ("agents: [{id: 7}]", "text is expected"),
        ("tools: [{id: t, capabilities: [[a, b, c]]}]", "a pair of two texts is expected"),
        ("grants: [{id: 'grant:g', actions: [[a, x], [b, y]]}]", "not every action goes with every resource"),
        ("grants: [{id: 'grant:g', actions: [[a, x]], resources: [y]}]", "together say two things"),
        ("grants: [{id: 'grant:g', conditions: [{key: k}]}]", "a condition needs an operator and a key"),
        ("links: [{source: a, verb: v, target: t, gate: human}]", "a mapping is expected here"),
        ("links: [{source: 'agent:a', verb: uses, target: 'tool:t'}]", "uses is no verb"),
        ("links: [{source: 'tool:t', verb: invokes, target: 'agent:a'}]", "tool invokes agent is no sentence"),
        ("links: [{source: a, verb: v, target: t, gate: {sort: x}}]", "is not a known key"),
        ("telemetry: [{id: t, retention_days: 1.5}]", "a whole number is expected"),
        ("agents:\n  - {id: a, owner: x}\nagents: []", "agents"),
    ],
)
def test_what_is_wrong_is_said(text: str, what: str) -> None:
    assert any(what in complaint for complaint in complaints(text))


def test_empty_fields_are_not_stated() -> None:
    assert read("agents: [{id: 'agent:a', owner: null}]").agents[0].owner is None


def test_every_field_of_every_table_can_be_written() -> None:
    for table, kind in TABLES.items():
        for each in fields(kind):
            found = complaints(f"{table}:\n  - {{{each.name}: {{odd: value}}}}\n")
            known = [complaint for complaint in found if "is not a known key" in complaint]
            if each.name == "locations":
                assert known, "places are read, never written"
            elif each.name != "gate":
                assert not known, (table, each.name)


def test_only_files_of_this_name() -> None:
    assert written.SOURCE.recognises("observed/agents.nhi.yaml", "")
    assert not written.SOURCE.recognises("observed/agents.yaml", "agents:")
