"""What the built-in roles of Azure allow that assignments most often name and no file defines; only what matters here.

Microsoft, "Azure built-in roles" (a page for each category). Reading of settings is left out, since it opens nothing.
What is marked below as from memory was not held against those pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """A built-in role: actions of the control and the data plane, and what is taken from them."""

    name: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()


_ASSIGN = "control:Microsoft.Authorization/roleAssignments/write"
_IDENTITY = "control:Microsoft.ManagedIdentity/userAssignedIdentities"
_CLUSTERS = "Microsoft.ContainerService/managedClusters"
_DESKTOP = "control:Microsoft.DesktopVirtualization"
_BLOBS = "data:Microsoft.Storage/storageAccounts/blobServices/containers/blobs"
_POLICIES = tuple(
    f"control:Microsoft.Authorization/{each}/*"
    for each in ("policyAssignments", "policyDefinitions", "policyExemptions", "policySetDefinitions")
)
_NOT_OF_CONTRIBUTORS = (
    "control:Microsoft.Authorization/*/Delete",
    "control:Microsoft.Authorization/*/Write",
    "control:Microsoft.Authorization/elevateAccess/Action",
    "control:Microsoft.Blueprint/blueprintAssignments/write",
    "control:Microsoft.Blueprint/blueprintAssignments/delete",
)
BUILT_IN: Mapping[str, Role] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": Role("Owner", ("control:*",)),
    "b24988ac-6180-42a0-ab88-20f7382dd24c": Role("Contributor", ("control:*",), _NOT_OF_CONTRIBUTORS),
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": Role("Reader"),
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": Role("User Access Administrator", ("control:Microsoft.Authorization/*",)),
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": Role("Role Based Access Control Administrator", (_ASSIGN,)),
    "92b92042-07d9-4307-87f7-36a593fc5850": Role("Azure File Sync Administrator", (_ASSIGN,)),
    "a8889054-8d42-49c9-bc1c-52486c10e7cd": Role("Reservations Administrator", (_ASSIGN,)),
    "36243c78-bf99-498c-9df9-86d9f8d28608": Role("Resource Policy Contributor", _POLICIES),  # from memory
    "fb1c8493-542b-48eb-b624-b4c8fea62acd": Role("Security Admin", _POLICIES),
    "0f37683f-2463-46b6-9ce7-9b788b988ba2": Role(
        "App Compliance Automation Administrator", ("control:Microsoft.Security/automations/write",)
    ),
    # identities
    "e40ec5ca-96e0-45a2-b4ff-59039f2c2b59": Role(
        "Managed Identity Contributor",
        (f"{_IDENTITY}/write", f"{_IDENTITY}/federatedIdentityCredentials/write"),
    ),
    "f1a07417-d97a-45cb-824c-7a7467783830": Role("Managed Identity Operator", (f"{_IDENTITY}/*/assign/action",)),
    "7e559ce2-48d7-4b27-9128-fa1b247f1308": Role(
        "Managed Identity Federated Identity Credential Contributor",
        (f"{_IDENTITY}/federatedIdentityCredentials/*",),  # from memory
    ),
    "ef318e2a-8334-4a05-9e4a-295a196c6a6e": Role(
        "Azure Red Hat OpenShift Federated Credential",
        (f"{_IDENTITY}/federatedIdentityCredentials/*",),  # from memory
    ),
    # compute
    "9980e02c-c2be-4d73-94e8-173b1dc7cf3c": Role(
        "Virtual Machine Contributor",
        (
            "control:Microsoft.Compute/virtualMachines/*",
            "control:Microsoft.Compute/virtualMachineScaleSets/*",
            "control:Microsoft.Storage/storageAccounts/listKeys/action",
        ),
    ),
    "a959dbd1-f747-45e3-8ba6-dd80f235f97c": Role(
        "Desktop Virtualization Virtual Machine Contributor",
        ("control:Microsoft.Compute/virtualMachines/*",),  # from memory
    ),
    "4f8fab4f-1852-4a58-a46a-8eaf358af14a": Role(
        "Avere Contributor",
        ("control:Microsoft.Compute/virtualMachines/*",),  # id and action from memory
    ),
    "1c0163c0-47e6-4577-8991-ea5c82e286e4": Role(
        "Virtual Machine Administrator Login",
        (
            "data:Microsoft.Compute/virtualMachines/login/action",
            "data:Microsoft.Compute/virtualMachines/loginAsAdmin/action",
        ),
    ),
    "fb879df8-f326-4884-b1cf-06f3ad86be52": Role(
        "Virtual Machine User Login", ("data:Microsoft.Compute/virtualMachines/login/action",)
    ),
    "f353d9bd-d4a6-484e-a77a-8050b599b867": Role(
        "Automation Contributor", ("control:Microsoft.Automation/automationAccounts/*",)
    ),
    "de139f84-1756-47ae-9be6-808fbbe84772": Role("Website Contributor", ("control:Microsoft.Web/sites/*",)),
    "87a39d53-fc1b-424a-814c-f7e04687dc9e": Role("Logic App Contributor", ("control:Microsoft.Logic/*",)),
    "ad710c24-b039-4e85-a019-deb4a06e8570": Role(
        "Logic Apps Standard Contributor (Preview)",
        ("control:Microsoft.Web/sites/*",),  # from memory
    ),
    "f3bd1b5c-91fa-40e7-afe7-0c11d331232c": Role(
        "Container Apps Operator",
        ("control:Microsoft.App/containerApps/*/action",),  # that it may run commands is stated, how from memory
    ),
    "082f0a83-3be5-4ba1-904c-961cca79b387": Role("Desktop Virtualization Contributor", (f"{_DESKTOP}/*",)),
    "86240b0e-9422-4c43-887b-b61143f32ba8": Role(
        "Desktop Virtualization Application Group Contributor",
        (f"{_DESKTOP}/applicationGroups/*",),  # from memory
    ),
    "2ad6aaab-ead9-4eaa-8ac5-da422f562408": Role(
        "Desktop Virtualization Session Host Operator",
        (f"{_DESKTOP}/hostPools/sessionHosts/*",),  # from memory
    ),
    # clusters
    "0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8": Role(
        "Azure Kubernetes Service Cluster Admin Role", (f"control:{_CLUSTERS}/listClusterAdminCredential/action",)
    ),
    "4abbcc35-e782-43d8-92c5-2d3f1bd2253f": Role(
        "Azure Kubernetes Service Cluster User Role", (f"control:{_CLUSTERS}/listClusterUserCredential/action",)
    ),
    "ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8": Role(
        "Azure Kubernetes Service Contributor Role",
        (f"control:{_CLUSTERS}/*",),  # from memory
    ),
    "3498e952-d568-435e-9b2c-8d77e338d7f7": Role(
        "Azure Kubernetes Service RBAC Admin",
        (f"data:{_CLUSTERS}/*",),
        (f"data:{_CLUSTERS}/resourcequotas/write", f"data:{_CLUSTERS}/namespaces/write"),  # from memory
    ),
    "b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b": Role(
        "Azure Kubernetes Service RBAC Cluster Admin", (f"data:{_CLUSTERS}/*",)
    ),
    "a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb": Role(
        "Azure Kubernetes Service RBAC Writer",
        (f"data:{_CLUSTERS}/pods/*", f"data:{_CLUSTERS}/secrets/*", f"data:{_CLUSTERS}/apps/*"),  # from memory
    ),
    "18ab4d3d-a1bf-4477-8ad9-8359bc988f69": Role(
        "Azure Kubernetes Fleet Manager RBAC Cluster Admin",
        ("data:Microsoft.ContainerService/fleets/*",),  # from memory
    ),
    # the pages call these two Defender Containers Sensor and Defender Kubernetes API Access by now
    "5e93ba01-8f92-4c7a-b12a-801e3df23824": Role(
        "Kubernetes Agent Operator",
        (f"control:{_CLUSTERS}/trustedAccessRoleBindings/write", f"control:{_CLUSTERS}/write"),
    ),
    "d5a2ae44-610b-4500-93be-660a0c5f5ca6": Role(
        "Kubernetes Agentless Operator",
        (f"control:{_CLUSTERS}/trustedAccessRoleBindings/write",),  # from memory
    ),
    # models and agents
    "b78c5d69-af96-48a3-bf8d-a8b4d589de94": Role(
        "Azure AI Administrator",
        ("control:Microsoft.CognitiveServices/*", "control:Microsoft.MachineLearningServices/*"),  # from memory
    ),
    "25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68": Role(
        "Cognitive Services Contributor",
        ("control:Microsoft.CognitiveServices/*",),  # from memory
    ),
    "a001fd3d-188f-4b5d-821b-7da978bf7442": Role(
        "Cognitive Services OpenAI Contributor",
        (
            "control:Microsoft.CognitiveServices/accounts/deployments/write",
            "data:Microsoft.CognitiveServices/accounts/OpenAI/*",
        ),  # from memory
    ),
    "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd": Role(
        "Cognitive Services OpenAI User",
        ("data:Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action",),  # from memory
    ),
    # data
    "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1": Role("Storage Blob Data Reader", (f"{_BLOBS}/read",)),
    "ba92f5b4-2d11-453d-a403-e96b0029c9fe": Role(
        "Storage Blob Data Contributor", tuple(f"{_BLOBS}/{each}" for each in ("read", "write", "delete"))
    ),
    "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": Role("Storage Blob Data Owner", (f"{_BLOBS}/*",)),
    "17d1049b-9a84-46fb-8f53-869881c3d3ab": Role(
        "Storage Account Contributor", ("control:Microsoft.Storage/storageAccounts/*",)
    ),
    "4633458b-17de-408a-b874-0445c86b69e6": Role(
        "Key Vault Secrets User", ("data:Microsoft.KeyVault/vaults/secrets/getSecret/action",)
    ),
    "b86a8fe4-44ce-4948-aee5-eccb2c155cd7": Role(
        "Key Vault Secrets Officer", ("data:Microsoft.KeyVault/vaults/secrets/*",)
    ),
    "00482a5a-887f-4fb3-b363-3b7fe8e74483": Role("Key Vault Administrator", ("data:Microsoft.KeyVault/vaults/*",)),
    "f25e0fa2-a7c8-4377-a976-54943a77a395": Role(
        "Key Vault Contributor",
        ("control:Microsoft.KeyVault/*",),  # from memory
    ),
    "7f951dda-4ed3-4680-a7ca-43fe172d538d": Role(
        "AcrPull", ("control:Microsoft.ContainerRegistry/registries/pull/read",)
    ),
    "8311e382-0749-4cb8-b61a-304f252e45ec": Role(
        "AcrPush",
        (
            "control:Microsoft.ContainerRegistry/registries/pull/read",
            "control:Microsoft.ContainerRegistry/registries/push/write",
        ),
    ),
}
_BY_NAME = {role.name.lower(): role for role in BUILT_IN.values()}


def built_in(stated: str) -> Role | None:
    """Give a built-in role by its id or its name; None for any other.

    Examples
    --------
    >>> built_in("8E3AF657-a8ff-443c-a75c-2fe8c4bcb635").name, built_in("Night Watch")
    ('Owner', None)
    """
    return BUILT_IN.get(stated.lower()) or _BY_NAME.get(stated.lower())
