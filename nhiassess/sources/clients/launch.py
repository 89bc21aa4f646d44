"""The command that starts a tool server: its package, whether that is pinned, and what of its host it is given."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename

from nhiassess.formats.format import Node


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a command, the scalar that it stands in, and its dotted path within the server's entry."""

    text: str
    node: Node
    dotted: str


@dataclass(frozen=True, slots=True)
class Launch:
    """What a command says of the server that it starts; None where it does not say."""

    command: str
    package: str | None = None
    package_node: Node | None = None
    pinned: bool | None = None
    url: str | None = None  # where a local bridge connects to
    url_node: Node | None = None
    passed: tuple[tuple[str, Word], ...] = ()  # variables that a container is given by name only
    roots: tuple[tuple[str, Word], ...] = ()  # folders of the host that it may touch, wide ones only: (why, word)
    opened: tuple[tuple[str, str, Word], ...] = ()  # what opens the host to a container: (flag, value, its word)
    contained: bool = False  # in a container that opens nothing of the host


_FULL = re.compile(r"v?\d+\.\d+\.\d+([-+.][\w.+-]*)?")
_VERSION = re.compile(r"v?\d+(\.\d+)*([-+._]?[A-Za-z0-9][\w.+-]*)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_URL = re.compile(r"https?://\S+")
_SCRIPT = ("-c", "-lc", "-ic", "-Command")
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ash", "fish", "pwsh", "powershell"})
_RUNNERS = {"npx": "npm", "bunx": "npm", "pnpx": "npm", "uvx": "python", "pipx": "python", "dnx": "npm"}
# a runner behind another command, with the words that lead to it
_BEHIND = {
    ("npm", "exec"): "npm", ("npm", "x"): "npm", ("pnpm", "dlx"): "npm", ("yarn", "dlx"): "npm", ("bun", "x"): "npm",
    ("uv", "tool", "run"): "python", ("pipx", "run"): "python", ("go", "run"): "go", ("deno", "run"): "deno",
}  # fmt: skip
_CONTAINERS = frozenset({"docker", "podman", "nerdctl", "container"})
# bridges that speak stdio to the client and HTTP to the server named in their arguments
_BRIDGES = frozenset({"mcp-remote", "mcp-proxy", "supergateway", "@pyroprompts/mcp-stdio-to-streamable-http-adapter"})
_NAMES_PACKAGE = frozenset({"--package", "-p", "--from", "--spec"})
_WITH_VALUE = frozenset(
    {
        "--python",
        "--with",
        "--index",
        "--index-url",
        "--default-index",
        "--extra-index-url",
        "--registry",
        "--cache",
    }
    | {
        "--env-file",
        "--directory",
        "--project",
        "--cwd",
        "-c",
        "--call",
        "--userconfig",
        "--prerelease",
        "--refresh-package",
    }
)
_CONTAINER_FLAGS = frozenset(
    {
        "--rm",
        "--init",
        "--interactive",
        "--tty",
        "--detach",
        "--read-only",
        "--privileged",
        "--publish-all",
        "--quiet",
    }
    | {"--no-healthcheck", "--oom-kill-disable", "--sig-proxy", "--replace", "--disable-content-trust"}
)
# flags that open the host to a container, by the values that do
_OPENS = {
    "--privileged": ("", "TRUE"), "--network": ("HOST",), "--net": ("HOST",), "--pid": ("HOST",),
    "--cap-add": ("ALL", "SYS_ADMIN"),
}  # fmt: skip
# of those, the ones with which a container can take its host over
_TAKES_HOST = {"--privileged": "every device", "--pid": "every process", "--cap-add": "the rights of root"}
_HOME = re.compile(
    r"(?ix) (?: ~ | \$\{?HOME\}? | \$\{env:HOME\} | \$\{userHome\} | %USERPROFILE% | \$\{env:USERPROFILE\} | /root"
    r" | (?:/home|/Users|[a-z]:/Users)(?:/[^/]+)? ) /? \Z"
)
_KEYS = re.compile(r"(?i)(?:^|/)(?:\.ssh|\.aws|\.azure|\.kube|\.gnupg|\.docker|\.config/gcloud|\.config/gh)(?:/|$)")
_DRIVE = re.compile(r"[A-Za-z]:/?\Z")
_ROOT_FLAGS = re.compile(
    r"(?i)--?(?:root|dir|directory|path|workspace|allow|allowed|base|folder|mount|project)[\w-]*\Z"
)


def launch(words: Sequence[Word]) -> Launch:
    """Read the command of a stdio server.

    Parameters
    ----------
    words:
        The command and its arguments.

    Returns
    -------
    Launch
        The package without its version, and whether the version is exact. ``@latest``, a range, no version and
        a moving tag are not pinned; a local path has neither package nor pin.

    Examples
    --------
    >>> words = [Word(text, Node(text), "args") for text in "npx -y @acme/mcp@1.4.2 --stdio".split()]
    >>> found = launch(words)
    >>> found.package, found.pinned
    ('@acme/mcp', True)
    """
    line = " ".join(word.text for word in words)
    bare = _unwrapped(list(words))
    if not bare:
        return Launch(line)
    name = _program(bare[0].text)
    if name in _CONTAINERS:
        return _container(line, bare)
    kind, rest = _runner(bare)
    if kind is None:
        return _local(line, bare)
    package, after = _package_word(rest)
    if package is None:
        return Launch(line, roots=_roots(after))
    text, pinned = _parted(package.text, kind)
    url = None
    if text in _BRIDGES:
        url = next((word for word in after if _URL.match(word.text)), None)
    return Launch(
        line,
        package=text,
        package_node=package.node,
        pinned=pinned,
        url=url.text if url else None,
        url_node=url.node if url else None,
        roots=_roots(after),
    )


def split(node: Node, dotted: str) -> list[Word]:
    """Give the words of a command that is written as one text."""
    text = node.text() or ""
    try:
        parts = shlex.split(text, posix=True) if " " in text else [text]
    except ValueError:  # an open quote: no shell would start it either
        parts = text.split()
    return [Word(part, node, dotted) for part in parts if part]


def wide(path: str) -> str | None:
    """Tell why a folder gives away more of a host than a project: None when it does not.

    Examples
    --------
    >>> wide("C:/"), wide("/home/dev/project")
    ('the whole file system', None)
    """
    flat = path.strip("\"'").replace("\\", "/")
    if flat == "/" or _DRIVE.match(flat):
        return "the whole file system"
    if _HOME.match(flat):
        return "a home folder"
    if _KEYS.search(flat):
        return "a folder of keys"
    if flat.rstrip("/").endswith("docker.sock"):
        return "the container engine"
    return "the settings of the system" if flat.rstrip("/") == "/etc" else None


def _program(text: str) -> str:
    return basename(text.replace("\\", "/")).lower().removesuffix(".exe").removesuffix(".cmd")


def _unwrapped(words: list[Word]) -> list[Word]:
    """Take away shells, `cmd /c` and `env` before the command that they start."""
    for _ in range(8):  # nobody wraps deeper
        if not words:
            return words
        name = _program(words[0].text)
        if name == "cmd" and len(words) > 1 and words[1].text.lower() in ("/c", "/k"):
            words = words[2:]
        elif name == "env":
            words = [word for place, word in enumerate(words) if place and not re.match(r"-|\w+=", word.text)]
        elif name in ("wsl", "sudo", "nohup", "exec"):
            words = words[1:]
        elif name in _SHELLS:
            scripts = (w for at, w in enumerate(words) if at and words[at - 1].text in _SCRIPT)
            inner = next(scripts, None)
            if inner is None or re.search(r"[|;&<>`]|\$\(", inner.text):
                return words
            words = split(Node(inner.text, line=inner.node.line, column=inner.node.column), inner.dotted)
        else:
            return words
    return words


def _runner(words: list[Word]) -> tuple[str | None, list[Word]]:
    name = _program(words[0].text)
    for prefix, kind in _BEHIND.items():
        if (name, *(word.text for word in words[1 : len(prefix)])) == prefix:
            return kind, words[len(prefix) :]
    if name in _RUNNERS:
        return _RUNNERS[name], words[1:]
    return None, words


def _package_word(words: list[Word]) -> tuple[Word | None, list[Word]]:
    """Find the word that names the package, and give the words behind it."""
    named: Word | None = None
    place = 0
    while place < len(words):
        word = words[place]
        flag, equals, value = word.text.partition("=")
        if flag in _NAMES_PACKAGE:
            if equals:
                named = named or Word(value, word.node, word.dotted)
            elif place + 1 < len(words):
                place += 1
                named = named or words[place]
        elif word.text in _WITH_VALUE:
            place += 1
        elif not word.text.startswith("-"):
            return named or word, words[place + 1 :]
        place += 1
    return named, []


def _parted(text: str, kind: str) -> tuple[str | None, bool | None]:
    """Part a package from its version, and tell whether the version is exact."""
    if re.match(r"(\.|/|~|[A-Za-z]:[\\/]|file:|\$\{)", text):
        return None, None
    if re.match(r"(git\+|https?://|github:|ssh://|gitlab:)", text) or " @ " in text:
        bare, _, ref = re.sub(r"^.* @ ", "", text).rpartition("#" if "#" in text else "@")
        return (bare or text), bool(_COMMIT.fullmatch(ref.split("#")[0]))
    text = text.removeprefix("npm:").removeprefix("jsr:")
    name, sign, version = text.partition("==") if "==" in text else _at(text)
    name = re.sub(r"\[[^\]]*\]$", "", name)
    if not sign:
        return re.split(r"[<>~!]", name)[0], False
    if "$" in version or "{" in version:
        return name, None
    return name, bool((_VERSION if kind == "python" else _FULL).fullmatch(version)) and not version.endswith("*")


def _at(text: str) -> tuple[str, str, str]:
    name, sign, version = text.rpartition("@")
    return (name, sign, version) if name else (text, "", "")


def _local(line: str, words: list[Word]) -> Launch:
    texts = [word.text for word in words]
    if _program(texts[0]).startswith("python") and "-m" in texts[:-1]:
        module = words[texts.index("-m") + 1]
        return Launch(line, package=module.text, package_node=module.node, roots=_roots(words[texts.index("-m") + 2 :]))
    if texts[0].endswith("uv") and "--with" in texts[:-1]:
        with_ = words[texts.index("--with") + 1]
        package, pinned = _parted(with_.text, "python")
        return Launch(line, package=package, package_node=with_.node, pinned=pinned)
    return Launch(line, roots=_roots(words[1:]))


def _container(line: str, words: list[Word]) -> Launch:
    texts = [word.text for word in words]
    if "run" not in texts or texts[1:2] == ["mcp"]:
        return Launch(line)
    place = texts.index("run") + 1
    passed: list[tuple[str, Word]] = []
    roots: list[tuple[str, Word]] = []
    opened: list[tuple[str, str, Word]] = []
    while place < len(words) and texts[place].startswith("-"):
        flag, equals, value = texts[place].partition("=")
        word = words[place]
        takes = not equals and flag not in _CONTAINER_FLAGS and not re.fullmatch(r"-[itdqP]+", flag)
        if takes and place + 1 < len(words):
            place += 1
            word, value = words[place], texts[place]
        if flag in ("-e", "--env") and re.fullmatch(r"[A-Za-z_]\w*", value):
            passed.append((value, word))
        if flag in ("-v", "--volume", "--mount"):
            why = wide(_mounted(value))
            roots += [(why, word)] if why else []
            opened += [(flag, value, word)] if why else []
        elif value.upper().removeprefix("CAP_") in _OPENS.get(flag, ()):
            opened.append((flag, value or flag, word))
            roots += [(_TAKES_HOST[flag], word)] if flag in _TAKES_HOST else []
        place += 1
    image, pinned = _image(texts[place]) if place < len(words) else (None, None)
    return Launch(
        line,
        package=image,
        package_node=words[place].node if image is not None else None,
        pinned=pinned,
        passed=tuple(passed),
        roots=tuple(roots),
        opened=tuple(opened),
        contained=not opened,
    )


def _mounted(value: str) -> str:
    if "=" in value.split(",")[0] or ",src=" in value or ",source=" in value:
        parts: Mapping[str, str] = dict(part.split("=", 1) for part in value.split(",") if "=" in part)
        return parts.get("src") or parts.get("source") or ""
    drive = re.match(r"[A-Za-z]:[\\/]", value)
    return value[: drive.end()] + value[drive.end() :].split(":")[0] if drive else value.split(":")[0]


def _image(text: str) -> tuple[str, bool | None]:
    name, sign, _ = text.partition("@sha256:")
    if sign:
        return name, True
    head, _, tail = text.rpartition("/")
    last, colon, tag = tail.partition(":")
    name = f"{head}/{last}" if head else last
    if "$" in tag or "{" in tag:
        return name, None
    return name, bool(colon and re.match(r"v?\d", tag))


def _roots(words: Sequence[Word]) -> tuple[tuple[str, Word], ...]:
    found = []
    for place, word in enumerate(words):
        flag, equals, value = word.text.partition("=")
        if word.text.startswith("-") and not (equals and _ROOT_FLAGS.match(flag)):
            continue
        before = words[place - 1].text if place else ""
        if before.startswith("-") and "=" not in before and not _ROOT_FLAGS.match(before):
            continue
        why = wide(value if equals and word.text.startswith("-") else word.text)
        found += [(why, word)] if why else []
    return tuple(found)
