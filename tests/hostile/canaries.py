"""Secrets that nobody gave out, of each form that issuers use: put together as a test runs, and known again anywhere.

Every one begins and ends with a mark and the numbers of its place and form, so that a part that was left over is
found as well, and names what failed.
"""

from __future__ import annotations

import base64
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from string import ascii_letters, digits

_HEX, _LETTERS = "0123456789abcdef", ascii_letters + digits
_MARKS = ("K4n4ry", "K4N4RY", "c4a4a4")
_PLAIN = re.compile(rf"(?:{'|'.join(_MARKS)})(?P<place>\d\d)?(?P<form>\d\d)?", re.IGNORECASE)


def _encoded() -> Iterator[str]:
    """Give what base64 makes of the marks wherever they stand in what it encodes."""
    for mark in _MARKS:
        for shift, cut in ((0, 0), (1, 2), (2, 3)):
            text = base64.b64encode(b"\0" * shift + mark.encode()).decode()
            yield text[cut : len(text) - (0 if (shift + len(mark)) % 3 == 0 else 3)]


_BASE64 = re.compile("|".join(re.escape(each) for each in _encoded()))
_ASCII = re.compile("|".join(mark.encode().hex() for mark in _MARKS), re.IGNORECASE)


def found(text: str) -> set[str]:
    """Give every canary that a text holds, as written, in base64 or in hexadecimal, by the numbers that tell it."""
    seen = {f"{each['place'] or '?'} {each['form'] or '?'}" for each in _PLAIN.finditer(text)}
    return seen | {f"base64 {each[0]}" for each in _BASE64.finditer(text)} | {each[0] for each in _ASCII.finditer(text)}


@dataclass
class Canary:
    """Made-up secrets of one form, for one place: another one each time, for one that is known is known everywhere."""

    form: str
    name: str  # the variable that such a secret is kept in
    tells_itself: bool  # by its form; else only the name beside it can
    place: int
    number: int
    written: list[str] = field(default_factory=list)

    @property
    def value(self) -> str:
        """Another secret than the last time: what is recognised once in a file is taken out of all of it."""
        self.written.append(FORMS[self.form][1](self))
        return self.written[-1]

    @property
    def line(self) -> str:
        """The secret on one line, as a configuration that can't hold several writes it."""
        return self.value.replace("\n", "\\n")

    @property
    def variable(self) -> str:
        """A name that tells nothing where the secret tells itself."""
        return f"SETTING_{self.number}" if self.tells_itself else f"{self.name}_{self.number}"

    def of(self, length: int, signs: str = _LETTERS, mark: str = "K4n4ry") -> str:
        """Give that many signs, the mark first and last where there is room."""
        core = f"{mark}{self.place:02}{self.number:02}"
        begin = f"{core}{len(self.written):03}"
        fill = "".join(random.Random(begin).choices(signs, k=max(length - len(begin) - len(core), 0)))
        return (begin + fill + core + "A" * length)[:length]

    def hexadecimal(self, length: int) -> str:
        return self.of(length, _HEX, "c4a4a4")


def canaries(place: int) -> list[Canary]:
    """Give one canary of each form for a place."""
    return [Canary(form, name, form not in BARE, place, number)
            for number, (form, (name, _)) in enumerate(FORMS.items(), 1)]  # fmt: skip


def _b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _jwt(c: Canary) -> str:
    parts = ({"alg": "RS256"}, {"sub": c.of(20)})
    return ".".join([*(_b64(json.dumps(each)).rstrip("=") for each in parts), c.of(60)])


def _pem(kind: str) -> Callable[[Canary], str]:
    return lambda c: "\n".join([f"-----BEGIN {kind}-----", *(c.of(64) for _ in range(4)), f"-----END {kind}-----"])


