"""All identities of a kind in an account as one node: who reaches each of them alike has one edge to it, not many."""

from __future__ import annotations

from nhiassess.model.inventory import Identity

# fewer are shown one by one
MANY = 50
_EVERY = "every"


def everyone(account: str, kind: str, service: str = "") -> Identity:
    """Give the identity that stands for every one of a kind in an AWS account.

    Parameters
    ----------
    account, kind:
        Whose they are, and what: user, role or group.
    service:
        Of roles: which service may run with them; every role when it is left out.

    Returns
    -------
    Identity
        A node of the graph only. No file states it, so that it stands in no table and is counted nowhere.

    Examples
    --------
    >>> everyone("111122223333", "role", "lambda.amazonaws.com").name
    'every role of account 111122223333 that lambda may run with'
    """
    id = f"identity:aws/{account}/{_EVERY}/{kind}" + (f"/{service}" if service else "")
    name = f"every {kind} of account {account}"
    if service:
        name = f"{name} that {service.removesuffix('.amazonaws.com')} may run with"
    return Identity(id, kind=kind, name=name, provider="aws")


def everyone_of(id: str) -> Identity | None:
    """Give the identity that stands for every one of a kind by its id; None for any other node.

    Examples
    --------
    >>> everyone_of("identity:aws/111122223333/every/user").name
    'every user of account 111122223333'
    >>> everyone_of("identity:aws/111122223333/user/every") is None
    True
    """
    parts = id.removeprefix("identity:aws/").split("/")
    if not id.startswith("identity:aws/") or len(parts) not in (3, 4) or parts[1] != _EVERY:
        return None
    return everyone(parts[0], parts[2], parts[3] if len(parts) == 4 else "")


def stands_for_others(id: str) -> bool:
    """Tell whether an identity only stands for any of many, so that nobody acts as it itself.

    In Kubernetes it stands in the inventory, for any service account of a namespace or of the cluster, or for any that
    a pod runs as.

    Examples
    --------
    >>> stands_for_others("identity:kubernetes/-/shop/*"), stands_for_others("identity:kubernetes/-/shop/api")
    (True, False)
    >>> stands_for_others("identity:aws/111122223333/every/user")
    True
    """
    return everyone_of(id) is not None or (id.startswith("identity:kubernetes/") and id.endswith(("/*", "/*/pods")))
