"""Canaries: a secret planted in every kind of place of every format appears in nothing that reading gives."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import pytest

from nhiassess.errors import FormatError
from nhiassess.formats.format import Document
from nhiassess.formats.reading import read

# `@1@`, `@2@` ... become canaries that no form of an issuer matches; `@G@` a GitHub token, `@P@` a private key in lines
GITHUB = "ghp_" + "K4n4ry" * 6
PEM = [
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "MIIE" + "K4n4ryPem" * 6,
    "Qz" + "K4n4ryPem" * 6,
    "-----END RSA " + "PRIVATE KEY-----",
]

PLACES: dict[str, tuple[str, str]] = {
    "json env": (".mcp.json", '{"mcpServers": {"x": {"env": {"DB_PASSWORD": "@1@", "GITHUB_TOKEN": "@G@"}}}}'),
    "json args": (
        ".mcp.json",
        '{"args": ["--token", "@1@", "--api-key=@2@", "-e", "CLIENT_SECRET=@3@", "X_TOKEN=@4@"]}',
    ),
    "json headers": (
        ".mcp.json",
        '{"headers": {"Authorization": "Bearer @1@", "X-API-Key": "@2@", "Cookie": "sid=@3@abc"}}',
    ),
    "json header arguments": (
        ".mcp.json",
        '{"args": ["-H", "Authorization: Bearer @1@", "--header", "X-Api-Key: @2@"]}',
    ),
    "json addresses": ("x.json", '{"a": "postgres://app:@1@@db/x", "b": "https://h.example.test/?api_key=@2@&v=1"}'),
    "json connection strings": (
        "x.json",
        '{"ConnectionString": "Server=x;User Id=a;Password=@1@;", "dsn": "u:@2@@tcp(h)/d"}',
    ),
    "json several in one address": (
        "x.json",
        '{"a": "https://h.example.test/?db_password=@1@&client_secret=@2@#x",'
        ' "b": "Server=x;Password=@3@;ApiKey=@4@;"}',
    ),
    "json address in an address": (
        "x.json",
        '{"a": "https://h.example.test/?dsn=postgres%3A%2F%2Fapp%3A@1@%40db%2Fx", "b": "https://h.test/#gh%70_@2@x7x7x7"}',
    ),
    "json registry": ("x.json", '{"a": "{\\"auths\\": {\\"r.example.test\\": {\\"auth\\": \\"@U1@\\"}}}"}'),
    "json signed address": ("x.json", '{"a": "https://h.example.test/c?sv=2024&sig=@1@&se=2030"}'),
    "json command": (
        "x.json",
        '{"command": "mysql --password=@1@ -u root && curl -u app:@2@ https://h.example.test --token @3@"}',
    ),
    "json name and value": (
        "x.json",
        '{"env": [{"name": "API_KEY", "value": "@1@"}, {"key": "DB_PASSWORD", "value": "@2@"}]}',
    ),
    "json comment": ("x.jsonc", '{\n// "password": "@1@"\n/* API_KEY=@2@ and @G@ */\n"a": 1}'),
    "json key": ("x.json", '{"@G@": 1, "b": {"@G@": 2, "postgres://app:@1@@db/x": 3}}'),
    "json same key twice": ("x.json", '{"@G@": 1,\n"@G@": 2, "password": "@1@", "password": "@2@"}'),
    "json escapes": ("x.json", '{"pass\\u0077ord": "@E1@", "note": "the @1@ again"}'),
    "json in json": ("x.json", '{"config": "{\\"password\\": \\"@1@\\", \\"apiKey\\": \\"@2@\\"}"}'),
    "json lines": ("x.jsonl", '{"token": "@1@"}\n{"event": {"password": "@2@"}}\n'),
    "json cut": ("x.json", '{"a": 1, "password": "@1@'),
    "json elsewhere": ("x.json", '{"password": "@1@", "note": "it is @1@", "list": ["@1@", {"@1@": 0}]}'),
    "json key in one line": ("x.json", '{"key": "@PJ@", "cert": {"private_key": "@PJ@"}}'),
    "json state": ("x.tfstate", '{"resources": [{"instances": [{"attributes": {"id": "@1@", "list": ["@2@"]}}]}]}'),
    "json cloudformation": (
        "t.json",
        '{"P": {"DbPassword": {"Type": "String", "Default": "@1@"}}, "MasterUserPassword": {"Fn::Sub": "@2@"}}',
    ),
    "yaml env": (
        "x.yaml",
        "env:\n  - name: DB_PASSWORD\n    value: @1@\n  - SECRET_KEY=@2@\n  - {name: T, valueFrom: {x: 1}}\n",
    ),
    "yaml secret": (
        "x.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\ndata:\n  a: @B1@\nstringData:\n  b: @2@\n",
    ),
    "yaml comment": ("x.yaml", "a: 1 # password: @1@\n# API_KEY=@2@\nb: 2\n# @G@"),
    "yaml block": ("x.yaml", "password: |\n  @1@\nclient_secret: >-\n  @2@\nconfig: |\n  user: a\n  password: @3@\n"),
    "yaml key file": ("x.yaml", "key: |\n  @P0@\n  @P1@\n  @P2@\n  @P3@\nafter: 1\n"),
    "yaml alias": ("x.yaml", "default: &p @1@\npassword: *p\nlist: [*p]\n"),
    "yaml key": ("x.yaml", "@G@: 1\n? postgres://a:@1@@db/x\n: 2\n"),
    "yaml tags": ("x.yaml", "Password: !Sub '@1@'\nUrl: !Join ['', ['postgres://a:@2@@db']]\ntoken: !foo @3@\n"),
    "yaml quoted over lines": ("x.yaml", 'password: "@1@\\\n  @2@"\n'),
    "yaml documents": ("x.yaml", "a: 1\n---\ntoken: @1@\n---\npassword: @2@\n"),
    "yaml cloudformation": (
        "t.yaml",
        "Parameters:\n  DbPassword:\n    Type: String\n    Default: @1@\nMasterUserPassword: @2@\n",
    ),
    "yaml anchor and tag": ("x.yaml", "a: &@G@ 1\nb: *@G@\n"),
    "yaml workflow": (
        "w.yml",
        "on: push\njobs:\n  a:\n    steps:\n    - run: |\n        export API_KEY=@1@\n"
        "        curl -H 'Authorization: Bearer @2@' x\n      env: {TOKEN: @3@}\n",
    ),
    "toml values": (
        "config.toml",
        '[mcp_servers.x]\nargs = ["--api-key", "@1@"]\n[mcp_servers.x.env]\nX_TOKEN = \'@2@\' # token: @3@\n',
    ),
    "toml key file": ("x.toml", 'k = """\n@P0@\n@P1@\n@P2@\n@P3@\n"""\n# password = "@1@"\n'),
    "toml keys": ("x.toml", '"@G@" = 1\n[a."@G@"]\npassword = """@1@"""\n'),
    "hcl strings": (
        "x.tf",
        'resource "a" "b" {\n  password = "@1@"\n  url = "postgres://a:@2@@${var.h}/x"\n}\n'
        'variable "api_key" {\n  default = "@3@"\n}\n',
    ),
    "hcl expressions": (
        "x.tf",
        'a {\n  password = var.p != "" ? var.p : "@1@"\n  token = coalesce(var.t, "@2@")\n'
        '  env = merge(local.e, { API_KEY = "@3@" })\n}\n',
    ),
    "hcl encoded": ("x.tf", 'a = jsonencode({ client_secret = "@1@", x = ["TOKEN=@2@"] })\n'),
    "hcl key file": ("x.tf", "a = <<EOT\n@P0@\n@P1@\n@P2@\n@P3@\nEOT\n"),
    "hcl comments": ("x.hcl", '# password = "@1@"\na = 1 // API_KEY=@2@\n/* @G@ */\nb {\n  # token = "@3@"\n}\n'),
    "markdown front matter": ("a.md", "---\nname: a\ntoken: @1@\nenv: {API_KEY: @2@}\n---\nbody\n"),
    "markdown body": (
        "a.md",
        "# T\nset `API_KEY=@1@`, then curl -H 'Authorization: Bearer @2@' https://a:@3@@h.example.test\n\n@G@\n",
    ),
    "markdown key file": ("a.md", "text\n\n    @P0@\n    @P1@\n    @P2@\n    @P3@\n\nafter\n"),
    "markdown broken front matter": ("a.md", "---\ndescription: a: b\npassword: @1@\nnote: @G@\n---\nx\n"),
    "npmrc": (".npmrc", "//r.example.test/:_authToken=@1@\n_password=@2@\n"),
    "dotenv": (".env.local", "DB_PASSWORD=@1@\nexport X_TOKEN='@2@'\n#OLD_SECRET=@3@\nURL=postgres://a:@4@@h/x\n"),
    "netrc": (".netrc", "machine h.example.test login u password @1@\n"),
    "ini": ("credentials", "[default]\naws_secret_access_key = @1@\naws_session_token = @2@\n"),
    "python": (
        "agent.py",
        'API_KEY = "@1@"\nclient = Client(api_key="@2@", password=\'@3@\')\nurl = f"postgres://a:@4@@h"\n',
    ),
    "shell": ("run.sh", "export DB_PASSWORD=@1@\nserver --api-key @2@\nsshpass -p @3@ ssh h\n"),
    "crlf": (
        "x.yaml",
        "password: @1@\r\nkey: |\r\n  @P0@\r\n  @P1@\r\n  @P2@\r\n  @P3@\r\nb: 1\r\n",
    ),
    "csv columns": ("x.csv", "name,password,Api Key,note\nbot,@1@,@2@,uses @G@\nbot2,@3@,,it was @1@\n"),
    "csv name and value": ("x.csv", 'Name;Value\nDB_PASSWORD;@1@\nX_TOKEN;"@2@"\n'),
    "csv quoted": ("x.csv", 'name,"password"\nbot,"a""@1@"\nb,"@2@\nmore"\n"client_secret=""@3@"" API_KEY=@4@",\n'),
    "csv header": ("x.csv", "@G@,owner,password=@1@\nbot,Ops,x\n"),
    "csv title and surplus": (
        "x.csv",
        "API_KEY=@1@\nname,owner,tier\nbot,Ops,2,postgres://a:@2@@db/x,@G@\n",
    ),
    "csv key file": ("x.csv", 'name,key\nbot,"@P0@\n@P1@\n@P2@\n@P3@"\n'),
    "csv cut": ("x.csv", 'name,password\nbot,"@1@\nmore,@2@\n'),
    "csv in german": ("x.csv", "Konto;Kennwort;Passwort\nbot;@1@;@2@\n"),
    "tsv": ("x.tsv", "name\ttoken\nbot\t@1@\n"),
    "conf": ("x.conf", 'server {\n  trust = "x"\n  password = "@1@"\n}\n'),
    "entries in a string": ("x.json", '{"a": "[{\\"name\\": \\"API_KEY\\", \\"value\\": \\"@1@\\"}]"}'),
    "secret in a string": (
        "x.json",
        '{"last-applied": "{\\"apiVersion\\":\\"v1\\",\\"kind\\":\\"Secret\\",\\"data\\":{\\"x\\":\\"@B1@\\"}}"}',
    ),
    "string in a string": (
        "x.json",
        r'{"a": "{\"b\": \"{\\\"type\\\": \\\"password\\\", \\\"value\\\": \\\"@1@\\\"}\"}"}',
    ),
    "list of secrets": ("x.json", '{"apiVersion": "v1", "kind": "SecretList", "items": [{"data": {"x": "@B1@"}}]}'),
    "change of a secret": (
        "x.json",
        '{"objectRef": {"resource": "secrets"}, "requestObject": {"data": {"x": "@B1@"}},'
        ' "responseObject": [{"op": "add", "path": "/data/x", "value": "@B2@"}]}',
    ),
    "change at a path": ("x.json", '[{"op": "add", "path": "/spec/DB_PASSWORD", "value": "@1@"}]'),
    "parameter of an interface": (
        "x.json",
        '{"a": {"name": "X-API-Key", "example": "@1@", "schema": {"type": "string", "default": "@2@"}}}',
    ),
    "entries that say secret": (
        "x.json",
        '{"a": {"type": "secureString", "defaultValue": "@1@"}, "b": {"NoEcho": true, "Default": "@2@"},'
        ' "c": {"name": "x", "value": "@3@", "value_type": "secret"}, "d": {"sensitive": true, "default": "@4@"}}',
    ),
    "condition on a header": ("x.yaml", "when:\n- key: request.headers[x-api-key]\n  values: [@1@]\n"),
    "keys of gateways": (
        "x.json",
        '{"keyauth_credentials": [{"key": "@1@"}], "backendAuth": {"key": "@2@"}, "auth": {"client_token": "@3@"}}',
    ),
    "key data": ("x.json", '{"privateKeyData": "@1@", "client-key-data": "@2@"}'),
    "line ends in a string": ("x.json", r'{"a": "first\\n@G@", "b": "GET /\\nBearer @1@"}'),
    "joined texts": (
        "x.json",
        '{"Fn::Join": ["", ["API_KEY=", "@1@"]], "b": ["postgres://app:", "@2@", "@db.example.test/x"]}',
    ),
    "joined texts in yaml": ("t.yaml", "Url: !Join ['', ['DB_PASSWORD=', '@1@']]\n"),
    "cedar": ("x.cedar", 'permit(principal, action, resource) when { context.api_key == "@1@" };\n'),
    "rego": ("x.rego", 'allow if input.headers["x-api-key"] == "@1@"\ndeny if input.token != "@2@"\n'),
    "typescript": (
        "x.ts",
        'const apiKey: string = "@1@";\nconst env = [{ name: "API_KEY", value: "@2@" }];\n'
        'spawn("x", ["--token", "@3@"]);\n',
    ),
    "bicep": ("x.bicep", "param dbPassword string = '@1@'\n@secure()\nparam other string = '@2@'\n"),
    "python lists and conditions": ("a.py", 'run(["--api-key", "@1@"])\nif token == "@2@":\n    pass\n'),
    "markdown code": ("a.md", "run `--api-key @1@` or `--password '@2@'`\n"),
    "groovy": ("Jenkinsfile", "parameters: [string(name: 'API_KEY', value: '@1@')]\n"),
}


def planted(name: str) -> tuple[str, str, set[str]]:
    """Give the path, the text with its canaries, and every text that must not be seen again."""
    path, text = PLACES[name]
    gone = set()
    for number in re.findall(r"@[BEU]?(\d)@", text):
        canary = f"K4n4ry{number}{name.title().replace(' ', '')}x7Q"
        gone.add(canary)
        encoded = base64.b64encode(canary.encode()).decode()
        if f"@B{number}@" in text:
            gone.add(encoded)
        pair = base64.b64encode(f"u:{canary}".encode()).decode()
        gone.add(pair)
        text = text.replace(f"@B{number}@", encoded).replace(f"@U{number}@", pair)
        text = text.replace(f"@E{number}@", canary.replace("4", "\\u0034")).replace(f"@{number}@", canary)
    if "@G@" in text:
        gone.add(GITHUB)
        text = text.replace("@G@", GITHUB)
    if "@P" in text:
        gone |= set(PEM[1:3])
        text = text.replace("@PJ@", "\\n".join(PEM))
        for number, line in enumerate(PEM):
            text = text.replace(f"@P{number}@", line)
    return path, text, gone


def everything(document: Document) -> str:
    plain = json.dumps([root.plain() for root in document.roots], ensure_ascii=False)
    return "\n".join(
        (plain, document.text, document.body, repr(document), repr(document.problems), str(document.incomplete))
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", PLACES)
def test_no_canary_survives_reading(name: str, encoding: str) -> None:
    path, text, gone = planted(name)
    document = read(path, text.encode(encoding), key=b"run")
    seen = everything(document)
    assert [canary for canary in gone if canary in seen] == []
    assert "[redacted]" in seen
    assert document.secrets
    assert document.text.count("\n") == text.count("\n")


@pytest.mark.parametrize("name", PLACES)
def test_no_canary_survives_a_refusal(name: str) -> None:
    path, text, gone = planted(name)
    told = []
    for broken in (
        text + "\n}]\t@",
        "{" + text,
        text.replace('"', "'", 1),
        text.replace(":", " ", 1),
        "\t" + text,
        text * 2,
    ):
        try:
            read(path, broken.encode(), key=b"run", strict=True)
        except FormatError as error:
            told.append(str(error) + repr(error) + repr(error.complaints))
    assert [canary for canary in gone if any(canary in text for text in told)] == []


@pytest.mark.parametrize("name", PLACES)
def test_what_was_redacted_holds_no_secret_when_it_is_read_again(name: str) -> None:
    path, text, _ = planted(name)
    masked = read(path, text.encode(), key=b"run").text
    try:
        again = read(path, masked.encode(), key=b"run")
    except FormatError:
        # a key that became `[redacted]: 1` opens a list that YAML does not close
        assert name in {"yaml key", "yaml anchor and tag", "yaml key file", "yaml block", "hcl key file"}
    else:
        assert (again.text, again.secrets) == (masked, ())


def test_at_least_forty_kinds_of_places_are_planted() -> None:
    assert len(PLACES) >= 40


def test_what_is_no_secret_stays_word_for_word() -> None:
    text = Path(__file__).with_name("kept.yaml").read_text(encoding="utf-8")
    document = read("kept.yaml", text.encode(), key=b"run")
    assert document.text == text
    assert document.secrets == ()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "x.cedar",
            'permit(principal, action, resource) when { context.token == principal.token && context.key != "" };',
        ),
        ("x.rego", "allow if input.token == data.tokens[_]\n"),
        ("x.ts", "const apiKey: string = process.env.API_KEY;\nif (token === undefined || secret == 'required') {}\n"),
        (
            "x.ts",
            'const env = [{ name: "API_KEY", value: process.env.API_KEY }, { name: "sort", value: "a1b2c3d4e5f6" }];\n',
        ),
        ("x.ts", 'spawn("x", ["--token", "${TOKEN}", "--token-file", "/run/token"]);\n'),
        ("x.bicep", "@secure()\nparam dbPassword string\nparam token string = ''\n"),
        ("x.json", '{"a": ["https://h.example.test:", "8080", "/x"], "b": ["API_KEY=", "${API_KEY}"]}'),
        (
            "x.json",
            '{"a": "{\\"name\\": \\"API_KEY\\", \\"value\\": \\"{{ secrets.KEY }}\\"}", "b": "[token 12345678"}',
        ),
        ("x.json", '{"name": "X-API-Key", "in": "header", "schema": {"type": "string", "default": null}}'),
        ("x.json", '{"type": "password", "name": "field", "label": "a1b2c3d4e5f6"}'),
        ("x.json", '{"NoEcho": true, "Type": "String", "Default": ""}'),
        ("x.json", '{"keyauth_credentials": [{"key": "${KEY}"}], "auth": {"type": "bearer"}}'),
        ("x.json", '{"objectRef": {"resource": "secrets", "name": "a"}, "requestObject": {"kind": "SecretReview"}}'),
        ("x.yaml", "when:\n- key: request.auth.claims[group]\n  values: [a1b2c3d4e5f6]\n"),
    ],
)
def test_what_stands_where_a_secret_might_stays_word_for_word(path: str, text: str) -> None:
    document = read(path, text.encode(), key=b"run")
    assert (document.text, document.secrets) == (text, ())
