"""Variables that Gemini CLI reads from `.gemini/.env`, or from a `.env` that names one of its own.

From its documentation (google-gemini/gemini-cli: docs/reference/configuration.md, docs/cli/trusted-folders.md): the
first of these files counts that is found from the folder upwards, once the folder is trusted; what the shell has set
is stronger. ``GOOGLE_GEMINI_BASE_URL`` sends the traffic of the model elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Agent, Inventory, Location
from nhiassess.sources.clients.agent_settings import read_settings, scope_of
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, folder

PLATFORM = "gemini"
_OWN = re.compile(r"(?:^|/)\.gemini/\.env$")
_PLAIN = re.compile(r"(?:^|/)\.env$")
# a key of the model may be that of any program
_VARIABLES = "GOOGLE_GEMINI_BASE_URL|GOOGLE_VERTEX_BASE_URL|GEMINI_SANDBOX|GEMINI_TRUST_WORKSPACE"
_SIGN = re.compile(rf"(?m)^[ \t]*(?:export[ \t]+)?(?:{_VARIABLES})[ \t]*=")
_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_]\w*)[ \t]*=[ \t]*(?P<value>.*)")


class GeminiEnvironment:
    """Files of variables that Gemini CLI loads."""

    name = "gemini_environment"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise the file in the folder of Gemini, and one beside it that names a variable of Gemini."""
        return bool(_OWN.search(path) or (_PLAIN.search(path) and _SIGN.search(head)))

    def group(self, path: str) -> str:
        """Let each file stand alone."""
        return path

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read the variables as settings of the agent, and those that hold a secret as its credentials."""
        found = Gathering()
        for file in files:
            where = folder(file.path)
            agent = f"agent:{PLATFORM}/{where}/{PLATFORM}"
            if _OWN.search(file.path):
                found.agents.append(Agent(agent, PLATFORM, PLATFORM, locations=(Location(file.path),)))
            read_settings(file, _variables(file), agent, scope_of(where), found)
        return found.inventory()


def _variables(file: ReadFile) -> Iterator[tuple[str, Node]]:
    """Give the variables with their places; of a plain file those of Gemini only."""
    document = file.document
    for number, line in enumerate(document.body.split("\n"), start=document.body_line or 1):
        stated = _LINE.match(line.rstrip("\r"))
        if stated is None or not (_OWN.search(file.path) or _SIGN.match(line)):
            continue
        text = stated["value"].strip()
        quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
        value = text[1:-1] if quoted else text.split(" #", 1)[0].rstrip()
        column = stated.start("value") + 1 + quoted
        secrets = tuple(each for each in document.secrets if each.line == number)
        yield f"env.{stated['name']}", Node(value, number, column, number, stated.start("name") + 1, secrets=secrets)


SOURCE = GeminiEnvironment()
