"""A syntax tree of Python becomes the calls, functions, assignments and secrets of its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from types import MappingProxyType

from nhiassess.formats.code import Call, Function, Module, Scalar, called
from nhiassess.formats.format import MAX_DEPTH, REDACTED, Document, Node, Secret

# an expression that is not understood is named by its beginning
_LONGEST = 200
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "environ.get", "getenv"})
_SCALARS = (str, int, float, bool, type(None))
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Tree:
    """One file's reading of its tree."""

    def __init__(self, tree: ast.Module, document: Document) -> None:
        self.tree = tree
        self.lines = document.text.split("\n")
        self.found = Module()
        self.secrets: dict[int, list[Secret]] = {}
        for secret in document.secrets:
            self.secrets.setdefault(secret.line, []).append(secret)
        self.within = ""

    def module(self) -> Module:
        """Read everything, imports first: a name may be used in the text before it is imported."""
        for node in ast.walk(self.tree):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                self.found.imports.update(_imported(node))
        left: list[tuple[ast.AST, str]] = [(each, "") for each in reversed(self.tree.body)]
        while left:
            node, self.within = left.pop()
            below = self._statement(node)
            left += [(each, below) for each in reversed([*_statements(node)])]
        for call in self.found.calls:
            within = call.within
            while within:
                self.found.around.setdefault(within, []).append(call)
                within = within.rpartition(".")[0]
        return self.found

    def _statement(self, node: ast.AST) -> str:
        """Read one statement without the statements inside of it; give the name that those stand within."""
        if isinstance(node, _DEFINITIONS):
            return self._definition(node)
        if isinstance(node, ast.Assign):
            self._assign(node.targets, node.value)
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
            self._assign([node.target], node.value)
        elif isinstance(node, (ast.With, ast.AsyncWith)):
            for each in node.items:
                self._assign([each.optional_vars] if each.optional_vars else [], each.context_expr)
        else:
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.expr):
                    self._value(child)
        return self.within

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> str:
        decorators = tuple(self._value(each) for each in node.decorator_list)
        place = Node(node.name, *self._place(node))
        if isinstance(node, ast.ClassDef):
            bases = tuple(str(self._value(each).value) for each in node.bases)
            made = Function(node.name, self.within, place, decorators, bases)
            self.found.classes.append(made)
        else:
            given = node.args
            names = tuple(each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs))
            made = Function(node.name, self.within, place, decorators, names)
            self.found.functions.setdefault(node.name, []).append(made)
            if made.path != node.name:
                self.found.functions.setdefault(made.path, []).append(made)
            for each in (*given.defaults, *(one for one in given.kw_defaults if one)):
                self._value(each)
        return made.path

    def _assign(self, targets: Sequence[ast.expr], value: ast.expr) -> None:
        names = [name for each in targets if (name := self._dotted(each))]
        node = self._value(value, known_as=_key(targets[0]) if targets else "", bound=names[0] if names else None)
        for name in names:
            within = self.within
            if name.startswith("self.") and "." in within:
                within = within.rpartition(".")[0]  # what a method gives itself, the others of its class see
            self.found.assigned.setdefault((within, name), []).append(node)

    def _value(self, node: ast.expr, depth: int = 0, known_as: str = "", bound: str | None = None) -> Node:
        """Read an expression, and every call in it."""
        if depth > MAX_DEPTH:
            return self._expression(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, (*_SCALARS, bytes)):
            return self._constant(node, known_as)
        if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            elements = tuple(self._value(each, depth + 1, known_as) for each in node.elts)
            return Node(elements, *self._place(node))
        if isinstance(node, ast.Dict):
            return self._mapping(node, depth)
        if isinstance(node, ast.Call):
            return self._call(node, depth, known_as, bound)
        if isinstance(node, (ast.Await, ast.Starred, ast.NamedExpr)):
            inner = self._value(node.value, depth + 1, known_as, bound)
            return self._spread(inner) if isinstance(node, ast.Starred) else inner
        if isinstance(node, ast.JoinedStr):
            return self._template(node, depth, known_as)
        if isinstance(node, (ast.Name, ast.Attribute)) and (name := self._dotted(node)):
            return Node(name, *self._place(node), tag="name")
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self._sum(node, depth, known_as)
        if isinstance(node, ast.BoolOp):
            either = [self._value(each, depth + 1, known_as) for each in node.values]
            return next((each for each in either if each.secrets or _reads_environment(each)), self._expression(node))
        if isinstance(node, ast.Subscript) and self._dotted(node.value) in ("os.environ", "environ"):
            return self._variable(node, node.slice, known_as)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._value(child, depth + 1, known_as)
            elif isinstance(child, (ast.comprehension, ast.keyword)):
                for each in ast.iter_child_nodes(child):
                    if isinstance(each, ast.expr):
                        self._value(each, depth + 1)
        return self._expression(node)

    def _constant(self, node: ast.Constant, known_as: str) -> Node:
        value = node.value.decode("utf-8", "replace") if isinstance(node.value, bytes) else node.value
        line, column = self._place(node)
        secrets = self._secrets_of(node) if isinstance(value, str) and REDACTED in value else ()
        read = Node(value, line, column, line, column, secrets=secrets)  # type: ignore[arg-type]  # one of _SCALARS
        if secrets:
            self.found.scalars.append(Scalar(known_as, read, self.within))
        return read

    def _mapping(self, node: ast.Dict, depth: int) -> Node:
        members: dict[str, Node] = {}
        for place, (key, value) in enumerate(zip(node.keys, node.values, strict=True)):
            if key is None:
                members[f"**{place}"] = self._spread(self._value(value, depth + 1))
                continue
            name = str(key.value) if isinstance(key, ast.Constant) else self._source(key)
            line, column = self._place(key)
            read = self._value(value, depth + 1, known_as=name)
            members[name] = Node(read.value, read.line, read.column, line, column, read.tag, read.secrets)
        return Node(MappingProxyType(members), *self._place(node))

    def _call(self, node: ast.Call, depth: int, known_as: str, bound: str | None) -> Node:
        name = self._callee(node.func, depth)
        if name in _ENVIRONMENT and node.args:
            return self._variable(node, node.args[0], known_as, node.args[1:] or [each.value for each in node.keywords])
        members = {str(place): self._value(each, depth + 1, known_as) for place, each in enumerate(node.args)}
        for place, each in enumerate(node.keywords):
            read = self._value(each.value, depth + 1, known_as=each.arg or "")
            line, column = self._place(each)
            members[each.arg or f"**{place}"] = (
                Node(read.value, read.line, read.column, line, column, read.tag, read.secrets)
                if each.arg
                else self._spread(read)
            )
        made = Node(MappingProxyType(members), *self._place(node), tag=f"call {name}")
        if name == "dict" and not node.args:
            return Node(made.value, made.line, made.column)
        self.found.calls.append(Call(name, made, bound, self.within))
        variable, _, verb = name.rpartition(".")
        if verb in ("append", "extend", "add", "insert") and node.args and isinstance(node.func, ast.Attribute):
            last = members[str(len(node.args) - 1)]
            grown = self._spread(last) if verb == "extend" and last.tag == "name" else Node((last,), *self._place(node))
            self.found.assigned.setdefault((self.within, variable), []).append(grown)
        return made

    def _callee(self, node: ast.expr, depth: int) -> str:
        if name := self._dotted(node):
            return name
        if isinstance(node, ast.Attribute):
            receiver = self._value(node.value, depth + 1)
            return f"{called(receiver) or ''}().{node.attr}" if called(receiver) else f"?.{node.attr}"
        self._value(node, depth + 1)
        return "?"

    def _variable(self, node: ast.expr, name: ast.expr, known_as: str, otherwise: Sequence[ast.expr] = ()) -> Node:
        """Read a variable of the environment; a secret that stands in for it counts instead."""
        for each in otherwise:
            default = self._value(each, known_as=str(name.value) if isinstance(name, ast.Constant) else known_as)
            if default.secrets:
                return default
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str)):
            return self._expression(node)
        line, column = self._place(node)
        read = Node(f'os.environ["{name.value}"]', line, column, line, column, "expression")
        self.found.scalars.append(Scalar(name.value, read, self.within))
        return read

    def _template(self, node: ast.JoinedStr, depth: int, known_as: str) -> Node:
        parts = []
        secrets: tuple[Secret, ...] = ()
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                inner = self._value(each.value, depth + 1, known_as)
                parts.append("${" + str(inner.value if inner.tag in ("name", "expression") else "...") + "}")
            elif isinstance(each, ast.Constant):
                parts.append(str(each.value))
        line, column = self._place(node)
        if REDACTED in "".join(parts):
            secrets = self._secrets_of(node)
        read = Node("".join(parts), line, column, line, column, "template", secrets)
        if secrets:
            self.found.scalars.append(Scalar(known_as, read, self.within))
        return read

    def _sum(self, node: ast.BinOp, depth: int, known_as: str) -> Node:
        """Read what `+` joins: texts, or lists; anything else stays an expression."""
        left = self._value(node.left, depth + 1, known_as)
        right = self._value(node.right, depth + 1, known_as)
        place = self._place(node)
        if isinstance(left.value, str) and isinstance(right.value, str) and (left.tag, right.tag) == (None, None):
            return Node(left.value + right.value, *place, *place, secrets=left.secrets + right.secrets)
        if left.is_sequence or right.is_sequence or (left.tag, right.tag) == ("name", "name"):
            return Node(tuple(each if each.is_sequence else self._spread(each) for each in (left, right)), *place)
        return self._expression(node)

    def _spread(self, node: Node) -> Node:
        return Node(node.value, node.line, node.column, tag="spread" if node.tag == "name" else node.tag)

    def _expression(self, node: ast.expr) -> Node:
        return Node(self._source(node), *self._place(node), tag="expression")

    def _source(self, node: ast.expr) -> str:
        if node.end_lineno is None or node.end_col_offset is None:
            return "?"
        first = self.lines[node.lineno - 1].encode()
        if node.end_lineno == node.lineno:
            return first[node.col_offset : min(node.end_col_offset, node.col_offset + _LONGEST)].decode(
                "utf-8", "ignore"
            )
        return first[node.col_offset : node.col_offset + _LONGEST].decode("utf-8", "ignore") + " ..."

    def _dotted(self, node: ast.AST) -> str:
        """Give the dotted name of a name or of attributes of one, aliases resolved; empty for anything else."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or len(parts) > MAX_DEPTH:
            return ""
        return ".".join((self.found.imports.get(node.id, node.id), *reversed(parts)))

    def _place(self, node: ast.AST) -> tuple[int, int]:
        """Give line and column, from 1, of the file before it was redacted."""
        line = getattr(node, "lineno", 1)
        column = self._column(line, getattr(node, "col_offset", 0))
        return line, column + self._moved(line, column)

    def _column(self, line: int, offset: int) -> int:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return offset + 1 if text.isascii() else len(text.encode()[:offset].decode("utf-8", "replace")) + 1

    def _moved(self, line: int, column: int) -> int:
        """Tell how far masks before a column moved it."""
        moved = 0
        for secret in self.secrets.get(line, ()):
            if secret.column - moved >= column:
                break
            moved += secret.length - len(REDACTED)
        return moved

    def _secrets_of(self, node: ast.expr) -> tuple[Secret, ...]:
        """Give the secrets that stood in a text: those in its columns, or else those of its lines."""
        last = node.end_lineno or node.lineno
        if last == node.lineno:
            of_line = self.secrets.get(node.lineno, [])
            _, start = self._place(node)
            end = self._column(last, node.end_col_offset or 0)
            end += self._moved(last, end)
            return tuple(each for each in of_line if start <= each.column < end) or tuple(of_line[:1])
        lines = range(node.lineno, min(last, node.lineno + 10_000) + 1)
        return tuple(each for line in lines for each in self.secrets.get(line, ()))


def _reads_environment(node: Node) -> bool:
    return node.tag == "expression" and isinstance(node.value, str) and node.value.startswith("os.environ[")


def _key(target: ast.expr) -> str:
    """Give the last name of what is assigned to: a variable, an attribute, or a key."""
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return str(target.slice.value)
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for each in node.names:
            # `import a.b` makes `a` known, by which `a.b` is spelled in full anyway
            yield (each.asname, each.name) if each.asname else (each.name.split(".")[0],) * 2
        return
    module = "." * node.level + (node.module or "")
    for each in node.names:
        yield each.asname or each.name, f"{module}.{each.name}" if module.strip(".") else f"{module}{each.name}"


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Give what stands inside of a statement and is no expression of it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)):
            yield child
