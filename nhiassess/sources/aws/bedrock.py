"""Agents of Amazon Bedrock and AgentCore as CloudFormation, SAM and Terraform deploy them, and as the API lists them.

After AWS's "Amazon Bedrock resource type reference" and "Amazon Bedrock AgentCore resource type reference", and the
pages of the ``aws`` and ``awscc`` providers. The API of Bedrock admits signed requests only, so the endpoint of an
agent is ``iam``. What the roles may do is read by `aws_deployed_iam`.
"""

from __future__ import annotations

from collections.abc import Sequence

from nhiassess.model.inventory import Inventory
from nhiassess.sources.aws.bedrock_agents import Agents
from nhiassess.sources.aws.bedrock_answers import answer, is_answer
from nhiassess.sources.aws.bedrock_core import Core
from nhiassess.sources.aws.bedrock_starts import Starts
from nhiassess.sources.aws.deployments import deployments, group_of, is_deployment
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile


class Bedrock:
    """Agents of Amazon Bedrock."""

    name = "bedrock"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise templates, Terraform that may deploy to AWS, and answers of the API."""
        return is_deployment(path, head) or is_answer(path, head)

    def group(self, path: str) -> str:
        """Let the Terraform of a folder belong together, and any other file stand alone."""
        return group_of(path)

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read agents with their tools, roles and limits; what the files take from elsewhere is named."""
        found = Gathering()
        answers = [file for file in files if is_answer(file.path, file.document.text[:4096])]
        made = [answer(file, found) for file in answers]
        rest = [file for file in files if file not in answers]
        aside = Gathering()
        for each in (*made, *deployments(rest, aside)):
            before = len(found.agents) + len(found.tool_servers)
            agents = Agents(each, found)
            agents.everything()
            Core(each, found).everything()
            Starts(agents).everything()
            if len(found.agents) + len(found.tool_servers) > before:
                found.skipped += aside.skipped
        return found.inventory()


SOURCE = Bedrock()
