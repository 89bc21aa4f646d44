"""Whether the conditions of an AWS statement hold, as far as the request is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nhiassess.model.inventory import Condition
from nhiassess.permissions.permission import pattern

# key to its values; an empty tuple says that the key is known to be absent from the request
Request = Mapping[str, tuple[str, ...]]
# the keys that any caller of a policy variable may be
_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequals",
    "stringnotlike": "stringlike",
    "arnnotequals": "stringlike",
    "arnnotlike": "stringlike",
}
_LIKE = {"stringequals": False, "stringequalsignorecase": False, "stringlike": True, "arnequals": True, "arnlike": True}


def hold(conditions: Sequence[Condition], request: Request) -> tuple[bool | None, tuple[str, ...]]:
    """Tell whether all conditions hold, and name those that are open.

    Parameters
    ----------
    conditions:
        Of one statement; all must hold.
    request:
        What is known of the request, by lower-case key.

    Returns
    -------
    bool or None, and the open conditions in words
        False as soon as one is known not to hold; None while one is open.

    Notes
    -----
    IAM User Guide, "Creating a condition with multiple keys or values": values of one key are alternatives, a
    key that is absent fails a positive operator, passes a negated one, ``...IfExists`` and ``ForAllValues``.

    Examples
    --------
    >>> hold([Condition("Bool", "aws:MultiFactorAuthPresent", ("true",))], {})
    (None, ('aws:MultiFactorAuthPresent is true',))
    """
    open_: list[str] = []
    for condition in conditions:
        answer = _holds(condition, request)
        if answer is False:
            return False, ()
        if answer is None:
            open_.append(in_words(condition))
    return (None if open_ else True), tuple(open_)


def in_words(condition: Condition) -> str:
    """Print a condition as a reader says it.

    Examples
    --------
    >>> in_words(Condition("StringLike", "sts:ExternalId", ("a", "b")))
    'sts:ExternalId is like a or b'
    """
    operator = condition.operator.lower().rpartition(":")[2].removesuffix("ifexists")
    verb = {
        "stringequals": "is",
        "bool": "is",
        "stringlike": "is like",
        "arnlike": "is like",
        "arnequals": "is",
        "stringnotequals": "is not",
        "stringnotlike": "is not like",
        "null": "is absent:",
    }.get(operator, condition.operator)
    return " ".join([condition.key, verb, " or ".join(condition.values)]).strip()


def _holds(condition: Condition, request: Request) -> bool | None:
    operator = condition.operator.lower()
    quantifier, _, plain = operator.rpartition(":")
    if_exists = plain.endswith("ifexists")
    plain = plain.removesuffix("ifexists")
    values = request.get(condition.key.lower())
    if plain == "null":
        return None if values is None else (not values) == (condition.values[:1] == ("true",))
    if values is None:
        return None
    if not values:
        return if_exists or quantifier == "forallvalues" or plain in _NEGATED or plain.startswith("not")
    negated = plain in _NEGATED
    base = _NEGATED.get(plain, plain)
    if base == "bool":
        return any(value.lower() == wanted.lower() for value in values for wanted in condition.values)
    if base not in _LIKE:
        return None
    matched = [any(_equal(value, wanted, _LIKE[base]) for wanted in condition.values) for value in values]
    found = all(matched) if quantifier == "forallvalues" else any(matched)
    return not found if negated else found


def _equal(value: str, wanted: str, like: bool) -> bool:
    return bool(pattern(wanted).fullmatch(value)) if like else value.casefold() == wanted.casefold()
