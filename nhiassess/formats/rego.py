"""Rego policies with their places: package, defaults, rules, and what of the input they read.

Facts: the Policy Language and Policy Reference pages of Open Policy Agent. Nothing is evaluated: names that stand for
a part of the input are followed through imports, ``:=`` and ``some .. in``, by name only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nhiassess.formats.lexemes import Lexeme, lexemes, paths


@dataclass(frozen=True, slots=True)
class Default:
    """What a rule is when nothing else says: a boolean or text; None for anything else."""

    name: str
    value: bool | str | None
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Module:
    """One text of Rego.

    Parameters
    ----------
    package:
        Its name with points; empty when the text has none, and is no module then.
    line, column:
        The place of the package.
    defaults:
        What rules are by default.
    rules:
        The names of rules, each once, in order.
    reads:
        Parts of the input, such as ``request.user``, each once.
    opaque:
        Whether the whole input, or a part by a name that is computed, is handed on.
    """

    package: str
    line: int
    column: int
    defaults: tuple[Default, ...]
    rules: tuple[str, ...]
    reads: tuple[str, ...]
    opaque: bool


def module(text: str) -> Module:
    r"""Read one text.

    Examples
    --------
    >>> found = module('package tools\ndefault allow := false\nallow if input.task == "x"  # input.no')
    >>> found.package, found.defaults[0].value, found.rules, found.reads
    ('tools', False, ('allow',), ('task',))
    """
    words = lexemes(text, hash_comments=True, lines=True)
    package, line, column = "", 1, 1
    defaults: list[Default] = []
    rules: dict[str, None] = {}
    for place, each in _at_top(words):
        if each.is_name("package") and not package:
            package, line, column = _dotted(words, place + 1), each.line, each.column
        elif each.is_name("default"):
            defaults += _default(words, place)
        elif each.kind == "name" and not each.is_name("import", "else", "package", "some", "every", "with"):
            rules[each.text] = None
    solid = tuple(each for each in words if each.kind != "line")
    reads, opaque = _reads(solid)
    return Module(package, line, column, tuple(defaults), tuple(rules), reads, opaque)


def _at_top(words: Sequence[Lexeme]) -> Iterator[tuple[int, Lexeme]]:
    """Give the first word of each line that stands in no bracket."""
    depth, fresh = 0, True
    for place, each in enumerate(words):
        if each.kind == "line":
            fresh = depth == 0
            continue
        if fresh and depth == 0:
            yield place, each
        fresh = False
        if each.is_sign("(", "[", "{"):
            depth += 1
        elif each.is_sign(")", "]", "}"):
            depth = max(depth - 1, 0)


def _dotted(words: Sequence[Lexeme], place: int) -> str:
    found = []
    while place < len(words) and (words[place].kind in ("name", "string") or words[place].is_sign(".", "[", "]")):
        if words[place].kind != "sign":
            found.append(words[place].text)
        place += 1
    return ".".join(found)


def _default(words: Sequence[Lexeme], place: int) -> Iterator[Default]:
    behind = [each for each in words[place + 1 : place + 4] if each.kind != "line"]
    if len(behind) < 3 or behind[0].kind != "name" or not behind[1].is_sign(":=", "="):
        return
    value: bool | str | None = None
    if behind[2].kind == "string":
        value = behind[2].text
    elif behind[2].is_name("true", "false"):
        value = behind[2].text == "true"
    elif behind[2].is_sign("{"):
        value = _within(words, place + 4)
    yield Default(behind[0].text, value, behind[0].line, behind[0].column)


def _within(words: Sequence[Lexeme], place: int) -> bool | None:
    """Give what an object says under ``allow`` or ``allowed``."""
    inner = [each for each in words[place : place + 40] if each.kind != "line"]
    for key, sign, value in zip(inner, inner[1:], inner[2:], strict=False):
        if key.kind == "string" and key.text in ("allow", "allowed") and sign.is_sign(":"):
            return {"true": True, "false": False}.get(value.text)
    return None


def _reads(words: Sequence[Lexeme]) -> tuple[tuple[str, ...], bool]:
    names = {"input": ""}
    renamed: set[tuple[int, int]] = set()
    # a name may stand for a part of a part: twice round follows what people write
    for _ in range(2):
        for name, prefix, at in _named(words, names):
            names.setdefault(name, prefix)
            renamed.add(at)
    found: dict[str, None] = {}
    opaque = False
    for path in paths(words, frozenset(names)):
        prefix = names[path.parts[0]]
        whole = ".".join(part for part in (prefix, *path.parts[1:]) if part)
        if whole:
            found[whole] = None
        elif (path.line, path.column) not in renamed:
            opaque = True
    return tuple(found), opaque


def _named(words: Sequence[Lexeme], names: dict[str, str]) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Give the names that stand for a part of the input, with the part and the place of what they stand for."""
    behind = {(each.line, each.column): place for place, each in enumerate(words)}
    for path in list(paths(words, frozenset(names))):
        place = behind[path.line, path.column]
        part = ".".join(each for each in (names[path.parts[0]], *path.parts[1:]) if each)
        after = place + 2 * len(path.parts) - 1
        if place >= 1 and words[place - 1].is_name("import"):
            if after + 1 < len(words) and words[after].is_name("as"):
                yield words[after + 1].text, part, (path.line, path.column)
            elif len(path.parts) > 1:
                yield path.parts[-1], part, (path.line, path.column)
        elif place >= 2 and words[place - 2].kind == "name" and _binds(words[place - 1]):
            yield words[place - 2].text, part, (path.line, path.column)


def _binds(word: Lexeme) -> bool:
    return word.is_sign(":=") or word.is_name("in")
