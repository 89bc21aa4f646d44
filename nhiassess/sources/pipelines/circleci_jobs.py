"""The jobs that the workflows of CircleCI run: each with its definition, its executor and its steps laid out.

Shapes are those of CircleCI's "Configuration reference". A job that several workflows run is several jobs, since each
may have contexts and filters of its own. Steps under a condition count as if it held; parameters stay unresolved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from nhiassess.formats.format import EMPTY, Node
from nhiassess.sources.pipelines.pipeline_jobs import Script
from nhiassess.sources.source import ReadFile

_DEEPEST = 10  # commands within commands
_MOST_STEPS = 5_000  # of one job
_MOST_JOBS = 2_000


@dataclass(frozen=True, slots=True)
class Step:
    """One step that runs: its name, what it is given, and its path in the file."""

    name: str
    node: Node
    dotted: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One job of one workflow.

    Parameters
    ----------
    name, dotted, node:
        Its name with that of the workflow, its path in the file, and what the workflow states of it.
    called:
        The definition that it runs.
    definition:
        Empty when an orb defines it.
    flow:
        What the workflow states of all its jobs.
    """

    name: str
    dotted: str
    node: Node
    called: str
    definition: Node
    flow: Node
    approved: bool = False


@dataclass(slots=True)
class _Flow:
    entries: list[Entry] = field(default_factory=list)
    requires: dict[str, list[str]] = field(default_factory=dict)
    approvals: list[str] = field(default_factory=list)


def entries(root: Node) -> Iterator[Entry]:
    """Give the jobs that workflows run; without workflows, the job that is called ``build``.

    Parameters
    ----------
    root:
        The configuration.

    Returns
    -------
    Iterator of Entry
        At most 2,000, in file order.
    """
    jobs = root.get("jobs") or EMPTY
    given = 0
    for flow_name, flow in (root.get("workflows") or EMPTY).items():
        if not flow.is_mapping:
            continue
        read = _read_flow(flow_name, flow, jobs)
        waiting = _waiting(read)
        for entry in read.entries[: _MOST_JOBS - given]:
            given += 1
            yield entry if entry.name not in waiting else replace(entry, approved=True)
    build = jobs.get("build")
    if root.get("workflows") is None and build is not None and build.is_mapping:
        yield Entry("build", "jobs.build", build, "build", build, EMPTY)


def _read_flow(flow_name: str, flow: Node, jobs: Node) -> _Flow:
    read = _Flow()
    listed = flow.get("jobs")
    for place, each in enumerate(listed.elements() if listed is not None else ()):
        named = [(each.text() or "", each)] if each.text() else list(each.items())
        for called, node in named:
            if not called:
                continue
            own = node.get("name")
            name = f"{flow_name}/{(own.text() if own is not None else None) or called}"
            kind = node.get("type")
            required = node.get("requires")
            read.requires[name] = [
                f"{flow_name}/{before}"
                for before in (each.text() or "" for each in (required.elements() if required is not None else ()))
            ]
            if kind is not None and kind.text() == "approval":
                read.approvals.append(name)
                continue
            definition = jobs.get(called)
            whole = definition if definition is not None and definition.is_mapping else EMPTY
            dotted = f"workflows.{flow_name}.jobs.{place}.{called}"
            read.entries.append(Entry(name, dotted, node, called, whole, flow))
    return read


def _waiting(read: _Flow) -> set[str]:
    """Give the jobs that run only after a person has approved, directly or through jobs before them."""
    after: dict[str, list[str]] = {}
    for name, required in read.requires.items():
        for before in required:
            after.setdefault(before, []).append(name)
    waiting: set[str] = set()
    pending = list(read.approvals)
    while pending:
        for name in after.get(pending.pop(), ()):
            if name not in waiting:
                waiting.add(name)
                pending.append(name)
    return waiting


def steps(root: Node, entry: Entry) -> list[Step]:
    """Give the steps of a job, with those of the configuration's own commands in their place.

    Parameters
    ----------
    root, entry:
        The configuration, and the job.

    Returns
    -------
    list of Step
        In the order in which they run.
    """
    found: list[Step] = []
    commands = root.get("commands") or EMPTY
    own = entry.definition.get("steps")
    listed = (entry.node.get("pre-steps"), own, entry.node.get("post-steps"))
    dotted = f"jobs.{entry.called}.steps"
    pending = [(each, dotted, _DEEPEST) for each in reversed(listed) if each is not None]
    for _ in range(_MOST_STEPS):
        if not pending:
            break
        node, where, levels = pending.pop()
        if node.is_sequence:
            inner = [(each, f"{where}.{at}", levels) for at, each in enumerate(node.elements())]
            pending += reversed(inner)
        for name, given in ((node.text() or "", Node(None)),) if node.text() else tuple(node.items()):
            if name in ("when", "unless"):
                conditional = given.get("steps")
                pending += [(conditional, f"{where}.{name}.steps", levels)] if conditional is not None else []
                continue
            command = commands.get(name, "steps")
            if command is not None and levels:
                pending.append((command, f"commands.{name}.steps", levels - 1))
            found.append(Step(name, given, where))
    return found


def script_of(file: ReadFile, step: Step) -> Script | None:
    """Give the script of a step, if it runs one."""
    if step.name != "run":
        return None
    command = step.node.get("command") if step.node.is_mapping else step.node
    return Script(file, command) if command is not None and command.text() else None


def executor(root: Node, entry: Entry) -> Iterable[Node]:
    """Give what states where a job runs: its definition, and the executor that it names.

    Parameters
    ----------
    root, entry:
        The configuration, and the job.

    Returns
    -------
    Iterable of Node
        The nearest first.
    """
    yield entry.definition
    named = entry.definition.get("executor")
    name = named.get("name") if named is not None and named.is_mapping else named
    if name is not None and name.text():
        shared = root.get("executors", name.text() or "")
        if shared is not None:
            yield shared
