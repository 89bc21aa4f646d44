"""HCL, as Terraform, Vault and SPIRE write it, becomes nodes with positions; what needs evaluation stays its source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from textwrap import dedent
from time import monotonic
from types import MappingProxyType

import tree_sitter_hcl
from tree_sitter import Language, Parser, Tree
from tree_sitter import Node as Syntax

from nhiassess.errors import Complaint, FormatError
from nhiassess.formats.format import MAX_DEPTH, MAX_NODES, Node, Parsed, Problem
from nhiassess.formats.places import Places

_LANGUAGE = Language(tree_sitter_hcl.language())
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))|([$%])\4(?=\{)", re.S)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t"}
_ENCODERS = frozenset({"jsonencode", "yamlencode"})
_MOST_COMPLAINTS = 20
# a sound file of a megabyte takes less than one
_MOST_SECONDS = 5
_CHUNK = 65_536


def parse(path: str, text: str) -> Parsed:
    """Read one HCL text.

    Parameters
    ----------
    path:
        The file, for complaints.
    text:
        The decoded text.

    Returns
    -------
    Parsed
        One root. A block is a list of mappings under its type, each label one mapping deeper:
        ``resource[0].aws_iam_role.agent``. Text with ``${...}`` has the tag ``template``; any other expression has
        the tag ``expression`` and its source for a value; ``jsonencode`` gives what it would encode.

    Raises
    ------
    FormatError
        When the text is not HCL, or nests deeper than the limit.
    """
    content = text.encode()
    _refuse_depth(path, text)
    tree = _tree(path, content)
    reader = _Reader(path, text, content)
    if tree.root_node.has_error:
        raise FormatError(tuple(reader.complaints(tree.root_node)))
    root = reader.root(tree.root_node)
    return Parsed(
        "hcl", (root,), tuple(reader.problems), comments=tuple(reader.comments), dropped=tuple(reader.dropped)
    )


def _tree(path: str, content: bytes) -> Tree:
    """Parse within a time limit: the grammar's search for what a broken text could mean takes quadratic time."""
    until = monotonic() + _MOST_SECONDS

    def late(offset: int, has_error: bool) -> bool:
        return monotonic() > until

    try:
        return Parser(_LANGUAGE).parse(lambda offset, _: content[offset : offset + _CHUNK], progress_callback=late)
    except ValueError:
        what = f"not HCL: {_MOST_SECONDS} seconds were not enough to read it"
        raise FormatError(what, f"{path}:1:1", "Check that it is HCL, or split the file.", "too large") from None


def _refuse_depth(path: str, text: str) -> None:
    # brackets in text and comments count too, which errs on the safe side by far less than the factor here
    depth = 0
    for found in re.finditer(r"[\[{(]|[\])}]|\n", text):
        if found[0] == "\n":
            continue
        depth = depth + 1 if found[0] in "[{(" else max(depth - 1, 0)
        if depth > 4 * MAX_DEPTH:
            line, column = Places(text).at(found.start())
            what = f"the values nest deeper than {MAX_DEPTH}"
            raise FormatError(what, f"{path}:{line}:{column}", "Split the file.", "too large")


