"""Grants of services in the cloud: clients, scopes, tokens and consent, as each service lists them."""

from __future__ import annotations

import json

import pytest

from nhiassess.model.inventory import Condition, Inventory, Location
from nhiassess.sources.access.saas_grants import SOURCE
from tests.observing import SHARED, by_id, folder, ids, observe, triples

CANARY = "00Dxx0000001gPL!K4n4ryK4n4ryK4n4ry7Q"


def settings(found: Inventory) -> dict[str | None, set[str | None]]:
    told: dict[str | None, set[str | None]] = {}
    for each in found.settings:
        told.setdefault(each.key, set()).add(each.value)
    return told


GOOGLE = """
{"kind": "admin#directory#tokenList", "etag": "x", "items": [
  {"kind": "admin#directory#token", "clientId": "123.apps.googleusercontent.com", "displayText": "Notes AI",
   "anonymous": false, "nativeApp": false, "userKey": "1001", "scopes": ["https://mail.google.com/", "openid"]},
  {"kind": "admin#directory#token", "clientId": "123.apps.googleusercontent.com", "displayText": "Notes AI",
   "userKey": "1002", "scopes": ["openid"]},
  {"clientId": "anonymous", "anonymous": true, "nativeApp": true, "userKey": "1002", "scopes": []},
  {"displayText": "lost"}
]}
"""


def test_google_workspace() -> None:
    found = observe(SOURCE, {"saas/tokens.json": GOOGLE})
    notes = "identity:google-workspace/-/123.apps.googleusercontent.com"
    assert ids(found.identities) == [notes, "identity:google-workspace/-/anonymous"]
    assert by_id(found.identities, notes).name == "Notes AI"
    assert [each.line for each in by_id(found.identities, notes).locations] == [2, 4]
    first = by_id(found.grants, "grant:saas/tokens.json#items.0")
    assert (first.identity, first.actions, first.resources) == (
        notes,
        ("https://mail.google.com/", "openid"),
        ("google-workspace:1001",),
    )
    token = by_id(found.credentials, "credential:saas/tokens.json#items.0")
    assert (token.kind, token.store, token.scopes) == ("oauth_token", None, first.actions)
    assert by_id(found.credentials, "credential:saas/tokens.json#items.2").scopes is None
    assert (token.id, "authenticates_as", notes) in triples(found)
    assert settings(found)["Notes AI.consent"] == {"user"}
    assert settings(found)["anonymous.nativeApp"] == {"true"}
    assert [each.reason for each in found.skipped] == ["1 of its records have no clientId"]


def test_google_workspace_as_a_sheet() -> None:
    text = "user,clientId,displayText,anonymous,nativeApp,scopes\na@x.test,123,Notes AI,False,False,openid email\n"
    found = observe(SOURCE, {"saas/tokens.csv": text})
    (grant,) = found.grants
    assert (grant.actions, grant.resources) == (("openid", "email"), ("google-workspace:a@x.test",))
    assert grant.locations == (Location("saas/tokens.csv", 2, 1),)


def test_entra() -> None:
    records = [
        {
            "clientId": "263A5B01-03e5-408e-8557-bab681df104c",
            "consentType": "AllPrincipals",
            "principalId": None,
            "resourceId": "1804a6f8-e623-4520-8f40-ba1b0c11c42d",
            "scope": " User.Read Group.ReadWrite.All",
        },
        {"ClientId": "x", "ConsentType": "Principal", "PrincipalId": "p-1", "ResourceId": "r", "Scope": "Mail.Send"},
    ]
    found = observe(SOURCE, {"entra/grants.json": json.dumps({"value": records})})
    one, two = found.grants
    assert one.identity == "identity:azure/-/263a5b01-03e5-408e-8557-bab681df104c"
    assert (one.provider, one.actions, one.conditions) == ("azure", ("User.Read", "Group.ReadWrite.All"), ())
    assert (two.actions, two.conditions) == (("Mail.Send",), (Condition("equals", "principalId", ("p-1",)),))
    assert {value for key, each in settings(found).items() if key and key.endswith("consent") for value in each} == {
        "admin",
        "user",
    }
    assert {each.kind for each in found.identities} == {None}
    sheet = 'Id,ClientId,ConsentType,PrincipalId,ResourceId,Scope\n1,x,Principal,p-1,r,"Mail.Send Mail.Read"\n'
    assert observe(SOURCE, {"entra/grants.csv": sheet}).grants[0].actions == ("Mail.Send", "Mail.Read")


