"""GitHub workflows: who triggers each job, as what it runs, which credentials and cloud roles it has.

The identity of a job is ``identity:github/<owner>/<repo>/<workflow stem>/<job>``; the owner is known only
when some workflow of the repository compares ``github.repository`` with a literal, else it is ``-``.
``Identity.environment`` is the deployment environment of the job, on which the subject of its tokens
depends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from posixpath import basename

from nhiassess.formats.format import Node
from nhiassess.model.inventory import (
    Credential,
    Gate,
    Identity,
    Input,
    Inventory,
    Link,
    Location,
    Resource,
    Skipped,
    Workflow,
)
from nhiassess.sources.pipelines.github_agents import (
    agent_id,
    is_workflow,
    jobs,
    repository_folder,
    run_of,
    stem,
    steps,
)
from nhiassess.sources.pipelines.github_jobs import WITHOUT_SECRETS, Job, audience, logins, secrets
from nhiassess.sources.pipelines.github_reads import reads
from nhiassess.sources.source import ReadFile, link, quote

# what strangers can write, by the trigger that brings it to a job; pull requests from forks get no secrets
_UNTRUSTED = {
    "issues": "github-issues",
    "issue_comment": "github-comments",
    "pull_request_target": "github-pull-requests",
    "discussion": "github-discussions",
    "discussion_comment": "github-discussions",
    "workflow_run": "github-workflow-runs",
    "pull_request": "github-pull-requests",
    "pull_request_review": "github-pull-requests",
    "pull_request_review_comment": "github-pull-requests",
}
_REPOSITORY = re.compile(r"github\.repository\s*==\s*['\"]([\w.-]+)/([\w.-]+)['\"]")
_GATE = re.compile(r"author_association|github\.actor\s*==|sender\.login\s*==|triggering_actor\s*==")
# a job with this condition does not run for pull requests from forks
_NO_FORKS = re.compile(
    r"head\.repo\.full_name\s*==\s*github\.repository|!\s*github[\w.]*\.head\.repo\.fork|"
    r"head\.repo\.fork\s*==\s*false"
)
_TOKEN_SECONDS = 300  # GitHub's identity tokens live five minutes
# a job's token changes no workflow file, and what it pushes starts none: GitHub, "Use GITHUB_TOKEN in workflows"
_PUSHED = ("a workflow that others start runs files of a branch which the rules of the repository let the job push to",)
_LONGEST_JOB_SECONDS = 21_600  # a job without a limit ends after six hours, and its GITHUB_TOKEN with it


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that a group of workflows belongs to, and what triggers each of them."""

    owner: str
    name: str
    triggers: Mapping[str, tuple[tuple[str, Location], ...]]

    @property
    def slug(self) -> str:
        """Owner and name, as ids have them."""
        return f"{quote(self.owner)}/{quote(self.name)}"


@dataclass(slots=True)
class Found:
    """What reading a group of workflows has gathered so far."""

    workflows: list[Workflow] = field(default_factory=list)
    identities: list[Identity] = field(default_factory=list)
    credentials: list[Credential] = field(default_factory=list)
    resources: dict[str, Resource] = field(default_factory=dict)
    inputs: dict[str, Input] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)


class GithubActions:
    """Workflows of one repository."""

    name = "github_actions"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise workflows by where they lie."""
        return is_workflow(path)

    def group(self, path: str) -> str:
        """Put the workflows of one repository together: one may call another, or name the repository."""
        return f"github:{repository_folder(path)}"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read every job of every workflow of one repository."""
        files = sorted(files, key=lambda file: file.path)  # what several mention stands where the first does
        found = Found()
        repository = _repository(files)
        for file in files:
            named = False
            for name, node in jobs(file):
                named = True
                _read_job(_job(file, name, node, repository), repository, found)
            if not named:
                reason = "a workflow was expected, but no jobs stand in it"
                found.skipped.append(Skipped(f"skipped:{file.path}#jobs", reason, "workflow", (Location(file.path),)))
        return Inventory(
            workflows=tuple(found.workflows),
            identities=tuple(found.identities),
            credentials=tuple(found.credentials),
            resources=tuple(found.resources.values()),
            inputs=tuple(found.inputs.values()),
            links=tuple(found.links),
            skipped=tuple(found.skipped),
            fingerprints=tuple(found.fingerprints),
        )


def _repository(files: Sequence[ReadFile]) -> Repository:
    named = sorted({match.groups() for file in files for match in _REPOSITORY.finditer(file.document.text)})
    where = repository_folder(files[0].path) if files else "-"
    owner, name = named[0] if len(named) == 1 else ("-", basename(where))
    triggers = {file.path: _triggers(file) for file in files}
    for _ in files:  # a workflow that is called has the triggers of its callers too
        for file in files:
            for _, job in jobs(file):
                called = _called(file, job)
                if called in triggers:
                    more = (each for each in triggers[file.path] if each not in triggers[called])
                    triggers[called] = (*triggers[called], *more)
    return Repository(owner, name, triggers)


