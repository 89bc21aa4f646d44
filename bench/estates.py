"""Writes estates of a given size to measure on: folders of repositories with agents, and files that hold none."""

from __future__ import annotations

import json
from pathlib import Path

_SERVERS = ("github", "postgres", "slack", "filesystem")


def agents(root: Path, count: int) -> None:
    """Write a folder of repositories, each with one agent: its servers, settings and a workflow or cluster object."""
    for number in range(count):
        repository = root / f"team-{number % 40:02}" / f"service-{number:05}"
        (repository / ".claude").mkdir(parents=True)
        servers = {
            name: {
                "command": "npx",
                "args": ["-y", f"@example/{name}-mcp@1.{number % 9}.0"],
                "env": {f"{name.upper()}_TOKEN": f"${{{name.upper()}_TOKEN_{number}}}"},
            }
            for name in _SERVERS[: 1 + number % 4]
        }
        _write(repository / ".mcp.json", json.dumps({"mcpServers": servers}, indent=2))
        settings = {
            "permissions": {"allow": ["Bash(git status:*)", "mcp__github"], "deny": ["Read(./.env)"]},
            "env": {"SERVICE": f"service-{number}"},
        }
        _write(repository / ".claude" / "settings.json", json.dumps(settings, indent=2))


def files(root: Path, count: int) -> None:
    """Write a tree of many files, one in ten of them a configuration of some kind."""
    agents(root, count // 20)
    for number in range(count - 2 * (count // 20)):
        folder = root / f"team-{number % 40:02}" / f"lib-{number // 50:05}"
        folder.mkdir(parents=True, exist_ok=True)
        kind = number % 10
        if kind == 0:
            text = json.dumps(
                {"name": f"lib-{number}", "version": "1.0.0", "scripts": {"test": "node test.js"}}, indent=2
            )
            _write(folder / f"package-{number}.json", text)
        elif kind == 1:
            _write(folder / f"account-{number}.yaml", _ACCOUNT.format(number=number))
        else:
            _write(
                folder / f"module-{number}.py", f'"""Module {number}."""\n' + "def f(x):\n    return x + 1\n\n\n" * 60
            )


_CODE = "def f(x):\n    return x + 1\n\n\n"
_ACCOUNT = """apiVersion: v1
kind: ServiceAccount
metadata:
  name: worker-{number}
  namespace: jobs
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: worker-{number}
  namespace: jobs
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ClusterRole
  name: view
subjects:
  - kind: ServiceAccount
    name: worker-{number}
    namespace: jobs
"""


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
