"""The arguments of steps in a Jenkinsfile: which credentials they bind to which variables, which role, how long."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nhiassess.formats.groovy import Token

_UNITS = {"SECONDS": 1, "MINUTES": 60, "HOURS": 3600, "DAYS": 86_400}
_IDS = frozenset({"credentialsId", "credentials", "vaultCredentialId"})


@dataclass(frozen=True, slots=True)
class Binding:
    """A credential of Jenkins that is bound to variables: its id, its kind of binding, and the variables."""

    id: str
    how: str
    variables: tuple[str, ...]
    token: Token


def argument(arguments: Sequence[Token], *names: str) -> Token | None:
    """Give the string that an argument of one of some names has.

    Examples
    --------
    >>> from nhiassess.formats.groovy import tokens
    >>> getattr(argument(tokens("a: 'x', job: 'deploy'"), "job"), "text", None)
    'deploy'
    """
    for place, each in enumerate(arguments[:-2]):
        if each.is_name(*names) and arguments[place + 1].is_sign(":") and arguments[place + 2].kind == "string":
            return arguments[place + 2]
    return None


def bindings(step: str, arguments: Sequence[Token]) -> list[Binding]:
    """Read the credentials that a step binds, each with the variables that hold them."""
    found: list[Binding] = []
    how = step
    for place, each in enumerate(arguments):
        following = arguments[place + 1] if place + 1 < len(arguments) else each
        value = arguments[place + 2] if place + 2 < len(arguments) else each
        if each.kind == "name" and following.is_sign("("):
            how = each.text
        elif each.kind == "name" and following.is_sign(":"):
            if value.is_sign("[") and place + 3 < len(arguments):
                value = arguments[place + 3]
            if each.text in _IDS and value.kind == "string" and not value.is_open:
                found.append(Binding(value.text, how, (), value))
            elif each.text.lower().endswith("variable") and value.kind == "string" and found:
                last = found[-1]
                found[-1] = Binding(last.id, last.how, (*last.variables, value.text), last.token)
        elif each.kind == "string" and step == "sshagent" and not any(one.token is each for one in found[-1:]):
            found.append(Binding(each.text, step, (), each))
    strings = [each for each in arguments if each.kind == "string"]
    if step == "withRegistry" and len(strings) > 1 and not strings[1].is_open:
        found.append(Binding(strings[1].text, step, (), strings[1]))
    return found


def seconds(arguments: Sequence[Token]) -> int | None:
    """Read the arguments of ``timeout``; a number alone is minutes."""
    number = next((each.text for each in arguments if each.kind == "number"), "")
    unit = argument(arguments, "unit")
    if not re.fullmatch(r"\d{1,9}", number):
        return None
    return int(number) * _UNITS.get(unit.text if unit is not None else "MINUTES", 60)


def role(arguments: Sequence[Token]) -> list[tuple[Token, str]]:
    """Give the role that ``withAWS`` asks to become, with the token that names it; "$" when it is computed."""
    named, account = argument(arguments, "role", "roleArn"), argument(arguments, "roleAccount")
    if named is None:
        return []
    whole = named.text
    if not whole.startswith("arn:") and account is not None:
        whole = f"arn:aws:iam::{account.text}:role/{whole}"
    return [(named, "$" if named.is_open else whole)]
