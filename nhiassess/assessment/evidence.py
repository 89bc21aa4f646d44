"""Redacted excerpts of the files that a report cites, with the hashes to find them again by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

from nhiassess.model.assessment import Evidence
from nhiassess.model.inventory import Location, ObservedFile

LINES_AROUND = 1
LONGEST_LINE = 160
LITTLE = 64  # characters besides the secret
REDACTED = "[redacted]"


def evidence(
    places: Iterable[Location],
    texts: Mapping[str, str],
    files: Iterable[ObservedFile],
    collected: Mapping[str, str],
) -> tuple[Evidence, ...]:
    """Cut an excerpt for each place.

    Parameters
    ----------
    places:
        What is cited; several places of one line are one piece of evidence.
    texts:
        Path to the redacted text of the file.
    files:
        The ledger, for the hash of the bytes that were read.
    collected:
        File or folder to when it was exported, where its provenance says so.

    Returns
    -------
    tuple of Evidence
        In path order, E-001 on. The hash of a file that is little more than a secret is left out, since it
        could be guessed from.
    """
    hashes = {each.id: each.sha256 for each in files}
    found = []
    cited = sorted({(place.path, place.line): place for place in sorted(places, reverse=True)}.items())
    for number, ((path, line), place) in enumerate(cited, 1):
        lines = texts.get(path, "").split("\n")
        first = max(line - LINES_AROUND, 1)
        shown = [each.rstrip("\r")[:LONGEST_LINE] for each in lines[first - 1 : line + LINES_AROUND]]
        excerpt = "\n".join(shown).rstrip("\r\n")
        found.append(
            Evidence(
                id=f"E-{number:03}",
                location=place,
                excerpt=excerpt,
                first_line=first,
                sha256=sha256(excerpt.encode()).hexdigest(),
                file_sha256=None if guessable(texts.get(path, "")) else hashes.get(path),
                collected=_collected(path, collected),
            )
        )
    return tuple(found)


def guessable(text: str) -> bool:
    """Tell whether a redacted text is little more than a secret, which a hash of the file could be guessed from.

    Examples
    --------
    >>> guessable("PASSWORD=[redacted]"), guessable("# nothing")
    (True, False)
    """
    return REDACTED in text and len(text.replace(REDACTED, "").strip()) < LITTLE


def _collected(path: str, collected: Mapping[str, str]) -> str | None:
    while path:
        if path in collected:
            return collected[path]
        path = path.rpartition("/")[0]
    return None
