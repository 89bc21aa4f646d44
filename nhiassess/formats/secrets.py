"""The one detector of secrets: which parts of a text are secret, of what kind, and how that is known."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

from nhiassess.formats.format import Confidence, How
from nhiassess.formats.issued import issued
from nhiassess.formats.likeness import CODE, looks_random, looks_secret, no_secret
from nhiassess.formats.names import SIGN, SMALL_SIGN, declares, hints
from nhiassess.formats.references import Reference, is_placeholder, reference, without_references
from nhiassess.formats.sight import BARE, GO_DSN, Span, everywhere

__all__ = [
    "Reference",
    "Span",
    "apart",
    "everywhere",
    "find",
    "find_in_prose",
    "is_placeholder",
    "reference",
    "suspicious",
]


_ASSIGN = re.compile(
    r"(?P<before>[?&]|--?|)(?<![A-Za-z0-9_])(?P<name>[A-Za-z_][A-Za-z0-9_-]{1,80})(?P<close>\\{0,3}[\"'])?\]?"
    # a declaration may name a type, and a condition compares
    r"(?P<sep>(?:[ \t]{0,3}:[ \t]{0,3}|[ \t]{1,3})(?:[Ss]tring|&(?:'static )?str)[ \t]{1,3}=[ \t]{0,3}"
    r"|[ \t]{0,3}(?:=>|:=|!?={2,3}|!=|=|:)[ \t]{0,3})"
)


def _value(bare: str) -> re.Pattern[str]:
    return re.compile(
        r"(?P<quote>[\"'])(?P<quoted>(?:\\.|[^\n])*?)(?=(?P=quote)|\n|\Z)"
        r"|(?P<escaped>\\{1,3}[\"'])(?P<inner>[^\n]*?)(?=(?P=escaped)|\n|\Z)"
        rf"|(?P<bare>{bare})"
    )


# with what may stand before it
_LONGEST_NAME = 83
_VALUE = _value(BARE)
# of several in one address or connection string each ends before the next
_PARAMETER = _value(BARE.replace("`]", "`&#]"))
_SETTING = _value(BARE.replace("`]", "`;]"))
_CONNECTION = re.compile(r"=[^;\n]{0,500};\s{0,10}[\w ]{1,60}=")
_QUOTE = r"(?:\\{0,3}[\"'])"
# one string and the next of a list, in source code
_NEXT = rf"{_QUOTE},\s{{0,20}}{_QUOTE}"
_FLAG = re.compile(rf"-(?<![^\s\"'`(\[]-)-?(?P<name>[A-Za-z][\w-]{{2,60}})(?:\s+[\"']?|{_NEXT})(?P<part>(?!-){BARE})")
# a name and its value as two members of one mapping, which lists of variables and headers have
_MEMBERS = re.compile(
    rf"\b(?:name|key|variable|header){_QUOTE}?\s{{0,3}}[:=]\s{{0,3}}{_QUOTE}?(?P<name>[A-Za-z_][\w.-]{{1,80}}){_QUOTE}?"
    rf"\s{{0,3}}(?:,|\\n|\n)\s{{0,60}}{_QUOTE}?value{_QUOTE}?\s{{0,3}}[:=]\s{{0,3}}"
)
_NETRC = re.compile(r"\b(?:machine\s+\S+|default)\s+(?:(?:login|account)\s+\S+\s+){0,2}password\s+(?P<part>\S+)")
_ENTRY = re.compile(
    r"\s*(?:export\s+|-e\s+|--env\s+|--?)?(?P<name>[A-Za-z_][\w.-]{0,80}?)\s*(?P<sep>[=:])\s*(?P<part>\S.*)\Z",
    re.S,
)
_LINE = re.compile(
    r"(?m)^[ \t]*(?:[-*#;/]+[ \t]*)?(?:export[ \t]+)?(?P<name>[A-Za-z_/:.][\w.:/-]{0,200})[ \t]*(?P<sep>[=:])"
    rf"[ \t]*[\"']?(?P<part>{BARE})[\"']?[ \t]*+,?\r?$"
)
_DEFAULT = re.compile(r"\$\{[A-Za-z_]\w*:?[-=+](?P<part>[^{}]+)\}")
_OPENING = {")": "(", "]": "[", "}": "{", ">": "<"}


def suspicious(text: str) -> list[int]:
    """Give the offsets of the words that go with secrets; what holds none of them need not be looked at.

    Parameters
    ----------
    text:
        A whole file.

    Returns
    -------
    list of int
        In rising order.
    """
    small = text.lower()
    # a few letters change their length with their case, which would move every offset after them
    signs = SMALL_SIGN.finditer(small) if len(small) == len(text) else SIGN.finditer(text)
    return [found.start() for found in signs]


def find(
    text: str,
    name: str = "",
    *,
    place_of_secrets: bool = False,
    hinted: bool = False,
    known_forms: bool = True,
) -> tuple[Span, ...]:
    """Find the secret parts of one scalar.

    Parameters
    ----------
    text:
        The scalar.
    name:
        The field, variable, header or flag that it stands under.
    place_of_secrets:
        Whether it stands where every value is a secret, such as the data of a Kubernetes Secret.
    hinted:
        Whether what is around it makes a random-looking value worth a second look.
    known_forms:
        Whether to look for tokens of known forms; False when the file is known to hold none.

    Returns
    -------
    tuple of Span
        In order and apart from one another; empty for references, placeholders and ordinary values.

    Examples
    --------
    >>> [(span.start, span.end, span.kind) for span in find("postgres://app:hunter2@db/x")]
    [(15, 22, 'dsn_password')]
    >>> find("${DB_PASSWORD}", "password")
    ()
    """
    if not text or text.isspace():
        return ()
    spans = everywhere(text, issued(text) if known_forms else [])
    if place_of_secrets and without_references(text) and not is_placeholder(text):
        return (_whole(text, spans, "generic", "high"),)
    kind = declares(name) if name else None
    if kind:
        spans += _declared(text, name, kind, spans)
    if found := _ENTRY.match(text):
        spans += _entry(text, found)
    spans += _assignments(text, in_prose=False)
    if not spans and (hinted or hints(name)) and looks_random(text):
        spans.append(Span(0, len(text), "generic", "low", "entropy"))
    return apart(spans)


def find_in_prose(text: str, *, known_forms: bool = True) -> tuple[Span, ...]:
    """Find the secret parts of a comment, a Markdown body or a text file.

    Parameters
    ----------
    text:
        The prose.
    known_forms:
        Whether to look for tokens of known forms; False when the file is known to hold none.

    Returns
    -------
    tuple of Span
        In order and apart from one another.

    Examples
    --------
    >>> find_in_prose("The password is checked by the gateway; set TOKEN=${TOKEN}.")
    ()
    """
    spans = everywhere(text, issued(text) if known_forms else []) + _assignments(text, in_prose=True)
    for found in _LINE.finditer(text):
        kind = declares(found["name"].rsplit("/", 1)[-1].lstrip(":"))
        # in source code the spaces around `=` go with calls and names on its right side
        code = text[found.end("name")] == " " and CODE.match(found["part"])
        if kind and not code and (found["sep"] == "=" or kind == "password" or looks_secret(found["part"])):
            start, end = found.span("part")
            end -= len(found["part"]) - len(found["part"].rstrip(",;"))
            spans += _part(text, start, end, found["name"], kind)
    for found in _NETRC.finditer(text):
        spans += _part(text, *found.span("part"), "password", "password")
    return apart(spans)


def _declared(text: str, name: str, kind: str, known: list[Span]) -> list[Span]:
    if kind == "dsn_password" or "://" in text:
        return [] if "://" in text or "=" in text or GO_DSN.search(text) else _part(text, 0, len(text), name, kind)
    return _part(text, 0, len(text), name, kind, known)


def _part(text: str, start: int, end: int, name: str, kind: str, known: list[Span] | None = None) -> list[Span]:
    """Take text[start:end] at its name's word, unless it refers, holds a place, or cannot be a secret."""
    value = text[start:end]
    if is_placeholder(value) or reference(value):
        default = _DEFAULT.search(value)
        if default and not is_placeholder(default["part"]) and not no_secret(default["part"], name, kind):
            begin, stop = default.span("part")
            return [Span(start + begin, start + stop, kind, "medium", "declared field")]
        if not without_references(value) or is_placeholder(value) or not value.strip().startswith(("$", "%")):
            return []
    bare = re.match(r"(?i)\s*(?:(?:bearer|basic|token|bot|apikey|negotiate)\s+)?", value)
    offset = bare.end() if bare else 0
    literal = value[offset:].rstrip()
    if no_secret(literal, name, kind):
        return []
    how: How = "declared field"
    for span in known or ():
        if span.how == "prefix":
            kind, how = span.kind, "prefix"
    if kind == "authorization":
        kind = "password" if value.lower().lstrip().startswith("basic") else "oauth_token"
    sure: Confidence = "high" if looks_secret(literal) and len(literal) >= 12 else "medium"
    return [Span(start + offset, start + offset + len(literal), kind, sure, how)]


