"""The detector: what is a secret, of which kind, and above all what is none."""

from __future__ import annotations

import pytest

from nhiassess.formats.issued import FORMS
from nhiassess.formats.references import Reference, is_placeholder, reference
from nhiassess.formats.secrets import find, find_in_prose

# put together here, so that no scanner takes this file for a leak
MIXED = "Q7w3" * 30
HEXED = "0a1b2c3d" * 20
ISSUED = [
    ("github_pat", "ghp_" + MIXED[:36]),
    ("github_pat", "gho_" + MIXED[:36]),
    ("github_pat", "ghs_" + MIXED[:36]),
    ("github_pat", "github_pat_" + MIXED[:60]),
    ("gitlab_pat", "glpat-" + MIXED[:20]),
    ("aws_access_key_id", "AKIA" + "Q7W3" * 4),
    ("aws_access_key_id", "ASIA" + "Q7W3" * 4),
    ("slack_token", "xoxb-" + "123456789012-" + MIXED[:24]),
    ("slack_token", "xapp-1-" + MIXED[:40]),
    ("stripe_key", "sk_live_" + MIXED[:24]),
    ("stripe_key", "rk_live_" + MIXED[:24]),
    ("stripe_webhook_secret", "whsec_" + MIXED[:32]),
    ("anthropic_api_key", "sk-ant-" + "api03-" + MIXED[:60]),
    ("openrouter_api_key", "sk-or-v1-" + HEXED[:64]),
    ("openai_api_key", "sk-" + "proj-" + MIXED[:48]),
    ("openai_api_key", "sk-" + MIXED[:48]),
    ("langfuse_key", "sk-lf-" + HEXED[:32]),
    ("google_api_key", "AIza" + MIXED[:35]),
    ("google_oauth_secret", "GOCSPX-" + MIXED[:28]),
    ("google_oauth_token", "ya29." + MIXED[:60]),
    ("npm_token", "npm_" + MIXED[:36]),
    ("pypi_token", "pypi-" + MIXED[:60]),
    ("rubygems_key", "rubygems_" + HEXED[:48]),
    ("docker_pat", "dckr_pat_" + MIXED[:27]),
    ("sendgrid_key", "SG." + MIXED[:22] + "." + MIXED[:43]),
    ("mailgun_key", "key-" + HEXED[:32]),
    ("twilio_key", "SK" + HEXED[:32]),
    ("telegram_bot_token", "123456789:" + "AA" + MIXED[:33]),
    ("discord_token", "M" + MIXED[:25] + "." + MIXED[:6] + "." + MIXED[:38]),
    ("huggingface_token", "hf_" + MIXED[:34]),
    ("databricks_token", "dapi" + HEXED[:32]),
    ("atlassian_token", "ATATT" + MIXED[:60]),
    ("azure_client_secret", MIXED[:3] + "8Q~" + MIXED[:34]),
    ("vault_token", "hvs." + MIXED[:40]),
    ("terraform_cloud_token", MIXED[:14] + ".atlasv1." + MIXED[:60]),
    ("doppler_token", "dp.pt." + MIXED[:40]),
    ("linear_key", "lin_api_" + MIXED[:40]),
    ("notion_token", "ntn_" + MIXED[:46]),
    ("postman_key", "PMAK-" + HEXED[:24] + "-" + HEXED[:34]),
    ("shopify_token", "shpat_" + HEXED[:32]),
    ("digitalocean_token", "dop_v1_" + HEXED[:64]),
    ("figma_token", "figd_" + MIXED[:40]),
    ("supabase_token", "sbp_" + HEXED[:40]),
    ("airtable_pat", "pat" + MIXED[:14] + "." + HEXED[:64]),
    ("newrelic_key", "NRAK-" + "Q7W3" * 6),
    ("grafana_token", "glsa_" + MIXED[:32]),
    ("groq_key", "gsk_" + MIXED[:52]),
    ("perplexity_key", "pplx-" + MIXED[:48]),
    ("replicate_token", "r8_" + MIXED[:37]),
    ("langsmith_key", "lsv2_pt_" + HEXED[:32]),
    ("tavily_key", "tvly-" + MIXED[:32]),
    ("pinecone_key", "pcsk_" + MIXED[:60]),
    ("planetscale_token", "pscale_tkn_" + MIXED[:40]),
    ("dynatrace_token", "dt0c01." + "Q7W3" * 6 + "." + "Q7W3" * 16),
    ("jwt", "eyJ" + MIXED[:20] + "." + "eyJ" + MIXED[:40] + "." + MIXED[:43]),
]


