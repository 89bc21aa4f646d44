"""What one job of a pipeline is given: secrets by name, tokens, variables, and the cloud identities it asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from nhiassess.formats.format import Node
from nhiassess.formats.names import declares
from nhiassess.model.inventory import Credential, Location, Setting
from nhiassess.sources.aws.names import identity_of
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.pipelines.pipeline_jobs import Job, Script
from nhiassess.sources.source import ReadFile, link, quote

_KINDS = {
    "password": "password",
    "dsn_password": "password",
    "private_key": "private_key",
    "client_secret": "client_secret",
    "oauth_token": "oauth_token",
    "github_pat": "pat",
    "gitlab_pat": "pat",
    "pat": "pat",
}
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|(?P<bare>[A-Za-z_]\w*))")
# Azure writes its own variables in parentheses, where a shell has commands
_WORD = re.compile(r"\$(?:\{(?P<braced>[A-Za-z_]\w*)\}|\((?P<macro>[A-Za-z_][\w.]*)\)|(?P<bare>[A-Za-z_]\w*))")
_ROLE = re.compile(r"--role-arn[=\s]+[\"']?(?P<role>[^\s\"']{1,300})")
_ACCOUNT = re.compile(r"--service-account[=\s]+[\"']?(?P<account>[^\s\"']{1,300}\.iam\.gserviceaccount\.com)\b")
_CLIENT = re.compile(r"\baz\s+login\b[^\n]{0,1000}")
_OPTION = re.compile(r"(?:^|\s)(?P<name>-u|--username|-t|--tenant)[=\s]+[\"']?(?P<value>[^\s\"']{1,200})")
_LOGINS = ("--role-arn", "--service-account", "--service-principal", "--federated-token")
_OPEN = re.compile(r"[$<{(\[]")


def kind_of(name: str) -> str | None:
    """Tell the kind of credential from the name that it is known by; None when the name tells nothing.

    Examples
    --------
    >>> [kind_of(name) for name in ("DB_PASSWORD", "SLACK_TOKEN", "prod-deploy")]
    ['password', 'api_key', None]
    """
    declared = declares(name)
    return _KINDS.get(declared, "api_key") if declared else None


def hold_secret(
    job: Job, dotted: str, secret: str, place: Location, found: Gathering, *, name: str | None = None, **more: str
) -> str:
    """Add a secret that the product, or a manager of secrets, gives a job by its name.

    Parameters
    ----------
    job, dotted:
        The job, and where in it the secret is named.
    secret:
        The path of the secret in its store.
    place:
        Where it is named.
    found:
        What was gathered; it is added to.
    name:
        The variable that it comes in; the last part of its path when absent.
    **more:
        ``kind``, ``holder``, or the ``manager`` that keeps it when that is not the product.

    Returns
    -------
    str
        The id of the credential.
    """
    known_as = name or secret.rsplit("/", 1)[-1]
    id = job.credential_id(dotted)
    store = f"secret_manager:{more.get('manager', job.product.provider)}:{secret}"
    kind = more.get("kind") or kind_of(known_as)
    found.credentials.append(Credential(id, kind=kind, store=store, name=known_as, locations=(place,)))
    found.links.append(link(more.get("holder") or job.holder, "holds", id, place))
    return id


def hold_token(job: Job, token: Credential, found: Gathering, to_agent: bool = True) -> None:
    """Add a token that the product issues to a job, held by the job and its agent, which proves the job's identity.

    Parameters
    ----------
    job, token:
        The job, and its token with at least one place.
    found:
        What was gathered; it is added to.
    to_agent:
        Whether the agent of the job gets it too.
    """
    found.credentials.append(token)
    holders = [job.workflow, *([job.agent] if job.agent and to_agent else [])]
    found.links += [link(holder, "holds", token.id, *token.locations) for holder in holders]
    found.links.append(link(token.id, "authenticates_as", job.identity, *token.locations))


def hold_value(file: ReadFile, dotted: str, node: Node, name: str, holder: str, found: Gathering) -> None:
    """Add the credential that the value of a variable is or refers to; several jobs may hold what one place states.

    Parameters
    ----------
    file, dotted, node, name:
        The file, path, value and name of the variable, which may stand above the job.
    holder:
        Who has it.
    found:
        What was gathered; it is added to.
    """
    id = found.hold(file, node, dotted, holder, name)
    if id is not None:
        found.links.append(link(holder, "holds", id, file.at(node)))


def named_in(scripts: Iterable[Script]) -> dict[str, Script]:
    """Give the variables that scripts name as a shell does, each with the first script that names it.

    Parameters
    ----------
    scripts:
        The scripts of one job.

    Returns
    -------
    dict
        Name of the variable to script.
    """
    found: dict[str, Script] = {}
    for script in scripts:
        for match in _VARIABLE.finditer(script.text):
            found.setdefault(match["braced"] or match["bare"], script)
    return found


def refers(node: Node) -> str | None:
    """Give the variable that a value is nothing but, if it is one.

    Examples
    --------
    >>> refers(Node("${DOCKERHUB_PASSWORD}")), refers(Node("v$VERSION"))
    ('DOCKERHUB_PASSWORD', None)
    """
    match = _VARIABLE.fullmatch((node.text() or "").strip())
    return (match["braced"] or match["bare"]) if match else None


def resolved(text: str, variables: Mapping[str, str]) -> str | None:
    """Give a word with the variables that a file gives a value; None when a part of it stays open.

    Examples
    --------
    >>> resolved("$ROLE", {"ROLE": "arn:aws:iam::111122223333:role/ci"}), resolved("${X}/y", {})
    ('arn:aws:iam::111122223333:role/ci', None)
    """
    whole = _WORD.sub(lambda match: variables.get(match[match.lastgroup or 0], "$"), text)
    return None if _OPEN.search(whole) else whole


def logs_in(scripts: Iterable[Script]) -> bool:
    """Tell whether one of some scripts asks to become a cloud identity."""
    return any(sign in script.text for script in scripts for sign in _LOGINS)


def logins(job: Job, scripts: Iterable[Script], variables: Mapping[str, str], found: Gathering) -> None:
    """Add the cloud identities that the commands of a job ask to become.

    Parameters
    ----------
    job, scripts:
        The job, and its scripts.
    variables:
        Names of variables, and the values that files give them.
    found:
        What was gathered; it is added to.

    Notes
    -----
    ``aws sts assume-role-with-web-identity --role-arn``, ``gcloud ... --service-account`` and ``az login
    --service-principal``.
    """
    for script in scripts:
        text = script.text
        if "--role-arn" in text:
            for match in _ROLE.finditer(text):
                become(job, "--role-arn", resolved(match["role"], variables), script.place, found)
        if "--service-account" in text:
            for match in _ACCOUNT.finditer(text):
                become(job, "--service-account", resolved(match["account"], variables), script.place, found)
        if "--service-principal" in text or "--federated-token" in text:
            for match in _CLIENT.finditer(text.replace("\\\n", " ")):
                options = {each["name"].lstrip("-")[0]: each["value"] for each in _OPTION.finditer(match[0])}
                client, tenant = (resolved(options.get(key, "$"), variables) for key in ("u", "t"))
                become(job, "az login", client and f"azure/{tenant or '-'}/{client}", script.place, found)


def become(job: Job, what: str, who: str | None, place: Location, found: Gathering) -> bool:
    """Add the link from the identity of a job to the cloud identity that it asks to become.

    Parameters
    ----------
    job, what:
        The job, and the option or input that names whom.
    who:
        An ARN, the address of a service account, or ``azure/<tenant>/<client>``; None when a variable holds it.
    place:
        Where that stands.
    found:
        What was gathered; it is added to.

    Returns
    -------
    bool
        False when nobody was named, which a skipped row says.
    """
    target = None
    if who is not None and who.startswith("arn:"):
        target = identity_of(who)
    elif who is not None and who.startswith("azure/"):
        target = f"identity:{quote(who)}"
    elif who is not None and "@" in who:
        target = f"identity:gcp/-/{quote(who)}"
    if target is None:
        job.skip(f"{what} variable", f"{what} is a variable: which identity it is stands in no file", place, found)
        return False
    found.links.append(link(job.identity, "federates_to", target, place, reason=f"{what} in {job.file.path}"))
    return True


def stated(job: Job, key: str, place: Location, value: str, found: Gathering) -> None:
    """Add what the file states of a job and no other field holds.

    Parameters
    ----------
    job, key, place, value:
        The job, the key within it, where its value stands, and the value.
    found:
        What was gathered; it is added to.
    """
    id = f"setting:{quote(job.file.path)}#{quote(f'{job.dotted}.{key}')}={quote(value)}"
    found.settings.append(Setting(id, job.agent, "project", f"{job.dotted}.{key}", value, locations=(place,)))
