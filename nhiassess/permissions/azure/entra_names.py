"""What Entra calls the directory roles and Microsoft Graph permissions that matter here, by the ids that exports give.

Names and ids of tier 0 are those of emiliensocchi/azure-tiering@5edc675; what only narrows or reads is from memory.
"""

from __future__ import annotations

from collections.abc import Mapping

GRAPH = "00000003-0000-0000-c000-000000000000"

DIRECTORY_ROLES: Mapping[str, str] = {
    "db506228-d27e-4b7d-95e5-295956d6615f": "Agent ID Administrator",
    "d2562ede-74db-457e-a7b6-544e236ebb61": "AI Administrator",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "Application Administrator",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": "Authentication Administrator",
    "e3973bdf-4987-49ae-837a-ba8e231c7286": "Azure DevOps Administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "Conditional Access Administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "Cloud Application Administrator",
    "9360feb5-f418-4baa-8175-e2a00bac4301": "Directory Writers",
    "8329153b-31d0-4727-b945-745eb3bc5f31": "Domain Name Administrator",
    "be2f45a1-457d-42af-a067-6ec1fa63bc45": "External Identity Provider Administrator",
    "29232cdf-9323-42fd-ade2-1d097af3e4de": "Exchange Administrator",
    "62e90394-69f5-4237-9190-012177145e10": "Global Administrator",
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": "Groups Administrator",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": "Helpdesk Administrator",
    "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": "Hybrid Identity Administrator",
    "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e": "Identity Governance Administrator",
    "3a2c62db-5318-420d-8d74-23affee5d9d5": "Intune Administrator",
    "b5a8dcf3-09d5-43a9-a639-8e29ef291470": "Knowledge Administrator",
    "744ec460-397e-42ad-a462-8b3f9747a02c": "Knowledge Manager",
    "59d46f88-662b-457b-bceb-5c3809e5908f": "Lifecycle Workflows Administrator",
    "4ba39ca4-527c-499a-b93d-d9b492c50246": "Partner Tier1 Support",
    "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8": "Partner Tier2 Support",
    "966707d0-3269-4727-9be2-8c3a10f19b9d": "Password Administrator",
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "Privileged Authentication Administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "Privileged Role Administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "Security Administrator",
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c": "SharePoint Administrator",
    "69091246-20e8-4a56-aa4d-066075b2a7a8": "Teams Administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "User Administrator",
    "11451d60-acb2-45eb-a7d6-43d0f0125c13": "Windows 365 Administrator",
    "810a2642-a034-447f-a5e8-41beaa378541": "Yammer Administrator",
}
# built-in roles that the list does not hold to be of tier 0, so that their holders are not asked about (from memory)
OTHER_ROLES = frozenset(
    {
        *(
            "application developer",
            "attribute assignment reader",
            "attribute definition reader",
            "billing administrator",
        ),
        *("cloud device administrator", "compliance administrator", "compliance data administrator"),
        *("desktop analytics administrator", "directory readers", "dynamics 365 administrator", "fabric administrator"),
        *("global reader", "guest inviter", "insights analyst", "insights business leader", "kaizala administrator"),
        *("license administrator", "message center privacy reader", "message center reader", "network administrator"),
        *("office apps administrator", "power platform administrator", "printer administrator", "printer technician"),
        *("reports reader", "search administrator", "search editor", "security operator", "security reader"),
        *("service support administrator", "skype for business administrator", "teams communications administrator"),
        *("teams communications support engineer", "teams communications support specialist"),
        *("teams devices administrator", "usage summary reports reader", "virtual visits administrator"),
    }
)
# ids of those of them that exports without names most often hold (from memory)
_OTHER_IDS: Mapping[str, str] = {
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "Directory Readers",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "Global Reader",
    "5d6b6bb7-de71-4623-b4af-96380a352509": "Security Reader",
    "4a5d8f65-41da-4de4-8968-e035b65339cf": "Reports Reader",
    "cf1c38e5-3621-4004-a7cb-879624dced7c": "Application Developer",
}

