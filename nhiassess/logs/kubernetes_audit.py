"""Kubernetes audit events: which user, or whom it impersonated, used which verb on which object, and what was decided.

Field names after the API group audit.k8s.io/v1. A request has an event for each of its stages; only the last of them
counts. Ids are those of the source `kubernetes`: nothing in an event names the cluster.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nhiassess.formats.format import EMPTY, Node
from nhiassess.logs.log import DATA_ACCESS, PRIVILEGE_DECISIONS, Action, moment, text
from nhiassess.model.ids import quote

_SIGN = re.compile(r'"apiVersion\\?"\s*:\s*\\?"audit\.k8s\.io/')
_ACCOUNT = re.compile(r"system:serviceaccount:([^:\s]+):([^:\s]+)")
_STAGES = (None, "ResponseComplete", "Panic")
_DECISIONS = {"allow": "allow", "forbid": "deny"}
# as manifests name them
_KINDS = {"secrets": "secret", "pods": "pod"}
_CLUSTER = "resource:kubernetes/-"


class KubernetesAudit:
    """Audit events of the API server of a cluster."""

    name = "kubernetes_audit"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise the API group of audit events."""
        return bool(_SIGN.search(head))

    def actions(self, record: Node) -> Iterator[Action]:
        """Give the request, and that somebody was impersonated for it."""
        verb, stage = text(record, "verb"), text(record, "stage")
        if verb is None or stage not in _STAGES or record.get("user") is None:
            return
        user, other = _user(record.get("user") or EMPTY), _user(record.get("impersonatedUser") or EMPTY)
        decision = _DECISIONS.get(text(record, "annotations", "authorization.k8s.io/decision") or "")
        time = moment(record.get("requestReceivedTimestamp") or record.get("stageTimestamp"))
        if user and other:
            kind = "users" if "/user:" in other else "serviceaccounts"
            yield Action(
                user, action=f"impersonate:core/{kind}", resource=other, time=time, shows=(PRIVILEGE_DECISIONS,)
            )
        shows = (DATA_ACCESS, PRIVILEGE_DECISIONS) if decision else (DATA_ACCESS,)
        action, resource = _asked(record, verb)
        yield Action(other or user, None, None, action, resource, decision, None, time, shows)


def _user(user: Node) -> str | None:
    name = text(user, "username")
    if name is None:
        return None
    if found := _ACCOUNT.fullmatch(name):
        return f"identity:kubernetes/-/{quote(found[1])}/{quote(found[2])}"
    return f"identity:kubernetes/-/-/user:{quote(name)}"


def _asked(record: Node, verb: str) -> tuple[str, str]:
    """Give the action as grants write it, and the object; the cluster when no object is named."""
    about = record.get("objectRef") or EMPTY
    kind = text(about, "resource")
    if kind is None:
        address = (text(record, "requestURI") or "").partition("?")[0]
        return f"{verb}:nonResourceURLs{address}", _CLUSTER
    part = text(about, "subresource")
    action = f"{verb}:{text(about, 'apiGroup') or 'core'}/{kind}" + (f"/{part}" if part else "")
    namespace, name = text(about, "namespace"), text(about, "name")
    where = f"{_CLUSTER}/{quote(namespace)}" if namespace else _CLUSTER
    if name is None or kind == "nodes":
        return action, f"{where}/{quote(kind)}"
    return action, f"{where}/{quote(_KINDS.get(kind, kind))}/{quote(name)}"


LOG = KubernetesAudit()
