"""GitLab pipelines: what starts each job, its identity tokens, secrets and runners, and the agents it runs.

Shapes are those of GitLab's documentation, "CI/CD YAML syntax reference" and "OpenID Connect (OIDC) authentication
using ID tokens". Variables of the project, the group or the instance, whether they and a runner are protected, and
whether merge requests of forks run here, are settings that stand in no file. The path of the project stands in none
either, unless a rule compares ``$CI_PROJECT_PATH`` with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from posixpath import basename

from nhiassess.formats.durations import seconds
from nhiassess.formats.format import Node
from nhiassess.formats.names import declares
from nhiassess.model.inventory import Credential, Gate, Inventory, Location
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.pipelines.gitlab_includes import read_includes
from nhiassess.sources.pipelines.gitlab_jobs import FROM_OUTSIDE, Layer, Pipeline, Whole, events
from nhiassess.sources.pipelines.pipeline_jobs import Effort, Job, Product, Script, read_job, runs_in
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

PRODUCT = Product("gitlab-ci", "gitlab", "gitlab-merge-requests")
_MAIN = re.compile(r"(?:^|/)(?:[^/]*\.)?\.?gitlab-ci\.ya?ml$")
_INCLUDED = re.compile(r"(?:^|/)(?:\.gitlab|\.gitlab-ci)/(?:[^/]+/)*[^/]+\.ya?ml$")
_OF_REPOSITORY = re.compile(
    r"(?:^|/)(?:\.gitlab|\.gitlab-ci|\.ci)/.*$|(?:^|/)(?:ci/[^/]+\.)?\.?gitlab-ci\.ya?ml$|(?:^|/)[^/]*$"
)
_JOB_SIGN = re.compile(r"(?m)^ {1,8}(?:script|extends|trigger|before_script|id_tokens):")
_PROJECT = re.compile(r"\$CI_PROJECT_PATH\s*==\s*[\"'](?P<path>[\w.-]+(?:/[\w.-]+){1,20})[\"']")
_ROLE_NAME = re.compile(r"ROLE_ARN$|^ROLE$|ASSUME_ROLE")
_MANAGERS = {
    "vault": "vault",
    "gcp_secret_manager": "gcp",
    "azure_key_vault": "azure",
    "aws_secrets_manager": "aws",
    "gitlab_secrets_manager": "gitlab",
    "akeyless": "akeyless",
}
# issued for the job by GitLab itself
_JOB_TOKENS = frozenset({"CI_JOB_TOKEN", "CI_REGISTRY_PASSWORD"})


class GitlabCi:
    """Pipelines of one repository."""

    name = "gitlab_ci"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise pipelines by name, and what they include by where it lies and by the keys of jobs."""
        return bool(_MAIN.search(path) or (_INCLUDED.search(path) and _JOB_SIGN.search(head)))

    def group(self, path: str) -> str:
        """Put the files of one repository together: a job extends templates of others."""
        return f"gitlab:{repository_folder(path)}"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read every job of every file, and what is included from elsewhere."""
        found = Gathering()
        # what the main file states lies over what it includes
        ordered = sorted(files, key=lambda file: (basename(file.path).startswith(".gitlab-ci."), file.path))
        pipeline = Pipeline(ordered)
        project = _project(files)
        effort = Effort()
        for name, layer in pipeline.jobs():
            if not _read_job(name, layer, pipeline, project, effort, found):
                break
        for name, layers in pipeline.left_out[:1]:
            reason = "this job and those after it were not read: no pipeline has so many"
            found.skip(layers[0].file.at_key(layers[0].node), f"{name}/jobs", "jobs", reason)
        for file in files:
            read_includes(file, top_of(file.path), {each.path for each in files}, found)
            if not any(root.is_mapping for root in file.document.roots):
                reason = "a pipeline was expected, but no jobs stand in it"
                found.skip(Location(file.path), "jobs", "pipeline", reason)
        return found.inventory()


def repository_folder(path: str) -> str:
    """Give the folder of the repository that a file of a pipeline belongs to, "-" for the root.

    Examples
    --------
    >>> repository_folder("repos/web/.gitlab-ci.yml"), repository_folder("web/.gitlab/ci/build.yml")
    ('repos/web', 'web')
    """
    return quote(top_of(path)) or "-"


def top_of(path: str) -> str:
    """Give the folder of the repository as paths write it, "" for the root."""
    return _OF_REPOSITORY.sub("", path)


def _project(files: Sequence[ReadFile]) -> str | None:
    named = {match["path"] for file in files for match in _PROJECT.finditer(file.document.text)}
    return named.pop() if len(named) == 1 else None


def _read_job(
    name: str, layer: Layer, pipeline: Pipeline, project: str | None, effort: Effort, found: Gathering
) -> bool:
    whole = pipeline.whole(name)
    scripts, astray = pipeline.scripts(whole)
    where = repository_folder(layer.file.path)
    started = events(pipeline, whole)
    timeout, environment = whole.last("timeout"), whole.last("environment")
    tokens = {key: each for key, each in whole.entries("id_tokens").items() if each.node.is_mapping}
    job = Job(
        PRODUCT,
        layer.file,
        where,
        name,
        name,
        layer.file.at_key(layer.node),
        runs=runs_in(scripts),
        trigger=", ".join(started) or None,
        untrusted=None if not started or FROM_OUTSIDE & set(started) else False,
        seconds=_seconds(timeout.node) if timeout is not None else None,
        environment=_environment(environment.node) if environment is not None else None,
        # a project's path has no colon in it; "-" stands for the groups that no file names
        native=f"{project or ('-' if where == '-' else '-/' + where.rsplit('/', 1)[-1])}:{name}",
    )
    if not effort.allows(job, scripts, whole.size(), found):
        return False
    values = _values(whole)
    roles = {key: each for key, each in whole.entries("variables").items() if _ROLE_NAME.search(key)}
    asks = bool(tokens) or environment is not None or logs_in(scripts)
    named = named_in(scripts)
    read_job(job, asks or bool(named.keys() & _JOB_TOKENS), _gate(whole), found)
    _tokens(job, tokens, named, found)
    _secrets(job, whole, found)
    _variables(job, whole, named, tokens, found)
    if asks or job.agent:
        for key, each in roles.items() if tokens or logs_in(scripts) else ():
            become(job, key, values.get(key), each.file.at(each.node), found)
        logins(job, scripts, {} if roles else values, found)
    _surroundings(job, whole, found)
    _unknown(job, whole, astray, environment, found)
    return True


def _values(whole: Whole) -> Mapping[str, str]:
    """Give the variables whose values stand in the file and name no other variable."""
    found = {}
    for key, layer in whole.entries("variables").items():
        node = layer.node.get("value") if layer.node.is_mapping else layer.node
        text = node.text() if node is not None else None
        if text and "$" not in text:
            found[key] = text
    return found


def _seconds(timeout: Node) -> int | None:
    """Read a duration such as ``1h 30m`` or ``90 minutes``."""
    text = (timeout.text() or "")[:60].lower()
    short = re.sub(r"\s*(h|m|s|d|w)(?:[a-z]*)", r"\1", text)
    return seconds(replace(timeout, value=re.sub(r"\s+(?:and\s+)?", "", short))) if text else None


def _environment(node: Node) -> str | None:
    named = node.get("name") if node.is_mapping else node
    text = named.text() if named is not None else None
    return None if not text or "$" in text else text


def _gate(whole: Whole) -> Gate | None:
    """Give the person who has to start a manual job; rules may make it manual too, in some pipelines only."""
    when, rules = whole.last("when"), whole.last("rules")
    stated_when = [when.node] if when is not None else []
    if rules is not None:
        stated_when = [node for rule in rules.node.elements() if (node := rule.get("when")) is not None]
        if len(stated_when) < len(rules.node.elements()):
            return None
    words = {node.text() for node in stated_when} - {"never"}
    if words != {"manual"}:
        return None
    return Gate("human_approval", "gateway", controlled_by="whoever may run manual jobs of the project")


def _tokens(job: Job, tokens: Mapping[str, Layer], named: Mapping[str, Script], found: Gathering) -> None:
    for name, layer in tokens.items():
        audience = layer.node.get("aud")
        said = [text for each in audience.listed() if (text := each.text())] if audience is not None else []
        open_ = any("$" in each for each in said)
        place = layer.file.at_key(layer.node)
        token = Credential(
            job.credential_id(f"id_tokens.{name}"),
            kind="oidc_token",
            store="workload_api",
            name=name,
            lifetime_seconds=job.seconds,
            audience=None if open_ else ", ".join(said) or None,
            locations=(place,),
        )
        hold_token(job, token, found)
        if open_:
            reason = "a variable holds the audience of the token, which stands in no file"
            job.skip(f"audience of {name}", reason, place, found)
    # a container registry takes the job token too, under another name
    own = next((script for key, script in named.items() if key in _JOB_TOKENS), None)
    if own is not None or job.agent:
        token = Credential(
            job.credential_id("CI_JOB_TOKEN"),
            kind="oauth_token",
            store="workload_api",
            name="CI_JOB_TOKEN",
            lifetime_seconds=job.seconds,
            locations=(own.place if own is not None else job.place,),
        )
        hold_token(job, token, found)


def _secrets(job: Job, whole: Whole, found: Gathering) -> None:
    for name, layer in whole.entries("secrets").items():
        place = layer.file.at_key(layer.node)
        for key, manager in _MANAGERS.items():
            node = layer.node.get(key)
            path = _path(node) if node is not None else None
            if path:
                hold_secret(job, f"secrets.{name}", path, place, found, name=name, manager=manager)
                break
        else:
            job.skip(f"secret {name}", "the store that the secret comes from was not understood", place, found)


def _path(node: Node) -> str | None:
    """Give the path of a secret: ``path/field@engine``, or a mapping that says the same in parts."""
    if node.text():
        return node.text()
    parts = [each.text() for key in ("name", "path", "secret_id", "field") if (each := node.get(key)) is not None]
    engine = node.get("engine", "path") or node.get("engine") or Node(None)
    whole = "/".join(part for part in parts if part)
    return f"{whole}@{engine.text()}" if whole and engine.text() else whole or None


def _variables(
    job: Job, whole: Whole, named: Mapping[str, Script], tokens: Mapping[str, Layer], found: Gathering
) -> None:
    given = whole.entries("variables")
    for name, layer in given.items():
        node = layer.node
        # a variable that takes another's value under a new name names the secret behind it
        behind = refers(node)
        if behind is not None and behind not in given and declares(name):
            hold_secret(job, f"variables.{name}", _kept(job, behind), layer.file.at(node), found, name=name)
        else:
            value = node.get("value") if node.is_mapping else node
            if value is not None:
                hold_value(
                    layer.file,
                    f"{'' if layer.of == 'variables' else f'{layer.of}.'}variables.{name}",
                    value,
                    name,
                    job.holder,
                    found,
                )
    stated_here = {*given, *tokens, *whole.entries("secrets"), *_JOB_TOKENS}
    for name, script in named.items():
        if declares(name) and name not in stated_here:
            hold_secret(job, f"script.{name}", _kept(job, name), script.place, found, name=name)


def _kept(job: Job, name: str) -> str:
    """Give the path of a variable of the project: two projects may have a variable of one name."""
    return f"{job.where}/{name}"


def _surroundings(job: Job, whole: Whole, found: Gathering) -> None:
    for key, layer, node in _images(whole):
        if text := node.text():
            stated(job, key, layer.file.at(node), text, found)
    tags = whole.last("tags")
    for node in tags.node.listed() if tags is not None else ():
        if tags is not None and node.text():
            stated(job, "tags", tags.file.at(node), node.text() or "", found)


def _images(whole: Whole) -> Iterator[tuple[str, Layer, Node]]:
    for key in ("image", "services"):
        layer = whole.last(key)
        for node in layer.node.listed() if layer is not None else ():
            named = node.get("name") if node.is_mapping else node
            if layer is not None and named is not None:
                yield key, layer, named


def _unknown(job: Job, whole: Whole, astray: Sequence[Layer], environment: Layer | None, found: Gathering) -> None:
    """Name what no file tells of a job."""
    for name, layer in whole.missing.items():
        reason = f"the job extends {name}, which no file of the repository states"
        job.skip(f"extends {name}", reason, layer.file.at(layer.node), found)
    for layer in astray:
        reason = "the job takes a part of its script from a place that no file of the repository states"
        job.skip(f"reference at {layer.node.line}", reason, layer.file.at(layer.node), found)
    trigger = whole.last("trigger")
    if trigger is not None and trigger.node.get("include") is None:
        reason = "the job starts a pipeline of another project, which was not read"
        job.skip("downstream pipeline", reason, trigger.file.at(trigger.node), found)
    if job.untrusted is None and job.agent:
        reason = "whether changes of people outside run here, from forks above all, is a setting of the project"
        job.skip("merge requests of forks", reason, job.place, found)
    if environment is not None:
        reason = "whether the environment is protected is a setting of the project, in no file"
        job.skip("environment", reason, environment.file.at(environment.node), found)
    if job.agent:
        reason = "which variables of the project, group and instance the job is given stands in no file"
        job.skip("variables of the project", reason, job.place, found)


SOURCE = GitlabCi()
