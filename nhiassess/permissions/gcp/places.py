"""Where things of Google Cloud lie: in which project, folder and organisation, as far as files tell."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from nhiassess.model.inventory import Inventory

CONTAINERS = ("projects", "folders", "organizations")
ACCOUNT = "serviceAccounts/"
_MANAGER = "cloudresourcemanager.googleapis.com/"
_GOOGLE = "projects/of-google:-"  # where service agents lie: in a project that nobody else has
_DEPTH = 16  # folders lie in one another ten deep at most, says Google Cloud, "Quotas and limits" of Resource Manager
_ANCESTORS, _PROJECT_ID = "#ancestors", "#project_id"
_OF_PROJECT = re.compile(r"[^@]+@(?P<project>[a-z][a-z0-9-]*)(?:\.(?P<domain>[\w.-]+))?\.iam\.gserviceaccount\.com")
_DEFAULT = re.compile(r"(?P<project>\d+)-compute@developer\.gserviceaccount\.com")
_ENGINE = re.compile(r"(?P<project>[a-z][a-z0-9-]*)@appspot\.gserviceaccount\.com")
# agents of services, whatever the project of Google's that they lie in
_SERVICE = re.compile(r"(?:service-\d+@.+|[^@]+@gcp-sa-[a-z0-9-]+\.iam\.gserviceaccount\.com)")
_AGENT = re.compile(r"(?P<number>\d+)@(?P<service>cloudservices|cloudbuild)\.gserviceaccount\.com")


@dataclass(frozen=True, slots=True)
class Places:
    """What lies in what."""

    above: Mapping[str, tuple[str, ...]]  # the name of a thing to the names of what it lies in, nearest first
    projects: Mapping[str, str]  # the number of a project to its id, where a file states both
    ids: frozenset[str] = frozenset()  # of the projects whose number is known


def places_of(inventory: Inventory) -> Places:
    """Gather what files say of where things lie.

    Parameters
    ----------
    inventory:
        The source of Google Cloud states ancestors and ids of projects as settings.

    Returns
    -------
    Places
        What lies above a project or folder follows from anything in it. O(n) in the number of settings.
    """
    settings = sorted(
        (each.key or "", each.value or "") for each in inventory.settings if (each.key or "").startswith("//")
    )
    numbers: dict[str, set[str]] = {}
    for key, value in settings:
        if key.endswith(_PROJECT_ID):
            numbers.setdefault(key.removesuffix(_PROJECT_ID).rpartition("/")[2], set()).add(value)
    projects = {number: next(iter(ids)) for number, ids in numbers.items() if len(ids) == 1}
    above: dict[str, tuple[str, ...]] = {}
    for key, value in settings:
        if key.endswith(_ANCESTORS):
            name = named(key.removesuffix(_ANCESTORS), projects)
            stated = [named(each, projects) for each in value.split()[:_DEPTH]]
            chain = [name, *(each for each in stated if each != name)]
            for place, each in enumerate(chain):
                above.setdefault(each, tuple(chain[place + 1 :]))
    return Places(above, projects, frozenset(projects.values()))


def named(name: str, projects: Mapping[str, str]) -> str:
    """Give the one name of a thing that full names may write in several ways.

    Examples
    --------
    >>> named("//cloudresourcemanager.googleapis.com/projects/77", {"77": "shop"})
    'projects/shop'
    >>> named("//iam.googleapis.com/projects/-/serviceAccounts/a@shop.iam.gserviceaccount.com", {})
    'serviceAccounts/a@shop.iam.gserviceaccount.com'
    """
    bare = name.removeprefix("//").removeprefix(_MANAGER)
    if bare.startswith("iam.googleapis.com/") and f"/{ACCOUNT}" in bare:
        return ACCOUNT + bare.rpartition("/")[2]
    head, found, rest = bare.partition("projects/")
    if not found or (head and not head.endswith("/")):
        return bare
    number, slash, more = rest.partition("/")
    return f"{head}projects/{projects.get(number, number)}{slash}{more}"


def project_of(name: str, places: Places) -> str | None:
    """Give the project that a thing lies in; None when neither its name nor a file tells.

    Notes
    -----
    Google Cloud, "Service accounts overview" and "Service agents": addresses name the project, and those of service
    agents lie in a project of Google's. Which form addresses have in projects of a domain is from memory.

    Examples
    --------
    >>> nowhere = Places({}, {"77": "shop"})
    >>> project_of("serviceAccounts/77-compute@developer.gserviceaccount.com", nowhere)
    'projects/shop'
    >>> project_of("storage.googleapis.com/exports", nowhere) is None
    True
    """
    if name.startswith("projects/") and name.count("/") == 1:
        return name
    told = next((each for each in places.above.get(name, ()) if each.startswith("projects/")), None)
    if told is not None:
        return told
    if name.startswith(ACCOUNT):
        return _project_of_account(name.removeprefix(ACCOUNT), places)
    found = re.search(r"(?:^|/)projects/([^/]+)/", name)
    return f"projects/{places.projects.get(found[1], found[1])}" if found and found[1] != "-" else None


def _project_of_account(address: str, places: Places) -> str | None:
    if _AGENT.fullmatch(address) or _SERVICE.fullmatch(address):
        return _GOOGLE
    for pattern in (_OF_PROJECT, _DEFAULT, _ENGINE):
        found = pattern.fullmatch(address)
        if found is None:
            continue
        project = found["project"]
        domain = found.groupdict().get("domain")
        return f"projects/{domain}:{project}" if domain else f"projects/{places.projects.get(project, project)}"
    return None


def agent_of(address: str, places: Places) -> tuple[str, str] | None:
    """Give the service whose agent an address is, and the project that it acts in.

    Examples
    --------
    >>> agent_of("77@cloudbuild.gserviceaccount.com", Places({}, {"77": "shop"}))
    ('cloudbuild', 'projects/shop')
    """
    found = _AGENT.fullmatch(address)
    return (found["service"], f"projects/{places.projects.get(found['number'], found['number'])}") if found else None


def around(name: str, places: Places) -> tuple[str, ...]:
    """Give a thing and all that it is known to lie in, nearest first."""
    told = places.above.get(name)
    if told is not None:
        return (name, *told)
    project = project_of(name, places)
    if project is None or project == name:
        return (name,)
    return (name, project, *places.above.get(project, ()))


def is_of_google(project: str) -> bool:
    """Tell whether a project is Google's own, in which nobody else is given anything."""
    return project == _GOOGLE