# what it is, the variable that it is kept in, and how its issuer writes it: in parts, so that no scanner of this
# repository takes it for a leak
FORMS: Mapping[str, tuple[str, Callable[[Canary], str]]] = {
    "aws key id": ("AWS_ACCESS_KEY_ID", lambda c: "AK" + "IA" + c.of(16, mark="K4N4RY").upper()),
    "aws secret": ("AWS_SECRET_ACCESS_KEY", lambda c: c.of(40)),
    "aws session": ("AWS_SESSION_TOKEN", lambda c: "IQoJ" + c.of(200)),
    "github classic": ("GITHUB_TOKEN", lambda c: "gh" + "p_" + c.of(36)),
    "github fine-grained": ("GITHUB_PAT", lambda c: "github" + "_pat_" + c.of(22) + "_" + c.of(59)),
    "github app": ("GH_APP_TOKEN", lambda c: "gh" + "s_" + c.of(36)),
    "gitlab": ("GITLAB_TOKEN", lambda c: "gl" + "pat-" + c.of(20)),
    "slack bot": ("SLACK_TOKEN", lambda c: "xo" + "xb-1234567890-1234567890-" + c.of(24)),
    "slack webhook": ("SLACK_WEBHOOK", lambda c: "https://hooks.slack" + ".com/services/T01/B01/" + c.of(24)),
    "stripe": ("STRIPE_KEY", lambda c: "sk" + "_live_" + c.of(24)),
    "openai": ("OPENAI_API_KEY", lambda c: "sk-" + "proj-" + c.of(48)),
    "anthropic": ("ANTHROPIC_API_KEY", lambda c: "sk-" + "ant-api03-" + c.of(93)),
    "google api": ("GOOGLE_API_KEY", lambda c: "AI" + "za" + c.of(35)),
    "google oauth": ("GOOGLE_CLIENT_SECRET", lambda c: "GOC" + "SPX-" + c.of(28)),
    "google refresh": ("GOOGLE_REFRESH_TOKEN", lambda c: "1/" + "/0" + c.of(60)),
    "azure connection": (
        "AZURE_CONNECTION_STRING",
        lambda c: "DefaultEndpointsProtocol=https;AccountName=x;" + "Account" + f"Key={c.of(86)}==;EndpointSuffix=core",
    ),
    "azure sas": ("AZURE_SAS_URL", lambda c: "https://x.blob.core.windows.net/c?sv=2024&si" + f"g={c.of(43)}%3D"),
    "azure client": ("AZURE_CLIENT_SECRET", lambda c: "aB1" + "8Q~" + c.of(34)),
    "postgres": ("DATABASE_URL", lambda c: f"postgres://app:{c.of(24)}@db.example.test:5432/x"),
    "mysql": ("MYSQL_URL", lambda c: f"mysql://app:{c.of(24)}@db.example.test/x"),
    "mongodb": ("MONGO_URL", lambda c: f"mongodb+srv://app:{c.of(24)}@db.example.test/x"),
    "redis": ("REDIS_URL", lambda c: f"redis://:{c.of(24)}@db.example.test:6379/0"),
    "amqp": ("AMQP_URL", lambda c: f"amqps://app:{c.of(24)}@mq.example.test/v"),
    "jwt": ("SESSION_JWT", _jwt),
    "rsa key": ("DEPLOY_PRIVATE_KEY", _pem("RSA PRIVATE" + " KEY")),
    "openssh key": ("SSH_PRIVATE_KEY", _pem("OPENSSH PRIVATE" + " KEY")),
    "pgp key": ("PGP_PRIVATE_KEY", _pem("PGP PRIVATE" + " KEY BLOCK")),
    "npm": ("NPM_TOKEN", lambda c: "np" + "m_" + c.of(36)),
    "pypi": ("PYPI_TOKEN", lambda c: "py" + "pi-AgEIcHlwaS5vcmc" + c.of(60)),
    "docker": ("DOCKER_PAT", lambda c: "dc" + "kr_pat_" + c.of(27)),
    "docker auth": ("DOCKER_AUTH", lambda c: '{"auths":{"r.example.test":{"auth":"' + _b64(f"u:{c.of(24)}") + '"}}}'),
    "basic header": ("PROXY_AUTHORIZATION", lambda c: "Basic " + _b64(f"app:{c.of(24)}")),
    "bearer header": ("GATEWAY_AUTHORIZATION", lambda c: "Bearer " + c.of(40)),
    "twilio": ("TWILIO_KEY", lambda c: "S" + "K" + c.hexadecimal(32)),
    "twilio auth": ("TWILIO_AUTH_TOKEN", lambda c: c.hexadecimal(32)),
    "sendgrid": ("SENDGRID_KEY", lambda c: "S" + "G." + c.of(22) + "." + c.of(43)),
    "datadog": ("DD_API_KEY", lambda c: c.hexadecimal(32)),
    "hugging face": ("HF_TOKEN", lambda c: "h" + "f_" + c.of(34)),
    "vault": ("VAULT_TOKEN", lambda c: "hv" + "s." + c.of(90)),
    "telegram": ("TELEGRAM_TOKEN", lambda c: "123456789" + ":AA" + c.of(33)),
    "discord": ("DISCORD_TOKEN", lambda c: "M" + c.of(25) + ".GaBcDe." + c.of(38)),
    "databricks": ("DATABRICKS_TOKEN", lambda c: "da" + "pi" + c.hexadecimal(32)),
    "terraform": ("TF_TOKEN", lambda c: c.of(14) + ".atlas" + "v1." + c.of(60)),
    "kubeconfig": ("KUBE_TOKEN", lambda c: c.of(48)),
    "notion": ("NOTION_TOKEN", lambda c: "nt" + "n_" + c.of(46)),
    "linear": ("LINEAR_KEY", lambda c: "lin" + "_api_" + c.of(40)),
    "atlassian": ("ATLASSIAN_TOKEN", lambda c: "AT" + "ATT3" + c.of(180)),
    "shopify": ("SHOPIFY_TOKEN", lambda c: "shp" + "at_" + c.hexadecimal(32)),
    "square": ("SQUARE_TOKEN", lambda c: "sq0" + "atp-" + c.of(22)),
    "mailgun": ("MAILGUN_KEY", lambda c: "ke" + "y-" + c.hexadecimal(32)),
    "new relic": ("NEW_RELIC_KEY", lambda c: "NR" + "AK-" + c.of(27)),
    "grafana": ("GRAFANA_TOKEN", lambda c: "gl" + "sa_" + c.of(32) + "_0a1b2c3d"),
    "sentry": ("SENTRY_TOKEN", lambda c: "snt" + "rys_" + c.of(60)),
    "cloudflare": ("CLOUDFLARE_API_TOKEN", lambda c: c.of(40)),
    "age key": ("AGE_KEY", lambda c: "AGE-SECRET" + "-KEY-1" + c.of(58, mark="K4N4RY").upper()),
    "password": ("DB_PASSWORD", lambda c: c.of(14) + "!"),
    "client secret": ("OAUTH_CLIENT_SECRET", lambda c: c.of(32)),
    "session cookie": ("SESSION_COOKIE", lambda c: f"sid={c.of(32)}; Path=/"),
}
# known by nothing but the name beside them
BARE = {"aws secret", "aws session", "docker auth", "twilio auth", "datadog", "kubeconfig", "cloudflare", "password",
        "client secret", "session cookie"}  # fmt: skip
