"""What is a secret wherever it stands: tokens of known forms, keys, passwords in addresses and commands, headers."""

from __future__ import annotations

import re
from base64 import b64decode
from bisect import bisect_right
from dataclasses import dataclass, replace
from itertools import accumulate

from nhiassess.formats.format import Confidence, How
from nhiassess.formats.issued import issued
from nhiassess.formats.likeness import CODE, left_out, looks_secret
from nhiassess.formats.references import is_placeholder, without_references


@dataclass(frozen=True, slots=True)
class Span:
    """Where in a text a secret stands, and how it was recognised."""

    start: int
    end: int
    kind: str
    confidence: Confidence
    how: How


_PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"
    r"(?:(?:(?!-----BEGIN)[\s\S]){0,20000}?-----END (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----"
    r"|[A-Za-z0-9+/=\s\\#*:,]{0,20000})"
    r"|PuTTY-User-Key-File-\d[\s\S]{0,20000}?Private-MAC: ?[0-9a-f]*"
)
# PKCS #8, RFC 1421, PuTTY, and what OpenSSH writes before any cipher but "none", in base64
_PROTECTED = re.compile(
    r"BEGINENCRYPTEDPRIVATEKEY|Proc-Type:4,ENCRYPTED|Encryption:(?!none)|b3BlbnNzaC1rZXktdjEAAAAA(?!BG5vbmU)"
)
_HOST = r"(?=[\w.\-\[\]:%${}]{1,300}(?:[/?#,;\s\"'`)\\]|\Z))"
# each begins with what is always there and looks back from behind it: beginnings are found ten times faster so
_DSN = re.compile(r"://(?P<user>[^\s:/@\"'<>`\\]{0,200}+):(?P<part>(?!//)[^\s\"'`<>]{1,500}?)@" + _HOST)
_HTTP = re.compile(r"(?i)https?\Z")
_URL_TOKEN = re.compile(r"://(?P<part>[A-Za-z0-9_-]{16,}+)@" + _HOST)
# an unbroken run of signs with one that an address spells as its number
_ESCAPED = re.compile(r"(?:(?<=[\s\"'`<>])|\A)[^\s\"'`<>%]*+%[0-9A-Fa-f]{2}[^\s\"'`<>]*+")
_SIGN_OF_ADDRESS = re.compile(r"%([0-9A-Fa-f]{2})")
GO_DSN = re.compile(r"(?<![^\s\"'=])(?P<user>[\w.-]+):(?P<part>[^\s\"'@/]+)@(?:tcp|udp|unix)\(")
_SCHEME = re.compile(
    r"(?P<scheme>[BbTtAa](?:(?<=\b.)|(?<=\\[nrt].))(?:(?<=[Bb])(?:earer|asic|ot)|(?<=B)(?:EARER|ASIC)"
    r"|(?<=[Tt])oken|(?<=T)OKEN|(?<=[Aa])pi[Kk]ey))(?:\s|%20)+(?P<part>[A-Za-z0-9._~+/=|-]{8,})"
)
# up to a space or a quote, but a reference whole; it gives nothing back, or a hostile text would take for ever
BARE = r"(?:\$\{\{?[^}\n]{0,300}\}\}?|\{\{[^}\n]{0,300}\}\}|[^\s\"'`])++"
_USER = re.compile(rf"(?<!\S)(?:-u|--user|--proxy-user)[ =][\"']?(?!\d+:\d+(?:\s|\Z))[^\s:\"'/]+:(?P<part>{BARE})")
# user and password in base64, as registries of images and packages have it
_REGISTRY = re.compile(
    r"auth(?<=\bauth)(?:\\{0,3}[\"'])?\s{0,10}[:=]\s{0,10}(?:\\{0,3}[\"'])?(?P<part>[A-Za-z0-9+/]{8,2000}={0,2})"
)
_SSHPASS = re.compile(rf"\bsshpass\s+-p\s*[\"']?(?P<part>{BARE})")
_AWS_PAIR = re.compile(r"(?:AKIA|ASIA)[A-Z0-9]{16}[\"'\s:,;=|/]{1,10}(?P<part>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])")
_SECURE = re.compile(r"@secure\(\)\s{1,20}param\s{1,9}\w{1,80}\s{1,9}\w{1,80}\s{0,9}=\s{0,9}'(?P<part>[^'\n]{1,2000})'")
# with texts of which each must hold one, since looking for those is far faster
_COMMANDS = (
    (("-u",), _USER, "password"),
    (("sshpass",), _SSHPASS, "password"),
    (("@secure()",), _SECURE, "generic"),
    (("@tcp(", "@udp(", "@unix("), GO_DSN, "dsn_password"),
    (("AKIA", "ASIA"), _AWS_PAIR, "aws_secret_access_key"),
)