def test_salesforce() -> None:
    answer = {
        "totalSize": 3,
        "done": False,
        "records": [
            {
                "attributes": {"type": "OauthToken"},
                "AppName": "Loader",
                "UserId": "005A",
                "UseCount": 3,
                "LastUsedDate": "2026-01-02T10:00:00.000+0000",
                "CreatedDate": "2025-01-02T10:00:00.000+0000",
                "AccessToken": CANARY,
            },
            {"AppName": "Loader", "UserId": "005B", "UseCount": 0, "LastUsedDate": "2026-03-02T10:00:00.000+0000"},
            {"AppName": "Old", "UserId": "005B", "LastUsedDate": "3/4/2026"},
        ],
    }
    found = observe(SOURCE, {"sf/tokens.json": json.dumps(answer)})
    assert by_id(found.identities, "identity:salesforce/-/Loader").last_used == "2026-03-02T10:00:00.000+0000"
    assert [(each.actions, each.resources) for each in found.grants[:1]] == [((), ("salesforce:005A",))]
    clear = by_id(found.credentials, "credential:sf/tokens.json#records.0.AccessToken")
    assert (clear.kind, clear.store) == ("oauth_token", "plaintext")
    assert CANARY not in repr(found)
    assert [id for id, _ in found.fingerprints] == [clear.id]
    assert {each.construct for each in found.skipped} == {"date", "incomplete"}
    sheet = "AppName,UserId,UseCount,LastUsedDate\nLoader,005A,2,2026-01-02\n"
    assert observe(SOURCE, {"sf/tokens.csv": sheet}).identities[0].last_used == "2026-01-02"


OKTA_LINKS = {
    "self": {"href": "https://acme.okta.com/api/v1/apps/0oa1"},
    "logo": [{"href": "https://ok1.oktacdn.com/x"}],
}


def test_okta() -> None:
    apps = [
        {
            "id": "0oa1",
            "label": "Helpdesk agent",
            "status": "ACTIVE",
            "created": "2025-02-01T00:00:00.000Z",
            "lastUpdated": "2026-02-01T00:00:00.000Z",
            "signOnMode": "OPENID_CONNECT",
            "credentials": {
                "oauthClient": {"token_endpoint_auth_method": "client_secret_basic", "client_secret": "K4n4rySecret7x7"}
            },
            "settings": {
                "oauthClient": {"grant_types": ["client_credentials", "refresh_token"], "application_type": "service"}
            },
            "_links": OKTA_LINKS,
        },
        {"id": "0oa2", "label": "Wiki", "status": "ACTIVE", "signOnMode": "SAML_2_0"},
        {"id": "0oa3", "label": "Off", "status": "INACTIVE", "signOnMode": "OPENID_CONNECT"},
    ]
    found = observe(SOURCE, {"okta/apps.json": json.dumps(apps)})
    (client,) = found.identities
    assert (client.id, client.name, client.created) == (
        "identity:okta/acme/0oa1",
        "Helpdesk agent",
        "2025-02-01T00:00:00.000Z",
    )
    assert settings(found)["Helpdesk agent.grant_types"] == {"client_credentials", "refresh_token"}
    assert settings(found)["Off.status"] == {"INACTIVE"}
    (secret,) = found.credentials
    assert (secret.kind, secret.store) == ("client_secret", "plaintext")
    assert "K4n4ry" not in repr(found)
    assert [each.reason for each in found.skipped] == ["1 applications sign people in and hold no OAuth client"]


