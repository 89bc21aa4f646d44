"""The report's figures add up, and a figure that does not is complained about."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nhiassess.assessment.figures import figures
from nhiassess.assessment.lint import complaints
from nhiassess.model.assessment import Assessment
from nhiassess.model.figures import Figures, Interval, Section
from nhiassess.model.improvement import Improvement
from tests.renderers import sample

MADE = {
    "sample": sample.assessment,
    "empty": sample.empty,
    "large": sample.large,
    "hostile": sample.hostile,
}


@pytest.fixture(scope="module")
def shown() -> Figures:
    return figures(sample.assessment())


@pytest.mark.parametrize("name", MADE)
def test_no_complaint_about(name: str) -> None:
    assert complaints(figures(MADE[name]())) == ()


def test_every_file_is_in_the_ledger_once(shown: Figures) -> None:
    assert sum(row.found for row in shown.ledger) == shown.scope.files == 45
    assert sum(row.read + row.skipped + row.ignored for row in shown.ledger) == 45


def test_states_of_objectives_by_family_equal_the_summary(shown: Figures) -> None:
    summary = next(row for row in shown.frameworks if row.reads_as == "objectives")
    families = next(each for each in shown.grouped if each.framework == summary.title)
    for state, number in summary.tally.counts:
        assert sum(group.tally.of(state) for group in families.groups) == number


def test_gaps_equal_what_is_not_determined(shown: Figures) -> None:
    for place, row in enumerate(shown.gap_frameworks):
        unknown = row.tally.of("not-determined") + row.tally.of("not determined")
        assert sum(gap.counts[place] for gap in shown.gaps) == unknown


def test_risks_have_no_share(shown: Figures) -> None:
    assert all((row.interval is None) == (row.reads_as == "risks") for row in shown.frameworks)


def test_evidence_alone_satisfies_no_outcome(shown: Figures) -> None:
    outcomes = shown.grouped[0]
    supported = sum(group.tally.of("evidence supports") for group in outcomes.groups)
    assert sum(group.recorded for group in outcomes.groups) == 1
    assert supported > 1


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(24, 31, 54), "44–57 %"),
        (Interval(19, 19, 20), "95 %"),
        (Interval(3, 3, 4), "3"),
        (Interval(1, 19, 19), "1–19"),
        (Interval(0, 0, 0), "–"),
    ],
)
def test_an_interval_reads(interval: Interval, text: str) -> None:
    assert interval.text == text


def test_permitted_paths_stand_first_at_each_target(shown: Figures) -> None:
    seen: dict[str, list[str]] = {}
    for figure in shown.paths:
        seen.setdefault(figure.path.target, []).append(figure.verdict)
    assert ["yes", "needs_resource"] in seen.values()
    for verdicts in seen.values():
        assert verdicts == sorted(verdicts, key=("yes", "conditional", "needs_resource", "unknown").index)


def test_a_path_says_its_weakest_verdict_and_what_is_open(shown: Figures) -> None:
    figure = next(each for each in shown.paths if each.verdict == "needs_resource")
    assert "Verdict: needs a resource" in figure.sentence
    assert "branch name in the token's subject" in figure.sentence


def test_hops_through_servers_are_folded_with_their_verdict(shown: Figures) -> None:
    figure = next(each for each in shown.paths if each.verdict == "needs_resource")
    assert [step.verb for step in figure.steps][:2] == ["invokes", "holds"]
    assert len(figure.path.hops) == len(figure.steps) + 1


def test_one_path_for_each_agent_and_target() -> None:
    made = sample.assessment()
    twice = (*made.paths, replace(made.paths[0], id="path:9", gated=False, verdict="unknown"))
    shown = figures(replace(made, paths=twice))
    assert len({(each.path.agent, each.path.target) for each in shown.paths}) == len(shown.paths) == 5
    assert shown.all_paths == 6


def test_agents_of_one_name_are_told_apart() -> None:
    made = sample.assessment()
    agents = tuple(replace(agent, name="claude-code") for agent in made.inventory.agents)
    shown = figures(replace(made, inventory=replace(made.inventory, agents=agents)))
    assert len({column.label for column in shown.agents}) == 8
    assert "claude-code (payments)" in {column.label for column in shown.agents}


def test_a_matrix_of_many_agents_is_cut_into_parts() -> None:
    made = sample.assessment()
    more = tuple(replace(made.inventory.agents[0], id=f"agent:codex/f{n}/codex", name=f"a{n}") for n in range(12))
    shown = figures(replace(made, inventory=replace(made.inventory, agents=made.inventory.agents + more)))
    assert [len(matrix.columns) for matrix in shown.risks] == [12, 8]
    assert {matrix.agents for matrix in shown.risks} == {20}


def _with_finding(made: Assessment, **change: object) -> Assessment:
    return replace(made, findings=(replace(made.findings[0], **change), *made.findings[1:]))


def _remedy(a: Assessment, before: int = 93, jewels: int = 1) -> Improvement:
    first = a.remedies[0]
    return replace(
        first,
        before=(replace(first.before[0], pairs=before),),
        after=(replace(first.after[0], pairs=1, jewels=jewels),),
    )


BROKEN = {
    "severity without rationale": (lambda a: _with_finding(a, risk_because=" "), "no rationale"),
    "level that the table does not give": (lambda a: _with_finding(a, risk_level="low"), "Table I-2"),
    "finding without remediation": (lambda a: _with_finding(a, remediation=()), "what to do"),
    "finding repeated": (lambda a: _with_finding(a, check=a.findings[1].check), "repeats"),
    "finding without subject": (lambda a: _with_finding(a, occurrences=()), "no subject"),
    "items that do not add up": (
        lambda a: replace(a, coverage=(replace(a.coverage[0], items=99), *a.coverage[1:])),
        "add up",
    ),
    "path surer than its hops": (
        lambda a: replace(a, paths=(replace(a.paths[0], verdict="yes"), *a.paths[1:])),
        "but a hop is needs_resource",
    ),
    "change that starts from another sum": (
        lambda a: replace(a, chokepoints=(replace(a.chokepoints[0], pairs_before=7, pairs_after=1),)),
        "blast radius adds up",
    ),
    "remedy that starts from another sum": (
        lambda a: replace(a, remedies=(_remedy(a, before=7), *a.remedies[1:])),
        "blast radius adds up",
    ),
    "remedy that makes somebody reach more": (
        lambda a: replace(a, remedies=(_remedy(a, jewels=5), *a.remedies[1:])),
        "reaches more with it",
    ),
    "placeholder": (
        lambda a: replace(a, narrative=(replace(a.narrative[0], text="For [client name] we found"),)),
        "placeholder",
    ),
    "undated framework": (
        lambda a: replace(
            a, knowledge=replace(a.knowledge, catalogs=tuple(replace(c, published="") for c in a.knowledge.catalogs))
        ),
        "no version or date",
    ),
}


def test_the_remedies_that_cut_most_are_shown_of_all_there_are() -> None:
    shown = figures(sample.assessment())
    assert [(row.after, row.jewels_after) for row in shown.remedies] == [(41, 1), (58, 2), (70, 3), (80, 4), (81, 4)]
    assert shown.all_remedies == 6
    assert (shown.remedies[0].files, shown.remedies[0].identities, shown.remedies[0].owners) == (1, 0, 1)


@pytest.mark.parametrize("what", BROKEN)
def test_complains_about(what: str) -> None:
    broken, said = BROKEN[what]
    found = complaints(figures(broken(sample.assessment())))
    assert any(said in str(complaint) for complaint in found), found


def test_complains_about_a_ledger_that_lost_a_file(shown: Figures) -> None:
    lost = replace(shown, ledger=shown.ledger[1:])
    assert any("ledger" in str(complaint) for complaint in complaints(lost))


def test_complains_about_a_permitted_path_below_another(shown: Figures) -> None:
    turned = replace(shown, paths=tuple(reversed(shown.paths)))
    assert any("ranks above it" in str(complaint) for complaint in complaints(turned))


@pytest.mark.parametrize("text", ["TODO: write", "lorem ipsum", "{{ client }}", "see [date]", "<insert name>"])
def test_finds_placeholders(shown: Figures, text: str) -> None:
    left = replace(shown, narrative=(Section("conclusion", False, text),))
    assert [str(each) for each in complaints(left) if "placeholder" in str(each)]


@pytest.mark.parametrize("text", ["A plain sentence.", "`a[0]` and [a link](x)", "5 < 6 and 7 > 6"])
def test_takes_no_plain_text_for_a_placeholder(shown: Figures, text: str) -> None:
    assert not complaints(replace(shown, narrative=(Section("conclusion", False, text),)))


def test_the_worst_reach_of_an_agent_is_taken_from_all_four() -> None:
    made = sample.assessment()
    first = made.blast[0].agent
    wide = tuple(
        replace(row, bounds=(900, 999))
        if (row.agent, row.threat_model, row.gated) == (first, "behaviour", False)
        else row
        for row in made.blast
    )
    row = next(each for each in figures(replace(made, blast=wide)).blast if each.agent == first)
    assert row.worst == row.behaviour_ungated