def everywhere(text: str, forms: list[tuple[str, int, int]]) -> list[Span]:
    """Find what is a secret wherever it stands: tokens of known forms, keys, passwords in addresses, headers.

    Parameters
    ----------
    text:
        One value or a whole file.
    forms:
        What `issued` finds in it.

    Returns
    -------
    list of Span
        In no order; they may overlap.
    """
    return _in_sight(text, forms) + (_in_escaped(text) if _SIGN_OF_ADDRESS.search(text) else [])


def _in_escaped(text: str) -> list[Span]:
    """Find what is a secret once the percent signs of addresses are taken back."""
    parts: list[str] = []
    begins: list[int] = []  # where in the text each part was written
    for run in _ESCAPED.finditer(text):
        reached = run.start()
        for sign in _SIGN_OF_ADDRESS.finditer(text, *run.span()):
            parts += [text[reached : sign.start()], chr(int(sign[1], 16))]
            begins += [reached, sign.start()]
            reached = sign.end()
        parts += [text[reached : run.end()], "\n"]
        begins += [reached, run.end()]
    starts = [0, *accumulate(map(len, parts))]

    def written(place: int) -> int:
        part = bisect_right(starts, place) - 1
        return begins[part] + place - starts[part]

    plain = "".join(parts)
    found = _in_sight(plain, issued(plain)) if parts else []
    return [replace(span, start=written(span.start), end=written(span.end)) for span in found]


def _in_sight(text: str, forms: list[tuple[str, int, int]]) -> list[Span]:
    spans = [
        Span(start, end, kind, "medium" if kind == "aws_access_key_id" else "high", "prefix")
        for kind, start, end in forms
        if not is_placeholder(text[start:end]) and not left_out(text[start:end])
    ]
    if "PRIVATE KEY" in text or "PuTTY" in text:
        spans += [Span(*found.span(), _kind_of_key(found[0]), "high", "structure") for found in _PEM.finditer(text)]
    if "://" in text and "@" in text:
        for found in _DSN.finditer(text):
            part = found["part"]
            if _HTTP.search(text, max(0, found.start() - 5), found.start()) and (
                # a port behind a host is no password, though an `@` after it makes it one for browsers
                "/" in part
                or (part.isdigit() and len(part) < 6 and ("." in found["user"] or found["user"] == "localhost"))
            ):
                continue
            if _is_given(found):
                spans.append(Span(*found.span("part"), "dsn_password", "high", "structure"))
        for found in _URL_TOKEN.finditer(text):
            if looks_secret(found["part"]):
                spans.append(Span(*found.span("part"), "dsn_password", "medium", "structure"))
    for found in _SCHEME.finditer(text):
        if looks_secret(found["part"]) and not is_placeholder(found["part"]) and not CODE.match(found["part"]):
            kind = "password" if found["scheme"].lower() == "basic" else "oauth_token"
            spans.append(Span(*found.span("part"), kind, "medium", "structure"))
    if "auth" in text:
        spans += [Span(*found.span("part"), "password", "high", "structure") for found in _REGISTRY.finditer(text)
                  if _is_pair(found["part"])]  # fmt: skip
    for signs, pattern, kind in _COMMANDS:
        if not any(sign in text for sign in signs):
            continue
        for found in pattern.finditer(text):
            if _is_given(found):
                spans.append(Span(*found.span("part"), kind, "high", "structure"))
    return spans


def _kind_of_key(key: str) -> str:
    """Tell from the beginning of a private key whether a passphrase protects it: it names a cipher, or "none"."""
    start = "".join(key[:400].split())
    protected = _PROTECTED.search(start) is not None
    return "encrypted_private_key" if protected else "private_key"


def _is_given(found: re.Match[str]) -> bool:
    """Tell whether a password is written out, and no place for one."""
    part, user = found["part"], found.groupdict().get("user", "")
    return bool(without_references(part)) and not is_placeholder(part) and not is_placeholder(f"{user}:{part}")


def _is_pair(encoded: str) -> bool:
    """Tell whether a text is ``user:password`` in base64."""
    try:
        user, colon, password = b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        return False
    return bool(user and colon and password) and (user + password).isprintable()
