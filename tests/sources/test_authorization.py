"""Request-time policies: what they guard, what they do by default, and what they read of a request."""

from __future__ import annotations

import pytest

from nhiassess.model.inventory import AuthorizationPolicy, Location
from nhiassess.sources.policies.authorization import SOURCE
from tests.observing import SHARED, folder, observe

CORPUS = SHARED / "corpus" / "authz_policy"
CEDAR = """
// permit(principal, action, resource);
@id("no // comment; permit(principal, action, resource);")
permit (
  principal is Agent,
  action == Action::"call_tool",
  resource == Tool::"mail"
) when {
  context has taskId && context.taskId == "t; }" && context["recipient"] like "*@shop.example" &&
  resource in [Tool::"calendar"] && context.labels.contains("pii")
};
forbid (principal, action, resource) unless { principal.clearance > 2 };
"""
REGO = """
# package comment
package tools.guard

import input.attributes.task as job

default allow := false

allow if {
  some call in input.calls  # input.confidence
  call.tool.name == "search"
  job.id != ""
  args := input.arguments
  args.destination == `input.raw`
}
"""


def one(path: str, text: str) -> AuthorizationPolicy:
    (made,) = observe(SOURCE, {path: text}).authorization_policies
    return made


def test_cedar() -> None:
    made = one("gate/tools.cedar", CEDAR)
    assert (made.id, made.language) == ("authorization_policy:gate/tools.cedar#cedar", "cedar")
    assert (made.guards, made.default_deny) == ("tools mail, calendar; actions call_tool", True)
    own = ("labels", "principal.clearance", "recipient", "taskId")
    assert made.context == tuple(sorted((*own, "data_sensitivity", "destination", "task")))
    assert made.locations == (Location("gate/tools.cedar", 3, 1), Location("gate/tools.cedar", 11, 1))


@pytest.mark.parametrize(
    ("text", "denies", "context"),
    [
        ("permit(principal, action, resource);", False, ()),
        ('permit(principal, action == Action::"a", resource);', True, ()),
        ("permit(principal, action, resource) when { f(context) };", True, ("unknown",)),
        ('permit(principal, action == Action::"a", resource); allow everything;', None, ("unknown",)),
    ],
)
def test_what_cedar_does_by_default(text: str, denies: bool | None, context: tuple[str, ...]) -> None:
    made = one("x.cedar", text)
    assert (made.default_deny, made.context) == (denies, context)


def test_rego() -> None:
    made = one("gate/guard.rego", REGO)
    assert made.id == "authorization_policy:gate/guard.rego#tools.guard"
    assert (made.default_deny, made.guards) == (True, "tool calls, decided by package tools.guard")
    assert set(made.context or ()) >= {"attributes.task.id", "calls.tool.name", "arguments.destination", "task"}
    assert not {"confidence", "raw", "unknown"} & set(made.context or ())
    assert made.locations == (Location("gate/guard.rego", 2, 1), Location("gate/guard.rego", 6, 9))


@pytest.mark.parametrize(
    ("rules", "denies"),
    [
        ("default allow = true", False),
        ('default decision := "deny"', True),
        ('default result := {"allow": false, "why": ""}', True),
        ('deny contains msg if { input.x; msg := "no" }', False),
        ("default deny := true\nallow if input.x", True),
        ("default deny := false\nallow if input.x", None),
        ("allow if { input.user }", None),
        ("helper(x) := x + 1", None),
    ],
)
def test_what_rego_does_by_default(rules: str, denies: bool | None) -> None:
    assert one("x.rego", f"package p\n{rules}\n").default_deny is denies


@pytest.mark.parametrize(
    "rules", ["allow if data.lib.check(input)", "allow if input[x]", "import input as all\nallow if f(all)"]
)
def test_input_that_is_handed_on_is_unknown(rules: str) -> None:
    assert "unknown" in (one("x.rego", f"package p\n{rules}\n").context or ())


