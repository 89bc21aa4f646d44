"""The bytes of one file become a Document: decoded, parsed by its format, redacted."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from posixpath import basename

from nhiassess.errors import FormatError
from nhiassess.formats import hcl, json, markdown, python_literals, sheet, toml, workbook, yaml
from nhiassess.formats.encodings import decode, head
from nhiassess.formats.format import MAX_BYTES, Document, Node, Parsed, Problem
from nhiassess.formats.redaction import redact

HEAD = 4096  # characters that sources recognise a file by
_ENOUGH = 4 * HEAD  # in any encoding
# trees of these take up to 130 bytes for each character; hand-written files have a tenth of it
_LONGEST = {"hcl": 3_000_000, "python": 3_000_000}
_SUFFIXES = {
    ".json": "json", ".jsonc": "json", ".json5": "json", ".jsonl": "json", ".ndjson": "json", ".code-workspace": "json",
    ".tfstate": "json", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml", ".tf": "hcl", ".hcl": "hcl", ".tfvars": "hcl",
    ".md": "markdown", ".mdc": "markdown", ".markdown": "markdown", ".csv": "sheet", ".tsv": "sheet",
    ".py": "python", ".pyi": "python", ".pyw": "python",
}  # fmt: skip
# files of other languages: read as text, whatever their first sign
_TEXT = frozenset({
    ".txt", ".js", ".ts", ".sh", ".ps1", ".cedar", ".cedarschema", ".rego", ".fga", ".env", ".ini",
    ".cfg", ".properties", ".xml", ".html", ".pem", ".key", ".crt", ".service",
})  # fmt: skip
_YAML_LINE = re.compile(r"(?:---|[A-Za-z_][\w.-]*:(?:\s|\Z)|- \S|#)")
_TOML_LINE = re.compile(r"\[{1,2}[\w.\"' -]+\]{1,2}\s*(?:#.*)?\Z|[\w.\"-]+\s*=\s*[\"'\[{0-9tf]")
_HCL_LINE = re.compile(r"[A-Za-z_][\w-]*(?:\s+\"[^\"]*\")*\s*\{\s*\Z")
# the keys under which a page of an answer names the next one
_NEXT = (
    "NextToken", "nextToken", "next_token", "nextPageToken", "NextPageToken", "next_page_token", "NextMarker",
    "Marker", "nextLink", "@odata.nextLink", "odata.nextLink", "nextCursor", "next_cursor",
)  # fmt: skip


def read(path: str, content: bytes, *, key: bytes, strict: bool = False) -> Document:
    """Read one file.

    Parameters
    ----------
    path:
        Its path as complaints print it; the suffix tells the format, and the text does when the suffix does not.
    content:
        Its bytes.
    key:
        The key of the run, under which secrets get fingerprints.
    strict:
        For files of our own: spellings that readers of YAML take differently, and secrets, are problems.

    Returns
    -------
    Document
        With positions and without secrets.

    Raises
    ------
    FormatError
        When the bytes are no text, are not in their format, or go beyond a limit.

    Examples
    --------
    >>> read(".mcp.json", b'{"env": {"DB_PASSWORD": "hunter2"}}', key=b"run").root.plain()
    {'env': {'DB_PASSWORD': '[redacted]'}}
    """
    if len(content) > MAX_BYTES:
        raise FormatError(
            f"the file is larger than {MAX_BYTES:,} bytes", f"{path}:1:1", "Split it, or export less.", "too large"
        )
    with _no_collection():
        text, parsed = _opened(path, content, strict)
        if parsed.incomplete is None:
            parsed = replace(parsed, incomplete=one_page(parsed))
        document = redact(path, text, parsed, key)
    return _without_any(document) if strict else document


def enough(path: str) -> int:
    """Give how many bytes of a file tell what it is; a workbook has its list of contents at its end."""
    return MAX_BYTES + 1 if workbook.is_workbook(path) else _ENOUGH


def beginning(path: str, start: bytes, *, whole: bool = True) -> str:
    """Give the first characters of a file, by which sources recognise it.

    Parameters
    ----------
    path, start:
        The file and its first bytes, as many as are `enough`.
    whole:
        Whether they are all of it; else they may end within a character.

    Returns
    -------
    str
        At most `HEAD` characters; of a workbook, the first rows of the sheet that is read, with tabs between the cells.

    Raises
    ------
    FormatError
        When the bytes are neither text nor a workbook.

    Examples
    --------
    >>> beginning("a.csv", b"Agent,Owner")
    'Agent,Owner'
    """
    text = workbook.beginning(path, start) if workbook.is_workbook(path) else head(path, start, whole=whole)
    return text[:HEAD]


def _opened(path: str, content: bytes, strict: bool) -> tuple[str, Parsed]:
    if workbook.is_workbook(path):
        return workbook.parse(path, content)
    text = decode(path, content)
    return text, _parse(path, text, strict)


def _without_any(document: Document) -> Document:
    """Make a problem of each secret: in a file of ours it is out of place, and masked it would change the meaning."""
    what = "this looks like a secret, and was masked"
    hint = "Refer to where it lies, or write an example that no issuer could have given."
    found = tuple(Problem(each.line, each.column, "$", what, hint) for each in document.secrets)
    return replace(document, problems=document.problems + found) if found else document


@contextmanager
def _no_collection() -> Iterator[None]:
    # a large file makes a million values and drops none: looking for cycles among them triples the time
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _parse(path: str, text: str, strict: bool) -> Parsed:
    name = _format(path, text)
    if len(text) > (most := _LONGEST.get(name, len(text))):
        what = f"the file has more than {most:,} characters, and its values take a hundred times the room"
        raise FormatError(what, f"{path}:1:1", "Split it.", "too large")
    if name == "json":
        first = text.lstrip()[:1]
        if first and first not in '{["' and path.endswith((".json", ".jsonc")) and not first.isdigit():
            return _json_or_yaml(path, text, strict)
        return json.parse(path, text)
    if name == "yaml":
        return yaml.parse(path, text, strict=strict)
    if name == "toml":
        return toml.parse(path, text)
    if name == "hcl":
        return hcl.parse(path, text)
    if name == "markdown":
        return markdown.parse(path, text)
    if name == "sheet":
        return sheet.parse(path, text)
    if name == "python":
        return python_literals.parse(path, text)
    return Parsed("text", prose=0)


def _json_or_yaml(path: str, text: str, strict: bool) -> Parsed:
    try:
        return json.parse(path, text)
    except FormatError:
        parsed = yaml.parse(path, text, strict=strict)
        if not any(root.is_mapping or root.is_sequence for root in parsed.roots):
            raise
        return parsed


def _format(path: str, text: str) -> str:
    name = basename(path).lower()
    suffix = "." + name.rsplit(".", 1)[1] if "." in name.lstrip(".") else ""
    if name.endswith(".tfstate.backup"):
        return "json"
    if suffix in _SUFFIXES:
        return _SUFFIXES[suffix]
    if suffix in _TEXT or name.startswith(".env"):
        return "text"
    return _by_content(text)


def _by_content(text: str) -> str:
    """Tell the format of a file whose name does not, by trying what its first lines look like."""
    lines = [line.strip() for line in text[:4096].splitlines()]
    lines = [line for line in lines if line and not line.startswith(("#", "//"))]
    if not lines:
        return "text"
    tries = []
    if lines[0][0] in "{[" and not _TOML_LINE.match(lines[0]):
        tries.append("json")
    elif _TOML_LINE.match(lines[0]):
        tries += ["toml"]
    elif _HCL_LINE.match(lines[0]):
        tries += ["hcl"]
    elif _YAML_LINE.match(lines[0]):
        tries += ["yaml"]
    for name in tries:
        try:
            {"json": json.parse, "toml": toml.parse, "hcl": hcl.parse, "yaml": yaml.parse}[name]("-", text)
        except FormatError:
            continue
        return name
    return "text"


def one_page(parsed: Parsed) -> str | None:
    """Tell why a file that holds one answer of an interface is not all of it; None when it looks whole."""
    if len(parsed.roots) != 1:
        return None
    root = parsed.roots[0]
    for within, name in ((root, ""), (root.get("result"), "result.")):
        if within is None or not within.is_mapping:
            continue
        for sign in ("IsTruncated", "isTruncated", "is_truncated"):
            if _says(within.get(sign)):
                return f"one page of several: {name}{sign} is true"
        for sign in _NEXT:
            node = within.get(sign)
            if node is not None and node.text():
                return f"one page of several: {name}{sign} names the next"
    rest = root.get("metadata", "continue")
    return "one page of several: metadata.continue names the next" if rest is not None and rest.text() else None


def _says(node: Node | None) -> bool:
    return node is not None and node.value in (True, "true", "True")
