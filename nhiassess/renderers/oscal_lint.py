"""Holds an OSCAL catalog or mapping collection against what its schema can't tell: references, words and numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from nhiassess.errors import Complaint
from nhiassess.renderers.oscal import NAMESPACE

NIST = "http://csrc.nist.gov/ns/oscal"
ROOTS = ("catalog", "mapping-collection")
RELATIONSHIPS = ("equivalent-to", "equal-to", "subset-of", "superset-of", "intersects-with", "no-relationship")
# field of any object to the words that NIST's metaschema allows in it
_WORDS: Mapping[str, tuple[str, ...]] = {
    "method": ("human", "automation", "hybrid"),
    "matching-rationale": ("syntactic", "semantic", "functional"),
    "status": ("complete", "not-complete", "draft", "deprecated", "superseded"),
}
# names without a namespace of ours are NIST's; then a value may be one of a few as well
_PROPS: Mapping[str, tuple[str, ...]] = {
    "label": (),
    "sort-id": (),
    "alt-identifier": (),
    "marking": (),
    "status": ("withdrawn",),
    "method": ("INTERVIEW", "EXAMINE", "TEST"),
}
_PARTS = (
    *("overview", "statement", "item", "guidance", "example"),
    *("assessment-objective", "assessment-method", "assessment-objects"),
)
_SHARES = ("target-coverage", "percentage")
_IDENTIFIED = ("groups", "controls", "parts", "params")
_STRENGTH = re.compile(r"[1-9]|10")
_LAST = re.compile(r"\.([a-z-]+)(?:\[\d+\])?$")

Found = tuple[str, Mapping[str, Any]]  # the place of an object, and the object


def lint(document: Mapping[str, Any], beside: Sequence[Mapping[str, Any]] = ()) -> tuple[Complaint, ...]:
    """Give every complaint about an OSCAL document at once.

    Parameters
    ----------
    document:
        Plain data with the root ``catalog`` or ``mapping-collection``; one that its schema accepts.
    beside:
        Catalogs that a mapping collection speaks of; what its maps name must stand in them. One that is not given is
        not looked at.

    Returns
    -------
    tuple of Complaint
        Each with its place, such as ``$.catalog.groups[0].id``.

    Examples
    --------
    >>> [str(each) for each in lint({"catalog": {"uuid": "u", "metadata": {"title": " "}}})]
    ['$.catalog.metadata.title: is empty. Leave it out, or say something.']
    """
    if not any(root in document for root in ROOTS):
        what = "is neither a catalog nor a mapping collection"
        return (Complaint(what, "$", f"Begin it with {' or '.join(ROOTS)}."),)
    found = list(_objects(document, "$"))
    rules = (_repeated, _dangling, _words, _names, _numbers, _empty)
    complaints = [complaint for rule in rules for complaint in rule(found)]
    return (*complaints, *_ends(document.get("mapping-collection", {}), beside))


def _objects(value: Any, place: str) -> Iterator[Found]:
    if isinstance(value, Mapping):
        yield place, value
        for name, each in value.items():
            yield from _objects(each, f"{place}.{name}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _objects(each, f"{place}[{index}]")


def _repeated(found: Sequence[Found]) -> Iterator[Complaint]:
    """Refuse a uuid that two objects bear, and an id that two groups, controls, parts or parameters bear."""
    for field, kinds in (("uuid", ()), ("id", _IDENTIFIED)):
        first: dict[str, str] = {}
        for place, each in found:
            if field in each and (not kinds or _kind(place) in kinds):
                if each[field] in first:
                    what = f"{each[field]} stands already at {first[each[field]]}"
                    yield Complaint(what, f"{place}.{field}", "Give it another one.")
                first.setdefault(each[field], place)


def _dangling(found: Sequence[Found]) -> Iterator[Complaint]:
    """Refuse a reference within the document to what is not in it."""
    there = {each[field] for _, each in found for field in ("uuid", "id") if field in each}
    parties = {each["uuid"] for place, each in found if _kind(place) == "parties" and "uuid" in each}
    roles = {each["id"] for place, each in found if _kind(place) == "roles" and "id" in each}
    for place, each in found:
        href = str(each.get("href", ""))
        if href.startswith("#") and href[1:] not in there:
            what = f"{href} leads to nothing in this document"
            yield Complaint(what, f"{place}.href", "Correct it, or leave it out.")
        for party in each.get("party-uuids", ()):
            if party not in parties:
                yield Complaint(f"{party} is no party", f"{place}.party-uuids", "Add it to metadata.parties.")
        if "role-id" in each and each["role-id"] not in roles:
            yield Complaint(f"{each['role-id']} is no role", f"{place}.role-id", "Add it to metadata.roles.")


def _words(found: Sequence[Found]) -> Iterator[Complaint]:
    """Refuse a word that NIST's vocabulary of mappings lacks."""
    for place, each in found:
        for field, words in _WORDS.items():
            if field in each:
                yield from _unknown(each[field], words, f"{place}.{field}")
        if "relationship" in each and each.get("ns", NIST) == NIST:
            yield from _unknown(each["relationship"], RELATIONSHIPS, f"{place}.relationship")
        if "id-ref" in each:
            yield from _unknown(each.get("type"), ("control", "statement"), f"{place}.type")
        if _kind(place) in ("source-resource", "target-resource"):
            yield from _unknown(each.get("type"), ("catalog", "profile"), f"{place}.type")


