"""One job of a pipeline, whatever product runs it: its workflow, identity and agent, and what it is given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.formats.format import Node
from nhiassess.model.inventory import (
    Agent,
    Gate,
    Identity,
    Input,
    Location,
    Resource,
    Tool,
    Workflow,
)
from nhiassess.sources.clients.agent_commands import Run, command_of
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

_REMARK = re.compile(r"(?m)^[ \t]*#.*$")


@dataclass(frozen=True, slots=True)
class Product:
    """A product that runs pipelines, as ids name it.

    Parameters
    ----------
    platform:
        Of workflows and agents, such as ``gitlab-ci``.
    provider:
        Of identities and secrets, such as ``gitlab``.
    strangers:
        The kind of input that a change of somebody outside is.
    """

    platform: str
    provider: str
    strangers: str


@dataclass(frozen=True, slots=True)
class Script:
    """A text that a shell runs, and the file it stands in; a job may have scripts of other files."""

    file: ReadFile
    node: Node

    @property
    def text(self) -> str:
        """What the shell runs, without its remarks."""
        return _REMARK.sub("", self.node.text() or "")

    @property
    def place(self) -> Location:
        """Where it begins."""
        return self.file.at(self.node)


@dataclass(frozen=True, slots=True)
class Job:
    """One job: where it stands, what starts it and which agents its scripts run.

    Parameters
    ----------
    where:
        The folder of its repository.
    name:
        Its name within the repository.
    dotted:
        Its path within the file.
    runs:
        The agents that its scripts start, each with the place of the script.
    trigger, untrusted:
        What starts it, and whether strangers can; None when no file tells.
    native:
        What the product itself calls it.
    sandbox:
        What its scripts run in, when the file says so.
    """

    product: Product
    file: ReadFile
    where: str
    name: str
    dotted: str
    place: Location
    runs: tuple[tuple[Location, Run], ...] = ()
    trigger: str | None = None
    untrusted: bool | None = None
    seconds: int | None = None
    environment: str | None = None
    native: str | None = None
    sandbox: str | None = None

    @property
    def workflow(self) -> str:
        """The id of its workflow."""
        return f"workflow:{self.product.platform}/{self.where}/{quote(self.name)}"

    @property
    def identity(self) -> str:
        """The id of the identity that it runs as."""
        return f"identity:{self.product.provider}/{self.where}/{quote(self.name)}"

    @property
    def agent(self) -> str | None:
        """The id of the agent that it runs, if it runs one."""
        return f"agent:{self.product.platform}/{self.where}/{quote(self.name)}" if self.runs else None

    @property
    def holder(self) -> str:
        """The id of who has what is given to the whole job: its agent, or else its workflow."""
        return self.agent or self.workflow

    def skip(self, construct: str, reason: str, place: Location, found: Gathering) -> None:
        """Add what could not be understood of it, or stands in no file."""
        found.skip(place, f"{self.dotted}/{construct}", construct, reason)

    def credential_id(self, dotted: str) -> str:
        """Give the id of a credential that stands at a path within the job."""
        return f"credential:{quote(self.file.path)}#{quote(f'{self.dotted}.{dotted}')}"


@dataclass(slots=True)
class Effort:
    """How much work the jobs of one file may make: templates and anchors let a small file ask for any amount.

    Parameters
    ----------
    left:
        Characters of scripts, and variables, that may still be read; no pipeline that people wrote has a tenth of it.
    """

    left: int = 50_000_000

    def allows(self, job: Job, scripts: Iterable[Script], variables: int, found: Gathering) -> bool:
        """Take the work of a job from what is left; name the job, and all after it, when that is not enough."""
        self.left -= sum(len(each.node.text() or "") + 100 for each in scripts) + 100 * variables
        if self.left < 0:
            reason = "this job and those after it were not read: the pipeline repeats itself beyond what is read"
            job.skip("jobs", reason, job.place, found)
        return self.left >= 0


def read_job(job: Job, identified: bool, gate: Gate | None, found: Gathering) -> None:
    """Add the workflow of a job, the agent that it runs, and the identity that it runs as.

    Parameters
    ----------
    job:
        The job.
    identified:
        Whether it proves to somebody who it is; a job that runs an agent always has an identity.
    gate:
        What stands between its trigger and its agent.
    found:
        What was gathered; it is added to.
    """
    found.workflows.append(
        Workflow(job.workflow, job.agent, job.trigger, job.untrusted, job.seconds, locations=(job.place,))
    )
    repository = f"resource:{job.product.provider}/{job.where}"
    name = None if job.where == "-" else job.where.rsplit("/", 1)[-1]
    provider = job.product.provider
    found.resources.append(Resource(repository, "repository", name, provider, locations=(Location(job.file.path),)))
    found.links.append(link(repository, "defines", job.workflow, job.place))
    if identified or job.agent:
        native = job.native or f"{job.where}/{job.name}"
        found.identities.append(
            Identity(job.identity, "ci_job", native, provider, environment=job.environment, locations=(job.place,))
        )
        found.links.append(link(job.workflow, "runs_as", job.identity, job.place))
    if job.agent:
        _read_agent(job, job.agent, gate, found)


def _read_agent(job: Job, agent: str, gate: Gate | None, found: Gathering) -> None:
    runs = [run for _, run in job.runs]
    limits = [f"{job.seconds // 60} minutes"] if job.seconds else []
    limits += next((run.bounds for run in runs if run.bounds), ())
    found.agents.append(
        Agent(
            agent,
            name=job.name,
            platform=job.product.platform,
            autonomy="unattended",
            sandbox=next((run.sandbox for run in runs if run.sandbox), job.sandbox),
            model=next((run.model for run in runs if run.model), None),
            limits="stops after " + " or ".join(limits) if limits else None,
            locations=tuple(dict.fromkeys((job.place, *(place for place, _ in job.runs)))),
        )
    )
    found.links.append(link(job.workflow, "triggers", agent, job.place, gate=gate))
    found.links.append(link(agent, "runs_as", job.identity, job.place))
    for name, place in (each for run in runs for each in run.tools):
        tool = f"tool:{agent.removeprefix('agent:')}/{quote(name)}"
        found.tools.append(Tool(tool, None, name, approval="never", locations=(place,)))
        found.links.append(link(agent, "invokes", tool, place))
    if job.untrusted is not False:
        id = f"input:{job.product.strangers}/{job.where}"
        trust = "untrusted" if job.untrusted else "unknown"
        found.inputs.append(Input(id, kind=job.product.strangers, trust=trust, locations=(job.place,)))
        reason = f"the trigger {job.trigger or 'that no file names'} may bring what people outside wrote"
        found.links.append(link(id, "taints", agent, job.place, reason=reason))


def runs_in(scripts: Iterable[Script]) -> tuple[tuple[Location, Run], ...]:
    """Give the agents that scripts start with no person before them, each with the place of its script.

    Parameters
    ----------
    scripts:
        The scripts of one job.

    Returns
    -------
    tuple of (Location, Run)
        In the order of the scripts.
    """
    return tuple((each.place, run) for each in scripts if (run := command_of(each.file, each.node)) is not None)
