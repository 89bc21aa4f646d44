"""Google Cloud: who may do what on what, who may become a service account, and which keys prove it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nhiassess.model.inventory import Condition, Location
from nhiassess.sources.gcp.google_cloud import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, triples

AGENT = "agent@shop.iam.gserviceaccount.com"
ID = f"identity:gcp/-/{AGENT}"
POOL = "projects/77/locations/global/workloadIdentityPools/ci"
PEM = "-----BEGIN PRIVATE KEY-----\nCANARYfakefakefakefakefakefakefakefake\n-----END PRIVATE KEY-----\n"
POLICY = f"""
bindings:
- members:
  - serviceAccount:{AGENT}
  - deleted:serviceAccount:gone@shop.iam.gserviceaccount.com?uid=1
  - group:ops@{{DOMAIN}}
  role: roles/storage.objectViewer
- condition:
    expression: request.time < timestamp("2027-01-01T00:00:00Z")
    title: for a year
  members:
  - allUsers
  role: roles/viewer
etag: BwX
version: 3
"""


def test_policy_that_names_no_resource() -> None:
    path = "gcp/policy.yaml"
    found = observe(SOURCE, {path: POLICY})
    one, other = found.grants
    assert one.id == f"grant:gcp/-/unknown:{path}/roles/storage.objectViewer/{AGENT}"
    assert (one.identity, one.policy, one.actions) == (
        ID,
        "roles/storage.objectViewer",
        ("role:roles/storage.objectViewer",),
    )
    assert (one.resources, one.conditions) == ((), (Condition("resource", "resource not in scope"),))
    assert one.locations == (Location(path, 6, 9), Location(path, 3, 5))
    assert other.identity == "identity:gcp/-/allUsers"
    expression = 'request.time < timestamp("2027-01-01T00:00:00Z")'
    assert other.conditions[1] == Condition("cel", "expression", (expression,))
    assert sorted(str(each.construct) for each in found.skipped) == [
        "deleted member",
        "member not resolved",
        "resource of a policy",
    ]


def assets(*policies: tuple[str, str, list[str]], **more: Any) -> str:
    """Write an export with one asset a line."""
    lines = [
        {
            "name": name,
            "assetType": "iam.googleapis.com/ServiceAccount",
            "iamPolicy": {"bindings": [{"role": role, "members": members}]},
            "ancestors": ["projects/77", "organizations/9"],
            **more,
        }
        for name, role, members in policies
    ]
    return "\n".join(json.dumps(each) for each in lines) + "\n"


def test_assets_one_a_line() -> None:
    account = "//iam.googleapis.com/projects/shop/serviceAccounts/117000000000000000001"
    text = assets(
        (account, "roles/iam.serviceAccountTokenCreator", ["user:ada@shop.example"]),
        resource={"data": {"email": AGENT, "uniqueId": "117000000000000000001"}},
    )
    found = observe(SOURCE, {"export/assets.json": text})
    assert set(ids(found.identities)) == {ID, "identity:gcp/-/user:ada@shop.example"}
    (grant,) = found.grants
    assert grant.resources == (f"//iam.googleapis.com/projects/shop/serviceAccounts/{AGENT}",)
    assert by_id(found.resources, f"resource:gcp/{grant.resources[0][2:]}").kind == "service_account"
    (trust,) = found.trusts
    assert (trust.truster, trust.trusted, trust.mechanism) == (ID, "user:ada@shop.example", "gcp")
    assert [(each.key, each.value) for each in found.settings] == [
        (f"{grant.resources[0]}#ancestors", "projects/77 organizations/9")
    ]


def provider(condition: str | None) -> str:
    """Write a provider of the pool as the command line prints it."""
    return json.dumps(
        {
            "name": f"{POOL}/providers/github",
            "attributeMapping": {"google.subject": "assertion.sub", "attribute.repository": "assertion.repository"},
            "attributeCondition": condition,
            "oidc": {"issuerUri": "https://token.actions.githubusercontent.com"},
        }
    )


def test_trusts_of_a_pool() -> None:
    account = f"//iam.googleapis.com/projects/shop/serviceAccounts/{AGENT}"
    one = f"principal://iam.googleapis.com/{POOL}/subject/repo:acme/shop:ref:refs/heads/main"
    many = f"principalSet://iam.googleapis.com/{POOL}/attribute.repository/acme/shop"
    pod = "serviceAccount:shop.svc.id.goog[support/assistant]"
    text = assets((account, "roles/iam.workloadIdentityUser", [one, many, pod]))
    found = observe(SOURCE, {"assets.json": text, "provider.json": provider("assertion.repository_owner == 'acme'")})
    mine = {trust.trusted: trust for trust in found.trusts if trust.truster == ID}
    issuer = "token.actions.githubusercontent.com"
    audiences = (f"//iam.googleapis.com/{POOL}/providers/github", f"https://iam.googleapis.com/{POOL}/providers/github")
    assert (mine[one].issuer, mine[one].subject) == (issuer, "repo:acme/shop:ref:refs/heads/main")
    assert mine[one].audience == audiences[0]
    assert mine[many].subject is None
    assert mine[many].conditions == (
        Condition("StringEquals", f"{issuer}:repository", ("acme/shop",)),
        Condition("cel", "attributeCondition", ("assertion.repository_owner == 'acme'",)),
        Condition("StringEquals", f"{issuer}:aud", audiences),
    )
    assert (mine[pod].issuer, mine[pod].subject) == ("shop.svc.id.goog", "system:serviceaccount:support:assistant")
    assert {ID, "identity:kubernetes/-/support/assistant"} <= set(ids(found.identities))
    # the members of the pool are identities too, and tokens become them
    assert {trust.truster for trust in found.trusts} == {ID, f"identity:gcp/-/{one}", f"identity:gcp/-/{many}"}
    assert {place.path for place in mine[many].locations} == {"assets.json", "provider.json"}


def test_pool_whose_provider_is_not_in_scope() -> None:
    account = f"//iam.googleapis.com/projects/shop/serviceAccounts/{AGENT}"
    everybody = f"principalSet://iam.googleapis.com/{POOL}/*"
    found = observe(SOURCE, {"a.json": assets((account, "roles/iam.workloadIdentityUser", [everybody]))})
    missing = Condition("policy", f"provider of {POOL} not in scope")
    assert [(each.issuer, each.subject, each.conditions) for each in found.trusts] == [(None, None, (missing,))] * 2


def test_keys() -> None:
    key = "0123456789abcdef0123456789abcdef01234567"
    account = {
        "type": "service_account",
        "private_key_id": key,
        "private_key": PEM,
        "client_email": AGENT,
    }
    name = f"projects/shop/serviceAccounts/{AGENT}/keys"
    listed = [
        {
            "name": f"{name}/{key}",
            "keyType": "USER_MANAGED",
            "validAfterTime": "2026-01-01T00:00:00Z",
            "validBeforeTime": "2026-01-02T00:00:00Z",
        },
        {"name": f"{name}/ffff", "keyType": "USER_MANAGED", "validAfterTime": "x", "validBeforeTime": "9999"},
        {"name": f"{name}/eeee", "keyType": "SYSTEM_MANAGED", "validAfterTime": "2026-01-01T00:00:00Z"},
        {"name": f"{name}/dddd", "keyType": "USER_MANAGED", "disabled": True},
    ]
    found = observe(SOURCE, {"bot/sa.json": json.dumps(account, indent=1), "keys.json": json.dumps(listed, indent=1)})
    held = by_id(found.credentials, "credential:bot/sa.json#private_key")
    assert (held.kind, held.store, held.name) == ("private_key", "plaintext", "private_key")
    assert (held.issued, held.lifetime_seconds) == ("2026-01-01T00:00:00Z", 86_400)
    other = by_id(found.credentials, "credential:keys.json#[1].name")
    assert (other.store, other.lifetime_seconds, other.expires) == (None, None, "9999")
    assert len(found.credentials) == 2
    assert triples(found) == {
        ("resource:host/bot", "holds", held.id),
        (held.id, "authenticates_as", ID),
        (other.id, "authenticates_as", ID),
    }
    assert [(each.key, each.value) for each in found.settings] == [("keys.dddd.disabled", "true")]
    assert "CANARY" not in repr(found)
    assert Location("bot/sa.json", 4, 17) in held.locations


def test_external_account() -> None:
    text = {
        "type": "external_account",
        "audience": f"//iam.googleapis.com/{POOL}/providers/github",
        "credential_source": {"file": "/var/run/token"},
        "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
        f"{AGENT}:generateAccessToken",
        "service_account_impersonation": {"token_lifetime_seconds": 900},
    }
    found = observe(SOURCE, {"ci/adc.json": json.dumps(text)})
    (one,) = found.credentials
    assert (one.kind, one.store, one.lifetime_seconds) == ("oidc_token", "workload_api", 900)
    assert (one.id, "authenticates_as", ID) in triples(found)
    del text["service_account_impersonation_url"]
    (skipped,) = observe(SOURCE, {"ci/adc.json": json.dumps(text)}).skipped
    assert skipped.construct == "external account"


def test_roles_and_deny_rules() -> None:
    role = {
        "name": "projects/shop/roles/bot",
        "includedPermissions": ["iam.serviceAccounts.actAs", "run.services.create"],
    }
    asset = (
        "//cloudresourcemanager.googleapis.com/projects/shop",
        "projects/shop/roles/bot",
        [f"serviceAccount:{AGENT}"],
    )
    rule = {
        "deniedPrincipals": ["principalSet://goog/public:all"],
        "exceptionPrincipals": ["principalSet://goog/group/ops@shop.example"],
        "deniedPermissions": ["cloudresourcemanager.googleapis.com/projects.delete"],
    }
    policy = "policies/cloudresourcemanager.googleapis.com%2Fprojects%2Fshop/denypolicies/no-delete"
    found = observe(
        SOURCE,
        {
            "roles.json": json.dumps([role]),
            "assets.json": assets(asset),
            "deny.json": json.dumps({"name": policy, "rules": [{"denyRule": rule}]}),
        },
    )
    grants = {each.identity: each for each in found.grants}
    assert grants[ID].actions == ("role:projects/shop/roles/bot", "iam.serviceAccounts.actAs", "run.services.create")
    assert grants[None].id == "grant:gcp/-/role/projects/shop/roles/bot"
    denied = grants["identity:gcp/-/allUsers"]
    assert (denied.effect, denied.actions) == ("deny", ("resourcemanager.projects.delete",))
    assert denied.resources == ("//cloudresourcemanager.googleapis.com/projects/shop",)
    excepted = ("principalSet://goog/group/ops@shop.example",)
    assert denied.conditions == (Condition("not_principal", "member", excepted),)


def test_basic_roles_are_memberships() -> None:
    project = "//cloudresourcemanager.googleapis.com/projects/shop"
    text = assets(
        (project, "roles/owner", ["user:ada@shop.example"]),
        ("//storage.googleapis.com/exports", "roles/storage.admin", ["projectOwner:shop"]),
    )
    found = observe(SOURCE, {"assets.json": text})
    assert triples(found, "member_of") == {
        ("identity:gcp/-/user:ada@shop.example", "member_of", "identity:gcp/-/projectOwner:shop")
    }
    assert by_id(found.resources, "resource:gcp/storage.googleapis.com/exports").kind == "object_store"


ORGANIZATION = """
id: organizations/9
iam:
  roles/billing.creator: []
  roles/viewer:
    - group:ops@shop.example
