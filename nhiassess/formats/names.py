"""A field name tells whether its value is declared to be a secret, and of which kind."""

from __future__ import annotations

import re
from functools import lru_cache

# what any secret-declaring or hinting name holds, so that most names cost one search
_SIGNS = (
    r"pass|kennwort|pwd|secret|token|key|auth|cred|pat\b|_pat|dsn|conn|cookie|jwt|bearer|sas|sig|webhook|salt|licen[cs]e"
    r"|session"
)
SIGN = re.compile("(?i)" + _SIGNS)
# over a text in small letters the same search takes a fifth of the time
SMALL_SIGN = re.compile(_SIGNS)
_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
# words after the telling one that change nothing: DB_PASSWORD_PROD, apiKeyValue, TOKEN_2
_TAIL = frozenset({
    "value", "literal", "plaintext", "plain", "text", "base64", "b64", "prod", "production", "dev",
    "development", "test", "staging", "stage", "default", "main", "primary", "secondary", "backup", "old",
    "new", "current", "raw", "encoded",
})  # fmt: skip
_PASSWORD = frozenset({
    "password", "passwd", "passwort", "kennwort", "pwd", "passphrase", "pass", "passcode", "pw",
})  # fmt: skip
# what stands before a word and makes it something else
_NOT_TOKEN = frozenset({
    "next", "page", "continuation", "pagination", "max", "min", "eos", "bos", "pad", "unk", "mask", "sep",
    "cls", "stop", "start", "end", "special", "sync", "resume", "cursor", "cancellation", "idempotency",
    "client", "request", "num", "count", "per", "total", "input", "output", "prompt", "completion", "context",
    "reasoning", "id_type", "design", "color", "public", "publishable", "csrf_header", "state", "position",
    "image",
})  # fmt: skip
_KEYS = {
    "api": "api_key", "access": "api_key", "secret": "api_key", "private": "private_key",
    "signing": "private_key", "encryption": "private_key", "account": "api_key", "service": "api_key",
    "master": "api_key", "deploy": "private_key", "shared": "api_key", "storage": "api_key", "auth": "api_key",
    "functions": "api_key", "subscription": "api_key", "session": "api_key", "role": "api_key",
    "host": "private_key", "ssh": "private_key", "rsa": "private_key", "tls": "private_key",
    "jwt": "private_key", "hmac": "private_key", "anon": "api_key", "admin": "api_key", "root": "api_key",
    "license": "api_key", "integration": "api_key", "app": "api_key", "application": "api_key",
    "developer": "api_key", "write": "api_key", "read": "api_key", "server": "api_key", "openai": "api_key",
    "anthropic": "api_key", "webhook": "api_key", "consumer": "api_key", "bot": "api_key", "virtual": "api_key",
    "auth0": "api_key", "project": "api_key", "team": "api_key",
}  # fmt: skip
_JOINED = {
    "apikey": "api_key", "accesskey": "api_key", "secretkey": "api_key", "privatekey": "private_key",
    "authkey": "api_key", "accountkey": "api_key", "sharedaccesskey": "api_key",
    "sharedaccesssignature": "api_key", "accesstoken": "oauth_token", "authtoken": "token",
    "refreshtoken": "oauth_token", "bearertoken": "oauth_token", "idtoken": "oauth_token",
    "clientsecret": "client_secret", "connectionstring": "dsn_password", "connstr": "dsn_password",
    "dsn": "dsn_password", "pat": "pat", "userpassword": "password", "dbpassword": "password",
    "identitytoken": "oauth_token", "registrytoken": "oauth_token",
    "bottoken": "token", "apitoken": "api_key", "secretaccesskey": "aws_secret_access_key",
    "encryptionkey": "private_key", "signingkey": "private_key", "masterkey": "api_key",
    "webhooksecret": "client_secret", "apisecret": "client_secret", "authorization": "authorization",
    "cookie": "session_cookie", "jwt": "jwt",
}  # fmt: skip
_TOKENS = {
    "github": "github_pat", "gh": "github_pat", "gitlab": "gitlab_pat", "slack": "slack_token", "jwt": "jwt",
    "refresh": "oauth_token", "bearer": "oauth_token", "access": "oauth_token", "oauth": "oauth_token",
}  # fmt: skip
_HINT = re.compile(
    r"(?i)pass|kennwort|pwd|secret|token|key|auth|cred|dsn|cookie|jwt|bearer|sas|signature|sig\b|webhook|salt|licen[cs]e|session"
    r"|(?:^|_)pat(?:$|_)"
)
_NO_HINT = re.compile(
    r"(?i)(?:id|ids|name|names|arn|url|uri|path|file|type|count|hash|digest|sha\d*|checksum|fingerprint|thumbprint|"
    r"version|"
    r"algorithm|alg|format|method|mode|ref|policy|provider|scope|scopes|issuer|audience|endpoint|location|region|alias|"
    r"description|title|kind|label|labels|image|email|author|authors|date|time|expiry|expires|at|in|by|from|state|"
    r"status)\Z"
)

