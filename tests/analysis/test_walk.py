"""Whom a gate stops and whom not, how a resource is left again, and which verdict a state has."""

from __future__ import annotations

import networkx as nx
import pytest

from nhiassess.analysis.crossing import ACCESS, ONWARD, folder_of, holds
from nhiassess.analysis.walk import index, starts, walk
from nhiassess.model.inventory import Gate, Tool, ToolServer
from nhiassess.model.reach import BEHAVIOUR, IDENTITY, VERDICTS
from nhiassess.network.what_if import without
from tests.analysis.estates import ASKED, JEWEL, SHELL, A, B, edge, graph, holder, shell

SETTINGS = "repo/.claude/settings.json"


def reached(made: nx.MultiDiGraph[str], threat_model: str, gated: bool, agent: str = A) -> dict[str, str]:
    found: dict[str, str] = {}
    for (node, _), verdict in walk(index(made), agent, threat_model, gated).verdicts().items():
        found[node] = min(verdict, found.get(node, verdict), key=VERDICTS.index)
    return found


@pytest.mark.parametrize(
    ("gate", "behaviour", "identity"),
    [
        (None, False, False),
        (Gate("none"), False, False),
        (Gate("human_approval"), True, False),
        (Gate("human_approval", "tool_server"), True, False),
        (Gate("human_approval", each_call=False), False, False),
        (Gate("policy", "gateway", each_call=False), False, False),
        (Gate("policy", "gateway"), True, True),
        (Gate("policy", "resource"), True, True),
        (Gate("sandbox", "network"), True, True),
        (Gate("jit", "agent_process"), True, False),
    ],
    ids=str,
)
def test_where_a_gate_is_enforced_decides_whom_it_stops(gate: Gate | None, behaviour: bool, identity: bool) -> None:
    assert holds(gate, BEHAVIOUR) is behaviour
    assert holds(gate, IDENTITY) is identity


def test_a_shell_without_a_gate_uses_what_the_agent_holds() -> None:
    assert reached(holder(), BEHAVIOUR, gated=True)[JEWEL] == "yes"


def test_approval_of_each_call_stops_behaviour_takeover_but_not_identity_takeover() -> None:
    made = holder(ASKED)
    assert JEWEL not in reached(made, BEHAVIOUR, gated=True)
    assert reached(made, BEHAVIOUR, gated=False)[JEWEL] == "yes"
    assert reached(made, IDENTITY, gated=True)[JEWEL] == "yes"


def test_a_gate_that_asks_once_does_not_hold() -> None:
    assert JEWEL in reached(holder(Gate("human_approval", each_call=False)), BEHAVIOUR, gated=True)


@pytest.mark.parametrize(
    ("controlled_by", "writing_gate", "stops"),
    [
        (SETTINGS, None, False),
        (SETTINGS, ASKED, True),
        ("elsewhere/managed-settings.json", None, True),
        ("repository/.claude/settings.json", None, True),
        (None, None, True),
    ],
)
def test_a_gate_in_a_file_that_the_agent_can_rewrite_does_not_hold(
    controlled_by: str | None, writing_gate: Gate | None, stops: bool
) -> None:
    write = Tool("tool:a/write", name="write", capabilities=(("writes_files", "high"),))
    gate = Gate("human_approval", controlled_by=controlled_by)
    made = graph(
        [
            edge(f"{A} invokes {SHELL}", gate=gate),
            edge(f"{A} invokes {write.id}", gate=writing_gate),
            edge(f"{A} runs_as identity:i"),
        ],
        shell(),
        write,
    )
    assert ("identity:i" not in reached(made, BEHAVIOUR, gated=True)) is stops


def test_a_gate_at_a_tool_server_is_not_undone_by_rewriting_the_file_of_the_agent() -> None:
    gate = Gate("policy", "gateway", controlled_by=SETTINGS)
    assert holds(gate, BEHAVIOUR, agent_writes=True, folder="repo")


def test_the_folder_of_an_agent_is_read_from_its_encoded_id() -> None:
    assert folder_of("agent:claude-code/my%20repo/x/claude-code") == "my repo/x"
    gate = Gate("human_approval", controlled_by="my repo/.claude/settings.json")
    assert not holds(gate, BEHAVIOUR, agent_writes=True, folder=folder_of("agent:claude-code/my%20repo/a"))
    assert not holds(gate, BEHAVIOUR, agent_writes=True, folder="-"), "the root holds every file"


def test_a_gate_at_the_gateway_holds_under_identity_takeover() -> None:
    at = f"credential:c authenticates_as {'identity:i'}"
    for enforced, stops in (("gateway", True), ("agent_process", False)):
        made = graph([edge(f"{A} holds credential:c"), edge(at, gate=Gate("policy", enforced))])
        assert ("identity:i" not in reached(made, IDENTITY, gated=True)) is stops
        assert "identity:i" in reached(made, IDENTITY, gated=False)


