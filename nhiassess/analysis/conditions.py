"""The vocabulary of needs: whether a condition of a scenario is met for one agent, in three values, with evidence."""

from __future__ import annotations

from dataclasses import replace

from nhiassess.analysis.exposure import through
from nhiassess.analysis.reached import reaches, tool
from nhiassess.analysis.sight import Sight, edges_in, edges_out, either, has_tools, is_held, name, stands
from nhiassess.analysis.taken import Taken, credential
from nhiassess.model.inventory import Agent, Input, ToolServer, Workflow
from nhiassess.model.reach import VERDICTS, Edge
from nhiassess.model.replay import NO, NeedAnswer
from nhiassess.model.scenario import Need


def meets(need: Need, seen: Sight, taken: Taken | None) -> NeedAnswer:
    """Tell whether a need is met for one agent.

    Parameters
    ----------
    need:
        A condition with its parameters.
    seen:
        The agent, as it was observed and as it may be.
    taken:
        The credentials that this or an earlier step took; where none did, identity takeover begins with all that the
        agent has.

    Returns
    -------
    NeedAnswer
        ``yes`` only of what was observed; ``no`` only where neither what was observed nor what may be leaves a way,
        or a gate that holds stands on each; otherwise ``unknown``, or the verdict of a way whose conditions are open.
    """
    if need.condition == "untrusted_input":
        return _untrusted_input(need, seen)
    if need.condition == "tool":
        return tool(need, seen)
    if need.condition == "reaches":
        return reaches(need, seen, taken)
    if need.condition == "credential":
        assert taken is not None
        return credential(need, seen, taken)
    return _unpinned_server(need, seen) if need.condition == "unpinned_server" else _runs_on(need, seen)


def _untrusted_input(need: Need, seen: Sight) -> NeedAnswer:
    own = _comes_in(need, seen)
    if own.verdict == "yes":
        return own
    for surely in (True, False):
        for giver in _givers(seen, surely):
            given = _comes_in(need, giver)
            if given.verdict == "yes" or (given.verdict != NO and own.verdict == NO):
                verdict = "yes" if surely and given.verdict == "yes" else "unknown"
                because = f"{name(seen, giver.agent)} hands on what it reads: {given.because}"
                return NeedAnswer(need.condition, verdict, because, locations=given.locations)
    return own


def _comes_in(need: Need, seen: Sight) -> NeedAnswer:
    """Tell whether text from outside reaches the agent itself."""
    inputs = [edge for edge in edges_in(seen, "taints", "triggers") if _brings(need, seen, edge) is not False]
    calls = [edge for edge in edges_out(seen, "invokes") if _takes_in(seen, edge) is not False]
    asked = [edge for edge in calls if is_held(seen, edge, surely=False)]
    # whoever is asked before a call is asked before what it returns is read, wherever that input is written down
    sure = [edge for edge in inputs if _brings(need, seen, edge) and not through(edge, asked)]
    sure += [edge for edge in calls if _takes_in(seen, edge) and not need.kinds]
    free = [edge for edge in sure if not is_held(seen, edge, surely=False)]
    for edge in sorted(free, key=lambda each: (VERDICTS.index(each.verdict), each.verb != "taints", each.id))[:1]:
        because = f"{name(seen, edge.target)} takes in text from outside" if edge.verb == "invokes" else edge.reason
        return NeedAnswer(need.condition, edge.verdict, because, locations=edge.locations[:1])
    for edge in (*inputs, *calls):
        if not is_held(seen, edge, surely=True):
            return NeedAnswer(need.condition, "unknown", _open(seen, edge), locations=edge.locations[:1])
    if not has_tools(seen, seen.agent):
        return NeedAnswer(need.condition, "unknown", f"the tools of {name(seen, seen.agent)} were not observed")
    for edge in (*inputs, *calls):
        assert edge.gate is not None
        because = f"{stands(edge.gate)} before it reads text from outside"
        return NeedAnswer(need.condition, NO, because, edge.gate, locations=edge.locations)
    kinds = f" of the kind {either(need.kinds)}" if need.kinds else ""
    return NeedAnswer(need.condition, NO, f"no text from outside{kinds} reaches it, as far as the files say")


def _givers(seen: Sight, surely: bool) -> list[Sight]:
    """Give the agents that surely or possibly hand work on to the agent, at first hand or through others."""
    found = [seen]
    for receiver in found:
        for edge in edges_in(receiver, "delegates_to"):
            giver = replace(seen, agent=edge.source)
            passes = not is_held(giver, edge, surely=not surely) and (edge.verdict == "yes" or not surely)
            if passes and giver not in found:
                found.append(giver)
    return found[1:]


def _open(seen: Sight, edge: Edge) -> str:
    """Say what leaves open whether text from outside comes in by an edge, with no gate before it."""
    if edge.gate is not None and is_held(seen, edge, surely=False):
        return f"whether a tool of the agent can rewrite {edge.gate.controlled_by} was not observed"
    if edge.verb == "invokes":
        return f"whether {name(seen, edge.target)} takes in such text was not observed"
    return f"whether what {edge.source} brings is such text was not observed"


def _brings(need: Need, seen: Sight, edge: Edge) -> bool | None:
    """Tell whether an input or a trigger brings text of strangers, of the kind that is asked for."""
    value = seen.graph.nodes[edge.source]["value"]
    if isinstance(value, Workflow):
        return None if value.untrusted and need.kinds else value.untrusted
    assert isinstance(value, Input)
    if value.trust == "internal" or (need.kinds and value.kind is not None and value.kind not in need.kinds):
        return False
    return True if value.trust == "untrusted" and (value.kind is not None or not need.kinds) else None


def _takes_in(seen: Sight, edge: Edge) -> bool | None:
    called = seen.possible.tools.get(edge.target)
    return None if called is None else called.sees_untrusted


def _unpinned_server(need: Need, seen: Sight) -> NeedAnswer:
    served = [
        (max(call.verdict, edge.verdict, key=VERDICTS.index), edge)
        for call in edges_out(seen, "invokes")
        for edge in edges_out(seen, "served_by", call.target)
    ]
    unsure = None
    for verdict, edge in sorted(served, key=lambda each: (VERDICTS.index(each[0]), each[1].target)):
        server = seen.graph.nodes[edge.target]["value"]
        assert isinstance(server, ToolServer)
        if server.pinned is False:
            because = f"nothing fixes the version of {name(seen, server.id)}"
            return NeedAnswer(need.condition, verdict, because, locations=server.locations[:1])
        if server.pinned is None and unsure is None:
            because = f"whether the version of {name(seen, server.id)} is fixed was not observed"
            unsure = NeedAnswer(need.condition, "unknown", because, locations=server.locations[:1])
    if unsure is not None:
        return unsure
    if not has_tools(seen, seen.agent):
        return NeedAnswer(need.condition, "unknown", f"the tools of {name(seen, seen.agent)} were not observed")
    because = "each of its tool servers is fixed to a version" if served else "it has no tool server"
    return NeedAnswer(need.condition, NO, because)


def _runs_on(need: Need, seen: Sight) -> NeedAnswer:
    agent = seen.graph.nodes[seen.agent]["value"]
    assert isinstance(agent, Agent)
    if agent.platform is None:
        return NeedAnswer(need.condition, "unknown", "what it runs on was not observed", locations=agent.locations[:1])
    verdict = "yes" if agent.platform in need.platforms else NO
    return NeedAnswer(need.condition, verdict, f"it runs on {agent.platform}", locations=agent.locations[:1])
