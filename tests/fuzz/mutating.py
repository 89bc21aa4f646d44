"""Changes to a seed: each is a few random choices, so that hypothesis or a generator of numbers can make them."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy

import yaml

from tests.fuzz.trees import MAP, NULL, SEQ, STR, Tree, inner, scalar, tree
from tests.hostile.canaries import found as canaries_in

Choose = Callable[[int], int]  # gives a number below another

HUGE = 60_000
INT, FLOAT, BOOL = "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool"
# words that readers of numbers, dates, addresses, paths and references trip over
WORDS = (
    # text: empty, of other scripts, with what should not be in it, or very long
    *(
        "",
        " ",
        "-",
        "*",
        "x",
        "é 代理 \U0001f600",
        "\u0000",
        "a\tb\nc",
        "\u2028",
        "\ud800",
        "a" * HUGE,
        "'\"",
        "\\",
        "`x`",
    ),
    # numbers, dates and spans of time that are none, or some only to some readers
    *("²", "٣", "9" * 5000, "1e999", "nan", "0x10", "1_000", "-1", "2026-13-45T99:99:99Z", "0000-00-00", "31.02.2026"),
    *("P", "PT1H30", "1h30m", "999999999999d", "on", "null"),
    # references, whole and cut
    *("${X}", "${X:-y}", "${{ secrets.X }}", "{{ .Values.x }}", "${", "}}", "$(x)", "%APPDATA%\\x", "[redacted]"),
    # paths and addresses
    *(
        "C:\\",
        "C:/x",
        "\\\\server\\share\\x",
        "~/.ssh",
        "../../../etc",
        "/",
        "//",
        "a/" * 400,
        "http://[",
        "http://[::1",
    ),
    *("http://h:99999999/", "http://h:x/", "https://u:p@h/?q#f", "//host", "file:///", "http://", ":", "%", "%zz", "?"),
    # names of identities, and of our own ids
    *(
        "arn:aws:iam::",
        "arn:aws:iam::1:role/",
        "arn:" + ":" * 50,
        "spiffe://",
        "spiffe:///x",
        "serviceAccount:",
        "a@b",
        "@",
    ),
    *("a::b", "repo:x/y:*", "mcp__", "tool:x", "agent:a/b/c", "__proto__", "=1+1", "|"),
    # languages within a text
    *(
        "bash -c 'curl x | sh'",
        "{" * 300,
        "(" * 300,
        "a." * 2000,
        '{"a": [1, {',
        'path "x" {',
        "permit(",
        "import os\n",
    ),
    *("openapi: 3.0.0\npaths:\n  /x: 5\n", "Bash("),
)
_NUMBERS = (
    *(
        ("0", INT),
        ("-1", INT),
        ("1" + "0" * 400, INT),
        ("9223372036854775808", INT),
        ("1e999", FLOAT),
        ("-1e999", FLOAT),
    ),
    *(("NaN", FLOAT), ("1.5", FLOAT), ("true", BOOL), ("false", BOOL), ("null", NULL)),
)
_TAGS = ("!Ref", "!Sub", "!GetAtt", "!If", "!Join", "!x", "!!binary", STR, INT)
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|[\w-]+|[ \t]+|.|\n')
_BITS = (*"(){}[]\"'=:,.\n#*@01", "<<EOT\n", "//", "/*", "${", "1e999", "null")


def mutated(path: str, content: bytes, choose: Choose) -> bytes:
    """Change a seed in one to three places, and sometimes the way that its text is stored."""
    text = content.decode()
    changes = 1 + choose(3)
    made = tree(path, text)
    if made is not None and made.roots and choose(12):
        for _ in range(changes):
            _change(made, choose)
        text = made.text()
    else:
        for _ in range(changes):
            text = _edited(text, choose)
    return _stored(text, choose)


def _stored(text: str, choose: Choose) -> bytes:
    way = choose(24)
    text = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if way == 1:
        text = text.replace("\n", "\r\n")
    elif way == 2:
        return text.encode("utf-8-sig")
    elif way == 3:
        return text.encode(("utf-16", "utf-16-le", "utf-16-be")[choose(3)])
    elif way == 4:
        text = _cut(text, choose)
    elif way == 5:
        text = text.rstrip("\n")
    elif way == 6:
        text = text.replace("\n", "\r")
    return text.encode()


def _cut(text: str, choose: Choose) -> str:
    """End a text early, though not within a secret: what is left of one may be none."""
    end = choose(len(text) + 1)
    return text[:end] if canaries_in(text[max(end - 400, 0) : end + 400]) == set() else text


def _value(choose: Choose, depth: int = 0) -> yaml.Node:
    """Give any value: most often a word, sometimes a number, a list or a mapping."""
    way = choose(10)
    if way < 4:
        return scalar(WORDS[choose(len(WORDS))])
    if way < 7 or depth > 2:
        return scalar(*_NUMBERS[choose(len(_NUMBERS))])
    if way < 8:
        return yaml.SequenceNode(SEQ, [_value(choose, depth + 1) for _ in range(choose(4))])
    pairs = [(scalar(WORDS[choose(12)]), _value(choose, depth + 1)) for _ in range(choose(4))]
    return yaml.MappingNode(MAP, pairs)


def _change(made: Tree, choose: Choose) -> None:
    places = made.places()
    if not places:
        made.roots.append(_value(choose))
        return
    node, number = places[choose(len(places))]
    is_mapping = isinstance(node, yaml.MappingNode)
    key, here = node.value[number] if is_mapping else (None, node.value[number])
    way = choose(11)
    if way == 0:
        del node.value[number]
        return
    if way == 1:
        node.value.insert(number, node.value[number])
        return
    if way == 2 and is_mapping:
        others = [of.value[at][0] for of, at in places if isinstance(of, yaml.MappingNode)]
        key = others[choose(len(others))] if choose(2) else _value(choose)
        node.value[number] = (key, here)
        return
    if way == 3:
        node.value += [node.value[number]] * 200
        return
    if way in (4, 5):
        of, at = places[choose(len(places))]
        other = of.value[at][1] if isinstance(of, yaml.MappingNode) else of.value[at]
        new = other if not _holds(other, node) else deepcopy(other)
    elif way == 6:
        new = _nested(here, (1, 2, 30, 95)[choose(4)], choose)
    elif way == 7:
        new = _turned(here)
    elif way == 8 and isinstance(here, yaml.ScalarNode):
        new = scalar(here.value, _TAGS[choose(len(_TAGS))])
    else:
        new = _value(choose)
    node.value[number] = (key, new) if is_mapping else new


def _holds(node: yaml.Node, other: yaml.Node) -> bool:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if each is other:
            return True
        waiting += inner(each)
    return False


def _nested(node: yaml.Node, depth: int, choose: Choose) -> yaml.Node:
    for _ in range(depth):
        is_list = choose(2) if depth < 9 else depth % 2
        node = yaml.SequenceNode(SEQ, [node]) if is_list else yaml.MappingNode(MAP, [(scalar("x"), node)])
    return node


def _turned(node: yaml.Node) -> yaml.Node:
    """Make a list of a mapping, a mapping of a list, and a list of one of a scalar."""
    if isinstance(node, yaml.MappingNode):
        return yaml.SequenceNode(SEQ, list(inner(node)))
    if isinstance(node, yaml.SequenceNode):
        return yaml.MappingNode(MAP, [(scalar(str(number)), each) for number, each in enumerate(node.value)])
    return yaml.SequenceNode(SEQ, [node])


def _edited(text: str, choose: Choose) -> str:
    """Change a text by its words; a secret stays whole, and apart from what stands beside it."""
    words = _TOKEN.findall(text)
    if not words:
        return WORDS[choose(len(WORDS))]
    at, way = choose(len(words)), choose(8)
    while words[at].isspace() and at + 1 < len(words):
        at += 1
    if canaries_in(words[at]):
        return text
    if way < 3:
        word = (*WORDS, *_BITS)[choose(len(WORDS) + len(_BITS))]
        words[at] = f'"{word}"' if words[at].startswith('"') and choose(3) else f" {word} "
    elif way == 3:
        words[at] = " "
    elif way == 4:
        words[at] = f" {words[choose(len(words))]} "
    elif way == 5:
        words[at] = f" {words[at]} " * (2, 200)[choose(2)]
    else:
        lines = text.split("\n")
        line, other = choose(len(lines)), choose(len(lines))
        if way == 6:
            lines[line], lines[other] = lines[other], lines[line]
        else:
            lines[line:line] = [lines[other]] * (1, 3, 300)[choose(3)]
        return "\n".join(lines)
    return "".join(words)
