"""What the steps of a job read of GitHub that anybody may have written: issues, pull requests and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location
from nhiassess.sources.clients.agent_commands import place_of
from nhiassess.sources.pipelines.github_agents import steps
from nhiassess.sources.source import ReadFile

ISSUES, PULL_REQUESTS, COMMENTS = "github-issues", "github-pull-requests", "github-comments"
_NOUNS = {"issue": ISSUES, "issues": ISSUES, "pr": PULL_REQUESTS, "prs": PULL_REQUESTS, "pulls": PULL_REQUESTS}
_LONGEST_LINE = 10_000  # no command that a person wrote is longer
# `gh` where a shell looks for a command; in the prose of a prompt it stands elsewhere
_COMMAND = re.compile(
    r"(?:^|[;&|({!]|\b(?:if|then|do|else|while)\b)\s*(?:\w+=\S*\s+)*"
    r"(?P<call>gh\s+(?:(?P<noun>issue|pr)\s+(?:list|view|diff|checkout)\b|search\s+(?P<found>issues|prs)\b|api\b))"
    r"(?P<rest>[^|;]*)"
)
_PATH = re.compile(r"/(?P<noun>issues|pulls)(?P<within>(?:/[^\s\"'?/]+)*)")
_CHANGES = re.compile(r"(?:-X|--method)[ =]?[\"']?(?:POST|PUT|PATCH|DELETE)|\s(?:-f|-F|--field|--raw-field|--input)\b")
_METHOD_GET = re.compile(r"(?:-X|--method)[ =]?[\"']?GET")
# parts of an issue or a pull request that only its maintainers write
_OWN = frozenset({"labels", "assignees", "milestones", "lock", "requested_reviewers", "merge", "events", "timeline"})
_FIELDS = re.compile(r"--json[ =]\s*(\S+)")
_WRITTEN = re.compile(r"title|body|comments|reviews|commits|files|headRefName")
_SCRIPT = re.compile(
    r"\b(?P<noun>issues|pulls)\.(?P<verb>get|list|listForRepo|listFiles|listCommits|getComment|listComments\w*|getReview\w*"
    r"|listReviews|listReviewComments\w*)\b|\bsearch\.issuesAndPullRequests\b"
)


def reads(file: ReadFile, job: Node, before: int) -> Iterator[tuple[str, str, Location]]:
    """Give what the steps of a job read before an agent starts, each kind once for a step.

    Parameters
    ----------
    file, job:
        The workflow and one of its jobs.
    before:
        The place of the agent's step; what its own script reads counts, since it may hand that to the agent.

    Returns
    -------
    Iterator of (str, str, Location)
        The kind of input, the call that reads it, and where that stands. Whether the answer reaches the agent by an
        output, a variable or a file is not followed.
    """
    for place, step in steps(job):
        if place > before:
            break
        node, found = step.get("run"), _by_command
        if _is_script(step):
            node, found = step.get("with", "script"), _by_script
        text = node.text() if node is not None else None
        if node is None or not text:
            continue
        seen: set[str] = set()
        for kind, call in found(text):
            if kind not in seen:
                seen.add(kind)
                yield kind, " ".join(call.split()), place_of(file, node, call)


def _is_script(step: Node) -> bool:
    uses = step.get("uses")
    return uses is not None and (uses.text() or "").startswith("actions/github-script@")


def _by_command(script: str) -> Iterator[tuple[str, str]]:
    for line in re.sub(r"\\\r?\n", " ", script).splitlines():
        if line.lstrip().startswith("#"):
            continue
        for found in _COMMAND.finditer(line[:_LONGEST_LINE]):
            noun = found["noun"] or found["found"]
            kind = _NOUNS[noun] if noun else _of_api(found["rest"])
            fields = _FIELDS.search(found["rest"])
            if kind and not (fields and not _WRITTEN.search(fields[1])):
                yield kind, found["call"]


def _of_api(rest: str) -> str | None:
    """Tell what a call of the interface reads; None when it changes something, or reads nothing of strangers."""
    path = _PATH.search(rest)
    if path is None or (_CHANGES.search(rest) and not _METHOD_GET.search(rest)):
        return None
    within = path["within"].split("/")
    if within[-1] in _OWN:
        return None
    return COMMENTS if {"comments", "reviews"} & set(within) else _NOUNS[path["noun"]]


def _by_script(script: str) -> Iterator[tuple[str, str]]:
    for line in script.splitlines():
        found = None if line.lstrip().startswith("//") else _SCRIPT.search(line[:_LONGEST_LINE])
        if found:
            about = re.search("Comment|Review", found["verb"] or "")
            yield COMMENTS if about else _NOUNS[found["noun"] or "issues"], found[0]