def test_forms_of_at_least_forty_issuers_are_known() -> None:
    assert len({kind for kind, _, _ in FORMS}) >= 40


@pytest.mark.parametrize(("kind", "token"), ISSUED, ids=[f"{kind}-{token[:5]}" for kind, token in ISSUED])
def test_a_token_of_a_known_form_is_known_wherever_it_stands(kind: str, token: str) -> None:
    for text in (token, f"see {token}, and go on", f'"{token}"', f"https://example.test/?x={token}&y=1"):
        spans = find(text)
        assert [text[span.start : span.end] for span in spans] == [token], text
        assert (spans[0].kind, spans[0].how) == (kind, "prefix")


STRUCTURED = [
    ("postgres://app:{}@db.example.test:5432/x", "dsn_password"),
    ("mongodb+srv://app:{}@cluster.example.test/?retryWrites=true", "dsn_password"),
    ("redis://:{}@cache:6379/0", "dsn_password"),
    ("https://user:{}@example.test/path@v2", "dsn_password"),
    ("app:{}@tcp(db:3306)/x", "dsn_password"),
    ("Server=db;User Id=app;Password={};Encrypt=true", "password"),
    ("DefaultEndpointsProtocol=https;AccountName=x;SharedAccessKey={};", "api_key"),
    ("https://example.test/mcp?api_key={}&v=1", "api_key"),
    ("mysql --host db --password={} --user app", "password"),
    ("server --token {} --verbose", "token"),
    ("docker run -e GITHUB_TOKEN={} image", "github_pat"),
    ("curl -u app:{} https://example.test", "password"),
    ("sshpass -p {} ssh host", "password"),
    ('curl -H "X-API-Key: {}" https://example.test', "api_key"),
    ('{{"user": "app", "password": "{}"}}', "password"),
    ("user: app\npassword: {}\n", "password"),
    ("Authorization: Bearer {}", "oauth_token"),
    ("API_KEY={}", "api_key"),
    ("--api-key={}", "api_key"),
]


@pytest.mark.parametrize(("form", "kind"), STRUCTURED, ids=[form[:24] for form, _ in STRUCTURED])
def test_only_the_secret_part_of_a_structure_is_taken(form: str, kind: str) -> None:
    part = "t0psecr3t" + "Value9"
    text = form.format(part)
    spans = find(text)
    assert [text[span.start : span.end] for span in spans] == [part]
    assert spans[0].kind == kind


@pytest.mark.parametrize("form", [form for form, _ in STRUCTURED])
@pytest.mark.parametrize(
    "filler", ["${DB_PASSWORD}", "<password>", "YOUR_PASSWORD_HERE", "${{{{ secrets.X }}}}".format()]
)
def test_structures_that_hold_a_reference_or_a_placeholder_are_left_alone(form: str, filler: str) -> None:
    assert find(form.format(filler)) == ()


@pytest.mark.parametrize("form", ["postgres://{}@db.example.test:5432/x", "mysql://{}@tcp(db)/x", "{}@tcp(db:3306)/x"])
@pytest.mark.parametrize(
    "pair", ["user:password", "username:password", "user:pass", "USER:PASSWORD", "<user>:<password>"]
)
def test_an_address_whose_user_and_password_are_the_words_for_them_holds_no_secret(form: str, pair: str) -> None:
    text = form.format(pair)
    assert find(text, "DATABASE_CONNECTION_STRING") == ()
    assert find_in_prose(f"DATABASE_CONNECTION_STRING={text}") == ()


@pytest.mark.parametrize("pair", ["postgres:postgres", "admin:password", "user:password1", "root:pass", "user:user"])
def test_a_weak_password_in_an_address_is_a_secret(pair: str) -> None:
    text = f"postgres://{pair}@db.example.test:5432/x"
    assert [text[span.start : span.end] for span in find(text)] == [pair.split(":")[1]]
    assert find(f"{pair}@tcp(db:3306)/x")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("password", "password"),
        ("DB_PASSWORD", "password"),
        ("PGPASSWORD", "password"),
        ("clientSecret", "client_secret"),
        ("AZURE_CLIENT_SECRET", "client_secret"),
        ("apiKey", "api_key"),
        ("x-api-key", "api_key"),
        ("OPENAI_API_KEY", "api_key"),
        ("aws_secret_access_key", "aws_secret_access_key"),
        ("GITHUB_PERSONAL_ACCESS_TOKEN", "github_pat"),
        ("SLACK_BOT_TOKEN", "slack_token"),
        ("refreshToken", "oauth_token"),
        ("Authorization", "oauth_token"),
        ("privateKey", "private_key"),
        ("_authToken", "token"),
        ("ADO_PAT", "pat"),
        ("connectionString", "dsn_password"),
        ("MasterUserPassword", "password"),
        ("SecretString", "generic"),
    ],
)
def test_a_declared_field_is_taken_at_its_name(name: str, kind: str) -> None:
    assert [(span.kind, span.how) for span in find("changeme-9", name)] == [(kind, "declared field")]


