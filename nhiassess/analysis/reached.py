"""Whether an attacker surely, possibly or never gets to a tool or a resource of some sort, and which gate stops him."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nhiassess.analysis.crossing import ACCESS, State
from nhiassess.analysis.sight import (
    End,
    Sight,
    Ways,
    all_true,
    any_true,
    either,
    is_told,
    loose_end,
    name,
    stands,
    untold,
    ways,
    words,
)
from nhiassess.analysis.taken import Taken, unseen
from nhiassess.analysis.walk import Walk, starts
from nhiassess.model.inventory import Resource, Tool
from nhiassess.model.reach import IDENTITY, VERDICTS, Hop
from nhiassess.model.replay import NO, NeedAnswer
from nhiassess.model.scenario import ABILITIES, Need

# which arrivals at a resource give the access that is asked for
_GIVES: dict[str, frozenset[str]] = {
    "any": frozenset(ACCESS.values()),
    "reads": frozenset({"reads", "executes_on", "administers"}),
    "writes": frozenset({"writes", "executes_on", "administers"}),
    "administers": frozenset({"administers"}),
}
_FIELDS = frozenset({"reads_private", "sends_out", "irreversible"})

Arrival = tuple[State, str, tuple[Hop, ...]]  # with the verdict and the hops


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for, where the evidence on it ends, and how an answer says so."""

    fits: Callable[[State], bool | None]  # None where nobody can tell
    end: Callable[[Sight, Walk], End | None]
    found: Callable[[State], str]
    doubted: Callable[[State], str]
    absent: str


def tool(need: Need, seen: Sight) -> NeedAnswer:
    """Tell whether the agent, or one that it hands work to, may call a tool of one of these abilities.

    Under identity takeover the attacker starts the agent himself: what its own process asks does not stop him.
    """
    asked = either([ABILITIES[each] for each in need.abilities])

    def fits(state: State) -> bool | None:
        found = seen.possible.tools.get(state[0])
        return False if found is None else any_true(is_able(found, each) for each in need.abilities)

    def says(state: State) -> str:
        able = [each for each in need.abilities if is_able(seen.possible.tools[state[0]], each)]
        return f"{name(seen, state[0])} {ABILITIES[able[0]]}"

    def doubts(state: State) -> str:
        return f"whether {name(seen, state[0])} {asked} was not observed"

    found = ways(seen, need.threat_model, (seen.agent,), (seen.agent,))
    return _answer(need, seen, found, Sought(fits, untold, says, doubts, f"it has no tool that {asked}"))


def reaches(need: Need, seen: Sight, taken: Taken | None) -> NeedAnswer:
    """Tell whether a resource of this sort is reached: by the agent, or with the credentials that were taken."""

    def fits(state: State) -> bool | None:
        value = seen.graph.nodes[state[0]]["value"]
        if not isinstance(value, Resource) or ACCESS.get(state[1]) not in _GIVES[need.access]:
            return False
        kind = not need.kinds or (None if value.kind is None else value.kind in need.kinds)
        place = not need.environment or (None if value.environment is None else value.environment == need.environment)
        worth = not need.sensitivity or (None if value.sensitivity is None else value.sensitivity >= need.sensitivity)
        return all_true((kind, place, worth))

    def says(state: State) -> str:
        return f"it {state[1].replace('_', ' ')} {name(seen, state[0])}"

    def doubts(state: State) -> str:
        return f"whether {name(seen, state[0])} is a {_sort(need)} was not observed"

    surely, possibly = _begin(need, seen, taken)
    found = ways(seen, need.threat_model, surely, possibly)
    answer = _answer(need, seen, found, Sought(fits, loose_end, says, doubts, f"it reaches no {_sort(need)}"))
    if answer.verdict == NO and need.threat_model == IDENTITY:
        more = unseen(seen) if taken is None else taken.more
        return NeedAnswer(need.condition, "unknown", more) if more else answer
    return answer


def is_able(tool: Tool, ability: str) -> bool | None:
    """Tell whether a tool has an ability; one that runs code may have any.

    Examples
    --------
    >>> shell = Tool("t", sends_out=True, capabilities=(("executes_code", "high"),))
    >>> [is_able(shell, each) for each in ("sends_out", "executes_code", "queries_database", "irreversible")]
    [True, True, None, None]
    """
    if ability in _FIELDS:
        known: bool | None = getattr(tool, ability)
        return known
    if ability in words(tool):
        return True
    told = {name for name, _ in tool.capabilities or ()}
    return False if is_told(tool) and not told & {ability, "executes_code"} else None


