"""Access that applications were granted to services in the cloud, as the services list it: scopes, consent, last use.

Read are Google Workspace (Directory API, resource ``tokens``), Entra (Microsoft Graph, ``oAuth2PermissionGrant``),
Salesforce (object ``OauthToken``), Okta, Slack and GitHub. Sheets of the same fields are read too: what PowerShell,
GAM and query tools write as CSV has the field names of the interface, which was not verified for each tool.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nhiassess.formats.sheet import headers
from nhiassess.model.inventory import Condition, Inventory
from nhiassess.sources.access.github_rules import read_deploy_keys, read_environments, read_rulesets
from nhiassess.sources.access.saas_access import Clients, entries, listed, moment, nameless, pick, words
from nhiassess.sources.access.saas_github import read_installations
from nhiassess.sources.access.saas_okta import read_apps, read_grants
from nhiassess.sources.access.saas_slack import read_log, read_manifest
from nhiassess.sources.access.sheet_columns import is_sheet
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
# masked secrets move what the first 4,096 characters held
_HEAD = 8192
# what the interface calls consent, and whose it is
_CONSENT = {"allprincipals": "admin", "principal": "user"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of export: the keys that tell it, all of one set, and how it is read."""

    read: Callable[[ReadFile, Gathering], None]
    keys: tuple[frozenset[str], ...]
    sheet: frozenset[str] | None = None  # headers in small letters, when sheets are read too


class SaasGrants:
    """Exports of services that list their applications."""

    name = "saas_grants"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise exports by the keys that only they have together."""
        return bool(_kinds(path, head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read clients, grants, tokens and whose consent they rest on."""
        found = Gathering()
        for file in files:
            for kind in _kinds(file.path, file.document.text[:_HEAD]):
                kind.read(file, found)
        return found.inventory()


def _kinds(path: str, head: str) -> list[Kind]:
    """Tell the kinds of a file by its beginning: keys of JSON and YAML, or headers of a sheet."""
    if is_sheet(path):
        names = {each.strip().lower() for each in headers(head)}
        return [kind for kind in _KINDS if kind.sheet and kind.sheet <= names]
    if not path.lower().endswith((".json", ".jsonl", ".ndjson", ".yaml", ".yml")):
        return []
    keys = {found[1] or found[2] for found in _KEY.finditer(head)}
    marks = {found[1] for found in _MARK.finditer(head)}
    return [kind for kind in _KINDS if any(each <= keys | marks for each in kind.keys)]


_KEY = re.compile(r"\"([\w@.]{1,60})\"\s{0,20}:|^[ -]{0,40}([A-Za-z_]\w{0,60}):(?=\s|$)", re.M)
# values that name the type of a record
_MARK = re.compile(r"\"(admin#directory#token(?:List)?|OauthToken)\"")


def _read_google(file: ReadFile, found: Gathering) -> None:
    clients = Clients(file, found, "google-workspace")
    unnamed = []
    for dotted, node in entries(file, "items", "tokens"):
        client = words(node, "clientId", "ClientId", "clientid")
        if client is None:
            unnamed.append((dotted, node))
            continue
        name = words(node, "displayText", "displaytext")
        id = clients.client(f"identity:google-workspace/-/{quote(client)}", node, name=name)
        user = words(node, "userKey", "userkey", "user", "User") or "-"
        scopes = listed(pick(node, "scopes", "Scopes"))
        clients.granted(id, node, dotted, scopes, f"google-workspace:{user}", policy="token")
        clients.token(id, node, dotted, scopes, name=name)
        # each token was issued by the person whom it is for
        clients.says(node, dotted, name or client, "consent", "user")
        for key in ("nativeApp", "anonymous"):
            clients.says(pick(node, key, key.lower()), dotted, name or client, key)
    nameless(clients, unnamed, "workspace token", "clientId")
    clients.done("workspace token")