@pytest.mark.parametrize("weak", ["changeme", "hunter2", "admin", "letmein", "secret", "Winter"])
def test_a_weak_password_is_a_secret(weak: str) -> None:
    assert [span.kind for span in find(weak, "password")] == ["password"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_TOKENS", "4096"),
        ("max_tokens", "8k"),
        ("token_count", "12"),
        ("TOKEN_LIMIT", "many9"),
        ("OAUTH_TOKEN_URL", "https://login.example.test/token"),
        ("tokenUrl", "abc123def456"),
        ("nextPageToken", "abc123def456abc123def456"),
        ("ClientRequestToken", "abc123def456"),
        ("id-token", "write"),
        ("secretName", "github-token-1"),
        ("secretKeyRef", "openai9"),
        ("apiKeySecret", "kagent-openai"),
        ("publicKey", "MIIBIjANBgkqhkiG9w0BAQEF"),
        ("publishable_key", "abc123def456abc123def456"),
        ("password_file", "/run/secrets/db1"),
        ("private_key", "./keys/agent1.pem"),
        ("token", "GITHUB_TOKEN_1"[:12]),
        ("token_type", "Bearer1"),
        ("auth", "oauth2"),
        ("authorization", "none"),
        ("AccessToken", "hours"),
        ("primary_key", "id_1"),
        ("KmsKeyId", "1234abcd-12ab-34cd-56ef-1234567890ab"),
        ("client_id", "a1b2c3d4e5f6a1b2c3d4e5f6"),
        ("image", "registry.example.test/x@sha256:" + "0a1b2c3d" * 8),
        ("checksum", "0a1b2c3d" * 8),
        ("role", "arn:aws:iam::123456789012:role/token-agent-1"),
        ("Resource", "arn:aws:secretsmanager:*:*:secret:agent-1*"),
        ("description", "The API token that the server asks for, see docs1"),
        ("password", ""),
        ("grant_type", "password"),
        ("url", "https://example.test/@scope/package"),
        ("url", "http://localhost:80@example.test/sse"),
        ("args", "@modelcontextprotocol/server-github@1.2.3"),
        ("uses", "actions/checkout@" + "0a1b2c3d" * 5),
    ],
)
def test_what_only_sounds_like_a_secret_is_none(name: str, value: str) -> None:
    assert find(value, name) == ()