def _called(file: ReadFile, job: Node) -> str | None:
    uses = job.get("uses")
    text = (uses.text() or "") if uses is not None else ""
    if not text.startswith("./"):
        return None
    return file.path.rpartition(".github/workflows/")[0] + text.removeprefix("./")


def _triggers(file: ReadFile) -> tuple[tuple[str, Location], ...]:
    root = file.document.root
    stated = root.get("on") or root.get("true") or root.get("True")
    if stated is None:
        return ()
    if stated.is_mapping:
        return tuple((event, file.at_key(node)) for event, node in stated.items())
    return tuple((each.text() or "", file.at(each)) for each in stated.listed())


def _job(file: ReadFile, name: str, node: Node, repository: Repository) -> Job:
    stated = node.get("permissions") or file.document.root.get("permissions")
    runs = name == "copilot-setup-steps" or any(run_of(file, step) for _, step in steps(node))
    return Job(
        file=file,
        name=name,
        node=node,
        workflow=f"workflow:{quote(file.path)}#{quote(name)}",
        identity=f"identity:github/{repository.slug}/{quote(stem(file.path))}/{quote(name)}",
        agent=agent_id(file.path, name) if runs else None,
        permissions=None if stated is None else dict(stated.items()),
        all_write=stated is not None and stated.text() == "write-all",
        stated_at=file.at(stated) if stated is not None else file.at_key(node),
    )


def _read_job(job: Job, repository: Repository, found: Found) -> None:
    file, place = job.file, job.file.at_key(job.node)
    events = repository.triggers[file.path]
    untrusted = _untrusted(job, events)
    names = [event for event, _ in events]
    minutes = job.node.get("timeout-minutes")
    seconds = minutes.whole(60) if minutes is not None else None
    called_only = set(names) <= {"workflow_call"}
    found.workflows.append(
        Workflow(
            job.workflow,
            agent=job.agent,
            trigger=", ".join(dict.fromkeys(names)) or None,
            untrusted=True if untrusted else None if called_only else False,
            expected_seconds=seconds,
            locations=(place,),
        )
    )
    repository_id = f"resource:github/{repository.slug}"
    found.resources[repository_id] = Resource(
        repository_id,
        kind="repository",
        name=repository.name,
        provider="github",
        locations=(Location(file.path),),
    )
    found.links.append(link(repository_id, "defines", job.workflow, place))
    _runner(job, repository, found)
    uses = job.node.get("uses")
    if uses is not None and not (uses.text() or "").startswith("./"):
        reason = f"the job is defined in another repository: {uses.text()}"
        _skip(job, "reusable workflow", reason, file.at(uses), found)
    elif uses is not None and _called(file, job.node) == file.path:
        _skip(job, "reusable workflow", "the job calls the workflow that it stands in", file.at(uses), found)
    if job.agent:
        _agent_links(job, untrusted, repository, found)
    held = secrets(job, names)
    found.credentials += held.credentials
    found.links += held.links
    found.fingerprints += held.fingerprints
    asked = list(logins(job))
    environment = job.node.get("environment") is not None
    if job.agent or asked or environment or job.all_write or job.written:
        _identity(job, repository_id, seconds, found)
    for login in asked:
        found.links.append(login) if isinstance(login, Link) else found.skipped.append(login)


def _runner(job: Job, repository: Repository, found: Found) -> None:
    """Add the machine of one's own that a job runs on; those of GitHub are thrown away after it."""
    stated = job.node.get("runs-on")
    asked = (stated.get("labels") or stated.get("group")) if stated is not None and stated.is_mapping else stated
    labels = sorted({text for each in (asked.listed() if asked is not None else ()) if (text := each.text())})
    if asked is None or "self-hosted" not in labels or any("${{" in each for each in labels):
        return
    id, place = f"resource:github/{repository.slug}/runner/{quote('+'.join(labels))}", job.file.at(asked)
    name = f"runner {', '.join(each for each in labels if each != 'self-hosted') or 'of its own'}"
    found.resources.setdefault(id, Resource(id, "runner", name, "github", locations=(place,)))
    found.links.append(link(job.workflow, "executes_on", id, place, reason=f"runs on {', '.join(labels)}"))


