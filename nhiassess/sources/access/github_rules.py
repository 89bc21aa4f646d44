"""GitHub: rules of one repository that stand before its jobs and branches, and the keys that may push to it.

Fields follow the REST API (docs.github.com/rest): "Get an environment", "Get a repository ruleset", "List deploy keys".
A key with write access pushes workflow files too (from memory). What a rule says becomes a setting, named after the
repository: ``<owner>/<repository>.environment.<name>.reviewers`` and ``<owner>/<repository>.branches.reviews``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.format import EMPTY, Node
from nhiassess.sources.access.saas_access import Clients, entries, listed, words
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

_OF = re.compile(r"/repos/(?P<owner>[\w.-]+)/(?P<name>[\w.-]+)(?:/|\Z)")
_EVERY_BRANCH = "~ALL"


def read_environments(file: ReadFile, found: Gathering) -> None:
    """Read how many reviewers each environment asks before a job of it starts."""
    clients = Clients(file, found, "github")
    for dotted, node in entries(file, "environments"):
        repository, name = _repository(node), words(node, "name")
        if repository is None or name is None:
            clients.skip(node, f"{dotted}.url", "environment", "which repository it is of, or its name, is not stated")
            continue
        rules = node.get("protection_rules") or EMPTY
        asked = [each for each in rules.elements() if words(each, "type") == "required_reviewers"]
        count = sum(len((each.get("reviewers") or EMPTY).elements()) for each in asked)
        key = f"environment.{name}.reviewers"
        clients.says(asked[0] if asked else rules if rules is not EMPTY else node, dotted, repository, key, str(count))
    clients.done("environment")


def read_rulesets(file: ReadFile, found: Gathering) -> None:
    """Read rules of branches that let nobody push without a review; only those of every branch hold a push back."""
    clients = Clients(file, found, "github")
    for dotted, node in entries(file, "rulesets"):
        repository, reviews = words(node, "source"), list(_reviews(node))
        name = words(node, "name") or dotted
        if repository is None or "/" not in repository or words(node, "enforcement") is None:
            clients.skip(
                node,
                f"{dotted}.source",
                "ruleset",
                "which repository it is of, or whether it is enforced, is not stated",
            )
            continue
        branches = listed(node.get("conditions", "ref_name", "include"))
        passed_by = (node.get("bypass_actors") or EMPTY).elements()
        if words(node, "enforcement") != "active" or not reviews:
            clients.says(node, dotted, repository, f"ruleset.{name}", "asks for no review")
        elif _EVERY_BRANCH not in branches or listed(node.get("conditions", "ref_name", "exclude")) or passed_by:
            clients.says(
                node, dotted, repository, f"ruleset.{name}", "asks for a review at some branches, or of some people"
            )
        else:
            clients.says(reviews[0], dotted, repository, "branches.reviews", name)
    clients.done("ruleset")


def read_deploy_keys(file: ReadFile, found: Gathering) -> None:
    """Read the keys that may pull from a repository, and those that may push to it."""
    clients = Clients(file, found, "github")
    for dotted, node in entries(file, "keys"):
        repository, title = _repository(node), words(node, "title", "id")
        if repository is None or title is None:
            clients.skip(node, f"{dotted}.url", "deploy key", "which repository it is of, or its title, is not stated")
            continue
        owner, _, name = repository.partition("/")
        id = f"identity:github/{quote(owner)}/deploy_key/{quote(name)}/{quote(title)}"
        clients.client(
            id, node, "deploy_key", name=title, created=words(node, "created_at"), last_used=words(node, "last_used")
        )
        read_only = node.get("read_only")
        writes = read_only is not None and read_only.flag() is False
        actions = ("contents:write", "workflows:write") if writes else ("contents:read",)
        if read_only is None or read_only.flag() is None:
            clients.skip(
                node, f"{dotted}.read_only", "deploy key", "whether it may push is not stated: it counts as if not"
            )
        clients.granted(id, node, dotted, actions, f"github:{repository}", policy="deploy key")
    clients.done("deploy key")


def _repository(node: Node) -> str | None:
    found = _OF.search(words(node, "url") or "")
    return f"{found['owner']}/{found['name']}" if found else None


def _reviews(node: Node) -> Iterator[Node]:
    for rule in (node.get("rules") or EMPTY).elements():
        count = rule.get("parameters", "required_approving_review_count")
        if words(rule, "type") == "pull_request" and count is not None and (count.whole() or 0) > 0:
            yield rule