def _entry(text: str, found: re.Match[str]) -> list[Span]:
    """Read a scalar that is `NAME=value`, `--flag=value` or `Header: value` as a whole."""
    kind = declares(found["name"].strip())
    if not kind:
        return []
    part = found["part"].rstrip()
    if found["sep"] == ":" and not (" " not in part or re.match(r"(?i)(?:bearer|basic|token)\s+\S+\Z", part)):
        return []
    if part[:1] in "\"'" and part[-1:] == part[:1] and len(part) > 2:
        return _part(text, found.start("part") + 1, found.start("part") + len(part) - 1, found["name"], kind)
    if "://" in part or re.search(r";\s*\w+=", text) or re.search(r"\s(?:--?\w|\w+=)", part):
        return []
    if found["sep"] == "=" and kind != "password" and not reference(part):
        # a command may follow, as in `TOKEN=value program`
        part = part.split(maxsplit=1)[0]
    return _part(text, found.start("part"), found.start("part") + len(part), found["name"], kind)


def _assignments(text: str, *, in_prose: bool) -> list[Span]:
    spans: list[Span] = []
    signs = suspicious(text)
    if not signs:
        return spans
    connection = _CONNECTION.search(text) is not None
    place = 0
    # a name that declares something holds one of the signs, so what lies further before the next sign is passed over
    while (rank := bisect_left(signs, place)) < len(signs):
        found = _ASSIGN.search(text, max(place, signs[rank] - _LONGEST_NAME))
        if not found:
            break
        place = found.end()
        name, before, sep = found["name"], found["before"], found["sep"]
        kind = declares(name) or ("api_key" if before and before in "?&" and name == "key" else None)
        # `secret:` inside an ARN or another name with colons assigns nothing
        if not kind or (sep == ":" and text[max(0, found.start("name") - 1) : found.start("name")] == ":"):
            continue
        if text.startswith("${", max(0, found.start("name") - 2)):
            if default := _DEFAULT.match(text, found.start("name") - 2):
                spans += _part(text, *default.span("part"), name, kind)
                place = default.end()
            continue
        in_query = before in ("?", "&")
        given = (_PARAMETER if in_query else _SETTING if connection else _VALUE).match(text, place)
        if not given:
            continue
        quoted = given["bare"] is None
        compared = "==" in sep or "!" in sep
        if compared and not quoted:
            continue
        start, end = given.span(given.lastgroup or 0)
        place = end
        if not (quoted or in_query or connection):
            end = _shortened(text, start, end, in_prose)
        value = text[start:end]
        taken_at_word = not compared and (
            (quoted and (found["close"] is not None or "=" in sep))
            or ("=" in sep and (in_query or before in ("--", "-") or name.isupper() or connection))
            or (not in_prose and sep.strip() == ":" and kind == "password")
        )
        if taken_at_word or (looks_secret(value) and not CODE.match(value)):
            spans += _part(text, start, end, name, kind)
    if "value" in text:
        spans += _members(text, in_prose)
    for found in _FLAG.finditer(text):
        kind = declares(found["name"])
        if kind and (looks_secret(found["part"]) or not in_prose):
            spans += _part(text, *found.span("part"), found["name"], kind)
    return spans


