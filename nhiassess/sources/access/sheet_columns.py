"""Headers of sheets are told from synonyms in several spellings, and cells are read as dates, levels and spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from nhiassess.formats.format import REDACTED, Node
from nhiassess.formats.sheet import headers
from nhiassess.sources.clients.agent_settings import leaf_text

SHEETS = (".csv", ".tsv", ".xlsx", ".xlsm", ".xltx", ".xltm")
_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e", "è": "e", "á": "a", "ó": "o", "í": "i"})
# what people write into a cell of which they know nothing
_NOTHING = frozenset({
    "-", "--", "–", "—", "?", "n/a", "na", "n.a.", "#n/a", "none", "null", "nil", "unknown", "tbd", "tba", "todo",
    "not known", "not set", "not applicable", "to be defined", "unbekannt", "offen", "k.a.", "keine", "keiner",
    "entfaellt", "leer", "keine angabe", "nicht bekannt", "noch offen",
})  # fmt: skip
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]\d{1,2}:\d{2}.{0,20})?")
_DOTTED = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_WORDED = re.compile(r"(?:(\d{1,2})\.?[ -]([A-Za-zä]{3,9})\.?,?[ -](\d{4}))|(?:([A-Za-z]{3,9})\.? (\d{1,2}),? (\d{4}))")
_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mae": 3, "mrz": 3, "apr": 4, "may": 5, "mai": 5, "jun": 6, "jul": 7, "aug": 8,
    "sep": 9, "oct": 10, "okt": 10, "nov": 11, "dec": 12, "dez": 12,
}  # fmt: skip
_UNITS = {
    "second": 1, "sec": 1, "sekunde": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "stunde": 3600, "std": 3600,
    "day": 86_400, "tag": 86_400, "week": 604_800, "woche": 604_800, "s": 1, "m": 60, "h": 3600, "d": 86_400,
}  # fmt: skip
_SPAN = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s*([A-Za-z]{1,8})")
_ISO_SPAN = re.compile(
    r"P(?:(\d{1,6})W)?(?:(\d{1,6})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,9})(?:\.\d{1,9})?S)?)?"
)


def is_sheet(path: str) -> bool:
    """Tell from its suffix whether a file is read as a sheet.

    Examples
    --------
    >>> is_sheet("grc/Agents.XLSX"), is_sheet("agents.yaml")
    (True, False)
    """
    return path.lower().endswith(SHEETS)


def normal(words: str) -> str:
    """Give a header without case, marks and umlauts, so that its spellings are one.

    Examples
    --------
    >>> normal("Risk_Tier"), normal("Eigentümer*in (fachlich)")
    ('risk tier', 'eigentuemer in fachlich')
    """
    return " ".join(re.sub(r"[\W_]+", " ", words[:200].casefold().translate(_LETTERS)).split())


def fields(names: Iterable[str], synonyms: Mapping[str, str]) -> dict[str, list[str]]:
    """Give the headers of each field, those first whose synonym stands first.

    Parameters
    ----------
    names:
        The headers of a sheet.
    synonyms:
        The field of each normal spelling.

    Returns
    -------
    dict
        Fields of which no header tells are absent.
    """
    order = {spelling: place for place, spelling in enumerate(synonyms)}
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda each: order.get(normal(each), len(order))):
        if normal(name) in synonyms:
            found.setdefault(synonyms[normal(name)], []).append(name)
    return found


def fields_of_head(path: str, head: str, synonyms: Mapping[str, str]) -> dict[str, list[str]]:
    """Give the fields of a sheet by its first rows; nothing when the file is no sheet."""
    return fields(headers(head), synonyms) if is_sheet(path) else {}


def spelled(**spellings: str) -> dict[str, str]:
    """Make a table of synonyms: for each field its normal spellings, divided by commas.

    Examples
    --------
    >>> spelled(owner="owner, business owner")
    {'owner': 'owner', 'business owner': 'owner'}
    """
    return {each.strip(): field for field, each_of in spellings.items() for each in each_of.split(",")}


def stated(row: Node, names: Iterable[str]) -> tuple[str, Node] | None:
    """Give the first cell of a row, among columns, that says something; its text and node."""
    for name in names:
        node = row.get(name)
        text = (leaf_text(node) or "").strip() if node is not None else ""
        if node is not None and text and text.casefold().translate(_LETTERS) not in _NOTHING:
            return text, node
    return None


def day(text: str) -> str | None:
    """Give a date as ISO writes it; None when the text is none, or could be two.

    Examples
    --------
    >>> [day(each) for each in ("2026-03-01", "1.3.2026", "31/03/2026", "03/31/2026", "March 1, 2026", "1 Mar 2026")]
    ['2026-03-01', '2026-03-01', '2026-03-31', '2026-03-31', '2026-03-01', '2026-03-01']
    >>> [day(each) for each in ("02/03/2026", "approved", "31.02.2026", "03/03/2026")]
    [None, None, None, '2026-03-03']
    """
    text = text.strip()
    if REDACTED in text or len(text) > 60:
        return None
    if found := _ISO.fullmatch(text):
        return _date(found[1], found[2], found[3])
    if found := _DOTTED.fullmatch(text):
        return _date(found[3], found[2], found[1])
    if found := _SLASHED.fullmatch(text):
        one, other = _date(found[3], found[2], found[1]), _date(found[3], found[1], found[2])
        return one or other if one == other or None in (one, other) else None
    if found := _WORDED.fullmatch(text):
        word = (found[2] or found[4]).lower().translate(_LETTERS)
        return _date(found[3] or found[6], str(_MONTHS.get(word[:3], 0)), found[1] or found[5])
    return None


def _date(year: str, month: str, number: str) -> str | None:
    try:
        return date(int(year), int(month), int(number)).isoformat()
    except ValueError:
        return None


def seconds(text: str) -> int | None:
    """Give a span of time, in ISO 8601 or in words, in seconds; None when the text is none.

    Examples
    --------
    >>> [seconds(each) for each in ("PT8H", "P1D", "4 h", "90 minutes", "2 Stunden", "1h30m", "soon", "8")]
    [28800, 86400, 14400, 5400, 7200, 5400, None, None]
    """
    text = text.strip()
    if len(text) > 60:
        return None
    if (found := _ISO_SPAN.fullmatch(text)) and any(found.groups()):
        parts = zip(found.groups(), (604_800, 86_400, 3600, 60, 1), strict=True)
        return sum(int(number or 0) * each for number, each in parts)
    total, place = 0.0, 0
    for found in _SPAN.finditer(text):
        # what stands behind is the plural, in English or German
        named = next((_UNITS[each] for each in _singular(found[2].lower()) if each in _UNITS), None)
        if named is None or text[place : found.start()].strip(" ,"):
            return None
        total += float(found[1]) * named
        place = found.end()
    return int(total) if place and not text[place:].strip() else None


def _singular(unit: str) -> tuple[str, ...]:
    return (unit, *(unit.removesuffix(end) for end in ("s", "en", "n", "e")))
