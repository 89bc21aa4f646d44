"""What conditions of Google Cloud say, as far as that is plain: until when, or that claims of a token have a value.

Anything else that the Common Expression Language can say stays a condition in its own words.
"""

from __future__ import annotations

import re

_LONGEST = 200
# no condition of Google Cloud is longer, says "Quotas and limits" of IAM, than what is looked at here
_READ = 10 * _LONGEST
_TIMED = re.compile(
    r"""\s*request\.time\s*(?P<sign><=?|>=?)\s*timestamp\(\s*(?P<quote>['"])(?P<time>[^'"]+)(?P=quote)\s*\)\s*"""
)
_SIGNS = {"<": "before", "<=": "not after", ">": "after", ">=": "not before"}
_EQUAL = re.compile(r"""\s*assertion\.(?P<claim>[A-Za-z_]\w*)\s*==\s*(?P<quote>['"])(?P<value>[^'"\\]*)(?P=quote)\s*""")


def in_words(expression: str) -> str:
    """Give a condition as a part of a sentence; of one that only says until when, the time.

    Notes
    -----
    Google Cloud, "Configure temporary access".

    Examples
    --------
    >>> in_words('request.time < timestamp("2027-01-01T00:00:00Z")')
    'it is before 2027-01-01T00:00:00Z'
    >>> in_words("resource.name.startsWith('projects/_/buckets/a')")
    "resource.name.startsWith('projects/_/buckets/a') holds"
    """
    timed = _TIMED.fullmatch(expression[:_READ])
    if timed is not None:
        return f"it is {_SIGNS[timed['sign']]} {timed['time'][:_LONGEST]}"
    text = " ".join(expression[:_READ].split())
    return f"{text if len(text) <= _LONGEST else text[:_LONGEST] + '…'} holds"


def claims(expression: str) -> tuple[tuple[str, str], ...] | None:
    """Give the claims of a token that a condition asks to have one value each; None when it asks for more than that.

    Examples
    --------
    >>> claims("assertion.repository_owner == 'acme' && assertion.ref == 'refs/heads/main'")
    (('repository_owner', 'acme'), ('ref', 'refs/heads/main'))
    >>> claims("assertion.repository_owner == 'acme' || true") is None
    True
    """
    if len(expression) > _READ:
        return None
    # a value that holds the sign for "and" leaves parts that are no comparison, and so is not taken apart wrongly
    parts = [_EQUAL.fullmatch(each) for each in expression.split("&&")]
    found = [(each["claim"], each["value"]) for each in parts if each is not None]
    return tuple(found) if len(found) == len(parts) else None