REFERENCES = [
    ("${GITHUB_TOKEN}", Reference("env", "GITHUB_TOKEN")),
    ("$GITHUB_TOKEN", Reference("env", "GITHUB_TOKEN")),
    ("${env:GITHUB_TOKEN}", Reference("env", "GITHUB_TOKEN")),
    ("{env:GITHUB_TOKEN}", Reference("env", "GITHUB_TOKEN")),
    ("$env:GITHUB_TOKEN", Reference("env", "GITHUB_TOKEN")),
    ("%GITHUB_TOKEN%", Reference("env", "GITHUB_TOKEN")),
    ("$(GITHUB_TOKEN)", Reference("env", "GITHUB_TOKEN")),
    ("${GITHUB_TOKEN:?missing}", Reference("env", "GITHUB_TOKEN")),
    ("Bearer ${GITHUB_TOKEN}", Reference("env", "GITHUB_TOKEN")),
    ("process.env.GITHUB_TOKEN", Reference("env", "GITHUB_TOKEN")),
    ('os.environ["GITHUB_TOKEN"]', Reference("env", "GITHUB_TOKEN")),
    ("os.environ/GITHUB_TOKEN", Reference("env", "GITHUB_TOKEN")),
    ("${{TEAMSFX_TOKEN}}", Reference("env", "TEAMSFX_TOKEN")),
    ("${{ env.TOKEN }}", Reference("env", "TOKEN")),
    ("${input:github-token}", Reference("input", "github-token")),
    ("${{ secrets.DEPLOY_KEY }}", Reference("github_secret", "DEPLOY_KEY")),
    ("${{ github.token }}", Reference("github_secret", "GITHUB_TOKEN")),
    ("${{ secrets['DEPLOY_KEY'] }}", Reference("github_secret", "DEPLOY_KEY")),
    ("{{ .Values.token }}", Reference("template", ".Values.token")),
    ("={{ $json.token }}", Reference("template", "$json.token")),
    ("${workspaceFolder}", Reference("template", "workspaceFolder")),
    ("${aws:username}", Reference("template", "aws:username")),
    ("[parameters('adminPassword')]", Reference("template", "[parameters('adminPassword')]")),
    ("var.db_password", Reference("template", "var.db_password")),
    ("vault:secret/data/agent#token", Reference("secret_manager", "secret/data/agent#token")),
    ("op://vault/agent/token", Reference("secret_manager", "vault/agent/token")),
    ("ssm:/prod/agent/token", Reference("secret_manager", "/prod/agent/token")),
    ("projects/p/secrets/s/versions/latest", Reference("secret_manager", "projects/p/secrets/s/versions/latest")),
    ("{{resolve:secretsmanager:agent:SecretString:token}}", Reference("secret_manager", "agent:SecretString:token")),
    (
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:agent-AbCdEf",
        Reference("secret_manager", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:agent-AbCdEf"),
    ),
    ("credentials('registry')", Reference("secret_manager", "registry")),
    ("@Microsoft.KeyVault(VaultName=v;SecretName=s)", Reference("secret_manager", "VaultName=v;SecretName=s")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), REFERENCES, ids=[text[:30] for text, _ in REFERENCES])
def test_a_reference_is_told_and_kept(text: str, expected: Reference) -> None:
    assert reference(text) == expected
    for name in ("password", "apiKey", "Authorization", "token"):
        assert find(text, name) == ()


def test_a_plain_value_refers_to_nothing() -> None:
    assert [reference(text) for text in ("hunter2", "", "a b", "https://example.test", "$", "100%", "C:\\x")] == [
        None
    ] * 7


def test_the_default_of_a_reference_is_a_secret() -> None:
    text = "${DB_PASSWORD:-hunter2}"
    assert [text[span.start : span.end] for span in find(text, "password")] == ["hunter2"]


@pytest.mark.parametrize(
    "text",
    [
        "YOUR_API_KEY_HERE",
        "your-token",
        "<token>",
        "<YOUR TOKEN>",
        "xxx",
        "XXXXXXXX",
        "****",
        "...",
        "sk-xxxx",
        "ghp_xxxxxxxx",
        "example-token",
        "placeholder",
        "REPLACE_ME",
        "insert-key-here",
        "[redacted]",
        "{token}",
        "enter your key",
        "TODO",
        "AKIA" + "IOSFODNN7EXAMPLE",
    ],
)
def test_a_placeholder_is_told_and_kept(text: str) -> None:
    assert is_placeholder(text)
    assert find(text, "apiKey") == ()


@pytest.mark.parametrize("text", ["changeme", "hunter2", "my-password", "ghp_" + "A" * 36, "exampleton", "", "a.b.c"])
def test_a_literal_is_no_placeholder(text: str) -> None:
    assert not is_placeholder(text)


def test_a_random_value_needs_a_name_that_hints_at_it() -> None:
    value = "9fQ2xL7vB0mZ4kT8wR1yC5nD3"
    assert [(span.how, span.confidence) for span in find(value, "sessionData")] == [("entropy", "low")]
    for name in ("build", "revision", "sessionId", "authorName", "keyFingerprint"):
        assert find(value, name) == ()


@pytest.mark.parametrize(
    "prose",
    [
        "The token is stored by the gateway; tokens: see below.",
        "Password: required. The secret key must be rotated, API key = none.",
        "Use --token to pass it, or Authorization: Bearer <token>.",
        "token = get_token()\nclient = Client(api_key=settings.api_key, token=token)\npassword = read()\n",
        '# app_secret = ""\nset TOKEN=$TOKEN and API_KEY=${KEY}',
        "TOKEN=$(aws sts get-session-token --query x1)",
    ],
)
def test_prose_and_code_about_secrets_hold_none(prose: str) -> None:
    assert find_in_prose(prose) == ()


@pytest.mark.parametrize(
    "before", ["", "x" * 200 + " ", "a-" * 100, "one: two, " * 50, "key of a token, " * 40, "İ ", "name string = "]
)
@pytest.mark.parametrize("form", ["DB_PASSWORD={}", "--db-password {}", "?api_key={}", '"clientSecret": "{}"'])
def test_nothing_that_stands_before_an_assignment_hides_it(before: str, form: str) -> None:
    text = before + " " * (form[0] == "-") + form.format("hunter2xyz9")
    assert "hunter2xyz9" in [text[span.start : span.end] for span in find_in_prose(text)]
