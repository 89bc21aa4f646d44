"""A parsed file loses its secrets: in every node, in the text, in the body and in what the reader complained of."""

from __future__ import annotations

import hmac
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

from nhiassess.errors import FormatError
from nhiassess.formats import json
from nhiassess.formats.entries import OF_SECRETS, VALUES, WITHIN, announced, holds_secrets, known_as, said, says_secret
from nhiassess.formats.format import MAX_DEPTH, REDACTED, Document, Node, Parsed, Problem, Secret
from nhiassess.formats.issued import issued
from nhiassess.formats.masking import MAX_LITERALS, any_of, end_of, free, joined, line_ends, masked
from nhiassess.formats.names import declares, hints
from nhiassess.formats.places import Places
from nhiassess.formats.secrets import Span, apart, everywhere, find, find_in_prose, suspicious

# no shorter one has a name and a value that is worth a look: {"pw":"12345678"}
_SHORTEST_JSON = 16
# tags whose text names something instead of being it
_REFERRING = frozenset({
    "!Ref", "!GetAtt", "!ImportValue", "!FindInMap", "!Condition", "!secret", "!env", "!ENV", "!env_var",
    "!vault", "!include", "!file", "!reference",
})  # fmt: skip
# files that hold a secret and nothing else
_ALL_SECRET = re.compile(r"(?:^|/)\.(?:vault|consul|nomad)-token\Z")
_STATE = (".tfstate", ".tfstate.backup")
_SUFFIX = re.compile(r"(?:\.[a-z][a-z0-9]{0,8}){1,2}\Z")
# nobody reads more about one file
_MAX_PROBLEMS = 200


def redact(path: str, text: str, parsed: Parsed, key: bytes) -> Document:
    """Take every secret out of a parsed file.

    Parameters
    ----------
    path:
        The file; its name tells some places where every value is a secret.
    text:
        The decoded text.
    parsed:
        What a reader made of it.
    key:
        The key of the run, for fingerprints.

    Returns
    -------
    Document
        Without any secret that `secrets.find` or `secrets.find_in_prose` knows.
    """
    work = _Redaction(path, text, parsed, key)
    roots = tuple(work.node(root) for root in parsed.roots)
    for node in parsed.dropped:
        work.node(node)
    for start, end in parsed.comments:
        work.prose(start, end)
    if parsed.prose is not None:
        work.prose(parsed.prose, len(text))
    work.anywhere()
    shown, moved = work.masked(parsed.prose)
    if work.literals:
        roots = tuple(work.again(root) for root in roots)
    body = "" if moved is None else shown[moved:]
    return Document(
        parsed.name,
        roots,
        shown,
        body,
        0 if parsed.prose is None else work.places.at(parsed.prose)[0],
        tuple(work.problem(each) for each in parsed.problems[:_MAX_PROBLEMS]),
        parsed.incomplete,
        tuple(sorted(set(work.secrets), key=lambda each: (each.line, each.column, each.kind, each.length))),
    )


def named(path: str) -> str:
    """Give the name of a file without the secrets that it, or one of its folders, is called by; its suffix stays.

    Parameters
    ----------
    path:
        Relative to the root, with `/` between its parts.

    Returns
    -------
    str
        The path itself when it holds none.

    Examples
    --------
    >>> named("keys/password=hunter2.nhi.yaml"), named("repos/web/.mcp.json")
    ('keys/password=[redacted].nhi.yaml', 'repos/web/.mcp.json')
    """
    return "/".join(map(_part_named, path.split("/")))


@lru_cache(maxsize=10_000)
def _part_named(part: str) -> str:
    if len(part) < 8:
        return part
    suffix = _SUFFIX.search(part)
    stem = part[: suffix.start()] if suffix else part
    return _without_any(stem) + part[len(stem) :]


