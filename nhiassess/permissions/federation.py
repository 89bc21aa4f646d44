"""Does a trust let a token of an outside issuer in? By issuer, audience, subject and what else the trust asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from nhiassess.model.inventory import Condition, Identity, Trust
from nhiassess.permissions.aws.conditions import holds, in_words
from nhiassess.permissions.federated_trusts import EXACT, GITHUB, LIKE, operator, plain, same_issuer
from nhiassess.permissions.patterns import contains, is_concrete, overlap
from nhiassess.permissions.permission import NO, Decision, both, either

GITLAB = "gitlab.com"
AWS_AUDIENCE = "sts.amazonaws.com"
AZURE_AUDIENCE = "api://AzureADTokenExchange"
_PULL_REQUESTS = frozenset({"pull_request", "pull_request_review", "pull_request_review_comment"})
_OF_BRANCHES = frozenset({"branches", "merge_request_event"})
_PROJECT = re.compile(r"project_path:(?P<path>[^:*?]+):")


@dataclass(frozen=True, slots=True)
class Token:
    """What is known of the tokens that somebody can get from an issuer."""

    issuer: str
    subjects: tuple[str, ...]  # patterns, where files don't show all of the subject; any of them
    audiences: tuple[str, ...] | None = None  # None: whoever asks for the token chooses
    claims: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)


def job_token(job: Identity, trigger: str) -> Token:
    """Describe the tokens that GitHub gives a job.

    Parameters
    ----------
    job:
        The identity of the job, by the name ``owner/repository/workflow/job``; ``-`` for an owner that no file names.
    trigger:
        The events that start it.

    Returns
    -------
    Token
        The subject names the environment of the job; else the pull request, or the branch or tag.

    Notes
    -----
    GitHub, "OpenID Connect reference: example subject claims".

    Examples
    --------
    >>> job_token(Identity("i", name="o/r/deploy/up", environment="production"), "push").subjects
    ('repo:o/r:environment:production',)
    """
    owner, repository = ("*" if part == "-" else part for part in (job.name or "-/-").split("/")[:2])
    prefix = f"repo:{owner}/{repository}:"
    events = {event.strip() for event in trigger.split(",") if event.strip()}
    if job.environment:
        subjects = [f"environment:{job.environment}"]
    else:
        subjects = ["pull_request"] if events & _PULL_REQUESTS else []
        subjects += ["ref:*"] if events - _PULL_REQUESTS or not events else []
    claims: dict[str, tuple[str, ...] | None] = {"environment": (job.environment,) if job.environment else None}
    if "*" not in owner:
        claims |= {"repository_owner": (owner,), "repository": (f"{owner}/{repository}",)}
    return Token(GITHUB, tuple(prefix + each for each in subjects), None, claims)


def project_token(job: Identity, trigger: str, issuer: str, audiences: tuple[str, ...] | None) -> Token:
    """Describe the tokens that GitLab gives a job.

    Parameters
    ----------
    job:
        The identity of the job, by the name ``group/project:job``; ``-`` for groups that no file names.
    trigger:
        What starts it.
    issuer:
        The instance of GitLab.
    audiences:
        Whom its tokens are for; None when a variable holds that.

    Returns
    -------
    Token
        The subject names the project and the branch or tag. Of a merge request that is the source branch.

    Notes
    -----
    GitLab, "OpenID Connect (OIDC) authentication using ID tokens". A project may be given subjects of another form,
    which no file tells.

    Examples
    --------
    >>> project_token(Identity("i", name="acme/web:go"), "tags", "gitlab.com", None).subjects
    ('project_path:acme/web:ref_type:tag:ref:*',)
    """
    path = (job.name or "-").rpartition(":")[0]
    path = f"*{path[1:]}" if path == "-" or path.startswith("-/") else path
    events = {event.strip() for event in trigger.split(",") if event.strip()}
    kinds = ["branch"] if events and events <= _OF_BRANCHES else ["tag"] if events == {"tags"} else ["branch", "tag"]
    return Token(issuer, tuple(f"project_path:{path}:ref_type:{kind}:ref:*" for kind in kinds), audiences)


def account_token(account: Identity, issuer: str, audience: str = AWS_AUDIENCE) -> Token:
    """Describe the token that a cluster gives a pod of a service account, for a role in AWS or for Entra.

    Examples
    --------
    >>> account_token(Identity("i", name="shop/api"), "oidc.eks.eu-west-1.amazonaws.com/id/1").subjects
    ('system:serviceaccount:shop:api',)
    """
    name = (account.name or "").replace("/", ":", 1)
    return Token(issuer, (f"system:serviceaccount:{name}",), (audience,))


def svid_token(bearer: Identity, issuer: str) -> Token:
    """Describe the tokens that a workload gets for its SPIFFE ID, for whom it asks.

    Notes
    -----
    SPIFFE, "The SPIFFE JWT-SVID": the subject is the SPIFFE ID.

    Examples
    --------
    >>> svid_token(Identity("i", name="spiffe://shop.example/api"), "oidc.shop.example").subjects
    ('spiffe://shop.example/api',)
    """
    return Token(issuer, (bearer.name or "",))


def admits(trusts: Iterable[Trust], token: Token) -> Decision:
    """Decide whether the trusts of a role let a token in.

    Parameters
    ----------
    trusts:
        Of the role.
    token:
        What is known of the token.

    Returns
    -------
    Decision
        ``conditional`` where what the trust asks for is not known of the token. A trust that names no subject lets in
        everybody to whom the issuer gives tokens of which its other conditions hold. A Deny outweighs.

    Notes
    -----
    AWS, "Create a role for OpenID Connect federation". Wildcards count in ``StringLike`` only: in ``StringEquals`` an
    asterisk is an asterisk, which no subject contains.
    """
    stated = [each for each in trusts if each.mechanism == "oidc" and same_issuer(each.issuer, token.issuer)]
    denies = [_by(trust, token) for trust in stated if trust.effect == "deny"]
    if any(each.verdict == "yes" for each in denies):
        return NO
    found = either(_by(trust, token) for trust in stated if trust.effect != "deny")
    for each in denies:
        if found.possible and each.possible:
            words = f"the trust does not deny it, as it does when {' and '.join(each.conditions)}"
            found = both(found, Decision("conditional", (words,), each.locations))
    return found


def _by(trust: Trust, token: Token) -> Decision:
    """Decide by one trust: the conditions on the subject pattern by pattern, all others as AWS does."""
    key = f"{(trust.issuer or '').lower()}:"
    stated = plain(trust)
    of_subject = tuple(each for each in stated if each.key.lower() == f"{key}sub")
    request = {key + claim: values for claim, values in token.claims.items()}
    others = tuple(each for each in stated if each not in of_subject)
    if token.audiences is not None:
        request[f"{key}aud"] = token.audiences
    else:
        others = tuple(each for each in others if each.key.lower() != f"{key}aud")
    answer, words = holds(others, request)
    if answer is False:
        return NO
    return either(_of(trust, _subject(trust, of_subject, subject), words) for subject in token.subjects)


def _of(trust: Trust, subject: tuple[bool | None, tuple[str, ...]], words: tuple[str, ...]) -> Decision:
    if subject[0] is False:
        return NO
    conditions = (*subject[1], *words)
    return Decision("conditional" if conditions else "yes", conditions, trust.locations, (trust.id,))


def _subject(trust: Trust, conditions: Iterable[Condition], subject: str) -> tuple[bool | None, tuple[str, ...]]:
    """Hold the conditions on the subject against a subject of which parts may be open."""
    words: list[str] = []
    # the owner of a repository, or the groups of a project, that no file names may be those that the trust names
    named = re.match(r"repo:([^/:*?]+)/", trust.subject or "")
    if named and subject.startswith("repo:*/"):
        subject = subject.replace("*", named[1], 1)
        words.append(f"the owner of the repository is {named[1]}")
    project = _PROJECT.match(trust.subject or "")
    if project and subject.startswith("project_path:*"):
        path, (start, _, rest) = project["path"], subject.partition(":ref_type:")
        if not f"/{path}".endswith(start.removeprefix("project_path:*")):
            return False, ()
        subject = f"project_path:{path}:ref_type:{rest}"
        words.append(f"the path of the project is {path}")
    for each in conditions:
        narrowed = replace(each, values=(trust.subject,)) if trust.subject in each.values and trust.subject else each
        asked = operator(narrowed)
        negated = asked.startswith(("stringnot", "arnnot"))
        base = asked.replace("not", "", 1) if negated else asked
        if asked == "null":
            if narrowed.values[:1] == ("true",):
                return False, ()
            continue
        if base not in EXACT | LIKE:
            words.append(in_words(narrowed))
            continue
        answers = [_matches(value, subject, base in LIKE) for value in narrowed.values]
        answer = True if True in answers else None if None in answers else False
        if negated and answer is not None:
            answer = not answer
        if answer is False:
            return False, ()
        if answer is None:
            words.append(_open_part(subject, trust.subject or "", negated))
    return (None if words else True), tuple(words)


def _open_part(subject: str, stated: str, negated: bool) -> str:
    """Say what is open about a subject: of a job most often the branch or tag that it runs on."""
    verb = "does not run" if negated else "runs"
    if subject.endswith(":ref:*") and ":ref:" in stated:
        return f"the job {verb} on {stated.partition(':ref:')[2]}"
    return f"the subject of its token, {subject}, {'is not' if negated else 'is'} {stated}"


def _matches(stated: str, subject: str, like: bool) -> bool | None:
    """Tell whether a stated pattern takes in every subject of a pattern; None when it takes in some."""
    if not like:
        if is_concrete(subject):
            return stated == subject
        return None if is_concrete(stated) and overlap(stated, subject) else False
    if contains(stated, subject):
        return True
    return None if overlap(stated, subject) else False
