"""Teleport: roles, which roles they may request and who reviews that, bots, and how long their certificates live.

Fields follow goteleport.com/docs, "Access Controls Reference", "Configure Access Requests" and the resources
``TeleportRole`` and ``TeleportBotV1``: a request needs one approval where no threshold says otherwise; the
certificates of a bot live twelve hours at most where it does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Credential, Gate, Grant, Identity
from nhiassess.sources.access.saas_access import Clients, listed, words
from nhiassess.sources.access.sheet_columns import seconds
from nhiassess.sources.aws.names import identity_of
from nhiassess.sources.clients.agent_settings import leaf_text
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote

_BOT_SECONDS = 12 * 3600
_ROLE = re.compile(r"role|TeleportRole(?:V\d+)?")
_BOT = re.compile(r"bot|TeleportBotV\d+")
_OPTIONS = ("max_session_ttl", "request_access", "require_session_mfa", "lock", "client_idle_timeout")
# lists of a rule: what they let a session be, by the word that actions begin with
_SESSIONS = {
    "logins": "login",
    "windows_desktop_logins": "windows_login",
    "kubernetes_groups": "kubernetes_group",
    "kubernetes_users": "kubernetes_user",
    "db_users": "db_user",
    "db_roles": "db_role",
    "azure_identities": "azure_identity",
    "gcp_service_accounts": "gcp_service_account",
    "aws_role_arns": "aws_role",
}
_LABELS = ("node_labels", "kubernetes_labels", "db_labels", "app_labels", "windows_desktop_labels")
# reviewers of one role that are named
_NAMED = 5
_LETS_IN = "the role lets in the AWS identity of Teleport's application service"
_REQUEST = "no plug-in, rule or access list approves the request by itself"


def is_teleport(node: Node) -> bool:
    """Tell whether a document is a role or bot of Teleport."""
    kind = words(node, "kind") or ""
    known = _ROLE.fullmatch(kind) or _BOT.fullmatch(kind)
    return bool(known) and node.get("spec") is not None and not (words(node, "apiVersion") or "").startswith("rbac.")


def read_teleport(files: Sequence[ReadFile], found: Gathering) -> None:
    """Read roles and bots; reviewers count for all roles of the folder."""
    documents = [
        (file, number, root) for file in files for number, root in enumerate(file.document.roots) if is_teleport(root)
    ]
    reviewers: dict[str, list[str]] = {}
    for _, _, root in documents:
        for role in listed(root.get("spec", "allow", "review_requests", "roles")):
            reviewers.setdefault(role, []).append(words(root.get("metadata") or EMPTY, "name") or "-")
    for file, number, root in documents:
        clients = Clients(file, found, "teleport")
        name = words(root.get("metadata") or EMPTY, "name")
        if name is None:
            clients.skip(root, f"{number}.metadata.name", "teleport resource", "it has no name")
        elif _BOT.fullmatch(words(root, "kind") or ""):
            _read_bot(clients, number, root, name)
        else:
            _read_role(clients, number, root, name, reviewers)
        found.identities += clients.known.values()


def role_id(name: str) -> str:
    """Give the id of a role."""
    return f"identity:teleport/-/role/{quote(name)}"


def _read_bot(clients: Clients, number: int, root: Node, name: str) -> None:
    id = clients.client(f"identity:teleport/-/bot/{quote(name)}", root, "service_account", name=name)
    spec = root.get("spec") or EMPTY
    _certificate(clients, id, root, f"{number}.spec", spec.get("max_session_ttl"), _BOT_SECONDS)
    _assumes(clients, id, spec.get("roles"), f"{name} impersonates it")


def _read_role(clients: Clients, number: int, root: Node, name: str, reviewers: dict[str, list[str]]) -> None:
    id = clients.client(role_id(name), root, "role", name=name)
    spec, dotted = root.get("spec") or EMPTY, f"{number}.spec"
    for option in _OPTIONS:
        clients.says(spec.get("options", option), f"{dotted}.options", name, option)
    _certificate(clients, id, root, dotted, spec.get("options", "max_session_ttl"), None)
    for effect in ("allow", "deny"):
        _read_rules(clients, id, spec.get(effect), f"{dotted}.{effect}", name, effect)
    allow = spec.get("allow") or EMPTY
    _assumes(clients, id, allow.get("impersonate", "roles"), f"{name} impersonates it")
    request = allow.get("request")
    if request is not None and request.is_mapping:
        clients.says(request.get("max_duration"), f"{dotted}.allow", name, "request.max_duration")
        approvals = _approvals(request)
        for key in ("roles", "search_as_roles"):
            _assumes(clients, id, request.get(key), f"{name} requests it", reviewers, approvals)
    clients.says(allow.get("review_requests", "roles"), f"{dotted}.allow", name, "review_requests.roles")


def _approvals(request: Node) -> int:
    """Give how many approvals a request needs: the fewest of its thresholds, and one without any."""
    thresholds = request.get("thresholds")
    counts = [each.get("approve") for each in thresholds.elements()] if thresholds is not None else []
    stated = [each.whole() for each in counts if each is not None]
    return min((each for each in stated if each is not None), default=1)


def _certificate(clients: Clients, id: str, root: Node, dotted: str, ttl: Node | None, longest: int | None) -> None:
    stated = leaf_text(ttl) if ttl is not None else None
    lifetime = seconds(stated) if stated else longest
    node = ttl if ttl is not None and stated else root
    if stated and lifetime is None and ttl is not None:
        clients.skip(ttl, f"{dotted}.max_session_ttl", "duration", f'"{stated[:40]}" is no span of time')
    place = clients.file.at(node)
    name = f"credential:{quote(clients.file.path)}#{quote(dotted)}.certificate"
    clients.found.credentials.append(
        Credential(name, None, None, "certificate", lifetime_seconds=lifetime, locations=(place,))
    )
    clients.found.links.append(link(name, "authenticates_as", id, place))


def _assumes(
    clients: Clients,
    id: str,
    roles: Node | None,
    reason: str,
    reviewers: dict[str, list[str]] | None = None,
    approvals: int = 0,
) -> None:
    for node in roles.listed() if roles is not None else ():
        name = node.text()
        if not name:
            continue
        place = clients.file.at(node)
        if any(sign in name for sign in "*^{"):
            clients.skip(node, f"{id}.{name}", "role pattern", f'which roles "{name}" stands for is not known here')
            continue
        gate: Gate | None = None
        open_conditions: tuple[str, ...] = ()
        if reviewers is not None and approvals > 0:
            who = [f"role {each}" for each in (*reviewers.get(name, [])[:_NAMED], *reviewers.get("*", [])[:_NAMED])]
            gate = Gate("human_approval", "gateway", ", ".join(who) or None, each_call=False)
            open_conditions = (_REQUEST,)
        elif reviewers is not None:
            gate = Gate("jit", "gateway", each_call=False)
        target = role_id(name)
        made = link(id, "assumes", target, place, gate=gate, reason=reason, conditions=open_conditions)
        clients.found.links.append(made)


def _read_rules(clients: Clients, id: str, node: Node | None, dotted: str, name: str, effect: str) -> None:
    if node is None or not node.is_mapping:
        return
    actions = [f"{word}:{each}" for key, word in _SESSIONS.items() for each in listed(node.get(key))]
    rules = node.get("rules")
    for rule in rules.elements() if rules is not None else ():
        verbs = listed(rule.get("verbs"))
        actions += [f"{verb}:{resource}" for resource in listed(rule.get("resources"))[:50] for verb in verbs[:50]]
    if not actions:
        return
    labels = tuple(dict.fromkeys(_labels(node)))
    place = clients.file.at(node)
    clients.found.grants.append(
        Grant(
            f"grant:{quote(clients.file.path)}#{quote(dotted)}",
            id,
            effect,
            provider="teleport",
            policy=name,
            actions=tuple(dict.fromkeys(actions)),
            resources=labels,
            locations=(place,),
        )
    )
    open_names = [each for each in actions if "{{" in each]
    if open_names:
        reason = f"{', '.join(open_names[:5])}: filled in from the traits of each user"
        clients.skip(node, f"{dotted}.traits", "template", reason)
    arns = node.get("aws_role_arns") if effect == "allow" else None
    for each in arns.listed() if arns is not None else ():
        target = identity_of(each.text() or "")
        if target is not None:
            at = clients.file.at(each)
            clients.found.identities.append(Identity(target, "role", name=each.text(), provider="aws", locations=(at,)))
            reason = "through Teleport's application access"
            clients.found.links.append(link(id, "assumes", target, at, reason=reason, conditions=(_LETS_IN,)))


def _labels(node: Node) -> Iterator[str]:
    for key in _LABELS:
        labels = node.get(key)
        for label, values in labels.items() if labels is not None else ():
            kind = key.removesuffix("_labels")
            yield from (f"teleport:{kind}/{label}={each}" for each in listed(values) or ("?",))
