"""GitHub's audit log: which person or app did what to which repository or organisation, and with what kind of token.

Field names after GitHub's "Audit log events for your organization". An event tells that something was done, so it was
allowed; denials are not in the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.format import Node
from nhiassess.logs.log import PRIVILEGE_DECISIONS, Action, moment, text, word
from nhiassess.model.ids import quote

_ACTION = re.compile(r'"action\\?"\s*:\s*\\?"[a-z_0-9]+\.[a-z_0-9.]+\\?"')
_ACTOR = re.compile(r'"(?:actor|actor_id|actor_is_bot|programmatic_access_type)\\?"\s*:')
_PLACE = re.compile(r'"(?:org|business|repo|_document_id)\\?"\s*:')
_APP = "[bot]"


class GitHubAudit:
    """Events of an organisation's or enterprise's audit log."""

    name = "github_audit"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise an event's action with its actor and place."""
        return bool(_ACTION.search(head) and _ACTOR.search(head) and _PLACE.search(head))

    def actions(self, record: Node) -> Iterator[Action]:
        """Give the one thing that an event tells of."""
        action = text(record, "action")
        organisation = text(record, "org") or text(record, "business")
        repository = text(record, "repo") or text(record, "repository")
        if action is None or (organisation is None and repository is None and text(record, "actor") is None):
            return
        resource = repository or organisation
        yield Action(
            _actor(record, organisation),
            None,
            None,
            f"github:{action}",
            f"resource:github/{quote(resource)}" if resource else None,
            "allow",
            word(record, "workflow_run_id"),
            moment(record.get("@timestamp") or record.get("created_at")),
            (PRIVILEGE_DECISIONS,),
        )


def _actor(record: Node, organisation: str | None) -> str | None:
    """Give the app or the account; an account that GitHub calls a bot without its sign is an app too."""
    name = text(record, "actor")
    if name is None:
        return None
    bot = record.get("actor_is_bot")
    kind = text(record, "programmatic_access_type") or ""
    if name.endswith(_APP) or (bot is not None and bot.flag() and "server-to-server" in kind):
        return f"identity:github-app/{quote(organisation or '-')}/{quote(name.removesuffix(_APP))}"
    return f"identity:github/-/user:{quote(name)}"


LOG = GitHubAudit()
