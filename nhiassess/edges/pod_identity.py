"""The pods of a service account get the role that EKS Pod Identity associates with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nhiassess.edges.edge import edge, short
from nhiassess.model.inventory import Inventory
from nhiassess.model.knowledge import Knowledge
from nhiassess.model.reach import Edge
from nhiassess.permissions.aws.estate import gains
from nhiassess.permissions.aws.trust import admits_service, trusts_of

SERVICE = "pods.eks.amazonaws.com"
TECHNIQUE = "eks-pod-identity"
_TAG = "aws:requesttag/kubernetes-"


@dataclass(frozen=True, slots=True)
class PodIdentity:
    """From service accounts of Kubernetes to the roles that trust EKS Pod Identity."""

    name: str = "pod_identity"

    def derive(self, inventory: Inventory, knowledge: Knowledge) -> Iterable[Edge]:
        """Give an edge for each role that an association may give to a service account.

        Notes
        -----
        Amazon EKS User Guide, "Create IAM role with trust policy required by EKS Pod Identity". Which account gets
        which role only the cluster's associations tell, which no manifest and no export of an account holds; the trust
        may narrow it by the tags of the session.
        """
        known = {each.id: each for each in inventory.identities}
        accounts = [each for each in inventory.identities if _is_account(each.kind, each.provider)]
        for id, trusts in sorted(trusts_of(inventory).items()):
            if id not in known or not id.startswith("identity:aws/"):
                continue
            if not any((trust.trusted or "").startswith(SERVICE) for trust in trusts):
                continue
            for account in accounts:
                namespace, _, name = (account.name or "").partition("/")
                tags = {f"{_TAG}namespace": (namespace,), f"{_TAG}service-account": (name,)}
                decision = admits_service(trusts, SERVICE, id.split("/")[1], tags)
                words = f"an association of the cluster, which is not in scope, gives {account.name} the role"
                decision = gains(decision, "association", False, words)
                if decision.possible:
                    yield edge(
                        account.id,
                        "federates_to",
                        id,
                        f"may get role {short(id)} for its pods, whose trust lets EKS Pod Identity in",
                        (*decision.locations, *account.locations[:1]),
                        verdict=decision.verdict,
                        conditions=decision.conditions,
                        technique=TECHNIQUE,
                    )


def _is_account(kind: str | None, provider: str | None) -> bool:
    return kind == "service_account" and provider == "kubernetes"


EDGE = PodIdentity()
