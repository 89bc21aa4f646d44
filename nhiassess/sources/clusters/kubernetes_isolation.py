"""What a pod's specification opens of its node: privileges, namespaces of the host, and paths of the host.

Each is a setting under its path in the manifest: ``...containers[0].securityContext.privileged`` and so on. A mounted
path of the host has its path as the value, followed by ``:ro`` when the mount is read-only. ``runAsUser`` and
``runAsNonRoot`` of the pod stand under every container that does not say otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nhiassess.formats.format import EMPTY, Node
from nhiassess.sources.clusters.kubernetes_manifests import text

# by its path in the specification: a value, and the node that states it
Stated = tuple[str, str, Node]

# paths of a node whose writer owns the node, or every container on it
_HOST_PATHS = re.compile(r"^/$|^/(etc|root|proc|var|var/lib|var/run)/?$|docker\.sock|containerd\.sock|kubelet")


def host_access(pod: Node) -> Iterator[Stated]:
    """Give the settings that open the node to the pod, whatever else holds."""
    for key in ("hostPID", "hostNetwork", "hostIPC"):
        node = pod.get(key)
        if node is not None and node.flag():
            yield key, "true", node
    for where, container in containers(pod):
        node = container.get("securityContext", "privileged")
        if node is not None and node.flag():
            yield f"{where}.securityContext.privileged", "true", node
    for place, volume in enumerate((pod.get("volumes") or EMPTY).elements()):
        node = volume.get("hostPath", "path")
        if node is not None and _HOST_PATHS.search(text(node)):
            yield f"volumes[{place}].hostPath", text(node), node


def openings(pod: Node) -> Iterator[Stated]:
    """Give the settings that open the node together with others: capabilities, mounts, users and profiles."""
    paths = {
        text(volume.get("name")): path
        for volume in (pod.get("volumes") or EMPTY).elements()
        if (path := volume.get("hostPath", "path")) is not None and text(path)
    }
    found = [each for where, container in containers(pod) for each in _of_container(where, container, paths)]
    if not found and not any(True for _ in host_access(pod)):
        return
    yield from found
    of_pod = pod.get("securityContext") or EMPTY
    for where, container in containers(pod):
        own = container.get("securityContext") or EMPTY
        user = own.get("runAsUser") or of_pod.get("runAsUser")
        if user is not None and user.whole() is not None:
            yield f"{where}.securityContext.runAsUser", str(user.whole()), user
        other = own.get("runAsNonRoot") or of_pod.get("runAsNonRoot")
        if other is not None and other.flag() is not None:
            yield f"{where}.securityContext.runAsNonRoot", "true" if other.flag() else "false", other
        profile = own.get("appArmorProfile", "type") or of_pod.get("appArmorProfile", "type")
        if profile is not None:
            yield f"{where}.securityContext.appArmorProfile", text(profile), profile


def containers(pod: Node) -> Iterator[tuple[str, Node]]:
    """Give the containers of a pod, each with its path in the specification."""
    for key in ("initContainers", "containers"):
        for place, each in enumerate((pod.get(key) or EMPTY).elements()):
            yield f"{key}[{place}]", each


def _of_container(where: str, container: Node, paths: Mapping[str, Node]) -> Iterator[Stated]:
    added = container.get("securityContext", "capabilities", "add")
    for place, node in enumerate(added.listed() if added is not None else ()):
        name = text(node).upper().removeprefix("CAP_")
        if name:
            yield f"{where}.securityContext.capabilities.add[{place}]", name, node
    for place, mount in enumerate((container.get("volumeMounts") or EMPTY).elements()):
        path, only = paths.get(text(mount.get("name"))), mount.get("readOnly")
        if path is not None:
            ending = ":ro" if only is not None and only.flag() else ""
            yield f"{where}.volumeMounts[{place}].hostPath", f"{text(path)}{ending}", mount
