"""Who may sign in to an application of Entra, who is let in without consent, and where what it hands out is sent.

Fields are those of the ``application`` of Microsoft Graph, and of the manifest that Azure AD Graph had before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.format import EMPTY, Node
from nhiassess.sources.azure.names import text
from nhiassess.sources.clients.mcp_servers import setting
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile

# whoever signs in may be of any organisation, or of none
_OPEN = frozenset({"AzureADMultipleOrgs", "AzureADandPersonalMicrosoftAccount", "PersonalMicrosoftAccount"})
_CLIENTS = ("web", "spa", "publicClient")
_LOCAL = re.compile(r"(?i)^http://(?:localhost|127\.0\.0\.1|\[::1\])(?=[:/?#]|$)")


def read_sign_in(file: ReadFile, node: Node, dotted: str, found: Gathering) -> None:
    """Read what an application states of its sign-in and departs from the closed case.

    Parameters
    ----------
    file, node, dotted:
        The file, the application in it, and the path to it.
    found:
        What was gathered; it is added to.

    Notes
    -----
    A code or a token that is sent to an address without TLS can be read on the way; one on the own machine does not
    leave it. The applications that are pre-authorised get delegated permissions without asking the user.
    """
    for key, each in _stated(node):
        found.settings.append(setting(file, each, dotted + key, each.text(), None, "project", listed=True))
    other = node.get("availableToOtherTenants") or EMPTY
    if other.flag():
        found.settings.append(setting(file, other, f"{dotted}availableToOtherTenants", "true", None, "project"))


def _stated(node: Node) -> Iterator[tuple[str, Node]]:
    audience = node.get("signInAudience")
    if audience is not None and audience.text() in _OPEN:
        yield "signInAudience", audience
    for path in (("api", "preAuthorizedApplications"), ("preAuthorizedApplications",)):
        for each in (node.get(*path) or EMPTY).elements():
            if text(each, "appId"):
                yield ".".join(path), each.get("appId") or each
    for client in _CLIENTS:
        for each in (node.get(client, "redirectUris") or EMPTY).elements():
            if _is_plain(each):
                yield f"{client}.redirectUris", each
    for each in (node.get("replyUrlsWithType") or EMPTY).elements():
        if _is_plain(each.get("url") or EMPTY):
            yield "replyUrlsWithType", each.get("url") or each


def _is_plain(address: Node) -> bool:
    text = address.text() or ""
    return text[:7].lower() == "http://" and not _LOCAL.match(text)
