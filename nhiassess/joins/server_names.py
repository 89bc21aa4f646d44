"""What a tool server is known by: nothing that its configuration may choose, and nothing that a look-alike shares."""

from __future__ import annotations

import re
from posixpath import basename
from urllib.parse import urlsplit

from nhiassess.model.inventory import ToolServer

# how many words of a command tell which program it is
_WORDS = 4
# the registry that a program runs packages of
_RUNNERS = {
    **dict.fromkeys(("npx", "npm", "bunx", "bun", "pnpm", "pnpx", "yarn", "node"), "npm"),
    **dict.fromkeys(("npx.cmd", "npm.cmd"), "npm"),
    **dict.fromkeys(("uvx", "uv", "pipx", "python", "python3"), "pypi"),
}
# shells and wrappers stand before a runner, with their flags
_WRAPPED = 8
# a package that is built from a repository, such as git+https://github.com/acme/mcp.git@v1 or github:acme/mcp
_REPOSITORY = re.compile(
    r"(?:git\+)?(?:(?:https?|ssh)://)?(?:[^@/:]+@)?(github|gitlab)(?:\.com[:/]|:)([\w.-]+/[\w.-]+?)(?:\.git)?(?=[@#/?]|\Z)"
)


def subjects(server: ToolServer) -> tuple[str, ...]:
    """Give what a server is known by: the host of its address, its package or image, or the program that it is.

    Parameters
    ----------
    server:
        A tool server.

    Returns
    -------
    tuple of str
        In small letters. The name that a configuration gives it is not among them: anybody may choose it. A package
        goes by its registry, too, since the same name in another may be anybody's; a program by ``program:`` and the
        first words of its command.

    Examples
    --------
    >>> subjects(ToolServer("s", url="https://mcp.example.com/mcp?team=7"))
    ('mcp.example.com', 'mcp.example.com/mcp')
    >>> subjects(ToolServer("s", package="acme_mcp", command="uvx acme_mcp"))
    ('acme_mcp', 'acme-mcp', 'pypi:acme-mcp')
    >>> subjects(ToolServer("s", package="ghcr.io/acme/mcp:1.2@sha256:0af"))
    ('ghcr.io/acme/mcp:1.2@sha256:0af', 'ghcr.io/acme/mcp')
    >>> subjects(ToolServer("s", command="/opt/bin/acme mcp"))
    ('program:acme', 'program:acme mcp')
    >>> subjects(ToolServer("s", package="git+https://github.com/acme/mcp.git@v1"))
    ('git+https://github.com/acme/mcp.git@v1', 'github.com/acme/mcp')
    """
    if server.url:
        return _address(server.url)
    if server.package:
        package = server.package.lower()
        repository = _REPOSITORY.match(package)
        bare = f"{repository[1]}.com/{repository[2]}" if repository else _untagged(package)
        plain = bare.replace("_", "-")
        return tuple(dict.fromkeys((package, bare, plain, *(f"{each}:{plain}" for each in _registries(server)))))
    words = (server.command or "").split(maxsplit=_WORDS)[:_WORDS]
    if not words:
        return ()
    words[0] = basename(words[0].replace("\\", "/")).removesuffix(".exe")
    return tuple("program:" + " ".join(words[:end]).lower() for end in range(1, len(words) + 1))


def _registries(server: ToolServer) -> tuple[str, ...]:
    """Tell which registries the package of a server may be from: that of its runner, or either when none is stated."""
    package, words = server.package or "", (server.command or "").split(maxsplit=_WRAPPED)
    if "/" in package or ":" in package:
        return ()
    ran = (_RUNNERS.get(basename(each.strip("\"'").replace("\\", "/")).lower().removesuffix(".exe")) for each in words)
    first = next((each for each in ran if each), None)
    return (first,) if first else () if words else ("npm", "pypi")


def _untagged(package: str) -> str:
    """Take away the version of a package, the tag and digest of an image, and the registry that is meant anyway."""
    bare = package[:1] + package[1:].partition("@")[0]
    folder, slash, image = bare.removeprefix("index.").removeprefix("docker.io/").rpartition("/")
    return folder + slash + image.partition(":")[0]


def _address(url: str) -> tuple[str, ...]:
    """Give the host of an address, and the host with the path."""
    try:
        # clients take a backslash for a slash, so what stands before one is the host
        parts = urlsplit(url.replace("\\", "/"))
    except ValueError:  # an address that no client could call
        return ()
    host = parts.netloc.rpartition("@")[2].lower()
    return (host, host + parts.path.rstrip("/").lower()) if host else ()
