"""Azure in Terraform: what is literal or a plain reference is read, what is a variable is named."""

from __future__ import annotations

from nhiassess.model.inventory import Condition
from nhiassess.sources.azure.entra import SOURCE
from tests.observing import by_id, observe, triples

GRAPH = "00000003-0000-0000-c000-000000000000"
ROLE = "df021288-bdef-4463-88db-98f22de89214"
MAIN = f"""
locals {{
  scope = "/subscriptions/aaaaaaaa-0000-0000-0000-000000000001"
}}

resource "azuread_application" "bot" {{
  display_name = "bot"
  owners       = [data.azuread_client_config.current.object_id, "44444444-0000-0000-0000-000000000004"]
  required_resource_access {{
    resource_app_id = "{GRAPH}"
    resource_access {{
      id   = "{ROLE}"
      type = "Role"
    }}
    resource_access {{
      id   = data.azuread_service_principal.msgraph.app_role_ids["Mail.Send"]
      type = "Role"
    }}
  }}
}}

resource "azuread_service_principal" "bot" {{
  client_id = azuread_application.bot.client_id
}}

resource "azuread_application_password" "bot" {{
  application_id = azuread_application.bot.id
  display_name   = "ci"
  start_date     = "2026-01-01T00:00:00Z"
  end_date       = "2026-01-02T00:00:00Z"
}}

resource "azuread_application_federated_identity_credential" "main" {{
  application_id = azuread_application.bot.id
  issuer         = "https://token.actions.githubusercontent.com"
  subject        = "repo:acme/shop:environment:production"
  audiences      = ["api://AzureADTokenExchange"]
}}

resource "azurerm_role_definition" "own" {{
  name  = "own"
  scope = local.scope
  permissions {{
    actions      = ["Microsoft.Compute/*"]
    not_actions  = ["Microsoft.Compute/*/delete"]
    data_actions = ["Microsoft.KeyVault/vaults/secrets/read"]
  }}
  assignable_scopes = [local.scope]
}}

resource "azurerm_role_assignment" "own" {{
  scope                = local.scope
  role_definition_name = "own"
  principal_id         = azuread_service_principal.bot.object_id
}}

resource "azurerm_role_assignment" "data" {{
  scope                = azurerm_storage_account.data.id
  role_definition_name = "Storage Blob Data Reader"
  principal_id         = azurerm_linux_web_app.web.identity[0].principal_id
}}

resource "azurerm_role_assignment" "nobody" {{
  scope                = local.scope
  role_definition_name = "Owner"
  principal_id         = var.who
}}

resource "azurerm_user_assigned_identity" "mi" {{
  name = "mi"
}}

resource "azurerm_linux_web_app" "web" {{
  name = "web"
  identity {{
    type         = "SystemAssigned, UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.mi.id, var.other]
  }}
}}

resource "azurerm_federated_identity_credential" "mi" {{
  parent_id = azurerm_user_assigned_identity.mi.id
  issuer    = var.issuer
  subject   = "system:serviceaccount:a:b"
}}

resource "azuread_app_role_assignment" "given" {{
  app_role_id         = "{ROLE}"
  principal_object_id = azuread_service_principal.bot.object_id
  resource_object_id  = azuread_service_principal.graph.object_id
}}

resource "azuread_service_principal" "graph" {{
  client_id = "{GRAPH}"
}}
"""
BOT, MI, WEB = (
    f"identity:azure/-/terraform:infra/{each}"
    for each in (
        "azuread_application.bot",
        "azurerm_user_assigned_identity.mi",
        "azurerm_linux_web_app.web.identity",
    )
)
PERSON = "identity:azure/-/44444444-0000-0000-0000-000000000004"
SCOPE = "/subscriptions/aaaaaaaa-0000-0000-0000-000000000001"


def test_one_module() -> None:
    found = observe(SOURCE, {"infra/main.tf": MAIN})
    assert {each.id: each.kind for each in found.identities} == {
        BOT: "app_registration",
        MI: "managed_identity",
        WEB: "managed_identity",
        PERSON: None,
    }
    assert by_id(found.grants, f"grant:azure/-/owner/{BOT.partition('/-/')[2]}/{PERSON[17:]}").actions == ("owner",)
    assert by_id(found.identities, BOT).owner == "44444444-0000-0000-0000-000000000004"
    grants = {(each.identity, each.policy): each for each in found.grants}
    own = grants[BOT, "own"]
    assert own.actions == ("role:own", "control:Microsoft.Compute/*", "data:Microsoft.KeyVault/vaults/secrets/read")
    assert (own.not_actions, own.resources) == (("control:Microsoft.Compute/*/delete",), (SCOPE,))
    read = grants[WEB, "Storage Blob Data Reader"]
    assert read.actions == ("role:Storage Blob Data Reader",)
    scope = "${azurerm_storage_account.data.id}"
    assert read.conditions == (Condition("resource", "resource not in scope", (scope,)),)
    assert grants[BOT, ROLE].actions == (f"app_role:{GRAPH}/{ROLE}",)
    assert grants[BOT, "requiredResourceAccess"].conditions == (Condition("consent", "consent not in scope"),)
    assert grants[None, "own"].resources == (SCOPE,)
    (trust,) = found.trusts
    assert (trust.truster, trust.issuer) == (BOT, "token.actions.githubusercontent.com")
    assert trust.subject == "repo:acme/shop:environment:production"
    (secret,) = found.credentials
    assert (secret.kind, secret.name, secret.store, secret.lifetime_seconds) == ("client_secret", "ci", None, 86_400)
    resource = "resource:azure/terraform:infra/azurerm_linux_web_app.web"
    assert triples(found) == {
        (secret.id, "authenticates_as", BOT),
        (resource, "runs_as", WEB),
        (resource, "runs_as", MI),
    }
    assert sorted(each.reason for each in found.skipped) == [
        'not resolved: data.azuread_service_principal.msgraph.app_role_ids["Mail.Send"] of azuread_application.bot',
        "not resolved: the application, the issuer or the subject of azurerm_federated_identity_credential.mi",
        "not resolved: the managed identity var.other of azurerm_linux_web_app.web",
        "not resolved: the scope of azurerm_role_assignment.data",
        "not resolved: who gets the role, or which of azurerm_role_assignment.nobody",
    ]
