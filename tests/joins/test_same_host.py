"""Agents of folders within a home folder run on the machine of that home."""

from __future__ import annotations

from nhiassess.joins.same_host import JOIN
from nhiassess.model.inventory import Credential, Inventory, Link, Location, Resource
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.merge import merge
from nhiassess.sources.clients import codex
from nhiassess.sources.workstations import workstation
from tests.observing import ids, observe, triples

KEY = "[default]\naws_access_key_id = a\naws_secret_access_key = CANARYfake\n"
AGENT = 'sandbox_mode = "danger-full-access"\n'


def joined(*homes: str, agents: tuple[str, ...]) -> Inventory:
    kept = observe(workstation.SOURCE, {f"{home}.aws/credentials": KEY for home in homes}) if homes else Inventory()
    run = observe(codex.SOURCE, {f"{folder}.codex/config.toml": AGENT for folder in agents})
    return JOIN.join(merge([kept, run]), Knowledge())


def hosts(inventory: Inventory) -> dict[str, str]:
    return {
        source.removeprefix("tool:codex/").removesuffix("/codex/shell"): target.removeprefix("resource:host/")
        for source, _, target in triples(inventory, "executes_on")
    }


def test_the_nearest_home_is_the_machine() -> None:
    found = joined("l/a/", "l/a/vm/", "l/b/", agents=("l/a/", "l/a/src/web/", "l/a/vm/x/", "l/ab/", "l/b/src/"))
    assert hosts(found) == {
        "l/a": "l/a",
        "l/a/src/web": "l/a",
        "l/a/vm/x": "l/a/vm",
        "l/ab": "l/ab",
        "l/b/src": "l/b",
    }
    assert ids(found.resources) == [f"resource:host/l/{name}" for name in ("a", "a/vm", "ab", "b")]


def test_an_agent_of_a_project_has_what_lies_in_the_home() -> None:
    found = joined("l/a/", agents=("l/a/src/web/",))
    key = "credential:l/a/.aws/credentials#default.AWS_SECRET_ACCESS_KEY"
    tool = "tool:codex/l/a/src/web/codex/shell"
    assert {(tool, "executes_on", "resource:host/l/a"), ("resource:host/l/a", "yields", key)} <= triples(found)
    (runs,) = [link for link in found.links if link.verb == "executes_on"]
    assert runs.reason == "shell runs on the machine of its user: l/a/src/web lies in the home folder l/a"
    assert runs.locations == (Location("l/a/src/web/.codex/config.toml", 1, 1),)


def test_the_root_may_be_a_home() -> None:
    found = joined("", agents=("", "src/web/"))
    assert hosts(found) == {"-": "-", "src/web": "-"}


def test_without_a_home_nothing_changes() -> None:
    found = joined(agents=("src/web/", "src/"))
    assert hosts(found) == {"src/web": "src/web", "src": "src"}
    npm = observe(workstation.SOURCE, {"src/.npmrc": "//r.example/:_authToken=CANARYfake12\n"})
    assert hosts(JOIN.join(merge([npm, found]), Knowledge())) == {"src/web": "src/web", "src": "src"}


def test_what_lies_in_a_project_moves_to_the_home_too() -> None:
    web = "resource:host/l/a/web"
    npm = observe(workstation.SOURCE, {"l/a/web/.npmrc": "//r.example/:_authToken=CANARYfake12\n"})
    found = JOIN.join(merge([joined("l/a/", agents=()), npm]), Knowledge())
    assert ("resource:host/l/a/web", "yields", "credential:l/a/web/.npmrc#//r.example/:_authToken") in triples(found)
    run = Inventory(links=(Link("1", "tool:t", "executes_on", web),))
    found = JOIN.join(merge([found, run]), Knowledge())
    assert ("resource:host/l/a", "yields", "credential:l/a/web/.npmrc#//r.example/:_authToken") in triples(found)
    assert web not in ids(found.resources)


def test_machines_that_other_relations_name_stay() -> None:
    seen = Inventory(
        resources=(
            Resource("resource:host/a", "workstation"),
            Resource("resource:host/a/b"),
            Resource("resource:host/a/c"),
        ),
        credentials=(Credential("credential:k"),),
        links=(
            Link("1", "tool:t", "executes_on", "resource:host/a/b"),
            Link("2", "resource:host/a/b", "holds", "credential:k"),
            Link("3", "resource:host/a/c", "runs_as", "identity:i"),
        ),
    )
    found = JOIN.join(seen, Knowledge())
    assert ids(found.resources) == ["resource:host/a", "resource:host/a/b", "resource:host/a/c"]
    assert ("tool:t", "executes_on", "resource:host/a") in triples(found)
