"""A record of nothing: it notes what a reader asks of it, and so draws the shape of the files that the reader reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from nhiassess.formats.form import Form
from nhiassess.formats.format import EMPTY, Node
from nhiassess.formats.record import MOST, Record

Schema = dict[str, Any]
ANY = "*"  # stands for every key of a mapping whose keys are the writer's own


def draw(reader: Callable[[Record], object]) -> Schema:
    """Draw a reader's files as a JSON Schema.

    Parameters
    ----------
    reader:
        Reads one file from the record of its top; it must read all of it before it returns. It is called once for
        each word of the longest list of allowed words, since what it asks next may follow from the word it was given.

    Returns
    -------
    dict
        With nothing but keywords that mean the same from draft 7 to draft 2020-12, which all editors know.

    Examples
    --------
    >>> draw(lambda record: (record.integer("hops", 1, 9), record.done()))  # doctest: +NORMALIZE_WHITESPACE
    {'type': 'object', 'properties': {'hops': {'type': 'integer', 'minimum': 1, 'maximum': 9}},
     'additionalProperties': False}
    """
    turns = _Turns()
    sketch = Sketch(turns)
    while turns.now < turns.most:
        sketch.begin()
        reader(sketch)
        turns.now += 1
    return sketch.schema()


class _Turns:
    """Which reading this is, and how many are needed until every allowed word was given once."""

    def __init__(self) -> None:
        self.now, self.most = 0, 1


class _Reading:
    """What one reading of a mapping asked for, could not do without, and was answered."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.needed: set[str] = set()
        self.given: dict[str, str] = {}


class _Nested(NamedTuple):
    """The mappings under a key: in how many lists they lie, and whether those may be empty."""

    sketch: Sketch
    lists: int
    least: int