def _names(found: Sequence[Found]) -> Iterator[Complaint]:
    """Refuse a name of a property or part that claims to be NIST's and is not."""
    for place, each in found:
        if _kind(place) == "props" and each.get("ns", NIST) == NIST:
            yield from _unknown(each.get("name"), tuple(_PROPS), f"{place}.name")
            if words := _PROPS.get(str(each.get("name")), ()):
                yield from _unknown(each.get("value"), words, f"{place}.value")
        if _kind(place) == "parts" and each.get("ns", NIST) == NIST:
            yield from _unknown(each.get("name"), _PARTS, f"{place}.name")
            methods = [each for each in each.get("props", ()) if each.get("name") == "method"]
            if each.get("name") == "assessment-method" and not methods:
                yield Complaint("is an assessment method, but names none", place, "Add the property `method`.")


def _numbers(found: Sequence[Found]) -> Iterator[Complaint]:
    """Refuse a share that is none, and a strength off our scale."""
    for place, each in found:
        for field in _SHARES:
            if field in each and not 0 <= each[field] <= 1:
                yield Complaint(f"{each[field]} is no share", f"{place}.{field}", "Give a number from 0 to 1.")
        ours = each.get("ns") == NAMESPACE and each.get("name") == "strength"
        if ours and not _STRENGTH.fullmatch(str(each.get("value"))):
            hint = "Give a whole number from 1 to 10."
            yield Complaint(f"{each.get('value')} is no strength", f"{place}.value", hint)


def _empty(found: Sequence[Found]) -> Iterator[Complaint]:
    """Refuse a text that says nothing."""
    for place, each in found:
        for field, value in each.items():
            if isinstance(value, str) and not value.strip():
                yield Complaint("is empty", f"{place}.{field}", "Leave it out, or say something.")


def _ends(collection: Mapping[str, Any], beside: Sequence[Mapping[str, Any]]) -> Iterator[Complaint]:
    """Refuse a map that names what the catalog of its resource lacks."""
    given = {}
    for document in beside:
        found = list(_objects(document["catalog"], "$"))
        given[_identifier(document["catalog"]["metadata"])] = {
            "control": {each["id"] for place, each in found if _kind(place) == "controls" and "id" in each},
            "statement": {each["id"] for place, each in found if _kind(place) == "parts" and "id" in each},
        }
    cited = collection.get("back-matter", {}).get("resources", ())
    resources = {f"#{each['uuid']}": _identifier(each) for each in cited}
    for number, mapping in enumerate(collection.get("mappings", ())):
        for side in ("source", "target"):
            known = given.get(resources.get(mapping[f"{side}-resource"]["href"], ""))
            if known is not None:
                place = f"$.mapping-collection.mappings[{number}]"
                yield from _unnamed(mapping["maps"], f"{side}s", known, place)


def _unnamed(
    maps: Sequence[Mapping[str, Any]], side: str, known: Mapping[str, Collection[str]], place: str
) -> Iterator[Complaint]:
    for number, each in enumerate(maps):
        for index, end in enumerate(each[side]):
            if end["id-ref"] not in known.get(end["type"], ()):
                what = f"{end['id-ref']} is no {end['type']} of its catalog"
                yield Complaint(what, f"{place}.maps[{number}].{side}[{index}].id-ref", "Correct the id or the type.")


def _identifier(told: Mapping[str, Any]) -> str:
    return next((str(each["identifier"]) for each in told.get("document-ids", ())), "")


def _unknown(value: Any, words: Sequence[str], place: str) -> Iterator[Complaint]:
    if value not in words:
        yield Complaint(f"{value!r} is none of the words that stand there", place, f"Words: {', '.join(words)}.")


def _kind(place: str) -> str:
    found = _LAST.search(place)
    return found.group(1) if found else ""
