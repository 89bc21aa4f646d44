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


def log(root: Path, size: int) -> None:
    """Write a log of CloudTrail events of about so many bytes: 200 roles, three actions, a thousand objects."""
    with (root / "trail.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        written = number = 0
        while written < size:
            block = json.dumps(_event(number)) + "\n"
            written += file.write(block * 200)
            number += 1


def _event(number: int) -> dict[str, object]:
    role = f"arn:aws:iam::111122223333:role/agent-{number % 200}"
    issuer = {"type": "Role", "arn": role, "accountId": "111122223333", "userName": role.rpartition("/")[2]}
    return {
        "eventVersion": "1.08",
        "userIdentity": {
            "type": "AssumedRole",
            "accountId": "111122223333",
            "sessionContext": {"sessionIssuer": issuer},
        },
        "eventTime": "2026-11-01T10:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "eventName": ("GetObject", "PutObject", "ListObjects")[number % 3],
        "requestParameters": {"bucketName": "ledger", "key": f"k{number % 1000}"},
        "resources": [{"ARN": "arn:aws:s3:::ledger", "type": "AWS::S3::Bucket"}],
        "eventID": str(number),
    }


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
