"""YAML: values, tags, documents, anchors, places, traps and bombs."""

from __future__ import annotations

import pytest
import yaml as standard

from nhiassess.errors import FormatError
from nhiassess.formats.format import MAX_DEPTH
from nhiassess.formats.yaml import parse
from tests.formats.looking import at


def plain(text: str) -> object:
    return parse("x.yaml", text).roots[0].plain()


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: -2.5\nc: true\nd: null\ne: ~\nf:\ng: 0x1F\nh: 1e3x\ni: .inf\n",
        "a: |\n  two\n  lines\nb: >-\n  folded\n  text\n",
        "- [a, 'b', \"c\\td\"]\n- {e: f, g: [h]}\n- - nested\n",
        "base: &base {a: 1, b: 2}\nmore: {<<: *base, b: 3}\nlist:\n  <<: [*base, {c: 4}]\n",
        "a: &x [1, 2]\nb: *x\nc: *x\n",
        "%YAML 1.1\n---\na: !!str 12\nb: !!int '3'\n",
        "'quoted: key': \"é 😀\"\n",
        "a: 'no'\nb: \"1\"\n",
    ],
)
def test_values_agree_with_the_standard_reader(text: str) -> None:
    assert plain(text) == standard.safe_load(text)


def test_scalars_are_those_of_yaml_1_2_and_keys_stay_as_written() -> None:
    text = "on: yes\noff: no\ny: 1:30\ndate: 2026-01-01\naccount: 012345678901\n1: one\ntrue: t\nnull: n\n1.10: v\n"
    assert plain(text) == {
        "on": "yes", "off": "no", "y": "1:30", "date": "2026-01-01", "account": "012345678901", "1": "one", "true": "t",
        "null": "n", "1.10": "v",
    }  # fmt: skip


def test_unknown_tags_are_kept() -> None:
    root = parse("x.yaml", "a: !Ref Role\nb: !Sub '${A}-x'\nc: !GetAtt [R, Arn]\nd: !Foo {e: 1}\n").roots[0]
    assert [node.tag for _, node in root.items()] == ["!Ref", "!Sub", "!GetAtt", "!Foo"]
    assert root.plain() == {"a": "Role", "b": "${A}-x", "c": ["R", "Arn"], "d": {"e": 1}}


def test_several_documents_are_several_roots_and_empty_ones_none() -> None:
    parsed = parse("x.yaml", "---\na: 1\n---\n# nothing\n---\nb: 2\n...\n---\n")
    assert [root.plain() for root in parsed.roots] == [{"a": 1}, {"b": 2}]
    assert [root.line for root in parsed.roots] == [2, 6]
    assert parsed.problems == ()


def test_a_template_outside_quotes_stays_its_text() -> None:
    node = at(parse("x.yaml", "name: {{ .Values.name }}\nsize: 2\n").roots[0], "name")
    assert (node.value, node.tag) == ("{{ .Values.name }}", "template")


def test_every_node_knows_its_place_and_that_of_its_key() -> None:
    root = parse("x.yaml", "a:\r\n  - b: x\r\n    c:   y\r\nd: &n {e: 1}\r\nf: *n\r\n").roots[0]
    node, alias = at(root, "a", 0, "c"), at(root, "f")
    assert (node.line, node.column, node.key_line, node.key_column) == (3, 10, 3, 5)
    assert (alias.line, alias.key_line) == (4, 5)


def test_a_key_that_stands_twice_is_told_with_both_places_and_the_later_counts() -> None:
    parsed = parse("x.yaml", "a:\n  b: 1\n  c: 0\n  b: 2\nl:\n- {d: 1, d: 2}\n")
    assert parsed.roots[0].plain() == {"a": {"b": 2, "c": 0}, "l": [{"d": 2}]}
    assert [(each.line, each.column, each.path) for each in parsed.problems] == [(4, 3, "$.a.b"), (6, 10, "$.l[0].d")]
    assert "line 2, column 3" in parsed.problems[0].what


