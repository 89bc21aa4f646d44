"""Modes of Roo Code: agents with their groups of tools."""

from __future__ import annotations

import pytest

from nhiassess.formats.reading import read
from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.clients.roo_modes import SOURCE
from nhiassess.sources.source import ReadFile

MODES = """\
customModes:
  - slug: docs-writer
    name: Documentation
    roleDefinition: You write.
    groups:
      - read
      - - edit
        - fileRegex: \\.md$
          description: texts
      - mcp
  - slug: operator
    groups: [read, command, telepathy]
"""


def observe(path: str, text: str) -> Inventory:
    assert SOURCE.recognises(path, text[:4096])
    return SOURCE.read([ReadFile(path, read(path, text.encode(), key=b"test"))])


def test_modes_of_a_project() -> None:
    path = "repos/web/.roomodes"
    found = observe(path, MODES)
    docs, operator = "agent:roo/repos/web/docs-writer", "agent:roo/repos/web/operator"
    assert [(each.id, each.locations[0].line) for each in found.agents] == [(docs, 2), (operator, 11)]
    assert {(each.source, each.target) for each in found.links} == {
        (docs, "tool:roo/repos/web/docs-writer/read"),
        (docs, "tool:roo/repos/web/docs-writer/edit"),
        (operator, "tool:roo/repos/web/operator/read"),
        (operator, "tool:roo/repos/web/operator/command"),
        ("tool:roo/repos/web/operator/command", "resource:host/repos/web"),
    }
    groups = [(each.agent, each.value) for each in found.settings if (each.key or "").endswith(".groups")]
    assert set(groups) == {
        *((docs, each) for each in ("read", "edit", "mcp")),
        *((operator, each) for each in ("read", "command", "telepathy")),
    }
    limits = {each.key: (each.value, each.locations[0]) for each in found.settings}
    assert limits["customModes.0.edit.fileRegex"] == ("\\.md$", Location(path, 8, 22))
    assert [each.reason for each in found.skipped] == ["not a group that is documented"]


def test_modes_of_a_person_and_in_json() -> None:
    found = observe("laptops/dev/settings/custom_modes.yaml", MODES)
    assert {each.scope for each in found.settings} == {"user"}
    found = observe("repos/web/.roomodes", '{"customModes": [{"slug": "a", "groups": [["edit", {"fileRegex": "x"}]]}]}')
    assert [each.id for each in found.agents] == ["agent:roo/repos/web/a"]
    assert [each.name for each in found.tools] == ["edit"]


def test_mode_without_a_slug_is_named() -> None:
    found = observe(".roomodes", "customModes:\n  - name: A\n    groups: [command]\n")
    assert (found.agents, found.tools) == ((), ())
    assert [each.construct for each in found.skipped] == ["mode"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".roomodes", "modes: []\n"),
        ("roomodes.yaml", MODES),
        ("my_custom_modes.yaml", MODES),
        ("custom_modes.json", MODES),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize(
    "modes",
    ["null", "3", "{}", "[1, null, []]", "[{slug: [x]}]", "[{slug: a, groups: 3}]", "[{slug: a, groups: [[], [[]]]}]",
     "[{slug: a, groups: {edit: 1}}]", "[{slug: '../../x y', groups: [edit]}]"],
)  # fmt: skip
def test_another_shape_than_documented_breaks_nothing(modes: str) -> None:
    found = observe(".roomodes", f"customModes: {modes}\n")
    assert all(" " not in each.id for each in found.agents)
