"""Limited members have the statements of their groups as their own."""

from __future__ import annotations

from nhiassess.joins.member_statements import JOIN
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from tests.permissions.aws_values import HERE, allow, boundary, deny, group, inventory, member, role, scp, user

ADA, BOB, TEAM = user("ada"), user("bob"), group("team")
READS, REFUSES = allow(TEAM, "s3:GetObject"), deny(TEAM, "s3:Delete*")


def joined(*values: object) -> tuple[Inventory, Inventory]:
    where = inventory(ADA, BOB, TEAM, member(ADA, TEAM), member(BOB, TEAM), READS, REFUSES, *values)
    return where, JOIN.join(where, Knowledge())


def test_nobody_is_limited() -> None:
    before, after = joined(allow(ADA, "sqs:*"), scp("iam:*", effect="deny"), boundary(role("other"), "*"))
    assert after is before


def test_a_deny_or_a_boundary_of_its_own_limits() -> None:
    for limit in (deny(ADA, "iam:*"), boundary(ADA, "s3:*")):
        before, after = joined(limit)
        (made,) = set(after.grants) - set(before.grants)
        assert set(before.grants) < set(after.grants)
        assert (made.identity, made.effect, made.actions) == (ADA.id, "allow", READS.actions)
        assert made.id.startswith(f"grant:aws/{HERE}/user/ada/group/team/")
        assert made.locations[0] == READS.locations[0]


def test_it_is_done_once() -> None:
    _, after = joined(deny(ADA, "iam:*"))
    assert JOIN.join(after, Knowledge()) is after
