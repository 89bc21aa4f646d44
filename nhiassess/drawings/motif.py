"""The line of six icons on the cover: from the agent to the crown jewel."""

from __future__ import annotations

from nhiassess.drawings.drawing import Look, line, number, placed, svg

_ICONS = ("i-agent", "i-tool", "i-credential", "i-identity", "i-role", "i-jewel")


def motif(look: Look) -> str:
    """Draw the line across the plate of the cover, from edge to edge of an A4 page."""
    parts = [line(look, "M0 48H595.3", "on-brand", 0.7, ' stroke-opacity="0.5"')]
    for index, icon in enumerate(_ICONS):
        x = 73 + index * 90.7
        last = index == len(_ICONS) - 1
        fill = look.colour("on-brand" if last else "brand")
        edge = f'stroke="{look.colour("on-brand")}" stroke-width="1"' + ("" if last else ' stroke-opacity="0.6"')
        parts.append(f'<circle cx="{number(x)}" cy="48" r="19" fill="{look.colour("brand")}"/>')
        parts.append(f'<circle cx="{number(x)}" cy="48" r="19" fill="{fill}" {edge}/>')
        parts.append(placed(look.shape(icon, "brand" if last else "on-brand"), x - 11, 37, 22 / 24))
    title = "An agent, a tool, a credential, an identity, a role and a crown jewel on one line"
    return svg(595.3, 96, title, parts)
