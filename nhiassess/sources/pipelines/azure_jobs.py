"""The jobs of an Azure pipeline: stages, jobs and deployments with their steps, whatever level the file begins at.

Shapes are those of Microsoft's "YAML schema reference for Azure Pipelines". What stands under an expression such as
``${{ if ... }}`` counts as if the expression held; a template that is named is not laid in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.sources.pipelines.pipeline_jobs import Script
from nhiassess.sources.source import ReadFile

_PHASES = ("preDeploy", "deploy", "routeTraffic", "postRouteTraffic", "on")
_INLINE = ("script", "bash", "pwsh", "powershell")
_OF_TASKS = ("inlineScript", "script", "Inline")
_MOST = 20_000  # steps of one job, or jobs of one file


@dataclass(frozen=True, slots=True)
class Part:
    """One job of the pipeline, with what stands above it, the nearest first."""

    name: str
    dotted: str
    node: Node
    above: tuple[tuple[str, Node], ...]
    steps: tuple[tuple[str, Node], ...]
    templates: tuple[Node, ...]

    def nearest(self, *path: str) -> Node | None:
        """Give what the job states at a path, or else what stands above it there."""
        return next(
            (
                node
                for each in (self.node, *(above for _, above in self.above))
                if (node := each.get(*path)) is not None
            ),
            None,
        )

    def everywhere(self, key: str) -> list[tuple[str, Node]]:
        """Give what the pipeline, the stage and the job state under a key, the pipeline first."""
        places = (*reversed(self.above), (f"{self.dotted}.", self.node))
        return [(f"{dotted}{key}", node) for dotted, each in places if (node := each.get(key)) is not None]


def stem(path: str) -> str:
    """Give the name of a file without its suffix.

    Examples
    --------
    >>> stem("web/azure-pipelines.yml")
    'azure-pipelines'
    """
    return basename(path).rsplit(".", 1)[0]


def parts(file: ReadFile) -> Iterator[Part]:
    """Give the jobs of a file, which may hold stages, jobs, steps, or a template of any of them.

    Parameters
    ----------
    file:
        The file.

    Returns
    -------
    Iterator of Part
        In file order; the name begins with that of the file.
    """
    root, name = file.document.root, stem(file.path)
    for at, stage in _flat(root.get("stages")):
        called = _named(stage, "stage", at)
        for place, job in _flat(stage.get("jobs")):
            own = f"{name}/{called}/{_named(job, 'job', place)}"
            yield _part(own, f"stages.{at}.jobs.{place}", job, ((f"stages.{at}.", stage), ("", root)))
    for place, job in _flat(root.get("jobs")):
        yield _part(f"{name}/{_named(job, 'job', place)}", f"jobs.{place}", job, (("", root),))
    if root.get("steps") is not None:
        yield _part(name, "job", root, ())


def _named(node: Node, key: str, place: str) -> str:
    stated = node.get(key) or node.get("deployment") or node.get("template")
    return (stated.text() if stated is not None else None) or place


def _part(name: str, dotted: str, job: Node, above: tuple[tuple[str, Node], ...]) -> Part:
    phases: list[tuple[str, Node | None]] = [("steps", job.get("steps"))]
    for kind, strategy in (job.get("strategy") or Node(None)).items():
        for phase in _PHASES:
            for key, each in ((strategy.get(phase) or Node(None)).items()) if phase == "on" else ():
                phases.append((f"strategy.{kind}.on.{key}.steps", each.get("steps")))
            phases.append((f"strategy.{kind}.{phase}.steps", strategy.get(phase, "steps")))
    steps = [(f"{where}.{at}", step) for where, node in phases for at, step in _flat(node)]
    templates = [node for _, step in (*steps, ("", job)) if (node := step.get("template")) is not None]
    return Part(name, dotted, job, above, tuple(steps), tuple(templates))


def _flat(node: Node | None) -> Iterator[tuple[str, Node]]:
    """Give the mappings of a list by their places; those under an expression stand in its place."""
    pending: list[tuple[str, Node]] = [("", node)] if node is not None else []
    for _ in range(_MOST):
        if not pending:
            return
        place, here = pending.pop()
        if here.is_sequence:
            inner = [(f"{place}.{at}".lstrip("."), each) for at, each in enumerate(here.elements())]
            pending += reversed(inner)
        elif here.is_mapping:
            open_ = [(f"{place}.{at}", each) for at, (key, each) in enumerate(here.items()) if key.startswith("${{")]
            pending += reversed(open_)
            if any(not key.startswith("${{") for key, _ in here.items()):
                yield place, here


def script_of(file: ReadFile, step: Node) -> Script | None:
    """Give the script that one step runs, if the file holds it.

    Parameters
    ----------
    file, step:
        The file, and a step of a job.

    Returns
    -------
    Script or None
        None for a task that runs no script, or one of another file.
    """
    found = [step.get(key) for key in _INLINE] + [step.get("inputs", key) for key in _OF_TASKS]
    node = next((each for each in found if each is not None and each.text()), None)
    return Script(file, node) if node is not None else None


def task(step: Node) -> str:
    """Give the name of the task that a step runs, without its version; "" when it runs none.

    Examples
    --------
    >>> task(Node({"task": Node("AzureCLI@2")}))
    'AzureCLI'
    """
    stated = step.get("task")
    return ((stated.text() or "") if stated is not None else "").partition("@")[0]


def starts(root: Node) -> Sequence[str]:
    """Give what starts a pipeline, as far as its file says.

    Parameters
    ----------
    root:
        The pipeline.

    Returns
    -------
    list of str
        ``push`` unless it is switched off; pull requests only where the file names them.
    """
    found = []
    trigger, pull = root.get("trigger"), root.get("pr")
    if trigger is None or trigger.text() != "none":
        found.append("push")
    if pull is not None and pull.text() != "none":
        found.append("pull_request")
    if root.get("schedules") is not None:
        found.append("schedule")
    for key in ("pipelines", "webhooks"):
        resources = root.get("resources", key)
        if any(each.get("trigger") is not None or key == "webhooks" for _, each in _flat(resources)):
            found.append(key.removesuffix("s"))
    return found
