"""A mapping read field by field, with a complaint for each that is missing, unknown or of the wrong kind."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import Any

from nhiassess.errors import Complaint
from nhiassess.formats.form import Form
from nhiassess.formats.format import Document, Node

MOST = 10**10  # three centuries in seconds


class Record:
    """One mapping of a file of ours; what is wrong with it is gathered, never raised one by one.

    Parameters
    ----------
    path:
        The file, as complaints print it.
    node:
        The mapping; anything else is a complaint.
    complaints:
        The list that every record of a reading shares.
    dotted:
        Where the mapping stands in the file, such as ``$.controls[3]``.
    """

    def __init__(self, path: str, node: Node, complaints: list[Complaint], dotted: str = "$") -> None:
        self.path, self.node, self.complaints, self.dotted = path, node, complaints, dotted
        self._asked: set[str] = set()
        if not node.is_mapping:
            self.complain(node, "a mapping is expected here", "Write `key: value` lines.")

    @property
    def place(self) -> tuple[str, int, int]:
        """The path, line and column of the mapping."""
        return self.path, self.node.line, self.node.column

    def complain(self, node: Node | None, what: str, hint: str = "", key: str = "") -> None:
        """Add one complaint about a node of this file."""
        at = node or self.node
        dotted = f"{self.dotted}.{key}" if key else self.dotted
        self.complaints.append(Complaint(f"{dotted}: {what}", f"{self.path}:{at.line}:{at.column}", hint))

    def has(self, key: str) -> bool:
        """Tell whether the key is there with a value that is not null."""
        self._asked.add(key)
        node = self.node.get(key)
        return node is not None and node.value is not None

    def text(
        self, key: str, *, among: Collection[str] = (), form: Form | None = None, noun: str = "", needed: bool = True
    ) -> str:
        """Read text; a complaint and "" when it is absent, empty or no text.

        Parameters
        ----------
        key:
            Where it stands.
        among:
            The words that are allowed; any text when empty.
        form:
            What it must look like.
        noun:
            What a complaint calls an allowed word.
        needed:
            Whether it may be left out.
        """
        found = self.optional_text(key, among=among, form=form, noun=noun)
        if not found and needed and not self._complained(key):
            self.complain(None, "is missing", "Add it.", key)
        return found or ""

    def optional_text(
        self, key: str, *, among: Collection[str] = (), form: Form | None = None, noun: str = ""
    ) -> str | None:
        """Read text that may be absent."""
        if not self.has(key):
            return None
        node = self.node.get(key)
        assert node is not None
        value = node.text()
        if value is None:
            self.complain(node, f"text is expected, not {node.plain()!r}", "Put it in quotes.", key)
            return None
        self._allow(key, node, value, among, noun)
        if form and not form.fits(value):
            self.complain(node, f"{value!r} is no {form.noun}", form.hint, key)
        return value

    def texts(self, key: str, *, among: Collection[str] = (), none: tuple[str, str] | None = None) -> tuple[str, ...]:
        """Read a list of texts; where there must be one, `none` is the complaint and the hint when there is not."""
        found = tuple(self.placed_texts(key))
        for text, node in found:
            self._allow(key, node, text, among)
        if none and not found:
            self.complain(None, *none, key)
        return tuple(text for text, _ in found)

    def placed_texts(self, key: str) -> Iterator[tuple[str, Node]]:
        """Read a list of texts that may be absent, each with the node it was read from."""
        if not self.has(key):
            return
        node = self.node.get(key)
        assert node is not None
        for each in node.listed():
            value = each.text()
            if value is None:
                self.complain(each, f"text is expected, not {each.plain()!r}", "Put it in quotes.", key)
            else:
                yield value, each

    def integer(self, key: str, least: int = 0, most: int = MOST) -> int | None:
        """Read a whole number that may be absent."""
        if not self.has(key):
            return None
        node = self.node.get(key)
        assert node is not None
        if isinstance(node.value, bool) or not isinstance(node.value, int):
            self.complain(node, f"a whole number is expected, not {node.plain()!r}", "", key)
            return None
        if not least <= node.value <= most:
            self.complain(node, f"is from {least} to {most}", "", key)
            return None
        return node.value

    def share(self, key: str) -> tuple[float, float] | None:
        """Read a share that may be absent: at least and at most, both from 0 to 1."""
        if not self.has(key):
            return None
        node = self.node.get(key)
        assert node is not None
        shares = node.plain()
        if isinstance(shares, list) and len(shares) == 2 and all(type(each) in (int, float) for each in shares):
            least, most = float(shares[0]), float(shares[1])
            if 0 <= least <= most <= 1:
                return least, most
        self.complain(node, "is no share", f"Write `{key}: [0.2, 0.5]`: at least, at most, both from 0 to 1.", key)
        return None

    def flag(self, key: str, default: bool) -> bool:
        """Read true or false."""
        found = self.optional_flag(key)
        return default if found is None else found

    def optional_flag(self, key: str) -> bool | None:
        """Read true, false or nothing."""
        if not self.has(key):
            return None
        node = self.node.get(key)
        assert node is not None
        if not isinstance(node.value, bool):
            self.complain(node, f"true or false is expected, not {node.plain()!r}", "", key)
            return None
        return node.value

    def record(self, key: str) -> Record | None:
        """Read a mapping that may be absent."""
        if not self.has(key):
            return None
        node = self.node.get(key)
        assert node is not None
        return Record(self.path, node, self.complaints, f"{self.dotted}.{key}")

    def records(self, key: str, *, none: tuple[str, str] | None = None) -> Iterator[Record]:
        """Read a list of mappings; where there must be one, `none` is the complaint and the hint when there is not."""
        node = self.node.get(key) if self.has(key) else None
        if node is not None and not node.is_sequence:
            self.complain(node, "a list is expected here", "Begin each line with `- `.", key)
        elif none and not (node and node.elements()):
            self.complain(node, *none, key)
        for place, each in enumerate(node.elements() if node else ()):
            yield Record(self.path, each, self.complaints, f"{self.dotted}.{key}[{place}]")

    def lists(self, key: str, *, none: tuple[str, str]) -> tuple[tuple[Record, ...], ...]:
        """Read a list of lists of mappings; `none` is the complaint and the hint when it, or one of them, is empty."""
        self.has(key)
        node = self.node.get(key)
        found = tuple(
            tuple(
                Record(self.path, each, self.complaints, f"{self.dotted}.{key}[{place}][{within}]")
                for within, each in enumerate(list_.elements())
            )
            for place, list_ in enumerate(node.elements() if node else ())
        )
        if not found or not all(found):
            self.complain(node, *none, key)
        return found

    def names(self) -> tuple[str, ...]:
        """Give the keys of a mapping that names things of the writer's own, such as ids of controls."""
        return tuple(key for key, _ in self.node.items())

    def plain(self, key: str) -> Any:
        """Read whatever stands there as plain data; None when absent."""
        if not self.has(key):
            return None
        node = self.node.get(key)
        assert node is not None
        return node.plain()

    def whole(self) -> dict[str, Any]:
        """Give the whole mapping as plain data, whatever its keys."""
        return {key: node.plain() for key, node in self.node.items()}

    def one_of(self, keys: Sequence[str], what: str, hint: str, *, several: bool = False) -> None:
        """Complain unless one of the keys is there, or several of them where that is allowed."""
        there = sum(map(self.has, keys))
        if there == 0 or (there > 1 and not several):
            self.complain(None, what, hint)

    def goes_with(self, key: str, other: str, word: str, what: str, hint: str, *, only: bool = False) -> None:
        """Complain unless a key is there when another holds a word; with `only`, also when it is there otherwise."""
        node, held = self.node.get(key), self.node.get(other)
        there = node is not None and node.value not in (None, "")
        asked = held is not None and held.value == word
        if (asked and not there) or (only and there and not asked):
            self.complain(None, what, hint)

    def done(self) -> None:
        """Complain about every key that nobody asked for."""
        for key, node in self.node.items():
            if key not in self._asked:
                near = get_close_matches(key, sorted(self._asked), 1)
                hint = f"Did you mean {near[0]}?" if near else f"Known keys: {', '.join(sorted(self._asked))}."
                line, column = node.key_line, node.key_column
                self.complaints.append(
                    Complaint(f"{self.dotted}.{key}: is not a known key", f"{self.path}:{line}:{column}", hint)
                )

    def _allow(self, key: str, node: Node, value: str, among: Collection[str], noun: str = "") -> None:
        if among and value not in among:
            near = get_close_matches(value, list(among), 1)
            hint = f"Did you mean {near[0]}?" if near else f"One of: {', '.join(sorted(among))}."
            self.complain(node, f"{value!r} is no {noun}" if noun else f"{value!r} is not allowed here", hint, key)

    def _complained(self, key: str) -> bool:
        last = self.complaints[-1] if self.complaints else Complaint("")
        return last.where.startswith(f"{self.path}:") and last.what.startswith(f"{self.dotted}.{key}:")


def problems(path: str, document: Document) -> list[Complaint]:
    """Give what reading a file already found wrong, such as duplicate keys, as complaints."""
    return [
        Complaint(f"{each.path}: {each.what}", f"{path}:{each.line}:{each.column}", each.hint)
        for each in document.problems
    ]
