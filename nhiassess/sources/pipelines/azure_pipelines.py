"""Azure pipelines: triggers, jobs and deployments, service connections, key vaults, tokens, and agents in scripts.

Shapes are those of Microsoft's "YAML schema reference for Azure Pipelines" and of its task reference (``AzureCLI@2``,
``AzureKeyVault@2``). What a service connection logs in as, which pull requests run, the content of variable groups and
the checks of environments are settings of the project, in no file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Credential, Inventory, Location
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.pipelines.azure_jobs import Part, parts, script_of, starts
from nhiassess.sources.pipelines.azure_secrets import JOB_TOKEN, read_secrets, runs_agent
from nhiassess.sources.pipelines.pipeline_jobs import Effort, Job, Product, read_job, runs_in
from nhiassess.sources.pipelines.pipeline_secrets import hold_secret, hold_token, logins, logs_in, stated
from nhiassess.sources.source import ReadFile, quote

PRODUCT = Product("azure-pipelines", "azure-devops", "azure-pull-requests")
_NAMED = re.compile(r"(?i)(?:^|/)(?:[\w.-]*[._-])?azure-pipelines?(?:[._-][\w.-]*)?\.ya?ml$")
_SIGN = re.compile(r"(?m)^\s*-\s+(?:task:\s*[\w.-]+@\d|deployment:)|^\s+vmImage:|^\s*vmImage:")
_ELSEWHERE = re.compile(r"(?:^|/)\.(?:github|circleci|gitlab)/")
_FOLDER = re.compile(r"(?:^|/)\.(?:azure-pipelines|azuredevops|pipelines|ado)/.*$")
# inputs of tasks that name a service connection
_CONNECTIONS = (
    "azureSubscription",
    "ConnectedServiceName",
    "connectedServiceNameARM",
    "awsCredentials",
    "containerRegistry",
    "kubernetesServiceConnection",
    "kubernetesServiceEndpoint",
    "gitHubConnection",
    "githubServiceConnection",
    "sshEndpoint",
    "serviceConnection",
)


class AzurePipelines:
    """Pipelines of Azure DevOps."""

    name = "azure_pipelines"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise pipelines by name, and others by the tasks and pools that only they have."""
        if not path.endswith((".yml", ".yaml")) or _ELSEWHERE.search(path):
            return False
        return bool(_NAMED.search(path) or _SIGN.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read every job of every file."""
        found = Gathering()
        for file in files:
            jobs = list(parts(file))
            effort = Effort()
            for part in jobs:
                if not _read_part(file, part, effort, found):
                    break
            _read_resources(file, found)
            extended = file.document.root.get("extends", "template")
            if extended is not None:
                reason = f"the pipeline extends the template {extended.text()}, which was not laid in"
                found.skip(file.at(extended), "extends", "template", reason)
            elif not jobs:
                reason = "a pipeline was expected, but no jobs stand in it"
                found.skip(Location(file.path), "jobs", "pipeline", reason)
        return found.inventory()


def repository_folder(path: str) -> str:
    """Give the folder of the repository that a pipeline belongs to, "-" for the root.

    Examples
    --------
    >>> repository_folder("web/azure-pipelines.yml"), repository_folder("web/.azure-pipelines/pr.yml")
    ('web', 'web')
    """
    bare = _FOLDER.sub("", path)
    return quote(bare if bare != path else path.rpartition("/")[0]) or "-"


def _read_part(file: ReadFile, part: Part, effort: Effort, found: Gathering) -> bool:
    root = file.document.root
    scripts = [script for _, step in part.steps if (script := script_of(file, step)) is not None]
    known = _NAMED.search(file.path) or any(root.get(key) is not None for key in ("trigger", "pr", "schedules"))
    minutes = part.node.get("timeoutInMinutes")
    environment = part.node.get("environment")
    container = part.nearest("container")
    job = Job(
        PRODUCT,
        file,
        repository_folder(file.path),
        part.name,
        part.dotted,
        file.at_key(part.node) if part.node is not root else _first(file, root),
        runs=runs_in(scripts),
        trigger=(", ".join(starts(root)) or None) if known else None,
        seconds=minutes.whole(60) if minutes is not None else None,
        environment=_name_of(environment),
        sandbox="container" if container is not None else None,
    )
    variables = sum(1 for _, node in part.everywhere("variables") for _ in (*node.items(), *node.elements()))
    if not effort.allows(job, scripts, variables, found):
        return False
    connections = list(_connections(part))
    token = _token(file, part)
    read_job(job, bool(connections) or token is not None or environment is not None or logs_in(scripts), None, found)
    if token is not None:
        issued = Credential(
            job.credential_id("System.AccessToken"),
            kind="oauth_token",
            store="workload_api",
            name="System.AccessToken",
            lifetime_seconds=job.seconds,
            locations=(token[0],),
        )
        hold_token(job, issued, found, to_agent=token[1])
    for dotted, name, step in connections:
        holder = job.holder if runs_agent(file, step) else job.workflow
        _read_connection(job, dotted, name, holder, found)
    values = read_secrets(job, part, found)
    logins(job, scripts, values, found)
    _read_surroundings(job, part, found)
    _name_unknown(job, part, environment, found)
    return True


def _first(file: ReadFile, root: Node) -> Location:
    return next((file.at_key(node) for _, node in root.items()), Location(file.path))


def _name_of(node: Node | None) -> str | None:
    named = node.get("name") if node is not None and node.is_mapping else node
    text = named.text() if named is not None else None
    # a resource of the environment may follow a dot
    return None if not text or "$" in text else text.partition(".")[0]


def _connections(part: Part) -> Iterator[tuple[str, Node, Node]]:
    for place, step in part.steps:
        for key in _CONNECTIONS:
            node = step.get("inputs", key)
            if node is not None and node.text():
                yield f"{place}.inputs.{key}", node, step


def _read_connection(job: Job, dotted: str, name: Node, holder: str, found: Gathering) -> None:
    text, place = name.text() or "", job.file.at(name)
    if "$" in text:
        job.skip(f"{dotted} variable", "which service connection it is stands in a variable", place, found)
        return
    hold_secret(job, dotted, text, place, found, holder=holder)
    reason = f"what the service connection {text} logs in as, and with which secret if any, stands in no file"
    job.skip(f"service connection {text}", reason, place, found)


def _token(file: ReadFile, part: Part) -> tuple[Location, bool] | None:
    """Give the first place where a job is handed its token, and whether its agent is handed it too."""
    places: list[tuple[bool, Location]] = []
    for _, step in part.steps:
        script = script_of(file, step)
        own = runs_agent(file, step)
        handed = [
            node for _, node in (step.get("env") or Node(None)).items() if JOB_TOKEN in (node.text() or "").lower()
        ]
        places += [(own, file.at(node)) for node in handed]
        kept = step.get("persistCredentials")
        if kept is not None and kept.value in (True, "true", "True"):
            # it stays in the working folder, which every later step can read
            places.append((True, file.at(kept)))
        if script is not None and JOB_TOKEN in script.text.lower():
            places.append((own, script.place))
    return (places[0][1], any(own for own, _ in places)) if places else None


def _read_surroundings(job: Job, part: Part, found: Gathering) -> None:
    for key, path in (("pool", ("pool", "vmImage")), ("pool", ("pool", "name")), ("container", ("container", "image"))):
        node = part.nearest(*path)
        if node is not None and node.text():
            stated(job, key, job.file.at(node), node.text() or "", found)
    for key in ("pool", "container"):
        node = part.nearest(key)
        if node is not None and node.text():
            stated(job, key, job.file.at(node), node.text() or "", found)
    for place, step in part.steps:
        handed = step.get("inputs", "addSpnToEnvironment")
        if handed is not None and handed.value in (True, "true", "True"):
            stated(job, f"{place}.inputs.addSpnToEnvironment", job.file.at(handed), "true", found)


def _name_unknown(job: Job, part: Part, environment: Node | None, found: Gathering) -> None:
    for node in part.templates:
        if node.text():
            reason = f"the template {node.text()} was not laid in"
            job.skip(f"template {node.text()}", reason, job.file.at(node), found)
    if environment is not None:
        reason = "which approvals and checks the environment asks for is a setting of the project, in no file"
        job.skip("environment", reason, job.file.at(environment), found)
    if job.agent:
        reason = (
            "which pull requests run this pipeline, those of forks among them, is decided by the kind of repository"
        )
        job.skip("pull requests of forks", f"{reason} and settings of the project", job.place, found)


def _read_resources(file: ReadFile, found: Gathering) -> None:
    resources = file.document.root.get("resources", "repositories")
    for place, each in enumerate(resources.elements() if resources is not None else ()):
        name, ref = each.get("name"), each.get("ref")
        if name is None or not name.text():
            continue
        fixed = ref is not None and re.fullmatch(r"[0-9a-f]{40}", ref.text() or "")
        reason = f"what the pipeline takes from the repository {name.text()} was not read"
        reason += "" if fixed else ", and no commit fixes it"
        found.skip(file.at(name), f"resources.repositories[{place}]", "repository", reason)


SOURCE = AzurePipelines()
