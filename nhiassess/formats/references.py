"""Text that names where a secret lies, or holds the place of one, is told from a secret itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

ReferenceKind = Literal["env", "input", "secret_manager", "github_secret", "template"]


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value comes from, instead of the value.

    Parameters
    ----------
    kind:
        env (a variable of the process), input (asked of a person), secret_manager, github_secret, or template
        (filled in by something else before use).
    name:
        The variable, path or expression.
    """

    kind: ReferenceKind
    name: str


# names that editors fill in themselves; no variable of the process
_EDITOR = frozenset(
    {
        "workspaceFolder",
        "workspaceRoot",
        "userHome",
        "pathSeparator",
        "file",
        "fileDirname",
        "cwd",
        "extensionPath",
        "__dirname",
    }
)
_GITHUB = re.compile(r"\$\{\{(?P<inner>[^{}]{0,2000})\}\}")
_SECRET = re.compile(r"\b(?:secrets\.([A-Za-z_]\w*)|secrets\[['\"](\w+)['\"]\]|github\.(token)\b)")
_DOLLAR = re.compile(r"\$\{(?P<inner>[^{}]{0,2000})\}")
_BRACES = re.compile(r"\{\{(?P<inner>[^}]{0,2000})\}\}")
_TAGGED = re.compile(r"<%=?(?P<inner>[^%]{0,2000})%>")
_OPENCODE = re.compile(r"\{(?P<where>env|file):(?P<inner>[^{}]+)\}")
_PERCENT = re.compile(r"%(?P<inner>[A-Za-z_][A-Za-z0-9_()]*)%")
_PARENS = re.compile(r"\$\((?P<inner>[A-Za-z_][\w.-]*)\)")
_BARE = re.compile(r"\$(?:env:)?(?P<inner>[A-Za-z_]\w*)\Z")
_CODE = re.compile(
    r"(?:process\.env\.|process\.env\[['\"]|os\.environ/|os\.environ\[['\"]|os\.environ\.get\(['\"]|os\.getenv\(['\"]|"
    r"System\.getenv\(['\"]|env\(['\"]|\$env:|env[:.]|ENV\[['\"])(?P<inner>[A-Za-z_]\w*)(?:['\"]?[\])]?)\Z"
)
_MANAGERS = re.compile(
    r"(?:vault|hashivault|op|ssm|ssm-secure|sm|awssm|aws-sm|awsssm|secretsmanager|secret-manager|gcp-secret|gcpsm|"
    r"azurekeyvault|akv|bws|bw|doppler|infisical|keychain|keyring|akeyless|"
    r"conjur|sops|ref\+[a-z]+|file):(?://)?(?P<inner>[\w./#@:+ *-]+)\Z"
    r"|(?P<arn>arn:aws[\w-]*:(?:secretsmanager|ssm):\S+)\Z"
    r"|(?P<gcp>projects/[\w:.-]+/secrets/[\w-]+(?:/versions/\w+)?)\Z"
    r"|(?P<azure>https://[\w-]+\.vault\.(?:azure\.net|azure\.cn|usgovcloudapi\.net)/secrets/\S+)\Z"
    r"|@Microsoft\.KeyVault\((?P<app>[^()]+)\)\Z"
    r"|(?P<sealed>ENC\[(?:AES256_GCM|PKCS7)),[^\]]*\]\Z"
)
# Jenkins; of a value that ends at the first quote only the beginning is left
_JENKINS = re.compile(r"credentials\((?:['\"](?P<inner>[^'\"]*)['\"]\))?\Z")
_RESOLVE = re.compile(r"\{\{resolve:(?:secretsmanager|ssm-secure|ssm):(?P<inner>[^{}]+)\}\}")
_ARM = re.compile(r"\[[A-Za-z]+\(.*\)[^\]]*\]\Z", re.S)
_TERRAFORM = re.compile(
    r"(?:var|local|data|module|each|path|"
    r"(?:aws|google|azure|azurerm|azuread|kubernetes|vault|random|tls|github|time)_[a-z0-9_]+)\.[\w.\[\]\"'*-]+\Z"
)
_SCHEME = re.compile(r"(?i)\A(?:bearer|basic|token|apikey|api-key|bot|key)\s+")
# nothing that refers is longer, and the searches below stay short
_LONGEST = 4000
_ANY = (_RESOLVE, _GITHUB, _BRACES, _DOLLAR, _TAGGED, _OPENCODE, _PERCENT, _PARENS)

_PLACEHOLDER = re.compile(
    r"""(?ix) \A(?:
      <[^<>]*> | \[[a-z_ -]*\] | \{[a-z_ -]*\}                      # <token>, [redacted], {token}
    | (?:[a-z]{2,8}[-_]){0,3} [x*.\u2026\u2022_-]{2,}                # xxx, ***, ..., sk-xxxx, ghp_xxx
    | (?:.*[-_ .])? your[-_ ] .* | .*[-_ ] here                      # YOUR_TOKEN_HERE, sk-your-key
    | your(?:api)?(?:key|token|secret|password)(?:here)?
    | (?:example|sample|dummy|placeholder|insert|enter|put|paste|replace|todo|tbd|fixme|fill) (?:[-_ ].*)?
    | (?:replace|fill)(?:me|in|with)
    | redacted | masked | hidden | removed | omitted | unset | none | null | undefined | n/a | not[-_ ]set
    # user and password by the words for them: either alone may be real
    | (?:[a-z][a-z0-9+.-]{0,30}://)? <?user(?:name)?>? : <?(?:pass(?:word|wd)?|pwd)>? (?:@.*)?
    | AKIA(?:IOSFODNN7|I44QH8DHB)EXAMPLE | .*/bPxRfiCYEXAMPLEKEY
    )\Z"""
)


