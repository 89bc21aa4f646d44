"""IAM that CloudFormation, SAM and Terraform deploy: identities, grants, trusts, and the resources they are about.

The account is ``-``: no file says into which one it is deployed. A policy that is attached to nobody grants nothing
and is left out, as in account exports.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from nhiassess.formats.format import Node
from nhiassess.model.inventory import Credential, Grant, Identity, Inventory, Resource
from nhiassess.sources.aws.deployed import Deployed
from nhiassess.sources.aws.deployed_arns import ARNS
from nhiassess.sources.aws.deployed_policies import DOCUMENT, MANAGED, Policies, conditions_of
from nhiassess.sources.aws.deployed_values import choices, part, parts, referred, scalars, tags_of, text_of
from nhiassess.sources.aws.deployments import deployments, group_of, is_deployment
from nhiassess.sources.aws.lambda_permissions import PERMISSION
from nhiassess.sources.aws.lambda_permissions import policy as permission
from nhiassess.sources.aws.names import tagged
from nhiassess.sources.aws.policies import grants
from nhiassess.sources.gathering import Gathering
from nhiassess.sources.source import ReadFile, link, quote
from nhiassess.sources.source import kind as kind_by_name

_IDENTITIES = {"AWS::IAM::Role": "role", "AWS::IAM::User": "user", "AWS::IAM::Group": "group"}
_STORED = "AWS::SecretsManager::Secret"
# a name that says nothing of its own: any value of the deployment may be the same
_PSEUDO = re.compile(r"\$\{AWS::[^{}]*\}")
_INLINE = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy")
_HOLDERS = ("role|rolename|roles", "user|username|users", "group|groupname|groups")
# kinds that state who may use something, with the property that does
_OF_RESOURCES = {
    "AWS::S3::BucketPolicy": "policydocument", "AWS::SQS::QueuePolicy": "policydocument",
    "AWS::SNS::TopicPolicy": "policydocument", "AWS::SecretsManager::ResourcePolicy": "resourcepolicy",
    "AWS::KMS::Key": "keypolicy|policy", "AWS::ECR::Repository": "repositorypolicytext",
    "aws_s3_bucket_policy": "policy", "aws_sqs_queue_policy": "policy", "aws_sns_topic_policy": "policy",
    "aws_secretsmanager_secret_policy": "policy", "aws_kms_key_policy": "policy",
    "aws_ecr_repository_policy": "policy",
}  # fmt: skip


class AwsDeployedIam:
    """IAM in CloudFormation, SAM and Terraform."""

    name = "aws_deployed_iam"

    def recognises(self, path: str, head: str) -> bool:
        """Recognise templates, and Terraform that may deploy to AWS."""
        return is_deployment(path, head)

    def group(self, path: str) -> str:
        """Let the Terraform of a folder belong together, and each template stand alone."""
        return group_of(path)

    def read(self, files: Sequence[ReadFile]) -> Inventory:
        """Read identities with their policies and trusts, and what runs as them."""
        found = Gathering()
        for made in deployments(files, found):
            _Reading(made, found).everything()
        return found.inventory()


@dataclass(frozen=True, slots=True)
class _Reading(Policies):
    """One deployment while it is read."""

    secrets: dict[str, Deployed] = field(default_factory=dict)  # by their ARNs, and by their names as stated

    def everything(self) -> None:
        """Read every resource."""
        for each in self.made.of(_STORED):
            for text in (self.made.arn(each.address, each.kind), self.made.names.get(each.address)):
                if text and not _PSEUDO.fullmatch(text):
                    self.secrets[text] = each
        for each in self.made.resources.values():
            if each.kind in _IDENTITIES:
                self._identity(each, _IDENTITIES[each.kind])
            elif each.kind in _INLINE:
                self._standalone(each, each, part(each.node, DOCUMENT))
            elif each.kind == MANAGED:
                self._standalone(each, each, part(each.node, DOCUMENT), attached_only=True)
            elif each.kind == "attachment":
                self._attachment(each)
            elif each.kind in ("membership", "AWS::IAM::UserToGroupAddition"):
                self._membership(each)
            elif each.kind == "AWS::IAM::AccessKey":
                self._access_key(each)
            elif each.kind in ARNS:
                self._resource(each)
            if each.kind in _OF_RESOURCES:
                self._of_resource(each)
            elif each.kind == PERMISSION and (document := permission(self.made, each)) is not None:
                self._policy_of(each, document, each.file, ())

    def _identity(self, each: Deployed, kind: str) -> None:
        id = self._id(each)
        stated = self.made.names.get(each.address)
        facts = tagged(tags_of(each.node))
        self.found.identities.append(
            Identity(
                id,
                kind=kind,
                name=stated if stated and "${" not in stated else each.address,
                provider="aws",
                owner=facts.get("owner"),
                business_function=facts.get("business_function"),
                environment=facts.get("environment"),
                locations=(each.place,),
            )
        )
        self._decided(each)
        trust = part(each.node, "assumerolepolicydocument|assumerolepolicy")
        for document, words in choices(trust):
            self.trust(each, document, words, id)
        for inline in parts(each.node, "policies|inlinepolicy"):
            name = text_of(part(inline, "policyname|name")) or "inline"
            for document, words in choices(part(inline, DOCUMENT)):
                self.add(each, id, name, document, words)
        for arn, words in self.listed(part(each.node, "managedpolicyarns")):
            self.managed(each, id, arn, words)
        for arn, words in choices(part(each.node, "permissionsboundary")):
            self.managed(each, id, arn, words, "boundary")
        for group, _ in self.listed(part(each.node, "groups") if kind == "user" else None):
            self._member(id, group, each)

    def _id(self, each: Deployed) -> str:
        kind = _IDENTITIES[each.kind]
        return f"identity:aws/-/{kind}/{quote(self.made.name(each.address, each.kind))}"

    def _decided(self, each: Deployed) -> None:
        if each.when:
            words = " ".join(each.when.split())[:160]
            reason = f"{words} decides whether it is deployed, or how often: it is read as if it were"
            self.found.skip(each.place, f"when {words}", "condition", reason)

    def _standalone(self, each: Deployed, policy: Deployed, document: Node | None, attached_only: bool = False) -> None:
        """Add a policy to each identity that `each` names: itself, or an attachment of it."""
        name = text_of(part(policy.node, "policyname|managedpolicyname|name"))
        name = name if name and "${" not in name else policy.address
        holders = [one for key, kind in zip(_HOLDERS, _IDENTITIES.values(), strict=True)
                   for one in self._holders(each, key, kind)]  # fmt: skip
        for node, words, id in holders:
            if id is None:
                reason = "it is attached to an identity that only the deployment decides"
                self.found.skip(each.file.at(node), f"{each.address} holder", "attachment", reason)
                self.made.skip((node,), each.file, self.found)
            for one, more in choices(document):
                self.add(policy, id, name, one, (*words, *more), also=each.file.at(node))
        if holders:
            self._decided(each)
        elif not attached_only:
            reason = "no identity that it is attached to is stated"
            self.found.skip(each.place, f"{each.address} holder", "attachment", reason)

    def _holders(self, each: Deployed, key: str, kind: str) -> Iterator[tuple[Node, tuple[str, ...], str | None]]:
        for node, words in self.listed(part(each.node, key)):
            yield node, words, self._named(node, kind, each)

    def _named(self, node: Node, kind: str, each: Deployed) -> str | None:
        """Give the id of an identity that is named or referred to; one that is not deployed here is known by name."""
        address, text = referred(node), text_of(node)
        if address in self.made.resources and self.made.resources[address].kind in _IDENTITIES:
            return self._id(self.made.resources[address])
        if not text or "${" in text:
            return None
        id = self.made.identity(node) if text.startswith("arn:") else f"identity:aws/-/{kind}/{quote(text)}"
        if id and not any(known.id == id for known in self.found.identities[-1:]):
            self.found.identities.append(Identity(id, kind=kind, provider="aws", locations=(each.file.at(node),)))
        return id

    def _attachment(self, each: Deployed) -> None:
        for arn, more in choices(part(each.node, "policyarn")):
            address = referred(arn)
            policy = self.made.resources.get(address) if address else None
            if policy is not None and policy.kind == MANAGED:
                self._standalone(each, policy, part(policy.node, DOCUMENT))
                continue
            for key, kind in zip(_HOLDERS, _IDENTITIES.values(), strict=True):
                for node, words, id in self._holders(each, key, kind):
                    if id is not None:
                        self.managed(each, id, arn, (*words, *more))
                    else:
                        self.made.skip((node,), each.file, self.found)

    def _membership(self, each: Deployed) -> None:
        for user, _ in self.listed(part(each.node, "user|username|users")):
            id = self._named(user, "user", each)
            for group, _ in self.listed(part(each.node, "groups|groupname|group")):
                if id:
                    self._member(id, group, each)

    def _member(self, id: str, group: Node, each: Deployed) -> None:
        target = self._named(group, "group", each)
        if target:
            self.found.links.append(link(id, "member_of", target, each.file.at(group)))

    def _access_key(self, each: Deployed) -> None:
        user = part(each.node, "username|user")
        id = self._named(user, "user", each) if user is not None else None
        if id is None:
            return
        key = f"credential:{quote(each.file.path)}#{quote(each.address)}"
        name = f"access key of {id.rpartition('/')[2]}"
        self.found.credentials.append(Credential(key, kind="api_key", name=name, locations=(each.place,)))
        self.found.links.append(link(key, "authenticates_as", id, each.place))

    def _resource(self, each: Deployed) -> None:
        known, arn = ARNS[each.kind], self.made.arn(each.address, each.kind) or ""
        id = f"resource:aws/{quote(arn)}"
        name = self.made.names.get(each.address) or each.address
        self.found.resources.append(Resource(id, known.kind, name, "aws", locations=(each.place,)))
        role = part(each.node, known.role) if known.role else None
        if role is None and f"{each.address}Role" in self.made.resources and each.kind == "AWS::Serverless::Function":
            implied = self.made.resources[f"{each.address}Role"]
            self.found.links.append(link(id, "runs_as", self._id(implied), each.place))
        for node, words in choices(role):
            identity = self.made.identity(node)
            if identity is None:
                self.made.skip((node,), each.file, self.found)
            else:
                self.found.links.append(link(id, "runs_as", identity, each.file.at(node), conditions=words))
        variables = part(each.node, "environment", "variables")
        for key, variable in variables.items() if variables is not None and known.kind == "function" else ():
            for node, _ in choices(variable):
                secret = self.secrets.get(node.text() or "") or self.made.resources.get(referred(node) or "")
                if secret is not None and secret.kind == _STORED:
                    self._kept(each, node, key, id, secret)
                else:
                    self.found.hold(each.file, node, f"{each.address}.Environment.{key}", id, key)
        stated = part(each.node, "secretstring") if each.kind == _STORED else None
        for node, _ in choices(stated):
            if node.secrets:
                self.found.hold(each.file, node, f"{each.address}.SecretString", id, "SecretString")

    def _kept(self, each: Deployed, node: Node, key: str, holder: str, secret: Deployed) -> None:
        """Add what a secret of the deployment holds, for a function that is told the name of the secret."""
        id, place = (
            f"credential:{quote(each.file.path)}#{quote(f'{each.address}.Environment.{key}')}",
            each.file.at(node),
        )
        store = f"secret_manager:aws:{self.made.name(secret.address, _STORED)}"
        self.found.credentials.append(Credential(id, kind_by_name("", key), store, name=key, locations=(place,)))
        self.found.links.append(link(holder, "holds", id, place))
        arn = self.made.arn(secret.address, _STORED) or ""
        self.found.links.append(link(f"resource:aws/{quote(arn)}", "yields", id, secret.place, place))

    def _of_resource(self, each: Deployed) -> None:
        for node, words in choices(part(each.node, _OF_RESOURCES[each.kind])):
            document, file = self.document(each, node)
            if document is None:
                self.unread(each, node, "resource policy")
            else:
                self._policy_of(each, document, file, words)

    def _policy_of(self, each: Deployed, document: Node, file: ReadFile, words: Iterable[str]) -> None:
        """Add what a resource policy lets its principals do."""
        stated = Grant("", scope="resource", provider="aws", policy=each.address)
        made = grants(file, document, f"grant:aws/-/resource/{quote(self.whose(each))}", stated)
        own = self.made.arn(each.address, each.kind) if each.kind in ARNS else None
        if own is not None:
            # what stands within a resource is about that resource, whether it says "*" or nothing
            made = tuple(replace(one, resources=_of(own, one)) for one in made)
        self.found.grants += (replace(one, conditions=(*one.conditions, *conditions_of(words))) for one in made)
        self.made.skip(scalars(document), file, self.found)


def _of(own: str, grant: Grant) -> tuple[str, ...]:
    stated = tuple(own if each == "*" else each for each in grant.resources)
    return stated or (() if grant.not_resources else (own,))


SOURCE = AwsDeployedIam()
