"""What roles of Google Cloud permit: custom roles by their text, predefined ones by a table of what is asked here.

Which permissions a predefined role includes is a fact taken from ``iann0036/iam-dataset``, folder ``gcp/roles``, a copy
of what ``gcloud iam roles describe`` prints; rows marked "from memory" were not compared with it. Google Cloud changes
these roles: an estate that puts the printed role beside its policies has that text counted instead.
"""

from __future__ import annotations

from collections.abc import Mapping

from nhiassess.model.inventory import Grant, Inventory

ROLE = "role:"
OWNER = "roles/owner"
_TOKENS = (
    *("iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.implicitDelegation"),
    *("iam.serviceAccounts.signBlob", "iam.serviceAccounts.signJwt"),
)
_OPENS = (
    *("resourcemanager.projects.setIamPolicy", "iam.serviceAccounts.setIamPolicy", "storage.buckets.setIamPolicy"),
    *("cloudfunctions.functions.setIamPolicy", "run.services.setIamPolicy", "secretmanager.secrets.setIamPolicy"),
    *("bigquery.datasets.setIamPolicy", "cloudkms.cryptoKeys.setIamPolicy", "pubsub.topics.setIamPolicy"),
    "pubsub.subscriptions.setIamPolicy",
)
_FUNCTIONS = tuple(f"cloudfunctions.functions.{each}" for each in ("call", "create", "sourceCodeSet", "update"))
_RUN = ("run.services.create", "run.services.update", "run.routes.invoke")
_COMPUTE = (
    *("compute.disks.create", "compute.instances.create", "compute.instances.setMetadata"),
    *("compute.instances.setServiceAccount", "compute.subnetworks.use", "compute.subnetworks.useExternalIp"),
)
_SCHEDULER = ("cloudscheduler.jobs.create", "cloudscheduler.locations.list")
_KEYS = ("apikeys.keys.create", "apikeys.keys.getKeyString", "apikeys.keys.list")
_OLD_KEYS = ("serviceusage.apiKeys.create", "serviceusage.apiKeys.list")
_OBJECTS = ("storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.update")
_TABLES = ("bigquery.tables.getData", "bigquery.tables.updateData")
_SECRETS = ("secretmanager.versions.access", "secretmanager.versions.add")
_CRYPTO = ("cloudkms.cryptoKeyVersions.useToDecrypt", "cloudkms.cryptoKeyVersions.useToEncrypt")
_MESSAGES = ("pubsub.topics.publish", "pubsub.subscriptions.consume")
# what the table answers for: of any other permission it says nothing
ASKED = frozenset(
    (
        *_TOKENS,
        *_OPENS,
        *_FUNCTIONS,
        *_RUN,
        *_COMPUTE,
        *_SCHEDULER,
        *_KEYS,
        *_OLD_KEYS,
        *_OBJECTS,
        *_TABLES,
        *_SECRETS,
        *_CRYPTO,
        *_MESSAGES,
        *("iam.roles.update", "iam.serviceAccountKeys.create", "iam.serviceAccounts.actAs", "orgpolicy.policy.set"),
        *("storage.hmacKeys.create", "deploymentmanager.deployments.create", "cloudbuild.builds.create"),
        *("resourcemanager.organizations.setIamPolicy", "resourcemanager.folders.setIamPolicy"),
    )
)
# iam, orgpolicy, resourcemanager and pubsub compared with the printed role; what the other services have, from memory
_EDITOR = (
    *("iam.serviceAccountKeys.create", "iam.serviceAccounts.actAs", "storage.hmacKeys.create"),
    *("deploymentmanager.deployments.create", "cloudbuild.builds.create", "secretmanager.versions.add"),
    *_FUNCTIONS,
    *_RUN[:2],
    *_COMPUTE,
    *_SCHEDULER,
    *_KEYS,
    *_MESSAGES,
)
_INSTANCES = _COMPUTE  # from memory
_PREDEFINED: Mapping[str, tuple[str, ...]] = {
    # basic roles; owner from memory, viewer from memory
    OWNER: (*_EDITOR, *_OPENS, "iam.roles.update", "run.routes.invoke", *_TABLES, *_SECRETS, *_CRYPTO),
    "roles/editor": _EDITOR,
    "roles/viewer": ("cloudscheduler.locations.list",),
    "roles/browser": (),
    # identities and policies
    "roles/iam.serviceAccountTokenCreator": _TOKENS,
    "roles/iam.serviceAccountOpenIdTokenCreator": (),
    "roles/iam.workloadIdentityUser": ("iam.serviceAccounts.getAccessToken",),
    "roles/iam.serviceAccountUser": ("iam.serviceAccounts.actAs",),
    "roles/iam.serviceAccountAdmin": ("iam.serviceAccounts.setIamPolicy",),
    "roles/iam.serviceAccountKeyAdmin": ("iam.serviceAccountKeys.create",),
    "roles/iam.serviceAccountCreator": (),  # from memory, as the next two
    "roles/iam.serviceAccountViewer": (),
    "roles/iam.securityReviewer": ("cloudscheduler.locations.list", "serviceusage.apiKeys.list", "apikeys.keys.list"),
    "roles/iam.roleAdmin": ("iam.roles.update",),
    "roles/iam.roleViewer": (),  # from memory
    "roles/iam.organizationRoleAdmin": ("iam.roles.update",),
    "roles/iam.securityAdmin": (  # from memory
        *_OPENS,
        *("resourcemanager.organizations.setIamPolicy", "resourcemanager.folders.setIamPolicy"),
        *("cloudscheduler.locations.list", "serviceusage.apiKeys.list", "apikeys.keys.list"),
    ),
    "roles/orgpolicy.policyAdmin": ("orgpolicy.policy.set",),
    "roles/orgpolicy.policyViewer": (),  # from memory
    "roles/resourcemanager.organizationAdmin": tuple(
        f"resourcemanager.{each}.setIamPolicy" for each in ("organizations", "folders", "projects")
    ),
    "roles/resourcemanager.organizationViewer": (),  # from memory
    "roles/resourcemanager.folderAdmin": (
        "resourcemanager.folders.setIamPolicy",
        "resourcemanager.projects.setIamPolicy",
    ),
    "roles/resourcemanager.folderIamAdmin": ("resourcemanager.folders.setIamPolicy",),
    "roles/resourcemanager.projectIamAdmin": ("resourcemanager.projects.setIamPolicy",),
    # what runs code
    "roles/cloudbuild.builds.editor": ("cloudbuild.builds.create",),
    "roles/cloudbuild.builds.builder": ("cloudbuild.builds.create", "pubsub.topics.publish", *_OBJECTS),
    "roles/cloudfunctions.developer": (*_FUNCTIONS, *_RUN),
    "roles/cloudfunctions.admin": (
        *_FUNCTIONS,
        *_RUN,
        "cloudfunctions.functions.setIamPolicy",
        "run.services.setIamPolicy",
    ),
    "roles/run.developer": _RUN,
    "roles/run.admin": (*_RUN, "run.services.setIamPolicy"),  # from memory, as the next three
    "roles/run.invoker": ("run.routes.invoke",),
    "roles/compute.admin": _INSTANCES,
    "roles/compute.instanceAdmin.v1": _INSTANCES,
    "roles/cloudscheduler.admin": _SCHEDULER,
    "roles/deploymentmanager.editor": ("deploymentmanager.deployments.create",),
    "roles/serviceusage.apiKeysAdmin": _KEYS,
    # what keeps data
    "roles/storage.admin": (*_OBJECTS, "storage.buckets.setIamPolicy"),
    "roles/storage.objectAdmin": _OBJECTS,
    "roles/storage.objectUser": _OBJECTS,
    "roles/storage.objectViewer": ("storage.objects.get",),  # from memory, as the next
    "roles/storage.objectCreator": ("storage.objects.create",),
    "roles/storage.legacyBucketOwner": (
        "storage.buckets.setIamPolicy",
        "storage.objects.create",
        "storage.objects.delete",
    ),
    "roles/storage.legacyBucketWriter": ("storage.objects.create", "storage.objects.delete"),
    "roles/storage.legacyBucketReader": (),  # from memory
    "roles/storage.hmacKeyAdmin": ("storage.hmacKeys.create",),
    "roles/secretmanager.admin": (*_SECRETS, "secretmanager.secrets.setIamPolicy"),
    "roles/secretmanager.secretAccessor": ("secretmanager.versions.access",),  # from memory, as the next two
    "roles/secretmanager.secretVersionAdder": ("secretmanager.versions.add",),
    "roles/secretmanager.viewer": (),
    "roles/secretmanager.secretVersionManager": ("secretmanager.versions.add",),
    "roles/bigquery.dataViewer": ("bigquery.tables.getData",),
    "roles/bigquery.dataEditor": _TABLES,
    "roles/bigquery.dataOwner": (*_TABLES, "bigquery.datasets.setIamPolicy"),
    # all that follows, from memory
    "roles/bigquery.admin": (*_TABLES, "bigquery.datasets.setIamPolicy"),
    "roles/bigquery.jobUser": (),
    "roles/bigquery.metadataViewer": (),
    "roles/bigquery.user": (),
    "roles/cloudkms.admin": ("cloudkms.cryptoKeys.setIamPolicy",),
    "roles/cloudkms.cryptoKeyDecrypter": _CRYPTO[:1],
    "roles/cloudkms.cryptoKeyEncrypter": _CRYPTO[1:],
    "roles/cloudkms.cryptoKeyEncrypterDecrypter": _CRYPTO,
    "roles/pubsub.admin": (*_MESSAGES, "pubsub.topics.setIamPolicy", "pubsub.subscriptions.setIamPolicy"),
    "roles/pubsub.editor": _MESSAGES,
    "roles/pubsub.publisher": _MESSAGES[:1],
    "roles/pubsub.subscriber": _MESSAGES[1:],
    "roles/pubsub.viewer": (),
    **dict.fromkeys(
        (
            *("roles/aiplatform.user", "roles/artifactregistry.reader", "roles/artifactregistry.writer"),
            *("roles/cloudasset.viewer", "roles/cloudsql.client", "roles/cloudtrace.agent", "roles/logging.logWriter"),
            *("roles/logging.viewer", "roles/monitoring.metricWriter", "roles/monitoring.viewer"),
            *("roles/serviceusage.serviceUsageConsumer",),
        ),
        (),
    ),
}