GRAPH_PERMISSIONS: Mapping[str, str] = {
    "5eb59dd3-1da2-4329-8733-9dabdc435916": "AdministrativeUnit.ReadWrite.All",
    "fc023787-fd04-4e44-9bc7-d454f00c0f0a": "Application.ReadUpdate.All",
    "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9": "Application.ReadWrite.All",
    "18a4783c-866b-4cc7-a460-3d5e5662c884": "Application.ReadWrite.OwnedBy",
    "06b708a9-e830-4db3-a914-8e69da51d44f": "AppRoleAssignment.ReadWrite.All",
    "cc13eba4-8cd8-44c6-b4d4-f93237adce58": "DelegatedAdminRelationship.ReadWrite.All",
    "9241abd9-d0e6-425a-bd4f-47ba86e767a4": "DeviceManagementConfiguration.ReadWrite.All",
    "e330c4f0-4170-414e-a55a-2f022ec2b57b": "DeviceManagementRBAC.ReadWrite.All",
    "9255e99d-faf5-445e-bbf7-cb71482737c4": "DeviceManagementScripts.ReadWrite.All",
    "19dbc75e-c2e2-444c-a770-ec69d8559fc7": "Directory.ReadWrite.All",
    "7e05723c-0bb0-42da-be95-ae9f08a6e53c": "Domain.ReadWrite.All",
    "9acd699f-1e81-4958-b001-93b1d2506e19": "EntitlementManagement.ReadWrite.All",
    "2d9bd318-b883-40be-9df7-63ec4fcdc424": "Group-OnPremisesSyncBehavior.ReadWrite.All",
    "62a82d76-70ea-41e2-9197-370581804d09": "Group.ReadWrite.All",
    "dbaae8cf-10b5-4b86-a4a1-f871c94c6695": "GroupMember.ReadWrite.All",
    "292d869f-3427-49a8-9dab-8c70152b74e9": "Organization.ReadWrite.All",
    "29c18626-4985-4dcd-85c0-193eef327366": "Policy.ReadWrite.AuthenticationMethod",
    "01c0a623-fc9b-48e9-b794-0756f8e8f067": "Policy.ReadWrite.ConditionalAccess",
    "a402ca1c-2696-4531-972d-6e5ee4aa11ea": "Policy.ReadWrite.PermissionGrant",
    "854d9ab1-6657-4ec8-be45-823027bcd009": "PrivilegedAccess.ReadWrite.AzureAD",
    "2f6817f8-7b12-4f0f-bc18-eeaf60705a9e": "PrivilegedAccess.ReadWrite.AzureADGroup",
    "6f9d5abc-2db6-400b-a267-7de22a40fb87": "PrivilegedAccess.ReadWrite.AzureResources",
    "41202f2c-f7ab-45be-b001-85c9728b9d69": "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
    "618b6020-bca8-4de6-99f6-ef445fa4d857": "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "dd199f4a-f148-40a4-a2ec-f0069cc799ec": "RoleAssignmentSchedule.ReadWrite.Directory",
    "fee28b28-e1f3-4841-818e-2704dc62245f": "RoleEligibilitySchedule.ReadWrite.Directory",
    "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8": "RoleManagement.ReadWrite.Directory",
    "b38dcc4d-a239-4ed6-aa84-6c65b284f97c": "RoleManagementPolicy.ReadWrite.AzureADGroup",
    "31e08e0a-d3f7-4ca2-ac39-7343fb83e8ad": "RoleManagementPolicy.ReadWrite.Directory",
    "af2bf46f-7bf1-4be3-8bad-e17e279e8462": "SecurityIdentitiesActions.ReadWrite.All",
    "7fc588a2-ea2d-4d1f-bcf7-33c324b149b8": "SignInIdentifier.ReadWrite.All",
    "9b50c33d-700f-43b1-b2eb-87e89b703581": "Synchronization.ReadWrite.All",
    "eccc023d-eccf-4e7b-9683-8813ab36cecc": "User.DeleteRestore.All",
    "3011c876-62b7-4ada-afa2-506cbbecc68c": "User.EnableDisableAccount.All",
    "741f803b-c850-494e-b5df-cde7c675a1ca": "User.ReadWrite.All",
    "cc117bb9-00cf-4eb8-b580-ea2a878fe8f7": "User-PasswordProfile.ReadWrite.All",
    "50483e42-d915-4231-9639-7fdb7fd190e5": "UserAuthenticationMethod.ReadWrite.All",
    "7e9ebcc1-90aa-4471-8051-e68d6b4e9c89": "UserAuthMethod-HardwareOATH.ReadWrite.All",
    "6e85d483-7092-4375-babe-0a94a8213a58": "UserAuthMethod-Phone.ReadWrite.All",
    "4869299f-18c3-40c8-98f2-222657e67db1": "UserAuthMethod-QR.ReadWrite.All",
    "627169a8-8c15-451c-861a-5b80e383de5c": "UserAuthMethod-TAP.ReadWrite.All",
    # named by bloodhound-docs; its id is from memory
    "89c8469c-83ad-45f7-8ff2-6e3d4285709e": "ServicePrincipalEndpoint.ReadWrite.All",
}


def directory_role(stated: str) -> str:
    """Give the name of a directory role; what is stated where the id is not known.

    Examples
    --------
    >>> directory_role("62E90394-69F5-4237-9190-012177145E10"), directory_role("Night Watch")
    ('Global Administrator', 'Night Watch')
    """
    id = stated.lower()
    return DIRECTORY_ROLES.get(id) or _OTHER_IDS.get(id) or stated


def graph_permission(resource: str, stated: str) -> str | None:
    """Give the name of a permission of Microsoft Graph; None when it is another application's.

    Parameters
    ----------
    resource:
        The client id of the application whose role it is, or the object id of its service principal.
    stated:
        The role, by its id or by its name.

    Returns
    -------
    str or None
        An id tells by itself that it is Microsoft Graph's; a name may be any application's.

    Examples
    --------
    >>> graph_permission("-", "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8")
    'RoleManagement.ReadWrite.Directory'
    >>> graph_permission("22222222-0000-0000-0000-000000000002", "Application.ReadWrite.All") is None
    True
    """
    known = GRAPH_PERMISSIONS.get(stated.lower())
    return known or (stated if resource.lower() == GRAPH else None)
