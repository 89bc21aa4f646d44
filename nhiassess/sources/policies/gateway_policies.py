"""Gateways that decide on requests: ToolHive, agentgateway, Istio, Envoy and Kong, what they guard and read.

Facts: ToolHive's authorization policy reference; agentgateway's MCP authorization, an allow list of expressions that
refuses what none names; Istio's AuthorizationPolicy, which denies what no ALLOW rule matches once one applies;
Envoy's `rbac.v3` and `ext_authz.v3` filters; Kong's plug-in `acl`. What a DENY rule does not name, other policies
decide on: what such a policy does by default is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nhiassess.formats import cedar
from nhiassess.formats.format import EMPTY, MAX_DEPTH, Node
from nhiassess.formats.lexemes import lexemes, paths
from nhiassess.model.inventory import AuthorizationPolicy, Inventory, Location
from nhiassess.sources.clients.mcp_servers import server_id
from nhiassess.sources.clusters.kubernetes_manifests import Manifest, manifests, text
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.issuers.spiffe_ids import state
from nhiassess.sources.policies.authorization import cedar_policy, listed, policy_id
from nhiassess.sources.policies.policy_context import context
from nhiassess.sources.source import ReadFile

_SIGNS = re.compile(
    r"cedarv1|authzConfig|mcpAuthorization|security\.istio\.io/|AuthorizationPolicy\b"
    r"|filters\.http\.(?:ext_authz|rbac)|(?:rbac|ext_authz)\.v3|_format_version"
)
_ROOTS = frozenset({"jwt", "mcp", "request", "source", "apiKey", "basicAuth", "llm", "response", "backend", "extauthz"})
_FILTERS = {"rbac.v3.RBAC": "rbac", "ext_authz.v3.ExtAuthz": "ext_authz"}


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a file, its path, and the values that it stands in, the nearest last."""

    file: ReadFile
    node: Node
    dotted: str
    key: str
    above: tuple[Node, ...]

    @property
    def location(self) -> Location:
        """Where its key stands."""
        return self.file.at_key(self.node)


class GatewayPolicies:
    """Policies of gateways and proxies."""

    name = "gateway_policies"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise them by the names of filters, objects and keys."""
        return path.lower().endswith((".yaml", ".yml", ".json")) and bool(_SIGNS.search(head))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read every policy that a file states in full; one that lies elsewhere is named and skipped."""
        found = Gathering()
        for file in files:
            for manifest in manifests(file):
                if manifest.kind == "AuthorizationPolicy" and manifest.api.startswith("security.istio.io/"):
                    _istio(manifest, found)
                elif manifest.node.get("spec", "authzConfig") is not None:
                    _toolhive_object(manifest, found)
            for root in file.document.roots:
                if text(root.get("type")) == "cedarv1":
                    _cedar(file, root.get("cedar", "policies"), policy_id(file.path, "cedar"), None, found)
                if root.get("_format_version") is not None:
                    _kong(file, root, found)
            for place in _values(file):
                if place.key == "mcpAuthorization":
                    _agentgateway(place, found)
                elif place.key == "@type":
                    kind = next((kind for sign, kind in _FILTERS.items() if text(place.node).endswith(sign)), "")
                    if kind:
                        _envoy(place, kind, found)
        return found.inventory()


def _values(file: ReadFile) -> Iterator[Place]:
    waiting: list[Place] = [Place(file, root, "", "", ()) for root in reversed(file.document.roots)]
    while waiting:
        place = waiting.pop()
        # six above suffice to find the route that a policy belongs to
        above = (*place.above[-5:], place.node)
        if len(place.dotted) > 40 * MAX_DEPTH:
            continue
        inner = []
        for key, node in place.node.items():
            made = Place(file, node, f"{place.dotted}.{key}" if place.dotted else key, key, above)
            yield made
            inner.append(made)
        for number, node in enumerate(place.node.elements()):
            inner.append(Place(file, node, f"{place.dotted}[{number}]", "", above))
        waiting += [each for each in reversed(inner) if each.node.is_mapping or each.node.is_sequence]


def _cedar(file: ReadFile, node: Node | None, id: str, guards: str | None, found: Gathering) -> None:
    """Read a list of Cedar policies as text; each counts as standing where its text begins."""
    stated: list[cedar.Policy] = []
    places: list[Location] = []
    is_whole = True
    for number, each in enumerate(node.listed() if node is not None else ()):
        policies, problems = cedar.policies(each.text() or "")
        stated += policies
        places += [file.at(each)] * len(policies)
        if problems or not policies:
            is_whole = False
            reason = "this text is no policy of Cedar, or one that is filled in elsewhere"
            found.skip(file.at(each), f"cedar[{number}]", "Cedar statement", reason)
    if stated:
        unique = tuple(dict.fromkeys(places))
        found.authorization_policies.append(cedar_policy(id, stated, unique, is_whole=is_whole, guards=guards))


def _toolhive_object(manifest: Manifest, found: Gathering) -> None:
    file, stated = manifest.file, manifest.node.get("spec", "authzConfig") or EMPTY
    inline = stated.get("inline", "policies")
    if inline is None:
        reason = "the policies lie in another object, as text"
        found.skip(file.at_key(stated), f"{manifest.dotted}spec.authzConfig", "policies of ToolHive", reason)
        return
    id = policy_id(file.path, manifest.name)
    _cedar(file, inline, id, server_id(file.path, manifest.name), found)


