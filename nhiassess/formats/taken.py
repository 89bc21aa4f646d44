"""Which secrets were taken out of a piece of redacted text, where several stand on one line."""

from __future__ import annotations

from nhiassess.formats.format import REDACTED, Document, Secret


class Taken:
    """The secrets of one file, asked for by pieces of its redacted text.

    Examples
    --------
    >>> from nhiassess.formats.reading import read
    >>> taken = Taken(read(".netrc", b"machine a password hunter2 machine b password hunter3", key=b"run"))
    >>> [each.column for each in taken.at(1, 49, "[redacted]")]
    [47]
    """

    def __init__(self, document: Document) -> None:
        self._lines = document.text.split("\n")
        self._secrets: dict[int, list[Secret]] = {}
        for secret in document.secrets:
            self._secrets.setdefault(secret.line, []).append(secret)

    def at(self, line: int, column: int, text: str) -> tuple[Secret, ...]:
        """Give the secrets that a piece of the text held.

        Parameters
        ----------
        line, column:
            Where the piece begins in the redacted text.
        text:
            The piece.

        Returns
        -------
        tuple of Secret
            In file order. Where a line was masked in other places as well, the first secret of the line stands for
            those of the piece, since they can't be told apart.
        """
        found: list[Secret] = []
        for number, part in enumerate(text.split("\n"), start=line):
            count = part.count(REDACTED)
            here = self._secrets.get(number, [])
            if not count or not here or number > len(self._lines):
                continue
            whole = self._lines[number - 1]
            before = whole[: column - 1].count(REDACTED) if number == line else 0
            found += here[before : before + count] if len(here) == whole.count(REDACTED) else here[:1]
        return tuple(found)