# an address with a password inside, by custom; the name alone declares nothing
CONNECTION = re.compile(
    r"(?i)(?:database|db|postgres(?:ql)?|pg|mysql|mongo(?:db)?|redis|amqp|rabbitmq)_?(?:url|uri|conn\w*)$|dsn$"
)
# what the name of something ends with that many may know: what it is called, by which number, and where it lies
_KNOWN = frozenset({
    "id", "ids", "arn", "name", "names", "user", "username", "email", "role", "org", "organization", "tenant",
    "project", "subscription", "provider", "region", "zone", "location", "registry", "repository", "repo", "bucket",
    "cluster", "namespace", "host", "hostname", "domain", "port", "url", "uri", "endpoint",
})  # fmt: skip


@lru_cache(maxsize=20_000)
def words(name: str) -> tuple[str, ...]:
    """Give the words of a field name in small letters.

    Examples
    --------
    >>> words("githubAPIToken"), words("X-API-Key")
    (('github', 'api', 'token'), ('x', 'api', 'key'))
    """
    return tuple(word.lower() for word in _WORDS.findall(name))


@lru_cache(maxsize=20_000)
def declares(name: str) -> str | None:
    """Tell the kind of secret that a field, variable, header or flag of this name holds.

    Parameters
    ----------
    name:
        As the file writes it.

    Returns
    -------
    str or None
        None when the name declares no secret, such as MAX_TOKENS, tokenUrl or secretName.

    Examples
    --------
    >>> [declares(name) for name in ("DB_PASSWORD", "clientSecret", "MAX_TOKENS", "TOKEN_URL", "nextPageToken")]
    ['password', 'client_secret', None, None, None]
    """
    if len(name) > 200 or not SIGN.search(name):
        return None
    parts = _telling(name)
    if not parts:
        return None
    last = parts[-1]
    before = parts[-2] if len(parts) > 1 else ""
    if before in _PASSWORD and last in ("hash", "salt"):
        return "password"
    if last in _PASSWORD:
        # `pass` alone is a verb elsewhere, and `pw` a unit
        return "password" if last not in ("pass", "pw") or before else None
    if last == "token":
        return None if before in _NOT_TOKEN else _token(parts)
    if last == "secret":
        return "client_secret"
    if last == "key":
        return _key(parts)
    # half of what Vault's AppRole logs in with; an AWS SecretId is a name
    if parts[-2:] == ["secret", "id"] and {"approle", "role", "vault"} & set(parts[:-2]):
        return "client_secret"
    if last == "data" and before == "key" and {"private", "client"} & set(parts):
        return "private_key"
    if last in ("string", "binary") and before == "secret":
        return "generic"
    if last == "string":
        return "dsn_password" if before in ("connection", "conn") else None
    if before in ("connection", "conn") and last in ("str", "uri", "url"):
        return "dsn_password"
    if parts[-2:] == ["access", "signature"] or parts[-2:] == ["sas", "signature"]:
        return "api_key"
    if last == "auth" and (before in ("basic", "proxy", "http") or name.startswith("_")):
        return "password"
    return _joined(last)


def _telling(name: str) -> list[str]:
    parts = list(words(name))
    while len(parts) > 1 and (parts[-1] in _TAIL or parts[-1].isdigit()):
        parts.pop()
    return parts


def _joined(last: str) -> str | None:
    if last in _JOINED:
        return _JOINED[last]
    return next((kind for word, kind in _JOINED.items() if len(word) > 8 and last.endswith(word)), None) or (
        "password" if last.endswith(("password", "passwd")) else None
    )


def _token(parts: list[str]) -> str:
    return next((_TOKENS[part] for part in parts if part in _TOKENS), "token")


def _key(parts: list[str]) -> str | None:
    if "public" in parts or "publishable" in parts:
        return None
    if parts[-3:] == ["secret", "access", "key"] or (parts[-2:] == ["secret", "key"] and "aws" in parts):
        return "aws_secret_access_key"
    before = parts[-2] if len(parts) > 1 else ""
    return _KEYS.get(before)


@lru_cache(maxsize=20_000)
def hints(name: str) -> bool:
    """Tell whether a name makes a random-looking value worth a second look.

    Parameters
    ----------
    name:
        As the file writes it.

    Returns
    -------
    bool
        False for names of ids, digests, paths and the like.
    """
    if len(name) > 200 or not _HINT.search(name):
        return False
    parts = words(name)
    return bool(parts) and not _NO_HINT.match(parts[-1]) and "public" not in parts


@lru_cache(maxsize=20_000)
def proves_nothing(name: str) -> bool:
    """Tell whether a name is that of something which many may know, even where it is kept as a secret.

    Parameters
    ----------
    name:
        As the file writes it.

    Returns
    -------
    bool
        False when another word of it goes with secrets, as in ACCESS_KEY_ID, WEBHOOK_URL and DATABASE_URL.

    Examples
    --------
    >>> [proves_nothing(name) for name in ("AWS_REGION", "CLIENT_ID_2", "AWS_ACCESS_KEY_ID", "REGISTRY_PASSWORD")]
    [True, True, False, False]
    """
    *before, last = _telling(name) or [""]
    if last not in _KNOWN or SIGN.search("_".join(before)):
        return False
    return not any(CONNECTION.search(f"{word}_{last}") for word in before)
