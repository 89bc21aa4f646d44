"""Rows of one subject fold to one answer, NULL stays NULL, and a check speaks only of its own table."""

from __future__ import annotations

import signal

import pytest

from nhiassess.checks.run import SEEN_SHOWN, ask, engine, select
from nhiassess.checks.tables import SCHEMAS, table, tables
from nhiassess.errors import CheckError
from nhiassess.model.inventory import Agent, Inventory, Link, Location
from nhiassess.model.knowledge import Check


def check(sql: str, about: str = "agents", id: str = "a-check") -> Check:
    return Check(
        id,
        "An agent is wrong",
        ("INV-02",),
        about,
        severity="low",
        confidence="high",
        sql=sql,
        why="",
        remediation=(),
        cannot_know="",
        locations=(Location("checks/a-check.yaml", 2, 1),),
    )


def links(*verbs: str) -> Inventory:
    """One agent with one link for each verb; the verb is what the check below makes a truth value of."""
    return Inventory(
        agents=(Agent("agent:a", locations=(Location("x.json", 4, 2),)),),
        links=tuple(Link(f"l{place}", "agent:a", verb, f"t{place}") for place, verb in enumerate(verbs)),
    )


BY_VERB = check(
    "SELECT a.id AS subject, CASE WHEN l.verb = 'good' THEN TRUE WHEN l.verb = 'bad' THEN FALSE END AS satisfied,"
    " l.verb || ' ' || l.target AS seen FROM agents a LEFT JOIN links l ON l.source = a.id"
)


@pytest.mark.parametrize(
    ("verbs", "state"),
    [
        (("good",), "satisfied"),
        (("good", "good"), "satisfied"),
        (("good", "other"), "not-determined"),
        (("good", "other", "bad"), "not-satisfied"),
        (("bad", "good"), "not-satisfied"),
        (("other",), "not-determined"),
        ((), "not-determined"),
    ],
)
def test_any_false_fails_any_null_leaves_open(verbs: tuple[str, ...], state: str) -> None:
    (answer,) = ask([BY_VERB], tables(links(*verbs)))
    assert (answer.check, answer.subject, answer.state) == ("a-check", "agent:a", state)


def test_what_was_seen_is_that_of_the_deciding_rows() -> None:
    (answer,) = ask([BY_VERB], tables(links("good", "bad", "bad", "other")))
    assert answer.seen == "bad t1; bad t2"


def test_many_things_seen_are_counted() -> None:
    (answer,) = ask([BY_VERB], tables(links(*["bad"] * 5)))
    assert answer.seen is not None
    assert answer.seen.count("bad") == SEEN_SHOWN
    assert answer.seen.endswith("; and 2 more")


def test_nothing_seen_is_none_rather_than_empty() -> None:
    (answer,) = ask([BY_VERB], tables(links()))
    assert answer.seen is None


def test_an_answer_has_the_place_of_its_subject() -> None:
    (answer,) = ask([BY_VERB], tables(links("good")))
    assert [str(place) for place in answer.locations] == ["x.json:4"]


def test_a_check_that_returns_nothing_has_no_answer() -> None:
    assert (
        ask([check("SELECT id AS subject, TRUE AS satisfied, '' AS seen FROM agents WHERE FALSE")], tables(links()))
        == ()
    )


def test_a_subject_that_its_table_lacks_is_refused() -> None:
    stranger = check("SELECT target AS subject, TRUE AS satisfied, '' AS seen FROM links")
    with pytest.raises(CheckError, match="'t0', which is no id of agents") as raised:
        ask([stranger], tables(links("good")))
    assert raised.value.complaints[0].where == "checks/a-check.yaml:2:1"


def test_a_subject_that_is_null_is_refused() -> None:
    with pytest.raises(CheckError, match="no id of agents"):
        ask(
            [check("SELECT CAST(NULL AS VARCHAR) AS subject, TRUE AS satisfied, '' AS seen FROM agents")],
            tables(links()),
        )


def test_a_truth_value_that_is_none_is_refused() -> None:
    with pytest.raises(CheckError, match="TRUE, FALSE or NULL"):
        ask([check("SELECT id AS subject, 'yes' AS satisfied, '' AS seen FROM agents")], tables(links()))


def test_a_hostile_check_is_refused_before_it_runs() -> None:
    with pytest.raises(CheckError, match="exactly one SELECT"):
        ask([check("DROP TABLE agents")], tables(links()))


def test_a_broken_check_says_where_it_stands() -> None:
    with pytest.raises(CheckError, match="the check broke") as raised:
        ask([check("SELECT id AS subject, nothing AS satisfied, '' AS seen FROM agents")], tables(links()))
    assert raised.value.complaints[0].where == "checks/a-check.yaml:2:1"


def test_answers_are_sorted_whatever_the_order_of_checks() -> None:
    inventory = Inventory(agents=(Agent("agent:b"), Agent("agent:a")))
    sql = "SELECT id AS subject, TRUE AS satisfied, '' AS seen FROM agents"
    checks = [check(sql, id="zz"), check(sql, id="aa")]
    answers = ask(checks, tables(inventory))
    assert [(each.check, each.subject) for each in answers] == [
        *(("aa", "agent:a"), ("aa", "agent:b"), ("zz", "agent:a"), ("zz", "agent:b"))
    ]
    assert answers == ask(checks[::-1], tables(inventory))


def test_a_column_that_is_all_null_breaks_no_query() -> None:
    # DuckDB 2.0.0 fails here when it folds by statistics
    given = {name: table(name, [{"id": "agent:a"}] if name == "agents" else []) for name in SCHEMAS}
    sql = (
        "SELECT id AS subject, CASE WHEN platform = 'x' THEN SPLIT_PART(name, ':', 1) IN ('a', 'b', 'c') END"
        " AS satisfied, '' AS seen FROM agents"
    )
    assert [answer.state for answer in ask([check(sql)], given)] == ["not-determined"]


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no timer that interrupts")
def test_an_interrupt_during_a_query_is_an_interrupt_and_no_error_of_the_check() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    many = " CROSS JOIN ".join(f"links l{number}" for number in range(9))

    def asked_for_long() -> None:
        with engine(tables(links(*(["good"] * 60)))) as connection:
            signal.setitimer(signal.ITIMER_REAL, 0.5)
            select(connection, f"SELECT COUNT(*) AS subject FROM {many}")

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            asked_for_long()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
