"""What a job of GitLab CI/CD is once its templates, the defaults and the variables of the pipeline are laid under it.

Shapes are those of GitLab's "CI/CD YAML syntax reference": a job takes the keys of what it extends, mappings key by
key and all others whole; a default counts where the job states nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nhiassess.formats.format import Node
from nhiassess.sources.pipelines.pipeline_jobs import Script
from nhiassess.sources.source import ReadFile

# keys of a pipeline that are no jobs; `pages` is one
NOT_JOBS = frozenset({
    "default", "include", "stages", "variables", "workflow", "image", "services", "cache", "before_script",
    "after_script", "spec", "types", "inputs",
})  # fmt: skip
_DEFAULTS = ("image", "services", "before_script", "after_script", "tags", "timeout", "id_tokens")
_SCRIPTS = ("before_script", "script", "after_script")
_MOST_STEPS = 20_000  # of one job; references within references would have no end
_MAPPINGS = frozenset({"variables", "id_tokens", "secrets"})
_KEYS = _MAPPINGS | {*_DEFAULTS, "script", "rules", "only", "when", "environment", "trigger", "inherit"}
_MOST_JOBS = 2_000  # templates included
_MOST_PARENTS = 20  # of one job; the last would hide the others
_DEEPEST = 11  # levels that GitLab follows
_SOURCE = re.compile(r"\$CI_PIPELINE_SOURCE\s*==\s*[\"'](?P<event>\w{1,60})[\"']")
_OF_MERGE_REQUESTS = re.compile(r"\$CI_MERGE_REQUEST_\w+")
_OF_BRANCHES = re.compile(r"\$CI_COMMIT_(?P<kind>BRANCH|TAG)\b")
_WORDS = {"merge_requests": "merge_request_event", "external_pull_requests": "external_pull_request_event"}
ANY = "any pipeline"
# what brings a change of somebody who may be no member of the project
FROM_OUTSIDE = frozenset({"merge_request_event", "external_pull_request_event", ANY})


@dataclass(frozen=True, slots=True)
class Layer:
    """A value of one key, the file it stands in, and the job or template that states it."""

    file: ReadFile
    node: Node
    of: str


@dataclass(slots=True)
class Whole:
    """A job with everything laid under it; of each key the layers, the strongest last."""

    layers: dict[str, list[Layer]] = field(default_factory=dict)
    missing: dict[str, Layer] = field(default_factory=dict)  # templates that no file here states

    def last(self, key: str) -> Layer | None:
        """Give the layer that counts of a key whose values replace one another."""
        found = self.layers.get(key)
        return found[-1] if found else None

    def size(self) -> int:
        """Count what is laid over one another."""
        return sum(1 for key in _MAPPINGS for layer in self.layers.get(key, ()) for _ in layer.node.items())

    def entries(self, key: str) -> dict[str, Layer]:
        """Give the entries of a key whose mappings are laid over one another."""
        return {
            name: Layer(layer.file, node, layer.of)
            for layer in self.layers.get(key, ())
            for name, node in layer.node.items()
        }


class Pipeline:
    """The files of one repository, read together: jobs and templates by name, defaults and variables."""

    def __init__(self, files: Sequence[ReadFile]) -> None:
        self.stated: dict[str, list[Layer]] = {}
        self.globals: dict[str, list[Layer]] = {}
        for file in files:
            for root in file.document.roots:
                for key, node in root.items():
                    if key in NOT_JOBS:
                        self.globals.setdefault(key, []).append(Layer(file, node, key))
                    elif node.is_mapping:
                        self.stated.setdefault(key, []).append(Layer(file, node, key))
        self.left_out = list(self.stated.items())[_MOST_JOBS:]
        self.stated = dict(list(self.stated.items())[:_MOST_JOBS])
        self._whole: dict[str, Whole] = {}

    def jobs(self) -> Iterator[tuple[str, Layer]]:
        """Give the jobs that run, each with the mapping that states it; a name with a dot is a template."""
        for name, layers in self.stated.items():
            if not name.startswith("."):
                yield name, layers[-1]

    def whole(self, name: str) -> Whole:
        """Give a job with its templates, the defaults and the variables of the pipeline under it."""
        own = self._with_templates(name, _DEEPEST, frozenset())
        whole = Whole({key: list(layers) for key, layers in own.layers.items()}, dict(own.missing))
        inherit = own.last("inherit")
        switches = inherit.node if inherit is not None else Node(None)
        for key in _DEFAULTS:
            if key not in whole.layers and _inherits(switches, "default", key):
                for default in self._defaults(key):
                    whole.layers[key] = [default]
        given = [each for each in self.globals.get("variables", ()) if _inherits(switches, "variables", "")]
        if given:
            whole.layers["variables"] = given + whole.layers.get("variables", [])
        return whole

    def scripts(self, whole: Whole) -> tuple[list[Script], list[Layer]]:
        """Give the scripts of a job in the order in which they run, and the references in them that lead nowhere."""
        found: list[Script] = []
        astray: list[Layer] = []
        pending = [(each, _DEEPEST) for key in reversed(_SCRIPTS) if (each := whole.last(key)) is not None]
        for _ in range(_MOST_STEPS):
            if not pending:
                break
            layer, levels = pending.pop()
            node = layer.node
            if node.tag == "!reference":
                target = self._referred(node) if levels else None
                if target is None:
                    astray.append(layer)
                else:
                    pending.append((target, levels - 1))
            elif node.is_sequence:
                pending += [(Layer(layer.file, each, layer.of), levels) for each in reversed(node.elements())]
            elif node.text():
                found.append(Script(layer.file, node))
        return found, astray

    def _referred(self, reference: Node) -> Layer | None:
        name, *path = (each.text() or "" for each in reference.elements()) if reference.elements() else ("",)
        stated = self.stated.get(name) or self.globals.get(name)
        node = stated[-1].node.get(*path) if stated else None
        return Layer(stated[-1].file, node, name) if stated and node is not None else None

    def _defaults(self, key: str) -> Iterator[Layer]:
        yield from self.globals.get(key, ())  # the older place, at the top of the file
        for layer in self.globals.get("default", ()):
            node = layer.node.get(key)
            if node is not None:
                yield Layer(layer.file, node, "default")

    def _with_templates(self, name: str, levels: int, within: frozenset[str]) -> Whole:
        if name in self._whole:
            return self._whole[name]
        whole = Whole()
        for stated in self.stated.get(name, ()):
            parents = stated.node.get("extends")
            for parent in parents.listed()[:_MOST_PARENTS] if parents is not None else ():
                called = parent.text()
                if not called:
                    continue
                if called not in self.stated or called in within or called == name or not levels:
                    whole.missing[called] = Layer(stated.file, parent, name)
                    continue
                above = self._with_templates(called, levels - 1, within | {name})
                _lay(whole, above.layers)
                whole.missing |= above.missing
            own = {key: [Layer(stated.file, node, name)] for key, node in stated.node.items() if key in _KEYS}
            _lay(whole, own)
        self._whole[name] = whole
        return whole


def _lay(whole: Whole, over: Mapping[str, Sequence[Layer]]) -> None:
    for key, layers in over.items():
        if key in _MAPPINGS:
            # a template that comes twice counts where it comes last
            last = {id(each.node): each for each in reversed((*whole.layers.get(key, ()), *layers))}
            whole.layers[key] = list(last.values())[::-1]
        else:
            whole.layers[key] = [*layers[-1:]]


def _inherits(switches: Node, kind: str, key: str) -> bool:
    stated = switches.get(kind)
    if stated is None:
        return True
    if stated.is_sequence:
        return not key or any(each.text() == key for each in stated.elements())
    return stated.flag() is not False


def events(pipeline: Pipeline, whole: Whole) -> tuple[str, ...]:
    """Give what starts a job: sources of pipelines, branches and tags, or any pipeline when a rule names none.

    Parameters
    ----------
    pipeline, whole:
        The pipeline, whose ``workflow`` may narrow it, and the job.

    Returns
    -------
    tuple of str
        In the words of the file. A job without rules runs for branches and tags.

    Notes
    -----
    GitLab, "CI/CD YAML syntax reference": ``rules``, ``only`` and ``workflow``.
    """
    rules, only = whole.last("rules"), whole.last("only")
    if rules is None and only is None:
        return ("branches", "tags")
    if rules is None:
        return tuple(dict.fromkeys(_words(only.node))) if only is not None else ()
    found = _of_rules(rules.node)
    if ANY not in found:
        return found
    narrowed = [_of_rules(node) for each in pipeline.globals.get("workflow", ()) if (node := each.node.get("rules"))]
    return narrowed[-1] if narrowed else found


def _words(only: Node) -> Iterator[str]:
    refs = only.get("refs") if only.is_mapping else only
    for each in refs.listed() if refs is not None else ():
        word = each.text() or ""
        yield _WORDS.get(word, word) or ANY


def _of_rules(rules: Node) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for rule in rules.elements():
        when = rule.get("when")
        if when is not None and when.text() == "never":
            continue
        condition = rule.get("if")
        text = (condition.text() or "")[:4000] if condition is not None else ""
        named = [match["event"] for match in _SOURCE.finditer(text)]
        if not named and _OF_MERGE_REQUESTS.search(text):
            named = ["merge_request_event"]
        if not named and (kind := _OF_BRANCHES.search(text)):
            named = ["branches" if kind["kind"] == "BRANCH" else "tags"]
        found.update(dict.fromkeys(named or [ANY]))
    return tuple(found)
