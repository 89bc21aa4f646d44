"""Whether the conditions of an AWS statement hold for a request of which some keys are known and some are not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from nhiassess.model.inventory import Condition
from nhiassess.permissions.patterns import matches

# key in lower case to its values; None says that the request does not carry it; what is not listed is open, unless the
# part up to a slash is listed as None, which says that no other key of that kind is carried
Request = Mapping[str, tuple[str, ...] | None]
Answer = tuple[bool | None, tuple[str, ...]]  # None: open, with the open conditions in words

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
# how a source notes what is no condition of IAM: whose policy it is, and that its text was not handed over
_MISSING = frozenset({"boundary", "policy", "role"})
_NEGATED = frozenset(
    {
        "stringnotequals",
        "stringnotequalsignorecase",
        "stringnotlike",
        "arnnotequals",
        "arnnotlike",
        "numericnotequals",
        "datenotequals",
        "notipaddress",
    }
)
_WORDS = {
    "cel": "is",
    "stringequals": "is",
    "stringequalsignorecase": "is",
    "arnequals": "is",
    "bool": "is",
    "ipaddress": "is in",
    "numericequals": "is",
    "dateequals": "is",
    "stringlike": "is like",
    "arnlike": "is like",
    "stringnotequals": "is not",
    "stringnotequalsignorecase": "is not",
    "arnnotequals": "is not",
    "numericnotequals": "is not",
    "datenotequals": "is not",
    "stringnotlike": "is not like",
    "arnnotlike": "is not like",
    "notipaddress": "is not in",
    "numericlessthan": "is below",
    "numericlessthanequals": "is at most",
    "numericgreaterthan": "is above",
    "numericgreaterthanequals": "is at least",
    "datelessthan": "is before",
    "datelessthanequals": "is not after",
    "dategreaterthan": "is after",
    "dategreaterthanequals": "is not before",
}


def missing(conditions: Iterable[Condition]) -> str | None:
    """Give what was not in scope, when the conditions say that the text of a policy or role was not."""
    return next((f"{each.operator}: {each.key}" for each in conditions if each.operator in _MISSING), None)


def holds(conditions: Iterable[Condition], request: Request) -> Answer:
    """Tell whether all conditions of a statement hold.

    Parameters
    ----------
    conditions:
        Of one statement; all of them must hold, and of the values of one any suffices.
    request:
        What is known of the request.

    Returns
    -------
    tuple of (bool or None, tuple of str)
        False when one is known not to hold; None when some are open, in words; else True.

    Notes
    -----
    AWS, "IAM JSON policy elements: Condition operators" and "Single-valued vs. multivalued context keys": an
    absent key fails a condition, but passes a negated one, ``...IfExists`` and ``ForAllValues``.

    Examples
    --------
    >>> holds((Condition("StringEquals", "aws:username", ("ada",)),), {"aws:username": ("ada",)})
    (True, ())
    >>> holds((Condition("ForAllValues:StringEquals", "aws:TagKeys", ("team",)),), {"aws:tagkeys": None})
    (True, ())
    >>> holds((Condition("Bool", "aws:MultiFactorAuthPresent", ("true",)),), {})
    (None, ('aws:MultiFactorAuthPresent is true',))
    """
    open_conditions: list[str] = []
    for each in conditions:
        held = _holds(each, request)
        if held is False:
            return False, ()
        if held is None:
            open_conditions.append(in_words(each))
    return (None, tuple(open_conditions)) if open_conditions else (True, ())


def in_words(condition: Condition) -> str:
    """Give a condition as a part of a sentence.

    Examples
    --------
    >>> in_words(Condition("StringNotEquals", "aws:RequestedRegion", ("eu-west-1", "eu-central-1")))
    'aws:RequestedRegion is not eu-west-1 or eu-central-1'
    """
    _, if_exists, operator = _parts(condition.operator)
    if operator == "null":
        absent = condition.values[:1] in (("true",), ())
        return f"{condition.key} is {'absent' if absent else 'present'}"
    word = _WORDS.get(operator, condition.operator)
    shown = " or ".join(condition.values[:4]) + (" or others" if len(condition.values) > 4 else "")
    optional = if_exists or (passes_absent(condition) and not is_negated(condition))
    return f"{condition.key} {word} {shown}" + (", if it is there" if optional else "")


def is_negated(condition: Condition) -> bool:
    """Tell whether a condition says what a value must not be."""
    return _parts(condition.operator)[2] in _NEGATED


def passes_absent(condition: Condition) -> bool:
    """Tell whether a request without the key passes a condition.

    Examples
    --------
    >>> passes_absent(Condition("ForAllValues:StringEquals", "aws:TagKeys", ("team",)))
    True
    >>> passes_absent(Condition("StringEquals", "aws:username", ("ada",)))
    False
    """
    if _parts(condition.operator)[2] == "null":
        return condition.values[:1] == ("true",)
    return _holds(condition, {condition.key.lower(): None}) is True


def resolve(text: str, request: Request) -> tuple[str | None, str | None]:
    """Put the values of policy variables into a pattern.

    Parameters
    ----------
    text:
        A pattern of a statement.
    request:
        What is known of the request.

    Returns
    -------
    tuple of (str or None, str or None)
        The pattern, None when a variable has no value in this request so that nothing matches; and the first
        variable that is open, for which the pattern has a wildcard.

    Examples
    --------
    >>> resolve("arn:aws:s3:::home/${aws:username}/*", {"aws:username": ("ada",)})
    ('arn:aws:s3:::home/ada/*', None)
    >>> resolve("arn:aws:s3:::${aws:PrincipalTag/team}/*", {})
    ('arn:aws:s3:::*/*', 'aws:PrincipalTag/team')
    """
    if "${" not in text:
        return text, None
    unknown: str | None = None
    parts = []
    end = 0
    for match in _VARIABLE.finditer(text):
        name, _, fallback = match[1].partition(",")
        known = _value(name.strip().lower(), request)
        parts.append(text[end : match.start()])
        end = match.end()
        if name in ("*", "?", "$"):
            # stands for the sign itself; no name in AWS contains it
            parts.append("\N{REPLACEMENT CHARACTER}")
        elif known is None:
            if not fallback:
                return None, None
            parts.append(fallback.strip().strip("'"))
        elif known:
            parts.append(known[0])
        else:
            unknown = unknown or name.strip()
            parts.append("*")
    return "".join((*parts, text[end:])), unknown


def _value(key: str, request: Request) -> tuple[str, ...] | None:
    """Give the values of a key; None when the request does not carry it, and none when that is open."""
    kind, slash, _ = key.partition("/")
    return request.get(key, None if slash and kind + slash in request else ())


def _parts(operator: str) -> tuple[str, bool, str]:
    quantifier, _, plain = operator.lower().rpartition(":")
    return quantifier, plain.endswith("ifexists"), plain.removesuffix("ifexists")


def _holds(condition: Condition, request: Request) -> bool | None:
    quantifier, if_exists, operator = _parts(condition.operator)
    if operator in ("principal", "not_principal"):
        return _principal(condition, request, operator == "principal")
    key = condition.key.lower()
    values = _value(key, request)
    if values == ():
        return None
    if operator == "null":
        return (values is None) == (condition.values[:1] == ("true",))
    if values is None:
        return if_exists or quantifier == "forallvalues" or (operator in _NEGATED and quantifier != "foranyvalue")
    compare = _COMPARISONS.get(operator.replace("not", "", 1) if operator in _NEGATED else operator)
    if compare is None:
        return None
    answers = [_any(compare, value, condition.values, request) for value in values]
    if operator in _NEGATED:
        answers = [None if answer is None else not answer for answer in answers]
    every = quantifier == "forallvalues" or (operator in _NEGATED and quantifier != "foranyvalue")
    decisive = not every
    return decisive if decisive in answers else None if None in answers else not decisive


def _any(
    compare: Callable[[str, str], bool | None], value: str, stated: tuple[str, ...], request: Request
) -> bool | None:
    found: list[bool | None] = []
    for each in stated:
        wanted, unknown = resolve(each, request)
        if unknown and wanted is not None:
            found.append(None if matches(wanted, value) else False)
        else:
            found.append(wanted is not None and compare(value, wanted))
    return True if True in found else None if None in found else False


def _principal(condition: Condition, request: Request, wanted: bool) -> bool | None:
    """Match the principals that a resource policy or an organisation's policy names."""
    arn, account = request.get("aws:principalarn"), request.get("aws:principalaccount")
    if "*" in condition.values:
        return wanted
    if condition.key not in ("AWS", "*"):
        return not wanted
    if not arn or not account:
        return None
    root = ":".join((*arn[0].split(":")[:4], account[0], "root"))
    ours = {arn[0], account[0], root}
    return bool(ours & set(condition.values)) == wanted


