"""Policies that templates and Terraform state: their statements as grants, trusts, and what of them is not at hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Condition, Grant, Location
from nhiassess.sources.aws.absent import absent, is_administrator
from nhiassess.sources.aws.deployed import Deployed, Deployment
from nhiassess.sources.aws.deployed_values import choices, part, referred, scalars, settled, text_of
from nhiassess.sources.aws.embedded import embedded
from nhiassess.sources.aws.policies import grants, resources
from nhiassess.sources.aws.trusts import trusts, unread
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, quote

MANAGED = "AWS::IAM::ManagedPolicy"
DOCUMENT = "policydocument|policy"
# one policy that is attached a thousand times counts a thousand times
_MOST_GRANTS = 200_000


@dataclass(frozen=True, slots=True)
class Policies:
    """The policies of one deployment while they are read."""

    made: Deployment
    found: Gathering

    def document(self, each: Deployed, node: Node) -> tuple[Node | None, ReadFile]:
        """Give a policy document without alternatives, and the file that it stands in."""
        file = self.made.file_of(node, each.file)
        document = embedded(file, node) if node.text() is not None else node
        if document is None or document.get("Statement") is None:
            return None, file
        return settled(document), file

    def trust(self, each: Deployed, node: Node, words: Iterable[str], id: str) -> None:
        """Add who may become a role, by its trust policy."""
        document, file = self.document(each, node)
        if document is None:
            self.unread(each, node, "trust policy")
            return
        prefix = "trust:" + id.removeprefix("identity:")
        more = conditions_of(words)
        made = trusts(file, document, id, prefix)
        self.found.skipped += unread(file, document)
        self.found.trusts += (replace(trust, conditions=(*trust.conditions, *more)) for trust in made)
        self.made.skip(scalars(document), file, self.found)

    def add(
        self,
        each: Deployed,
        id: str | None,
        policy: str,
        node: Node,
        words: Iterable[str],
        scope: str = "identity",
        also: Location | None = None,
    ) -> None:
        """Add the grants of one policy; `also` is where it is attached to the identity."""
        if len(self.found.grants) > _MOST_GRANTS:
            reason = f"more than {_MOST_GRANTS:,} statements count: what comes after is not read"
            self.found.skip(each.place, "grants", "policy", reason)
            return
        prefix = "grant:" + (id.removeprefix("identity:") if id else f"aws/-/policy/{quote(self.whose(each))}")
        prefix = f"{prefix}/boundary" if scope == "boundary" else prefix
        places = (also,) if also is not None else ()
        stated = Grant("", identity=id, scope=scope, provider="aws", policy=policy, conditions=conditions_of(words))
        document, file = self.document(each, node)
        if document is None:
            stated = replace(stated, locations=(also or file.at(node),))
            self.found.grants.append(absent(stated, prefix, policy))
            self.unread(each, node, "policy")
            return
        made = grants(file, document, f"{prefix}/{quote(policy)}", stated, places)
        self.found.grants += (replace(grant, conditions=(*grant.conditions, *stated.conditions)) for grant in made)
        if scope == "identity":
            named = resources(file, document)
            self.found.resources += (one for one in named if not self.made.deploys(one.name or ""))
        self.made.skip(scalars(document), file, self.found)
        left = document.get("Unresolved")
        for one in left.elements() if left is not None else ():
            self.add(each, id, f"{policy}/source", one, words, scope, also)

    def whose(self, each: Deployed) -> str:
        """Give what tells a resource from those of other files."""
        return f"{self.made.scope}/{each.address}".lstrip("/")

    def unread(self, each: Deployed, node: Node, what: str) -> None:
        """Name a policy whose text is not in the files."""
        place = self.made.file_of(node, each.file).at(node)
        words = text_of(node) or "it"
        reason = f"the text of this {what} is not in the files: hand over {words[:160]}, or a plan as JSON"
        self.found.skip(place, f"{each.address} {words[:160]}", what, reason)

    def managed(self, each: Deployed, id: str, arn: Node, words: Sequence[str], scope: str = "identity") -> None:
        """Add a policy that is attached to an identity: its grants, or that its text is not at hand."""
        address = referred(arn)
        policy = self.made.resources.get(address) if address else None
        if policy is not None and policy.kind == MANAGED:
            name = text_of(part(policy.node, "managedpolicyname|policyname|name"))
            name = name if name and "${" not in name else policy.address
            for document, more in choices(part(policy.node, DOCUMENT)):
                self.add(policy, id, name, document, (*words, *more), scope, each.file.at(arn))
            return
        stated = text_of(arn) or "a policy"
        place = each.file.at(arn)
        prefix = f"grant:{id.removeprefix('identity:')}" + ("/boundary" if scope == "boundary" else "")
        grant = Grant("", identity=id, scope=scope, provider="aws", policy=stated, locations=(place,))
        self.found.grants.append(absent(replace(grant, conditions=conditions_of(words)), prefix, stated))
        self.made.skip((arn,), each.file, self.found)
        if not is_administrator(stated):
            reason = f"{stated} counts, but its text is not in the files: hand it over"
            self.found.skip(place, f"policy {stated}", "managed policy not in the files", reason)

    def listed(self, node: Node | None) -> Iterator[tuple[Node, tuple[str, ...]]]:
        """Give the elements of a list, each with what must be true for it to be there."""
        for whole, outer in choices(node):
            for one in whole.listed():
                yield from ((each, (*outer, *words)) for each, words in choices(one))


def conditions_of(words: Iterable[str]) -> tuple[Condition, ...]:
    """Give what must be true for a choice of the deployment, as a condition that no request decides."""
    said = tuple(words)
    return (Condition("template", "deployment", said),) if said else ()