iam_by_principals:
  $iam_principals:admins:
    - roles/owner
iam_bindings:
  one:
    role: roles/resourcemanager.projectIamAdmin
    members: [serviceAccount:agent@shop.iam.gserviceaccount.com]
    condition: {title: delegated, expression: "false"}
"""


def test_organization() -> None:
    found = observe(SOURCE, {"org/.config.yaml": ORGANIZATION})
    assert {(each.identity, each.policy, each.resources) for each in found.grants} == {
        (
            "identity:gcp/-/group:ops@shop.example",
            "roles/viewer",
            ("//cloudresourcemanager.googleapis.com/organizations/9",),
        ),
        (ID, "roles/resourcemanager.projectIamAdmin", ("//cloudresourcemanager.googleapis.com/organizations/9",)),
    }
    assert [each.reason for each in found.skipped] == [
        "$iam_principals:admins is filled in later: who it is stands in no file"
    ]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("values.yaml", "bindings:\n  - key: ctrl+s\n"),
        (".github/workflows/ci.yml", f"with:\n  workload_identity_provider: {POOL}/providers/x\n"),
        ("rbac.yaml", "kind: RoleBinding\nsubjects:\n  - kind: ServiceAccount\n"),
        ("main.tf", 'resource "aws_iam_role" "x" {}\n'),
        ("notes.md", "bindings: roles/owner"),
    ],
)
def test_other_files_are_left_alone(path: str, text: str) -> None:
    assert not SOURCE.recognises(path, text)


@pytest.mark.parametrize(
    "text",
    [
        '{"bindings": "roles/x"}',
        '{"bindings": [1, null, [], {"role": 3}, {"role": "roles/x", "members": {"a": 1}}]}',
        '{"bindings": [{"role": "roles/x", "members": [[], 1, "", "user:", "weird:x"], "condition": [1]}]}',
        '[[{"name": 1, "asset_type": "a.googleapis.com/B", "iam_policy": 1}], null, "roles/x bindings:"]',
        '{"type": "service_account", "private_key": 1, "client_email": []}',
        '{"type": "external_account", "credential_source": [], "service_account_impersonation_url": 1}',
        '{"includedPermissions": {}, "name": []}',
        '{"rules": [{"denyRule": 1}, 2], "denyRule": {"a": 1}}',
        '{"headers": 1, "body": [{"bindings": 1}], "x": "bindings: roles/x"}',
        '"bindings: roles/x"',
    ],
)
def test_any_type_anywhere(text: str) -> None:
    found = observe(SOURCE, {"x.json": text})
    assert found.skipped
    assert not found.grants


def test_many_statements_of_one_name_take_linear_time() -> None:
    each = {"role": "roles/viewer", "members": ["user:a@b.example"]}
    bindings = [{**each, "condition": {"title": "t", "expression": f"x == {place}"}} for place in range(20_000)]
    found = observe(SOURCE, {"x.json": json.dumps({"bindings": bindings})})
    assert len({grant.id for grant in found.grants}) == 20_000


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not beside this checkout")
def test_corpus() -> None:
    found, refused = folder(SOURCE, SHARED / "corpus" / "gcp_azure")
    assert refused == []
    assert (len(found.grants), len(found.identities), len(found.resources)) == (54, 30, 11)
    assert not found.conflicts
    constructs = [each.construct for each in found.skipped]
    assert {each: constructs.count(each) for each in constructs} == {
        "member not resolved": 26,
        "resource of a policy": 2,
    }
    public = [each for each in found.grants if each.identity == "identity:gcp/-/allUsers"]
    assert len(public) == 3
    library = "GoogleCloudPlatform__policy-library/validator/test/fixtures/iam_allowed_bindings/assets/data.json"
    stated = [each for each in found.grants if any(place.path == library for place in each.locations)]
    assert len(stated) == 19
    assert {(each.policy, each.identity, place.line) for each in stated for place in each.locations} >= {
        ("roles/owner", "identity:gcp/-/user:evil@notgoogle.com", 21),
        ("roles/bigquery.dataOwner", "identity:gcp/-/user:admin@googlegroups.com", 96),
    }


def test_of_a_binding_that_is_repeated_the_first_places_are_kept() -> None:
    binding = f"- {{role: roles/viewer, members: ['serviceAccount:{AGENT}']}}\n"
    (grant,) = observe(SOURCE, {"gcp/policy.yaml": "bindings:\n" + binding * 200}).grants
    assert 50 <= len(grant.locations) <= 52