def _arn(value: str, wanted: str) -> bool:
    ours, theirs = value.split(":", 5), wanted.split(":", 5)
    if len(ours) < 6 or len(theirs) < 6:
        return matches(wanted, value)
    return all(matches(pattern, part) for pattern, part in zip(theirs, ours, strict=True))


def _number(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool | None]:
    def compared(value: str, wanted: str) -> bool | None:
        try:
            return compare(float(value), float(wanted))
        except ValueError:
            return None

    return compared


def _date(compare: Callable[[datetime, datetime], bool]) -> Callable[[str, str], bool | None]:
    def compared(value: str, wanted: str) -> bool | None:
        ours, theirs = _moment(value), _moment(wanted)
        return None if ours is None or theirs is None else compare(ours, theirs)

    return compared


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromtimestamp(float(text), UTC) if text.isdigit() else datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


_COMPARISONS: Mapping[str, Callable[[str, str], bool | None]] = {
    "stringequals": lambda value, wanted: value == wanted,
    "stringequalsignorecase": lambda value, wanted: value.lower() == wanted.lower(),
    "stringlike": lambda value, wanted: matches(wanted, value),
    "arnequals": _arn,
    "arnlike": _arn,
    "bool": lambda value, wanted: value.lower() == wanted.lower(),
    "numericequals": _number(lambda value, wanted: value == wanted),
    "numericlessthan": _number(lambda value, wanted: value < wanted),
    "numericlessthanequals": _number(lambda value, wanted: value <= wanted),
    "numericgreaterthan": _number(lambda value, wanted: value > wanted),
    "numericgreaterthanequals": _number(lambda value, wanted: value >= wanted),
    "dateequals": _date(lambda value, wanted: value == wanted),
    "datelessthan": _date(lambda value, wanted: value < wanted),
    "datelessthanequals": _date(lambda value, wanted: value <= wanted),
    "dategreaterthan": _date(lambda value, wanted: value > wanted),
    "dategreaterthanequals": _date(lambda value, wanted: value >= wanted),
}
