"""Bytes become text when they are UTF-8 or UTF-16; anything else is refused with the way to convert it."""

from __future__ import annotations

import codecs
import re

from nhiassess.errors import FormatError

# enough to see which half of each pair of bytes is empty
_HEAD = 4096
# an ASCII text in UTF-16 has a zero byte in every pair; a third leaves room for other scripts
_SHARE = 0.33
# how old systems end lines; every reader and editor must count the same ones
_ALONE = re.compile("\r(?!\n)")


def decode(path: str, content: bytes) -> str:
    """Decode the bytes of a text file.

    Parameters
    ----------
    path:
        The file, for complaints.
    content:
        UTF-8 or UTF-16 little or big endian, each with or without a byte order mark.

    Returns
    -------
    str
        The text without a byte order mark; line ends are left as they are, but for a carriage return that stands
        alone, which becomes a line feed.

    Raises
    ------
    FormatError
        When the bytes are binary or in another encoding.

    Examples
    --------
    >>> decode("a.json", "é".encode("utf-16"))
    'é'
    """
    if content.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise FormatError("the file is UTF-32", f"{path}:1:1", "Convert it: iconv -f UTF-32 -t UTF-8.", "encoding")
    name = encoding(content)
    try:
        text = content.decode(name)
    except UnicodeDecodeError as error:
        raise _refusal(path, content, name, error.start) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise _binary(f"{path}:{line}:1")
    return _ALONE.sub("\n", text)


def head(path: str, start: bytes, *, whole: bool) -> str:
    """Decode the first bytes of a file, which may end within a character.

    Parameters
    ----------
    path, start:
        The file, and its first bytes.
    whole:
        Whether they are all of it.

    Raises
    ------
    FormatError
        As for `decode`.

    Examples
    --------
    >>> head("a.json", "é".encode()[:1], whole=False)
    ''
    """
    if whole or start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return decode(path, start)
    try:
        text = codecs.getincrementaldecoder(encoding(start[:_HEAD]))().decode(start)
    except UnicodeDecodeError:
        return decode(path, start)
    return decode(path, start) if "\0" in text else _ALONE.sub("\n", text)


def encoding(content: bytes) -> str:
    """Tell the encoding of a text by its byte order mark, or by where its empty bytes stand; UTF-8 when neither tells.

    Examples
    --------
    >>> encoding("a".encode("utf-16-le")), encoding(b"a")
    ('utf-16-le', 'utf-8')
    """
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[:_HEAD]
    pairs = len(head) // 2
    if pairs and len(content) % 2 == 0:
        first, second = head[0::2].count(0), head[1::2].count(0)
        if second > pairs * _SHARE and first < pairs * 0.05:
            return "utf-16-le"
        if first > pairs * _SHARE and second < pairs * 0.05:
            return "utf-16-be"
    return "utf-8"


def _refusal(path: str, content: bytes, name: str, start: int) -> FormatError:
    line = content.count(b"\n", 0, start) + 1
    column = start - (content.rfind(b"\n", 0, start) + 1) + 1
    where = f"{path}:{line}:{column}"
    if name.startswith("utf-16"):
        return FormatError("the UTF-16 text is broken here", where, "Export the file again as UTF-8.", "encoding")
    # control bytes other than tab, line feed, form feed and carriage return are in no text encoding's everyday use
    control = sum(1 for byte in content[:_HEAD] if byte < 32 and byte not in (9, 10, 12, 13, 27))
    if control:
        return _binary(where)
    return FormatError(
        "the text is not UTF-8 from this byte on",
        where,
        "Convert it: iconv -f WINDOWS-1252 -t UTF-8 (or from the encoding that wrote it).",
        "encoding",
    )


def _binary(where: str) -> FormatError:
    return FormatError("the file is binary, not text", where, "Leave it out of the observed folder.", "binary")
