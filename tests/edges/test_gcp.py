"""What members of Google Cloud gain and open: every technique with the least it requires, and one pitfall a case."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import replace
from time import process_time

import pytest

from nhiassess.edges import federates, gcp_escalates, gcp_grants
from nhiassess.joins import administrators, gcp_everybody
from nhiassess.model.inventory import (
    Condition,
    Grant,
    Identity,
    Inventory,
    Link,
    Resource,
    Setting,
    Trust,
    Workflow,
)
from nhiassess.model.knowledge import Knowledge, Technique
from nhiassess.model.reach import Edge
from nhiassess.network.build import build
from nhiassess.permissions.federation import GITHUB
from nhiassess.permissions.gcp.evaluation import EVERYBODY
from nhiassess.shelf import knowledge
from tests.edges.test_federates import JOB, PROVES, TOKEN
from tests.permissions.test_gcp import (
    ACCOUNT,
    BANK,
    CI,
    CREATOR,
    DEPLOY,
    FOLDER,
    MANAGER,
    ORGANISATION,
    PLACES,
    SHOP,
    UNTIL,
    USER,
    binding,
    denial,
)

GAINED = f"identity:gcp/-/{DEPLOY}"
LEDGER = "identity:gcp/-/ledger@bank.iam.gserviceaccount.com"
RULER, BANKER = "identity:gcp/project:shop/administrator", "identity:gcp/project:bank/administrator"
BUCKET = Resource(
    "resource:gcp/storage.googleapis.com/exports", "object_store", "//storage.googleapis.com/exports", "gcp"
)
SECRET = Resource("resource:gcp/s", "secret", "//secretmanager.googleapis.com/projects/shop/secrets/s", "gcp")
IN_SHOP = Setting("b", key=f"{BUCKET.name}#ancestors", value="projects/77 folders/5 organizations/9")
TECHNIQUES = [each for each in knowledge().techniques if each.domain == "gcp"]
KINDS = {"projects": "project", "folders": "folder", "organizations": "organization"}


def account(id: str) -> Identity:
    return Identity(id, "service_account", id.partition("/-/")[2], "gcp")


def container(name: str) -> Resource:
    kind = KINDS[name.split("/")[3]]
    return Resource(f"resource:gcp/{name.removeprefix('//')}", kind, name, "gcp")


def estate(*grants: Grant, resources: tuple[Resource, ...] = (), more: tuple[Identity, ...] = ()) -> Inventory:
    identities = {each.id: each for each in (*map(account, (CI, GAINED, LEDGER)), *more)}
    known = tuple(map(container, (SHOP, BANK, FOLDER, ORGANISATION)))
    where = Inventory(
        identities=tuple(identities.values()),
        grants=grants,
        resources=(*known, *resources),
        settings=(*PLACES, IN_SHOP),
    )
    return administrators.JOIN.join(where, Knowledge())


def gained(
    where: Inventory, techniques: Iterable[Technique] = TECHNIQUES, who: str = CI
) -> dict[tuple[str, str], Edge]:
    edges = gcp_escalates.EDGE.derive(where, Knowledge(techniques=tuple(techniques)))
    return {(edge.target, edge.technique or ""): edge for edge in edges if edge.source == who}


def opened(where: Inventory, resource: Resource) -> dict[str, str]:
    edges = gcp_grants.EDGE.derive(where, Knowledge())
    return {
        edge.verb: edge.verdict for edge in edges if edge.target == resource.id and not edge.source.endswith("thing")
    }


def least(technique: Technique) -> list[Grant]:
    """Give one grant for each permission that the first alternative requires, where it is asked."""
    found = []
    for place, each in enumerate(technique.requires[0]):
        on = {"target": ACCOUNT, "delegate": ACCOUNT, "organization": ORGANISATION, "folder": FOLDER}.get(each.of, SHOP)
        delegated = each.of == "target" and any(other.of == "delegate" for other in technique.requires[0])
        who, on = (GAINED, BANK) if delegated else (CI, on)
        role = binding(f"projects/shop/roles/r{place}", on, who, actions=(each.action,))
        found.append(role)
    return found


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda each: each.id)
def test_the_least_suffices_and_any_part_less_does_not(technique: Technique) -> None:
    grants = least(technique)
    assert gained(estate(*grants), [technique])
    for lacking in grants:
        others = [each for each in grants if each is not lacking]
        assert gained(estate(*others), [technique]) == {}, lacking.actions


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda each: each.id)
def test_a_denial_of_any_part_leaves_nothing(technique: Technique) -> None:
    for each in technique.requires[0]:
        denied = denial([each.action], ORGANISATION, EVERYBODY)
        assert gained(estate(*least(technique), denied), [technique]) == {}, each.action


@pytest.mark.parametrize("technique", TECHNIQUES, ids=lambda each: each.id)
def test_reasons_name_the_technique_and_places_the_statements(technique: Technique) -> None:
    for edge in gained(estate(*least(technique)), [technique]).values():
        assert technique.id in edge.reason
        assert edge.reason.startswith("may ")
        assert edge.verdict == "yes" or edge.conditions


def test_what_is_bound_in_one_project_gains_nobody_of_another() -> None:
    assert {target for target, _ in gained(estate(binding(CREATOR, BANK)))} == {LEDGER}


def test_whoever_may_get_tokens_assumes_and_all_else_is_a_detour() -> None:
    verbs = {technique: edge.verb for (_, technique), edge in gained(estate(binding(CREATOR, ACCOUNT))).items()}
    assert {verbs["gcp-rhino-03"], verbs["gcp-iam-001"]} == {"assumes"}
    assert {verbs["gcp-rhino-05"], verbs["gcp-rhino-06"]} == {"escalates_to"}


def test_actions_of_several_bindings_count_together() -> None:
    group = Identity("identity:gcp/-/group:ops@shop.example", "group", "group:ops@shop.example", "gcp")
    grants = (binding("roles/run.developer", SHOP, group.id), binding(USER, ACCOUNT))
    where = estate(*grants, more=(group,))
    assert gained(where) == {}
    where = replace(where, links=(Link("l", CI, "member_of", group.id),))
    assert gained(where)[GAINED, "gcp-rhino-16"].verdict == "yes"


def test_until_a_time_is_said() -> None:
    edge = gained(estate(binding(CREATOR, ACCOUNT, CI, UNTIL)))[GAINED, "gcp-rhino-03"]
    assert (edge.verdict, edge.conditions) == ("conditional", ("it is before 2027-01-01T00:00:00Z",))


def test_a_disabled_account_must_be_enabled_first() -> None:
    where = estate(binding(CREATOR, ACCOUNT))
    disabled = Setting("d", key=f"{DEPLOY}#disabled", value="true")
    edge = gained(replace(where, settings=(*where.settings, disabled)))[GAINED, "gcp-rhino-03"]
    assert (edge.verdict, edge.conditions) == ("conditional", (f"{DEPLOY} is enabled again",))


def test_an_owner_goes_on_as_the_administrator_of_what_it_owns() -> None:
    where = estate(binding("roles/owner", SHOP))
    assert {target for target, _ in gained(where)} == {RULER}
    assert gained(where, who=RULER)[GAINED, "gcp-rhino-22"].verdict == "yes"
    assert LEDGER not in {target for target, _ in gained(where, who=RULER)}


def test_an_owner_of_the_organisation_administers_all_of_it() -> None:
    where = estate(binding("roles/owner", ORGANISATION))
    assert [target for target, _ in gained(where)] == ["identity:gcp/organization:9/administrator"]
    assert {(CI, each) for each in (GAINED, LEDGER, RULER, BANKER)} <= reached(where)


def test_of_a_policy_that_names_no_resource_one_edge_says_that_nobody_knows() -> None:
    edges = [edge for (target, _), edge in gained(estate(binding("roles/editor", None))).items() if target == GAINED]
    assert [edge.verdict for edge in edges] == ["unknown"]
    assert "which its file does not say" in edges[0].conditions[0]


def test_a_role_that_is_not_in_scope_may_be_anything() -> None:
    edges = gained(estate(binding("roles/made.up", SHOP), binding("roles/made.up", ACCOUNT)))
    assert {key: edge.verdict for key, edge in edges.items()} == {(RULER, ""): "unknown", (GAINED, ""): "unknown"}
    assert edges[RULER, ""].conditions == ("what roles/made.up permits, which is not in scope",)


def test_what_everybody_may_do_is_one_edge_of_everybody() -> None:
    everybody = Identity(EVERYBODY, "everyone", "allUsers", "gcp")
    where = estate(binding(CREATOR, ACCOUNT, EVERYBODY), more=(everybody,))
    assert gained(where) == {}
    assert gained(where, who=EVERYBODY)[GAINED, "gcp-rhino-03"].verdict == "yes"
    joined = gcp_everybody.JOIN.join(where, Knowledge())
    assert (CI, EVERYBODY) in {(link.source, link.target) for link in joined.links}


def test_a_service_account_of_a_cluster_federates_where_its_cluster_is_of_the_pool() -> None:
    pod = Identity("identity:kubernetes/-/support/assistant", "service_account", "support/assistant", "kubernetes")
    where = estate(binding("roles/iam.workloadIdentityUser", ACCOUNT, pod.id), more=(pod,))
    edge = gained(where, who=pod.id)[GAINED, "gcp-rhino-03"]
    assert (edge.verb, edge.verdict) == ("federates_to", "conditional")


def test_googles_own_accounts_are_gained_by_nobody() -> None:
    agent = account("identity:gcp/-/service-77@gcp-sa-aiplatform.iam.gserviceaccount.com")
    assert agent.id not in {target for target, _ in gained(estate(binding(CREATOR, ORGANISATION), more=(agent,)))}


def test_a_chain_of_delegates_gains_the_last_only() -> None:
    first = binding("roles/x", ACCOUNT, actions=("iam.serviceAccounts.implicitDelegation",))
    edges = gained(estate(first, binding(CREATOR, BANK, GAINED, UNTIL)))
    assert {key: edge.verdict for key, edge in edges.items()} == {(LEDGER, "gcp-rhino-04"): "conditional"}


@pytest.mark.parametrize(
    ("role", "on", "resource", "expected"),
    [
        ("roles/storage.objectViewer", SHOP, BUCKET, {"reads": "yes"}),
        ("roles/storage.objectViewer", BANK, BUCKET, {}),
        ("roles/storage.objectAdmin", BUCKET.name, BUCKET, {"reads": "yes", "writes": "yes"}),
        ("roles/storage.objectCreator", FOLDER, BUCKET, {"writes": "yes"}),
        ("roles/storage.admin", SHOP, BUCKET, {"administers": "yes"}),
        ("roles/storage.legacyBucketReader", BUCKET.name, BUCKET, {}),
        ("roles/secretmanager.secretAccessor", SHOP, SECRET, {"reads": "yes"}),
        ("roles/editor", SHOP, SECRET, {"writes": "yes"}),
        ("roles/owner", SHOP, SECRET, {"administers": "yes"}),
        ("roles/owner", SHOP, container(SHOP), {"administers": "yes"}),
        ("roles/owner", ORGANISATION, BUCKET, {"administers": "yes"}),
        ("roles/owner", BANK, SECRET, {}),
        ("roles/storage.objectViewer", None, BUCKET, {"reads": "unknown"}),
        ("roles/made.up", BUCKET.name, BUCKET, {"reads": "unknown"}),
        ("roles/made.up", SHOP, BUCKET, {}),
    ],
)  # fmt: skip
def test_what_a_binding_opens(role: str, on: str | None, resource: Resource, expected: dict[str, str]) -> None:
    assert opened(estate(binding(role, on), resources=(BUCKET, SECRET)), resource) == expected


def test_a_bucket_of_which_nobody_says_where_it_lies() -> None:
    where = estate(binding("roles/storage.objectViewer", SHOP), resources=(BUCKET,))
    assert opened(replace(where, settings=PLACES), BUCKET) == {"reads": "unknown"}


def test_what_is_denied_opens_nothing() -> None:
    grants = (binding("roles/storage.objectAdmin", SHOP), denial(["storage.objects.get"], ORGANISATION))
    assert opened(estate(*grants, resources=(BUCKET,)), BUCKET) == {"writes": "yes"}


def pool_trust(*conditions: Condition, issuer: str | None = GITHUB) -> Trust:
    aud = (Condition("StringEquals", f"{GITHUB}:aud", ("//iam.googleapis.com/p",)),) if issuer else ()
    return Trust("trust:t", GAINED, "principalSet://p", mechanism="oidc", issuer=issuer, conditions=(*conditions, *aud))


def federated(trust: Trust, *links: Link) -> list[Edge]:
    where = replace(estate(), trusts=(trust,), links=(PROVES, *links), credentials=(TOKEN,))
    where = replace(where, identities=(*where.identities, JOB), workflows=(Workflow("workflow:w", trigger="push"),))
    return [edge for edge in federates.EDGE.derive(where, Knowledge()) if edge.source == JOB.id]


@pytest.mark.parametrize(
    ("condition", "verdicts"),
    [
        ("assertion.repository_owner == 'o'", ["yes"]),
        ("assertion.repository == 'o/r' && assertion.repository_owner == 'o'", ["yes"]),
        ("assertion.repository_owner == 'other'", []),
        ("assertion.ref == 'refs/heads/main'", ["conditional"]),
        ("assertion.repository.startsWith('o/')", ["conditional"]),
    ],
)
def test_the_condition_of_a_pool_is_held_against_the_claims_of_a_job(condition: str, verdicts: list[str]) -> None:
    edges = federated(pool_trust(Condition("cel", "attributeCondition", (condition,))))
    assert [edge.verdict for edge in edges] == verdicts
    assert not any(" role " in edge.reason for edge in edges)


def test_a_repository_is_narrower_than_any_subject() -> None:
    (edge,) = federated(pool_trust(Condition("StringEquals", f"{GITHUB}:repository", ("o/r",))))
    assert (edge.verdict, edge.technique) == ("yes", "oidc-other-claims")
    assert "only that repository is o/r" in edge.reason


def test_of_a_pool_whose_provider_is_not_in_scope_nobody_knows() -> None:
    trust = pool_trust(Condition("policy", "provider of p not in scope"), issuer=None)
    assert federated(trust) == []
    (edge,) = federated(trust, Link("asks", JOB.id, "federates_to", GAINED))
    assert (edge.verdict, edge.target) == ("unknown", GAINED)


def reached(where: Inventory) -> set[tuple[str, str]]:
    """Give who comes to act as whom, through any number of identities."""
    onward: dict[str, set[str]] = {}
    for edge in gcp_escalates.EDGE.derive(where, Knowledge(techniques=tuple(TECHNIQUES))):
        onward.setdefault(edge.source, set()).add(edge.target)
    found = set()
    for source in onward:
        frontier = [source]
        while frontier:
            for target in onward.get(frontier.pop(), set()):
                if (source, target) not in found:
                    found.add((source, target))
                    frontier.append(target)
    return found


ROLES = (
    CREATOR,
    USER,
    "roles/editor",
    "roles/owner",
    "roles/run.admin",
    "roles/iam.serviceAccountAdmin",
    "roles/made.up",
)
WHERE = (SHOP, BANK, FOLDER, ORGANISATION, ACCOUNT, None)


@pytest.mark.parametrize("seed", range(120))
def test_a_denial_more_or_a_binding_less_never_reaches_more(seed: int) -> None:
    dice = random.Random(seed)
    grants = [binding(dice.choice(ROLES), dice.choice(WHERE), dice.choice((CI, GAINED, LEDGER))) for _ in range(5)]
    grants = list({each.id: each for each in grants}.values())
    before = reached(estate(*grants))
    denied = denial([dice.choice(("iam.*.*", "resourcemanager.*.*", "run.*.*"))], dice.choice(WHERE[:4]), CI)
    assert reached(estate(*grants, denied)) <= before
    assert reached(estate(*grants[1:])) <= before
    assert reached(estate(*reversed(grants))) == before


def test_edges_build_a_graph() -> None:
    where = estate(
        binding("roles/owner", SHOP), binding(CREATOR, ACCOUNT), binding("roles/made.up", BANK), resources=(BUCKET,)
    )
    rules = (gcp_escalates.EDGE, gcp_grants.EDGE)
    edges = [edge for rule in rules for edge in rule.derive(where, Knowledge(techniques=tuple(TECHNIQUES)))]
    assert build(where, edges, Knowledge()).number_of_edges() > 5


def test_an_estate_of_many_projects_takes_time_by_its_bindings() -> None:
    def seconds(projects: int) -> float:
        identities, grants, resources = [], [], []
        for place in range(projects):
            name = f"{MANAGER}projects/p{place}"
            accounts = [account(f"identity:gcp/-/a{each}@p{place}.iam.gserviceaccount.com") for each in range(4)]
            identities += accounts
            resources.append(container(name))
            grants += [binding("roles/editor", name, accounts[0].id), binding(CREATOR, name, accounts[1].id)]
        where = Inventory(identities=tuple(identities), grants=tuple(grants), resources=tuple(resources))
        where = administrators.JOIN.join(where, Knowledge())
        start = process_time()
        for rule in (gcp_escalates.EDGE, gcp_grants.EDGE):
            list(rule.derive(where, Knowledge(techniques=tuple(TECHNIQUES))))
        return process_time() - start

    seconds(10)
    # eight times as many would take sixty-four times as long if each looked at all
    assert seconds(240) < 30 * seconds(30)
