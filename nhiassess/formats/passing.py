"""A text passes by in pieces: the part that is held, a place in it, and the way from there to the end of a value."""

from __future__ import annotations

import re
from collections.abc import Iterable

AHEAD = 65_536
_MAX_INDENT = 200
# U+001E stands before each record of RFC 7464
SPACE = re.compile(r"[\s\x1e\ufeff]*+")
# between brackets: anything that is none, strings as a whole
_BETWEEN = re.compile(r'[^"{}\[\]]*+(?:"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"[^"{}\[\]]*+)*+', re.S)
_IN_STRING = re.compile(r'[^"\\\n]*+(?:\\.[^"\\\n]*+)*+', re.S)


class Passing:
    """What is held of a text.

    Parameters
    ----------
    pieces:
        The text, cut anywhere.
    most:
        How many characters of one value are ever held.

    Attributes
    ----------
    text, at:
        The part that is held, and the place in it; what is before the place is forgotten as the text goes on.
    began:
        Where the value began that `end` found to be over.

    Examples
    --------
    >>> passing = Passing(['{"a": [', '1]} rest'], most=100)
    >>> passing.space(), passing.end(0, keep=True), passing.text[: passing.at]
    (True, 'over', '{"a": [1]}')
    """

    def __init__(self, pieces: Iterable[str], most: int) -> None:
        self.text, self.at, self.began, self.most = "", 0, 0, most
        self._pieces = iter(pieces)
        # the line that `_counted` is in, and where it begins, which may be in what is forgotten
        self._line, self._line_start, self._counted = 1, 0, 0
        # whether what is forgotten of this line is blank
        self._blank = True

    def at_line(self, line: int, at: int) -> None:
        """Move to a place where a line of this number begins."""
        self._line, self._line_start, self._counted, self.at = line, at, at, at

    def end(self, depth: int, *, keep: bool) -> str:
        """Move behind the value that is open here, by its brackets alone.

        Parameters
        ----------
        depth:
            How many brackets are open.
        keep:
            Whether its text must stay; then the place stays too, until the value is over: it began at `began`.

        Returns
        -------
        str
            over; large, when more than a record may have was kept; broken, at the end of a line within a string;
            or cut, at the end of the file.
        """
        place, in_string = self.at, False
        while True:
            found = (_IN_STRING if in_string else _BETWEEN).match(self.text, place)
            assert found is not None
            place = found.end()
            sign = self.text[place : place + 1]
            if sign == '"':
                in_string = not in_string
            elif sign == "\n":
                return "broken"
            elif sign in ("{", "["):
                depth += 1
            elif sign in ("}", "]"):
                depth -= 1
            if sign and sign != "\\":
                place += 1
                if depth == 0:
                    self.began, self.at = self.at, place
                    return "over"
                continue
            if keep and place - self.at > self.most:
                return "large"
            if not keep:
                self.at = place
            place -= self.at
            if not self.more():
                self.at = len(self.text)
                return "cut"

    def resume(self, indent: int) -> bool:
        """Move to the next line that begins with so many blanks and a mapping; tell whether there is one."""
        begins = re.compile(rf"\n[ \t]{{{indent}}}(?=\{{)")
        self.at += 1
        while not (found := begins.search(self.text, self.at)):
            # the sign may be cut in two
            self.at = max(self.at, len(self.text) - indent - 2)
            if not self.more():
                self.at = len(self.text)
                return False
        self.at = found.end()
        return True

    def space(self) -> bool:
        """Move to the next sign that is no space; tell whether there is one."""
        while True:
            found = SPACE.match(self.text, self.at)
            assert found is not None
            self.at = found.end()
            if self.at < len(self.text):
                return True
            if not self.more():
                return False

    def look_ahead(self) -> None:
        """Hold enough of what follows to tell what begins here."""
        while len(self.text) - self.at < AHEAD and self.more():
            pass

    def more(self) -> bool:
        """Forget what was read and add a piece; tell whether there was one."""
        for piece in self._pieces:
            if piece:
                break
        else:
            return False
        self.place()
        self._blank = self.begins_line()
        self._line_start -= self.at
        self.text = self.text[self.at :] + piece
        self.at = self._counted = 0
        return True

    def begins_line(self) -> bool:
        """Tell whether only a few blanks stand before this place on its line."""
        if self.at - self._line_start > _MAX_INDENT or (self._line_start < 0 and not self._blank):
            return False
        return not self.text[max(0, self._line_start) : self.at].strip()

    def place(self) -> tuple[int, int]:
        """Give the line and column of this place in the whole text."""
        lines = self.text.count("\n", self._counted, self.at)
        if lines:
            self._line += lines
            self._line_start = self.text.rfind("\n", self._counted, self.at) + 1
        self._counted = self.at
        return self._line, self.at - self._line_start + 1
