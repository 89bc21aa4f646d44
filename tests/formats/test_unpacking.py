"""The text of large files: encodings, gzip in parts, and what is refused."""

from __future__ import annotations

import gzip
from io import BytesIO

import pytest

from nhiassess.errors import FormatError
from nhiassess.formats.unpacking import Unpacking, head

TEXT = '{"name": "a café, and 😀", "times": 1}\r\n' * 20_000


def unpack(content: bytes) -> tuple[str, str | None]:
    unpacking = Unpacking("x.log", BytesIO(content))
    return "".join(unpacking), unpacking.incomplete


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        gzip.compress(TEXT.encode()),
        gzip.compress(TEXT.encode("utf-16")),
        gzip.compress(TEXT[:999].encode()) + gzip.compress(TEXT[999:].encode()) + b"\0" * 512,
    ],
    ids=["utf-8", "utf-8 with a mark", "utf-16", "utf-16-le", "utf-16-be", "gzip", "gzip of utf-16", "gzip in parts"],
)
def test_text_reads_the_same_however_it_is_packed(content: bytes) -> None:
    assert unpack(content) == (TEXT, None)


@pytest.mark.parametrize("content", [b"", gzip.compress(b"")], ids=["bytes", "gzip"])
def test_nothing_is_nothing(content: bytes) -> None:
    assert unpack(content) == ("", None)


def test_a_cut_gzip_gives_what_is_there_and_says_so() -> None:
    text, incomplete = unpack(gzip.compress(TEXT.encode())[:-100])
    assert len(text) > 1000 and TEXT.startswith(text[:-10])
    assert incomplete == "the compressed file ends before its data does"


def test_a_broken_gzip_says_so() -> None:
    packed = bytearray(gzip.compress(TEXT.encode()))
    packed[len(packed) // 2 :] = b"\xff" * (len(packed) // 2)
    assert (unpack(bytes(packed))[1] or "").startswith("the compressed data is broken")


def test_what_follows_a_gzip_is_named() -> None:
    text, incomplete = unpack(gzip.compress(b"{}\n") + b"{}\n")
    assert (text, incomplete) == ("{}\n", "what follows the compressed data is not compressed, and was not read")


@pytest.mark.parametrize(
    "content", [gzip.compress(b" " * 60_000_000), gzip.compress(b"") * 3000], ids=["of one sign", "of empty parts"]
)
def test_a_bomb_is_refused(content: bytes) -> None:
    with pytest.raises(FormatError, match="looks like a bomb"):
        unpack(content)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("a".encode("utf-32"), "UTF-32"),
        (b"\x89PNG\0\0\0\rIHDR" * 9, "binary"),
        (gzip.compress(gzip.compress(TEXT.encode())) + b"", "binary"),
        ("a".encode("utf-16") + b"\0\xd8\0\0" + b"x" * 9, "broken"),
    ],
    ids=["utf-32", "picture", "gzip in gzip", "half a pair"],
)
def test_what_is_no_text_is_refused(content: bytes, what: str) -> None:
    with pytest.raises(FormatError, match=what):
        unpack(content)


def test_a_byte_that_is_not_utf_8_spoils_nothing_else() -> None:
    assert unpack(b'{"a": "\xe9"}\n{}\n') == ('{"a": "\udce9"}\n{}\n', None)


def test_the_head_of_a_file_leaves_it_as_it_was() -> None:
    file = BytesIO(gzip.compress(TEXT.encode()))
    assert head("x.gz", file) == TEXT[:4096] and file.tell() == 0
    assert head("x", BytesIO(b"\0\1\2" * 99)) == ""
    assert head("x", BytesIO(b"")) == ""
