"""Jenkins: the stages of a Jenkinsfile, the credentials they bind, what starts them, and agents in their scripts.

A Jenkinsfile is read as text, never run. Which branches and pull requests it runs for, those of forks among them, the
credentials' content and who may use them, and what an agent's machine holds are settings of Jenkins, in no file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import basename

from nhiassess.model.inventory import Gate, Inventory, Location
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.pipelines.jenkins_arguments import Binding
from nhiassess.sources.pipelines.jenkins_stages import Run, Stage, stages
from nhiassess.sources.pipelines.pipeline_jobs import Effort, Job, Product, read_job, runs_in
from nhiassess.sources.pipelines.pipeline_secrets import (
    become,
    hold_secret,
    hold_value,
    kind_of,
    logins,
    logs_in,
    stated,
)
from nhiassess.sources.source import ReadFile, quote

PRODUCT = Product("jenkins", "jenkins", "jenkins-pull-requests")
_NAMED = re.compile(r"(?:^|/)(?:Jenkinsfile(?:[._-][^/]*)?|[^/]+\.[Jj]enkinsfile)$")
_DECLARATIVE = re.compile(r"(?m)^\s*pipeline\s*\{")
_FOLDER = re.compile(r"(?:^|/)\.(?:jenkins|ci)$")
_KINDS = {
    "sshUserPrivateKey": "private_key",
    "sshagent": "private_key",
    "certificate": "private_key",
    "usernamePassword": "password",
    "usernameColonPassword": "password",
    "withRegistry": "password",
}
_GATE = Gate("human_approval", "gateway", controlled_by="whoever may answer inputs of the job")
_MOST_STAGES = 2_000


class Jenkins:
    """Pipelines of Jenkins."""

    name = "jenkins"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise Jenkinsfiles by name, and declarative pipelines in other files of Groovy."""
        return bool(_NAMED.search(path) or (path.endswith(".groovy") and _DECLARATIVE.search(head)))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read every stage that runs a script or binds a credential."""
        found = Gathering()
        for file in files:
            effort = Effort()
            taken: dict[str, int] = {}
            read = stages(file)
            for stage in read[:_MOST_STAGES]:
                if not _read_stage(file, stage, taken, effort, found):
                    break
            if len(read) > _MOST_STAGES:
                reason = "stages beyond the 2,000th were not read: no pipeline has so many"
                found.skip(Location(file.path), "stages", "stages", reason)
            if not found.workflows:
                reason = "a pipeline was expected, but no stage in it runs a script that stands in the file"
                found.skip(Location(file.path), "pipeline", "pipeline", reason)
        return found.inventory()


def repository_folder(path: str) -> str:
    """Give the folder of the repository that a Jenkinsfile belongs to, "-" for the root.

    Examples
    --------
    >>> repository_folder("repos/web/Jenkinsfile"), repository_folder("web/.ci/Jenkinsfile.release")
    ('repos/web', 'web')
    """
    return quote(_FOLDER.sub("", path.rpartition("/")[0])) or "-"


def _read_stage(file: ReadFile, stage: Stage, taken: dict[str, int], effort: Effort, found: Gathering) -> bool:
    chain = stage.chain()
    scripts = [run.script for run in stage.runs]
    name = "/".join(part for part in (basename(file.path), stage.name) if part)
    taken[name] = taken.get(name, 0) + 1
    name += f" ({taken[name]})" if taken[name] > 1 else ""
    events = [event for each in chain for event in each.events]
    job = Job(
        PRODUCT,
        file,
        repository_folder(file.path),
        name,
        f"stages.{name}",
        Location(file.path, stage.token.line, stage.token.column),
        runs=runs_in(scripts),
        trigger=", ".join(dict.fromkeys(events)) or None,
        seconds=next((each.seconds for each in chain if each.seconds), None),
        sandbox=next((each.sandbox for each in chain if each.sandbox), None),
    )
    for what, token in stage.open:
        place = Location(file.path, token.line, token.column)
        found.skip(place, f"{job.dotted}/{what} at {token.line}:{token.column}", what, f"{what} was not read")
    if not stage.runs and not any(isinstance(each, Binding) for each in stage.variables.values()):
        return True
    variables = sum(len(each.variables) for each in chain) + sum(len(run.bindings) for run in stage.runs)
    # what encloses a stage is stated of each stage again, and costs as much as ten variables
    variables += 10 * sum(len(each.places) for each in chain)
    if not effort.allows(job, scripts, variables, found):
        return False
    approval = next((each.approval for each in chain if each.approval is not None), None)
    asked = [each for one in chain for each in one.roles]
    read_job(job, bool(asked) or logs_in(scripts), _GATE if approval is not None else None, found)
    _read_environment(job, chain, found)
    for run in stage.runs:
        _read_bindings(job, run, found)
    for token, role in asked:
        place = Location(file.path, token.line, token.column)
        become(job, "role", None if "$" in role else role, place, found)
    logins(job, scripts, {}, found)
    for one in chain:
        for key, token in one.places:
            stated(job, key, Location(file.path, token.line, token.column), token.text, found)
    if job.agent:
        reason = "whether pull requests run here, those of forks among them, is a setting of the job in Jenkins"
        job.skip("pull requests of forks", reason, job.place, found)
    return True


def _read_environment(job: Job, chain: Sequence[Stage], found: Gathering) -> None:
    for each in chain:
        where = f"{each.name}.environment" if each.name else "environment"
        for name, value in each.variables.items():
            if isinstance(value, Binding):
                place = Location(job.file.path, value.token.line, value.token.column)
                hold_secret(job, f"environment.{name}", value.id, place, found, name=name)
            else:
                # a literal; only what was recognised as a secret becomes a credential
                hold_value(job.file, f"{where}.{name}", value, name, job.holder, found)


def _read_bindings(job: Job, run: Run, found: Gathering) -> None:
    holder = job.holder if runs_in([run.script]) else job.workflow
    for each in run.bindings:
        place = Location(job.file.path, each.token.line, each.token.column)
        variable = each.variables[-1] if each.variables else each.id
        dotted = f"{each.how}.{each.id} at {each.token.line}:{each.token.column}"
        kind = _KINDS.get(each.how) or kind_of(variable) or ""
        hold_secret(job, dotted, each.id, place, found, name=variable, holder=holder, kind=kind)


SOURCE = Jenkins()
