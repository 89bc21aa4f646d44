"""nhiassess observe: what the files state, before anything is concluded."""

from __future__ import annotations

from pathlib import Path

from nhiassess import observation
from nhiassess.answers import observed
from nhiassess.commands.command import asks, at, progress, say, show
from nhiassess.model.codec import encode
from nhiassess.printing import table

COUNTED = (
    "agents",
    "tool_servers",
    "tools",
    "identities",
    "credentials",
    "grants",
    "trusts",
    "resources",
    "links",
)
AGENT = {"name": "Agent", "platform": "Platform", "autonomy": "Autonomy", "sandbox": "Sandbox", "id": "Id"}


@asks("observe", "nhiassess observe ~/src/payments --format json")
def command(path: Path, shown: str, now: str | None) -> None:
    """List what the files state.

    Agents, tools, servers, identities, credentials, grants and their relations, and what could not be looked at.
    """
    inventory = observation.inventory(path, at(now), progress()).inventory
    show(shown, observed(inventory), AGENT, "No agent was found.", list(map(encode, inventory.agents)))
    if shown == "json":
        return
    counts = [{"what": name.replace("_", " "), "count": len(getattr(inventory, name))} for name in COUNTED]
    say("\n" + table(counts, {"what": "Observed", "count": "Count"}))
    states = ("read", "ignored", "skipped")
    files = [{"state": state, "count": sum(f.status == state for f in inventory.files)} for state in states]
    say("\n" + table(files, {"state": "Files", "count": "Count"}))
    skipped = [{"where": str(each.locations[0]), "why": each.reason} for each in inventory.skipped if each.locations]
    if skipped:
        say("\n" + table(skipped, {"where": "Not looked at", "why": "Why"}))


COMMAND = command
