"""Watches a run of the command from outside: what Python and the whole process opened, changed, started, contacted."""

from __future__ import annotations

import json
import mimetypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nhiassess import installed
from tests.hostile import watched

# of the system: libraries and locales, fonts and zones, and what it says of its memory and processors
READ = re.compile(
    "|".join(
        (
            r"/(?:usr/)?(?:local/)?lib(?:32|64)?/.*|/etc/ld\.so\.(?:cache|preload)|/etc/locale\.alias",
            r"/usr/(?:local/)?share/(?:fonts|fontconfig|poppler/cMap|locale|zoneinfo|mime)(?:/.*)?",
            r"/etc/(?:fonts(?:/.*)?|mime\.types|localtime|ssl/openssl\.cnf)|/var/cache/fontconfig(?:/.*)?",
            r"/proc/(?:self|\d+)/(?:cgroup|maps|stat|status|mounts|mountinfo)|/proc/sys/vm/overcommit_memory",
            r"/proc/(?:meminfo|cpuinfo|stat|filesystems)|/sys/fs/cgroup/.*|/sys/devices/system/.*",
            r"/sys/kernel/mm/transparent_hugepage/enabled|/dev/(?:null|urandom|random|tty)",
        )
    )
)
STARTS = ("subprocess.", "os.system", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "pty.")
CONTACTS = ("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "telnetlib.", "nntplib.")
BEYOND = ("clone", "fork", "vfork", "exec", "socket", "connect", "bind", "send")
OPENS = ("open", "os.listdir", "os.scandir")
CALLS = (
    "open,openat,openat2,creat,execve,execveat,fork,vfork,clone,clone3,socket,connect,bind,sendto,sendmsg,rename,renameat,"
    "renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,symlink,symlinkat,link,linkat,truncate,mknod,chmod"
)


@dataclass(frozen=True)
class Watch:
    """What one run did: the events of Python, the system calls where they could be traced, and what came of it."""

    here: Path
    events: list[list[Any]]
    calls: list[str] | None
    codes: list[Any]
    connections: int = 0
    changed: tuple[str, ...] = ()
    printed: str = ""

    def opened(self) -> Iterator[tuple[str, bool]]:
        """Give each file or folder that Python opened or changed, and whether it could write there."""
        for event, cwd, *given in self.events:
            paths = given[:2] if event in ("os.rename", "os.link", "os.symlink") else given[:1]
            by_handle = "/" not in str(given[:1]) and event in ("os.remove", "os.rmdir", "os.unlink")
            if not event.startswith(("open", "os.", "shutil.", "tempfile.")) or by_handle:
                continue  # a name below an open folder is for the trace to follow
            flags = given[2] if event == "open" and len(given) > 2 else 0
            writes = event not in OPENS or bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
            yield from ((os.path.realpath(os.path.join(cwd, path)), writes) for path in paths if isinstance(path, str))

    def traced(self) -> Iterator[tuple[str, str]]:
        """Give each system call that did something, or tried to start or contact something, by name and in full."""
        waiting: dict[str, str] = {}
        for line in self.calls or ():
            process, call = line.split(maxsplit=1)
            if call.endswith("<unfinished ...>"):
                waiting[process] = call.removesuffix("<unfinished ...>")
                continue
            if call.startswith("<... "):
                call = waiting.pop(process, "") + call.partition("resumed>")[2]
            if "(" in call and (" = -1 " not in call or call.startswith(BEYOND)):
                yield call.partition("(")[0], call


def traceable() -> bool:
    command = [shutil.which("strace") or "false", "-o", os.devnull, "true"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def watch(here: Path, runs: list[list[str]], module: str = "nhiassess.cli") -> Watch:
    """Run the words from inside the hostile folder, whose files Python could take for its own modules."""
    for folder in ("temporary", "assessment/observed", "home"):
        (here / folder).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(Path(watched.__file__)), str(here / "log"), json.dumps(runs), module]
    if traceable():
        traced = ["-f", "-y", "-qq", "-s", "4096", "--seccomp-bpf", "-o", str(here / "calls"), "-e", f"trace={CALLS}"]
        command = ["strace", *traced, *command]
    env = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "PYTEST_"))}
    env |= {"HOME": str(here / "home"), "TMPDIR": str(here / "temporary"), "PYTHONDONTWRITEBYTECODE": "1"}
    env |= {"PYTHONPATH": os.pathsep.join((str(installed.PACKAGE.parent), str(here)))}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=here / "assessment/observed", env=env, check=False
    )
    log = [json.loads(line) for line in (here / "log").read_text().splitlines()]
    calls = (here / "calls").read_text(errors="replace").splitlines() if (here / "calls").is_file() else None
    return Watch(here, log[:-1], calls, log[-1][2:], printed=done.stdout + done.stderr)


def may_read(path: str, here: Path) -> bool:
    shipped = [installed.PACKAGE, *(installed.data_folder() / each for each in ("frameworks", "templates"))]
    inside = [here / "assessment", installed.sample("ostermere"), sys.prefix, sys.base_prefix, *shipped]
    if any(Path(path).is_relative_to(each) for each in inside):
        return True
    # to find a module, Python lists each folder of its path
    return bool(READ.fullmatch(path)) or path in (
        watched.__file__,
        *mimetypes.knownfiles,
        *sys.path,
        str(here),
        str(Path(watched.__file__).parent),
    )


def may_write(path: str, here: Path) -> bool:
    inside = ("out", "temporary", "home/.cache/fontconfig", "home/.cache/nhiassess", "assessment/history")
    made = ("/dev/null", str(here / "home/.cache"))
    return path in made or any(Path(path).is_relative_to(here / each) for each in inside)


def wrongly_opened(run: Watch) -> set[str]:
    return {
        path
        for path, writes in run.opened()
        if not may_write(path, run.here) and (writes or not may_read(path, run.here))
    }


def started(run: Watch) -> list[Any]:
    return [event for event in run.events if event[0].startswith(STARTS)]


def contacted(run: Watch) -> list[Any]:
    within = ("data:",)  # how the report holds its fonts and marks
    return [event for event in run.events if event[0].startswith(CONTACTS) and not str(event[2]).startswith(within)]


def wrong_calls(run: Watch) -> list[str]:
    """Give each system call that starts a process, opens a socket, or opens or changes what it may not."""
    found, began = [], False
    for name, call in run.traced():
        if name.startswith("exec") and not began:
            began = True  # the process itself
        elif name.startswith(("open", "creat")):
            path = re.sub(r" \(deleted\)$", "", re.search(r" = \d+<(.*)>$", call)[1])  # type: ignore[index]  # -y names it
            writes = bool(re.search("O_WRONLY|O_RDWR|O_CREAT", call))
            allowed = may_write(path, run.here) or (not writes and may_read(path, run.here))
            found += [] if allowed or path == str(run.here / "log") else [call]
        elif name.startswith(BEYOND):
            found += [] if "CLONE_THREAD" in call else [call]
        else:
            paths = [path for path in re.findall(r'[<"]([^<>"]*)[>"]', call) if path.startswith("/")]
            found += [] if paths and all(may_write(path, run.here) for path in paths) else [call]
    return found
