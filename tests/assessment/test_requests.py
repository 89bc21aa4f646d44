"""What is open leads to the exports that would settle it, what unlocks most first."""

from __future__ import annotations

from dataclasses import replace

from nhiassess import installed
from nhiassess.assessment.figures import SOURCES
from nhiassess.assessment.requests import requests
from nhiassess.model.assessment import Answer
from nhiassess.model.inventory import Identity as Someone
from nhiassess.model.inventory import Inventory, Location, ObservedFile, Skipped
from nhiassess.model.knowledge import Export, Knowledge, Settles
from nhiassess.model.reach import Edge
from nhiassess.model.request import Requests
from tests.small import check, determined, known, objective

NOTHING = Inventory()
ROLE, OTHER = "identity:aws/111/role/deploy", "identity:aws/222/role/deploy"
GAAD = Export(
    id="gaad",
    title="Account {account}",
    ask="Cloud team",
    command="show {account} > {account}.json",
    privilege="to read",
    warning="names",
    file="observed/aws/{account}.json",
    source="manual",
    settles=(
        Settles("checks", ("used", "wide"), ("identity:aws/{account}/role/*",)),
        Settles("edges", ("assumes",), ("identity:aws/{account}/*",)),
        Settles("skipped", ("incomplete",), ("aws/*",)),
    ),
    read_by="aws_iam",
)
LOGS = replace(GAAD, id="logs", title="Logs", command="show", file="logs", read_by=None, settles=(
    Settles("checks", ("used",), ("identity:*",)),
))  # fmt: skip
KNOWN = known(
    objective("O-1"), objective("O-2"), checks=(check("used", "O-1"), check("wide", "O-2")), exports=(GAAD, LOGS)
)


def opened(check: str, subject: str = ROLE) -> Answer:
    return Answer(check, subject, "not-determined")


def asked(
    *answers: Answer, where: Inventory = NOTHING, edges: tuple[Edge, ...] = (), knowledge: Knowledge = KNOWN
) -> Requests:
    objectives = {"used": "O-1", "wide": "O-2"}
    rows = [determined(objectives[each.check], each.state, each.subject) for each in answers]
    return requests(knowledge, where, answers, rows, edges)


def test_one_request_for_each_scope_and_the_most_unlocked_first() -> None:
    found = asked(opened("used"), opened("wide"), opened("used", OTHER))
    assert [(each.id, each.determinations) for each in found.requests] == [
        ("gaad(account=111)", 2),
        ("logs", 2),
        ("gaad(account=222)", 1),
    ]
    first = found.requests[0]
    assert (first.title, first.command, first.file) == ("Account 111", "show 111 > 111.json", "observed/aws/111.json")
    assert first.subjects == (ROLE,)


def test_a_determination_in_which_something_else_is_open_is_settled_in_part() -> None:
    both = known(objective("O-1"), checks=(check("used", "O-1"), check("wide", "O-1")), exports=(LOGS,))
    answers = (opened("used"), opened("wide"))
    (found,) = requests(both, Inventory(), answers, [determined("O-1", "not-determined", ROLE)], ()).requests
    assert (found.determinations, found.partly) == (0, 1)


def test_what_stands_in_an_export_that_was_handed_over_whole_is_not_asked_for_again() -> None:
    read = ObservedFile("aws/a.json", "read", ("aws_iam",))
    there = Inventory(files=(read,), identities=(Someone(ROLE, locations=(Location("aws/a.json"),)),))
    assert [each.id for each in asked(opened("wide"), where=there).requests] == []
    cut = Skipped("skipped:aws/a.json#incomplete", "one page", "incomplete", (Location("aws/a.json"),))
    found = asked(opened("wide"), where=replace(there, skipped=(cut,)))
    assert [(each.id, each.determinations, each.skipped) for each in found.requests] == [
        ("gaad(account=111)", 1, 0),
        ("gaad", 0, 1),
    ]


def test_where_a_source_reads_other_files_too_only_the_place_of_the_export_counts() -> None:
    elsewhere = replace(KNOWN, exports=(replace(GAAD, read_elsewhere=True),))
    read = ObservedFile("repo/role.json", "read", ("aws_iam",))
    there = Inventory(files=(read,), identities=(Someone(ROLE, locations=(Location("repo/role.json"),)),))
    assert [each.id for each in asked(opened("wide"), where=there, knowledge=elsewhere).requests] == [
        "gaad(account=111)"
    ]
    there = replace(there, files=(read, replace(read, id="aws/111.json")))
    assert asked(opened("wide"), where=there, knowledge=elsewhere).requests == ()
    assert asked(opened("wide", OTHER), where=there, knowledge=elsewhere).requests != (), "of another account"


def test_an_export_that_says_it_is_not_whole_is_asked_for_again() -> None:
    read = ObservedFile("aws/111.json", "read", ("aws_iam",))
    there = Inventory(files=(read,), identities=(Someone(ROLE, locations=(Location("aws/111.json"),)),))
    for construct in ("page of several", "managed policy not in the export"):
        cut = Skipped("skipped:a", "cut", construct, (Location("aws/111.json"),))
        assert [r.id for r in asked(opened("wide"), where=replace(there, skipped=(cut,))).requests] == [
            "gaad(account=111)"
        ]


def test_undecided_relations_count_once_and_decided_ones_do_not() -> None:
    unknown = Edge("e", ROLE, "assumes", OTHER, "asks", "unknown")
    sure = replace(unknown, id="f", verdict="yes")
    found = asked(edges=(unknown, sure))
    assert [(each.id, each.edges) for each in found.requests] == [("gaad(account=111)", 1), ("gaad(account=222)", 1)]
    assert (found.open_edges, found.left_edges) == (1, 0)


def test_what_no_export_settles_is_named() -> None:
    found = asked(opened("wide", "tool:x/y"), knowledge=replace(KNOWN, exports=(LOGS,)))
    assert found.requests == ()
    assert (found.open_determinations, found.left_determinations, found.left_checks) == (1, 1, (("wide", 1),))


def test_a_name_of_a_stranger_is_one_word_of_the_command() -> None:
    found = asked(opened("used", "identity:aws/1; rm -rf ~ #/role/x"), knowledge=replace(KNOWN, exports=(GAAD,)))
    assert found.requests == (), "a part of an id holds no #"
    (found_,) = asked(
        opened("used", "identity:aws/1; rm -rf ~/role/x"), knowledge=replace(KNOWN, exports=(GAAD,))
    ).requests
    assert found_.command == "show '1; rm -rf ~' > '1; rm -rf ~'.json"
    assert found_.file == "observed/aws/1__rm_-rf__.json"


def test_nobody_is_asked_for_an_account_that_has_no_name() -> None:
    (found,) = asked(opened("wide", "identity:aws/-/role/x")).requests
    assert found.command == "show <ACCOUNT> > <ACCOUNT>.json"


def test_the_report_has_words_for_every_source_and_log() -> None:
    kinds = {each.name for each in (*installed.plugins("sources", "SOURCE"), *installed.plugins("logs", "LOG"))}
    assert kinds == set(SOURCES)
