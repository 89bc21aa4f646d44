"""SPIFFE: registration entries and their custom resources, servers and agents of SPIRE, and proxies that take SVIDs.

Entries are read as `spire-server entry create -data` takes them, as `spire-server entry show -output json` prints
them, and as the custom resources of spire-controller-manager. An entry without a lifetime has that of the server
whose configuration lies in the same folder and has the same trust domain; a server that states none issues for what
the SPIRE Server Configuration Reference calls the default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from posixpath import dirname

from nhiassess.formats.durations import seconds
from nhiassess.formats.format import EMPTY, Node
from nhiassess.model.inventory import Inventory
from nhiassess.sources.clusters.kubernetes_manifests import Manifest, is_template, manifests
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.issuers.spiffe_ids import (
    SCHEME,
    Lifetimes,
    identity,
    issue,
    kubernetes_account,
    parts,
    spiffe_identity,
    state,
    too_wide,
    trust,
)
from nhiassess.sources.issuers.spiffe_proxies import is_proxy, read_proxy
from nhiassess.sources.issuers.spire_servers import lifetimes, parts_of_configuration, read_configuration
from nhiassess.sources.source import ReadFile, link

_API = "spire.spiffe.io/"
_ENTRY = re.compile(r"""(?:spiffe_id|spiffeId)["']?\s*:""")
_BESIDE = re.compile(r"""(?:selectors|parent_id|parentId)["']?\s*:""")
_SERVER = re.compile(r"(?m)^\s*(?:server|agent)\s*(?:\{|:|=)|\"(?:server|agent)\"\s*:")
_SPIRE = re.compile(r"(?i)trust_domain|spiffe|spire")
_HELPER = re.compile(r"(?m)^\s*jwt_mode\s*=")
_NAMED = (".json", ".yaml", ".yml", ".conf", ".hcl")
# of an entry, by its spellings in JSON and in custom resources
_X509 = ("x509_svid_ttl", "x509SvidTtl", "x509SVIDTTL", "ttl")
_JWT = ("jwt_svid_ttl", "jwtSvidTtl", "jwtSVIDTTL", "ttl")
_FEDERATES = ("federates_with", "federatesWith")
_FLAGS = ("admin", "downstream", "store_svid", "storeSvid", "storeSVID", "autoPopulateDNSNames", "fallback")
_PARENTS = ("parent_id", "parentId", "parentID")
_NAMES = ("dns_names", "dnsNames", "dnsNameTemplates")


class Spiffe:
    """Who gets which SPIFFE ID, by what and for how long."""

    name = "spiffe"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise entries and configurations by their keys."""
        if not path.lower().endswith(_NAMED):
            return False
        if path.lower().endswith((".conf", ".hcl")):
            return bool((_SERVER.search(head) and _SPIRE.search(head)) or (_HELPER.search(head) and SCHEME in head))
        if _API in head or (_ENTRY.search(head) and _BESIDE.search(head)):
            return True
        return is_proxy(head) or ("trust_domain" in head and bool(_SERVER.search(head)))

    def group(self, path: str) -> str:
        """Put the files of one folder together: a server and its entries."""
        return dirname(path)

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read servers first, since entries take their lifetimes from them."""
        found = Gathering()
        configurations = [each for file in files for each in parts_of_configuration(file)]
        servers = dict(lifetimes(configurations))
        for each in configurations:
            read_configuration(each, found)
        configured = {each.file.path for each in configurations}
        for file in files:
            taken = file.path in configured
            for place, root in enumerate(file.document.roots):
                prefix = f"[{place}]." if place else ""
                for dotted, node in _entries(root, prefix):
                    taken = True
                    _entry(file, node, dotted, servers, found)
            for manifest in manifests(file):
                if manifest.api.startswith(_API):
                    taken = True
                    _object(manifest, servers, found)
            taken = read_proxy(file, servers, found) or taken
            if not taken and not is_template(file):
                reason = "has the signs of SPIFFE, but no entry, object or configuration that is known"
                found.skip(file.at(file.document.root), "spiffe", "SPIFFE configuration", reason)
        return found.inventory()


