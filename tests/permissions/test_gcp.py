"""Whether a member of Google Cloud has a permission, one pitfall a case; and laws that no estate breaks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nhiassess.model.inventory import Condition, Grant, Identity, Inventory, Link, Setting
from nhiassess.permissions.gcp.evaluation import AUTHENTICATED, EVERYBODY, administers, decide, held
from nhiassess.permissions.gcp.places import Places, around, lies_in, named, places_of
from nhiassess.permissions.gcp.roles import ASKED, includes, roles_of
from nhiassess.permissions.permission import ANSWERS
from nhiassess.shelf import knowledge

CI = "identity:gcp/-/ci@tools.iam.gserviceaccount.com"
GROUP = "identity:gcp/-/group:ops@shop.example"
DEPLOY = "deploy@shop.iam.gserviceaccount.com"
MANAGER = "//cloudresourcemanager.googleapis.com/"
SHOP, BANK = f"{MANAGER}projects/shop", f"{MANAGER}projects/bank"
FOLDER, ORGANISATION, ELSEWHERE = f"{MANAGER}folders/5", f"{MANAGER}organizations/9", f"{MANAGER}organizations/8"
ACCOUNT = f"//iam.googleapis.com/projects/shop/serviceAccounts/{DEPLOY}"
DATASET = "bigquery.googleapis.com/projects/shop/datasets/a"
TOKEN, ACT = "iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.actAs"
CREATOR, USER = "roles/iam.serviceAccountTokenCreator", "roles/iam.serviceAccountUser"
UNTIL = Condition("cel", "expression", ("request.time < timestamp('2027-01-01T00:00:00Z')",))
PLACES = (
    Setting("s1", key=f"{SHOP}#ancestors", value="projects/77 folders/5 organizations/9"),
    Setting("s2", key=f"{MANAGER}projects/77#project_id", value="shop"),
    Setting("s3", key=f"{BANK}#ancestors", value="projects/88 organizations/9"),
    Setting("s4", key=f"{MANAGER}projects/88#project_id", value="bank"),
)
OPS = "principalSet://goog/group/ops@shop.example"
IN_VERSION_2 = "principal://iam.googleapis.com/projects/-/serviceAccounts/ci@tools.iam.gserviceaccount.com"
KINDS = {CI: "service_account", GROUP: "group", EVERYBODY: "everyone", AUTHENTICATED: "everyone"}


def binding(
    role: str, on: str | None = SHOP, who: str = CI, *conditions: Condition, actions: tuple[str, ...] = ()
) -> Grant:
    id = f"grant:gcp/-/{on}/{role}/{who}"
    stated = (f"role:{role}", *actions)
    return Grant(
        id, who, provider="gcp", policy=role, actions=stated, resources=(on,) if on else (), conditions=conditions
    )


def denial(
    actions: Iterable[str], on: str | None = SHOP, who: str = CI, *conditions: Condition, but: tuple[str, ...] = ()
) -> Grant:
    return Grant(f"grant:deny/{on}/{who}", who, effect="deny", provider="gcp", policy="guard", actions=tuple(actions),
                 not_actions=but, resources=(on,) if on else (), conditions=conditions)  # fmt: skip


def excepted(*members: str) -> Condition:
    return Condition("not_principal", "member", members)


def estate(*grants: Grant, settings: tuple[Setting, ...] = PLACES, links: tuple[Link, ...] = ()) -> Inventory:
    whose = {CI, *(grant.identity or CI for grant in grants)}
    identities = tuple(
        Identity(id, KINDS.get(id, "principal_set"), id.partition("/-/")[2], "gcp") for id in sorted(whose)
    )
    return Inventory(identities=identities, grants=grants, settings=settings, links=links)


def verdict(permission: str, on: str, *grants: Grant, who: str = CI, **more: tuple[object, ...]) -> str:
    has = held(estate(*grants, **more))[who]  # type: ignore[arg-type]  # tables by name
    return decide(has, permission, named(on, has.estate.places.projects)).verdict


# whether CI may get tokens of the account in the project shop
TOKENS: dict[str, tuple[list[Grant], str]] = {
    "bound on the account": ([binding(CREATOR, ACCOUNT)], "yes"),
    "bound on the account, whose project is a dash": ([binding(CREATOR, ACCOUNT.replace("/shop/", "/-/"))], "yes"),
    "bound on its project": ([binding(CREATOR, SHOP)], "yes"),
    "bound on its project by number": ([binding(CREATOR, f"{MANAGER}projects/77")], "yes"),
    "bound on a folder above": ([binding(CREATOR, FOLDER)], "yes"),
    "bound on the organisation above": ([binding(CREATOR, ORGANISATION)], "yes"),
    "bound on another project": ([binding(CREATOR, BANK)], "no"),
    "bound on another organisation": ([binding(CREATOR, ELSEWHERE)], "no"),
    "a policy that names no resource": ([binding(CREATOR, None)], "unknown"),
    "no binding": ([], "no"),
    "to act as is not to get tokens": ([binding(USER)], "no"),
    "editors get none": ([binding("roles/editor")], "no"),
    "owners get none but by giving it to themselves": ([binding("roles/owner")], "no"),
    "a role that is not in scope": ([binding("roles/made.up")], "unknown"),
    "a custom role by its text": ([binding("projects/shop/roles/a", actions=(TOKEN,))], "yes"),
    "what the text leaves out": ([binding("projects/shop/roles/a", actions=(ACT,))], "no"),
    "case counts": ([binding("projects/shop/roles/a", actions=(TOKEN.lower(),))], "no"),
    "until a time": ([binding(CREATOR, SHOP, CI, UNTIL)], "conditional"),
    "without condition above": ([binding(CREATOR, SHOP, CI, UNTIL), binding(CREATOR, FOLDER)], "yes"),
    "all users": ([binding(CREATOR, SHOP, EVERYBODY)], "yes"),
    "all who signed in": ([binding(CREATOR, SHOP, AUTHENTICATED)], "yes"),
    "a group of which nobody says who is in it": ([binding(CREATOR, SHOP, GROUP)], "no"),
}
# the same, where a binding allows it
DENIED: dict[str, tuple[Grant, str]] = {
    "denied": (denial([TOKEN]), "no"),
    "denied far above": (denial([TOKEN], ORGANISATION), "no"),
    "denied elsewhere": (denial([TOKEN], BANK), "yes"),
    "something else is denied": (denial([ACT]), "yes"),
    "a group of permissions is denied": (denial(["iam.serviceAccounts.*"]), "no"),
    "all but it is denied": (denial(["iam.*.*"], but=(TOKEN,)), "yes"),
    "denied to everybody": (denial([TOKEN], SHOP, EVERYBODY), "no"),
    "denied to everybody but it": (denial([TOKEN], SHOP, EVERYBODY, excepted(IN_VERSION_2)), "yes"),
    "denied to everybody but another": (denial([TOKEN], SHOP, EVERYBODY, excepted(f"{IN_VERSION_2}.x")), "no"),
    "denied to everybody but a group": (denial([TOKEN], SHOP, EVERYBODY, excepted(OPS)), "conditional"),
    "denied to a group": (denial([TOKEN], SHOP, GROUP), "conditional"),
    "denied to a pool": (denial([TOKEN], SHOP, "identity:gcp/-/x/workloadIdentityPools/p/*"), "yes"),
    "denied until a time": (denial([TOKEN], SHOP, CI, UNTIL), "conditional"),
    "denied, and nobody says where": (denial([TOKEN], None), "conditional"),
}


@pytest.mark.parametrize("case", TOKENS)
def test_bindings(case: str) -> None:
    assert verdict(TOKEN, ACCOUNT, *TOKENS[case][0]) == TOKENS[case][1]


@pytest.mark.parametrize("case", DENIED)
def test_denials(case: str) -> None:
    assert verdict(TOKEN, ACCOUNT, binding(CREATOR, ACCOUNT), DENIED[case][0]) == DENIED[case][1]


@pytest.mark.parametrize(
    ("role", "permission", "on", "expected"),
    [
        ("roles/editor", ACT, ACCOUNT, "yes"),
        ("roles/editor", "resourcemanager.projects.setIamPolicy", SHOP, "no"),
        ("roles/owner", "resourcemanager.projects.setIamPolicy", SHOP, "yes"),
        ("roles/viewer", ACT, ACCOUNT, "no"),
        (CREATOR, ACT, ACCOUNT, "no"),
        # the table says nothing of it, so that nobody here knows
        ("roles/editor", "pubsub.schemas.get", SHOP, "unknown"),
    ],
)
def test_predefined_roles(role: str, permission: str, on: str, expected: str) -> None:
    assert verdict(permission, on, binding(role)) == expected


def test_what_is_below_gives_nothing_above() -> None:
    assert verdict(TOKEN, SHOP, binding(CREATOR, ACCOUNT)) == "no"


@pytest.mark.parametrize(
    ("grant", "missing"),
    [
        (binding("roles/made.up"), "what roles/made.up permits, which is not in scope"),
        (binding(CREATOR, ELSEWHERE), "whether projects/shop lies in organizations/8, which no file says"),
        (binding(CREATOR, None), f"what the policy that binds {CREATOR} is set on, which its file does not say"),
        (binding(CREATOR, f"{MANAGER}projects/123"), "whether projects/shop is projects/123, which no file says"),
    ],
    ids=["role", "organisation", "resource", "number"],
)
def test_what_is_not_in_scope_is_named(grant: Grant, missing: str) -> None:
    decision = decide(held(estate(grant, settings=()))[CI], TOKEN, "projects/shop")
    assert (decision.verdict, decision.conditions) == ("unknown", (missing,))


def test_the_time_of_a_condition_is_said() -> None:
    assert decide(held(estate(binding(CREATOR, SHOP, CI, UNTIL)))[CI], TOKEN, "projects/shop").conditions == (
        "it is before 2027-01-01T00:00:00Z",
    )


def test_what_groups_have_members_have_and_not_what_they_perhaps_have() -> None:
    link = Link("l", CI, "member_of", GROUP)
    assert verdict(TOKEN, ACCOUNT, binding(CREATOR, SHOP, GROUP), links=(link,)) == "yes"
    perhaps = replace(link, conditions=("shop.example is the primary domain",))
    assert verdict(TOKEN, ACCOUNT, binding(CREATOR, SHOP, GROUP), links=(perhaps,)) == "no"


def test_groups_in_a_circle_come_to_an_end() -> None:
    links = (Link("a", CI, "member_of", GROUP), Link("b", GROUP, "member_of", CI))
    assert verdict(TOKEN, ACCOUNT, binding(CREATOR, SHOP, GROUP), links=links) == "yes"


def test_whom_an_outside_issuer_vouches_for_is_not_signed_in_to_google() -> None:
    outside = "identity:gcp/-/principalSet%3A//iam.googleapis.com/pool/*"
    grants = (binding(CREATOR, SHOP, AUTHENTICATED), binding(USER, BANK, outside))
    assert verdict(TOKEN, ACCOUNT, *grants, who=outside) == "no"
    assert verdict(TOKEN, ACCOUNT, binding(CREATOR, SHOP, EVERYBODY), grants[1], who=outside) == "yes"


@pytest.mark.parametrize(
    ("role", "on", "container", "expected"),
    [
        ("roles/owner", SHOP, "projects/shop", "yes"),
        ("roles/owner", ORGANISATION, "organizations/9", "yes"),
        ("roles/owner", FOLDER, "projects/bank", "no"),
        ("roles/editor", ORGANISATION, "projects/shop", "no"),
        ("roles/resourcemanager.projectIamAdmin", FOLDER, "projects/shop", "yes"),
        ("roles/resourcemanager.projectIamAdmin", FOLDER, "folders/5", "no"),
        ("roles/resourcemanager.folderIamAdmin", FOLDER, "folders/5", "yes"),
        ("roles/resourcemanager.organizationAdmin", ORGANISATION, "organizations/9", "yes"),
    ],
)
def test_administrators(role: str, on: str, container: str, expected: str) -> None:
    assert administers(held(estate(binding(role, on)))[CI], container).verdict == expected


@pytest.mark.parametrize(
    ("name", "outer", "expected"),
    [
        ("serviceAccounts/deploy@shop.iam.gserviceaccount.com", "projects/shop", True),
        ("serviceAccounts/77-compute@developer.gserviceaccount.com", "projects/shop", True),
        ("serviceAccounts/shop@appspot.gserviceaccount.com", "projects/shop", True),
        ("serviceAccounts/a@shop.example.com.iam.gserviceaccount.com", "projects/example.com:shop", True),
        ("serviceAccounts/service-77@gcp-sa-run.iam.gserviceaccount.com", "organizations/9", False),
        ("serviceAccounts/terraform:infra/google_service_account.a", "projects/shop", None),
        ("serviceAccounts/a@new.iam.gserviceaccount.com", "folders/5", None),
        ("serviceAccounts/a@new.iam.gserviceaccount.com", "projects/123", None),
        ("serviceAccounts/a@new.iam.gserviceaccount.com", "projects/77", False),
        ("storage.googleapis.com/exports", "projects/shop", None),
        (f"{DATASET}/tables/b", DATASET, True),
        (f"{DATASET}b", DATASET, False),
        ("folders/5", "projects/shop", False),
        ("organizations/9", "folders/5", False),
        ("folders/5", "organizations/9", True),
    ],
)  # fmt: skip
def test_where_things_lie(name: str, outer: str, expected: bool | None) -> None:
    assert lies_in(name, outer, places_of(Inventory(settings=PLACES))) is expected


def test_a_number_of_two_projects_is_that_of_neither() -> None:
    twice = (*PLACES, Setting("s5", key=f"{MANAGER}projects/77#project_id", value="bank"))
    assert places_of(Inventory(settings=twice)).projects == {"88": "bank"}


@pytest.mark.parametrize("value", ["", " ", "projects/", "folders/5 " * 5_000, "projects/shop projects/shop"])
def test_ancestors_of_any_kind_are_taken(value: str) -> None:
    places = places_of(Inventory(settings=(Setting("s", key=f"{SHOP}#ancestors", value=value),)))
    assert around("projects/shop", places)[0] == "projects/shop"


def test_the_table_answers_for_all_that_techniques_ask() -> None:
    asked = {
        each.action
        for technique in knowledge().techniques
        if technique.domain == "gcp"
        for alternative in technique.requires
        for each in alternative
    }
    assert asked <= ASKED


def test_a_printed_role_counts_more_than_the_table() -> None:
    printed = Grant("grant:role", provider="gcp", policy=USER, actions=(f"role:{USER}", "iam.serviceAccounts.get"))
    roles = roles_of(Inventory(grants=(printed,)))
    assert includes(binding(USER), ACT, roles) is False
    assert includes(binding(USER), ACT, {}) is True


grants = st.builds(
    binding,
    st.sampled_from([CREATOR, USER, "roles/editor", "roles/owner", "roles/made.up"]),
    st.sampled_from([SHOP, BANK, FOLDER, ORGANISATION, ELSEWHERE, ACCOUNT, None]),
    st.sampled_from([CI, GROUP, EVERYBODY, AUTHENTICATED]),
)
conditional = st.builds(
    lambda grant, until: replace(grant, id=f"{grant.id}/{until}", conditions=(UNTIL,) if until else ()),
    grants,
    st.booleans(),
)
denials = st.builds(
    denial,
    st.lists(
        st.sampled_from([TOKEN, ACT, "iam.serviceAccounts.*", "resourcemanager.projects.setIamPolicy"]), min_size=1
    ),
    st.sampled_from([SHOP, BANK, FOLDER, ORGANISATION, None]),
    st.sampled_from([CI, GROUP, EVERYBODY]),
)
questions = st.tuples(
    st.sampled_from([TOKEN, ACT, "resourcemanager.projects.setIamPolicy"]), st.sampled_from([SHOP, BANK, ACCOUNT])
)


def rank(answer: str) -> int:
    return ANSWERS.index(answer)


@settings(deadline=None, max_examples=150)
@given(st.lists(conditional, max_size=5), st.lists(denials, max_size=3), denials, questions)
def test_another_denial_never_allows_more(
    allows: list[Grant], denies: list[Grant], more: Grant, asked: tuple[str, str]
) -> None:
    everything = (*allows, *(replace(each, id=f"{each.id}/{place}") for place, each in enumerate(denies)))
    assert rank(verdict(*asked, *everything, more)) >= rank(verdict(*asked, *everything))


@settings(deadline=None, max_examples=150)
@given(st.lists(conditional, min_size=1, max_size=6), st.lists(denials, max_size=2), questions)
def test_a_binding_less_never_allows_more(allows: list[Grant], denies: list[Grant], asked: tuple[str, str]) -> None:
    assert rank(verdict(*asked, *allows[1:], *denies)) >= rank(verdict(*asked, *allows, *denies))


@settings(deadline=None, max_examples=100)
@given(st.lists(conditional, max_size=6), st.lists(denials, max_size=3), questions, st.randoms(use_true_random=False))
def test_order_does_not_matter(
    allows: list[Grant], denies: list[Grant], asked: tuple[str, str], random: object
) -> None:
    everything = list({each.id: each for each in (*allows, *denies)}.values())
    shuffled = list(everything)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # random.Random, which hypothesis makes
    one, other = (held(estate(*each))[CI] for each in (everything, shuffled))
    on = named(asked[1], one.estate.places.projects)
    assert decide(one, asked[0], on) == decide(other, asked[0], on)


def test_no_file_says_anything_of_places() -> None:
    assert lies_in("projects/shop", "organizations/9", Places({}, {})) is None
