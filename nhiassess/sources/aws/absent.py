"""An AWS policy that counts but whose text is not at hand: a grant that says so, with an open condition."""

from __future__ import annotations

from dataclasses import replace

from nhiassess.model.inventory import Condition, Grant
from nhiassess.sources.source import quote

_ADMINISTRATOR = "AdministratorAccess"


def is_administrator(arn: str) -> bool:
    """Tell whether an ARN is that of AWS's own AdministratorAccess.

    Examples
    --------
    >>> is_administrator("arn:aws:iam::aws:policy/AdministratorAccess")
    True
    >>> is_administrator("arn:aws:iam::111122223333:policy/AdministratorAccess")
    False
    """
    return arn.endswith(f":aws:policy/{_ADMINISTRATOR}")


def absent(stated: Grant, prefix: str, arn: str) -> Grant:
    """Make the grant of a policy without its text.

    Parameters
    ----------
    stated:
        With identity, scope and places.
    prefix:
        What the id begins with.
    arn:
        The ARN of the policy, or its name.

    Returns
    -------
    Grant
        Of a boundary every action, since it may allow any; of an attached policy none; both under the condition
        that tells them from what was read. AdministratorAccess is public and never changed: every action.
    """
    if is_administrator(arn):
        return replace(stated, id=f"{prefix}/{_ADMINISTRATOR}/0", actions=("*",), resources=("*",))
    bounds = stated.scope == "boundary"
    every = ("*",) if bounds else ()
    condition = Condition("boundary" if bounds else "policy", "policy not in scope")
    id = f"{prefix}/{quote(arn.rsplit('/', 1)[-1])}/missing"
    return replace(stated, id=id, actions=every, resources=every, conditions=(*stated.conditions, condition))