def test_a_gate_of_what_is_held_counts_beside_that_of_the_hand() -> None:
    made = graph([edge(f"{A} invokes {SHELL}"), edge(f"{A} runs_as identity:i", gate=Gate("jit", "gateway"))], shell())
    assert "identity:i" not in reached(made, BEHAVIOUR, gated=True)
    hops = walk(index(made), A, BEHAVIOUR, gated=False).hops(("identity:i", ""), "yes")
    assert [(hop.gate and hop.gate.kind, hop.gate_holds) for hop in hops] == [("jit", True)]


@pytest.mark.parametrize("arrival", sorted(ACCESS))
@pytest.mark.parametrize("onward", sorted(ONWARD))
def test_how_one_arrives_at_a_resource_decides_how_one_goes_on(arrival: str, onward: str) -> None:
    target = {"yields": "credential:z", "holds": "credential:z", "runs_as": "identity:z", "defines": "workflow:z",
              "executes_on": "resource:z"}  # fmt: skip
    source = {"can_change": "identity:i"}.get(arrival, "grant:g")
    made = holder(None, edge(f"{source} {arrival} resource:x"), edge(f"resource:x {onward} {target[onward]}"))
    expected = {
        "reads": {"yields"},
        "writes": {"defines"},
        "can_change": {"defines"},
        "executes_on": {"yields", "runs_as", "holds", "executes_on"},
        "administers": {"yields", "runs_as", "holds", "defines", "executes_on"},
    }[arrival]
    assert (target[onward] in reached(made, BEHAVIOUR, gated=True)) is (onward in expected)


QUERY = Tool("tool:s/query", server="tool_server:s", name="query", capabilities=(("queries", "high"),))


def test_a_tool_uses_what_its_agent_holds_when_it_runs_beside_it_with_nothing_of_its_own() -> None:
    chain = [edge for _, _, edge in holder(tool=QUERY).edges(data="value")]
    served, owns = edge(f"{QUERY.id} served_by tool_server:s"), edge("tool_server:s runs_as identity:s")
    beside, far = ToolServer("tool_server:s", transport="stdio"), ToolServer("tool_server:s", transport="http")
    assert JEWEL in reached(graph([*chain, served], QUERY, beside), BEHAVIOUR, gated=True)
    for other in (graph([*chain, served], QUERY, far), graph([*chain, served, owns], QUERY, beside)):
        assert JEWEL not in reached(other, BEHAVIOUR, gated=False)
        assert JEWEL in reached(other, IDENTITY, gated=True)
    poorer = without(
        graph([*chain, served, owns], QUERY, beside), edges=[("tool_server:s", "identity:s", "runs_as||-:1:1")]
    )
    assert JEWEL not in reached(poorer, BEHAVIOUR, gated=False), "what its server loses, the agent does not lend it"


@pytest.mark.parametrize(
    ("tool", "verdict"),
    [
        (Tool(SHELL, name="odd"), "unknown"),
        (Tool(SHELL, name="odd", capabilities=(("unknown", "low"),)), "unknown"),
        (Tool(SHELL, name="sh", capabilities=(("executes_code", "low"),)), "unknown"),
        (Tool(SHELL, name="sh", capabilities=(("executes_code", "high"),)), "yes"),
        (Tool(SHELL, name="mail", capabilities=(("sends_mail", "high"),)), "yes"),
        (Tool(SHELL, name="read", capabilities=(("reads_files", "high"),)), None),
        (Tool(SHELL, server="tool_server:local", name="odd"), "unknown"),
        (Tool(SHELL, server="tool_server:far", name="odd"), None),
    ],
    ids=lambda each: each.name if isinstance(each, Tool) else str(each),
)
def test_what_nobody_knows_of_a_tool_is_unknown_and_never_safe(tool: Tool, verdict: str | None) -> None:
    far = ToolServer("tool_server:far", transport="http")
    made = graph([edge(f"{A} invokes {SHELL}"), edge(f"{A} holds credential:c")], tool, far)
    assert reached(made, BEHAVIOUR, gated=True).get("credential:c") == verdict


def test_an_agent_whose_tools_were_not_observed_may_use_what_it_holds() -> None:
    made = graph([edge(f"{A} runs_as identity:i")])
    assert reached(made, BEHAVIOUR, gated=True)["identity:i"] == "unknown"


def test_a_tool_of_unknown_ability_does_not_hide_a_shell_behind_a_gate() -> None:
    made = holder(ASKED, edge(f"{A} invokes tool:a/odd"))
    assert reached(made, BEHAVIOUR, gated=True)[JEWEL] == "unknown"
    assert reached(made, BEHAVIOUR, gated=False)[JEWEL] == "yes"


