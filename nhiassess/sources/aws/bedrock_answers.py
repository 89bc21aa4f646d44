"""Answers of Bedrock's API, ``get-agent`` and ``list-agents``, as what is deployed."""

from __future__ import annotations

from nhiassess.sources.aws.deployed import Deployed, Deployment
from nhiassess.sources.aws.deployed_values import text_of
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile


def is_answer(path: str, head: str) -> bool:
    """Tell whether a file is such an answer.

    Examples
    --------
    >>> is_answer("a.json", '{"agentSummaries": [{"agentId": "A"}]}'), is_answer("a.json", '{"agent": {}}')
    (True, False)
    """
    if not path.lower().endswith(".json") or '"agentId"' not in head:
        return False
    return '"agentSummaries"' in head or '"agentResourceRoleArn"' in head or '"foundationModel"' in head


def answer(file: ReadFile, found: Gathering) -> Deployment:
    """Read an answer.

    Parameters
    ----------
    file:
        The file.
    found:
        What was gathered; a list says in it that it does not tell everything.

    Returns
    -------
    Deployment
        With each agent under its id.
    """
    root = file.document.root
    made = Deployment(file.path)
    listed = root.get("agentSummaries")
    if listed is not None:
        reason = "a list of agents tells neither roles nor action groups: hand over `get-agent` of each as well"
        found.skip(file.at(listed), "agentSummaries", "agent", reason)
    single = root.get("agent") or (root if root.get("agentId") is not None else None)
    for node in listed.elements() if listed is not None else (single,):
        address = text_of(node.get("agentId")) if node is not None else None
        if node is None or address is None:
            continue
        kind = "AWS::Bedrock::Agent"
        made.know(address, kind, text_of(node.get("agentName")))
        made.add(Deployed(address, kind, file, node, file.at(node)))
    return made
