"""How tests follow a log: as the pipeline does, with the kinds that recognise it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from typing import Any

from nhiassess.formats.unpacking import head
from nhiassess.installed import plugins
from nhiassess.logs.following import follow
from nhiassess.logs.log import Log
from nhiassess.model.inventory import Activity, Inventory

KEY = b"a key for tests, thirty-two bytes"
LOGS: tuple[Log, ...] = plugins("logs", "LOG")


def kinds(path: str, content: bytes) -> list[str]:
    """Give the names of the kinds of log that recognise a file."""
    start = head(path, BytesIO(content))
    return [log.name for log in LOGS if log.recognises(path, start)]


def followed(content: bytes | str | Iterable[Any], path: str = "logs/x.jsonl") -> Inventory:
    """Follow a file, or records as JSON Lines."""
    if isinstance(content, str):
        content = content.encode()
    if not isinstance(content, bytes):
        content = "".join(json.dumps(each) + "\n" for each in content).encode()
    names = kinds(path, content)
    assert names, "no log recognises this"
    return follow(path, BytesIO(content), [log for log in LOGS if log.name in names], KEY)


def facts(row: Activity) -> tuple[str | None, ...]:
    """Give what tells one row from another."""
    return row.actor, row.agent, row.tool, row.action, row.resource, row.decision