@pytest.mark.parametrize(("gate", "there"), [(None, True), (ASKED, False)])
def test_the_host_of_an_agent_is_reached_with_a_hand_that_runs_code(gate: Gate | None, there: bool) -> None:
    host = edge(f"{A} executes_on resource:host/repo"), edge("resource:host/repo yields credential:h")
    assert ("credential:h" in reached(holder(gate, *host), BEHAVIOUR, gated=True)) is there
    mail = Tool(SHELL, name="mail", capabilities=(("sends_mail", "high"),))
    assert "credential:h" not in reached(holder(None, *host, tool=mail), BEHAVIOUR, gated=False)


def test_what_if_a_tool_were_gone() -> None:
    made = holder(None, edge(f"{A} invokes tool:a/odd", gate=ASKED))
    for view in (without(made, nodes=[SHELL]), without(made, edges=[(A, SHELL, "invokes||-:1:1")])):
        assert JEWEL not in reached(view, BEHAVIOUR, gated=True)
        assert reached(view, BEHAVIOUR, gated=False)[JEWEL] == "unknown"
        none_left = without(view, nodes=["tool:a/odd"])
        assert JEWEL not in reached(none_left, BEHAVIOUR, gated=False), "its tools are known to be gone"


def test_what_if_the_tool_that_rewrites_the_gate_were_gone() -> None:
    write = Tool("tool:a/write", name="write", capabilities=(("writes_files", "high"),))
    chain = [edge for _, _, edge in holder(Gate("human_approval", controlled_by=SETTINGS)).edges(data="value")]
    made = graph([*chain, edge(f"{A} invokes {write.id}")], shell(), write)
    assert "identity:i" in reached(made, BEHAVIOUR, gated=True)
    assert "identity:i" not in reached(without(made, nodes=[write.id]), BEHAVIOUR, gated=True)


def test_nobody_walks_upstream_or_along_what_comes_in() -> None:
    made = graph([edge(f"input:web taints {A}"), edge(f"{B} delegates_to {A}"), edge(f"workflow:w triggers {A}")])
    assert reached(made, BEHAVIOUR, gated=False) == {A: "yes"}


def test_who_rewrites_a_workflow_commands_the_agent_that_it_drives() -> None:
    made = holder(
        None,
        edge("identity:i can_change resource:github/code"),
        edge("resource:github/code defines workflow:w"),
        edge(f"workflow:w triggers {B}"),
    )
    assert B in reached(made, BEHAVIOUR, gated=True)


def test_identity_takeover_starts_at_what_tools_servers_and_workflows_hold_too() -> None:
    made = graph(
        [
            edge(f"{A} invokes tool:s/q", gate=ASKED),
            edge("tool:s/q served_by tool_server:s"),
            edge("tool_server:s runs_as identity:s"),
            edge("tool:s/q holds credential:t"),
            edge(f"workflow:w triggers {A}"),
            edge("workflow:w holds credential:w"),
            edge("workflow:v holds credential:v"),
        ]
    )
    assert starts(index(made), A, IDENTITY) == ("credential:t", "credential:w", "identity:s")
    assert starts(index(made), A, BEHAVIOUR) == (A,)
    gone = without(made, edges=[("workflow:w", A, "triggers||-:1:1")], nodes=["tool_server:s"])
    assert starts(index(gone), A, IDENTITY) == ("credential:t",)


def test_the_strongest_path_counts_even_when_a_weaker_one_is_shorter() -> None:
    made = graph(
        [
            edge(f"{A} delegates_to {B}", "unknown"),
            edge(f"{A} delegates_to agent:x/-/c"),
            edge(f"agent:x/-/c delegates_to {B}", "conditional"),
        ]
    )
    walked = walk(index(made), A, BEHAVIOUR, gated=True)
    assert walked.verdicts()[B, ""] == "conditional"
    assert [hop.target for hop in walked.hops((B, ""), "conditional")] == ["agent:x/-/c", B]
    assert [hop.target for hop in walked.hops((B, ""), "unknown")] == [B]


def test_a_copy_of_a_graph_gets_an_index_of_its_own() -> None:
    made = holder()
    assert index(made) is index(made)
    copy = nx.MultiDiGraph(made)
    copy.remove_edge("identity:i", "grant:g", next(iter(copy["identity:i"]["grant:g"])))
    nx.freeze(copy)
    assert JEWEL not in reached(copy, BEHAVIOUR, gated=True)
    assert JEWEL in reached(made, BEHAVIOUR, gated=True)


def test_a_graph_that_can_change_is_indexed_at_each_call() -> None:
    copy = nx.MultiDiGraph(holder())
    assert JEWEL in reached(copy, BEHAVIOUR, gated=True)
    copy.remove_node("credential:c")
    assert JEWEL not in reached(copy, BEHAVIOUR, gated=True)


def test_a_view_of_networkx_itself_is_walked_as_it_is() -> None:
    made = holder()
    view = made.subgraph([node for node in made if node != "grant:g"])
    assert JEWEL not in reached(view, BEHAVIOUR, gated=True)
    assert JEWEL in reached(made, BEHAVIOUR, gated=True)