def test_okta_grants() -> None:
    base = {"issuer": "https://acme.okta.com", "clientId": "0oa1", "status": "ACTIVE"}
    grants = [
        {**base, "scopeId": "okta.users.manage", "source": "ADMIN"},
        {**base, "scopeId": "okta.apps.read", "source": "END_USER", "userId": "00u1"},
        {**base, "scopeId": "okta.logs.read", "status": "REVOKED"},
        {"issuer": "x", "scopeId": 3},
    ]
    found = observe(SOURCE, {"okta/grants.json": json.dumps(grants)})
    assert ids(found.identities) == ["identity:okta/acme/0oa1"]
    assert [(each.actions, each.resources) for each in found.grants] == [
        (("okta.users.manage",), ("okta:acme",)),
        (("okta.apps.read",), ("okta:00u1",)),
    ]
    assert [each.scopes for each in found.credentials] == [("okta.users.manage", "okta.apps.read")]
    assert settings(found)["0oa1.consent"] == {"admin", "user"}


SLACK = """
display_information:
  name: Triage Bot
features:
  bot_user:
    display_name: triage
oauth_config:
  redirect_urls: [https://triage.example.test/oauth]
  scopes:
    bot: [channels:history, "chat:write"]
    user:
      - search:read
settings:
  event_subscriptions:
    request_url: https://triage.example.test/events
    bot_events: [app_mention, message.channels, team_join]
  socket_mode_enabled: false
  token_rotation_enabled: true
"""


def test_slack_manifest() -> None:
    found = observe(SOURCE, {"slack/manifest.yaml": SLACK})
    (app,) = found.identities
    assert (app.id, app.kind, app.name) == ("identity:slack/-/Triage%20Bot", "oauth_client", "Triage Bot")
    assert {each.policy: each.actions for each in found.grants} == {
        "bot scopes": ("channels:history", "chat:write"),
        "user scopes": ("search:read",),
    }
    assert {each.lifetime_seconds for each in found.credentials} == {43_200}
    assert [(each.id, each.trust) for each in found.inputs] == [
        ("input:slack-app-mention/Triage%20Bot/app_mention", "untrusted"),
        ("input:slack-message/Triage%20Bot/message.channels", "untrusted"),
    ]
    assert settings(found)["Triage Bot.settings.socket_mode_enabled"] == {"false"}
    assert settings(found)["Triage Bot.oauth_config.redirect_urls"] == {"https://triage.example.test/oauth"}
    stays = observe(SOURCE, {"slack/manifest.yaml": SLACK.replace("enabled: true", "enabled: false")})
    assert {each.lifetime_seconds for each in stays.credentials} == {None}


def test_slack_log() -> None:
    logs = [
        {
            "app_id": "A1",
            "app_type": "Bot",
            "user_id": "U1",
            "date": "1392163201",
            "change_type": "added",
            "scope": "chat:write",
        },
        {"app_id": "A1", "app_type": "Bot", "user_id": "U2", "date": 1392163300, "change_type": "updated"},
        {"app_id": "A2", "app_type": "Gone", "date": "1392163201", "change_type": "added", "scope": "chat:write"},
        {"app_id": "A2", "app_type": "Gone", "date": "1392163400", "change_type": "removed"},
        {"date": "1"},
    ]
    found = observe(
        SOURCE, {"slack/log.json": json.dumps({"ok": True, "logs": logs, "paging": {"page": 1, "pages": 2}})}
    )
    (app,) = found.identities
    assert (app.id, app.name, app.created) == ("identity:slack/-/A1", "Bot", "2014-02-12T00:00:01+00:00")
    assert [each.actions for each in found.grants] == [("chat:write",)]
    assert settings(found)["Gone.change_type"] == {"removed"}
    assert {each.construct for each in found.skipped} == {"integration log", "incomplete"}


