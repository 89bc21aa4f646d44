"""Inventories of agents and applications that people keep as a sheet: each row is what an owner states of an agent.

No standard fixes the columns of such a sheet; they are told by their headers, in spellings that templates of AI
inventories in English and German use. A file `<name>.columns.yaml` beside the sheet says it for others:
``columns: {Agent: name, "Risk tier": tier}``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from posixpath import basename
from typing import TypeVar

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Declared, Inventory, Location, Setting
from nhiassess.sources.access.sheet_columns import (
    day,
    fields,
    fields_of_head,
    is_sheet,
    normal,
    seconds,
    spelled,
    stated,
)
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

# fields of a declared row, then what no field of it holds and a setting keeps; the first spelling is preferred
_COLUMNS = spelled(
    name="agent name, agent, ai agent, ai agent name, name of agent, name of the agent, agent title, bot, bot name,"
    "assistant, assistant name, ai system, ai system name, name of ai system, ai application, ai app, ai tool,"
    "ai tool name, tool name, ki agent, ki agenten, name des agenten, agentenname, ki system, name des ki systems,"
    "ki anwendung, system name, system, systemname, application name, application, app name, app, anwendung,"
    "anwendungsname, name der anwendung, applikation, solution, solution name, name, bezeichnung, titel, title,"
    "nom, nom de l agent, nombre, nombre del agente",
    agent="agent id, nhiassess id, agent identifier, agenten id, id",
    owner="owner, agent owner, accountable owner, accountable, accountable person, business owner, product owner,"
    "system owner, application owner, app owner, service owner, owner role, owning team, owner team, responsible,"
    "responsible person, responsible owner, technical owner, owner business, owner technical, verantwortlich,"
    "verantwortlicher, verantwortliche, verantwortliche r, verantwortliche person, verantwortliche rolle,"
    "fachverantwortlicher, fachverantwortliche r, fachlich verantwortlich, fachlicher eigentuemer, eigentuemer,"
    "besitzer, inhaber, systemverantwortlicher, anwendungsverantwortlicher, anwendungseigner, zustaendig,"
    "proprietaire, responsable, propietario",
    purpose="purpose, intended purpose, business purpose, intended use, use case, business use case, agent purpose,"
    "zweck, zweckbestimmung, verwendungszweck, einsatzzweck, anwendungsfall, aufgabe, finalite, proposito,"
    "description, function, beschreibung, funktion",
    tier="tier, risk tier, agent tier, tier level, governance tier, risikostufe tier, stufe tier",
    expected_seconds="expected seconds, expected duration, task duration, expected task duration, erwartete dauer",
    approved_at="approved at, approved on, approval date, date approved, date of approval, approved date, approved,"
    "approval, freigabedatum, freigegeben am, genehmigt am, genehmigungsdatum, datum der freigabe, freigabe,"
    "genehmigung, zugelassen am",
    environment="environment, env, deployment environment, stage, umgebung, betriebsumgebung, einsatzumgebung",
    next_review="next review, next review date, review due, review due date, review date, next audit,"
    "naechste pruefung, naechste ueberpruefung, wiedervorlage, pruefdatum, ueberpruefung am",
    last_review="last review, last reviewed, last review date, reviewed at, reviewed on, letzte pruefung,"
    "letzte ueberpruefung, zuletzt geprueft, geprueft am",
    status="status, lifecycle, lifecycle status, lifecycle stage, phase, zustand",
    risk="risk, risk level, risk class, risk category, risk rating, criticality, risiko, risikoklasse, risikostufe,"
    "kritikalitaet, schutzbedarf, risikobewertung",
    approver="approver, approved by, approving role, freigegeben von, freigegeben durch, genehmigt von,genehmigt durch",
    platform="platform, agent platform, framework, plattform",
    model="model, model name, ai model, llm, modell, sprachmodell",
)
_FIELDS = frozenset(_COLUMNS.values())
_DAYS = ("next_review", "last_review")
_SETTINGS = ("environment", "next_review", "last_review", "status", "risk", "approver", "platform", "model")
# headers that speak of agents or systems; "name" and "title" speak of anything
_PLAIN = frozenset({"name", "bezeichnung", "titel", "title", "nom", "nombre"})
_ANSWERS = ("owner", "purpose", "tier", "approved_at", "next_review", "last_review", "risk")
_FILE = re.compile(r"(?i)inventor[yi]|inventar|(?:^|[-_. ])(?:register|verzeichnis)(?:[-_. ]|$)")
_MAP = re.compile(r"(?i)\.columns\.ya?ml$")
_SUFFIX = re.compile(r"\.[^./]+$")
_TIER = re.compile(r"(?i)(?:(?:tier|t|stufe|level)[ _-]?)?([123])(?:\s*[(:–-].{0,60})?")
# headers and rows that are named one by one
_MOST = 50

T = TypeVar("T")


class InventorySheet:
    """Sheets of agents."""

    name = "inventory_sheet"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise sheets by their headers, or by a name that says inventory, and the maps beside them."""
        if _MAP.search(path):
            return re.search(r"(?m)^columns\s*:", head) is not None
        if not is_sheet(path):
            return False
        found = fields_of_head(path, head, _COLUMNS)
        if "name" in found:
            plain = all(normal(each) in _PLAIN for each in found["name"])
            answers = sum(1 for each in _ANSWERS if each in found)
            if answers > (1 if plain else 0) and len(found) > (3 if plain else 2):
                return True
        return bool(_FILE.search(basename(path)))

    def group(self, path: str) -> str:
        """Put a sheet and the map of its columns together."""
        return "inventory:" + _SUFFIX.sub("", _MAP.sub("", path) if _MAP.search(path) else path)

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read every row of the sheets as declared."""
        found = Gathering()
        maps = [file for file in files if _MAP.search(file.path)]
        sheets = [file for file in files if not _MAP.search(file.path)]
        named: dict[str, str] = {}
        for file in maps:
            named.update(_map(file, found))
            if not sheets:
                reason = (
                    "no sheet of this name was recognised beside it: call the sheet like the map, and let its name"
                    " say inventory or register"
                )
                found.skip(Location(file.path), "sheet", "column map", reason)
        for file in sheets:
            _Sheet(file, named, found).read()
        return found.inventory()


def _map(file: ReadFile, found: Gathering) -> Iterator[tuple[str, str]]:
    """Give field by normal header, as a map of columns states them."""
    columns = file.document.root.get("columns")
    for header, node in columns.items() if columns is not None else ():
        field = normal(node.text() or "").replace(" ", "_")
        if field in _FIELDS:
            yield normal(header), field
        else:
            reason = f"no field is called so; fields are {', '.join(sorted(_FIELDS))}"
            found.skip(file.at(node), f"columns.{header}", "column map", reason)
    if columns is None or not columns.is_mapping:
        reason = "`columns` is no mapping of header to field"
        found.skip(Location(file.path), "columns", "column map", reason)


class _Sheet:
    """One sheet, read row by row."""

    def __init__(self, file: ReadFile, named: Mapping[str, str], found: Gathering) -> None:
        self.file, self.found = file, found
        self.rows = file.document.root.elements()
        self.headers = tuple(key for key, _ in self.rows[0].items()) if self.rows else ()
        # the map, where there is one, stands for the spellings that are known
        self.columns = fields(self.headers, named or _COLUMNS)
        self.keys: set[str] = set()
        self.unclear: dict[tuple[str, str], list[Location]] = {}

    def read(self) -> None:
        """Read every row that has a name, and say what was left."""
        file, found = self.file, self.found
        if "name" not in self.columns and "agent" not in self.columns:
            reason = (
                f"no column holds names; say which does in {basename(_SUFFIX.sub('', file.path))}.columns.yaml"
                if self.rows
                else "the sheet has no rows"
            )
            found.skip(Location(file.path), "columns", "inventory sheet", reason)
            return
        self._unknown_columns()
        nameless = [row for row in self.rows if not self._row(row)]
        if nameless:
            places = tuple(file.at(row) for row in nameless[:_MOST])
            reason = f"{len(nameless)} of {len(self.rows)} rows have no name"
            found.skip(places[0], "nameless", "inventory row", reason)
        for (field, text), places_of in self.unclear.items():
            found.skip(places_of[0], f"{field}={text}", "inventory cell", _unclear(field, text, len(places_of)))

    def _unknown_columns(self) -> None:
        used = {names[0] for names in self.columns.values()}
        left = [name for name in self.headers if name not in used]
        if left:
            named = ", ".join(left[:_MOST]) + (f" and {len(left) - _MOST} more" if len(left) > _MOST else "")
            place = self.file.at(self.file.document.root)
            self.found.skip(place, "unknown columns", "columns", f"columns that no field takes were left: {named}")

    def _row(self, row: Node) -> bool:
        name, id = self._text(row, "name"), self._text(row, "agent")
        agent = id if id is not None and id.startswith("agent:") else None
        if name is None and agent is None:
            return False
        key = quote(name or agent or "")
        if key in self.keys:
            key = f"{key}:{row.line}"
        self.keys.add(key)
        self.found.declared.append(
            Declared(
                f"declared:{agent}" if agent else f"declared:{quote(self.file.path)}#{key}",
                agent=agent,
                name=name,
                owner=self._text(row, "owner"),
                purpose=self._text(row, "purpose"),
                tier=self._understood(row, "tier", _tier),
                expected_seconds=self._understood(row, "expected_seconds", _span),
                approved_at=self._understood(row, "approved_at", day),
                locations=(self.file.at(row),),
            )
        )
        self._settings(row, key, agent)
        return True

    def _settings(self, row: Node, key: str, agent: str | None) -> None:
        for field in ("agent", *_SETTINGS):
            said = stated(row, self.columns.get(field, ()))
            if said is None or (field == "agent" and agent):
                continue
            text, node = said
            if field in _DAYS:
                text = self._understood(row, field, day) or text
            name = "id" if field == "agent" else field
            id = f"setting:{quote(self.file.path)}#{key}.{name}"
            place = (self.file.at(node),)
            self.found.settings.append(Setting(id, agent=agent, key=f"inventory.{name}", value=text, locations=place))

    def _text(self, row: Node, field: str) -> str | None:
        said = stated(row, self.columns.get(field, ()))
        return said[0] if said else None

    def _understood(self, row: Node, field: str, meaning: Callable[[str], T | None]) -> T | None:
        """Give what a cell means; a text that means nothing is told once for all its rows."""
        text = self._text(row, field)
        value = meaning(text) if text is not None else None
        if text is not None and value is None and ((field, text) in self.unclear or len(self.unclear) < _MOST):
            self.unclear.setdefault((field, text), []).append(self.file.at(row))
        return value


def _tier(text: str) -> int | None:
    """Give a tier of 1 to 3; a word such as high does not say which number it has.

    Examples
    --------
    >>> _tier("Tier 2 (medium)"), _tier("3"), _tier("high"), _tier("4")
    (2, 3, None, None)
    """
    found = _TIER.fullmatch(text)
    return int(found[1]) if found else None


def _span(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 12 else seconds(text)


def _unclear(field: str, text: str, count: int) -> str:
    wanted = {
        "tier": "a tier of 1, 2 or 3",
        "expected_seconds": "a span of time, such as 1 h or PT1H",
    }.get(field, "a date that can be read in one way only, such as 2026-11-23")
    rows = f" ({count} rows)" if count > 1 else ""
    return f'"{text[:80]}" is not {wanted}{rows}'


SOURCE = InventorySheet()
