"""One job of a GitHub workflow: its permissions, the secrets that it is given and the cloud roles that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import Node
from nhiassess.formats.names import proves_nothing
from nhiassess.model.inventory import Credential, Link, Location, Skipped
from nhiassess.sources.agent_commands import place_of
from nhiassess.sources.aws_names import identity_of
from nhiassess.sources.github_agents import run_of, steps
from nhiassess.sources.source import ReadFile, credential, link, quote

# these bring no secrets and no identity token when the pull request comes from a fork
WITHOUT_SECRETS = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})
_SECRET = re.compile(r"secrets\.([A-Za-z_][A-Za-z0-9_]*)|secrets\[\s*'([A-Za-z_][A-Za-z0-9_]*)'\s*\]")


@dataclass(frozen=True, slots=True)
class Job:
    """One job, with the ids of what it is in the model."""

    file: ReadFile
    name: str
    node: Node
    workflow: str
    identity: str
    agent: str | None
    permissions: Mapping[str, Node] | None  # None when neither the job nor the workflow states any
    all_write: bool
    stated_at: Location

    def may_write(self, scope: str) -> bool:
        """Tell whether the job's token may write to a part of the repository."""
        node = (self.permissions or {}).get(scope)
        return self.all_write or (node is not None and node.text() == "write")

    def place_of(self, *scopes: str) -> Location:
        """Give the place where the first of these parts is made writable, else where permissions are stated."""
        written = (node for scope in scopes if (node := (self.permissions or {}).get(scope)))
        return next((self.file.at(node) for node in written if node.text() == "write"), self.stated_at)


@dataclass(slots=True)
class Held:
    """The credentials that a job is given, who holds them, and the fingerprints of literals."""

    credentials: list[Credential] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    fingerprints: list[tuple[str, str]] = field(default_factory=list)


def audience(job: Job) -> str | None:
    """Give the audience that the AWS log-in of a job asks a token for.

    Parameters
    ----------
    job:
        The job.

    Returns
    -------
    str or None
        None when the job logs in to nothing.
    """
    for _, step in steps(job.node):
        if _action(step) == "aws-actions/configure-aws-credentials" and step.get("with", "role-to-assume"):
            stated = step.get("with", "audience")
            return (stated.text() if stated is not None else None) or "sts.amazonaws.com"
    return None


def _action(step: Node) -> str:
    uses = step.get("uses")
    return ((uses.text() or "") if uses is not None else "").split("@", 1)[0]


def logins(job: Job) -> Iterator[Link | Skipped]:
    """Give the cloud roles that the steps of a job ask for.

    Parameters
    ----------
    job:
        The job.

    Returns
    -------
    Iterator of Link or Skipped
        A link when the role is literal, a skipped row when it is a variable.
    """
    for place, step in steps(job.node):
        for target, nodes, what in _asked(step):
            at = job.file.at(nodes[0])
            if target is not None:
                reason = f"{what} in {job.file.path}"
                yield link(job.identity, "federates_to", target, at, reason=reason)
            else:
                id = f"skipped:{quote(job.file.path)}#jobs.{quote(job.name)}.steps[{place}]/{what}"
                yield Skipped(id, f"{what} is a variable: which role it is stands in no file", "variable", (at,))


def _asked(step: Node) -> Iterator[tuple[str | None, tuple[Node, ...], str]]:
    action = _action(step)
    if action == "aws-actions/configure-aws-credentials":
        role = step.get("with", "role-to-assume")
        if role is not None:
            yield identity_of(role.text() or ""), (role,), "role-to-assume"
    elif action == "google-github-actions/auth":
        account = step.get("with", "service_account")
        if account is not None:
            yield _literal("identity:gcp/-/", account), (account,), "service_account"
    elif action == "azure/login":
        tenant, client = step.get("with", "tenant-id"), step.get("with", "client-id")
        if client is not None:
            where = _literal("identity:azure/", tenant) if tenant is not None else "identity:azure/-"
            yield (_literal(f"{where}/", client) if where else None), (client,), "client-id"


def _literal(prefix: str, node: Node) -> str | None:
    text = node.text()
    return None if not text or "${{" in text else prefix + quote(text)


def secrets(job: Job, names: Sequence[str]) -> Held:
    """Read the secrets of a job: its agent holds those of the workflow, the job and the agent's own step.

    Parameters
    ----------
    job:
        The job.
    names:
        The events that trigger it.

    Returns
    -------
    Held
        Secrets by reference, and literals; the workflow holds those of other steps.
    """
    found, reason = Held(), None
    if set(names) <= WITHOUT_SECRETS and names:
        reason = "not given to pull requests from forks"
    holder = job.agent or job.workflow
    inherited = (job.node.get("env"), f"jobs.{job.name}.env"), (job.file.document.root.get("env"), "env")
    for node, dotted in inherited:
        _secrets_in(job, node, dotted, holder, reason, found)
    _secrets_in(job, job.node.get("secrets"), f"jobs.{job.name}.secrets", job.workflow, reason, found)
    for place, step in steps(job.node):
        own = job.agent if job.agent and run_of(job.file, step) else job.workflow
        for key in ("env", "with"):
            _secrets_in(job, step.get(key), f"jobs.{job.name}.steps[{place}].{key}", own, reason, found)
    return found


def _secrets_in(job: Job, node: Node | None, dotted: str, holder: str, reason: str | None, found: Held) -> None:
    for key, value in node.items() if node is not None else ():
        text = value.text() or ""
        if value.secrets:
            made = credential(job.file, value, f"{dotted}.{key}", holder)
            if made:
                found.credentials.append(made[0])
                found.links.append(made[1])
                found.fingerprints += made[2]
        stated = dict.fromkeys(first or second for first, second in _SECRET.findall(text))
        stated.pop("GITHUB_TOKEN", None)  # it is the job's own token, read from its permissions
        names = [name for name in stated if not proves_nothing(name)]
        for name in names:
            id = f"credential:{quote(job.file.path)}#{quote(dotted)}.{quote(key)}"
            id += f"/{quote(name)}" if len(names) > 1 else ""
            place = place_of(job.file, value, name)
            known_as = key if dotted.endswith("env") else name
            store = f"secret_manager:github:{name}"
            found.credentials.append(Credential(id, kind=_kind(name), store=store, name=known_as, locations=(place,)))
            found.links.append(link(holder, "holds", id, place, reason=reason))


def _kind(name: str) -> str:
    words = name.lower()
    kinds = (
        ("password", "password"),
        ("private_key", "private_key"),
        ("oauth", "oauth_token"),
        ("pat", "pat"),
    )
    return next((kind for sign, kind in kinds if sign in words.replace("path", "")), "api_key")
