"""A framework as an OSCAL catalog: groups, controls, their statements, and what we say of them in our own namespace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nhiassess.model.knowledge import RISK_KINDS, Ask, Catalog, Control, Group
from nhiassess.renderers.oscal import (
    NAMESPACE,
    Part,
    cited,
    document,
    filled,
    line,
    metadata,
    own,
    prop,
    prose,
    tokens,
    uuid,
)

# what nobody can implement or satisfy
NO_REQUIREMENTS = RISK_KINDS | {"case-study", "layer"}
_PUBLISHER = "publisher"
_OURS = (
    "Ids, titles and statements are the publisher's, as far as its licence lets us carry them. Properties and parts of "
    f"the namespace {NAMESPACE}, and the parts named assessment-method, are words of nhiassess."
)
_NO_CONTROLS = (
    "Entries with the property satisfiable = no are risks, threats, techniques or case studies: what may happen or did "
    "happen, and no requirement. They stand here so that other documents can refer to them, and are never satisfied."
)


def catalog(framework: Catalog, now: str) -> Part:
    """Write a framework as an OSCAL catalog.

    Parameters
    ----------
    framework:
        A statement that its licence forbids is not in it, and so not in the document either.
    now:
        When the document is written, ISO 8601 with a time zone.

    Returns
    -------
    dict
        Plain data with the root ``catalog``; equal for equal input.

    Notes
    -----
    OSCAL defines a control as a requirement or guideline which, when implemented, reduces an aspect of risk. An
    outcome, an action or an objective of ours is one. A risk, a threat, a technique or a case study is none: nobody
    implements it. A catalog has no other entry that a document may refer to, so they stand as controls whose class is
    their kind, with the property ``satisfiable`` = no; no finding may have one of them for its target, and results name
    them as the threat ids of a risk. What refines a control of its group is a control within that one. The lettered
    part of an objective is an item of the objective's statement, since OSCAL lets a mapping name a statement by itself.

    References
    ----------
    NIST, OSCAL 1.2.3, catalog model.
    """
    named = tokens(framework)
    whole = _Whole(framework, named)
    risks = [_NO_CONTROLS] if any(control.kind in NO_REQUIREMENTS for control in framework.controls) else []
    parties = [{"uuid": uuid("party", framework.publisher), "type": "organization", "name": framework.publisher}]
    told = {
        "props": [own("licence", framework.licence), own("reads-as", framework.reads_as)],
        "links": [{"href": f"#{uuid('framework', framework.id)}", "rel": "reference"}],
        "document-ids": [{"scheme": NAMESPACE, "identifier": framework.id}],
        "roles": [{"id": _PUBLISHER, "title": "Publisher of the framework"}],
        "parties": parties,
        "responsible-parties": [{"role-id": _PUBLISHER, "party-uuids": [parties[0]["uuid"]]}],
        "remarks": prose("\n\n".join([f"Carried: {framework.ships.rstrip('.')}.", _OURS, *risks])),
    }
    body = {
        "metadata": metadata(framework.title, framework.version, now, told),
        "controls": [whole.control(each) for each in whole.below(None)],
        "groups": [whole.group(each) for each in framework.groups if each.parent is None],
        "back-matter": {"resources": [cited(framework)]},
    }
    return document("catalog", filled(body))


class _Whole:
    """What stands below what in one framework, looked up once."""

    def __init__(self, framework: Catalog, named: Mapping[str, str]) -> None:
        self._named = named
        self._groups = framework.groups
        controls = {control.id: control for control in framework.controls}
        self._parts: dict[str, list[Control]] = {}
        self._refining: dict[str, list[Control]] = {}
        self._below: dict[str | None, list[Control]] = {}
        for each in framework.controls:
            whole = controls.get(each.part_of or "")
            if whole is not None and whole.part_of is None:
                self._parts.setdefault(whole.id, []).append(each)
            elif _nested(each, controls):
                self._refining.setdefault(each.refines or "", []).append(each)
            else:
                self._below.setdefault(each.parent, []).append(each)
        self._nested = {each.id for found in self._refining.values() for each in found}

    def below(self, group: str | None) -> Sequence[Control]:
        """Give the controls that stand directly in a group, or in none."""
        return self._below.get(group, ())

    def group(self, group: Group) -> Part:
        """Write a group; OSCAL lets it hold groups or controls, so controls beside groups get a group of their own."""
        groups = [self.group(each) for each in self._groups if each.parent == group.id]
        controls = [self.control(each) for each in self.below(group.id)]
        if groups and controls:
            groups, controls = [{"title": line(group.title), "controls": controls}, *groups], []
        told = {
            "id": self._named[group.id],
            "class": group.kind,
            "title": line(group.title),
            "props": [prop("label", group.id)],
            "parts": [*_texts("overview", group.statement), *_own_texts({"summary": group.summary})],
            "groups": groups,
            "controls": controls,
        }
        return filled(told)

    def control(self, control: Control) -> Part:
        """Write a control with its parts and with what refines it."""
        items = [self._item(each) for each in self._parts.get(control.id, ())]
        statement = {
            "id": f"{self._named[control.id]}_smt",
            "name": "statement",
            "prose": prose(control.statement or ""),
            "parts": items,
        }
        told = {
            "id": self._named[control.id],
            "class": control.kind,
            "title": line(control.title),
            "props": _props(control),
            "links": self._links(control),
            "parts": [*([filled(statement)] if control.statement or items else []), *_said(control)],
            "controls": [self.control(each) for each in self._refining.get(control.id, ())],
        }
        return filled(told)

    def _item(self, part: Control) -> Part:
        """Write a lettered part as an item of the statement that it is a part of."""
        told = {
            "id": self._named[part.id],
            "name": "item",
            "class": part.kind,
            "title": line(part.title),
            "props": _props(part),
            "prose": prose(part.statement or ""),
            "parts": _said(part),
            "links": self._links(part),
        }
        return filled(told)

    def _links(self, control: Control) -> list[Part]:
        there = [("required", each, "depends on") for each in control.depends_on]
        there += [("related", each, "implies") for each in control.implies]
        if control.refines and control.id not in self._nested:
            there.append(("related", control.refines, "refines"))
        return [
            {"href": f"#{self._named[id]}", "rel": rel, "text": text} for rel, id, text in there if id in self._named
        ]


def _nested(control: Control, controls: Mapping[str, Control]) -> bool:
    """Say whether a control stands within the one that it refines: a whole one of its group, and not in a circle."""
    at, seen = control, {control.id}
    while at.refines:
        above = controls.get(at.refines)
        if above is None or above.part_of or above.id in seen:
            return False
        at = above
        seen.add(at.id)
    return at is not control and controls[control.refines or ""].parent == control.parent


def _props(control: Control) -> list[Part]:
    found = [
        prop("label", control.id),
        *(prop("alt-identifier", alias) for alias in control.aliases),
        own("level", control.level),
        own("assessable", control.assessable),
        own("guidance", control.guidance),
        *(own("method", method) for method in control.methods),
    ]
    if not control.agent_relevant:
        found.append(own("agent-relevant", "no"))
    if control.kind in NO_REQUIREMENTS:
        found.append(own("satisfiable", "no"))
    return found


def _said(control: Control) -> list[Part]:
    """Write what we say of a control, and what we ask where no configuration can tell."""
    when = control.applies_when
    texts = {
        "summary": control.summary,
        "outside": control.outside,
        "applies-when": (when.always or when.because) if when else None,
    }
    return [*_own_texts(texts), *([_asked(control.ask)] if control.ask else [])]


def _asked(ask: Ask) -> Part:
    evidence = [{"name": "assessment-objects", "prose": "\n".join(f"- {prose(each)}" for each in ask.evidence)}]
    told = {
        "name": "assessment-method",
        "props": [prop("method", "INTERVIEW")],
        "prose": prose(ask.question),
        "parts": evidence if ask.evidence else [],
    }
    return filled(told)


def _texts(name: str, text: str | None) -> list[Part]:
    return [{"name": name, "prose": prose(text)}] if text else []


def _own_texts(texts: Mapping[str, str | None]) -> list[Part]:
    return [{"name": name, "ns": NAMESPACE, "prose": prose(text)} for name, text in texts.items() if text]
