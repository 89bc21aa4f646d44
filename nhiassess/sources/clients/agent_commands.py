"""Shell commands that start an agent with no person before it, and the tools that their arguments allow."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, field
from functools import lru_cache

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Location
from nhiassess.sources.source import ReadFile

_COMMANDS = {
    "claude": "claude-code",
    "@anthropic-ai/claude-code": "claude-code",
    "codex": "codex",
    "@openai/codex": "codex",
    "gemini": "gemini",
    "@google/gemini-cli": "gemini",
    "copilot": "copilot",
    "@github/copilot": "copilot",
}
# a command word at the place where a shell looks for one, perhaps behind npx, timeout or variables of its own
_STARTS = re.compile(
    r"(?:^|[;&|(`]|\b(?:if|then|do|else|time|exec)\b|!)\s*(?:\w+=\S*\s+)*(?:timeout\s+\S+\s+)?"
    r"(?:(?:npx|bunx|pnpm\s+dlx)\s+(?:-\S+\s+)*)?(?P<word>" + "|".join(map(re.escape, _COMMANDS)) + r")"
    r"(?:@[\w.^~-]+)?(?=\s|$)(?P<rest>.*)"
)
_HEADLESS = {
    "claude-code": re.compile(r"(^|\s)(-p|--print)\b"),
    "codex": re.compile(r"(^|\s)exec\b"),
    "gemini": re.compile(r"(^|\s)(-p|--prompt|-y|--yolo|--approval-mode|-m|--model)\b|^\s*$"),
    "copilot": re.compile(r"(^|\s)(-p|--prompt)\b"),
}
EVERYTHING = re.compile(
    r"--dangerously-skip-permissions|bypassPermissions|--allow-all-tools|--allow-all\b|--yolo|(^|\s)-y(\s|$)"
)
ALL_TOOLS = {
    "claude-code": ("Bash", "Edit", "Glob", "Grep", "Read", "WebFetch", "WebSearch", "Write"),
    "codex": ("apply_patch", "shell"),
    "gemini": ("google_web_search", "read_file", "replace", "run_shell_command", "web_fetch", "write_file"),
    "copilot": ("shell", "write"),
}
_UNASKED = ("Glob", "Grep", "Read")  # Claude Code reads its working folder without permission
_LONGEST_LINE = 10_000  # no command that a person wrote is longer; the patterns stay fast
# what an agent stops at, by the flag that sets it
_BOUNDS = {"--max-turns": "turns", "--max-ai-credits": "AI credits", "--max-budget-usd": "US dollars"}
# servers that come with a product, by the flag that turns all of their tools on
_WHOLE_SERVERS = {"--enable-all-github-mcp-tools": "github-mcp-server"}
_SANDBOXES = {"danger-full-access": "none", "workspace-write": "workspace-write", "read-only": "read-only"}


@dataclass(frozen=True, slots=True)
class Run:
    """One agent that a step starts: the product, its tools, and what bounds it."""

    product: str
    node: Node
    uses: str | None = None
    tools: tuple[tuple[str, Location], ...] = ()
    sandbox: str | None = None
    model: str | None = None
    bounds: tuple[str, ...] = ()  # what ends it: "7 turns", "500 AI credits"
    served: tuple[tuple[str, str, Location], ...] = ()  # servers with all of their tools on: name, approval, place
    open_to_all: bool = True  # whoever triggers the workflow also starts the agent


@dataclass(slots=True)
class Wanted:
    """The tools that the arguments and settings of one agent name."""

    allowed: dict[str, Location] = field(default_factory=dict)
    denied: set[str] = field(default_factory=set)
    only: bool = False  # the named tools are the only ones


def command_of(file: ReadFile, command: Node) -> Run | None:
    """Read the agent that a shell script starts without a person before it, if it starts one.

    Parameters
    ----------
    file, command:
        The file, and the script in it.

    Returns
    -------
    Run or None
        The first agent that the script starts.
    """
    script = re.sub(r"\\\r?\n", " ", command.text() or "")
    for line in script.splitlines():
        match = None if line.lstrip().startswith("#") else _STARTS.search(line[:_LONGEST_LINE])
        if match is None:
            continue
        product, rest = _COMMANDS[match["word"]], match["rest"]
        if not _HEADLESS[product].search(rest):
            continue
        wanted = Wanted()
        read_arguments(file, command, rest, wanted)
        sandbox = codex_sandbox(rest, "read-only") if product == "codex" else None
        everything = product == "codex" or bool(EVERYTHING.search(rest))
        return Run(
            product,
            command,
            tools=tools_of(file, command, product, wanted, everything),
            sandbox=sandbox,
            model=flag_of(rest, "--model", "-m"),
            bounds=bounds_of(rest),
            served=_served(file, command, rest),
        )
    return None


def tools_of(
    file: ReadFile, node: Node, product: str, wanted: Wanted, everything: bool
) -> tuple[tuple[str, Location], ...]:
    """Give the tools that an agent may use without asking, with their places.

    Parameters
    ----------
    file, node:
        The file, and what starts the agent: the place of tools that nobody named.
    product:
        Such as ``claude-code``.
    wanted:
        The tools that were named.
    everything:
        Whether all tools of the product are free to use.

    Returns
    -------
    tuple of (str, Location)
        Sorted by name, without those that were denied.
    """
    found = dict(wanted.allowed)
    unasked = ALL_TOOLS[product] if everything else _UNASKED if product == "claude-code" else ()
    for name in unasked if not wanted.only else ():
        found.setdefault(name, file.at(node))
    return tuple((name, found[name]) for name in sorted(found) if name not in wanted.denied)


def read_arguments(file: ReadFile, node: Node, text: str, wanted: Wanted) -> None:
    """Read the tools that the arguments of a command allow or deny, into `wanted`.

    Parameters
    ----------
    file, node, text:
        The file, the scalar that the arguments stand in, and the arguments.
    wanted:
        What is known so far; it is added to.
    """
    words = _shell_words(text)
    flag = ""
    for stated in words:
        word = stated
        if stated.startswith(("<", ">", "|", "&", ";", "2>")):
            flag = ""  # what follows belongs to the shell
        if stated.startswith("-"):
            flag, _, word = stated.partition("=")
        if not word:
            continue
        if flag in ("--allowedTools", "--allowed-tools", "--allow-tool", "--tools"):
            name_tools(file, node, word, wanted)
            wanted.only = wanted.only or flag == "--tools"
        elif flag in ("--disallowedTools", "--disallowed-tools", "--deny-tool"):
            name_tools(file, node, word, wanted, denied=True)


def name_tools(file: ReadFile, node: Node, text: str, wanted: Wanted, denied: bool = False) -> None:
    """Read a list of tools, parted by commas or blanks, into `wanted`.

    Parameters
    ----------
    file, node, text:
        The file, the scalar that the list stands in, and the list.
    wanted:
        What is known so far; it is added to.
    denied:
        Whether the list says what the agent must not use.
    """
    for name in _split(text):
        if denied:
            wanted.denied.add(name)
        else:
            wanted.allowed.setdefault(name, place_of(file, node, name))


def _split(text: str) -> list[str]:
    """Split a list of tools at commas and blanks that stand outside parentheses."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "(") - (sign == ")")
        if depth <= 0 and (sign == "," or sign.isspace()):
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip("\"' ") for part in parts if part.strip("\"' ")]


