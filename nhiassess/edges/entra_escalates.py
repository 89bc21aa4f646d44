"""An identity of Entra becomes another one, or administers the tenant, by roles, by permissions or by what it owns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Grant, Identity, Inventory
from nhiassess.model.knowledge import Knowledge, Requirement, Technique
from nhiassess.model.reach import Edge
from nhiassess.permissions.azure.entra import OWNER, Holder, held, in_directory, native, unknown_role
from nhiassess.permissions.azure.entra_names import DIRECTORY_ROLES
from nhiassess.permissions.permission import NO, YES, Decision, both, either

_CLASSES = ("application", "agent", "user", "group", "owned")
# a role that is not known to be given would meet every technique: of those one edge says that it may lead to everything
_TOLD = frozenset({"yes", "conditional"})
_MAYBE_NONE = Decision("conditional", ("it is an application, and no managed identity",))
_A_USER = Decision("conditional", ("it is a user, whom Entra lets change what they own",))
_PLAIN = Decision("conditional", ("it holds no administrative role, by itself or by a group",))
_OPEN_GROUP = Decision("conditional", ("it is not assignable to roles, not synchronised and not dynamic",))
# what else a technique needs, by the word of its file: how it then stands, and what is open
_NEEDS: Mapping[str, Decision] = {
    each: Decision(verdict, (words,))
    for each, verdict, words in (
        ("user_to_activate", "conditional", "somebody that it can act as activates the role"),
        ("method_allowed", "conditional", "the tenant lets administrators sign in with that method"),
        ("certificates_enabled", "conditional", "the tenant lets users sign in with certificates"),
        ("federated_domain", "conditional", "an administrator's domain is one that can be federated"),
        ("pim_group", "conditional", "Privileged Identity Management manages the group"),
        ("microsoft_365_group", "conditional", "it is a Microsoft 365 group"),
        ("package_or_workflow", "conditional", "an access package or a workflow may hand out the group"),
        ("membership_rule", "conditional", "the membership of the group follows an attribute of users"),
        ("agent_objects", "conditional", "the role lets it change that kind of agent"),
    )
}
# what was not in scope, without which a technique leads no further
_LACKING: Mapping[str, str] = {
    "eligible_identity": "somebody that it can act as is eligible for a role of tier 0",
    "consenting_identity": "somebody that it can act as may consent by the policy that it changes",
    "session_of_administrator": "it has the password or a session of an administrator whom only policies stop",
    "issued_certificate": "an authority that the tenant trusts issues a certificate to it",
    "synchronised_group": "somebody that it can act as controls a synchronised group on premises",
    "managed_device": "an administrator signs in to a device that the tenant manages",
    "partner_tenant": "a tenant that it can act in becomes a partner of this one",
    "closed_account": "an administrator's account is deleted or disabled, and it has what that signs in with",
    "unit_administrator": "somebody that it can act as administers what an administrative unit holds",
    "service_connection": "a pipeline of the organisation signs in to Azure or Entra",
}
_NOT_TOLD: Mapping[str, str] = {
    "older_interface": "the older interface of Privileged Identity Management takes this permission",
    "endpoint_owner": "Microsoft Graph lets this permission add owners to applications",
    "sign_in_name": "what a change of sign-in names leads to, which no list tells",
}
_ON = {
    "application": "an application of the tenant leads to its administration",
    "agent": "an agent of the tenant leads to its administration",
    "user": "a user who holds no administrative role leads to the administration of the tenant",
    "group": "a group of the tenant leads to its administration",
    "owned": "an application that it owns leads to the administration of the tenant",
}
_DONE = {
    "application": "may add credentials to {}",
    "agent": "may add credentials to {}",
    "user": "may reset the password of {}",
    "group": "may add members to {}",
    "owned": "owns {}, and so may add credentials to it",
}


@dataclass(frozen=True, slots=True)
class Directory:
    """The identities that somebody could act as, by what they are, and whose answer stays open."""

    by_class: Mapping[str, tuple[tuple[Identity, Decision], ...]]
    owned: Mapping[str, tuple[Identity, Decision]]  # applications, as grants of ownership name them


@dataclass(frozen=True, slots=True)
class EntraEscalates:
    """From identities of Entra to whom they can act as."""

    name: str = "entra_escalates"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each technique that a role, a permission or ownership allows, and for each identity gained.

        Notes
        -----
        O(n + a m) for a identities that may act as all others of a kind, and m of that kind that lead anywhere.
        """
        techniques = [
            each
            for each in knowledge.techniques
            if each.domain == "entra" and each.category != "administrator" and each.requires[0][0].of in _OF
        ]
        everybody = held(inventory)
        directory = _directory(inventory, everybody)
        kinds = {each.id: each.kind for each in inventory.identities}
        for id, holder in sorted(everybody.items()):
            if id not in kinds or id.endswith("/administrator"):
                continue
            for technique in techniques:
                yield from _edges(holder, kinds[id], technique, directory)
            for grant in holder.own:
                decision = unknown_role(grant)
                if decision.possible:
                    words = "has a role of the directory that is not in scope, and so may administer the tenant"
                    yield _edge(id, _administrator(id), words, decision, None)


_OF = frozenset({"tenant", *_CLASSES})