def _members(text: str, in_prose: bool) -> list[Span]:
    """Find the values that stand beside the names that they are known by."""
    spans: list[Span] = []
    for found in _MEMBERS.finditer(text):
        kind = declares(found["name"])
        given = _VALUE.match(text, found.end()) if kind else None
        if kind and given:
            start, end = given.span(given.lastgroup or 0)
            if given["bare"] is not None:
                end = _shortened(text, start, end, in_prose)
            if not in_prose or given["bare"] is None or looks_secret(text[start:end]):
                spans += _part(text, start, end, found["name"], kind)
    return spans


def _shortened(text: str, start: int, end: int, in_prose: bool) -> int:
    """Give where a value without quotes ends, which depends on what it stands in."""
    value = text[start:end]
    while value and (
        value[-1] in ",;" or (value[-1] in ")]}>" and value.count(_OPENING[value[-1]]) < value.count(value[-1]))
    ):
        value = value[:-1]
    value = re.sub(r"(?:\\[nrt])+\Z", "", value)
    return start + len(re.sub(r"[.,:!?]+\Z", "", value) if in_prose else value)


def _whole(text: str, known: list[Span], kind: str, sure: Confidence) -> Span:
    start = len(text) - len(text.lstrip())
    for span in known:
        kind = span.kind
    return Span(start, len(text.rstrip()), kind, sure, "declared field")


def apart(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans that overlap; the surest recognition names the joined one.

    Examples
    --------
    >>> apart([Span(2, 6, "generic", "low", "entropy"), Span(0, 4, "pat", "high", "prefix")])
    (Span(start=0, end=6, kind='pat', confidence='high', how='prefix'),)
    """
    order = {"prefix": 0, "declared field": 1, "structure": 2, "entropy": 3}
    joined: list[Span] = []
    for span in sorted(set(spans), key=lambda each: (each.start, -each.end, order[each.how], each.kind)):
        if not joined or span.start >= joined[-1].end:
            if span.end > span.start:
                joined.append(span)
            continue
        last = joined[-1]
        best = min(last, span, key=lambda each: order[each.how])
        joined[-1] = Span(last.start, max(last.end, span.end), best.kind, best.confidence, best.how)
    return tuple(joined)
