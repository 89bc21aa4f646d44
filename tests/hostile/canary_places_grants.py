"""Where lists of who was given what hold secrets: grants, elevation, and the sheets and workbooks that people keep."""

from __future__ import annotations

import csv
import json
from io import BytesIO, StringIO

import yaml
from openpyxl import Workbook
from openpyxl.comments import Comment

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, place, query, some, telling, word


@place
def saas_grants(known: list[Canary]) -> Files:
    google = {
        "kind": "admin#directory#tokenList",
        "items": [
            {
                "kind": "admin#directory#token",
                "clientId": telling(each),
                "displayText": telling(each),
                "anonymous": False,
                "nativeApp": False,
                "userKey": telling(each),
                "scopes": [telling(each)],
            }
            for each in known
        ],
    }
    sales = {
        "totalSize": 1,
        "done": True,
        "records": [
            {
                "attributes": {"type": "OauthToken"},
                "AppName": telling(each),
                "UserId": "u",
                "UseCount": 1,
                "LastUsedDate": "2026-01-02T10:00:00.000+0000",
                "AccessToken": each.value,
                "RefreshToken": each.value,
                "DeleteToken": each.value,
            }
            for each in known
        ],
    }
    entra = {
        "value": [
            {
                "clientId": telling(each),
                "consentType": "Principal",
                "principalId": telling(each),
                "resourceId": "r",
                "scope": telling(each),
            }
            for each in known
        ]
    }
    slack = {
        "display_information": {"name": telling(known[3])},
        "oauth_config": {"scopes": {"bot": list(map(telling, known))}},
        "settings": {"event_subscriptions": {"request_url": address(known)}},
        "credentials": env(known),
    }
    okta = [
        {
            "id": f"0oa{each.number}",
            "label": telling(each),
            "status": "ACTIVE",
            "signOnMode": "OPENID_CONNECT",
            "credentials": {"oauthClient": {"client_id": "c", "client_secret": each.value}},
            "settings": {"notes": telling(each)},
            "_links": {"self": {"href": "https://a.okta.com/api/v1/apps/0oa1"}},
        }
        for each in known
    ]
    sheet = [
        ["user", "clientId", "displayText", "anonymous", "nativeApp", "scopes"],
        *([telling(each)] * 6 for each in known),
    ]
    return {
        "google.json": json.dumps(google),
        "sales.json": json.dumps(sales),
        "entra.json": json.dumps(entra),
        "slack.json": json.dumps(slack),
        "okta.json": json.dumps(okta),
        "google.csv": written(sheet),
    }


@place
def elevation(known: list[Canary]) -> Files:
    record = [
        {
            "principalId": telling(each),
            "roleDefinitionId": telling(each),
            "directoryScopeId": telling(each),
            "memberType": "Direct",
            "scheduleInfo": {"expiration": {"type": telling(each)}},
            "justification": telling(each),
            "principal": {"displayName": telling(each)},
        }
        for each in known
    ]
    sets = [
        {
            "PermissionSet": {
                "Name": telling(each),
                "PermissionSetArn": telling(each),
                "Description": telling(each),
                "SessionDuration": "PT1H",
                "RelayState": address([each]),
                "InlinePolicy": json.dumps({"Statement": [env([each])]}),
            }
        }
        for each in known
    ]
    role = {
        "kind": "role",
        "version": "v7",
        "metadata": {"name": telling(known[3])},
        "spec": {
            "allow": {
                "logins": list(map(telling, known)),
                "request": {"roles": list(map(telling, known))},
                "node_labels": env(known),
            }
        },
    }
    token = {"kind": "bot", "version": "v1", "metadata": {"name": "x"}, "spec": {"roles": ["r"], "traits": env(known)}}
    rows = [["Account", "Safe", "Password", "Checkout duration", "Notes", "Approver", "Rotation"]]
    rows += [
        [
            telling(each),
            telling(each),
            each.value,
            telling(each),
            f"{each.variable}: {each.line}",
            telling(each),
            each.variable,
        ]
        for each in known
    ]
    return {
        "pim.json": json.dumps({"value": record}),
        "sets.json": json.dumps(sets),
        "pam.csv": written(rows),
        "role.yaml": yaml.safe_dump(role, width=60, sort_keys=False),
        "bot.yaml": yaml.safe_dump(token, sort_keys=False),
    }


def written(rows: list[list[str]], delimiter: str = ",") -> str:
    text = StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue()


def cells(known: list[Canary]) -> list[list[str]]:
    """Give an inventory with secrets in its headers and cells, alone where a header tells them."""
    told = [each for each in known if each.tells_itself]
    head = [
        "Agent name",
        "Owner",
        "Purpose",
        "Risk tier",
        "Approval date",
        "Environment",
        "Status",
        "Password",
        "Client secret",
        telling(known[3]),
    ]
    rows = [
        [
            telling(each),
            telling(each),
            curl(each),
            telling(each),
            telling(each),
            f"{each.variable}: {each.line}",
            address([each]),
            each.value,
            each.value,
            telling(each),
        ]
        for each in known
    ]
    return [head + [each.value for each in told[::9]], *rows]


@place
def inventory_sheets(known: list[Canary]) -> Files:
    mapped = {
        "columns": {
            "Agent": "name",
            **{telling(each): "owner" for each in known},
            **{f"c{each.number}": telling(each) for each in known},
        }
    }
    return {
        "agents.csv": written(cells(known)),
        "inventory.tsv": written(cells(known), "\t"),
        "agents.xlsx": workbook(known),
        "agents.columns.yaml": yaml.safe_dump(mapped, width=60),
        "inventory-de.csv": written(cells(known), ";").replace("\r\n", "\n"),
    }


def workbook(known: list[Canary]) -> bytes:
    """Give a workbook with secrets in its cells, the names of its sheets, its notes, links and properties."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in cells(known):
        sheet.append(row)
    sheet.title = next(each.value for each in some(known) if len(each.value) <= 31)
    sheet["A2"].comment = Comment("\n".join(map(telling, known)), "x")
    sheet["B2"].hyperlink = f"https://h.example.test/?{query(known[:9])}"
    for each in [each for each in known if word(each) and len(each.value) <= 31 and ":" not in each.value][1:4]:
        book.create_sheet(each.value).append([telling(other) for other in known])
    book.create_sheet("hidden").sheet_state = "hidden"
    book.properties.title, book.properties.description = telling(known[3]), " ".join(map(telling, known[:20]))
    content = BytesIO()
    book.save(content)
    return content.getvalue()
