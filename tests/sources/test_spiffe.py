"""SPIFFE: who gets which ID, by what, for how long, and whom a trust domain takes keys of."""

from __future__ import annotations

import json

import pytest

from nhiassess.model.inventory import Location
from nhiassess.sources.issuers.spiffe import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, place, triples

CORPUS = SHARED / "corpus" / "spiffe"
CANARY = "CANARYfakefakefake0123456789abcdef"
SERVER = f"""
server {{
  trust_domain = "shop.example"
  default_jwt_svid_ttl = "10m"
  ca_ttl = "72h"
  admin_ids = ["spiffe://shop.example/operator"]
  federation {{
    federates_with "bank.example" {{
      bundle_endpoint_url = "https://bank.example/bundle"
    }}
  }}
}}
plugins {{
  KeyManager "disk" {{ plugin_data {{ keys_path = "/opt/keys.json" }} }}
  NodeAttestor "join_token" {{ plugin_data {{}} }}
  UpstreamAuthority "vault" {{ plugin_data {{ token_auth {{ token = "{CANARY}" }} }} }}
}}
"""
ENTRIES = """
{"entries": [
  {"spiffe_id": {"trust_domain": "shop.example", "path": "/agent"},
   "parent_id": {"trust_domain": "shop.example", "path": "/node"},
   "selectors": [{"type": "k8s", "value": "ns:shop"}, {"type": "k8s", "value": "sa:agent"}],
   "x509_svid_ttl": 0, "jwt_svid_ttl": 60, "federates_with": ["bank.example"], "admin": false},
  {"spiffe_id": "spiffe://shop.example/batch", "parent_id": "spiffe://shop.example/node",
   "selectors": ["unix:uid:0"], "x509_svid_ttl": 120, "downstream": true, "dns_names": ["batch"]},
  {"spiffe_id": "https://shop.example/no", "selectors": []}
]}
"""
OBJECTS = """
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterSPIFFEID
metadata:
  name: everybody
spec:
  spiffeIDTemplate: "spiffe://{{ .TrustDomain }}/ns/{{ .PodMeta.Namespace }}"
  ttl: 1h30m
---
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterStaticEntry
metadata:
  name: legacy
spec:
  spiffeID: spiffe://old.example/job
  selectors: ["k8s:ns:jobs"]
---
apiVersion: spire.spiffe.io/v1alpha1
kind: ClusterFederatedTrustDomain
metadata:
  name: bank
spec:
  trustDomain: bank.example
  bundleEndpointURL: https://bank.example/bundle
"""
PROXY = """
static_resources:
  listeners:
  - filter_chains:
    - transport_socket:
        typed_config:
          require_client_certificate: true
          common_tls_context:
            tls_certificate_sds_secret_configs: [{name: "spiffe://shop.example/gateway"}]
            combined_validation_context:
              default_validation_context:
                match_typed_subject_alt_names:
                - {san_type: URI, matcher: {exact: "spiffe://shop.example/agent"}}
                - {san_type: URI, matcher: {prefix: "spiffe://shop.example/"}}
"""


def test_entries_take_what_they_do_not_state_from_the_server_beside_them() -> None:
    path = "spire/entries.json"
    found = observe(SOURCE, {path: ENTRIES, "spire/server.conf": SERVER})
    lives = {each.id.split("#")[1]: each.lifetime_seconds for each in found.credentials if "svid" in (each.kind or "")}
    assert lives == {
        "entries[0].x509_svid": 3600,
        "entries[0].jwt_svid": 60,
        "entries[1].x509_svid": 120,
        "entries[1].jwt_svid": 600,
    }
    agent = by_id(found.identities, "identity:spiffe/shop.example/agent")
    assert (agent.kind, agent.name, agent.provider) == ("spiffe_id", "spiffe://shop.example/agent", "spiffe")
    assert agent.locations == (place(ENTRIES, '"shop.example", "path": "/agent"', path),)
    account = "identity:kubernetes/-/shop/agent"
    assert triples(found, "federates_to") == {(account, "federates_to", agent.id)}
    own = f"credential:{path}#entries[0].x509_svid"
    assert (own, "authenticates_as", agent.id) in triples(found)
    assert by_id(found.credentials, own).store == "workload_api"
    stated = {each.id.split("#")[1]: each.value for each in found.settings if each.id.startswith(f"setting:{path}")}
    assert stated == {
        "entries[0].parent_id": "spiffe://shop.example/node",
        "entries[1].parent_id": "spiffe://shop.example/node",
        "entries[1].selectors": "too wide: unix:uid:0 (every process of root)",
        "entries[1].downstream": "true",
        "entries[1].dns_names=batch": "batch",
    }
    assert [each.reason for each in found.skipped] == ["https://shop.example/no is no SPIFFE ID"]


