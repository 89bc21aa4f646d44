"""Credentials of data platforms in a home folder: the profiles and connections of Databricks and Snowflake.

Shapes are those of the makers' documentation: Databricks, "Databricks configuration profiles", and Snowflake,
"Configuring connections".
"""

from __future__ import annotations

from nhiassess.formats.format import Node
from nhiassess.formats.ini import sections
from nhiassess.sources.workstations.home import Home, host_of, text_of

_OF_DATABASES = (
    ("token", "pat"),
    ("password", "password"),
    ("client_secret", "client_secret"),
    ("azure_client_secret", "client_secret"),
    ("oauth_client_secret", "client_secret"),
    ("private_key_passphrase", "password"),
    ("private_key_path", "private_key"),
    ("private_key_file", "private_key"),
)


def read_databricks(home: Home) -> None:
    """Read the workspaces that the Databricks command line logs in to.

    Parameters
    ----------
    home:
        ``.databrickscfg``.
    """
    for section in sections(home.file.document):
        entries = dict(section.entries)
        where = host_of(section.text("host") or "-")
        _of_database(home, section.name, entries, f"Databricks {where}")
        kind = section.text("auth_type")
        if kind is not None and not any(key in entries for key, _ in _OF_DATABASES):
            place, store = home.at(entries["auth_type"]), f"secret_manager:{kind}"
            home.keep(f"{section.name}.auth_type", place, f"Databricks {where}", kind="oauth_token", store=store)


def read_snowflake(home: Home) -> None:
    """Read the connections of Snowflake's command lines, with the account, user and role of each.

    Parameters
    ----------
    home:
        ``.snowflake/connections.toml``, ``.snowflake/config.toml`` or ``.snowsql/config``.
    """
    root = home.file.document.root
    if home.file.path.endswith(".toml") and root.is_mapping:
        nested = root.get("connections")
        tables = (nested or root).items()
        found = [(name, dict(table.items())) for name, table in tables if table.is_mapping]
    else:
        found = [(each.name, dict(each.entries)) for each in sections(home.file.document)
                 if each.name.startswith("connections")]  # fmt: skip
    for name, entries in found:
        account, user = (
            next((text for key in keys if (text := text_of(entries.get(key)))), "-")
            for keys in (("account", "accountname"), ("user", "username"))
        )
        for key in ("account", "accountname", "user", "username", "role", "rolename", "authenticator"):
            node = entries.get(key)
            if node is not None and node.text():
                home.state(f"{name}.{key}", node, node.text() or "")
        _of_database(home, name, entries, f"{user} at Snowflake account {account}")


def _of_database(home: Home, name: str, entries: dict[str, Node], known_as: str) -> None:
    for key, kind in _OF_DATABASES:
        node = entries.get(key)
        if node is not None and node.text():
            # a key lies in a file of its own
            store = None if kind == "private_key" else "plaintext"
            home.keep(f"{name}.{key}", home.at(node), known_as, kind=kind, store=store, secrets=node.secrets)