class _Reader:
    """One walk over one syntax tree."""

    def __init__(self, path: str, text: str, content: bytes) -> None:
        self.path, self.text, self.content = path, text, content
        self.places = Places(text)
        self.is_ascii = len(text) == len(content)
        self.problems: list[Problem] = []
        self.dropped: list[Node] = []
        self.comments: list[tuple[int, int]] = []
        self.count = 0

    def complaints(self, root: Syntax) -> Iterator[Complaint]:
        waiting, given = [root], 0
        while waiting and given < _MOST_COMPLAINTS:
            syntax = waiting.pop()
            if syntax.is_error or syntax.is_missing:
                given += 1
                yield self._complaint(syntax, "not HCL from here on", "Check brackets, quotes and the line above.")
            elif syntax.has_error:
                waiting += reversed(syntax.children)

    def root(self, root: Syntax) -> Node:
        members: dict[str, Node] = {}
        for child in root.named_children:
            if child.type == "body":
                members = self._body(child, 1)
            elif child.type == "object":
                return self._object(child, 1)
            elif child.type == "comment":
                self.comments.append(self._span(child))
        return Node(MappingProxyType(members), 1, 1, 1, 1, None, (), 0, len(self.text))

    def _body(self, body: Syntax, depth: int) -> dict[str, Node]:
        self._limit(body, depth)
        members: dict[str, Node] = {}
        blocks: dict[str, list[Node]] = {}
        for child in body.named_children:
            if child.type == "comment":
                self.comments.append(self._span(child))
            elif child.type == "attribute":
                key, value = child.named_children[0], child.named_children[-1]
                name = self._text(key)
                if name in members:
                    self._duplicate(key, name, members[name])
                members[name] = self._keyed(self._expression(value, depth + 1), key)
            elif child.type == "block":
                key = child.named_children[0]
                name = self._text(key)
                node = self._keyed(self._block(child, depth), key)
                if name in members and name not in blocks:
                    self._duplicate(key, name, members[name])
                blocks.setdefault(name, []).append(node)
                first = blocks[name][0]
                members[name] = Node(
                    tuple(blocks[name]),
                    first.line,
                    first.column,
                    first.key_line,
                    first.key_column,
                    None,
                    (),
                    first.start,
                    node.end,
                )
        return members

    def _block(self, block: Syntax, depth: int) -> Node:
        parts = block.named_children
        labels = [each for each in parts[1:] if each.type in ("string_lit", "identifier")]
        bodies = [each for each in parts if each.type == "body"]
        self.comments += [self._span(each) for each in parts if each.type == "comment"]
        within = self._body(bodies[0], depth + 1 + len(labels)) if bodies else {}
        start, end = self._span(block)
        place = self.places.at(start)
        node = Node(MappingProxyType(within), *place, *place, None, (), start, end)
        for label in reversed(labels):
            name = self._literal(label) if label.type == "string_lit" else self._text(label)
            node = Node(MappingProxyType({name: self._keyed(node, label)}), *place, *place, None, (), start, end)
        return node

    def _expression(self, syntax: Syntax, depth: int) -> Node:
        self._limit(syntax, depth)
        parts = [each for each in syntax.children if each.type != "comment"]
        if syntax.type == "expression" and len(parts) == 3 and parts[0].type == "(":
            return self._expression(parts[1], depth)
        if syntax.type == "expression" and len(parts) == 1:
            return self._only(parts[0], depth)
        return self._source(syntax)

    def _only(self, syntax: Syntax, depth: int) -> Node:
        """Read an expression that is one thing: a literal, a template, a collection or a call."""
        inner = syntax.children[0] if syntax.children else syntax
        if syntax.type == "literal_value":
            return self._scalar(inner)
        if syntax.type == "collection_value":
            return self._object(inner, depth) if inner.type == "object" else self._tuple(inner, depth)
        if syntax.type == "template_expr":
            return self._template(inner)
        if syntax.type == "function_call" and self._text(inner) in _ENCODERS:
            given = [each for each in syntax.named_children if each.type == "function_arguments"]
            arguments = [each for each in given[0].named_children if each.type == "expression"] if given else []
            if len(arguments) == 1:
                return self._expression(arguments[0], depth + 1)
        if syntax.type == "operation" and re.fullmatch(r"-\s*\d+(?:\.\d+)?", self._text(syntax)):
            return self._number(syntax)
        return self._source(syntax)

    def _scalar(self, syntax: Syntax) -> Node:
        if syntax.type == "string_lit":
            return self._node(self._literal(syntax), syntax)
        if syntax.type == "numeric_lit":
            return self._number(syntax)
        return self._node({"true": True, "false": False}.get(self._text(syntax)), syntax)

    def _number(self, syntax: Syntax) -> Node:
        text = self._text(syntax).replace(" ", "")
        if len(text) > 300:
            return self._source(syntax)
        if text.lower().startswith("0x"):
            return self._node(int(text, 16), syntax)
        return self._node(int(text) if text.lstrip("-").isdigit() else float(text), syntax)

    def _literal(self, syntax: Syntax) -> str:
        return _ESCAPE.sub(_unescaped, self._text(syntax)[1:-1])

    def _template(self, syntax: Syntax) -> Node:
        text = self._text(syntax)
        if syntax.type == "heredoc_template":
            lines = text.splitlines(keepends=True)
            value = "".join(lines[1:-1]).replace("\r\n", "\n")
            value = dedent(value) if text.startswith("<<-") else value
        else:
            value = text[1:-1]
        filled = re.search(r"(?<![$%])[$%]\{", value) is not None
        if syntax.type != "heredoc_template" and not filled:
            value = _ESCAPE.sub(_unescaped, value)
        return self._node(value, syntax, "template" if filled else None)

    def _tuple(self, syntax: Syntax, depth: int) -> Node:
        elements = []
        for child in syntax.named_children:
            if child.type == "expression":
                elements.append(self._expression(child, depth + 1))
            elif child.type == "comment":
                self.comments.append(self._span(child))
        return self._node(tuple(elements), syntax)

    def _object(self, syntax: Syntax, depth: int) -> Node:
        members: dict[str, Node] = {}
        for child in syntax.named_children:
            if child.type == "comment":
                self.comments.append(self._span(child))
            elif child.type == "object_elem":
                key, value = (each for each in child.named_children if each.type == "expression")
                known = self._expression(key, depth + 1)
                name = str(known.value) if known.tag != "expression" else self._text(key)
                if name in members:
                    self._duplicate(key, name, members[name])
                members[name] = self._keyed(self._expression(value, depth + 1), key)
        return self._node(MappingProxyType(members), syntax)

    def _source(self, syntax: Syntax) -> Node:
        return self._node(self._text(syntax), syntax, "expression")

    def _node(self, value: object, syntax: Syntax, tag: str | None = None) -> Node:
        self.count += 1
        if self.count > MAX_NODES:
            what = f"more than {MAX_NODES:,} values"
            raise FormatError((self._complaint(syntax, what, "Split the file."),), construct="too large")
        start, end = self._span(syntax)
        place = self.places.at(start)
        return Node(value, *place, *place, tag, (), start, end)  # type: ignore[arg-type]  # each caller gives a value of Node's kinds

    def _keyed(self, node: Node, key: Syntax) -> Node:
        line, column = self.places.at(self._span(key)[0])
        return Node(node.value, node.line, node.column, line, column, node.tag, (), node.start, node.end)

    def _text(self, syntax: Syntax) -> str:
        return self.content[syntax.start_byte : syntax.end_byte].decode()

    def _span(self, syntax: Syntax) -> tuple[int, int]:
        return self._offset(syntax.start_byte, syntax.start_point), self._offset(syntax.end_byte, syntax.end_point)

    def _offset(self, byte: int, point: tuple[int, int]) -> int:
        if self.is_ascii:
            return byte
        row, column = point
        return self.places.starts[row] + len(self.content[byte - column : byte].decode(errors="replace"))

    def _limit(self, syntax: Syntax, depth: int) -> None:
        if depth > MAX_DEPTH:
            what = f"the values nest deeper than {MAX_DEPTH}"
            raise FormatError((self._complaint(syntax, what, "Split the file."),), construct="too large")

    def _duplicate(self, key: Syntax, name: str, first: Node) -> None:
        self.dropped.append(replace(first, value=MappingProxyType({name: first})))
        line, column = self.places.at(self._span(key)[0])
        what = f"the key stands already at line {first.key_line}, column {first.key_column}; this later one counts"
        self.problems.append(Problem(line, column, f"$.{name}", what, "Delete one of the two."))

    def _complaint(self, syntax: Syntax, what: str, hint: str) -> Complaint:
        line, column = self.places.at(self._span(syntax)[0])
        return Complaint(what, f"{self.path}:{line}:{column}", hint)


def _unescaped(found: re.Match[str]) -> str:
    if code := found[1] or found[2]:
        number = int(code, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    if found[4]:
        return found[4]
    return _SIGNS.get(found[3], found[3])
