"""Three accounts that are publicly known, whose ways to an administrator were worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from nhiassess import pipeline
from nhiassess.analysis.escalations import escalations

ACCOUNTS = Path(__file__).resolve().parents[3] / "shared" / "reference" / "aws"
EC2 = {  # may give an instance the profile of a role that makes access keys for administrators
    "role/MyRole": ("needs_resource", ("ext-ec2-associateprofile",), "role/OverprivilegedEC2"),
    "role/MyOtherRole": ("needs_resource", ("ext-ec2-associateprofile",), "role/OverprivilegedEC2"),
    "role/OverprivilegedEC2": ("conditional", ("iam-002",), "user/obama"),
    "user/obama": ("already", (), None),
    "user/userwithlotsofpermissions": ("already", (), None),
}
SSO = "role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_AdministratorAccess_dc6414f7f2ab04fc"
QUICK = "role/AWS-QuickSetup-StackSet-Local-"
EXPECTED = {
    "cloudmapper_demo_gaad.json": {
        "role/bad_role": ("already", (), None),
        # the trust of bad_role names everybody
        "role/exfiller": ("yes", ("sts-003",), "role/bad_role"),
        "role/level3": ("yes", ("sts-003",), "role/bad_role"),
        "role/service-role/level1": ("yes", ("sts-003",), "role/bad_role"),
    },
    # biden may pass roles and has all of Lambda, but no role trusts Lambda
    "cloudsplaining_test_authz_details.json": EC2,
    "cloudsplaining_example_org_part.json": {
        **EC2,
        f"{QUICK}AdministrationRole": ("yes", ("sts-001",), f"{QUICK}ExecutionRole"),
        f"{QUICK}ExecutionRole": ("already", (), None),
        "role/OrganizationAccountAccessRole": ("already", (), None),
        "role/stacksets-exec-b5520cb2730c2f54b523d6375a319abb": ("already", (), None),
        SSO: ("already", (), None),
    },
}


@pytest.mark.skipif(not ACCOUNTS.is_dir(), reason="the exports lie outside of this repository and are not there")
@pytest.mark.parametrize("name", EXPECTED)
def test_ways_to_an_administrator(name: str) -> None:
    rows = escalations(pipeline.observe(ACCOUNTS / name, "2026-11-24T09:00:00Z").graph)
    found = {
        row.identity.split(":", 5)[-1]: (
            "already" if row.already else row.verdict,
            row.techniques,
            row.via.split(":", 5)[-1] if row.via else None,
        )
        for row in rows
    }
    assert found == EXPECTED[name]
    for row in rows:
        assert row.hops[-1].verb == "administers"
        for hop in row.hops:
            assert {place.path for place in hop.locations} == {name}, "a hop without a statement"
            assert bool(hop.conditions) == (hop.verdict != "yes")


@pytest.mark.skipif(not ACCOUNTS.is_dir(), reason="the exports lie outside of this repository and are not there")
def test_a_profile_is_given_to_an_instance_by_two_statements_and_an_instance() -> None:
    name = "cloudsplaining_test_authz_details.json"
    rows = escalations(pipeline.observe(ACCOUNTS / name, "2026-11-24T09:00:00Z").graph)
    first = next(row for row in rows if row.identity.endswith("role/MyRole")).hops[0]
    # its own statement with iam:PassRole and ec2:AssociateIamInstanceProfile, and the trust of the role that is passed
    assert {169, 174, 178, 248, 251} <= {place.line for place in first.locations}
    assert first.conditions == ("there is an instance profile for the role, and a running instance to use",)
