"""Keys of service accounts, files with such keys, and configurations that trade outside tokens for theirs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Credential, Resource, Setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.gcp.names import account, account_id, is_open
from nhiassess.sources.source import ReadFile, folder, link, quote

_KEY = re.compile(r"projects/[^/]+/serviceAccounts/([^/]+)/keys/([^/]+)")
_IMPERSONATED = re.compile(r"/serviceAccounts/([^/:]+):generateAccessToken$")


def is_key(node: Node) -> bool:
    """Tell whether a value is a key as ``gcloud iam service-accounts keys list`` prints it."""
    return bool(_KEY.fullmatch(_text(node, "name"))) and (
        node.get("keyType") is not None or node.get("validAfterTime") is not None
    )


def read_key(
    file: ReadFile, node: Node, dotted: str, files: Mapping[str, str], emails: Mapping[str, str], found: Gathering
) -> None:
    """Read a key: since when and until when it is accepted, and as whom.

    Parameters
    ----------
    file, node, dotted:
        The file, the key in it, and the path to it.
    files:
        The credentials that key files hold, by the id of the key.
    emails:
        Addresses of service accounts by their numbers.
    found:
        What was gathered; it is added to.

    Notes
    -----
    Google Cloud, REST resource ``projects.serviceAccounts.keys``. A key that Google manages is rotated by Google
    and given to nobody: it is left out. A list of keys doesn't show where the private half of one lies.
    """
    named, disabled = _KEY.fullmatch(_text(node, "name")), node.get("disabled")
    if named is None or _text(node, "keyType") == "SYSTEM_MANAGED":
        return
    email, key = emails.get(named[1], named[1]), named[2]
    place = node.get("name") or node
    if disabled is not None and disabled.flag() is True:
        id = f"setting:{quote(file.path)}#{quote(dotted)}disabled"
        stated = Setting(id, key=f"keys.{key}.disabled", value="true", locations=(file.at(disabled),))
        found.settings.append(stated)
        return
    issued, expires = _text(node, "validAfterTime") or None, _text(node, "validBeforeTime") or None
    id = files.get(key, f"credential:{quote(file.path)}#{quote(dotted)}name")
    found.credentials.append(
        Credential(
            id,
            kind="private_key",
            name=None if key in files else key,
            lifetime_seconds=_seconds(issued, expires),
            issued=issued,
            expires=expires,
            locations=(file.at(place),),
        )
    )
    found.identities.append(account(email, file.at(place)))
    found.links.append(link(id, "authenticates_as", account_id(email), file.at(place)))


def _seconds(issued: str | None, expires: str | None) -> int | None:
    try:
        return int((datetime.fromisoformat(expires or "") - datetime.fromisoformat(issued or "")).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


def key_id(node: Node) -> str:
    """Give the id of the key that a key file holds."""
    return _text(node, "private_key_id")


def read_key_file(file: ReadFile, node: Node, found: Gathering) -> str | None:
    """Read a key file: the machine that it lies on holds a private key that is accepted as a service account.

    Parameters
    ----------
    file, node:
        The file, and its root.
    found:
        What was gathered; it is added to.

    Returns
    -------
    str or None
        The id of the credential; None when the file names no account or holds no key.
    """
    email, key = node.get("client_email"), node.get("private_key")
    address = _text(node, "client_email")
    if email is None or key is None or is_open(address):
        found.skip(file.at(node), "client_email", "key file", "whose key it is stands in no file")
        return None
    host = f"resource:host/{folder(file.path)}"
    id = found.hold(file, key, "private_key", host)
    if id is None:
        found.skip(file.at(key), "private_key", "key file", "there is a placeholder where the key should be")
        return None
    found.resources.append(Resource(host, provider="host", locations=(file.at(key),)))
    found.identities.append(account(address, file.at(email)))
    found.links.append(link(id, "authenticates_as", account_id(address), file.at(email)))
    return id


def read_external(file: ReadFile, node: Node, found: Gathering) -> None:
    """Read a configuration of type ``external_account``: it holds no secret, but says where a token comes from.

    Parameters
    ----------
    file, node:
        The file, and its root.
    found:
        What was gathered; it is added to.

    Notes
    -----
    Google, AIP-4117 "External Account Credentials". Without impersonation the token is that of the pool's own
    identity, whose subject no file shows.
    """
    audience = node.get("audience")
    place = file.at(audience if audience is not None else node)
    host = f"resource:host/{folder(file.path)}"
    id = f"credential:{quote(file.path)}#credential_source"
    name = next(
        (key for key in ("file", "url", "executable", "environment_id") if node.get("credential_source", key)), ""
    )
    issued = Credential(
        id,
        kind="oidc_token",
        store="workload_api",
        name=f"credential_source.{name}" if name else "credential_source",
        lifetime_seconds=_lifetime(node),
        audience=_text(node, "audience") or None,
        locations=(place,),
    )
    found.credentials.append(issued)
    found.resources.append(Resource(host, provider="host", locations=(place,)))
    found.links.append(link(host, "holds", id, place))
    url = node.get("service_account_impersonation_url")
    named = _IMPERSONATED.search(_text(node, "service_account_impersonation_url"))
    if url is not None and named is not None and not is_open(named[1]):
        found.identities.append(account(named[1], file.at(url)))
        reason = "traded for a token of the service account"
        found.links.append(link(id, "authenticates_as", account_id(named[1]), file.at(url), reason=reason))
    else:
        why = "the token stands for an identity of the pool, whose subject is in no file"
        found.skip(place, "service_account_impersonation_url", "external account", why)


def _lifetime(node: Node) -> int | None:
    stated = node.get("service_account_impersonation", "token_lifetime_seconds")
    return stated.whole() if stated is not None else None


def _text(node: Node, key: str) -> str:
    value = node.get(key)
    return (value.text() or "") if value is not None else ""