class Sketch(Record):
    """One mapping that holds whatever a reader asks for; nothing in it is ever wrong."""

    def __init__(self, turns: _Turns) -> None:
        super().__init__("", EMPTY, [])
        self._turns = turns
        self._readings: list[_Reading] = []
        self._kinds: dict[str, Schema] = {}
        self._within: dict[str, _Nested] = {}
        self._rules: list[Schema] = []
        self._closed = False

    def begin(self) -> Sketch:
        """Begin a reading of this mapping."""
        self._readings.append(_Reading())
        return self

    def schema(self) -> Schema:
        """Give the shape as far as it was asked for."""
        named = {key: self._property(key) for key in self._kinds if key != ANY}
        drawn: Schema = {"type": "object", "properties": named} if named else {"type": "object"}
        if required := [key for key in named if all(key in reading.needed for reading in self._readings)]:
            drawn["required"] = required
        if ANY in self._kinds:
            drawn["additionalProperties"] = self._property(ANY)
        elif self._closed:
            drawn["additionalProperties"] = False
        if rules := [*self._rules, *self._branches()]:
            drawn["allOf"] = rules
        return drawn

    def complain(self, node: Node | None, what: str, hint: str = "", key: str = "") -> None:
        """Say nothing: what a reader does not like is not in the file, but in the sketch of it."""

    def has(self, key: str) -> bool:
        """Note the key."""
        self._kinds.setdefault(key, {})
        self._readings[-1].asked.add(key)
        return True

    def text(
        self, key: str, *, among: Collection[str] = (), form: Form | None = None, noun: str = "", needed: bool = True
    ) -> str:
        """Note a text, and give one of the allowed words, another at each reading."""
        kind: Schema = {"type": "string"}
        answer = key
        if needed:
            self._need(key)
            kind["minLength"] = 1
        if form:
            # editors say the last of these instead of the pattern
            kind |= {"pattern": f"^({form.pattern})$", "examples": [form.example], "patternErrorMessage": form.hint}
            answer = form.example
        if among:
            kind = {"type": "string", "enum": list(among)}
            answer = kind["enum"][self._turns.now % len(among)]
            self._readings[-1].given[key] = answer
            self._turns.most = max(self._turns.most, len(among))
        self._note(key, kind)
        return answer

    def optional_text(
        self, key: str, *, among: Collection[str] = (), form: Form | None = None, noun: str = ""
    ) -> str | None:
        """Note a text that may be absent."""
        return self.text(key, among=among, form=form, noun=noun, needed=False)

    def placed_texts(self, key: str) -> Iterator[tuple[str, Node]]:
        """Note a list of texts; one text alone counts as a list of one."""
        self._note(key, {"type": ["array", "string"], "items": {"type": "string"}})
        yield key, EMPTY

    def texts(self, key: str, *, among: Collection[str] = (), none: tuple[str, str] | None = None) -> tuple[str, ...]:
        """Note a list of texts, which of them are allowed, and whether there must be one."""
        found = super().texts(key)
        if among:
            word = {"type": "string", "enum": list(among)}
            self._kinds[key] = {"anyOf": [{"type": "array", "items": word}, word]}
        if none:
            self._need(key)
            self._note(key, {"minItems": 1})
        return tuple(among) or found

    def integer(self, key: str, least: int = 0, most: int = MOST) -> int | None:
        """Note a whole number and its limits."""
        self._note(key, {"type": "integer", "minimum": least, "maximum": most})
        return least

    def share(self, key: str) -> tuple[float, float] | None:
        """Note a share."""
        number = {"type": "number", "minimum": 0, "maximum": 1}
        self._note(key, {"type": "array", "items": number, "minItems": 2, "maxItems": 2})
        return None

    def flag(self, key: str, default: bool) -> bool:
        """Note true or false, and what it is when it is absent."""
        self._note(key, {"type": "boolean", "default": default})
        return default

    def optional_flag(self, key: str) -> bool | None:
        """Note true or false."""
        self._note(key, {"type": "boolean"})
        return None

    def record(self, key: str) -> Record | None:
        """Note a mapping."""
        return self._nested(key, 0)

    def records(self, key: str, *, none: tuple[str, str] | None = None) -> Iterator[Record]:
        """Note a list of mappings, and whether there must be one."""
        if none:
            self._need(key)
        yield self._nested(key, 1, least=1 if none else 0)

    def lists(self, key: str, *, none: tuple[str, str]) -> tuple[tuple[Record, ...], ...]:
        """Note a list of lists of mappings, none of them empty."""
        self._need(key)
        return ((self._nested(key, 2, least=1),),)

    def names(self) -> tuple[str, ...]:
        """Give one key that stands for all."""
        return (ANY,)

    def plain(self, key: str) -> Any:
        """Note a key under which anything may stand."""
        self.has(key)

    def one_of(self, keys: Sequence[str], what: str, hint: str, *, several: bool = False) -> None:
        """Note that one of the keys must be there."""
        self._rule({"anyOf" if several else "oneOf": [{"required": [key]} for key in keys]})

    def goes_with(self, key: str, other: str, word: str, what: str, hint: str, *, only: bool = False) -> None:
        """Note that a key must be there when another holds a word."""
        rule: Schema = {
            "if": {"properties": {other: {"const": word}}, "required": [other]},
            "then": {"properties": {key: {"minLength": 1}}, "required": [key]},
        }
        self._rule({**rule, "else": {"not": {"required": [key]}}} if only else rule)

    def done(self) -> None:
        """Note that there are no other keys."""
        self._closed = True

    def _note(self, key: str, kind: Schema) -> None:
        self.has(key)
        self._kinds[key] |= kind

    def _need(self, key: str) -> None:
        self._readings[-1].needed.add(key)

    def _rule(self, rule: Schema) -> None:
        if rule not in self._rules:
            self._rules.append(rule)

    def _nested(self, key: str, lists: int, least: int = 0) -> Sketch:
        self.has(key)
        return self._within.setdefault(key, _Nested(Sketch(self._turns), lists, least)).sketch.begin()

    def _property(self, key: str) -> Schema:
        if key not in self._within:
            return self._kinds[key]
        nested = self._within[key]
        drawn = nested.sketch.schema()
        for _ in range(nested.lists):
            drawn = {"type": "array", "items": drawn, **({"minItems": nested.least} if nested.least else {})}
        return drawn

    def _branches(self) -> list[Schema]:
        """Give a rule for each word of the key on which it depends what else is asked for, when there is one."""
        asked = set().union(*(reading.asked for reading in self._readings))
        always = set(asked).intersection(*(reading.needed for reading in self._readings))
        for key in self._readings[0].given if self._readings else ():
            rules: dict[str, list[Schema]] = {}
            for reading in self._readings:
                then: Schema = {"required": sorted(reading.needed - always)} if reading.needed - always else {}
                if refused := sorted(asked - reading.asked):
                    then["properties"] = dict.fromkeys(refused, False)
                rules.setdefault(reading.given.get(key, ""), []).append(then)
            if any(rules[word][0] for word in rules) and all(
                then == each[0] for each in rules.values() for then in each
            ):
                return [
                    {"if": {"properties": {key: {"const": word}}, "required": [key]}, "then": each[0]}
                    for word, each in rules.items()
                    if each[0]
                ]
        return []
