"""Templates of the Azure Resource Manager: identities, who runs as them, and what they get."""

from __future__ import annotations

import json
from typing import Any

from nhiassess.model.inventory import Condition
from nhiassess.sources.azure.entra import SOURCE
from nhiassess.sources.azure.templates import Scope
from tests.observing import file, ids, observe, triples

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
ROLE = "3913510d-42f4-4e42-8a64-420c390055eb"
MI = "Microsoft.ManagedIdentity/userAssignedIdentities"
PREFIX = "identity:azure/-/file:main.json#"


def template(resources: object, **more: Any) -> dict[str, Any]:
    """Give a template."""
    return {"$schema": SCHEMA, "resources": resources, **more}


def deployment(called: str, inner: dict[str, Any], **given: str) -> dict[str, Any]:
    """Give a nested deployment with its parameters."""
    values = {key: {"value": value} for key, value in given.items()}
    return {
        "type": "Microsoft.Resources/deployments",
        "name": called,
        "properties": {"parameters": values, "template": inner},
    }


def nested() -> str:
    """Write a template whose three deployments make an identity, give it a role, and run a site as it."""
    identity = template(
        [{"type": MI, "name": "[parameters('name')]"}],
        outputs={
            "who": {"value": f"[reference(resourceId('{MI}', parameters('name')), '2023-01-31').principalId]"},
            "id": {"value": f"[resourceId('{MI}', parameters('name'))]"},
        },
    )
    role = template(
        [
            {
                "type": "Microsoft.Authorization/roleAssignments",
                "scope": "[resourceId('Microsoft.Insights/components', 'x')]",
                "properties": {
                    "roleDefinitionId": "[subscriptionResourceId('a/roleDefinitions', variables('role'))]",
                    "principalId": "[parameters('who')]",
                    "principalType": "ServicePrincipal",
                },
            }
        ],
        variables={"role": ROLE},
    )
    site = template(
        [
            {
                "type": "Microsoft.Web/sites",
                "name": "bot",
                "identity": {
                    "type": "UserAssigned",
                    "userAssignedIdentities": {"[format('{0}', parameters('mi'))]": {}, "[parameters('open')]": {}},
                },
            }
        ]
    )
    at = "[reference(resourceId('Microsoft.Resources/deployments', 'identity'), '2025-04-01').outputs.{}.value]"
    return json.dumps(
        template(
            [
                deployment("role", role, who=at.replace("{}", "who")),
                deployment("site", site, mi=at.replace("{}", "id")),
                deployment("identity", identity, name="[variables('name')]"),
            ],
            variables={"name": "[format('{0}-mi', parameters('base'))]"},
        ),
        indent=1,
    )


def test_values_are_followed_through_deployments() -> None:
    found = observe(SOURCE, {"main.json": nested()})
    who = f"{PREFIX}resources[2].properties.template.resources[0]"
    assert ids(found.identities) == [who]
    assert (found.identities[0].kind, found.identities[0].name) == (
        "managed_identity",
        "[format('{0}-mi', parameters('base'))]",
    )
    (grant,) = found.grants
    assert (grant.identity, grant.actions, grant.resources) == (who, (f"role:{ROLE}",), ())
    scope = "[resourceId('Microsoft.Insights/components', 'x')]"
    assert grant.conditions == (Condition("resource", "resource not in scope", (scope,)),)
    assert triples(found) == {
        ("resource:azure/file:main.json#resources[1].properties.template.resources[0]", "runs_as", who)
    }
    assert sorted(str(each.construct) for each in found.skipped) == ["identity not resolved", "scope not resolved"]


def test_symbolic_names() -> None:
    principal = "[reference('project', '2025-12-01', 'full').identity.principalId]"
    text = template(
        {
            "old": {"existing": True, "type": "Microsoft.Web/sites", "identity": {"type": "SystemAssigned"}},
            "project": {"type": "A/accounts/projects", "name": "p", "identity": {"type": "SystemAssigned"}},
            "role": {
                "type": "Microsoft.Authorization/roleAssignments",
                "properties": {"principalId": principal, "roleDefinitionId": f"/x/{ROLE}", "scope": "/subscriptions/1"},
            },
            "nobody": {
                "type": "Microsoft.Authorization/roleAssignments",
                "properties": {"principalId": "[parameters('who')]", "roleDefinitionId": f"/x/{ROLE}"},
            },
            "app": {"type": "Microsoft.Graph/applications@v1.0", "properties": {"displayName": "bot"}},
            "trust": {
                "type": "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0",
                "properties": {
                    "name": "[format('{0}/{1}', reference('app').uniqueName, 'github')]",
                    "issuer": "https://token.actions.githubusercontent.com",
                    "subject": "repo:acme/shop:environment:production",
                    "audiences": ["api://AzureADTokenExchange"],
                },
            },
        },
        parameters={"who": {"type": "string", "defaultValue": "11111111-0000-0000-0000-000000000001"}},
    )
    found = observe(SOURCE, {"main.json": json.dumps(text)})
    assert {(each.id, each.kind) for each in found.identities} == {
        (f"{PREFIX}resources.project.identity", "managed_identity"),
        (f"{PREFIX}resources.app", "app_registration"),
    }
    assert [(each.identity, each.resources) for each in found.grants] == [
        (f"{PREFIX}resources.project.identity", ("/subscriptions/1",))
    ]
    # a default may be replaced, so it is not taken
    assert [each.construct for each in found.skipped] == ["principal not resolved"]
    (trust,) = found.trusts
    assert (trust.truster, trust.subject) == (f"{PREFIX}resources.app", "repo:acme/shop:environment:production")


def test_references_in_a_circle_end() -> None:
    root = file("x.json", '{"variables": {"a": "[variables(\'b\')]", "b": "[variables(\'a\')]"}}').document.root
    left, _ = Scope(root).resolve("[variables('a')]")
    assert left in ("[variables('a')]", "[variables('b')]")
