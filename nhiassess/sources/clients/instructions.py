"""Instruction files that coding agents read by themselves: that they exist, and what else they pull in.

What they tell an agent to do is never judged. That a file lies there shows that a repository is prepared for the agent
that reads it; `AGENTS.md` is read by several, so it belongs to none in particular. Imports of the form `@path` are
those that Claude Code and Gemini CLI document: outside of code, relative to the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname
from urllib.parse import unquote

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Inventory, Location
from nhiassess.sources.clients.agent_settings import read_settings, scope_of
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder, quote


def _path(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|/)(?:{pattern})$")


# which agent reads which file; None where several do
_READERS: tuple[tuple[re.Pattern[str], str | None], ...] = (
    (_path(r"CLAUDE(?:\.local)?\.md|\.claude/rules/(?:[^/]+/)*[^/]+\.md"), "claude-code"),
    (_path(r"GEMINI\.md"), "gemini"),
    (_path(r"\.cursorrules|\.cursor/rules/(?:[^/]+/)*[^/]+\.mdc"), "cursor"),
    (_path(r"\.windsurfrules|\.windsurf/rules/(?:[^/]+/)*[^/]+\.md"), "windsurf"),
    (_path(r"\.clinerules|\.clinerules/(?:[^/]+/)*[^/]+\.(?:md|txt)"), "cline"),
    (_path(r"copilot-instructions\.md|\.github/instructions/(?:[^/]+/)*[^/]+\.md"), "copilot"),
    (_path(r"AGENTS(?:\.override)?\.md"), None),
)
_IMPORTERS = frozenset({"claude-code", "gemini"})
_MANAGED = re.compile(
    r"(?:^|/)(?:etc/claude-code|Library/Application Support/ClaudeCode|Program(?:Data| Files)/ClaudeCode)/CLAUDE\.md$"
)
# folders of their own that lie in the folder that the instructions are for; the others `folder` knows
_OWN_FOLDERS = re.compile(r"(?:^|/)(?:\.github|\.clinerules)(?:/.*)?$")
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~)")
_SPAN = re.compile(r"`[^`\n]*`")
_REMOTE = re.compile(
    r"(?<![\w@])@(?P<import>https?://[^\s)>\]\"'`]+)"
    r"|(?i:\b(?:fetch|download|load|retrieve)\b)[^\n`]{0,40}?(?P<fetched>https?://[^\s)>\]\"'`]+)"
)
# a bare @word is a person, a decorator or a package: only what looks like a file counts
_IMPORT = re.compile(r"(?<![\w@/.])@(?P<file>(?:~/|\.{1,2}/|/)[\w./~@-]+|[\w-][\w./-]*\.[A-Za-z]\w{0,7})(?![\w/@])")
_APPLIES = ("alwaysApply", "globs", "applyTo", "paths", "trigger")


class Instructions:
    """Instruction files of coding agents."""

    name = "instructions"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise the files by the paths at which agents look for them."""
        return any(pattern.search(path) for pattern, _ in _READERS)

    def group(self, path: str) -> str:
        """Put all together: a file in a folder further down adds to what the agent of the folder above reads."""
        return self.name

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read which agents are given instructions, and what these import or have fetched."""
        found = Gathering()
        top: dict[str | None, set[str]] = {}
        for file in files:
            if not _MANAGED.search(file.path):
                top.setdefault(_reader(file.path), set()).add(_where(file.path))
        for file in sorted(files, key=lambda each: each.path):
            _read_file(file, top, found)
        return found.inventory()


def _reader(path: str) -> str | None:
    return next(platform for pattern, platform in _READERS if pattern.search(path))


def _where(path: str) -> str:
    """Give the folder that instructions are for.

    Examples
    --------
    >>> _where("repos/web/.github/copilot-instructions.md"), _where(".cursor/rules/a.mdc")
    ('repos/web', '-')
    """
    own = _OWN_FOLDERS.search(dirname(path))
    return folder(f"{path[: own.start()]}/x".strip("/")) if own is not None else folder(path)


def _highest(where: str, folders: set[str]) -> str:
    """Give the highest folder above that has instructions for the same agent; what a person keeps at home is apart."""
    highest = where
    parts = [] if where == "-" else where.split("/")
    for length in range(len(parts) - 1, -1, -1):
        above = "/".join(parts[:length]) or "-"
        if above in folders and scope_of(above) == scope_of(where) == "project":
            highest = above
    return highest


def _read_file(file: ReadFile, top: Mapping[str | None, set[str]], found: Gathering) -> None:
    platform, managed = _reader(file.path), _MANAGED.search(file.path)
    start = Location(file.path)
    if managed:
        where, scope = quote(file.path[: managed.start()].strip("/")) or "-", "managed"
    else:
        where = _highest(_where(file.path), top[platform])
        local = file.path.endswith(".local.md") and scope_of(where) == "project"
        scope = "local" if local else scope_of(where)
    agent = f"agent:{platform}/{where}/{platform}" if platform is not None else None
    if agent is not None and not managed:
        found.agents.append(Agent(agent, platform, platform, locations=(start,)))
    if agent is not None:
        found.hold_prose(file, agent)
    name = file.path if where == "-" else file.path[len(unquote(where)) + 1 :]
    found.settings.append(setting(file, Node(name), "instructions", name, agent, scope))
    root = file.document.root
    applies = [(f"instructions.{key}", node) for key in _APPLIES if (node := root.get(key)) is not None]
    read_settings(file, applies, agent, scope, found)
    for included, line, column in _includes(file, platform):
        node = Node(included, line, column)
        found.settings.append(setting(file, node, "instructions.include", included, agent, scope, listed=True))


def _includes(file: ReadFile, platform: str | None) -> Iterator[tuple[str, int, int]]:
    """Give the files and addresses that the text pulls in, each with its place; nothing inside of code."""
    code = False
    for number, line in enumerate(file.document.body.split("\n"), start=file.document.body_line):
        if _FENCE.match(line):
            code = not code
        if code or ("@" not in line and "://" not in line):
            continue
        text = _SPAN.sub(lambda found: " " * len(found[0]), line)
        for each in _REMOTE.finditer(text):
            kind = "import" if each["import"] else "fetched"
            yield each[kind].rstrip(".,;:"), number, each.start(kind) + 1
        for each in _IMPORT.finditer(text) if platform in _IMPORTERS else ():
            yield each["file"].rstrip(".,;:"), number, each.start("file") + 1


SOURCE = Instructions()
