"""Cedar policies with their places: effect, scope, and the attributes that conditions read.

Facts: the grammar of the Cedar Policy Language Reference Guide. Types are not checked, and nothing is evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nhiassess.formats.format import Problem
from nhiassess.formats.lexemes import CLOSING, OPENING, Lexeme, lexemes, pairs, paths

VARIABLES = ("principal", "action", "resource", "context")


@dataclass(frozen=True, slots=True)
class Scope:
    """What one variable of a policy is limited to: entities by name, or a type; nothing when it may be any."""

    entities: tuple[tuple[str, str], ...] = ()  # (type, id)
    types: tuple[str, ...] = ()

    @property
    def is_any(self) -> bool:
        """Whether the scope leaves the variable open."""
        return not self.entities and not self.types


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy of a Cedar text.

    Parameters
    ----------
    effect:
        permit or forbid.
    principal, action, resource:
        Their scopes.
    conditional:
        Whether it has a ``when`` or ``unless``.
    reads:
        The attributes that conditions read, such as ``context.task`` or ``resource.owner``, each once.
    mentions:
        Entities that conditions name, as (type, id).
    opaque:
        Whether conditions hand on the whole context, so that what they read can't be told.
    line, column:
        The place of its effect.
    """

    effect: str
    principal: Scope
    action: Scope
    resource: Scope
    conditional: bool
    reads: tuple[str, ...]
    mentions: tuple[tuple[str, str], ...]
    opaque: bool
    line: int
    column: int


def policies(text: str, first_line: int = 1) -> tuple[tuple[Policy, ...], tuple[Problem, ...]]:
    """Read the policies of a text.

    Parameters
    ----------
    text:
        Cedar, in which comments and strings may say anything.
    first_line:
        The line that the text begins at.

    Returns
    -------
    tuple
        The policies in order, and what is none.

    Examples
    --------
    >>> found, _ = policies('permit(principal, action == Action::"call", resource) when { context.task == "x" };')
    >>> found[0].effect, found[0].action.entities, found[0].reads
    ('permit', (('Action', 'call'),), ('context.task',))
    """
    words = lexemes(text, first_line=first_line)
    close = pairs(words)
    found: list[Policy] = []
    problems: list[Problem] = []
    for start, end in _statements(words):
        place = _effect(words, start, end, close)
        made = _policy(words, place, end, close) if place is not None else None
        if made is not None:
            found.append(made)
        else:
            at = words[start]
            problems.append(Problem(at.line, at.column, "$", "no policy of Cedar", "Check the statement."))
    return tuple(found), tuple(problems)


def _statements(words: Sequence[Lexeme]) -> Iterator[tuple[int, int]]:
    start = depth = 0
    for place, each in enumerate(words):
        if each.kind == "sign" and each.text in OPENING:
            depth += 1
        elif each.kind == "sign" and each.text in CLOSING:
            depth = max(depth - 1, 0)
        elif depth == 0 and each.is_sign(";"):
            if place > start:
                yield start, place
            start = place + 1
    if start < len(words):
        yield start, len(words)


def _effect(words: Sequence[Lexeme], start: int, end: int, close: dict[int, int]) -> int | None:
    """Give the place of the effect, behind the annotations."""
    place = start
    while place + 1 < end and words[place].is_sign("@"):
        place += 2
        if place < end and words[place].is_sign("("):
            place = close[place] + 1
    return place if place < end and words[place].is_name("permit", "forbid") else None


def _policy(words: Sequence[Lexeme], place: int, end: int, close: dict[int, int]) -> Policy | None:
    opening = place + 1
    if opening >= end or not words[opening].is_sign("(") or close[opening] >= end:
        return None
    scopes = {part[0].text: _scope(part[1:]) for part in _split(words[opening + 1 : close[opening]]) if part}
    if set(scopes) - set(VARIABLES[:3]):
        return None
    reads: dict[str, None] = {}
    mentions: dict[tuple[str, str], None] = {}
    opaque, conditional, at = False, False, close[opening] + 1
    while at < end:
        if not words[at].is_name("when", "unless") or at + 1 >= end or not words[at + 1].is_sign("{"):
            return None
        conditional = True
        inner = words[at + 2 : min(close[at + 1], end)]
        mentions |= dict.fromkeys(_entities(inner))
        for path, is_whole in _reads(inner):
            opaque = opaque or (is_whole and path == "context")
            if not is_whole:
                reads[path] = None
        at = close[at + 1] + 1
    of = words[place]
    return Policy(
        of.text,
        *(scopes.get("principal", Scope()), scopes.get("action", Scope()), scopes.get("resource", Scope())),
        conditional=conditional,
        reads=tuple(reads),
        mentions=tuple(mentions),
        opaque=opaque,
        line=of.line,
        column=of.column,
    )


def _split(words: Sequence[Lexeme]) -> Iterator[Sequence[Lexeme]]:
    """Give the parts between commas that stand in no bracket."""
    start = depth = 0
    for place, each in enumerate(words):
        if each.kind == "sign" and each.text in OPENING:
            depth += 1
        elif each.kind == "sign" and each.text in CLOSING:
            depth -= 1
        elif depth == 0 and each.is_sign(","):
            yield words[start:place]
            start = place + 1
    yield words[start:]


def _scope(words: Sequence[Lexeme]) -> Scope:
    entities = tuple(_entities(words))
    types = tuple(
        name for place, each in enumerate(words) if each.is_name("is") and (name := _name(words, place + 1)[0])
    )
    return Scope(entities, types)


def _name(words: Sequence[Lexeme], place: int) -> tuple[str, int]:
    """Give a name of one or several parts, and the place behind it."""
    found = []
    while place < len(words) and words[place].kind == "name":
        found.append(words[place].text)
        place += 1
        if place + 1 < len(words) and words[place].is_sign("::") and words[place + 1].kind == "name":
            place += 1
        else:
            break
    return "::".join(found), place


def _entities(words: Sequence[Lexeme]) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(words):
        name, behind = _name(words, place)
        if name and behind + 1 < len(words) and words[behind].is_sign("::") and words[behind + 1].kind == "string":
            yield name, words[behind + 1].text
            behind += 2
        place = max(behind, place + 1)


def _reads(words: Sequence[Lexeme]) -> Iterator[tuple[str, bool]]:
    """Give the attributes that a condition reads, asks for with ``has`` as well; True for a variable as a whole."""
    after = {(each.line, each.column): place for place, each in enumerate(words)}
    for path in paths(words, VARIABLES):
        name = ".".join(path.parts)
        place = after[path.line, path.column] + 2 * len(path.parts) - 1
        asked = place + 1 < len(words) and words[place].is_name("has")
        if asked and words[place + 1].kind in ("name", "string"):
            yield f"{name}.{words[place + 1].text}", False
            if not path.is_whole:
                yield name, False
        else:
            yield name, path.is_whole
