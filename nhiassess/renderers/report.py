"""What the report says: the variables of its templates, from assessment and figures; nothing is counted here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any

from jinja2 import DictLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from nhiassess.drawings.bars import Bar, before_after, interval_bar, ledger_bar, small_bar, stacked_bars
from nhiassess.drawings.donut import donut
from nhiassess.drawings.drawing import SANS, clean
from nhiassess.drawings.dumbbell import Span, dumbbell
from nhiassess.drawings.motif import motif
from nhiassess.drawings.path import Leg, Stop, key, path
from nhiassess.drawings.prose import inline, points, prose
from nhiassess.drawings.risk_grid import Dot, risk_grid
from nhiassess.drawings.theme import Theme, plain
from nhiassess.errors import RenderError
from nhiassess.model.assessment import LEVELS, Assessment
from nhiassess.model.figures import Figures, FindingFigure, FrameworkFigure, GroupFigure, Tally
from nhiassess.model.figures_paths import BlastRow, PathFigure

DRAWN_AGENTS = 24  # rows of the dumbbell chart; the table holds all
# characters of a name and of a text of a client that a page has room for; assessment.json holds them whole
LONGEST_NAME, LONGEST_TEXT = 240, 1200
_STATE_WORDS = ("Satisfied", "Not determined", "Not satisfied", "Not applicable")
_STEM = re.compile(r"[A-Z]+[- ](?=\d)")  # what the ids of one family or function begin with
_BOUNDARY = re.compile(r"(?<=[/_.:#@=-])(?=[^\s/_.:#@=-])")


def compose(
    assessment: Assessment,
    figures: Figures,
    assets: Mapping[str, bytes],
    look: Theme,
    sheet: str,
    *,
    screen: bool,
) -> str:
    """Write the report as one HTML document.

    Parameters
    ----------
    assessment, figures:
        What was concluded, and what of it is shown.
    assets:
        The files of templates/ by name.
    look:
        The colours that drawings are made in.
    sheet:
        The style sheet of tokens, fonts and marks.
    screen:
        Whether it is read on a screen, rather than printed.

    Returns
    -------
    str
        The document, which refers to nothing outside itself.

    Raises
    ------
    RenderError
        When a template is missing.
    """
    if "report.html.j2" not in assets:
        raise RenderError("the template report.html.j2 is missing", hint="Reinstall nhiassess.")
    environment = _environment(assets)
    if not screen:
        environment.filters["breakable"] = _name  # WeasyPrint breaks at separators by itself, and worse at <wbr>
    environment.globals.update(_drawings(look, figures))
    tables, drawn = count(1), count(1)
    environment.globals.update(table_number=lambda: next(tables), figure_number=lambda: next(drawn))
    template = environment.get_template("report.html.j2")
    styles = assets["report.css"].decode("utf-8")
    return template.render(
        a=assessment,
        f=figures,
        plan=assessment.plan,
        meta=assessment.meta,
        issued=assessment.meta.now[:10],
        screen=screen,
        names=dict(figures.names),
        limits=sorted(assessment.plan.limits.items()),
        roles=_roles(assessment.plan.roles),
        short={row.id: f"{row.short} {row.version}".strip() for row in figures.frameworks},
        strange=strange(assessment, figures, look),
        sheet=_made(sheet),
        styles=_made(styles if screen else plain(styles, assets, assessment.plan.branding.get("brand"))),
        medium=_made(assets["screen.css" if screen else "print.css"].decode("utf-8")),
    )


def strange(assessment: Assessment, figures: Figures, look: Theme) -> str:
    """Give the characters of names and texts that the shipped fonts have no shape for, as code points."""
    said = [name for _, name in figures.names]
    said += [part.text for part in assessment.narrative]
    said += [assessment.plan.client, assessment.plan.system, assessment.plan.title]
    said += [occurrence.seen for row in figures.findings for occurrence in row.finding.occurrences]
    said += [evidence.excerpt for evidence in assessment.evidence]
    said += [file.id for file in assessment.inventory.files]
    known = look.face(SANS, 400)
    missing: set[str] = set()
    for text in said:
        missing |= known.missing(clean(text))
    codes = [f"U+{ord(sign):04X}" for sign in sorted(missing)]
    more = f" and {len(codes) - 12} more" if len(codes) > 12 else ""
    return ", ".join(codes[:12]) + more


def joined(ids: Sequence[str]) -> str:
    """Write ids with what they begin with said once.

    Examples
    --------
    >>> joined(["AUZ-03", "AUZ-04a", "SUP-01", "GOVERN 1.1", "GOVERN 1.2", "ASI01"])
    'AUZ-03 04a · SUP-01 · GOVERN 1.1 1.2 · ASI01'
    """
    families: dict[str, list[str]] = {}
    for id in ids:
        stem = _STEM.match(id)
        families.setdefault(stem.group() if stem else id, []).append(id[stem.end() :] if stem else "")
    return " · ".join(stem + " ".join(rest) for stem, rest in families.items())


def limit(name: str, value: object) -> str:
    """Write a limit with its unit, which its name ends in.

    Examples
    --------
    >>> limit("rotation_days", 90), limit("blast_radius_limit_tier_1", 50)
    ('rotation: 90 days', 'blast radius limit tier 1: 50 weighted resources')
    """
    stem, _, unit = name.rpartition("_")
    if unit not in ("days", "seconds"):
        stem, unit = name, "weighted resources" if name.startswith("blast_radius") else ""
    return f"{_words(stem)}: {value} {unit}".strip()


def opening(text: str, most: int) -> str:
    """Give the opening words of a text.

    Examples
    --------
    >>> opening("Legal and regulatory requirements are understood.", 24)
    'Legal and regulatory …'
    """
    if len(text) <= most:
        return text
    return (text[: most - 1].rpartition(" ")[0] or text[: most - 2]).rstrip(" ,;(") + " …"


def cut(text: str, most: int) -> str:
    """Cut the middle out of a text that is too long to print.

    Examples
    --------
    >>> cut("release-manager", 40), cut("a" * 99 + "z", 20)
    ('release-manager', 'aaaaaaaaaaaaa … aaaz')
    """
    return text if len(text) <= most else f"{text[: most - most // 5 - 3]} … {text[-(most // 5) :]}"


def _environment(assets: Mapping[str, bytes]) -> ImmutableSandboxedEnvironment:
    templates = {name: assets[name].decode("utf-8") for name in assets if name.endswith(".j2")}
    environment = ImmutableSandboxedEnvironment(
        loader=DictLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_final,
    )
    environment.filters.update(
        breakable=_breakable,
        css_string=_css_string,
        dash=lambda value: value if value else "–",
        hash=_hash,
        inline=lambda text: _made(inline(text)),
        joined=joined,
        limit=limit,
        numbered=_numbered,
        opening=opening,
        plural=_plural,
        points=points,
        prose=lambda text: _made(prose(text)),
        sentence=lambda text: text.strip().rstrip(".:"),
        share_of=_share_of,
        words=_words,
    )
    return environment


def _drawings(look: Theme, figures: Figures) -> dict[str, Any]:
    def draw_path(figure: PathFigure, small: bool = False) -> Markup:
        return _made(path(look, stops(figure), legs(figure), figure.sentence, small=small))

    def draw_groups(groups: Sequence[GroupFigure], title: str, left: float = 104) -> Markup:
        return _made(stacked_bars(look, [_bar(group) for group in groups], title, left=left))

    return {
        "draw_motif": lambda: _made(motif(look)),
        "draw_key": lambda: _made(key(look)),
        "draw_path": draw_path,
        "draw_groups": draw_groups,
        "draw_share": lambda row: _made(_share(look, row)),
        "draw_donut": lambda row: _made(_ring(look, row)),
        "draw_cell": lambda tally: _made(small_bar(look, tally.counts, _tally_title(tally))),
        "draw_ledger": lambda row, most: _made(
            ledger_bar(look, row.read, row.skipped, most, f"{row.read} of {row.found} files read")
        ),
        "draw_cut": lambda row, most: _made(
            before_after(look, row.before, row.after, most, f"{row.before} before, {row.after} after")
        ),
        "draw_blast": lambda rows: _made(_blast(look, rows)),
        "draw_grid": lambda: _made(_grid(look, figures)),
        "drawn_agents": DRAWN_AGENTS,
        "risk_level": lambda text: _risk_level(text, figures.findings),
    }


def _made(markup: str) -> Markup:
    """Mark what drawings and style sheets wrote as markup: every word of a client in it was escaped there."""
    return Markup(markup)  # noqa: S704 - see above


def _final(value: Any) -> Any:
    """Clean what comes from outside as it is printed; markup made here is left alone."""
    return clean(cut(value, LONGEST_TEXT)) if isinstance(value, str) and not isinstance(value, Markup) else value


def _roles(roles: Mapping[str, Any]) -> list[tuple[str, str]]:
    made = []
    for name in ("preparer", "reviewer", "approver", "recipients"):
        held = roles.get(name)
        if held:
            made.append((name.capitalize(), held if isinstance(held, str) else "; ".join(map(str, held))))
    return made


def _share_title(row: FrameworkFigure) -> str:
    said = ", ".join(f"{number} {state.replace('-', ' ')}" for state, number in row.tally.counts)
    return f"{row.short} {row.version}, {row.tally.total} {row.noun}: {said}"


def _share(look: Theme, row: FrameworkFigure) -> str:
    """Draw what applies: an interval is of what applies, so what does not apply is left out."""
    counts = [pair for pair in row.tally.counts if pair[0] not in ("not-applicable", "not applicable")]
    return interval_bar(look, counts, _share_title(row), bounds=bool(row.interval))


def _tally_title(tally: Tally) -> str:
    return ", ".join(f"{number} {state}" for state, number in tally.counts if number) or "no threat looked at"


def _ring(look: Theme, row: FrameworkFigure) -> str:
    interval = row.interval
    middle = interval.text if interval else "–"
    below = f"of {interval.denominator} satisfied" if interval else ""
    return donut(look, row.tally.counts, _STATE_WORDS, middle, below, row.noun.capitalize())


def _bar(group: GroupFigure) -> Bar:
    if group.interval:
        return Bar(group.title, group.tally.counts, group.interval.text, f"of {group.interval.denominator}")
    return Bar(
        group.title,
        group.tally.counts,
        f"{group.tally.of('evidence supports')} supported",
        f"of {group.tally.total}",
    )


def stops(figure: PathFigure) -> list[Stop]:
    """Give the stops of a path as they are drawn."""
    made = []
    for index, node in enumerate(figure.nodes):
        last = index == len(figure.nodes) - 1
        role = "agent" if node.kind == "Agent" else "jewel" if last and figure.crown_jewel else "plain"
        place = folder = ""
        if node.place:
            folder, _, name = node.place.path.rpartition("/")
            place = f"{name}:{node.place.line}"
        made.append(Stop(node.icon, node.kind, node.name, node.more, place, folder or "root", role))
    return made


def legs(figure: PathFigure) -> list[Leg]:
    """Give the legs of a path as they are drawn."""
    return [
        Leg(step.verb, step.verdict, step.gate, step.holds, f"open: {step.open}" if step.open else "")
        for step in figure.steps
    ]


def _blast(look: Theme, rows: Sequence[BlastRow]) -> str:
    spans = []
    for row in rows:
        behaviour = (row.behaviour_gated, row.behaviour_ungated)
        identity = (row.identity_gated, row.identity_ungated)
        pairs = tuple(
            (one.resources, other.resources) if one and other else None for one, other in (behaviour, identity)
        )
        spans.append(Span(row.label, pairs))
    title = "Resources reached by each agent, with gates holding and crossed, for behaviour and identity takeover"
    return dumbbell(look, spans, ("Behaviour takeover", "Identity takeover"), title)


def _grid(look: Theme, figures: Figures) -> str:
    dots = [
        Dot(row.finding.id.partition("-")[2] or row.finding.id, row.likelihood, row.impact) for row in figures.findings
    ]
    said = "; ".join(
        f"{row.finding.id} likelihood {row.finding.likelihood}, impact {row.finding.impact}"
        for row in figures.findings[:40]
    )
    return risk_grid(look, figures.grid, dots, f"Risk grid, likelihood by impact. {said}")


def _risk_level(text: str, findings: Sequence[FindingFigure]) -> tuple[str, int] | None:
    """Give the highest level among the findings that a text names."""
    named = set(re.findall(r"\bF-\d+\b", text))
    levels = [row.level for row in findings if row.finding.id in named]
    return (LEVELS[max(levels) - 1], max(levels)) if levels else None


def _name(text: str) -> str:
    return clean(cut(text, LONGEST_NAME))


def _breakable(text: str) -> Markup:
    """Let a long name break after its separators, without a sign that a copy would carry along."""
    return _made("<wbr>").join(_BOUNDARY.split(_name(text)))


def _css_string(text: str) -> Markup:
    """Write a text as a CSS string in which nothing but letters and digits stands for itself."""
    return _made('"' + "".join(c if c.isalnum() and c.isascii() else f"\\{ord(c):x} " for c in clean(text)) + '"')


def _hash(text: str | None) -> str:
    """Shorten a hash for reading; the register prints it whole."""
    return f"{text[:4]} {text[4:8]} … {text[-4:]}" if text else "–"


def _numbered(number: int) -> str:
    """Write small numbers as words, as running text has it."""
    words = (
        "no",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
    )
    return words[number] if 0 <= number < len(words) else f"{number:,}".replace(",", " ")


def _plural(number: int, one: str, several: str | None = None) -> str:
    return f"{number} {one if number == 1 else several or one + 's'}"


def _share_of(part: int, whole: int) -> str:
    """Write an unknown share: counts below 20, else a percentage that is rounded up."""
    return f"{part} of {whole}" if whole < 20 else f"{-(-100 * part // whole)} % of {whole}"


def _words(text: str | None) -> str:
    return (text or "").replace("_", " ").replace("-", " ")