def roles_of(inventory: Inventory) -> Mapping[str, frozenset[str]]:
    """Give what each role permits whose text is in scope, by the name of the role.

    A role that several files print differently permits what all of them say together.
    """
    found: dict[str, set[str]] = {}
    for grant in inventory.grants:
        if grant.provider == "gcp" and grant.effect == "allow" and grant.policy:
            stated = [each for each in grant.actions if not each.startswith(ROLE)]
            if stated or (grant.identity is None and f"{ROLE}{grant.policy}" in grant.actions):
                found.setdefault(grant.policy, set()).update(stated)
    return {name: frozenset(permissions) for name, permissions in found.items()}


def includes(grant: Grant, permission: str, roles: Mapping[str, frozenset[str]]) -> bool | None:
    """Tell whether the role that a grant binds includes a permission; None when nobody here knows.

    Parameters
    ----------
    grant:
        Of a binding.
    permission:
        As roles write it, such as ``iam.serviceAccounts.actAs``.
    roles:
        As `roles_of` gives them.

    Returns
    -------
    bool or None
        None for a role that is neither in scope nor in the table, and for a permission the table says nothing of.

    Examples
    --------
    >>> user = Grant("g", policy="roles/iam.serviceAccountUser")
    >>> includes(user, "iam.serviceAccounts.actAs", {}), includes(user, "pubsub.schemas.get", {})
    (True, None)
    """
    text = roles.get(grant.policy or "")
    if text is not None:
        return permission in text
    known = _PREDEFINED.get(grant.policy or "")
    if known is None or permission not in ASKED:
        return None
    return permission in known


def is_known(grant: Grant, roles: Mapping[str, frozenset[str]]) -> bool:
    """Tell whether what a role permits is in scope or in the table."""
    return (grant.policy or "") in roles or (grant.policy or "") in _PREDEFINED
