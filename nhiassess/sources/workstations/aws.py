"""Credentials of AWS in a home folder: keys, roles, single sign-on, and programs that give credentials.

Shapes are those of AWS, "Configuration and credential file settings"; that of the caches is documented by the program
only. A command that a file names is named by its program, and never run.
"""

from __future__ import annotations

from nhiassess.formats.ini import Section, sections
from nhiassess.model.inventory import Identity, Location
from nhiassess.sources.aws.names import identity_of
from nhiassess.sources.workstations.home import Home, program_of, text_of

_STATED = (
    *("role_arn", "source_profile", "credential_source", "sso_start_url", "sso_account_id", "sso_role_name"),
    *("sso_session", "mfa_serial", "web_identity_token_file"),
)


def role_of(arn: str | None, place: Location) -> Identity | None:
    """Give the role or user that an ARN names, stated at a place; None when it names none."""
    id = identity_of(arn or "")
    if id is None:
        return None
    kind = "user" if "/user/" in id else "role"
    return Identity(id, kind, arn, "aws", locations=(place,))


def read_aws(home: Home) -> None:
    """Read profiles of the AWS command line: keys, roles, single sign-on, and programs that give credentials.

    Parameters
    ----------
    home:
        ``.aws/credentials`` or ``.aws/config``.
    """
    for section in sections(home.file.document):
        if section.name.startswith(("sso-session ", "services ", "plugins")) or not section.name:
            continue
        profile = section.name.removeprefix("profile ").strip()
        for key in _STATED:
            node = section.entries.get(key)
            if node is not None and node.text():
                home.state(f"{section.name}.{key}", node, node.text() or "")
        _keys_of(home, section, profile)
        _profile(home, section, profile)


def _keys_of(home: Home, section: Section, profile: str) -> None:
    for key, kind in (("aws_secret_access_key", "api_key"), ("aws_session_token", "oauth_token")):
        node = section.entries.get(key)
        if node is not None and node.text():
            # in capitals, as variables and checks spell them
            home.keep(f"{profile}.{key.upper()}", home.at(node), key, kind=kind, secrets=node.secrets)


def _profile(home: Home, section: Section, profile: str) -> None:
    """Read what a profile logs in with, when it keeps no key."""
    role = section.text("role_arn")
    place = Location(home.file.path, section.line)
    kind, store = None, None
    if process := section.text("credential_process"):
        store = f"secret_manager:process:{program_of(process)}"
    elif section.text("web_identity_token_file"):
        kind, store = "oidc_token", "workload_api"
    elif section.text("credential_source"):
        kind, store = "instance_token", "workload_api"
    elif source := section.text("source_profile"):
        store = f"secret_manager:aws-profile:{source}"
    elif start := (section.text("sso_start_url") or section.text("sso_session")):
        kind, store = "oauth_token", f"secret_manager:aws-sso:{start}"
    if store is None and role is None:
        return
    named = section.entries.get("role_arn")
    identity = role_of(role, home.at(named)) if named is not None else None
    home.keep(f"{profile}.profile", place, f"profile {profile}", kind=kind, store=store, identity=identity)


def read_aws_cache(home: Home) -> None:
    """Read what single sign-on, and roles that were assumed, left in the caches of the AWS command line.

    Parameters
    ----------
    home:
        A file under ``.aws/sso/cache`` or ``.aws/cli/cache``.
    """
    root = home.file.document.root
    issued = root.get("Credentials")
    if issued is not None and issued.is_mapping:
        token = issued.get("SessionToken") or issued.get("SecretAccessKey")
        arn = root.get("AssumedRoleUser", "Arn")
        identity = role_of(arn.text(), home.at(arn)) if arn is not None else None
        if token is not None:
            name = "assumed role" if identity is None else f"assumed role {identity.name}"
            expires = text_of(issued.get("Expiration"))
            home.keep("Credentials", home.at(token), name, kind="oauth_token", identity=identity, expires=expires)
    for key, kind in (
        ("accessToken", "oauth_token"),
        ("refreshToken", "oauth_token"),
        ("clientSecret", "client_secret"),
    ):
        node = root.get(key)
        if node is not None and node.text():
            name = f"{key} of {text_of(root.get('startUrl')) or 'single sign-on'}"
            expires = text_of(root.get("expiresAt" if key == "accessToken" else "registrationExpiresAt"))
            home.keep(key, home.at(node), name, kind=kind, expires=expires, secrets=node.secrets)
