"""Scopes at services in the cloud: what they name, and what they leave open."""

from __future__ import annotations

import pytest

from nhiassess.edges.service_grants import EDGE
from nhiassess.model.inventory import Condition, Grant, Identity, Inventory, Location, Resource
from nhiassess.model.knowledge import Knowledge

CLIENT, SERVICE = "identity:slack/-/triage", "resource:slack/T1"


def opened(
    *actions: str, provider: str = "slack", effect: str = "allow", where: str = "slack:T1", asks: bool = False
) -> set[str]:
    conditions = (Condition("equals", "principalId", ("p-1",)),) if asks else ()
    grant = Grant(
        "grant:g",
        CLIENT,
        effect,
        provider=provider,
        actions=actions,
        resources=(where,),
        conditions=conditions,
        locations=(Location("slack.json", 3),),
    )
    inventory = Inventory(identities=(Identity(CLIENT),), resources=(Resource(SERVICE),), grants=(grant,))
    return {f"{each.verb} {each.verdict}" for each in EDGE.derive(inventory, Knowledge())}


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        (["channels:read"], {"reads yes"}),
        (["chat:write", "files:read"], {"reads yes", "writes yes"}),
        (["https://www.googleapis.com/auth/drive.readonly"], {"reads yes"}),
        (["Mail.Send"], {"writes yes"}),
        (["Files.ReadWrite.All"], {"reads yes", "writes yes"}),
        (["threads:fulfil"], {"reads unknown", "writes unknown"}),
        (["commands"], {"reads unknown", "writes unknown"}),
        (["commands", "chat:write"], {"reads unknown", "writes yes"}),
        ([], {"reads unknown", "writes unknown"}),
    ],
    ids=lambda given: " ".join(sorted(given)) or "none",
)
def test_scopes_say_what_an_application_may_do(actions: list[str], expected: set[str]) -> None:
    assert opened(*actions) == {"granted yes", *expected}


def test_what_is_granted_for_one_person_is_conditional() -> None:
    assert opened("channels:read", asks=True) == {"granted yes", "reads conditional"}


def test_a_service_that_is_not_in_scope_is_not_opened() -> None:
    assert opened("channels:read", where="slack:T2") == {"granted yes"}


@pytest.mark.parametrize(("provider", "effect"), [("aws", "allow"), ("vault", "allow"), ("slack", "deny")])
def test_what_is_evaluated_elsewhere_or_denied_gives_nothing(provider: str, effect: str) -> None:
    assert opened("channels:read", provider=provider, effect=effect) == set()
