"""The bytes of a file too large to hold become text, piece by piece, out of gzip when they are compressed."""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from nhiassess.errors import FormatError
from nhiassess.formats.encodings import encoding

PIECE = 1_000_000
# logs shrink to a twentieth, repetitive ones to a hundredth; zeros to a thousandth
MAX_RATIO = 250
MAX_UNPACKED = 20_000_000_000
# below this no ratio does harm
_HARMLESS = 20_000_000
_PACKED_PIECE = 65_536
GZIP = b"\x1f\x8b"
_DEFLATE_WITH_GZIP_HEAD = 31
# parts of a compressed file that follow one another and hold nothing
_MAX_EMPTY_PARTS = 1000
_BINARY = ("the file is binary, not text", "Leave it out of the observed folder.")


class Unpacking:
    r"""The text of one file, in pieces; `incomplete` says after the last one why there should be more.

    Parameters
    ----------
    path:
        The file, for complaints.
    file:
        Its bytes: UTF-8 or UTF-16, as they are or in gzip.

    Examples
    --------
    >>> from io import BytesIO
    >>> "".join(Unpacking("x.jsonl", BytesIO("\ufeff{}\n".encode())))
    '{}\n'
    """

    def __init__(self, path: str, file: BinaryIO) -> None:
        self.path = path
        self.incomplete: str | None = None
        self._file = file

    def __iter__(self) -> Iterator[str]:
        """Give the pieces; a byte that is not UTF-8 becomes half of a surrogate pair, so that its record can be told.

        Raises
        ------
        FormatError
            When the file is binary, in another encoding, or unpacks to more than any log would.
        """
        pieces = self._bytes()
        first = next(pieces, b"")
        while 0 < len(first) < 4096 and (more := next(pieces, b"")):
            first += more
        if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
            raise self._refusal("the file is UTF-32", "Convert it: iconv -f UTF-32 -t UTF-8.", "encoding")
        name = encoding(first[: min(len(first), 4096) // 2 * 2])
        wide = name.startswith("utf-16")
        decoder = codecs.getincrementaldecoder(name)("strict" if wide else "surrogateescape")
        text = ""
        try:
            text = decoder.decode(first)
            if "\0" in text[:4096]:
                raise self._refusal(*_BINARY, "binary")
            yield text
            for piece in pieces:
                yield decoder.decode(piece)
            yield decoder.decode(b"", final=not wide)
        except UnicodeDecodeError:
            raise self._refusal("the UTF-16 text is broken", "Export the file again as UTF-8.", "encoding") from None

    def _bytes(self) -> Iterator[bytes]:
        first = self._file.read(_PACKED_PIECE)
        if first.startswith(GZIP):
            yield from self._inflated(first)
            return
        while first:
            yield first
            first = self._file.read(PIECE)

    def _inflated(self, packed: bytes) -> Iterator[bytes]:
        part = zlib.decompressobj(_DEFLATE_WITH_GZIP_HEAD)
        read, given, empty, within = len(packed), 0, 0, 0
        while True:
            try:
                piece = part.decompress(packed, PIECE)
            except zlib.error:
                self.incomplete = "the compressed data is broken, and what follows could not be read"
                return
            given += len(piece)
            within += len(piece)
            if given > MAX_UNPACKED or (given > _HARMLESS and given > MAX_RATIO * read):
                raise self._bomb(f"it unpacks to more than {given / 1e6:,.0f} MB from {read / 1e6:,.1f} MB")
            if piece:
                yield piece
            packed = part.unconsumed_tail
            if part.eof:
                empty = 0 if within else empty + 1
                if empty > _MAX_EMPTY_PARTS:
                    raise self._bomb("its parts hold nothing")
                packed, within = part.unused_data.lstrip(b"\0"), 0
                part = zlib.decompressobj(_DEFLATE_WITH_GZIP_HEAD)
                if len(packed) < len(GZIP):
                    more = self._file.read(_PACKED_PIECE)
                    read += len(more)
                    packed = (packed + more).lstrip(b"\0")
                if not packed:
                    return
                if not packed.startswith(GZIP):
                    self.incomplete = "what follows the compressed data is not compressed, and was not read"
                    return
            elif not packed and len(piece) < PIECE:
                packed = self._file.read(_PACKED_PIECE)
                read += len(packed)
                if not packed:
                    self.incomplete = "the compressed file ends before its data does"
                    return

    def _bomb(self, why: str) -> FormatError:
        what = f"the compressed file looks like a bomb: {why}"
        return self._refusal(what, "Unpack it yourself, when you know what it is.", "too large")

    def _refusal(self, what: str, hint: str, construct: str) -> FormatError:
        return FormatError(what, f"{self.path}:1:1", hint, construct)


def head(path: str, file: BinaryIO, characters: int = 4096) -> str:
    """Give the first characters of a file's text, and leave the file as it was found.

    Parameters
    ----------
    path, file:
        As for `Unpacking`; the file must be one that can go back to a place in it.
    characters:
        As many as those who recognise files are given.

    Returns
    -------
    str
        Empty when the file is no text.
    """
    before = file.tell()
    try:
        return next(iter(Unpacking(path, file)), "")[:characters]
    except FormatError:
        return ""
    finally:
        file.seek(before)