def _entries(root: Node, prefix: str) -> Iterator[tuple[str, Node]]:
    """Give the entries of a document, those of a recorded answer as well, and that which is alone."""
    for key, within in (("", root), *root.items()):
        listed = within.get("entries")
        dotted = f"{prefix}{key}." if key else prefix
        if listed is not None and listed.is_sequence:
            yield from ((f"{dotted}entries[{place}]", each) for place, each in enumerate(listed.elements()))
    if root.get("spiffe_id") is not None and root.get("selectors") is not None:
        yield prefix.removesuffix(".") or "entry", root
    for place, each in enumerate(root.elements()):
        if each.get("spiffe_id") is not None:
            yield f"{prefix}[{place}]", each


def first(node: Node, keys: Sequence[str]) -> Node | None:
    """Give the value of the first of several keys that is there."""
    return next((found for key in keys if (found := node.get(key)) is not None), None)


def _named(node: Node | None) -> tuple[str, Node] | None:
    """Give a SPIFFE ID as text, and where it stands; `entry show` prints it in two parts."""
    if node is None:
        return None
    domain, path = node.get("trust_domain"), node.get("path")
    if domain is not None and domain.text() and (path is None or path.text() is not None):
        own = (path.text() or "") if path is not None else ""
        return f"{SCHEME}{domain.text()}{'/' if own and not own.startswith('/') else ''}{own}", domain
    text = node.text()
    return (text, node) if text else None


def _selectors(node: Node | None) -> list[str]:
    found = []
    for each in node.listed() if node is not None else ():
        kind, value = (part.text() if (part := each.get(key)) is not None else None for key in ("type", "value"))
        text = each.text() or (f"{kind}:{value or ''}" if kind else None)
        if text:
            found.append(text)
    return found


def _lives(node: Node, domain: str, servers: Mapping[str, Lifetimes]) -> Lifetimes:
    """Give the lifetimes that an entry states, else those of its server; 0 states none."""
    of_server = servers.get(domain, Lifetimes())
    x509, jwt = (next((found for key in keys if (found := seconds(node.get(key)))), None) for keys in (_X509, _JWT))
    return Lifetimes(x509 or of_server.x509, jwt or of_server.jwt)


def _entry(file: ReadFile, node: Node, dotted: str, servers: Mapping[str, Lifetimes], found: Gathering) -> None:
    named = _named(first(node, ("spiffe_id", "spiffeId", "spiffeID")))
    made = identity(named[0], file.at(named[1])) if named else None
    known = parts(named[0]) if named else None
    if named is None or made is None or known is None:
        reason = f"{named[0][:80]} is no SPIFFE ID" if named else "names no SPIFFE ID"
        found.skip(file.at(named[1] if named else node), dotted, "registration entry", reason)
        return
    found.identities.append(made)
    stated = first(node, ("selectors",))
    selectors = _selectors(stated)
    stored = first(node, ("store_svid", "storeSvid", "storeSVID"))
    lives = _lives(node, known[0], servers)
    is_stored = stored is not None and stored.flag() is True
    issue(file, named[1], made.id, dotted, lives, (selectors or ["-:"]) if is_stored else (), found)
    wide = None if is_stored else too_wide(selectors)
    if wide:
        value = f"too wide: {', '.join(selectors[:10]) or '-'} ({wide})"
        state(file, stated or node, f"{dotted}.selectors", value, found)
    account = kubernetes_account(selectors)
    if account and stated is not None:
        reason = "the selectors of its registration entry give its pods this SPIFFE ID"
        found.links.append(link(account, "federates_to", made.id, file.at(stated), reason=reason))
    _rest(file, node, dotted, known[0], found)


