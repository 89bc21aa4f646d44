"""The stages of a Jenkinsfile, read as text: scripts with the credentials bound around them, and where they run.

Shapes are those of Jenkins' documentation, "Pipeline Syntax" and "Credentials Binding". A Jenkinsfile is a program:
what it computes is not computed here, and a script, stage or credential that it makes at run time is named as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import Node
from nhiassess.formats.groovy import Token, pairs, tokens
from nhiassess.formats.taken import Taken
from nhiassess.sources.pipelines.jenkins_arguments import Binding, argument, bindings, role, seconds
from nhiassess.sources.pipelines.pipeline_jobs import Script
from nhiassess.sources.source import ReadFile

_SHELLS = frozenset({"sh", "bat", "powershell", "pwsh"})
_CONTAINERS = frozenset({"docker", "dockerfile", "kubernetes", "container", "inside"})
_DEEPEST = 10  # stages within stages
_TRIGGERS = frozenset({
    "cron", "pollSCM", "upstream", "githubPush", "gitlab", "bitbucketPush", "GenericTrigger", "issueCommentTrigger",
})  # fmt: skip
# steps that bind credentials for the block after them, and the arguments that name them
_BINDERS = frozenset({"withCredentials", "sshagent", "withAWS", "withRegistry", "withKubeConfig", "withVault"})
_ELSEWHERE = {
    "library": "a shared library",
    "Library": "a shared library",
    "load": "another file of Groovy",
    "build": "another job",
    "evaluate": "text that is run as Groovy",
}


@dataclass(frozen=True, slots=True)
class Run:
    """A script, and the credentials that are bound around it."""

    script: Script
    bindings: tuple[Binding, ...]


@dataclass(slots=True)
class Stage:
    """A stage, or the whole pipeline when it stands above all; what it leaves open is asked of the stage above."""

    name: str
    token: Token
    above: Stage | None = None
    runs: list[Run] = field(default_factory=list)
    variables: dict[str, Node | Binding] = field(default_factory=dict)
    sandbox: str | None = None
    places: list[tuple[str, Token]] = field(default_factory=list)  # labels and images
    seconds: int | None = None
    approval: Token | None = None
    events: list[str] = field(default_factory=list)
    roles: list[tuple[Token, str]] = field(default_factory=list)
    open: list[tuple[str, Token]] = field(default_factory=list)  # what no file tells

    def chain(self) -> list[Stage]:
        """Give the stage and those above it, the nearest first."""
        found: list[Stage] = []
        here: Stage | None = self
        while here is not None and len(found) < 2 * _DEEPEST:
            found.append(here)
            here = here.above
        return found


@dataclass(frozen=True, slots=True)
class _Frame:
    """A block that is open: what opened it, the stage it belongs to, and the credentials bound in it."""

    name: str
    stage: Stage
    bindings: tuple[Binding, ...] = ()
    parent: str = ""


def stages(file: ReadFile) -> list[Stage]:
    """Read the stages of a Jenkinsfile.

    Parameters
    ----------
    file:
        The file.

    Returns
    -------
    list of Stage
        The whole pipeline first, then its stages in file order.
    """
    return _Reading(file).stages


class _Reading:
    """One pass over the tokens of a file."""

    def __init__(self, file: ReadFile) -> None:
        self.file = file
        self.taken = Taken(file.document)
        self.read = tokens(file.document.text)
        self.closes = pairs(self.read)
        first = self.read[0] if self.read else Token("line", "", 1, 1)
        self.stages = [Stage("", first)]
        self.stack = [_Frame("", self.stages[0])]
        self.pending: _Frame | None = None
        place = 0
        while place < len(self.read):
            place = self._next(place)

    def at(self, place: int) -> Token:
        """Give a token; a line's end beyond the last."""
        return self.read[place] if place < len(self.read) else Token("line", "", 1, 1)

    def node(self, token: Token) -> Node:
        """Give a string as a node, with the secrets that were taken out of it."""
        secrets = self.taken.at(token.line, token.column, token.text)
        return Node(token.text, token.line, token.column, token.line, token.column, secrets=secrets)

    def _next(self, place: int) -> int:
        token = self.read[place]
        if token.is_sign("{"):
            top = self.stack[-1]
            self.stack.append(self.pending or _Frame("", top.stage, top.bindings, top.name or top.parent))
            self.pending = None
        elif token.is_sign("}"):
            if len(self.stack) > 1:
                self.stack.pop()
        elif token.kind == "name":
            return self._named(place)
        return place + 1

    def _named(self, place: int) -> int:
        """Read a word: a step or directive with its arguments, or the name of a variable."""
        token, top = self.read[place], self.stack[-1]
        after = self.at(place + 1)
        end = self.closes.get(place + 1) if after.is_sign("(") else None
        arguments = self.read[place + 2 : end] if end is not None and token.text in _TAKEN else ()
        first = next((each for each in arguments or (after,) if each.kind == "string"), None)
        if top.name == "environment" and after.is_sign("="):
            return self._variable(place)
        if token.text == "stage" and (after.is_sign("(") or after.kind == "string"):
            return self._opens(end, place, _Frame("stage", self._stage(token, first), top.bindings))
        if token.text in _BINDERS:
            bound = tuple(bindings(token.text, arguments))
            if not bound and token.is_name("withCredentials", "sshagent"):
                top.stage.open.append(("credentials whose ids are computed", token))
            top.stage.roles += role(arguments)
            return self._opens(end, place, _Frame(token.text, top.stage, (*top.bindings, *bound)[-100:], top.name))
        if token.text in _SHELLS and (after.is_sign("(") or after.kind in ("string", "name")):
            self._shell(token, arguments or self._rest(place + 1))
            return (end or place) + 1
        self._surroundings(place, token, first, arguments)
        return self._opens(end if token.text in _TAKEN else None, place, None)

    def _stage(self, token: Token, named: Token | None) -> Stage:
        above = self.stack[-1].stage
        if named is None or named.is_open:
            above.open.append(("a stage whose name is computed", token))
        name = named.text if named is not None else "(computed)"
        whole = f"{above.name}/{name}" if above.name and above.name.count("/") < _DEEPEST else name
        stage = Stage(whole, token, above)
        self.stages.append(stage)
        return stage

    def _opens(self, end: int | None, place: int, frame: _Frame | None) -> int:
        """Go on after the arguments; the block that follows them is that of the frame."""
        following = (end if end is not None else place) + 1
        while frame is not None and end is None and self.at(following).kind == "string":
            following += 1
        top = self.stack[-1]
        if self.at(following).is_sign("{"):
            name = self.read[place].text
            self.pending = frame or _Frame(name, top.stage, top.bindings, top.name)
        return following

    def _rest(self, place: int) -> Sequence[Token]:
        """Give the tokens up to the end of the line, as a step without brackets has its arguments."""
        end = place
        while end < len(self.read) and end < place + 40 and self.read[end].kind != "line":
            end += 1
        return self.read[place:end]

    def _variable(self, place: int) -> int:
        """Read an entry of an ``environment`` block."""
        stage, name, value = self.stack[-1].stage, self.read[place].text, self.at(place + 2)
        if value.is_name("credentials"):
            id = next((each for each in self._rest(place + 3) if each.kind == "string"), None)
            if id is None or id.is_open:
                stage.open.append(("a credential whose id is computed", value))
            else:
                stage.variables[name] = Binding(id.text, "credentials", (name,), id)
            return place + 3
        if value.kind == "string" and not value.is_open:
            stage.variables[name] = self.node(value)
        return place + 3 if value.kind == "string" else place + 2

    def _shell(self, token: Token, arguments: Sequence[Token]) -> None:
        top = self.stack[-1]
        named = next((at + 2 for at, each in enumerate(arguments[:-2]) if each.is_name("script")), 0)
        script = arguments[named] if named < len(arguments) else token
        if script.kind != "string":
            top.stage.open.append(("a script that is computed", token))
            return
        top.stage.runs.append(Run(Script(self.file, self.node(script)), top.bindings))
        if named + 1 < len(arguments) and arguments[named + 1].is_sign("+"):
            top.stage.open.append(("a script that is put together from parts", token))

    def _surroundings(self, place: int, token: Token, first: Token | None, arguments: Sequence[Token]) -> None:
        """Read what says where a stage runs, how long, what starts it, and who has to agree."""
        top, after = self.stack[-1], self.at(place + 1)
        stage, word = top.stage, token.text
        in_agent = top.name == "agent" or top.parent == "agent"
        if word in _CONTAINERS and (in_agent or word in ("container", "inside")):
            stage.sandbox = "container"
        if first is not None and (word == "image" or (in_agent and word in ("label", "docker"))):
            stage.places.append((word, first))
        elif word == "node" and first is not None and after.is_sign("("):
            stage.places.append(("label", first))
        elif word == "agent" and after.kind == "name" and not after.is_name("none"):
            stage.places.append(("agent", after))
        elif (top.name == "triggers" and word in _TRIGGERS) or (top.name == "when" and word == "changeRequest"):
            stage.events.append(word)
        elif word == "timeout":
            stage.seconds = seconds(arguments) or stage.seconds
        elif word == "input" and top.name in ("stage", "steps") and not stage.runs:
            if after.kind in ("string", "name") or after.is_sign("(", "{"):
                stage.approval = token
        elif word in _ELSEWHERE and not self.at(place - 1).is_sign(".", "?."):
            self._elsewhere(place, token, first)

    def _elsewhere(self, place: int, token: Token, first: Token | None) -> None:
        """Note what runs that stands in no script of the file."""
        after = self.at(place + 1)
        named = first or (argument(self._rest(place + 1), "job", "identifier"))
        if named is not None or after.is_sign("("):
            shown = f" ({named.text})" if named is not None and not named.is_open else ""
            self.stack[-1].stage.open.append((f"{_ELSEWHERE[token.text]}{shown}", token))


# words whose arguments are read as a whole; the arguments of all others are walked like any text
_TAKEN = frozenset({"stage", "timeout", "node", "library", "Library", "load", "input", *_BINDERS, *_SHELLS, *_TRIGGERS,
                    "label", "image", "container"})  # fmt: skip
