"""Whether a value can be a secret, judged by its own signs: no path, no name, no word, no id."""

from __future__ import annotations

import math
import re
from collections import Counter

from nhiassess.formats.names import declares, words
from nhiassess.formats.references import is_placeholder, reference

_PATH = re.compile(
    r"(?:~|\.{1,2})/\S*\Z|[A-Za-z]:\\\S*\Z|\\\\\S+\Z"
    r"|/?(?:[\w.@-]+/)+[\w@.-]+\.[A-Za-z]{2,6}\Z|/[\w@-]+\.[A-Za-z]{2,6}\Z"
    r"|[\w.-]+\.(?:crt|cer|pem|key|p12|pfx|jks|json|ya?ml|toml|txt|env|conf|zip)\Z"
    r"|/(?:run|etc|var|home|root|secrets?|mnt|tmp|usr|opt|app|dev|data|vault|workspace)(?:/[\w.@-]*)*\Z"
)
_ENV_NAME = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\Z")
_SECRET_NAME = re.compile(r"[a-z]+(?:-(?:[a-z]+|\d{1,2}))+\Z")
CODE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+[\[(,;:)\]]*\Z|[A-Za-z_][\w.]*\(.*")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\Z")
_TOKENLIKE = re.compile(r"[A-Za-z0-9+/_\-=.~]{20,}\Z")
_NO_VALUE = frozenset({
    "none", "null", "nil", "true", "false", "yes", "no", "on", "off", "required", "optional", "string", "str",
    "text", "inherit", "undefined", "prompt", "enabled", "disabled", "header", "query", "body", "cookie",
    "read", "write", "oauth", "oauth2", "bearer", "basic", "apikey", "api_key", "jwt", "mtls", "iam", "aws_iam",
    "custom", "env", "file", "environment", "auto", "any", "all", "default", "unset", "todo", "seconds",
    "minutes", "hours", "days",
})  # fmt: skip
# words that stand where a weak password might; only these kinds are taken at their word
_WEAK = frozenset({"password", "generic", "client_secret", "private_key"})
_OWN_SECRET = frozenset({
    "client", "app", "application", "webhook", "jwt", "shared", "api", "consumer", "oauth", "hmac", "session",
    "signing", "cookie", "totp", "auth", "bot",
})  # fmt: skip


def no_secret(value: str, name: str, kind: str) -> bool:
    """Tell whether a value cannot be the secret that its name declares.

    Parameters
    ----------
    value, name, kind:
        The literal, the name it stands under, and the kind that the name declares.

    Returns
    -------
    bool
        True for addresses, paths, names of variables and of secrets, and words such as ``none`` or ``bearer``.
    """
    lower = value.lower()
    if not value or (lower in _NO_VALUE and not (kind == "password" and lower in ("admin", "default"))):
        return True
    if re.match(r"(?i)https?://|s3://|gs://", value) or _PATH.match(value) or lower.startswith("arn:"):
        return True
    if (_ENV_NAME.match(value) and declares(value)) or value.startswith(("$(", "`")):
        return True
    if kind == "session_cookie":
        return not any(looks_secret(part) and len(part) >= 12 for part in re.split(r"[=;]\s*", value)[1::2])
    if kind in _WEAK and kind != "client_secret":
        return False
    if value.count(" ") >= 2 and re.fullmatch(r"[A-Za-z ,.'()/:;-]+", value):
        return True
    if kind == "client_secret":
        parts = words(name)
        own = len(parts) > 1 and parts[-2] in _OWN_SECRET
        return not own and not name.isupper() and _SECRET_NAME.match(value) is not None
    return len(value) < 4


def looks_secret(value: str) -> bool:
    """Tell whether a value has the mix of signs that words of prose and code lack.

    Parameters
    ----------
    value:
        The literal.

    Returns
    -------
    bool
        False for short values, references, placeholders and paths as well.
    """
    if len(value) < 6 or is_placeholder(value) or reference(value) or _PATH.match(value):
        return False
    digit = any(sign.isdigit() for sign in value)
    letter = any(sign.isalpha() for sign in value)
    mark = any(sign in "!@#$%^&*+=/~" for sign in value)
    mixed = len(value) >= 16 and value.lower() != value and value.upper() != value and value.isalnum()
    return (digit and letter) or (mark and letter and len(value) >= 8) or mixed


def looks_random(value: str) -> bool:
    """Tell whether a value is long, made of the signs of tokens and close to random, and no id, digest or name.

    Parameters
    ----------
    value:
        The literal.

    Returns
    -------
    bool
        Judged by Shannon's entropy for each sign: 3.6 bits, or 3 for 32 hexadecimal digits and more.
    """
    if not _TOKENLIKE.match(value) or _UUID.match(value) or reference(value) or is_placeholder(value):
        return False
    if _PATH.match(value) or value.startswith(("arn:", "sha", "http")) or re.fullmatch(r"[\d.:TZ+-]+", value):
        return False
    if not (any(sign.isdigit() for sign in value) and any(sign.isalpha() for sign in value)):
        return False
    if all(len(part) < 12 for part in re.split(r"[-_./=]", value)):
        return False
    share = [count / len(value) for count in Counter(value).values()]
    entropy = -sum(each * math.log2(each) for each in share)
    return entropy >= (3.0 if re.fullmatch(r"[0-9a-fA-F]+", value) and len(value) >= 32 else 3.6)


def left_out(value: str) -> bool:
    """Tell whether the body of a token was left out by repeating one sign.

    Parameters
    ----------
    value:
        A token of a known form.

    Returns
    -------
    bool
        True for ``ghp_xxxxxxxx``.
    """
    # x, * and . repeated stand for a value that was left out; any other sign could be somebody's test token
    body = re.split(r"[_-]", value)[-1]
    return len(body) >= 4 and set(body.lower()) <= set("x*.")
