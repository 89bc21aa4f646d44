"""Workstations: credentials that lie as files in a home folder, which whatever runs there can use.

What is read is that they exist and for what: profiles, hosts, accounts and roles, where the tool keeps the value. A
program or a file that they name is not run or opened. A keyring, the socket of an agent and files in a database format
are not looked at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nhiassess.model.inventory import Inventory, Location
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote
from nhiassess.sources.workstations.aws import read_aws, read_aws_cache
from nhiassess.sources.workstations.cloud import (
    read_azure,
    read_azure_cache,
    read_gcloud_configuration,
    read_gcloud_credentials,
)
from nhiassess.sources.workstations.data import read_databricks, read_snowflake
from nhiassess.sources.workstations.home import Home
from nhiassess.sources.workstations.kube import read_kube
from nhiassess.sources.workstations.ssh import read_key, read_ssh_config
from nhiassess.sources.workstations.tools import (
    read_docker,
    read_git,
    read_github,
    read_netrc,
    read_npm,
    read_onepassword,
    read_pypi,
    read_terraform,
    read_terraform_settings,
    read_vault,
)


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of file with credentials.

    Parameters
    ----------
    path:
        Its path below the home folder, as a pattern.
    read:
        What reads it.
    is_home:
        Whether a folder that holds such a file is somebody's home folder; a project may have some of them too.
    sign:
        What its beginning must hold when the path alone does not tell.
    """

    path: re.Pattern[str]
    read: Callable[[Home], None]
    is_home: bool = True
    sign: re.Pattern[str] | None = None


def _kept(path: str, read: Callable[[Home], None], is_home: bool = True, sign: str | None = None) -> Kept:
    return Kept(re.compile(rf"(?:^|/)(?:{path})$"), read, is_home, re.compile(sign) if sign else None)


# on Windows some tools keep theirs under AppData/Roaming
_CONFIG = r"(?:\.config|AppData/Roaming)"
KEPT = (
    _kept(r"\.aws/(?:credentials|config)", read_aws),
    _kept(r"\.aws/(?:sso|cli)/cache/[^/]+\.json", read_aws_cache),
    _kept(r"\.kube/config", read_kube),
    _kept(rf"{_CONFIG}/gh/hosts\.yml|AppData/Roaming/GitHub CLI/hosts\.yml", read_github),
    _kept(rf"{_CONFIG}/gcloud/(?:application_default_credentials|legacy_credentials/[^/]+/adc)\.json",
          read_gcloud_credentials),
    _kept(rf"{_CONFIG}/gcloud/configurations/config_[^/]+", read_gcloud_configuration),
    _kept(r"\.azure/msal_token_cache\.json", read_azure_cache),
    _kept(r"\.azure/(?:azureProfile|service_principal_entries)\.json", read_azure),
    _kept(r"\.npmrc", read_npm, is_home=False),
    _kept(r"\.pypirc", read_pypi, is_home=False),
    _kept(r"[._]netrc", read_netrc, is_home=False),
    _kept(r"\.docker/config\.json", read_docker),
    _kept(r"\.ssh/config", read_ssh_config),
    _kept(r"\.ssh/(?!config$)[^/]+", read_key, sign=r"\A\s*(?:-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY|PuTTY-User-Key)"),
    _kept(r"\.git-credentials|\.config/git/credentials", read_git),
    _kept(r"(?:\.terraform\.d|AppData/Roaming/terraform\.d)/credentials\.tfrc\.json", read_terraform),
    _kept(r"\.terraformrc|AppData/Roaming/terraform\.rc", read_terraform_settings),
    _kept(r"\.vault-token", read_vault),
    _kept(r"\.config/op/config|\.op/config", read_onepassword),
    _kept(r"\.databrickscfg", read_databricks),
    _kept(r"\.snowflake/(?:connections|config)\.toml|\.snowsql/config", read_snowflake),
)  # fmt: skip


class Workstation:
    """Credentials that lie in home folders."""

    name = "workstation"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise files by where their tools keep them, keys by how they begin."""
        return any(kept.path.search(path) and (kept.sign is None or kept.sign.search(head)) for kept in KEPT)

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read what lies on each machine."""
        found = Gathering()
        for file in files:
            for kept in KEPT:
                if match := kept.path.search(file.path):
                    before = len(found.credentials) + len(found.settings)
                    kept.read(Home(file, quote(file.path[: match.start()]) or "-", kept.is_home, found))
                    if before == len(found.credentials) + len(found.settings):
                        reason = "the file is kept for credentials, and none was found in it"
                        found.skip(Location(file.path), "credentials", "credentials", reason)
                    break
        return found.inventory()


SOURCE = Workstation()
