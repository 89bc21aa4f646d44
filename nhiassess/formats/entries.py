"""What stands beside a value may tell what it is: its name, that it is a secret, or what the value after it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from nhiassess.formats.format import Node

# keys whose value is known by another name: that of a key beside them, or else of the mapping they stand in
VALUES = frozenset({
    "value", "Value", "default", "Default", "defaultValue", "DefaultValue", "Fn::Sub", "plainText", "literal",
    "stringValue", "const", "ParameterValue", "example", "values", "exact",
})  # fmt: skip
_NAMES = ("name", "Name", "key", "Key", "variable", "header", "env", "envVar", "var", "ParameterKey")
# members by which an entry says that its value is a secret
_SAYS = {
    "value_type": {"secret"}, "type": {"securestring", "secureobject", "password"}, "NoEcho": {"true"},
    "sensitive": {"true"}, "secret": {"true"}, "isSecret": {"true"}, "is_secret": {"true"}, "masked": {"true"},
}  # fmt: skip
# those of them that hold no word that goes with secrets, and a user at the end of a text
_SAID = re.compile(
    r"NoEcho|sensitive|masked|secure(?:String|Object|string|object)"
    r"|Secure(?:String|Object|string|object)"
)
_USER_LAST = re.compile(r":(?<=\w:)[\"']")
# names that declare nothing by themselves, but do so in what they stand in
WITHIN = {
    ("keyauth_credentials", "key"): "api_key",
    ("backendAuth", "key"): "api_key",
    ("auth", "client_token"): "token",
}
# the name for what a list of Kubernetes secrets holds, and what is sent to change one: neither says so itself
OF_SECRETS = "items of SecretList"
_BODIES = ("requestObject", "responseObject")
# a text whose last words name, or begin, what the next one holds
_NAMES_NEXT = re.compile(r"(?P<name>[A-Za-z_][\w-]{1,80})[\"']?\s{0,3}[=:]\s{0,3}[\"']?\Z")
_USER = re.compile(r"://[^\s/@:]{0,200}:\Z")


def said(text: str) -> Iterator[int]:
    """Give the offsets at which a text may say of a value that it is a secret, without a word that goes with secrets.

    Examples
    --------
    >>> list(said("masked: postgres://app:'"))
    [0, 23]
    """
    yield from (found.start() for found in _SAID.finditer(text))
    yield from (found.end() - 1 for found in _USER_LAST.finditer(text))


def known_as(value: Mapping[str, Node]) -> str:
    """Give the name by which the value of an entry is known: beside it, or in the path that a change is made at.

    Examples
    --------
    >>> known_as({"name": Node("API_KEY"), "value": Node("x")}), known_as({"a": Node("x")})
    ('API_KEY', '')
    """
    for key in (*_NAMES, "path") if "op" in value else _NAMES:
        if key in value and (text := value[key].text()):
            return text
    return ""


def says_secret(value: Mapping[str, Node]) -> bool:
    """Tell whether an entry says that its value is a secret.

    Examples
    --------
    >>> says_secret({"type": Node("secureString"), "defaultValue": Node("x")}), says_secret({"type": Node("string")})
    (True, False)
    """
    return any(key in value and str(value[key].value).lower() in words for key, words in _SAYS.items())


def holds_secrets(node: Node, key: str) -> bool:
    """Tell whether a member of an object of Kubernetes, or of an audit event, holds secrets without saying so itself.

    Parameters
    ----------
    node, key:
        The object, and the key of the member.
    """
    if key == "items":
        kind = node.get("kind")
        return kind is not None and kind.value == "SecretList"
    if key not in _BODIES or node.get(key, "kind") is not None:
        return False
    about = node.get("objectRef", "resource")
    return about is not None and about.value == "secrets"


def announced(value: object, following: Sequence[Node]) -> str:
    """Give the name that one text of a list gives to the next: a flag, a variable, or a user before a host.

    Parameters
    ----------
    value, following:
        The text, and the two nodes after it.

    Examples
    --------
    >>> announced("--token", ()), announced("API_KEY=", ()), announced("postgres://app:", (Node("x"), Node("@db/x")))
    ('token', 'API_KEY', 'password')
    """
    if not isinstance(value, str) or not value:
        return ""
    if value.startswith("-") and "=" not in value:
        return value.lstrip("-")
    if value[-1] not in "=:\"' ":
        return ""
    if _USER.search(value[-300:]):
        return "password" if len(following) == 2 and (following[1].text() or "").startswith("@") else ""
    found = _NAMES_NEXT.search(value[-100:])
    return found["name"] if found else ""
