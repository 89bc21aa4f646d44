"""Exports only read, name what exists, and leave open what only people can answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from nhiassess import installed
from nhiassess.assessment.plan import planned
from nhiassess.errors import FormatError
from nhiassess.formats.reading import read
from nhiassess.formats.record import Record
from nhiassess.knowledge.exports import PLACEHOLDER
from nhiassess.knowledge.lint import VERBS
from nhiassess.model.knowledge import Export, Knowledge
from nhiassess.network.build import TRIPLES
from nhiassess.shelf import knowledge
from nhiassess.sources.written import Written
from tests.observing import observe

PACKAGE = Path(__file__).resolve().parents[2] / "nhiassess"
KNOWN: Knowledge = knowledge()
EXPORTS = KNOWN.exports
WRITTEN = tuple(each for each in EXPORTS if each.id.startswith("written-"))
MADE = tuple(each for each in EXPORTS if each not in WRITTEN)
# each program that a command may call, with the words of which one makes it read; without words it can only read
READING = {
    "aws": "describe-policy get-account-authorization-details get-agent get-template list-account-assignments"
    " list-policies lookup-events",
    "az": "build list rest show",
    "gcloud": "describe list search-all-iam-policies",
    "gh": "api",
    "helm": "template",
    "kubectl": "get",
    "n8n": "export:workflow",
    "spire-server": "show",
    "vault": "read",
    **dict.fromkeys(("curl", "export", "iconv", "jq", "yq"), ""),
}
CHANGES = re.compile(
    r"(?i)(?<![\w-])(create|delete|put|update|apply|patch|post|run|set|write|attach|detach|start|stop|exec|edit|replace"
    r"|scale|import|deploy|install|upgrade|uninstall|rm|mv|cp)(?=[\s;|)-]|$)"
)
METHODS = re.compile(r"(?<!\S)(?:-X|--request|--method|-F|--field|--raw-field|--body|--input|-d|--data)(?=[\s=])")
# people or the owner answer these, and why no export does
ANSWERED_BY_PEOPLE = {
    "endpoint-redirected": "whose account an address of a cloud belongs to, its owner knows",
    "federation-subject-too-wide": "what a pool lets in, or a template leaves to its deployment, stands at the issuer",
    "shared-credential": "whether another agent has an equal value, whoever sets it knows: no file holds it",
    "sandbox-network-open": "where no setting says it, the product's default counts, which no file states",
    "tools-not-listed": "a list of tools is a decision; where there is none, somebody has to make it",
    "approval-switched-off-in-repository": "whether a project is trusted, each person decides on a machine",
    "all-project-servers-enabled": "whether a project is trusted, each person decides on a machine",
}


@pytest.fixture(params=MADE, ids=lambda each: each.id)
def made(request: pytest.FixtureRequest) -> Export:
    return request.param  # type: ignore[no-any-return]


def calls(command: str) -> Iterator[list[str]]:
    """Give the words of each call, those within brackets too; what stands in quotes is data to it."""
    bare = re.sub(r"'[^']*'|\"(?:[^\"$\\]|\\.)*\"", "''", command).replace('"', " ")
    yield from (words for call in re.split(r"[|;()]", bare) if (words := call.split()))


def wrong(command: str) -> str | None:
    """Say what a command does beside reading."""
    for words in calls(command):
        call = " ".join(words)
        reading = READING.get(words[0])
        if reading is None or (reading and not {*words} & {*reading.split()}):
            return f"{call}: does not read"
        if words[0] != "export" and (found := CHANGES.search(call)):
            return f"{call}: {found[1]}"
        if METHODS.search(call) and not ("--method get" in call or "--get" in words):
            return f"{call}: sends something"
    return None


def test_a_command_only_reads(made: Export) -> None:
    assert wrong(made.command) is None


@pytest.mark.parametrize(
    "command",
    [
        *(
            "kubectl delete pods",
            "kubectl get pods | kubectl apply -f -",
            "aws iam create-user",
            "rm -rf x",
            "gh repo list",
        ),
        *("curl -X POST x", "curl --data a=b x", "gh api x -F a=b", "az rest --method delete --url x"),
        *("vault policy write x", "jq . x; sh x", "aws iam get-agent $(curl --request PUT x)", "helm template x | sh"),
    ],
)
def test_what_does_more_is_refused(command: str) -> None:
    assert wrong(command) is not None


def test_a_name_of_a_stranger_is_never_put_within_quotes() -> None:
    for export in EXPORTS:
        quoted = re.findall(r"'[^']*'|\"[^\"$]*\"", export.command)
        inside = [name for text in quoted for name in PLACEHOLDER.findall(text) if name in _found(export)]
        assert inside == [], f"{export.id}: a quote in the name would end the quotes"


def _found(export: Export) -> set[str]:
    return {name for each in export.settles for about in each.about for name in PLACEHOLDER.findall(about)}


def test_what_is_to_be_written_is_what_the_reader_takes() -> None:
    for export in WRITTEN:
        if export.file == "plan.yaml":
            complaints: list[object] = []
            document = read("plan.yaml", export.command.encode(), key=b"test", strict=True)
            planned(Record("plan.yaml", document.root, complaints), KNOWN)  # type: ignore[arg-type]
            assert complaints == [], export.id
        else:
            observe(Written(), {export.file: export.command})


def test_a_file_lies_below_what_is_observed() -> None:
    for export in EXPORTS:
        assert export.file.startswith("observed/") or export.file == "plan.yaml", export.id
        assert (export.id in {each.id for each in WRITTEN}) == export.file.endswith((".nhi.yaml", "plan.yaml"))


def test_a_line_is_no_longer_than_a_reader_takes_in() -> None:
    for export in EXPORTS:
        for text in (export.title, export.ask, export.privilege, export.warning):
            assert len(text) <= 140, text


def test_each_names_its_documentation(made: Export) -> None:
    assert made.source.startswith("https://") or made.id == "inventory-sheet"


READERS = frozenset(
    {each.name for each in installed.plugins("sources", "SOURCE")}
    | {each.name for each in installed.plugins("logs", "LOG")}
)


def test_each_is_read_by_something(made: Export) -> None:
    by_others = {"rest-of-cut-exports", "text-in-utf-8"}  # each by the source of what it is a part of
    assert made.read_by in READERS if made.id not in by_others else made.read_by is None


def test_the_relations_are_those_of_the_graph() -> None:
    of_knowledge = {"tests", "maps_to", "mitigates", "relates_to", "observed_on"}
    of_settings = {"sets"}  # no edge hangs on it alone
    assert set(TRIPLES) - of_knowledge - of_settings == VERBS


def test_each_check_is_settled_by_an_export_or_by_people() -> None:
    settled = {name for export in EXPORTS for each in export.settles if each.kind == "checks" for name in each.names}
    checks = {check.id for check in KNOWN.checks}
    assert checks - settled == set(ANSWERED_BY_PEOPLE)


# what sources leave out and no export tells, by the reason
LEFT_OUT = {
    "nothing is missing: test data, tests and schemas decide nothing": (
        "Cedar schema|component|fixture|mcpServers|okta application|OpenFGA store|stages|test of a policy|trigger"
    ),
    "the place itself is wrong or says too little: whoever wrote it mends it, or tells a person": (
        "account cell|account row|action|ambiguous|app installation|app manifest|Azure|binary|capability"
        "|Cedar policies|Cedar statement|columns|connected agent|connected app token|context of a task"
        "|custom engine agent|date|declarative agent|deploy key|duration|environment|Google Cloud|graph|graphs"
        "|group|handoff"
        "|inline policy|integration log|jobs|manifest|mcps|mode|okta grant|OpenFGA model|operation|path"
        "|permission grant|pipeline|policy|Rego|relation|repository|role pattern|role schedule|ruleset|runtime"
        "|security scheme|skill|syntax|task|teleport resource|tool|tools of a task|workflow|workspace token"
    ),
    "the deployment or the run decides it, and no source reads a plan, parameters or what variables hold": (
        "arguments|attribute|cloud log-in|condition|dynamic configuration|model|module|not resolved|parameter"
        "|pseudo parameter|service account|variable"
    ),
    "a setting that no source reads: of a repository, an organisation or a provider of assistants": (
        "assistant|credentials|custom tool|default permissions|environment reviewers|external authentication"
        "|orb|policies of ToolHive|sign-in"
    ),
    "descriptions of tools in other places, which no source joins to what names them": (
        "API schema|policies as JSON|tool server|tools|tools of a server"
    ),
    "a bound of reading: split the files, or read the rest by hand": (
        "aggregated role|binding|delegation|flow|permission set|Python|relations|secrets|too large|trust policy"
        "|variables|Vault role|workbook"
    ),
}
# where each function that notes what was left out takes the construct
PLACES = {"Skipped": 2, "_skipped": 2, "refuse": 2, "unresolved": 2, "nameless": 2, "done": 0, "Unknown": 0, "_skip": 1}
OF_SKIP = {3: 1, 4: 2, 5: 3}  # `skip` has one more argument where it is a method of something narrower


@cache
def constructs() -> frozenset[str]:
    """Give every construct that some source names in so many words, and those of formats, which their error lists."""
    of_formats = re.findall(r"``([a-z ]+)``", FormatError.__doc__ or "")
    files = [*PACKAGE.glob("sources/**/*.py"), *PACKAGE.glob("joins/*.py"), PACKAGE / "ledger.py"]
    named = (name for file in files for name in _constructs(ast.parse(file.read_text("utf-8"))))
    return frozenset((*named, *of_formats))


def _constructs(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        place = OF_SKIP.get(len(call.args)) if name == "skip" else PLACES.get(name)
        if place is not None and len(call.args) > place:
            stated = call.args[place]
            if isinstance(stated, ast.Constant) and isinstance(stated.value, str):
                yield stated.value


def test_each_construct_is_settled_by_an_export_or_left_for_a_reason() -> None:
    settled = {name for export in EXPORTS for each in export.settles if each.kind == "skipped" for name in each.names}
    left = {name for names in LEFT_OUT.values() for name in names.split("|")}
    assert left & settled == set()
    assert constructs() - settled - left == set(), "say who can tell, or why nobody can"
    assert left - constructs() == set(), "no source names them any more"
    # a kind of object in place of a construct, or read by a name that no call states
    assert settled - constructs() == {"ClusterSPIFFEID", "ClusterStaticEntry"}
