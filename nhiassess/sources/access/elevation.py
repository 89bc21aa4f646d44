"""Elevated access: who has it for good, who may get it, for how long, and who approves.

Read are role schedules and policies of Entra's Privileged Identity Management, permission sets of AWS Identity
Center, roles and bots of Teleport, and sheets of accounts in a privileged-access vault; each has a module of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from posixpath import dirname

from nhiassess.model.inventory import Inventory
from nhiassess.sources.access.elevation_accounts import is_accounts, read_accounts
from nhiassess.sources.access.elevation_aws import is_set, read_sets
from nhiassess.sources.access.elevation_entra import is_policy, is_schedule, read_roles
from nhiassess.sources.access.elevation_teleport import is_teleport, read_teleport
from nhiassess.sources.access.saas_access import entries
from nhiassess.sources.access.sheet_columns import is_sheet
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile

_DATA = (".json", ".jsonl", ".yaml", ".yml")
# signs that all must stand in the first rows, one that is found fast before others; each line is one kind
_SIGNS = tuple(
    tuple(re.compile(sign, re.M) for sign in each)
    for each in (
        (r'"roleDefinitionId"', r'"principalId"', r'"(?:scheduleInfo|directoryScopeId|appScopeId)"'),
        (r'"scopeType"', r'"(?:rules|policyId|isOrganizationDefault)"'),
        (r'"PermissionSet(?:Arn)?"', r'"(?:SessionDuration|AccountAssignments|PrincipalType|CreatedDate)"'),
        (
            r"AWS::SSO::",
            r"^\s{0,40}[\"']?Type[\"']?:\s*[\"']?AWS::SSO::|\"Type\"\s{0,9}:\s{0,9}\"AWS::SSO::",
        ),
        (r"kind: *[\"']?role\b", r"^kind: *[\"']?role\b", r"^version: *[\"']?v\d", r"^spec:"),
        (r"kind: *[\"']?bot\b", r"^kind: *[\"']?bot\b", r"^version: *[\"']?v\d", r"^spec:"),
        (r"Teleport", r"^kind: *Teleport(?:Role|Bot)", r"^apiVersion: *resources\.teleport\.dev/"),
        (r'"kind"\s{0,9}:\s{0,9}"(?:role|bot)"', r'"version"\s{0,9}:\s{0,9}"v\d', r'"spec"'),
    )
)


class Elevation:
    """Exports that tell standing access from access on request."""

    name = "elevation"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise exports by keys that only they have together, sheets by their headers."""
        if is_sheet(path):
            return is_accounts(path, head)
        if not path.lower().endswith(_DATA):
            return False
        return any(all(sign.search(head) for sign in signs) for signs in _SIGNS)

    def group(self, path: str) -> str:
        """Put the files of a folder together: policies say what schedules need, sets what assignments give."""
        return f"elevation:{dirname(path)}"

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read each kind over all the files of a folder."""
        found = Gathering()
        sheets = [file for file in files if is_sheet(file.path)]
        for file in sheets:
            read_accounts(file, found)
        rest = [file for file in files if not is_sheet(file.path)]
        read_roles([file for file in rest if _has(file, "value")], found)
        read_sets([file for file in rest if _is_aws(file)], found)
        read_teleport([file for file in rest if any(is_teleport(root) for root in file.document.roots)], found)
        return found.inventory()


def _has(file: ReadFile, key: str) -> bool:
    return any(is_policy(node) or is_schedule(node) for _, node in entries(file, key))


def _is_aws(file: ReadFile) -> bool:
    resources = file.document.root.get("Resources")
    return (resources is not None and resources.is_mapping) or any(
        is_set(node) for _, node in entries(file, "PermissionSets")
    )


SOURCE = Elevation()