def test_openfga() -> None:
    text = """
    model
      schema 1.1
    type agent
    type task
      relations
        define runner: [agent]  # define no: [agent]
    condition soon(now: timestamp, until: timestamp) { now < until }
    """
    made = one("a.fga", text)
    assert (made.guards, made.default_deny) == ("access to task by agent", True)
    assert (made.context, made.locations) == (("now", "task", "until"), (Location("a.fga", 3, 1),))
    stored = {"model": "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    define viewer: [user]"}
    assert one("s.fga.yaml", f"model: {stored['model']!r}".replace("'", '"')).guards == "access to doc by user"
    as_json = (
        '{"schema_version": "1.1", "type_definitions": [{"type": "user"}, {"type": "doc", "relations": '
        '{"viewer": {"this": {}}}}], "conditions": {"c": {"parameters": {"ip": {}}}}}'
    )
    made = one("m.json", as_json)
    assert (made.guards, made.context) == ("access to doc by user", ("ip",))


@pytest.mark.parametrize(
    ("path", "text", "construct"),
    [
        ("x.cedarschema", "entity User;", "Cedar schema"),
        ("x_test.rego", "package p\ntest_a if { true }", "test of a policy"),
        ("x.rego", "not rego at all", "Rego"),
        ("x.cedar", "// nothing\n", "Cedar policies"),
        ("x.fga.yaml", "model_file: ./model.fga", "OpenFGA store"),
        ("x.fga", "type", "OpenFGA model"),
        ("x.json", '{"staticPolicies": {}}', "policies as JSON"),
    ],
)
def test_what_decides_nothing_is_named(path: str, text: str, construct: str) -> None:
    found = observe(SOURCE, {path: text})
    assert found.authorization_policies == ()
    assert [each.construct for each in found.skipped] == [construct]


@pytest.mark.parametrize("path", ["policy.yaml", "cedar.md", "src/rego.py", "model.json", "fga.txt"])
def test_other_files_are_left_alone(path: str) -> None:
    assert not SOURCE.recognises(path, CEDAR)


@pytest.mark.parametrize("sign", ["(", "permit(", '"', "input.", "input[", "a := input.b\n", "@id(", "{}", "#", "`"])
def test_hostile_text_takes_little_time(sign: str) -> None:
    for path in ("x.cedar", "x.rego", "x.fga"):
        observe(SOURCE, {path: "package p\n" + sign * 20_000})


@pytest.mark.parametrize("value", ["3", "null", "[[[]]]", '"x"', "{}", "[1, {}, null]"])
def test_any_value_may_stand_anywhere(value: str) -> None:
    observe(SOURCE, {"x.json": f'{{"schema_version": {value}, "type_definitions": {value}, "conditions": {value}}}'})
    inner = f'[{{"type": {value}, "relations": {value}}}]'
    observe(SOURCE, {"x.json": f'{{"schema_version": "1.1", "type_definitions": {inner}}}'})
    observe(SOURCE, {"x.fga.yaml": f"model: {value}"})


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, CORPUS)
    assert (refused, found.skipped) == ([], ())
    made = {each.id.split("#")[0].rpartition("/")[2]: each for each in found.authorization_policies}
    assert len(found.authorization_policies) == 10
    assert all(each.default_deny for each in made.values())
    assert made["policy.rego"].context == ("full_method",)
    assert made["current_policies.cedar"].context == ("data_sensitivity", "resource.owner", "resource.private")
    assert made["mcp-tools.cedar"].context == ()
    assert made["test-policy.cedar"].context == ("input", "input.command")
    assert (made["test-policy.cedar"].guards or "").startswith("tools Read, Glob, Grep, WebSearch, Bash, Write, Edit")
    assert made["model.fga"].guards == "access to team, repo, organization by user"
    stores = [each.context for each in found.authorization_policies if "store.fga.yaml" in each.id]
    assert stores == [(), (), ("current_time", "grant_duration", "grant_time")]
