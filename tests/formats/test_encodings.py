"""Encodings: UTF-8 and UTF-16 are read, everything else is refused with the way to convert it."""

from __future__ import annotations

import codecs

import pytest

from nhiassess.errors import FormatError
from nhiassess.formats.encodings import decode, head
from nhiassess.formats.format import MAX_BYTES
from nhiassess.formats.reading import read

TEXT = '{"name": "Zürich – 東京",\r\n "ok": true}'


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 bom", "utf-16", "utf-16-le bom", "utf-16-be bom", "utf-16-le", "utf-16-be"],
)
def test_text_reads_the_same_in_every_encoding(content: bytes) -> None:
    assert decode("x.json", content) == TEXT
    assert read("x.json", content, key=b"k").root.plain() == {"name": "Zürich – 東京", "ok": True}


@pytest.mark.parametrize(
    ("content", "what", "where"),
    [
        (b"a: 1\nb: caf\xe9\n", "not UTF-8", "x.yaml:2:7"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "binary", "x.yaml:1:1"),
        (b"a: 1\nb: \0\n", "binary", "x.yaml:2:1"),
        (b"\x1f\x8b\x08\0\0\0", "binary", "x.yaml:1:2"),
        ("a: 1".encode("utf-32"), "UTF-32", "x.yaml:1:1"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00\xd8", "broken", "x.yaml:1:3"),
    ],
)
def test_other_bytes_are_refused_with_a_way_out(content: bytes, what: str, where: str) -> None:
    with pytest.raises(FormatError, match=what) as caught:
        read("x.yaml", content, key=b"k")
    assert [each.where for each in caught.value.complaints] == [where]
    assert caught.value.complaints[0].hint


def test_the_way_out_of_another_encoding_names_the_tool() -> None:
    with pytest.raises(FormatError, match="iconv -f WINDOWS-1252 -t UTF-8"):
        decode("x.md", b"caf\xe9")


def test_a_file_over_the_limit_is_refused_unread() -> None:
    with pytest.raises(FormatError, match="larger than 20,000,000 bytes"):
        read("x.json", b" " * (MAX_BYTES + 1), key=b"k")


def test_a_carriage_return_alone_ends_a_line() -> None:
    assert decode("x.txt", b"a\rb\r\nc\r\rd\n") == "a\nb\r\nc\n\nd\n"
    assert head("x.txt", b"a\rb\xc3", whole=False) == "a\nb"
