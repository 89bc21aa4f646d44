"""Credentials of Google Cloud and Azure in a home folder: of people, service accounts and federations.

Shapes are those of Google Cloud, "How Application Default Credentials works"; that of Azure's ``msal_token_cache.json``
is documented by the program only.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from nhiassess.formats.format import EMPTY
from nhiassess.formats.ini import sections
from nhiassess.model.inventory import Identity, Location
from nhiassess.sources.source import quote
from nhiassess.sources.workstations.home import Home, text_of

_IMPERSONATED = re.compile(r"/serviceAccounts/(?P<email>[^/:]{1,300}@[^/:]{1,300}):")
_LAST_SECOND = 253_402_300_799  # of the year 9999


def read_gcloud_credentials(home: Home) -> None:
    """Read credentials of Google Cloud: of a person, a service account, one that is impersonated, or a federation.

    Parameters
    ----------
    home:
        ``application_default_credentials.json``, or ``adc.json`` of an account.
    """
    root = home.file.document.root
    kind = text_of(root.get("type")) or "unknown"
    email, secret = text_of(root.get("client_email")), root.get("private_key")
    target = root.get("service_account_impersonation_url")
    if target is not None and (match := _IMPERSONATED.search((target.text() or "")[:1000])):
        email = match["email"]
    stated = root.get("client_email") or target
    identity = None
    if email and stated is not None:
        id = f"identity:gcp/-/{quote(email)}"
        identity = Identity(id, "service_account", email, "gcp", locations=(home.at(stated),))
    account = home.file.path.split("/")[-2] if home.file.path.endswith("/adc.json") else None
    if identity is None and account and "@" in account:
        person = f"identity:gcp/-/user:{quote(account)}"
        identity = Identity(person, "user", account, "gcp", locations=(Location(home.file.path),))
    source = root if root.get("refresh_token") is not None or secret is not None else root.get("source_credentials")
    refresh = (source or EMPTY).get("refresh_token")
    held = secret if secret is not None else refresh
    place = home.at(held) if held is not None else Location(home.file.path)
    store = "plaintext" if held is not None else "workload_api" if kind == "external_account" else None
    kinds = {"external_account": "oidc_token"}
    home.keep("credentials", place, f"Google Cloud: {kind}", store=store, identity=identity,
              kind="private_key" if secret is not None else kinds.get(kind, "oauth_token"),
              secrets=held.secrets if held is not None else ())  # fmt: skip


def read_gcloud_configuration(home: Home) -> None:
    """Read which account and project a configuration of the Google Cloud command line is for; it holds no secret.

    Parameters
    ----------
    home:
        A file under ``.config/gcloud/configurations``.
    """
    for section in sections(home.file.document):
        for key in ("account", "project", "impersonate_service_account", "credential_file_override"):
            node = section.entries.get(key)
            if node is not None and node.text():
                home.state(f"{section.name}.{key}", node, node.text() or "")


def read_azure_cache(home: Home) -> None:
    """Read the tokens that the Azure command line keeps of each account that is logged in.

    Parameters
    ----------
    home:
        ``.azure/msal_token_cache.json``.
    """
    root = home.file.document.root
    names = {
        text_of(each.get("home_account_id")): text_of(each.get("username"))
        for _, each in (root.get("Account") or EMPTY).items()
    }
    for kind in ("RefreshToken", "AccessToken"):
        for place, (_, entry) in enumerate((root.get(kind) or EMPTY).items()):
            secret = entry.get("secret")
            if secret is None or not secret.text():
                continue
            account = text_of(entry.get("home_account_id")) or ""
            who, _, tenant = account.partition(".")
            identity = None
            stated = entry.get("home_account_id")
            if stated is not None and who and tenant:
                id = f"identity:azure/{quote(tenant)}/{quote(who)}"
                identity = Identity(id, name=names.get(account), provider="azure", locations=(home.at(stated),))
            home.keep(f"{kind}.{place}", home.at(secret), f"{kind} of {names.get(account) or 'an account'}",
                      kind="oauth_token", identity=identity, secrets=secret.secrets,
                      expires=_moment(text_of(entry.get("expires_on"))))  # fmt: skip


def _moment(epoch: str | None) -> str | None:
    if not epoch or not epoch.isascii() or not epoch.isdigit() or len(epoch) > 12:
        return None
    number = int(epoch)
    return datetime.fromtimestamp(number, UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if number <= _LAST_SECOND else None


def read_azure(home: Home) -> None:
    """Read the subscriptions that the Azure command line knows, and the service principals that it logs in as.

    Parameters
    ----------
    home:
        ``.azure/azureProfile.json`` or ``.azure/service_principal_entries.json``.
    """
    root = home.file.document.root
    subscriptions = root.get("subscriptions")
    for each in subscriptions.elements() if subscriptions is not None else ():
        id, user = each.get("id"), text_of(each.get("user", "name"))
        if id is not None and id.text():
            where = f"{user or '-'} in tenant {text_of(each.get('tenantId')) or '-'}"
            home.state(f"subscriptions.{id.text()}", id, where)
    for place, each in enumerate(root.elements()):
        client, tenant = each.get("client_id"), text_of(each.get("tenant"))
        secret = each.get("client_secret") or each.get("certificate")
        if client is None or not client.text() or secret is None or not secret.text():
            continue
        id_ = f"identity:azure/{quote(tenant or '-')}/{quote(client.text() or '')}"
        identity = Identity(id_, "app_registration", client.text(), "azure", locations=(home.at(client),))
        is_key = each.get("client_secret") is not None
        home.keep(f"{place}.{'client_secret' if is_key else 'certificate'}", home.at(secret),
                  f"service principal {client.text()}", kind="client_secret" if is_key else "private_key",
                  store="plaintext" if is_key else None, identity=identity, secrets=secret.secrets)  # fmt: skip
