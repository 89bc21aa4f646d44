"""One job of a GitHub workflow: its permissions, the secrets that it is given and the cloud roles that it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import Node
from nhiassess.formats.names import proves_nothing
from nhiassess.model.inventory import Credential, Link, Location, Skipped
from nhiassess.sources.aws.names import identity_of
from nhiassess.sources.clients.agent_commands import place_of
from nhiassess.sources.pipelines.github_agents import run_of, steps
from nhiassess.sources.source import ReadFile, credential, link, quote

# these bring no secrets and no identity token when the pull request comes from a fork
WITHOUT_SECRETS = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})


@dataclass(frozen=True, slots=True)
class Login:
    """How an action logs in to a cloud with the token of its job: the inputs that say as whom.

    Parameters
    ----------
    provider:
        What the id of the account begins with.
    account:
        The input that names the account.
    through:
        The input that names what the token is exchanged at; without an account the job keeps its own name there.
    within:
        The input that names the tenant or organization of the account, where there is one.
    """

    provider: str
    account: str
    through: str
    within: str | None = None


# by the ``action.yml`` of each; that of an agent is the log-in to its model
_LOGINS = {
    "google-github-actions/auth": Login("identity:gcp", "service_account", "workload_identity_provider"),
    "google-github-actions/run-gemini-cli": Login(
        "identity:gcp", "gcp_service_account", "gcp_workload_identity_provider"
    ),
    "azure/login": Login("identity:azure", "client-id", "client-id", "tenant-id"),
    "anthropics/claude-code-action": Login(
        "identity:anthropic",
        "anthropic_service_account_id",
        "anthropic_federation_rule_id",
        "anthropic_organization_id",
    ),
}
# inputs by which an agent asks its model through a cloud, and the action whose log-in it uses
_THROUGH = {
    "use_bedrock": "aws-actions/configure-aws-credentials",
    "use_vertex": "google-github-actions/auth",
    "use_foundry": "azure/login",
}
_ANTHROPIC = "https://api.anthropic.com"  # the audience of the action's own token unless another is given
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

    @property
    def written(self) -> tuple[str, ...]:
        """The parts of GitHub that the job states it may write to, in the order of the file."""
        return tuple(scope for scope, node in (self.permissions or {}).items() if node.text() == "write")

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
    """Give the audience that the log-in of a job asks a token for, at AWS or at the maker of its model.

    Parameters
    ----------
    job:
        The job.

    Returns
    -------
    str or None
        None when the job logs in to neither.
    """
    for _, step in steps(job.node):
        if _action(step) == "aws-actions/configure-aws-credentials" and step.get("with", "role-to-assume"):
            stated = step.get("with", "audience")
            return (stated.text() if stated is not None else None) or "sts.amazonaws.com"
        if _action(step) in _LOGINS and step.get("with", "anthropic_federation_rule_id"):
            stated = step.get("with", "anthropic_oidc_audience")
            return (stated.text() if stated is not None else None) or _ANTHROPIC
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
        A link when the role is literal, a skipped row when it is a variable, or when no step logs in where an agent
        needs it.
    """
    yield from _unseen_logins(job)
    for place, step in steps(job.node):
        for target, node, what in _asked(step):
            at = job.file.at(node)
            if target is not None:
                reason = f"{what} in {job.file.path}"
                yield link(job.identity, "federates_to", target, at, reason=reason)
            else:
                id = f"skipped:{quote(job.file.path)}#jobs.{quote(job.name)}.steps[{place}]/{what}"
                yield Skipped(id, f"{what} is a variable: which role it is stands in no file", "variable", (at,))


def _asked(step: Node) -> Iterator[tuple[str | None, Node, str]]:
    """Give whom a step becomes at a cloud, the input that says so, and its name; None for whom a variable names."""
    action = _action(step)
    if action == "aws-actions/configure-aws-credentials":
        role = step.get("with", "role-to-assume")
        if role is not None:
            yield identity_of(role.text() or ""), role, "role-to-assume"
    login = _LOGINS.get(action)
    if login is None:
        return
    account, through = step.get("with", login.account), step.get("with", login.through)
    within = step.get("with", login.within) if login.within else None
    if account is not None:
        parts = [_literal(each) if each is not None else "-" for each in (within, account)]
        known = [part for part in parts if part]
        yield "/".join((login.provider, *known)) if known == parts else None, account, login.account
    elif through is not None and _literal(through) is None:
        yield None, through, login.through


def _literal(node: Node) -> str | None:
    text = node.text()
    return None if not text or "${{" in text else quote(text)


def _unseen_logins(job: Job) -> Iterator[Skipped]:
    """Give the agents that ask their model through a cloud to which no step of their job logs in."""
    actions = {_action(step) for _, step in steps(job.node)}
    for place, step in steps(job.node):
        for key, action in _THROUGH.items():
            node = step.get("with", key)
            if node is None or not (node.flag() or node.text() == "true") or action in actions:
                continue
            if run_of(job.file, step):
                id = f"skipped:{quote(job.file.path)}#jobs.{quote(job.name)}.steps[{place}]/{key}"
                reason = f"{key}: no step of the job logs in to that cloud, so as whom the model is asked is not known"
                yield Skipped(id, reason, "cloud log-in", (job.file.at(node),))


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
