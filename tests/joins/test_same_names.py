"""Values that several files name differently become one."""

from __future__ import annotations

from nhiassess.joins.agents_in_logs import JOIN as AGENTS
from nhiassess.joins.agents_in_logs import SEEN
from nhiassess.joins.azure_tenants import JOIN as TENANTS
from nhiassess.logs.seen import SEEN as OF_LOGS
from nhiassess.model.inventory import Activity, Agent, Grant, Identity, Inventory, Link, Location, Telemetry, Trust
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge

CLIENT = "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0f9"
HERE, THERE = Location("deploy.yml", 3), Location("apps.json", 9)


def test_a_client_id_is_one_application_with_and_without_its_tenant() -> None:
    full, bare, loud = (
        f"identity:azure/{tenant}/{id}" for tenant, id in (("t1", CLIENT), ("-", CLIENT), ("-", CLIENT.upper()))
    )
    found = TENANTS.join(
        Inventory(
            identities=(Identity(bare, kind="app_registration", owner="Ops", locations=(THERE,)),),
            grants=(Grant("g", identity=loud),),
            trusts=(Trust("t", truster=bare),),
            links=(Link("l", "identity:github/o/r/w/j", "federates_to", full, locations=(HERE,)),),
        ),
        Knowledge(),
    )
    assert [each.id for each in found.identities] == [full]
    assert (found.grants[0].identity, found.trusts[0].truster, found.links[0].target) == (full, full, full)


def test_a_client_id_of_two_tenants_is_left_alone() -> None:
    ids = tuple(f"identity:azure/{tenant}/{CLIENT}" for tenant in ("-", "t1", "t2"))
    found = TENANTS.join(Inventory(identities=tuple(map(Identity, ids))), Knowledge())
    assert tuple(each.id for each in found.identities) == ids


def logged(*agents: Agent) -> Inventory:
    id = "agent:opentelemetry/billing/triage"
    return AGENTS.join(
        merge([
            Inventory(
                agents=(*agents, Agent(id, "triage", "opentelemetry", status=SEEN, last_used="2026-11-01")),
                activity=(Activity("a", agent=id, action="execute_tool"),),
                telemetry=(Telemetry("t", id, True),),
            )
        ]),
        Knowledge(),
    )  # fmt: skip


def test_what_a_log_saw_belongs_to_the_agent_of_that_name() -> None:
    found = logged(Agent("agent:crewai/shop/triage", "triage", "crewai"))
    (agent,) = found.agents
    assert (agent.id, agent.platform, agent.status, agent.last_used) == (
        "agent:crewai/shop/triage", "crewai", None, "2026-11-01",
    )  # fmt: skip
    assert (found.activity[0].agent, found.telemetry[0].agent) == (agent.id, agent.id)
    assert found.conflicts == ()


def test_the_service_names_an_agent_when_its_name_does_not() -> None:
    assert [each.id for each in logged(Agent("agent:langgraph/x/billing", "billing", "langgraph")).agents] == [
        "agent:langgraph/x/billing"
    ]


def test_two_agents_of_a_name_stay_apart_from_the_log() -> None:
    found = logged(
        Agent("agent:crewai/a/triage", "triage", "crewai"), Agent("agent:crewai/b/triage", "triage", "crewai")
    )
    assert len(found.agents) == 3


def test_both_rooms_mean_the_same_status() -> None:
    assert SEEN == OF_LOGS
