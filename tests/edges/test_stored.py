"""Whoever reads a secret store has what others get from it."""

from __future__ import annotations

import pytest

from nhiassess.edges.stored import EDGE
from nhiassess.model.inventory import Credential, Inventory, Link, Location, Resource
from nhiassess.model.knowledge import Knowledge

ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:pay"
VAULT = "resource:azure/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/Pay"
STORES = (
    f"resource:aws/{ARN}",
    "resource:aws/arn:aws:ssm:eu-west-1:111122223333:parameter/pay/key",
    "resource:gcp/secretmanager.googleapis.com/projects/pay/secrets/key",
    "resource:kubernetes/-/shop/secret/pay",
    "resource:kubernetes/-/shop/secrets",
    "resource:vault/secret/data/pay",
    "resource:vault/database/creds/reader",
    VAULT,
)


def kept(store: str, *links: Link) -> list[str]:
    credential = Credential("credential:c", store=store, name="KEY", locations=(Location("app.yaml", 7),))
    resources = tuple(Resource(each) for each in STORES)
    where = Inventory(credentials=(credential,), resources=resources, links=links)
    found = list(EDGE.derive(where, Knowledge()))
    assert all(each.verb == "yields" and each.target == credential.id and each.locations for each in found)
    return [each.source for each in found]


@pytest.mark.parametrize(
    ("store", "resources"),
    [
        (f"secret_manager:{ARN}", [STORES[0]]),
        (f"secret_manager:{ARN}-a1B2c3", [STORES[0]]),
        (f"secret_manager:{ARN}-a1B2c3:password::", [STORES[0]]),
        (f"secret_manager:{ARN}ments", []),
        ("secret_manager:arn:aws:ssm:eu-west-1:111122223333:parameter/pay/key", [STORES[1]]),
        ("secret_manager:projects/pay/secrets/key/versions/latest", [STORES[2]]),
        ("secret_manager:projects/pay/secrets/other", []),
        ("secret_manager:kubernetes:shop/pay/password", [STORES[3], STORES[4]]),
        ("secret_manager:kubernetes:shop/mail/password", [STORES[4]]),
        ("secret_manager:kubernetes:pay/pay/password", []),
        ("secret_manager:secret/data/pay/key#password", [STORES[5]]),
        ("secret_manager:secret/pay", [STORES[5]]),
        ("secret_manager:vault:database/creds/reader", [STORES[6]]),
        ("secret_manager:secret/data/payments", []),
        ("secret_manager:https://pay.vault.azure.net/secrets/key", [VAULT]),
        ("secret_manager:https://mail.vault.azure.net/secrets/key", []),
        ("secret_manager:github:KEY", []),
        ("env_reference", []),
        ("plaintext", []),
    ],
)
def test_a_store_keeps_what_a_reference_names(store: str, resources: list[str]) -> None:
    assert kept(store) == resources


def test_what_a_file_says_is_not_said_again() -> None:
    assert kept(f"secret_manager:{ARN}", Link("l", STORES[0], "yields", "credential:c")) == []


def test_a_path_of_a_thousand_parts_is_not_followed() -> None:
    assert kept("secret_manager:secret/data/pay" + "/x" * 1000) == []
