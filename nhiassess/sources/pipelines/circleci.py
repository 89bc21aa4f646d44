"""CircleCI: the jobs of workflows, their contexts, identity tokens, orbs and executors, and agents in their steps.

Shapes are those of CircleCI's documentation, "Configuration reference" and "Using OpenID Connect tokens in jobs". What
a context or a project keeps, who may use a context, the organisation, and whether pull requests of forks run and get
secrets are settings that stand in no file. That every job gets an identity token is documented; a job counts as having
one here only when it uses it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nhiassess.formats.format import EMPTY, Node
from nhiassess.formats.names import declares
from nhiassess.model.inventory import Credential, Gate, Inventory, Location
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.pipelines.circleci_jobs import Entry, Step, entries, executor, script_of, steps
from nhiassess.sources.pipelines.pipeline_jobs import Effort, Job, Product, read_job, runs_in
from nhiassess.sources.pipelines.pipeline_secrets import (
    become,
    hold_secret,
    hold_token,
    hold_value,
    logins,
    logs_in,
    named_in,
    refers,
    stated,
)
from nhiassess.sources.source import ReadFile, quote

PRODUCT = Product("circleci", "circleci", "circleci-pull-requests")
_CONFIG = re.compile(r"(?:^|/)\.circleci/(?:[^/]+/)*[^/]+\.ya?ml$")
_SIGN = re.compile(r"(?m)^(?:version|jobs|workflows|orbs|setup|executors|commands):")
_EXACT = re.compile(r"@\d+\.\d+\.\d+$")
_TOKENS = frozenset({"CIRCLE_OIDC_TOKEN", "CIRCLE_OIDC_TOKEN_V2"})
_TOKEN_SECONDS = 3600  # CircleCI's identity tokens live an hour
_ROLES = ("role_arn", "role-arn", "service_account_email", "service-account-email")
_GATE = Gate("human_approval", "gateway", controlled_by="whoever may approve jobs of the project")


class CircleCi:
    """Configurations of CircleCI."""

    name = "circleci"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise configurations by where they lie and by their keys."""
        return bool(_CONFIG.search(path) and _SIGN.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read every job of every workflow."""
        found = Gathering()
        for file in files:
            root = file.document.root
            effort = Effort()
            read = 0
            for entry in entries(root):
                read += 1
                if not _read_entry(file, root, entry, effort, found):
                    break
            _read_orbs(file, root, found)
            setup = root.get("setup")
            if setup is not None and setup.value in (True, "true"):
                reason = "the pipeline goes on with a configuration that is made at run time"
                found.skip(file.at(setup), "setup", "dynamic configuration", reason)
            elif not read:
                reason = "a configuration was expected, but no workflow runs a job in it"
                found.skip(Location(file.path), "workflows", "pipeline", reason)
        return found.inventory()


def repository_folder(path: str) -> str:
    """Give the folder of the repository that a configuration belongs to, "-" for the root.

    Examples
    --------
    >>> repository_folder("repos/web/.circleci/config.yml"), repository_folder(".circleci/config.yml")
    ('repos/web', '-')
    """
    return quote(path.rpartition(".circleci/")[0].rstrip("/")) or "-"


def _read_entry(file: ReadFile, root: Node, entry: Entry, effort: Effort, found: Gathering) -> bool:
    ran = steps(root, entry)
    scripts = [script for step in ran if (script := script_of(file, step)) is not None]
    places = list(executor(root, entry))
    named = named_in(scripts)
    token = next((each.place for key, each in named.items() if key in _TOKENS), None)
    token = token or next((each.place for each in scripts if "circleci run oidc get" in each.text), None)
    asked = list(_asked(entry, ran))
    job = Job(
        PRODUCT,
        file,
        repository_folder(file.path),
        entry.name,
        entry.dotted,
        _place(file, entry),
        runs=runs_in(scripts),
        trigger=_trigger(entry),
        sandbox="container" if any(each.get("docker") is not None for each in places) else None,
    )
    if not effort.allows(job, scripts, len(ran), found):
        return False
    identified = token is not None or bool(asked) or logs_in(scripts)
    read_job(job, identified, _GATE if entry.approved else None, found)
    if token is not None or asked:
        issued = Credential(
            job.credential_id("oidc"),
            kind="oidc_token",
            store="workload_api",
            name="CIRCLE_OIDC_TOKEN",
            lifetime_seconds=_TOKEN_SECONDS,
            locations=(token or file.at(asked[0][1]),),
        )
        hold_token(job, issued, found)
    for key, node in asked:
        text = node.text() or ""
        become(job, key, None if "<<" in text or "$" in text else text, file.at(node), found)
    logins(job, scripts, {}, found)
    _read_contexts(job, entry, found)
    _read_variables(job, entry, ran, places, found)
    given = {name for _, node, _ in _environments(entry, ran, places) for name, _ in node.items()}
    for name, script in named.items():
        if declares(name) and name not in _TOKENS and name not in given:
            hold_secret(job, f"run.{name}", f"{job.where}/{name}", script.place, found, name=name)
    _read_places(job, places, found)
    _name_unknown(job, root, entry, ran, found)
    return True


def _place(file: ReadFile, entry: Entry) -> Location:
    return file.at_key(entry.node) if entry.node.is_mapping else file.at(entry.node)


def _trigger(entry: Entry) -> str:
    """Say what starts a job: schedules that the workflow states, else pushes, and tags when a filter names them."""
    triggers = entry.flow.get("triggers")
    if any(each.get("schedule") is not None for each in (triggers.elements() if triggers is not None else ())):
        return "schedule"
    return "push, tag" if entry.node.get("filters", "tags") is not None else "push"


def _asked(entry: Entry, ran: Sequence[Step]) -> Iterator[tuple[str, Node]]:
    """Give the cloud identities that commands and jobs of orbs are told to become."""
    for node in (entry.node, *(step.node for step in ran)):
        for key in _ROLES:
            who = node.get(key)
            if who is not None and who.text():
                yield key, who


def _read_contexts(job: Job, entry: Entry, found: Gathering) -> None:
    context = entry.node.get("context")
    for node in context.listed() if context is not None else ():
        name = node.text()
        if not name:
            continue
        hold_secret(job, f"context.{name}", name, job.file.at(node), found)
        reason = f"which secrets the context {name} holds, and who may use it, stands in no file"
        job.skip(f"context {name}", reason, job.file.at(node), found)


def _environments(entry: Entry, ran: Sequence[Step], places: Sequence[Node]) -> Iterator[tuple[str, Node, Step | None]]:
    for at, place in enumerate(places):
        stated_there = place.get("environment")
        dotted = f"jobs.{entry.called}.environment" if not at else f"executors of {entry.called}.environment"
        if stated_there is not None:
            yield dotted, stated_there, None
    for step in ran:
        stated_there = step.node.get("environment")
        if stated_there is not None and step.name == "run":
            yield f"{step.dotted}.environment", stated_there, step


def _read_variables(job: Job, entry: Entry, ran: Sequence[Step], places: Sequence[Node], found: Gathering) -> None:
    for dotted, node, step in _environments(entry, ran, places):
        script = script_of(job.file, step) if step is not None else None
        own = step is None or (script is not None and bool(runs_in([script])))
        for name, value in node.items():
            _hold(job, f"{dotted}.{name}", name, value, job.holder if own else job.workflow, found)
    for place in places:
        images = place.get("docker")
        for image in images.elements() if images is not None else ():
            for key in ("auth", "aws_auth"):
                for name, value in (image.get(key) or EMPTY).items():
                    # the executor logs in with it before the job begins
                    dotted = f"jobs.{entry.called}.docker.{key}.{name}"
                    _hold(job, dotted, name, value, job.workflow, found)


def _hold(job: Job, dotted: str, name: str, value: Node, holder: str, found: Gathering) -> None:
    """Add what a variable holds: a literal secret, or a secret of the project or of a context by its name."""
    behind = refers(value)
    if behind is not None and declares(name):
        path = f"{job.where}/{behind}"
        hold_secret(job, dotted, path, job.file.at(value), found, name=name, holder=holder)
    elif behind is None:
        hold_value(job.file, dotted, value, name, holder, found)


def _read_places(job: Job, places: Sequence[Node], found: Gathering) -> None:
    for place in places:
        images = place.get("docker")
        for image in images.elements() if images is not None else ():
            node = image.get("image")
            if node is not None and node.text():
                stated(job, "docker.image", job.file.at(node), node.text() or "", found)
        for path in (("machine", "image"), ("resource_class",), ("macos", "xcode")):
            node = place.get(*path)
            if node is not None and node.text():
                stated(job, ".".join(path), job.file.at(node), node.text() or "", found)


def _name_unknown(job: Job, root: Node, entry: Entry, ran: Sequence[Step], found: Gathering) -> None:
    orbs = root.get("orbs") or EMPTY
    if not entry.definition.is_mapping or entry.definition is EMPTY:
        job.skip("orb job", f"the job is defined elsewhere: {entry.called}", job.place, found)
    for step in ran:
        orb = step.name.partition("/")[0]
        if "/" in step.name and orbs.get(orb) is not None:
            reason = f"what {step.name} does is defined in an orb, which was not read"
            job.skip(f"orb command {step.name}", reason, job.file.at_key(step.node), found)
    if job.agent:
        reason = "whether pull requests of forks run here, and get secrets, is a setting of the project"
        job.skip("pull requests of forks", reason, job.place, found)


def _read_orbs(file: ReadFile, root: Node, found: Gathering) -> None:
    for name, node in (root.get("orbs") or EMPTY).items():
        text = node.text()
        if not text:
            reason = f"the orb {name} is defined in the file itself, and was not read"
            found.skip(file.at_key(node), f"orbs.{name}", "orb", reason)
        elif not _EXACT.search(text):
            reason = f"the orb {text} was not read, and its version moves"
            found.skip(file.at(node), f"orbs.{name}", "orb", reason)
        else:
            found.skip(file.at(node), f"orbs.{name}", "orb", f"the orb {text} was not read")


SOURCE = CircleCi()