def _directory(inventory: Inventory, everybody: Mapping[str, Holder]) -> Directory:
    """Give who could be acted as; who has nothing and is nobody's way to anything is left out."""
    leads = {link.source for link in inventory.links} | {
        id for id, holder in everybody.items() if any(not _requested(each) for each in holder.own)
    }
    listed = {f"directory_role:{each}" for each in DIRECTORY_ROLES.values()}
    found: dict[str, list[tuple[Identity, Decision]]] = {each: [] for each in _CLASSES}
    for each in sorted(inventory.identities, key=lambda one: one.id):
        if each.provider != "azure" or each.id not in leads or each.id.endswith("/administrator"):
            continue
        roles = [g for g in (everybody[each.id].own if each.id in everybody else ()) if _is_role(g)]
        if each.kind == "app_registration":
            found["application"].append((each, YES))
        elif each.kind in ("service_principal", None):
            found["application"].append((each, _MAYBE_NONE))
        elif (each.kind or "").startswith("agent_"):
            found["agent"].append((each, YES))
        elif each.kind in ("user", "human"):
            # of whom a role of tier 0 protects files tell; whom another one protects they don't
            if not any(in_directory(g, role).possible for g in roles for role in listed):
                found["user"].append((each, _PLAIN))
        elif each.kind == "group":
            found["group"].append((each, NO if roles else _OPEN_GROUP))
    owned = {f"application:{native(each.id)}": (each, open_) for each, open_ in found["application"]}
    return Directory({kind: tuple(rows) for kind, rows in found.items()}, owned)


def _requested(grant: Grant) -> bool:
    return any(each.operator == "consent" for each in grant.conditions)


def _is_role(grant: Grant) -> bool:
    return any(each.startswith("directory_role:") for each in grant.actions)


def _edges(holder: Holder, kind: str | None, technique: Technique, directory: Directory) -> Iterator[Edge]:
    of = technique.requires[0][0].of
    if technique.applies_to and kind is not None and kind not in technique.applies_to:
        return
    beside = ([each for each in required if each.action != OWNER] for required in technique.requires)
    whole = _best(_all(holder, required, None) for required in beside if required)
    for target, open_ in _targets(holder, of, directory) if whole[0].possible or of == "owned" else ():
        if target.id != holder.id:
            is_told = not technique.applies_to or kind is not None
            yield from _becomes(holder, technique, target, open_ if is_told else both(open_, _A_USER))
    if whole[0].possible:
        yield _administers(holder.id, technique, of, *whole)


def _targets(holder: Holder, of: str, directory: Directory) -> Iterable[tuple[Identity, Decision]]:
    if of != "owned":
        return directory.by_class.get(of, ())
    owned = sorted({each for grant in holder.allows if OWNER in grant.actions for each in grant.resources})
    return [directory.owned[each] for each in owned if each in directory.owned]


def _administers(id: str, technique: Technique, of: str, decision: Decision, words: str) -> Edge:
    needs = technique.needs_resource or ""
    lacking = _LACKING.get(needs) or _ON.get(of)
    decision = both(decision, _NEEDS.get(needs, YES))
    if needs in _NOT_TOLD:
        decision = both(decision, Decision("unknown", (_NOT_TOLD[needs],)))
    verdict, conditions = decision.verdict, decision.conditions
    if lacking is not None:
        verdict, conditions = "unknown" if verdict == "unknown" else "needs_resource", (*conditions, lacking)
    reason = f"{words}, and so may administer the tenant ({technique.id})"
    return edge(
        id,
        "escalates_to",
        _administrator(id),
        reason,
        decision.locations,
        verdict=verdict,
        conditions=conditions,
        technique=technique.id,
    )


def _becomes(holder: Holder, technique: Technique, target: Identity, open_: Decision) -> Iterator[Edge]:
    needs = technique.needs_resource or ""
    if needs == "pim_group":
        open_ = YES  # also of groups that roles are assigned to
    decision, words = _best(_all(holder, required, target.id) for required in technique.requires)
    if decision.verdict not in _TOLD:
        return
    decision = both(decision, open_, _NEEDS.get(needs, YES))
    if needs in _NOT_TOLD:
        decision = both(decision, Decision("unknown", (_NOT_TOLD[needs],)))
    if decision.possible:
        done = _DONE[technique.requires[0][0].of].format(target.name or short(target.id))
        yield _edge(holder.id, target.id, f"{words}, {done} ({technique.id})", decision, technique.id)


def _all(holder: Holder, required: Sequence[Requirement], target: str | None) -> tuple[Decision, str]:
    """Decide whether an identity has all that is required, and put it into words."""
    # what a group gives is the group's own edge, unless more is needed beside it
    grants = holder.own if len(required) == 1 else holder.allows
    decision = both(*(either(in_directory(each, one.action, target) for each in grants) for one in required))
    return decision, " and ".join(_words(one.action) for one in required if one.action != OWNER or len(required) == 1)


def _words(action: str) -> str:
    prefix, _, name = action.partition(":")
    return {"directory_role": f"is {name}", "app_role": f"has the permission {name}"}.get(prefix, "is its owner")


def _best(answers: Iterable[tuple[Decision, str]]) -> tuple[Decision, str]:
    known = list(answers)
    best = either(decision for decision, _ in known)
    return next(((d, w) for d, w in known if d is best), (NO, ""))


def _administrator(id: str) -> str:
    """Give the administrator of the tenant that an identity is of."""
    return f"identity:azure/{id.removeprefix('identity:azure/').partition('/')[0]}/administrator"


def _edge(source: str, target: str, reason: str, decision: Decision, technique: str | None) -> Edge:
    return edge(
        source,
        "escalates_to",
        target,
        reason,
        decision.locations,
        verdict=decision.verdict,
        conditions=decision.conditions,
        technique=technique,
    )


EDGE = EntraEscalates()
