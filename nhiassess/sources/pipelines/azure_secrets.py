"""What the jobs of an Azure pipeline are handed: variables, secrets of key vaults, and those of the project by name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from nhiassess.formats.format import Node
from nhiassess.formats.names import declares
from nhiassess.model.inventory import Location
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.pipelines.azure_jobs import Part, script_of, task
from nhiassess.sources.pipelines.pipeline_jobs import Job, runs_in
from nhiassess.sources.pipelines.pipeline_secrets import hold_secret, hold_value, stated
from nhiassess.sources.source import ReadFile

JOB_TOKEN = "system.accesstoken"  # noqa: S105  # the name of a variable
_MACRO = re.compile(r"\$\((?P<name>[A-Za-z_][\w.-]{0,200})\)")


def read_secrets(job: Job, part: Part, found: Gathering) -> Mapping[str, str]:
    """Read the variables of a job, and the secrets that its steps are handed.

    Parameters
    ----------
    job, part:
        The job, and its part of the file.
    found:
        What was gathered; it is added to.

    Returns
    -------
    Mapping
        The variables whose values stand in the file.
    """
    values = _read_variables(job, part, found)
    _read_steps(job, part, values, _read_vaults(job, part, found), found)
    return values


def runs_agent(file: ReadFile, step: Node) -> bool:
    """Tell whether the script of one step starts an agent."""
    script = script_of(file, step)
    return script is not None and bool(runs_in([script]))


def _read_vaults(job: Job, part: Part, found: Gathering) -> Mapping[str, str]:
    """Read the secrets that steps take from key vaults, which later steps may be handed; give their paths by name."""
    paths: dict[str, str] = {}
    for place, step in part.steps:
        vault, wanted = step.get("inputs", "KeyVaultName"), step.get("inputs", "SecretsFilter")
        text = vault.text() if vault is not None else None
        if task(step) != "AzureKeyVault" or vault is None or not text or "$" in text:
            continue
        names = ((wanted.text() or "*") if wanted is not None else "*").split(",")
        for name in dict.fromkeys(each.strip() for each in names):
            if name:
                paths[name] = f"{text}/{name}"
                at = job.file.at(wanted or vault)
                dotted = f"{place}.inputs.SecretsFilter={name}"
                hold_secret(job, dotted, paths[name], at, found, manager="azure", holder=job.workflow)
    return paths


def _read_variables(job: Job, part: Part, found: Gathering) -> Mapping[str, str]:
    """Read the variables of the pipeline, the stage and the job; give those whose values stand here."""
    values: dict[str, str] = {}
    for dotted, node in part.everywhere("variables"):
        listed = [(each.get("name"), each.get("value"), each) for each in node.elements()]
        named = [(name.text(), value) for name, value, _ in listed if name is not None and value is not None]
        for key, value in (*named, *node.items()):
            if not key or key.startswith("${{"):
                continue
            hold_value(job.file, f"{dotted}.{key}", value, key, job.holder, found)
            if (text := value.text()) and "$" not in text and not value.secrets:
                values[key] = text
        for _, _, each in listed:
            group = each.get("group")
            if group is not None and group.text():
                stated(job, "variables.group", job.file.at(group), group.text() or "", found)
                reason = f"which variables and secrets the group {group.text()} holds stands in no file"
                job.skip(f"variable group {group.text()}", reason, job.file.at(group), found)
    return values


def _read_steps(job: Job, part: Part, values: Mapping[str, str], vaults: Mapping[str, str], found: Gathering) -> None:
    """Read the secrets that steps are handed: what an agent's own step gets, the agent holds."""
    for place, step in part.steps:
        script = script_of(job.file, step)
        holder = job.holder if runs_agent(job.file, step) else job.workflow
        for key, node in (step.get("env") or Node(None)).items():
            dotted = f"{place}.env.{key}"
            name = _macro(node)
            if name is None:
                hold_value(job.file, f"{job.dotted}.{dotted}", node, key, holder, found)
            elif _is_secret(name, values, vaults) or (declares(key) and _is_open(name, values)):
                _hold(job, dotted, name, key, job.file.at(node), holder, vaults, found)
        for match in _MACRO.finditer(script.text) if script is not None else ():
            name = match["name"]
            if script is not None and _is_secret(name, values, vaults):
                _hold(job, f"{place}.script.{name}", name, name, script.place, holder, vaults, found)


def _is_secret(name: str, values: Mapping[str, str], vaults: Mapping[str, str]) -> bool:
    return name in vaults or (_is_open(name, values) and declares(name) is not None)


def _is_open(name: str, values: Mapping[str, str]) -> bool:
    """Tell whether no file gives the variable a value, and it is not the token of the job."""
    return name not in values and name.lower() != JOB_TOKEN


def _hold(
    job: Job,
    dotted: str,
    name: str,
    known_as: str,
    place: Location,
    holder: str,
    vaults: Mapping[str, str],
    found: Gathering,
) -> None:
    """Add the secret that a variable holds: one of a key vault, or one of the project, under the pipeline's folder."""
    if name in vaults:
        hold_secret(job, dotted, vaults[name], place, found, name=known_as, holder=holder, manager="azure")
    else:
        hold_secret(job, dotted, f"{job.where}/{name}", place, found, name=known_as, holder=holder)


def _macro(node: Node) -> str | None:
    match = _MACRO.fullmatch((node.text() or "").strip())
    return match["name"] if match else None