def test_github_installations() -> None:
    def installation(slug: str, **more: object) -> dict[str, object]:
        account = {"login": "acme", "id": 1}
        may = {"contents": "write", "metadata": "read"}
        return {
            "id": 1,
            "account": account,
            "repository_selection": "all",
            "app_id": 2,
            "app_slug": slug,
            "permissions": may,
            "events": ["issues", "push"],
            **more,
        }

    records = [
        installation("triage", created_at="2025-01-01T00:00:00Z", suspended_at=None),
        installation("narrow", repository_selection="selected", single_file_paths=["a.yml"]),
        installation("off", suspended_at="2026-01-01T00:00:00Z"),
    ]
    found = observe(SOURCE, {"gh/apps.json": json.dumps({"total_count": 5, "installations": records})})
    assert ids(found.identities) == ["identity:github-app/acme/narrow", "identity:github-app/acme/triage"]
    assert {each.kind for each in found.identities} == {"github_app"}
    wide, narrow = found.grants
    assert (wide.actions, wide.resources, wide.conditions) == (
        ("contents:write", "metadata:read"),
        ("github:acme/*",),
        (),
    )
    assert narrow.conditions == (Condition("in", "repository_selection", ("selected",)),)
    assert {each.lifetime_seconds for each in found.credentials} == {3600}
    assert settings(found)["off.suspended_at"] == {"2026-01-01T00:00:00Z"}
    assert settings(found)["triage.events"] == {"issues", "push"}
    assert [each.reason for each in found.skipped] == ["3 of 5 installations: the others are not known"]


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("a.json", '{"clientId": "x", "scope": "y"}'),
        ("a.json", '{"scopes": ["a"], "clientId": "x"}'),
        ("a.yaml", "kind: Role\nsettings:\n  features: 1\n"),
        ("a.csv", "clientId,scope\n1,2\n"),
        ("a.md", '"signOnMode": "x", "status": "y"'),
        ("a.json", '{"status": 1, "logs": []}'),
    ],
)
def test_other_files_are_left_alone(path: str, head: str) -> None:
    assert not SOURCE.recognises(path, head)


@pytest.mark.parametrize("value", [None, 3, "x", [], [[1]], {}, {"a": [None]}, [{}], True, 1e400])
def test_hostile_shapes(value: object) -> None:
    for keys in (
        ("clientId", "displayText", "scopes", "userKey"),
        ("clientId", "consentType", "resourceId", "scope"),
        ("AppName", "UseCount", "LastUsedDate", "AccessToken"),
        ("signOnMode", "status", "id", "settings", "credentials", "_links"),
        ("scopeId", "issuer", "_links", "clientId", "status"),
        ("display_information", "settings", "oauth_config", "manifest"),
        ("logs", "change_type", "app_type", "paging", "date"),
        ("repository_selection", "app_slug", "permissions", "account", "events", "installations"),
        ("protection_rules", "deployment_branch_policy", "name", "url", "environments"),
        ("source_type", "enforcement", "rules", "source", "conditions", "bypass_actors", "name"),
        ("read_only", "key", "title", "verified", "url", "created_at"),
    ):
        record = dict.fromkeys(keys, value)
        for shape in (
            record,
            [record],
            {**record, "value": [record]},
            {**record, "logs": [record, value]},
            {"a": [record]},
        ):
            text = json.dumps(shape)
            if SOURCE.recognises("x.json", text):
                observe(SOURCE, {"x.json": text})
        for id in ("id", "app_id", "name"):
            text = json.dumps({**record, **dict.fromkeys(keys[:2], "x"), id: "x"})
            if SOURCE.recognises("x.json", text):
                observe(SOURCE, {"x.json": text})


@pytest.mark.skipif(not (SHARED / "corpus").is_dir(), reason="the corpus is not beside this checkout")
def test_no_file_of_another_kind_is_taken() -> None:
    found, refused = folder(SOURCE, SHARED / "corpus")
    assert (found, refused) == (Inventory(), [])
