"""Where configurations of Azure, Google Cloud, SPIFFE and Vault hold secrets: templates, exports, keys and tokens."""

from __future__ import annotations

import json

import yaml

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, header, place, telling, word
from tests.hostile.canary_places_aws import pascal, terraform


@place
def azure_entra(known: list[Canary]) -> Files:
    id = "11111111-0000-0000-0000-000000000001"
    secrets = [{"displayName": telling(each), "keyId": id, "secretText": each.value} for each in known]
    app = {
        "id": id,
        "appId": id,
        "displayName": telling(known[3]),
        "signInAudience": "AzureADMyOrg",
        "passwordCredentials": secrets,
        "notes": "\n".join(map(telling, known)),
        "tags": [each.value for each in known if each.tells_itself],
        "keyCredentials": [{"keyId": id, "key": each.value} for each in known if each.tells_itself],
        "web": {"redirectUris": [address([each]) for each in known]},
    }
    told = [
        {
            "principalId": id,
            "principalName": telling(each),
            "roleDefinitionId": telling(each),
            "scope": f"/subscriptions/{id}",
            "condition": telling(each),
            "description": telling(each),
        }
        for each in known
    ]
    settings = [{"name": each.variable, "value": each.value} for each in known]
    site = {
        "type": "Microsoft.Web/sites",
        "name": telling(known[3]),
        "identity": {"type": "SystemAssigned"},
        "properties": {
            "siteConfig": {
                "appSettings": settings,
                "connectionStrings": [{"name": "x", "connectionString": telling(each)} for each in known],
            },
            "script": "[concat('x', parameters('p'))]",
            "customData": "\n".join(map(curl, known)),
        },
    }
    template = {
        "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "resources": [site],
        "parameters": {
            **{pascal(each): {"type": "string", "defaultValue": each.value} for each in known},
            **{f"q{each.number}": {"type": "secureString", "defaultValue": each.value} for each in known},
        },
        "variables": env(known),
        "outputs": {f"o{each.number}": {"value": telling(each)} for each in known},
    }
    bicep = "\n".join(
        f"param {each.variable.lower()} string = '{each.line}'\n"
        f"var v{each.number} = {{ {each.variable}: '{each.line}' }}\n"
        f"@description('{telling(each)}')\nparam d{each.number} string\n"
        f"@secure()\nparam e{each.number} string = '{each.line}'"
        for each in known
    )
    assigned = "resource a 'Microsoft.Authorization/roleAssignments@2022-04-01' = {\n  identity: { }\n}\n"
    return {
        "app.json": json.dumps(app),
        "assignments.json": json.dumps(told),
        "site.json": json.dumps(template, indent=1),
        "tf/main.tf": terraform(known, "azurerm", "azurerm_linux_web_app"),
        "main.bicep": f"{assigned}{bicep}\n",
    }


@place
def gcp(known: list[Canary]) -> Files:
    account = "x@shop.iam.gserviceaccount.com"
    files = {
        f"key{each.number}.json": json.dumps(
            {
                "type": "service_account",
                "project_id": telling(each),
                "private_key_id": each.line,
                "private_key": each.value,
                "client_email": account,
                "client_id": telling(each),
                "client_x509_cert_url": address([each]),
            },
            indent=2,
        )
        for each in known[::2]
        if each.tells_itself
    }
    keys = {
        "keys": [
            {"name": f"projects/p/serviceAccounts/{account}/keys/k", "privateKeyData": each.value, "keyAlgorithm": "x"}
            for each in known
            if each.form != "session cookie"
        ]
    }
    members = [f"serviceAccount:{each.value}@shop.iam.gserviceaccount.com" for each in known if word(each)]
    binding = {
        "role": "roles/viewer",
        "members": members,
        "condition": {"title": telling(known[3]), "expression": " || ".join(map(telling, known))},
    }
    outside = {
        "type": "external_account",
        "audience": "a",
        "credential_source": {
            "url": address(known),
            "headers": {header(each): each.line for each in known},
        },
    }
    assets = [
        {
            "asset_type": "run.googleapis.com/Service",
            "name": "//run.googleapis.com/x",
            "resource": {
                "data": {
                    "template": {
                        "containers": [{"env": [{"name": each.variable, "value": each.value}], "args": [curl(each)]}]
                    }
                }
            },
        }
        for each in known
    ]
    return {
        **files,
        "keys.json": json.dumps(keys),
        "outside.json": json.dumps(outside),
        "assets.jsonl": "\n".join(map(json.dumps, assets)),
        "policy.yaml": yaml.safe_dump({"bindings": [binding]}, width=60, sort_keys=False),
        "tf/main.tf": terraform(known, "google", "google_project_iam_member"),
    }


@place
def spiffe(known: list[Canary]) -> Files:
    blocks = "\n".join(
        f'  UpstreamAuthority "u{each.number}" {{\n    plugin_data {{\n'
        f"      {each.variable.lower()} = {json.dumps(each.line)}\n    }}\n  }}"
        for each in known
    )
    entries = {
        "entries": [
            {
                "spiffe_id": f"spiffe://x.test/{each.value}" if word(each) else "spiffe://x.test/a",
                "parent_id": "spiffe://x.test/n",
                "selectors": [{"type": "unix", "value": telling(each)}],
                "hint": telling(each),
                "dns_names": [telling(each)],
            }
            for each in known
        ]
    }
    joins = "\n".join(
        f'agent {{\n  trust_domain = "x.test"\n  join_token = {json.dumps(each.line)}\n}}'
        for each in known
        if each.tells_itself
    )
    return {
        "server.conf": f'server {{\n  trust_domain = "x.test"\n}}\nplugins {{\n{blocks}\n}}\n',
        "agent.hcl": joins,
        "entries.json": json.dumps(entries),
        "entries.yaml": yaml.safe_dump(entries, width=60),
    }


@place
def vault(known: list[Canary]) -> Files:
    policy = "\n".join(
        f"# {telling(each)}\n"
        f'path "secret/data/{each.value if word(each) else each.number}" {{\n  capabilities = ["read"]\n'
        f"  allowed_parameters = {{ {each.variable} = [{json.dumps(each.line)}] }} }}"
        for each in known
    )
    role = {
        "token_policies": list(map(telling, known)),
        "token_ttl": 60,
        "bound_claims": {each.variable: each.value for each in known},
        "creation_statements": [f"CREATE USER x WITH PASSWORD '{each.line}'" for each in known if each.tells_itself],
    }
    tokens = [
        {
            "data": {
                "creation_ttl": 60,
                "id": each.value,
                "accessor": telling(each),
                "meta": env([each]),
                "display_name": telling(each),
            }
        }
        for each in known[::3]
        if each.tells_itself
    ]
    logins = [
        {
            "auth": {"client_token": each.value, "token_policies": ["x"]},
            "wrap_info": {"token": each.value, "creation_ttl": 1},
        }
        for each in known[1::2]
        if each.form != "session cookie"
    ]
    return {
        "p.hcl": policy,
        "role.json": json.dumps(role, indent=1),
        "role.yaml": yaml.safe_dump(role, width=50),
        **{f"t{place}.json": json.dumps(each) for place, each in enumerate([*tokens, *logins])},
        "tf/main.tf": terraform(known, "vault", "vault_kubernetes_auth_backend_role"),
    }