def is_complete(chain: tuple[str, ...]) -> bool:
    """Tell whether what lies above a thing is known up to the organisation."""
    return chain[-1].startswith("organizations/") or _GOOGLE in chain


def lies_in(name: str, outer: str, places: Places) -> bool | None:
    """Tell whether a thing is another or lies in it; None when no file tells.

    Notes
    -----
    Google Cloud, "Resource hierarchy": an allow policy holds for what it is set on and all that lies in it.

    Examples
    --------
    >>> nowhere = Places({}, {})
    >>> lies_in("pubsub.googleapis.com/projects/shop/topics/a", "projects/shop", nowhere)
    True
    >>> lies_in("projects/shop", "projects/bank", nowhere), lies_in("projects/shop", "organizations/9", nowhere)
    (False, None)
    """
    chain = around(name, places)
    if outer in chain or name.startswith(f"{outer}/"):
        return True
    kind = outer.partition("/")[0] if outer.count("/") == 1 else ""
    if kind not in CONTAINERS:
        return False
    if kind == "projects":
        if name.startswith(("folders/", "organizations/")):
            return False
        within = project_of(name, places)
        return None if within is None or _may_be_one(within, outer, places) else False
    return False if is_complete(chain) else None


def _may_be_one(one: str, other: str, places: Places) -> bool:
    """Tell whether a number and an id may be those of one project: no file gives either another counterpart."""
    names = {each.partition("/")[2] for each in (one, other)}
    numbers = {each for each in names if each.isdigit()}
    ids = names - numbers
    return len(numbers) == len(ids) == 1 and not (numbers & places.projects.keys()) and not (ids & places.ids)