def _read_entra(file: ReadFile, found: Gathering) -> None:
    clients = Clients(file, found, "azure")
    unnamed = []
    for dotted, node in entries(file, "value"):
        client = words(node, "clientId", "ClientId")
        if client is None:
            unnamed.append((dotted, node))
            continue
        # the object id of a service principal; what kind of one, another answer says
        id = clients.client(_azure(client), node, None)
        scopes = listed(pick(node, "scope", "Scope"))
        resource = words(node, "resourceId", "ResourceId") or "-"
        consent = words(node, "consentType", "ConsentType") or ""
        person = words(node, "principalId", "PrincipalId")
        conditions = (Condition("equals", "principalId", (person,)),) if person else ()
        clients.granted(
            id, node, dotted, scopes, f"azure:{resource}", policy="oAuth2PermissionGrant", conditions=conditions
        )
        clients.token(id, node, dotted, scopes, audience=resource if resource != "-" else None)
        stated = pick(node, "consentType", "ConsentType")
        clients.says(stated, dotted, client, "consent", _CONSENT.get(consent.lower(), consent))
    nameless(clients, unnamed, "permission grant", "clientId")
    clients.done("permission grant")


def _azure(id: str) -> str:
    return f"identity:azure/-/{id.lower() if _GUID.fullmatch(id) else quote(id)}"


def _read_salesforce(file: ReadFile, found: Gathering) -> None:
    clients = Clients(file, found, "salesforce")
    unnamed = []
    for dotted, node in entries(file, "records", "result"):
        name = words(node, "AppName", "appname")
        if name is None:
            unnamed.append((dotted, node))
            continue
        said = words(node, "LastUsedDate", "lastuseddate")
        used = moment(said)
        if said and used is None:
            clients.skip(node, f"{dotted}.LastUsedDate", "date", f'"{said[:40]}" is no date that reads in one way only')
        created = moment(words(node, "CreatedDate", "createddate"))
        id = clients.client(f"identity:salesforce/-/{quote(name)}", node, name=name, last_used=used)
        user = words(node, "UserId", "userid") or "-"
        # the object does not say with which scopes a token was given
        clients.granted(id, node, dotted, (), f"salesforce:{user}", policy="OauthToken", last_used=used)
        clients.token(id, node, dotted, (), name=name, issued=created)
        clients.says(pick(node, "UseCount", "usecount"), dotted, name, "UseCount")
        for key in ("AccessToken", "DeleteToken", "RequestToken"):
            clients.secret(id, pick(node, key, key.lower()), f"{dotted}.{key}", "oauth_token")
    nameless(clients, unnamed, "connected app token", "AppName")
    done = file.document.root.get("done")
    if done is not None and done.flag() is False:
        clients.skip(done, "done", "incomplete", "one page of several: tokens of the others are not known")
    clients.done("connected app token")


def _any(*sets: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split()) for each in sets)


_KINDS = (
    Kind(
        _read_google,
        _any("admin#directory#token", "admin#directory#tokenList", "clientId displayText scopes userKey"),
        frozenset({"clientid", "displaytext", "scopes"}),
    ),
    Kind(
        _read_entra,
        _any("clientId consentType resourceId", "ClientId ConsentType ResourceId"),
        frozenset({"clientid", "consenttype", "resourceid", "scope"}),
    ),
    Kind(
        _read_salesforce,
        _any("OauthToken AppName", "AppName UseCount LastUsedDate"),
        frozenset({"appname", "usecount", "lastuseddate"}),
    ),
    Kind(read_apps, _any("signOnMode status", "signOnMode label")),
    Kind(read_grants, _any("scopeId issuer", "scopeId clientId status")),
    Kind(
        read_manifest,
        _any("display_information oauth_config", "display_information settings", "display_information features"),
    ),
    Kind(read_log, _any("logs change_type app_type", "logs change_type service_type")),
    Kind(read_environments, _any("protection_rules deployment_branch_policy", "environments protection_rules")),
    Kind(read_rulesets, _any("source_type enforcement rules")),
    Kind(read_deploy_keys, _any("read_only key title verified", "read_only key title added_by")),
    Kind(read_installations, _any("repository_selection app_slug", "repository_selection app_id permissions")),
)

SOURCE = SaasGrants()
