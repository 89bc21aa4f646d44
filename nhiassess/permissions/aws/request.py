"""What a request carries that an AWS identity makes: what follows from the identity itself, and from its tags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nhiassess.permissions.aws.conditions import Request
from nhiassess.permissions.aws.held import Held

_PRINCIPAL_TAG = "aws:principaltag/"


def request_of(has: Held) -> dict[str, tuple[str, ...] | None]:
    """Give what is known of every request of an identity.

    Parameters
    ----------
    has:
        What bears on the identity.

    Returns
    -------
    dict
        As `conditions.Request`: a key that the request does not carry is None, and one that is open is left out.

    Notes
    -----
    AWS, "AWS global condition context keys".
    """
    request: dict[str, tuple[str, ...] | None] = {
        "aws:principalarn": (has.arn,),
        "aws:principalaccount": (has.account,),
        "aws:principaltype": ("User" if has.kind == "user" else "AssumedRole",),
        "aws:securetransport": ("true",),
        "aws:viaawsservice": ("false",),
        "aws:principalisawsservice": ("false",),
        "aws:principalservicename": None,
        "aws:calledvia": None,
        "aws:calledviafirst": None,
        "aws:calledvialast": None,
        "aws:sourcearn": None,
        "aws:sourceaccount": None,
        "aws:username": (has.arn.rpartition("/")[2],) if has.kind == "user" else None,
    }
    if not has.account.isdigit():
        # nobody says which account it is
        del request["aws:principalarn"], request["aws:principalaccount"]
    if has.kind == "group":
        # whoever is in it, the request is a member's
        del request["aws:username"]
        request.pop("aws:principalarn", None)
    elif has.tags is not None:
        request |= tags_of(has.tags, _PRINCIPAL_TAG)
    return request


def sessions(has: Held, request: Request) -> Iterator[Request]:
    """Give a request as it is made with the identity's own tags and, of a role, with those that a session may have.

    Parameters
    ----------
    has:
        What bears on the identity.
    request:
        With the tags of the identity.

    Returns
    -------
    Iterator of Request
        In the second one every tag of the principal is open.

    Notes
    -----
    AWS, "Pass session tags in AWS STS": they replace tags of the role, for whoever may set them.
    """
    yield request
    if has.kind == "role" and has.tags is not None:
        yield {key: value for key, value in request.items() if not key.startswith(_PRINCIPAL_TAG)}


def tags_of(tags: Iterable[tuple[str, str]], *prefixes: str) -> Request:
    """Give the tags of an identity as keys of a request; what is not among them is known to be absent.

    Examples
    --------
    >>> tags_of((("Team", "portal"),), "aws:resourcetag/")
    {'aws:resourcetag/': None, 'aws:resourcetag/team': ('portal',)}
    """
    found: dict[str, tuple[str, ...] | None] = {}
    for prefix in prefixes:
        found[prefix] = None
        found |= {prefix + key.lower(): (value,) for key, value in tags}
    return found