def _begin(need: Need, seen: Sight, taken: Taken | None) -> tuple[Sequence[str], Sequence[str]]:
    if need.threat_model == IDENTITY and taken is not None:
        return taken.surely, taken.possibly
    surely = starts(seen.observed, seen.agent, need.threat_model, surely=True)
    return surely, starts(seen.possible, seen.agent, need.threat_model)


def _answer(need: Need, seen: Sight, found: Ways, sought: Sought) -> NeedAnswer:
    sure = _arrivals(seen, found.surely, lambda state: sought.fits(state) is True)
    for state, verdict, hops in sorted(sure, key=lambda each: bool(_managed(need, each[2])))[:1]:
        managed = _managed(need, hops)
        if managed or verdict == "unknown":
            return _told(need, "unknown", managed or _unsure(seen, hops), hops)
        conditions = "; ".join(each for hop in hops for each in hop.conditions)
        return _told(need, verdict, sought.found(state) + (f", if {conditions}" if conditions else ""), hops)
    # what may be is no evidence, so it is named and not shown as a path
    for state, _, hops in _arrivals(seen, found.possibly, lambda state: sought.fits(state) is not False)[:1]:
        doubt = _unsure(seen, hops) if sought.fits(state) else sought.doubted(state)
        return NeedAnswer(need.condition, "unknown", doubt, locations=hops[-1].locations if hops else ())
    if ended := sought.end(seen, found.possibly):
        return NeedAnswer(need.condition, "unknown", ended[1])
    behind = [hops for _, _, hops in _arrivals(seen, found.crossing, lambda state: sought.fits(state) is not False)]
    if ended := sought.end(seen, found.crossing):
        behind.append(found.crossing.hops(ended[0], VERDICTS[-1]))
    for hops in behind:
        first = next(hop for hop in hops if hop.gate_holds)
        assert first.gate is not None
        because = f"{stands(first.gate)} before it gets to {name(seen, first.target)}"
        return NeedAnswer(need.condition, NO, because, first.gate, hops, first.locations)
    return NeedAnswer(need.condition, NO, f"{sought.absent}, as far as the files say")


def _arrivals(seen: Sight, walked: Walk, fits: Callable[[State], bool]) -> list[Arrival]:
    """Give what of a sort a walk reaches: the strongest verdict first, then the most sensitive, then the nearest.

    A tool that is named says more than "*", which stands for all others of its server.
    """
    verdicts = {state: verdict for state, verdict in walked.verdicts().items() if fits(state)}
    found = [(state, verdict, walked.hops(state, verdict)) for state, verdict in verdicts.items()]

    def rank(each: Arrival) -> tuple[int, int, int, bool, State]:
        (node, _), verdict, hops = each
        return VERDICTS.index(verdict), -_worth(seen, each[0]), len(hops), node.endswith("/*"), each[0]

    return sorted(found, key=rank)


def _worth(seen: Sight, state: State) -> int:
    value = seen.graph.nodes[state[0]]["value"]
    return value.sensitivity or 0 if isinstance(value, Resource) else 0


def _managed(need: Need, hops: Sequence[Hop]) -> str:
    """Name the managed setting that may forbid to start the agent without its gates."""
    if need.threat_model != IDENTITY:
        return ""
    controls = ((hop.gate.controlled_by or "") for hop in hops if hop.gate is not None)
    managed = next((each for each in controls if "managed" in each.rpartition("/")[2]), None)
    return f"whether {managed} holds against whoever starts the agent was not observed" if managed else ""


def _unsure(seen: Sight, hops: Sequence[Hop]) -> str:
    """Say what makes a way to something that fits uncertain."""
    weak = next((hop for hop in hops if hop.verdict == "unknown"), None)
    if weak is not None:
        return f"not sure: {weak.reason}"
    gate = next((hop.gate for hop in hops if hop.gate is not None), None)
    if gate is not None:
        return f"whether a tool of the agent can rewrite {gate.controlled_by} was not observed"
    return f"whether {name(seen, hops[0].source)} is what was taken is not determined"


def _told(need: Need, verdict: str, because: str, hops: tuple[Hop, ...]) -> NeedAnswer:
    return NeedAnswer(need.condition, verdict, because, path=hops, locations=hops[-1].locations if hops else ())


def _sort(need: Need) -> str:
    kinds = either([each.replace("_", " ") for each in need.kinds]) or "resource"
    where = f" of {need.environment}" if need.environment else ""
    worth = f" of sensitivity {need.sensitivity} or above" if need.sensitivity else ""
    how = {"any": "", "reads": " to read", "writes": " to write", "administers": " to administer"}[need.access]
    return f"{kinds}{where}{worth}{how}"