@pytest.mark.parametrize(
    ("template", "chosen", "wide"),
    [
        ("spiffe://shop.example/till", "podSelector: {matchLabels: {role: till}}", True),
        ("spiffe://shop.example/{{ .PodMeta.Labels.x }}", "podSelector: {matchLabels: {role: till}}", True),
        ("spiffe://shop.example/{{ .PodMeta.Namespace }}", "podSelector: {matchLabels: {role: till}}", False),
        ("spiffe://shop.example/till", "podSelector: {matchLabels: {a: b}}, namespaceSelector: {matchLabels: {c: d}}",
         False),
        ("spiffe://shop.example/till", "podSelector: {matchLabels: {a: b}}, workloadSelectorTemplates: ['k8s:sa:x']",
         False),
    ],
)  # fmt: skip
def test_a_label_of_a_pod_is_no_proof(template: str, chosen: str, wide: bool) -> None:
    head = "apiVersion: spire.spiffe.io/v1alpha1\nkind: ClusterSPIFFEID\nmetadata: {name: till}\n"
    found = observe(SOURCE, {"ids.yaml": f"{head}spec: {{spiffeIDTemplate: '{template}', {chosen}}}\n"})
    assert [each.key for each in found.settings] == (["spec.podSelector"] if wide else [])


@pytest.mark.parametrize(
    ("selectors", "wide"),
    [
        (["k8s:pod-label:app:till"], True),
        (["k8s:sa:default", "k8s:pod-label:a:b"], True),
        (["k8s:ns:shop", "k8s:pod-label:app:till"], False),
        (["k8s:pod-label:app:till", "k8s:node-name:n1"], False),
    ],
)
def test_selectors_of_any_namespace(selectors: list[str], wide: bool) -> None:
    entry = {"spiffe_id": "spiffe://shop.example/till", "selectors": selectors}
    found = observe(SOURCE, {"entries.json": json.dumps({"entries": [entry]})})
    stated = [(each.value or "").endswith("(a pod that says so, in any namespace)") for each in found.settings]
    assert stated == ([True] if wide else [])


def test_a_server() -> None:
    path = "spire/server.conf"
    found = observe(SOURCE, {path: SERVER})
    stated = {each.key: each.value for each in found.settings}
    assert stated["plugins.KeyManager.disk"] == stated["plugins.NodeAttestor.join_token"] == "on"
    assert (stated["server.ca_ttl"], stated["server.default_jwt_svid_ttl"]) == ("72h", "10m")
    (trust,) = found.trusts
    assert (trust.id, trust.truster) == ("trust:spiffe/shop.example/bank.example", "identity:spiffe/shop.example")
    assert (trust.trusted, trust.issuer) == ("spiffe://bank.example", "https://bank.example/bundle")
    (secret,) = found.credentials
    assert (secret.store, secret.name) == ("plaintext", "token")
    assert triples(found) == {("resource:spiffe/shop.example", "holds", secret.id)}
    assert ids(found.identities) == ["identity:spiffe/shop.example/operator"]
    assert CANARY not in repr(found)


def test_custom_resources() -> None:
    path = "cluster/ids.yaml"
    found = observe(SOURCE, {path: OBJECTS})
    template = "identity:spiffe/%7B%7B%20.TrustDomain%20%7D%7D/ns/%7B%7B%20.PodMeta.Namespace%20%7D%7D"
    assert ids(found.identities) == [template, "identity:spiffe/old.example/job"]
    lives = {each.id.split("#")[1]: each.lifetime_seconds for each in found.credentials}
    assert (lives["spec.x509_svid"], lives["spec.jwt_svid"], lives["[1].spec.x509_svid"]) == (5400, None, None)
    wide = {each.key: each.value for each in found.settings}
    assert "every pod of the cluster" in (wide["spec.podSelector"] or "")
    assert wide["[1].spec.selectors"] == "too wide: k8s:ns:jobs (every pod of the namespace)"
    assert [(each.id, each.truster) for each in found.trusts] == [("trust:spiffe/-/bank.example", None)]
    assert [each.construct for each in found.skipped] == ["template"]