def reference(text: str) -> Reference | None:
    """Tell what a text refers to.

    Parameters
    ----------
    text:
        A value, with or without a scheme such as ``Bearer`` before the reference.

    Returns
    -------
    Reference or None
        The first reference in the text; None when it holds none.

    Examples
    --------
    >>> reference("Bearer ${GITHUB_TOKEN}")
    Reference(kind='env', name='GITHUB_TOKEN')
    >>> reference("${input:key}"), reference("hunter2")
    (Reference(kind='input', name='key'), None)
    """
    bare = _SCHEME.sub("", text.strip())
    if len(bare) > _LONGEST:
        return None
    if found := _MANAGERS.match(bare):
        return Reference("secret_manager", next(each for each in found.groups() if each))
    if found := _JENKINS.match(bare):
        return Reference("secret_manager", found["inner"] or bare)
    if found := (_BARE.match(bare) or _CODE.match(bare)):
        return Reference("env", found["inner"])
    if found := _RESOLVE.search(bare):
        return Reference("secret_manager", found["inner"])
    if found := _GITHUB.search(bare):
        return _github(found["inner"].strip())
    if found := _BRACES.search(bare):
        return Reference("template", found["inner"].strip(" -\t\n"))
    if found := _DOLLAR.search(bare):
        return _dollar(found["inner"])
    if found := _OPENCODE.search(bare):
        return Reference("env" if found["where"] == "env" else "template", found["inner"])
    if found := (_PERCENT.search(bare) or _PARENS.search(bare)):
        return Reference("env", found["inner"])
    if found := _TAGGED.search(bare):
        return Reference("template", found["inner"].strip())
    if _ARM.match(bare):
        return Reference("template", bare)
    if _TERRAFORM.match(bare) and " " not in bare:
        manager = bare.startswith("data.") and re.search(r"secret|vault|ssm_parameter", bare)
        return Reference("secret_manager" if manager else "template", bare)
    return None


def _github(inner: str) -> Reference:
    if found := _SECRET.search(inner):
        return Reference("github_secret", found[1] or found[2] or "GITHUB_TOKEN")
    if re.fullmatch(r"(?:env\.)?[A-Za-z_]\w*", inner):
        return Reference("env", inner.removeprefix("env."))
    return Reference("template", inner)


def _dollar(inner: str) -> Reference:
    scheme, colon, rest = inner.partition(":")
    if colon and scheme in ("input", "promptString", "command"):
        return Reference("input", rest)
    if colon and scheme == "env":
        return Reference("env", rest.partition(":")[0])
    if re.fullmatch(r"[A-Za-z_]\w*", scheme) and scheme not in _EDITOR and (not colon or rest[:1] in "-=?+"):
        return Reference("env", scheme)
    if found := re.fullmatch(r"([A-Za-z_]\w*)[-=?+].*", inner):
        return Reference("env", found[1])
    return Reference("template", inner)


def without_references(text: str) -> str:
    """Give what is left of a text when its references and its scheme are taken out; "" when it only refers.

    Parameters
    ----------
    text:
        A value.

    Returns
    -------
    str
        The literal rest, the default of ``${NAME:-default}`` included.

    Examples
    --------
    >>> without_references("Bearer ${TOKEN}"), without_references("${PASSWORD:-hunter2}")
    ('', 'hunter2')
    """
    bare = _SCHEME.sub("", text.strip())
    if len(bare) > _LONGEST:
        return bare
    if any(pattern.match(bare) for pattern in (_MANAGERS, _JENKINS, _BARE, _CODE, _ARM, _TERRAFORM)):
        return ""
    bare = re.sub(r"\$\{[A-Za-z_]\w*:?[-=+]([^{}]*)\}", lambda found: found[1], bare)
    for pattern in _ANY:
        bare = pattern.sub("", bare)
    return bare.strip()


def is_placeholder(text: str) -> bool:
    """Tell whether a text holds the place of a value that somebody is to fill in.

    Parameters
    ----------
    text:
        A value.

    Returns
    -------
    bool
        False for a weak literal such as ``changeme``: that is a secret, and a bad one.

    Examples
    --------
    >>> [is_placeholder(each) for each in ("YOUR_TOKEN_HERE", "<token>", "sk-xxxx", "changeme")]
    [True, True, True, False]
    >>> [is_placeholder(f"postgres://{each}@db/x") for each in ("user:password", "admin:password")]
    [True, False]
    """
    bare = _SCHEME.sub("", text.strip())
    return bool(bare) and len(bare) <= 200 and _PLACEHOLDER.match(bare) is not None