@lru_cache(maxsize=100)  # each flag is asked for by itself, and Python's own reader of shell words is slow
def _shell_words(text: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(text, comments=False))
    except ValueError:  # an expression or prompt with an open quote: the words are good enough
        return tuple(text.split())


def flag_of(text: str, *names: str) -> str | None:
    """Give the value of a flag in a command line, None when it is absent.

    Examples
    --------
    >>> flag_of("--max-turns 5 --model=claude-x", "--model", "-m")
    'claude-x'
    """
    words = _shell_words(text)
    for place, word in enumerate(words):
        name, _, value = word.partition("=")
        if name in names:
            return value or (words[place + 1] if place + 1 < len(words) else None)
    return None


def bounds_of(text: str) -> tuple[str, ...]:
    """Give what ends an agent by the arguments of its command; a variable says nothing.

    Examples
    --------
    >>> bounds_of("--max-turns 5 --max-ai-credits=200 --max-budget-usd $MOST")
    ('5 turns', '200 AI credits')
    """
    stated = ((flag_of(text, flag), noun) for flag, noun in _BOUNDS.items())
    return tuple(f"{value} {noun}" for value, noun in stated if value and re.fullmatch(r"\d+(\.\d+)?", value))


def _served(file: ReadFile, command: Node, rest: str) -> tuple[tuple[str, str, Location], ...]:
    approval = "never" if EVERYTHING.search(rest) else "unknown"
    words = _shell_words(rest)
    return tuple(
        (server, approval, place_of(file, command, flag)) for flag, server in _WHOLE_SERVERS.items() if flag in words
    )


def codex_sandbox(text: str, default: str) -> str:
    """Give the sandbox that the arguments of Codex ask for, in the words of the model.

    Examples
    --------
    >>> codex_sandbox("--sandbox danger-full-access", "read-only"), codex_sandbox("", "read-only")
    ('none', 'read-only')
    """
    if "--dangerously-bypass-approvals-and-sandbox" in text or "--yolo" in text:
        return "none"
    stated = flag_of(text, "--sandbox", "-s") or ("workspace-write" if "--full-auto" in text else default)
    return _SANDBOXES.get(stated, "unknown")


def place_of(file: ReadFile, node: Node, needle: str) -> Location:
    """Give the place of a word inside a scalar, or that of the scalar when the word is not found there.

    Parameters
    ----------
    file, node:
        The file and the scalar in it, which may have several lines.
    needle:
        The word.

    Returns
    -------
    Location
        Line and column of the word.
    """
    lines = _lines(file.document.text)
    # what belongs to a key is indented beyond it, what belongs to a dash beyond the dash
    indent = node.column - 2 if (node.key_line, node.key_column) == (node.line, node.column) else node.key_column
    for number in range(node.line, len(lines) + 1):
        line = lines[number - 1]
        within = number == node.line or not line.strip() or len(line) - len(line.lstrip()) >= indent
        if not within:
            break
        column = line.find(needle, node.column - 1 if number == node.line else 0)
        if column >= 0:
            return Location(file.path, number, column + 1)
    return file.at(node)


@lru_cache(maxsize=4)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(text.split("\n"))