def test_a_proxy() -> None:
    path = "envoy.yaml"
    found = observe(SOURCE, {path: PROXY})
    assert ids(found.identities) == ["identity:spiffe/shop.example/agent", "identity:spiffe/shop.example/gateway"]
    (own,) = found.credentials
    assert (own.kind, own.lifetime_seconds, own.locations) == ("x509_svid", None, (Location(path, 8, 57),))
    assert triples(found) == {(own.id, "authenticates_as", "identity:spiffe/shop.example/gateway")}
    values = {each.value for each in found.settings}
    assert values == {"true", "spiffe://shop.example/agent", "prefix: spiffe://shop.example/"}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("nginx.conf", "server {\n  listen 80;\n}\n"),
        ("app/entries.json", '{"entries": [{"title": "x"}]}'),
        ("cards/agent.json", '{"name": "cockpit", "spiffe_id": "spiffe://x.example/a"}'),
        ("notes.md", "trust_domain spiffe://x.example spire.spiffe.io/"),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize("value", ["3", "null", "[[[]]]", '"x"', "{}", "[1, {}, null]", "1e999", '{"a": [[1]]}'])
def test_any_value_may_stand_anywhere(value: str) -> None:
    keys = ("spiffe_id", "selectors", "x509_svid_ttl", "federates_with", "dns_names", "admin", "store_svid")
    entries = [f'{{"spiffe_id": "spiffe://a.example/b", "selectors": ["x:y"], "{key}": {value}}}' for key in keys]
    observe(SOURCE, {"e.json": f'{{"entries": [{", ".join(entries)}, {value}]}}'})
    observe(SOURCE, {"s.json": f'{{"server": {{"trust_domain": "a", "federation": {value}}}, "plugins": {value}}}'})
    for key in ("server", "spiffeIDTemplate"):
        text = '{"apiVersion": "spire.spiffe.io/v1alpha1", "kind": "ClusterSPIFFEID", "metadata": {"name": "x"}, '
        observe(SOURCE, {"o.json": text + f'"spec": {{"{key}": {value}, "podSelector": {value}}}}}'})
    observe(SOURCE, {"p.json": f'{{"static_resources": {{"match_subject_alt_names": {value}, "x": "spiffe://a/b"}}}}'})


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, CORPUS)
    assert refused == []
    # good.json: 4 entries of 4 IDs; manager_test_entries.json: 10 entries of 4 IDs; one ClusterSPIFFEID, one
    # audience, and the endpoints of two federations
    assert len(found.identities) == 4 + 4 + 1 + 1 + 2
    # 15 IDs are issued for, of which 5 go into a store and have no token
    assert len(found.credentials) == 15 * 2 - 5
    of_good = [each.lifetime_seconds or 0 for each in found.credentials if "good.json" in each.id]
    assert sorted(of_good) == [30, 30, 30, 200, 200, 200, 200]
    assert {each.id for each in found.trusts} == {
        "trust:spiffe/cluster2.demo/cluster1.demo",
        "trust:spiffe/example.org/domain1.test",
        "trust:spiffe/example.org/otherdomain.test",
        "trust:spiffe/stockmarket.example/broker.example",
    }
    # entries 0 and 3 of good.json may administer the server; of the stored one, 2, only the certificate is stored
    assert sum(each.key.endswith(".admin") for each in found.settings if each.key) == 2
    good = "spiffe__spire/test/fixture/registration/good.json"
    assert Location(good, 10, 26) in by_id(found.identities, "identity:spiffe/example.org/Blog").locations
    admins = {place for each in found.settings if str(each.key).endswith(".admin") for place in each.locations}
    assert {place.line for place in admins if place.path == good} == {14, 57}
    stored = f"credential:{good}#entries[2]"
    assert (f"{stored}.x509_svid", "authenticates_as", "identity:spiffe/example.org/storesvid") in triples(found)
    assert f"{stored}.jwt_svid" not in ids(found.credentials)
    # four samples of objects that state nothing, and an ID that begins with http
    assert len(found.skipped) == 5
