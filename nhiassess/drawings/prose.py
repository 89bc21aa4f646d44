"""Markdown that people wrote, as markup: paragraphs, lists, emphasis and code, and nothing that loads or links."""

from __future__ import annotations

import re
from functools import cache

from markdown_it import MarkdownIt

from nhiassess.drawings.drawing import clean

_ITEM = re.compile(r"^\s{0,3}(?:[-*+]|\d{1,3}[.)])\s+(.*)$")
_LEAD = re.compile(r"^\*\*(.+?)\*\*[.:]?\s*(.*)$", re.DOTALL)


def prose(text: str) -> str:
    """Turn Markdown into markup; raw markup in it is shown as text, and headings become strong paragraphs.

    Examples
    --------
    >>> prose("One **key** <script>").strip()
    '<p>One <strong>key</strong> &lt;script&gt;</p>'
    """
    plain = re.sub(r"^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$", r"**\1**\n", clean(text), flags=re.MULTILINE)
    return str(_markdown().render(plain))


def inline(text: str) -> str:
    """Turn the Markdown of one line into markup, without a paragraph around it."""
    return str(_markdown().renderInline(clean(text)))


def points(text: str) -> tuple[tuple[str, str], ...]:
    r"""Give the items of a text that is one list as pairs of strong lead and rest; nothing when it is no such list.

    Examples
    --------
    >>> points("- **One.** Why.\n- Two")
    (('One', 'Why.'), ('', 'Two'))
    >>> points("A paragraph.")
    ()
    """
    items: list[str] = []
    for line in text.strip().splitlines():
        found = _ITEM.match(line)
        if found:
            items.append(found.group(1))
        elif items and line.strip():
            items[-1] += " " + line.strip()
        elif line.strip():
            return ()
    made = []
    for item in items:
        lead = _LEAD.match(item)
        made.append((lead.group(1).rstrip("."), lead.group(2)) if lead else ("", item))
    return tuple(made)


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("zero", {"html": False}).enable(["list", "emphasis", "backticks", "newline", "escape"])
