"""Accounts of a privileged-access vault, as sheets: the safe, how long a checkout lasts, who approves, how it rotates.

No standard fixes the columns; they are told by their headers, in spellings of vault products and of people. None of
them was verified against an export of a product.
"""

from __future__ import annotations

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Credential, Identity
from nhiassess.sources.access.saas_access import Clients
from nhiassess.sources.access.sheet_columns import day, fields, fields_of_head, seconds, spelled, stated
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

_COLUMNS = spelled(
    account="account, account name, privileged account, object name, username, user name, target account, konto,"
    "kontoname, benutzername, privilegiertes konto",
    safe="safe, safe name, vault, folder, secret folder, safename, tresor, ordner",
    address="address, target, target system, host, server, machine, adresse, zielsystem",
    checkout="checkout duration, check out duration, maximum checkout, max checkout, checkout time, session duration,"
    "access duration, max session duration, ausleihdauer, nutzungsdauer, zugriffsdauer",
    approver="approver, approvers, approval group, approving role, approved by, genehmiger, freigabe durch",
    approval="approval required, dual control, requires approval, genehmigung erforderlich, vier augen prinzip",
    rotation="rotation, rotation interval, rotation period, password rotation, change interval,"
    "password change interval, rotationsintervall, wechselintervall",
    rotated="last rotated, last changed, last change, last password change, last rotation, zuletzt gewechselt,"
    "letzte rotation, letzter wechsel",
    once="one time password, rotate after use, rotate on check in, change on check in, einmalpasswort",
    type="account type, type, kind, kontotyp, typ",
    owner="owner, account owner, business owner, eigentuemer, verantwortlicher, verantwortlich",
    last_used="last used, last checkout, last accessed, zuletzt genutzt, letzte nutzung",
    clear="password, secret, kennwort, passwort",
)
_ASKED = ("checkout", "approver", "approval", "rotation", "rotated", "once")
_SETTINGS = ("checkout", "approver", "approval", "rotation", "once", "type", "address")
_YES = frozenset({"yes", "true", "ja", "y", "1", "enabled", "on", "x"})
# words for kinds of accounts that leave no doubt
_KINDS = {
    "service": "service_account", "service account": "service_account", "application": "service_account",
    "non-human": "service_account", "machine": "service_account", "dienstkonto": "service_account",
    "technisch": "service_account", "technischer benutzer": "service_account", "human": "human", "person": "human",
    "personal": "human", "named user": "human", "persoenlich": "human",
}  # fmt: skip
_MOST = 50


def is_accounts(path: str, head: str) -> bool:
    """Tell from its headers whether a sheet lists privileged accounts."""
    found = fields_of_head(path, head, _COLUMNS)
    return "account" in found and "safe" in found and any(each in found for each in _ASKED)


def read_accounts(file: ReadFile, found: Gathering) -> None:
    """Read every account of a sheet."""
    rows = file.document.root.elements()
    columns = fields((key for key, _ in rows[0].items()), _COLUMNS) if rows else {}
    clients = Clients(file, found, "pam")
    nameless, unclear = 0, 0
    for row in rows:
        said = {field: cell for field, names in columns.items() if (cell := stated(row, names)) is not None}
        if "account" not in said:
            nameless += 1
            continue
        unclear += _read_account(clients, row, {field: text for field, (text, _) in said.items()}, said, unclear)
    if nameless:
        clients.skip(None, "nameless", "account row", f"{nameless} of {len(rows)} rows have no account")
    used = {names[0] for names in columns.values()}
    left = [key for key, _ in rows[0].items() if key not in used] if rows else []
    if left:
        clients.skip(None, "columns", "columns", f"columns that no field takes were left: {', '.join(left[:_MOST])}")


def _read_account(
    clients: Clients, row: Node, text: dict[str, str], said: dict[str, tuple[str, Node]], told: int
) -> int:
    file, found = clients.file, clients.found
    place = file.at(row)
    safe, account = text.get("safe", "-"), text["account"]
    name = f"{safe}/{account}" + (f"@{text['address']}" if "address" in text else "")
    dates = {key: day(text[key]) for key in ("rotated", "last_used") if key in text}
    spans = {key: seconds(text[key]) for key in ("checkout", "rotation") if key in text}
    once = text.get("once", "").lower() in _YES
    id = f"identity:pam/-/{quote(name)}"
    found.identities.append(
        Identity(
            id,
            _KINDS.get(text.get("type", "").casefold()),
            name,
            "pam",
            owner=text.get("owner"),
            last_used=dates.get("last_used"),
            locations=(place,),
        )
    )
    # a password that changes after each use lives as long as a checkout, any other until it is rotated
    credential = f"credential:{quote(file.path)}#{quote(name)}"
    found.credentials.append(
        Credential(
            credential,
            "password",
            f"secret_manager:pam:{name}",
            account,
            lifetime_seconds=spans.get("checkout" if once else "rotation"),
            rotated=dates.get("rotated"),
            locations=(place,),
        )
    )
    found.links.append(link(credential, "authenticates_as", id, place))
    if "clear" in said:
        clients.secret(id, said["clear"][1], f"{name}.password", "password")
    for field in _SETTINGS:
        if field in said:
            clients.says(said[field][1], name, name, field)
    odd = [key for key, value in (*dates.items(), *spans.items()) if value is None]
    for key in odd if told < _MOST else ():
        clients.skip(said[key][1], f"{name}.{key}", "account cell", f'"{text[key][:40]}" is no date or span of time')
    return len(odd)
