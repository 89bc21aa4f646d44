"""Google Cloud in Terraform: what is literal or a plain reference is read, what is a variable is named."""

from __future__ import annotations

from nhiassess.model.inventory import Condition, Location
from nhiassess.sources.gcp.google_cloud import SOURCE
from tests.observing import by_id, ids, observe, triples

MAIN = """
locals {
  project = "shop"
  repo    = "acme/${local.name}"
  name    = "shop"
  loop    = local.loop
}

resource "google_service_account" "agent" {
  account_id = "agent"
  project    = local.project
}

resource "google_service_account" "other" {
  account_id = "other"
  project    = var.project
}

resource "google_project_iam_member" "agent" {
  for_each = toset(["roles/run.admin", "roles/viewer"])
  project  = local.project
  role     = each.value
  member   = "serviceAccount:${google_service_account.agent.email}"
}

resource "google_storage_bucket_iam_binding" "readers" {
  bucket  = "exports"
  role    = google_project_iam_custom_role.reader.id
  members = [google_service_account.other.member, "group:ops@shop.example", var.more]
  condition {
    title      = "day"
    expression = "request.time.getHours() < 18"
  }
}

resource "google_project_iam_custom_role" "reader" {
  role_id     = "reader"
  project     = "shop"
  permissions = ["storage.objects.get"]
}
"""
POOL = """
resource "google_iam_workload_identity_pool" "ci" {
  workload_identity_pool_id = "ci"
}

resource "google_iam_workload_identity_pool_provider" "github" {
  workload_identity_pool_id          = google_iam_workload_identity_pool.ci.workload_identity_pool_id
  workload_identity_pool_provider_id = "github"
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }
  attribute_condition = "assertion.repository_owner == 'acme'"
  oidc {
    issuer_uri = "https://token.actions.githubusercontent.com"
  }
}

resource "google_service_account_iam_member" "ci" {
  service_account_id = google_service_account.agent.name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principalSet://iam.googleapis.com/${google_iam_workload_identity_pool.ci.name}/attribute.repository/${local.repo}"
}

resource "google_service_account_key" "agent" {
  service_account_id = google_service_account.agent.name
}
"""
AGENT = "identity:gcp/-/agent@shop.iam.gserviceaccount.com"
OTHER = "identity:gcp/-/terraform:infra/google_service_account.other"


def test_one_module_in_two_files() -> None:
    found = observe(SOURCE, {"infra/main.tf": MAIN, "infra/pool.tf": POOL})
    grants = {(each.identity, each.policy): each for each in found.grants}
    project = "//cloudresourcemanager.googleapis.com/projects/shop"
    assert grants[AGENT, "roles/run.admin"].resources == (project,)
    assert grants[AGENT, "roles/viewer"].resources == (project,)
    read = grants[OTHER, "projects/shop/roles/reader"]
    assert read.actions == ("role:projects/shop/roles/reader", "storage.objects.get")
    assert read.resources == ("//storage.googleapis.com/exports",)
    assert read.conditions == (Condition("cel", "expression", ("request.time.getHours() < 18",)),)
    assert read.locations[0] == Location("infra/main.tf", 27, 13)
    assert by_id(found.identities, OTHER).name == "other@?"
    trusts = [each for each in found.trusts if each.truster == AGENT]
    assert [(each.issuer, each.conditions[0]) for each in trusts] == [
        (
            "token.actions.githubusercontent.com",
            Condition("StringEquals", "token.actions.githubusercontent.com:repository", ("acme/shop",)),
        )
    ]
    (key,) = found.credentials
    assert (key.id, key.store) == ("credential:infra/pool.tf#google_service_account_key.agent", None)
    assert (key.id, "authenticates_as", AGENT) in triples(found)
    assert sorted(each.reason for each in found.skipped) == [
        "not resolved: the address of google_service_account.other depends on a variable",
        "not resolved: var.more of google_storage_bucket_iam_binding.readers",
    ]


def test_references_count_within_one_folder_only() -> None:
    found = observe(SOURCE, {"infra/main.tf": MAIN, "elsewhere/pool.tf": POOL})
    assert {each.truster for each in found.trusts} == set()
    reasons = {each.reason for each in found.skipped}
    assert "not resolved: on what google_service_account_iam_member.ci is set" in reasons
    assert "not resolved: whose key google_service_account_key.agent is" in reasons


POLICY = """
data "google_iam_policy" "all" {
  binding {
    role    = "roles/owner"
    members = ["user:ada@shop.example"]
  }
}

resource "google_project_iam_policy" "all" {
  project     = "shop"
  policy_data = data.google_iam_policy.all.policy_data
}

resource "google_project_iam_member" "loops" {
  project = "shop"
  role    = local.loop
  member  = 3
}

resource "google_folder_iam_member" "folder" {
  folder = "12"
  role   = "roles/viewer"
  member = "allAuthenticatedUsers"
}

resource "google_thing_iam_member" "unknown" {
  thing  = "x"
  role   = "roles/viewer"
  member = "user:ada@shop.example"
}

locals {
  loop = local.loop
}
"""


def test_policy_and_what_is_not_resolved() -> None:
    found = observe(SOURCE, {"main.tf": POLICY})
    assert set(ids(found.grants)) == {
        "grant:gcp/-/cloudresourcemanager.googleapis.com/projects/shop/roles/owner/user:ada@shop.example",
        "grant:gcp/-/cloudresourcemanager.googleapis.com/folders/12/roles/viewer/allAuthenticatedUsers",
        "grant:gcp/-/unknown:main.tf/roles/viewer/user:ada@shop.example",
    }
    assert {each.reason for each in found.skipped} == {
        "not resolved: the role of google_project_iam_member.loops",
        "not resolved: on what google_thing_iam_member.unknown is set",
    }


def test_locals_that_double_themselves_end() -> None:
    lines = [f'  l{place} = "' + f"${{local.l{place + 1}}}" * 40 + '"' for place in range(30)]
    text = 'resource "google_project_iam_member" "x" {\n  project = local.l0\n  role = local.l29\n'
    text += '  member = "user:a@b.example"\n}\n'
    text += "\n".join(["locals {", *lines, '  l30 = "xxxxxxxxxx"', "}\n"])
    found = observe(SOURCE, {"main.tf": text})
    assert {each.reason for each in found.skipped} == {"not resolved: on what google_project_iam_member.x is set"}


def test_what_a_block_does_not_state_is_not_looked_for_without_end() -> None:
    found = observe(SOURCE, {"main.tf": 'resource "google_service_account" "agent" {\n  display_name = "x"\n}\n'})
    assert ids(found.identities) == ["identity:gcp/-/terraform:-/google_service_account.agent"]