def _rest(file: ReadFile, node: Node, dotted: str, domain: str, found: Gathering) -> None:
    """Read what an entry states beside who gets it: by whom, rights on the server, names, and domains it trusts."""
    parent = _named(first(node, _PARENTS))
    if parent:
        state(file, parent[1], f"{dotted}.parent_id", parent[0], found)
    for key in _FLAGS:
        flag = node.get(key)
        if flag is not None and flag.flag():
            state(file, flag, f"{dotted}.{key}", "true", found)
    for key in _NAMES:
        for each in (node.get(key) or EMPTY).elements():
            if each.text():
                state(file, each, f"{dotted}.{key}", each.text() or "", found, listed=True)
    federated = first(node, _FEDERATES)
    for each in federated.listed() if federated is not None else ():
        made = trust(domain, each.text() or "", (file.at(each),))
        if made:
            found.trusts.append(made)


def _object(manifest: Manifest, servers: Mapping[str, Lifetimes], found: Gathering) -> None:
    file, spec = manifest.file, manifest.node.get("spec") or EMPTY
    dotted = f"{manifest.dotted}spec"
    if manifest.kind == "ClusterStaticEntry" and spec.get("spiffeID") is not None:
        _entry(file, spec, dotted, servers, found)
    elif manifest.kind == "ClusterSPIFFEID" and spec.get("spiffeIDTemplate") is not None:
        _template(manifest, spec, dotted, servers, found)
    elif manifest.kind == "ClusterFederatedTrustDomain" and spec.get("trustDomain") is not None:
        _federated(manifest, spec, found)
    elif manifest.kind == "ControllerManagerConfig" and manifest.node.get("trustDomain") is not None:
        for key in ("trustDomain", "clusterName", "ignoreNamespaces"):
            for each in (manifest.node.get(key) or EMPTY).listed():
                if each.text():
                    state(file, each, manifest.dotted + key, each.text() or "", found, listed=key[-1] == "s")
    else:
        reason = "states nothing of what such an object is for"
        found.skip(manifest.place, manifest.dotted + manifest.kind, manifest.kind, reason)


def _template(manifest: Manifest, spec: Node, dotted: str, servers: Mapping[str, Lifetimes], found: Gathering) -> None:
    file, node = manifest.file, spec.get("spiffeIDTemplate") or EMPTY
    template = node.text() or ""
    known, id = parts(template), spiffe_identity(template)
    made = identity(template, file.at(node))
    if known is None or id is None or made is None:
        found.skip(file.at(node), f"{dotted}.spiffeIDTemplate", "SPIFFE ID", f"{template[:80]} is no SPIFFE ID")
        return
    if "{{" in template:
        reason = "each pod fills in this template: one identity stands for all that it makes"
        found.skip(file.at(node), f"{dotted}.spiffeIDTemplate", "template", reason)
    found.identities.append(made)
    lives = Lifetimes(seconds(spec.get("ttl")), seconds(spec.get("jwtTtl")))
    of_server = servers.get(known[0], Lifetimes())
    lives = Lifetimes(lives.x509 or of_server.x509, lives.jwt or of_server.jwt)
    issue(file, node, made.id, dotted, lives, (), found)
    chosen, labelled = ((spec.get(key) or EMPTY) for key in ("namespaceSelector", "podSelector"))
    if not chosen.value and not (spec.get("workloadSelectorTemplates") or EMPTY).elements():
        if not labelled.value:
            value = "too wide: - (no podSelector and no namespaceSelector: every pod of the cluster)"
            state(file, node, f"{dotted}.podSelector", value, found)
        elif ".Namespace" not in template:
            value = "too wide: labels of a pod (no namespaceSelector: a pod that says so, in any namespace)"
            state(file, labelled, f"{dotted}.podSelector", value, found)
    _rest(file, spec, dotted, known[0], found)


def _federated(manifest: Manifest, spec: Node, found: Gathering) -> None:
    file, node, url = manifest.file, spec.get("trustDomain") or EMPTY, spec.get("bundleEndpointURL")
    places = [file.at(each) for each in (node, url) if each is not None]
    made = trust("-", node.text() or "", places, url.text() if url is not None else None)
    if made:
        found.trusts.append(made)


SOURCE = Spiffe()