def _agentgateway(place: Place, found: Gathering) -> None:
    rules = place.node.get("rules") or EMPTY
    names: dict[str, None] = {}
    effects: set[str] = set()
    for each in rules.listed():
        given = [("allow", each)] if each.text() else list(each.items())
        for effect, expression in given:
            effects.add(effect)
            for path in paths(lexemes(expression.text() or ""), _ROOTS):
                names[".".join(path.parts)] = None
    targets = [
        text(target.get("name"))
        for above in place.above
        for backend in (above.get("backends") or EMPTY).elements()
        for target in (backend.get("mcp", "targets") or EMPTY).elements()
    ]
    served = listed(dict.fromkeys(name for name in targets if name))
    made = AuthorizationPolicy(
        policy_id(place.file.path, place.dotted),
        language="cel",
        guards=f"tools of {served}" if served else "tools behind the gateway",
        default_deny=True if "allow" in effects else None,
        context=context(names),
        locations=(place.location,),
    )
    found.authorization_policies.append(made)


def _istio(manifest: Manifest, found: Gathering) -> None:
    file, spec = manifest.file, manifest.node.get("spec") or EMPTY
    rules, action = spec.get("rules"), text(spec.get("action")) or "ALLOW"
    names: dict[str, None] = {}
    opens = False
    for rule in rules.elements() if rules is not None else ():
        opens = opens or (rule.is_mapping and not rule.value)
        for side, key, of in (("from", "source", "source"), ("to", "operation", "operation")):
            for each in (rule.get(side) or EMPTY).elements():
                names |= dict.fromkeys(f"{of}.{name}" for name, _ in (each.get(key) or EMPTY).items())
        for each in (rule.get("when") or EMPTY).elements():
            if key := text(each.get("key")):
                names[key] = None
    labels = spec.get("selector", "matchLabels") or EMPTY
    chosen = listed(f"{key}={text(value)}" for key, value in labels.items())
    where = f"namespace {manifest.namespace}"
    made = AuthorizationPolicy(
        policy_id(file.path, manifest.name),
        language="istio",
        guards=f"workloads {chosen} in {where}" if chosen else f"every workload in {where}",
        # the provider that a CUSTOM rule asks, or a policy beside one that only denies, decides on the rest
        default_deny=not opens if action == "ALLOW" else None,
        context=context(names, is_whole=action != "CUSTOM"),
        locations=(manifest.place,),
    )
    found.authorization_policies.append(made)


def _envoy(place: Place, kind: str, found: Gathering) -> None:
    file, node = place.file, place.above[-1]
    dotted = place.dotted.removesuffix(".@type")
    names: dict[str, None] = {}
    denies = None
    if kind == "rbac":
        rules = node.get("rules") or EMPTY
        compared = [dict.fromkeys(_compared(policy)) for key, policy in (rules.get("policies") or EMPTY).items() if key]
        # a policy that compares nothing lets everything in
        denies = all(compared) if text(rules.get("action")) in ("", "ALLOW") and rules.value else None
        names = {name: None for each in compared for name in each}
    fails_open = node.get("failure_mode_allow")
    if fails_open is not None and fails_open.flag() is not None:
        state(file, fails_open, f"{dotted}.failure_mode_allow", str(fails_open.flag()).lower(), found)
    made = AuthorizationPolicy(
        policy_id(file.path, dotted or kind),
        language=f"envoy {kind}",
        guards="requests through the proxy",
        default_deny=denies,
        # what an outside service reads it alone knows
        context=context(names, is_whole=kind == "rbac"),
        locations=(file.at(place.node),),
    )
    found.authorization_policies.append(made)


def _compared(policy: Node) -> Iterator[str]:
    """Give what a policy of Envoy's compares, by the names of its matchers; headers by their own."""
    joining = ("and_rules", "or_rules", "not_rule", "and_ids", "or_ids", "not_id", "rules", "ids")
    waiting = [each for side in ("permissions", "principals") for each in (policy.get(side) or EMPTY).elements()]
    while waiting:
        for key, node in waiting.pop().items():
            if key in joining:
                waiting += [*node.elements(), *([node] if node.is_mapping else [])]
            elif key == "header":
                yield f"header.{text(node.get('name'))}"
            elif key != "any":
                yield key


def _kong(file: ReadFile, root: Node, found: Gathering) -> None:
    """Read the lists of groups that Kong lets in, for all of it, a service or a route."""
    holders = [("", root)]
    for kind in ("services", "routes"):
        holders += [(f"{kind}[{place}].", each) for place, each in enumerate((root.get(kind) or EMPTY).elements())]
    for dotted, holder in holders:
        for place, plugin in enumerate((holder.get("plugins") or EMPTY).elements()):
            given = plugin.get("config") or EMPTY
            enabled = plugin.get("enabled")
            if text(plugin.get("name")) != "acl" or (enabled is not None and enabled.flag() is False):
                continue
            named = text(holder.get("name"))
            made = AuthorizationPolicy(
                policy_id(file.path, f"{dotted}plugins[{place}]"),
                language="kong acl",
                guards=f"requests to {named}" if named else "every request through the gateway",
                default_deny=True if given.get("allow") is not None else None,
                context=context(("consumer.groups",)),
                locations=(file.at(plugin),),
            )
            found.authorization_policies.append(made)


SOURCE = GatewayPolicies()
