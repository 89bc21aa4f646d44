"""What each condition of a scenario is met by, what blocks it, and what leaves it open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import networkx as nx
import pytest

from nhiassess.analysis.scenarios import replay
from nhiassess.model.inventory import (
    Agent,
    Credential,
    Gate,
    Input,
    Resource,
    Tool,
    ToolServer,
    Workflow,
)
from nhiassess.model.reach import Edge
from nhiassess.model.replay import BLOCKED, FEASIBLE, NeedAnswer, Replay
from nhiassess.model.scenario import Need, Scenario, Step
from tests.analysis.estates import ASKED, A, B, edge, graph, shell
from tests.conftest import NOW

ANY = Need("untrusted_input")
OWN = Gate("human_approval", controlled_by="repo/.claude/settings.json")
HARMLESS: dict[str, Any] = {
    **dict.fromkeys(("sees_untrusted", "reads_private", "sends_out", "irreversible"), False),
    "capabilities": (),
}


def tool(name: str, **more: Any) -> Tool:
    return Tool(f"tool:a/{name}", **{"name": name, **HARMLESS, **more})


def calls(*tools: Tool, gates: Mapping[str, Gate] | None = None) -> list[Edge]:
    return [edge(f"{A} invokes {each.id}", gate=(gates or {}).get(each.name or "")) for each in tools]


def asked(need: Need, made: nx.MultiDiGraph[str]) -> NeedAnswer:
    scenario = Scenario("s", "S", "2025-08", "what", "much", (), (Step("it happened", needs=(need,)),))
    (found,) = replay(scenario, made, NOW, A)
    return found.steps[0].needs[0]


def several(made: nx.MultiDiGraph[str], *steps: tuple[Need, ...]) -> Replay:
    told = tuple(Step(f"step {number}", needs=needs) for number, needs in enumerate(steps, 1))
    return replay(Scenario("s", "S", "2025-08", "what", "much", (), told), made, NOW, A)[0]


# ---------------------------------------------------------------- untrusted input


def test_an_untrusted_input_without_a_gate_is_a_way_in() -> None:
    made = graph([edge(f"input:mail taints {A}")], Input("input:mail", "mail", "untrusted"))
    assert asked(ANY, made).verdict == "yes"
    assert asked(Need("untrusted_input", kinds=("mail", "web")), made).verdict == "yes"


@pytest.mark.parametrize(("takes_in", "verdict"), [(True, "yes"), (None, "unknown"), (False, "no")])
def test_a_tool_that_takes_in_text_from_outside_is_a_way_in(takes_in: bool | None, verdict: str) -> None:
    web = tool("web", sees_untrusted=takes_in)
    assert asked(ANY, graph(calls(web), web)).verdict == verdict


@pytest.mark.parametrize(
    ("kind", "trust", "verdict"),
    [("web", "untrusted", "no"), (None, "untrusted", "unknown"), ("mail", None, "unknown"), ("mail", "internal", "no")],
)
def test_an_input_counts_by_its_kind_and_trust(kind: str | None, trust: str | None, verdict: str) -> None:
    still = tool("still")
    made = graph([*calls(still), edge(f"input:x taints {A}")], still, Input("input:x", kind, trust))
    assert asked(Need("untrusted_input", kinds=("mail",)), made).verdict == verdict


def test_a_gate_before_every_way_in_blocks_and_is_named() -> None:
    web = tool("web", sees_untrusted=True)
    found = asked(ANY, graph(calls(web, gates={"web": ASKED}), web))
    assert (found.verdict, found.gate) == ("no", ASKED)
    assert found.because == "a person approves each call (in the agent process) before it reads text from outside"


def test_a_gate_in_a_file_of_the_agent_is_as_good_as_what_its_tools_can_write() -> None:
    web = tool("web", sees_untrusted=True)

    def beside(other: Tool) -> str:
        return asked(ANY, graph(calls(web, other, gates={"web": OWN}), web, other)).verdict

    assert beside(tool("read", capabilities=(("reads_files", "high"),))) == "no"
    assert beside(tool("edit", capabilities=(("writes_files", "high"),))) == "yes"
    assert beside(tool("edit", capabilities=(("writes_files", "low"),))) == "unknown"
    assert beside(tool("odd", capabilities=None)) == "unknown"


@pytest.mark.parametrize(("untrusted", "verdict"), [(True, "yes"), (None, "unknown"), (False, "no")])
def test_a_trigger_brings_text_of_strangers_or_not(untrusted: bool | None, verdict: str) -> None:
    still, driver = tool("still"), Workflow("workflow:w", untrusted=untrusted)
    assert asked(ANY, graph([*calls(still), edge(f"workflow:w triggers {A}")], still, driver)).verdict == verdict


@pytest.mark.parametrize(
    ("handing", "gate", "verdict"),
    [("yes", None, "yes"), ("unknown", None, "unknown"), ("yes", ASKED, "no")],
)
def test_what_one_agent_reads_it_hands_on(handing: str, gate: Gate | None, verdict: str) -> None:
    still = tool("still")
    chain = (edge(f"input:web taints {B}"), edge(f"{B} delegates_to {A}", handing, gate))
    found = asked(ANY, graph([*calls(still), *chain], still, Input("input:web", "web", "untrusted")))
    assert found.verdict == verdict
    assert (verdict == "no") or found.because.endswith("hands on what it reads: taints it")


# ---------------------------------------------------------------- tools


@pytest.mark.parametrize(
    ("more", "ability", "verdict"),
    [
        ({"sends_out": True}, "sends_out", "yes"),
        ({"sends_out": None}, "sends_out", "unknown"),
        ({}, "sends_out", "no"),
        ({"capabilities": (("queries_database", "high"),)}, "queries_database", "yes"),
        ({"capabilities": (("queries_database", "low"),)}, "queries_database", "unknown"),
        ({"capabilities": (("executes_code", "high"),)}, "queries_database", "unknown"),
        ({"capabilities": (("write", "high"),)}, "queries_database", "unknown"),
        ({"capabilities": (("reads_files", "high"),)}, "queries_database", "no"),
        ({"capabilities": None}, "queries_database", "unknown"),
    ],
)
def test_a_tool_has_an_ability_or_not_or_nobody_can_tell(more: dict[str, Any], ability: str, verdict: str) -> None:
    made = tool("it", **more)
    assert asked(Need("tool", abilities=(ability,)), graph(calls(made), made)).verdict == verdict


def test_one_of_several_abilities_will_do() -> None:
    mail = tool("mail", capabilities=(("sends_messages", "high"),))
    found = asked(Need("tool", abilities=("writes_code_repository", "sends_messages")), graph(calls(mail), mail))
    assert (found.verdict, found.because) == ("yes", "mail sends messages")


def test_the_tools_of_an_agent_that_it_hands_work_to_are_its_own() -> None:
    pay = tool("pay", irreversible=True)
    made = graph(
        [edge(f"{A} delegates_to {B}"), edge(f"{B} invokes {pay.id}"), *calls(tool("still"))], pay, tool("still")
    )
    found = asked(Need("tool", abilities=("irreversible",)), made)
    assert found.verdict == "yes"
    assert [hop.verb for hop in found.path] == ["delegates_to", "invokes"]


def test_a_gate_before_the_only_such_tool_blocks_and_an_unknown_one_beside_it_leaves_it_open() -> None:
    mail, odd = tool("mail", sends_out=True), tool("odd", sends_out=None)
    need = Need("tool", abilities=("sends_out",))
    found = asked(need, graph(calls(mail, gates={"mail": ASKED}), mail))
    assert (found.verdict, found.gate) == ("no", ASKED)
    assert [(hop.target, hop.gate_holds) for hop in found.path] == [(mail.id, True)]
    assert asked(need, graph(calls(mail, odd, gates={"mail": ASKED}), mail, odd)).verdict == "unknown"
    assert asked(need, graph(calls(mail, odd, gates={"mail": ASKED, "odd": ASKED}), mail, odd)).verdict == "no"


@pytest.mark.parametrize(
    ("gate", "verdict"),
    [
        (ASKED, "yes"),
        (OWN, "yes"),
        (Gate("policy", "gateway"), "no"),
        (Gate("human_approval", controlled_by="etc/managed-settings.json"), "unknown"),
    ],
)
def test_who_starts_the_agent_himself_is_stopped_by_gates_outside_of_it_only(gate: Gate, verdict: str) -> None:
    made = graph(calls(shell(), gates={"shell": gate}), shell())
    assert asked(Need("tool", abilities=("executes_code",), threat_model="identity"), made).verdict == verdict


# ---------------------------------------------------------------- resources


def reader(*more: Edge, **told: Any) -> nx.MultiDiGraph[str]:
    """Build an agent that runs code as an identity which reads one resource."""
    fields = {"kind": "database", "environment": "production", "sensitivity": 5, "name": "Ledger", **told}
    chain = (
        *(edge(f"{A} invokes tool:a/shell"), edge(f"{A} runs_as identity:i")),
        *(edge("identity:i granted grant:g"), edge("grant:g reads resource:aws/ledger")),
    )
    return graph((*chain, *more), shell(), Resource("resource:aws/ledger", **fields))


LEDGER = Need("reaches", access="reads", kinds=("database",), sensitivity=4, environment="production")


def test_a_resource_of_the_sort_is_reached_by_a_path() -> None:
    found = asked(LEDGER, reader())
    assert (found.verdict, found.because) == ("yes", "it reads Ledger")
    assert [hop.verb for hop in found.path] == ["runs_as", "granted", "reads"]


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({"kind": None}, "unknown"),
        ({"sensitivity": None}, "unknown"),
        ({"environment": None}, "unknown"),
        ({"kind": "queue"}, "no"),
        ({"sensitivity": 3}, "no"),
        ({"environment": "staging", "kind": None}, "no"),
    ],
)
def test_a_resource_fits_or_not_or_nobody_can_tell(told: dict[str, Any], verdict: str) -> None:
    assert asked(LEDGER, reader(**told)).verdict == verdict


def test_reading_is_no_writing() -> None:
    need = Need("reaches", access="writes")
    assert asked(need, reader()).verdict == "no"
    assert asked(need, reader(edge("grant:g administers resource:aws/ledger"))).verdict == "yes"


def test_open_conditions_are_told_and_leave_the_step_open() -> None:
    conditional = Edge("x", "grant:g", "writes", "resource:aws/ledger", "may", "conditional", ("it is Monday",))
    found = asked(Need("reaches", access="writes"), reader(conditional))
    assert (found.verdict, found.because) == ("conditional", "it writes Ledger, if it is Monday")


@pytest.mark.parametrize(
    "loose",
    [
        f"{A} holds credential:of-nobody-known",
        f"{A} runs_as identity:without-a-grant",
        f"{A} executes_on resource:host/machine",
        f"{A} delegates_to {B}",
    ],
)
def test_where_the_evidence_ends_something_may_still_be_reached(loose: str) -> None:
    need = Need("reaches", kinds=("cluster",))
    assert asked(need, reader()).verdict == "no"
    assert asked(need, reader(edge(loose))).verdict == "unknown"


def test_a_gate_that_holds_blocks_with_the_path_behind_it() -> None:
    chain = (edge(f"{A} runs_as identity:i"), edge("identity:i granted grant:g"), edge("grant:g reads resource:aws/x"))
    made = graph((*calls(shell(), gates={"shell": ASKED}), *chain), shell(), Resource("resource:aws/x", "database"))
    found = asked(Need("reaches"), made)
    assert (found.verdict, found.gate) == ("no", ASKED)
    assert [hop.gate_holds for hop in found.path] == [True, False, False]


# ---------------------------------------------------------------- credentials and what is taken with them


def holder(*more: Edge, **told: Any) -> nx.MultiDiGraph[str]:
    """Build an agent whose credential reads a resource."""
    fields = {"kind": "pat", "store": "plaintext", "lifetime_seconds": 10_000_000, **told}
    chain = (
        *(*calls(tool("still")), edge(f"{A} holds credential:c"), edge("credential:c authenticates_as identity:i")),
        *(edge("identity:i granted grant:g"), edge("grant:g reads resource:aws/x")),
    )
    values = (tool("still"), Credential("credential:c", **fields), Resource("resource:aws/x", sensitivity=5))
    return graph((*chain, *more), *values)


STOLEN = Need("credential", kinds=("pat",), stores=("plaintext",), outlives_seconds=86400)
USED = Need("reaches", access="reads", sensitivity=4, threat_model="identity")


@pytest.mark.parametrize(
    ("told", "verdict"),
    [
        ({}, "yes"),
        ({"kind": None}, "unknown"),
        ({"kind": "api_key"}, "no"),
        ({"store": None}, "unknown"),
        ({"store": "secret_manager:vault/x"}, "no"),
        ({"lifetime_seconds": 900}, "no"),
        ({"lifetime_seconds": None}, "unknown"),
        ({"lifetime_seconds": None, "rotated": "2025-02-11"}, "yes"),
        ({"lifetime_seconds": None, "issued": "2026-11-24"}, "unknown"),
        ({"lifetime_seconds": None, "kind": "api_key"}, "no"),
    ],
)
def test_a_credential_is_of_the_sort_or_not_or_nobody_can_tell(told: dict[str, Any], verdict: str) -> None:
    assert asked(STOLEN, holder(**told)).verdict == verdict


@pytest.mark.parametrize(
    ("server", "verdict"),
    [
        (ToolServer("tool_server:s", transport="http", auth="none"), "no"),
        (ToolServer("tool_server:s", transport="http"), "unknown"),
        (ToolServer("tool_server:s", transport="stdio"), "no"),
    ],
)
def test_a_server_of_which_nobody_knows_how_it_is_called_may_hold_another(server: ToolServer, verdict: str) -> None:
    still = tool("still", server=server.id)
    made = graph([*calls(still), edge(f"{still.id} served_by {server.id}")], still, server)
    assert asked(STOLEN, made).verdict == verdict


def test_who_took_a_credential_goes_on_with_that_one() -> None:
    chain = (
        *(*calls(tool("still")), edge(f"{A} holds credential:c"), edge(f"{A} holds credential:d")),
        *(edge("credential:c authenticates_as identity:i"), edge("credential:d authenticates_as identity:j")),
        *(edge("identity:i granted grant:g"), edge("grant:g reads resource:aws/x")),
        *(edge("identity:j granted grant:h"), edge("grant:h administers resource:aws/x")),
    )
    lasting = Credential("credential:c", "pat", "plaintext", lifetime_seconds=10_000_000)
    brief = Credential("credential:d", "oidc_token", "workload_api", lifetime_seconds=300)
    made = graph(chain, tool("still"), lasting, brief, Resource("resource:aws/x", sensitivity=5))
    admin = Need("reaches", access="administers", threat_model="identity")
    assert several(made, (admin,)).answer == FEASIBLE, "with all that the agent has"
    assert several(made, (STOLEN,), (admin,)).answer == BLOCKED, "the one in clear reads only"
    assert several(made, (STOLEN,), (USED,)).answer == FEASIBLE


def test_identity_takeover_is_stopped_by_a_gate_at_the_resource() -> None:
    chain = (edge(f"{A} holds credential:c"), edge("credential:c authenticates_as identity:i"), *calls(tool("still")))
    at_resource = Gate("policy", "resource")
    more = (edge("identity:i granted grant:g"), edge("grant:g reads resource:aws/x", gate=at_resource))
    values = (tool("still"), Credential("credential:c", "pat", "plaintext", lifetime_seconds=10**7))
    made = graph((*chain, *more), *values, Resource("resource:aws/x", sensitivity=5))
    found = several(made, (STOLEN,), (USED,))
    assert (found.answer, found.step, found.gate) == (BLOCKED, 2, at_resource)


# ---------------------------------------------------------------- servers and platforms


@pytest.mark.parametrize(("pinned", "verdict"), [(False, "yes"), (None, "unknown"), (True, "no")])
def test_a_server_is_fixed_to_a_version_or_not(pinned: bool | None, verdict: str) -> None:
    ask = tool("ask", server="tool_server:s")
    made = graph(
        [*calls(ask), edge(f"{ask.id} served_by tool_server:s")], ask, ToolServer("tool_server:s", pinned=pinned)
    )
    assert asked(Need("unpinned_server"), made).verdict == verdict


@pytest.mark.parametrize(("platform", "verdict"), [("codex", "yes"), ("n8n", "no"), (None, "unknown")])
def test_an_agent_runs_on_a_platform(platform: str | None, verdict: str) -> None:
    made = graph((), Agent(A, platform=platform))
    assert asked(Need("runs_on", platforms=("codex", "gemini")), made).verdict == verdict


# ---------------------------------------------------------------- a whole replay