class _Redaction:
    """What one file's redaction has found so far."""

    def __init__(self, path: str, text: str, parsed: Parsed, key: bytes, depth: int = 0) -> None:
        self.text, self.key, self.depth = text, key, depth
        self.places = Places(text)
        forms = issued(text)
        self.forms = bool(forms)
        self.written = parsed.written
        self.plain_sight = everywhere(text, forms)
        self.marks = sorted({*suspicious(text), *said(text), *(span.start for span in self.plain_sight)})
        # an escaped letter or an alias can hide a name or a value from the search over the text
        self.is_state = path.endswith(_STATE)
        self.is_secret = _ALL_SECRET.search(path) is not None
        self.everything = parsed.name != "json" or self.is_state or "\\u00" in text
        # a sheet was asked for secrets in its header once, and every row has the same keys
        self.keys_too = parsed.name != "sheet"
        self.masks: list[tuple[int, int]] = []
        self.secrets: list[Secret] = []
        self.literals: set[str] = set()
        self.pattern: re.Pattern[str] | None = None
        self.at_start: dict[int, tuple[Span, ...]] = {}

    def node(self, node: Node, name: str = "", forced: bool = False, hinted: bool = False) -> Node:
        """Redact one node and all below it; a node without secrets comes back as it is."""
        value = node.value
        if isinstance(value, (Mapping, tuple)):
            named = forced or hinted or bool(name and (declares(name) or hints(name)))
            if not named and not self.everything and not self._marked(node.start, node.end):
                return node
            hinted = hinted or bool(name and name[-1:] in "sS" and hints(name))
            if isinstance(value, tuple):
                return self._sequence(node, value, name, forced, hinted)
            return self._mapping(node, value, name, forced, hinted)
        return self._scalar(node, name, forced, hinted)

    def _mapping(self, node: Node, value: Mapping[str, Node], name: str, forced: bool, hinted: bool) -> Node:
        kind = value.get("kind")
        is_secret = name == OF_SECRETS or (kind is not None and kind.value == "Secret" and "apiVersion" in value)
        known, secret = known_as(value), says_secret(value)
        changed = False
        members: dict[str, Node] = {}
        for key, child in value.items():
            under = key
            if key in VALUES:
                under = known or name
            elif key == "schema" and known and child.is_mapping:
                under = known
            elif (name, key) in WITHIN:
                under = WITHIN[name, key]
            elif holds_secrets(node, key):
                under = OF_SECRETS
            elif key in ("Fn::Join", "Fn::If"):
                under = name
            inside = forced or (is_secret and key in ("data", "stringData")) or (secret and key in VALUES)
            inside = inside or (name == OF_SECRETS and key == "value")
            inside = inside or (self.is_state and key in ("attributes", "outputs", "attributes_flat"))
            new = self.node(child, under, inside, hinted)
            key_spans = (
                find(key, known_forms=self.forms)
                if len(key) >= 12 and self.keys_too and (self.everything or self._marked_at(child))
                else ()
            )
            if key_spans:
                found = self._secrets(key, key_spans, child.key_line, child.key_column)
                start = self.places.starts[child.key_line - 1] + child.key_column - 1
                self._mask(start, min(len(self.text), start + 2 * len(key) + 16), key, key_spans)
                new = replace(new, secrets=new.secrets + found)
            changed = changed or new is not child or bool(key_spans)
            members[free(masked(key, key_spans), members) if key_spans else key] = new
        return replace(node, value=MappingProxyType(members)) if changed else node

    def _sequence(self, node: Node, value: tuple[Node, ...], name: str, forced: bool, hinted: bool) -> Node:
        elements, flag = [], ""
        if node.tag in _REFERRING:
            return node
        for place, child in enumerate(value):
            # the first of !If names a condition
            under = "" if node.tag == "!If" and not place else flag or name
            elements.append(self.node(child, under, forced, hinted))
            flag = announced(child.value, value[place + 1 : place + 3])
        if all(new is old for new, old in zip(elements, value, strict=True)):
            return node
        return replace(node, value=tuple(elements))

    def _scalar(self, node: Node, name: str, forced: bool, hinted: bool) -> Node:
        value = node.value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return self._number(node, value, name, forced)
        if not isinstance(value, str) or not value:
            return node
        named = bool(name) and (declares(name) is not None or hints(name))
        otherwise = self._written_otherwise(node, value)
        if not (forced or hinted or named or otherwise or self._marked(node.start, node.end)):
            return node
        if node.tag in _REFERRING or (node.tag == "template" and value.startswith("{{")):
            name, hinted = "", False
        if node.tag == "expression":
            spans = _in_expression(value, name)
        else:
            known = self.forms or otherwise
            spans = find(value, name, place_of_secrets=forced, hinted=hinted, known_forms=known)
            if value[0] in "{[" and len(value) >= _SHORTEST_JSON:
                spans = apart((*spans, *self._carried(value)))
        return self._without(node, value, spans) if spans else node

    def _carried(self, value: str) -> Iterator[Span]:
        """Give the secrets of JSON that a text holds, by the names that they have there."""
        try:
            parsed = json.parse("-", value)
        except FormatError:
            return
        # strings in strings go as deep together as one tree may
        depth = self.depth + max(map(_depth, parsed.roots), default=0)
        if depth > MAX_DEPTH:
            return
        within = _Redaction("-", value, parsed, self.key, depth)
        for root in parsed.roots:
            within.node(root)
        for start, end in joined(within.masks):
            yield Span(start, end, "generic", "medium", "structure")

    def _number(self, node: Node, value: int | float, name: str, forced: bool) -> Node:
        # a password may be all digits; a token or a key never is, while counts of tokens are everywhere
        if not forced and not (name and declares(name) == "password" and abs(value) > 999):
            return node
        text = self.text[node.start : node.end].strip() or str(value)
        return self._without(node, text, (Span(0, len(text), "password", "medium", "declared field"),))

    def _without(self, node: Node, value: str, spans: tuple[Span, ...]) -> Node:
        found = self._secrets(value, spans, node.line, node.column)
        self._mask(node.start, node.end, value, spans)
        self.at_start[node.start] = spans
        return replace(node, value=masked(value, spans), secrets=node.secrets + found)

    def _secrets(self, value: str, spans: Iterable[Span], line: int, column: int) -> tuple[Secret, ...]:
        found = []
        for span in spans:
            part = value[span.start : span.end]
            print_ = hmac.new(self.key, part.encode("utf-8", "replace"), "sha256").hexdigest()
            found.append(Secret(span.kind, print_, len(part), span.confidence, span.how, line, column))
            if _tells_itself(part):
                self.literals.add(part)
        self.secrets += found
        return tuple(found)

    def _mask(self, start: int, end: int, value: str, spans: Iterable[Span]) -> None:
        """Mask the secret parts where the file writes them, or the whole scalar when it writes them otherwise."""
        if start < 0:
            return
        raw = self.text[start:end]
        at = raw.find(value)
        if at >= 0:
            self.masks += [(start + at + span.start, start + at + span.end) for span in spans]
            return
        parts = {value[span.start : span.end] for span in spans}
        if len(parts) > MAX_LITERALS or not all(part in raw for part in parts):
            quotes = 1 if raw[:1] in "\"'" and len(raw) > 1 else 0
            self.masks.append((start + quotes, end - quotes))
            return
        for part in parts:
            places = [found.start() for found in re.finditer(re.escape(part), raw)]
            self.masks += [(start + place, start + place + len(part)) for place in places]

    def prose(self, start: int, end: int) -> None:
        """Find the secrets of a stretch of text that no node covers."""
        if self.is_secret:
            for span in find(self.text[start:end], "token", place_of_secrets=True, known_forms=self.forms):
                self._in_text(start + span.start, start + span.end, span)
            return
        if not self._marked(start, end):
            return
        stretch = self.text[start:end]
        covered = joined(self.masks) if self.written is not None else []
        for span in find_in_prose(stretch, known_forms=self.forms):
            first, last = start + span.start, start + span.end
            if self.written is not None and span.how == "declared field":
                # `token = next(tokens)` names a secret, and writes none out
                last = min(last, end_of(first, self.written))
            if first < last and first >= end_of(first, covered):
                self._in_text(first, last, span)

    def anywhere(self) -> None:
        """Find what is a secret wherever it stands, so that nothing that a reader passed over stays in the text."""
        covered = joined(self.masks)
        for span in self.plain_sight:
            place = bisect_right(covered, (span.start, len(self.text)))
            if not place or covered[place - 1][1] < span.end:
                self._in_text(span.start, span.end, span)

    def _in_text(self, start: int, end: int, span: Span) -> None:
        self._secrets(self.text, (replace(span, start=start, end=end),), *self.places.at(start))
        self.masks.append((start, end))

    def masked(self, prose: int | None) -> tuple[str, int | None]:
        """Give the text with every secret masked, line by line the same, and where its body now begins."""
        self.pattern = pattern = any_of(self.literals)
        masks = self.masks + ([found.span() for found in pattern.finditer(self.text)] if pattern else [])
        parts, reached, moved = [], 0, prose
        for start, end in joined(masks):
            if prose is not None and start < prose:
                moved = (moved or 0) + len(REDACTED) - (end - start) + len(line_ends(self.text[start:end]))
            parts += [self.text[reached:start], REDACTED, line_ends(self.text[start:end])]
            reached = end
        return "".join((*parts, self.text[reached:])), moved

    def again(self, node: Node) -> Node:
        """Take secrets that were recognised in one place out of every other place."""
        value = node.value
        if isinstance(value, tuple):
            elements = tuple(self.again(child) for child in value)
            same = all(new is old for new, old in zip(elements, value, strict=True))
            return node if same else replace(node, value=elements)
        if isinstance(value, Mapping):
            members: dict[str, Node] = {}
            for key, child in value.items():
                members[free(self._plainly(key), members)] = self.again(child)
            same = all(a is b for a, b in zip(members.values(), value.values(), strict=True)) and [*members] == [*value]
            return node if same else replace(node, value=MappingProxyType(members))
        if not isinstance(value, str) or not value:
            return node
        if not node.secrets and (spans := self.at_start.get(node.start)) and spans[-1].end <= len(value):
            return self._without(node, value, spans)
        plainly = self._plainly(value)
        return node if plainly == value else replace(node, value=plainly)

    def problem(self, problem: Problem) -> Problem:
        """Give a problem whose path and words hold no secret."""
        return replace(problem, path=self._plainly(_without_any(problem.path)), what=self._plainly(problem.what))

    def _plainly(self, text: str) -> str:
        return self.pattern.sub(REDACTED, text) if self.pattern else text

    def _marked(self, start: int, end: int) -> bool:
        place = bisect_left(self.marks, start)
        return place < len(self.marks) and self.marks[place] < end

    def _marked_at(self, child: Node) -> bool:
        start = self.places.starts[child.key_line - 1] + child.key_column - 1
        return self._marked(start, max(child.start, start + 1))

    def _written_otherwise(self, node: Node, value: str) -> bool:
        return (
            self.everything
            and not self.text.startswith(value, node.start)
            and not self.text.startswith(value, node.start + 1)
        )


def _depth(node: Node) -> int:
    depth, level = 0, [node]
    while level:
        depth += 1
        level = [child for each in level for child in (*each.elements(), *(child for _, child in each.items()))]
    return depth


def _in_expression(text: str, name: str) -> tuple[Span, ...]:
    """Find literals inside an expression whose value is declared a secret, besides what is one anywhere."""
    spans = list(find(text))
    if name and declares(name):
        for found in re.finditer(r'(?<!\[)"((?:[^"\\$]|\\.)*)"(?!\])', text):
            inner = find(found[1], name)
            spans += [replace(span, start=found.start(1) + span.start, end=found.start(1) + span.end) for span in inner]
    return tuple(sorted({(span.start, span.end): span for span in spans}.values(), key=lambda span: span.start))


def _without_any(text: str) -> str:
    return masked(text, find(text))


def _tells_itself(part: str) -> bool:
    # shorter or plainer ones, such as `admin`, stand elsewhere for other things
    return "\n" not in part and (
        len(part) >= 12 or (len(part) >= 8 and any(c.isdigit() for c in part) and any(c.isalpha() for c in part))
    )