def _untrusted(job: Job, events: Sequence[tuple[str, Location]]) -> list[tuple[str, Location]]:
    condition = job.node.get("if")
    own = condition is not None and bool(_NO_FORKS.search(condition.text() or ""))
    return [(event, where) for event, where in events if event in _UNTRUSTED and not (own and event in WITHOUT_SECRETS)]


def _agent_links(job: Job, untrusted: Sequence[tuple[str, Location]], repository: Repository, found: Found) -> None:
    assert job.agent is not None
    condition = job.node.get("if")
    gate = None
    if condition is not None and _GATE.search(condition.text() or ""):
        gate = Gate("policy", "gateway", controlled_by="condition of the job")
    elif not all(run.open_to_all for _, step in steps(job.node) if (run := run_of(job.file, step))):
        gate = Gate("policy", "agent_process", controlled_by="the action admits only people with write access")
    place = job.file.at_key(job.node)
    found.links.append(link(job.workflow, "triggers", job.agent, place, gate=gate))
    for event, where in untrusted:
        id = f"input:{_UNTRUSTED[event]}/{repository.slug}"
        found.inputs.setdefault(id, Input(id, kind=_UNTRUSTED[event], trust="untrusted", locations=(where,)))
        reason = f"the trigger {event} brings text that anybody can write"
        found.links.append(link(id, "taints", job.agent, where, place, reason=reason))
    started = max((at for at, step in steps(job.node) if run_of(job.file, step)), default=-1)
    for kind, call, where in reads(job.file, job.node, started):
        id = f"input:{kind}/{repository.slug}"
        found.inputs.setdefault(id, Input(id, kind=kind, trust="untrusted", locations=(where,)))
        reason = f"{call} reads what anybody can write before the agent starts"
        found.links.append(link(id, "taints", job.agent, where, place, reason=reason))


def _identity(job: Job, repository_id: str, seconds: int | None, found: Found) -> None:
    file, place = job.file, job.file.at_key(job.node)
    environment = job.node.get("environment")
    named = environment.get("name") if environment is not None and environment.is_mapping else environment
    literal = named.text() if named is not None and "${{" not in (named.text() or "${{") else None
    found.identities.append(
        Identity(
            job.identity,
            kind="ci_job",
            name=job.identity.removeprefix("identity:github/"),
            provider="github",
            environment=literal,
            locations=(place,),
        )
    )
    if environment is not None:
        reason = "whether the environment asks reviewers is a setting of the repository, in no file"
        _skip(job, "environment reviewers", reason, file.at(environment), found)
    holders = [job.workflow, *([job.agent] if job.agent else [])]
    shown = job.place_of("id-token")
    found.links += [link(holder, "runs_as", job.identity, shown, place) for holder in holders]
    dotted = f"credential:{quote(file.path)}#jobs.{quote(job.name)}"
    if job.may_write("id-token"):
        token = Credential(
            f"{dotted}.id-token",
            kind="oidc_token",
            store="workload_api",
            name="id-token",
            lifetime_seconds=_TOKEN_SECONDS,
            audience=audience(job),
            locations=(shown,),
        )
        _hold(token, holders, job, found)
    scopes: tuple[str, ...] | None = None
    if job.all_write:
        scopes = ("write-all",)
    elif job.permissions is not None:
        scopes = tuple(f"{scope}: {node.text()}" for scope, node in job.permissions.items() if scope != "id-token")
    if scopes is None or any("write" in scope for scope in scopes):
        token = Credential(
            f"{dotted}.GITHUB_TOKEN",
            kind="oauth_token",
            store="workload_api",
            name="GITHUB_TOKEN",
            lifetime_seconds=seconds or _LONGEST_JOB_SECONDS,
            scopes=scopes,
            locations=(job.place_of(*(scope for scope in job.written if scope != "id-token")),),
        )
        _hold(token, holders, job, found)
    if scopes is None:
        reason = "the permissions of GITHUB_TOKEN are not stated: the repository's default decides"
        _skip(job, "default permissions", reason, place, found)
    if job.may_write("contents"):
        reason = "contents: write in " + file.path
        stated = job.place_of("contents")
        made = link(job.identity, "can_change", repository_id, stated, reason=reason, conditions=_PUSHED)
        found.links.append(made)


def _hold(token: Credential, holders: Sequence[str], job: Job, found: Found) -> None:
    found.credentials.append(token)
    found.links += [link(holder, "holds", token.id, *token.locations) for holder in holders]
    found.links.append(link(token.id, "authenticates_as", job.identity, *token.locations))


def _skip(job: Job, construct: str, reason: str, place: Location, found: Found) -> None:
    id = f"skipped:{quote(job.file.path)}#jobs.{quote(job.name)}/{quote(construct)}"
    found.skipped.append(Skipped(id, reason, construct, (place,)))


SOURCE = GithubActions()