@pytest.mark.parametrize("trap", ["yes", "No", "on", "off", "y", "1:30", "0755", "1.10", "2.0"])
def test_traps_are_problems_in_files_of_our_own_only(trap: str) -> None:
    assert parse("x.yaml", f"a: {trap}\n").problems == ()
    assert [each.path for each in parse("x.yaml", f"a: {trap}\n", strict=True).problems] == ["$.a"]
    assert parse("x.yaml", f"a: '{trap}'\n", strict=True).problems == ()


def test_a_second_document_is_a_problem_in_files_of_our_own_only() -> None:
    assert [each.line for each in parse("x.yaml", "a: 1\n---\nb: 2\n", strict=True).problems] == [2]


def bomb(width: int, levels: int) -> str:
    lines = [f"a0: &a0 [{', '.join(['x'] * width)}]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * width)}]" for level in range(1, levels)]
    return "\n".join(lines)


def test_a_few_aliases_expand_and_billions_do_not() -> None:
    assert len(str(plain(bomb(5, 4)))) > 1000
    with pytest.raises(FormatError, match="aliases expand to more than 100,000"):
        parse("x.yaml", bomb(10, 9))


def test_merge_keys_count_as_aliases() -> None:
    wide = "base: &b {" + ", ".join(f"k{number}: 1" for number in range(1000)) + "}\n"
    with pytest.raises(FormatError, match="aliases expand"):
        parse("x.yaml", wide + "".join(f"m{number}: {{<<: *b}}\n" for number in range(200)))


@pytest.mark.parametrize("text", ["a: &a [*a]", "&a {b: *a}", "a: *missing"])
def test_an_alias_without_an_anchor_before_it_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="names no anchor above"):
        parse("x.yaml", text)


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_depth_has_a_limit_that_costs_no_recursion(opening: str) -> None:
    with pytest.raises(FormatError):
        parse("x.yaml", opening * 200_000)
    deep = "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60
    with pytest.raises(FormatError, match=f"deeper than {MAX_DEPTH}"):
        parse("x.yaml", deep)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a:\n\tb: 1\n", "x.yaml:2:1"),
        ("a: [1\nb: 2\n", "x.yaml:2:2"),
        ("a: b: c\n", "x.yaml:1:5"),
        ("a: \x07\n", "x.yaml:1:1"),
    ],
)
def test_what_is_not_yaml_is_refused_at_its_place(text: str, where: str) -> None:
    with pytest.raises(FormatError, match="not YAML") as caught:
        parse("x.yaml", text)
    assert caught.value.complaints[0].where == where


def test_a_template_that_is_no_yaml_is_called_a_template() -> None:
    with pytest.raises(FormatError, match="a template, not YAML until it is rendered"):
        parse("x.yaml", "{{- if .Values.rbac }}\nkind: Role\n{{- end }}\n")


@pytest.mark.parametrize("sign", ["\x85", "\u2028", "\u2029"])
def test_lines_are_those_that_an_editor_counts(sign: str) -> None:
    found = parse("x.yaml", f'a: "x{sign}y"\nb: [c]\n').roots[0]
    assert [(each.key_line, each.key_column, each.line, each.column) for _, each in found.items()][1] == (2, 1, 2, 4)


def test_a_complaint_stands_on_a_line_of_the_text() -> None:
    with pytest.raises(FormatError) as caught:
        parse("x.yaml", "a:\n  - b: c\nagents")
    assert caught.value.complaints[0].where.split(":")[1] == "3"


def test_aliases_of_long_texts_count_as_what_they_repeat() -> None:
    text = f"a: &a {'x' * 10_000}\nb: [{', '.join(['*a'] * 1_000)}]\n"
    with pytest.raises(FormatError, match="the aliases expand"):
        parse("x.yaml", text)
    assert parse("x.yaml", text.replace("x" * 10_000, "x" * 1_000)).roots
