"""Kinds of AWS resources that templates deploy: their ARNs, what Ref gives, and their names in Terraform."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known of a kind of resource."""

    pattern: str  # its ARN, with {} for its name; account and region are those of the deployment
    kind: str  # as the inventory calls such a resource
    names: str = "name"  # properties that may state its name, alternatives with | between them
    ref_is_arn: bool = False  # whether CloudFormation's Ref gives the ARN
    role: str | None = None  # the property with the role that it runs as


def fold(name: str) -> str:
    """Give a name without what formats write differently.

    Examples
    --------
    >>> fold("agent_resource_role_arn") == fold("AgentResourceRoleArn") == fold("agentResourceRoleArn")
    True
    """
    return name.replace("_", "").lower()


def _arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:-:-:{rest}"


ARNS = {
    "AWS::IAM::Role": Kind("arn:aws:iam::-:role/{}", "role", "rolename|name"),
    "AWS::IAM::User": Kind("arn:aws:iam::-:user/{}", "user", "username|name"),
    "AWS::IAM::Group": Kind("arn:aws:iam::-:group/{}", "group", "groupname|name"),
    "AWS::IAM::ManagedPolicy": Kind("arn:aws:iam::-:policy/{}", "policy", "managedpolicyname|policyname|name", True),
    "AWS::IAM::InstanceProfile": Kind("arn:aws:iam::-:instance-profile/{}", "instance_profile",
                                      "instanceprofilename|name"),
    "AWS::S3::Bucket": Kind("arn:aws:s3:::{}", "object_store", "bucketname|bucket"),
    "AWS::DynamoDB::Table": Kind(_arn("dynamodb", "table/{}"), "table", "tablename|name"),
    "AWS::Lambda::Function": Kind(_arn("lambda", "function:{}"), "function", "functionname", role="role"),
    "AWS::Serverless::Function": Kind(_arn("lambda", "function:{}"), "function", "functionname", role="role"),
    "AWS::SecretsManager::Secret": Kind(_arn("secretsmanager", "secret:{}"), "secret", "name", True),
    "AWS::SSM::Parameter": Kind(_arn("ssm", "parameter/{}"), "parameter", "name"),
    "AWS::SQS::Queue": Kind(_arn("sqs", "{}"), "queue", "queuename|name"),
    "AWS::SNS::Topic": Kind(_arn("sns", "{}"), "topic", "topicname|name", True),
    "AWS::KMS::Key": Kind(_arn("kms", "key/{}"), "key", "keyid"),
    "AWS::ECR::Repository": Kind(_arn("ecr", "repository/{}"), "image_repository", "repositoryname|name"),
    "AWS::StepFunctions::StateMachine": Kind(_arn("states", "stateMachine:{}"), "state_machine",
                                             "statemachinename|name", True, "rolearn"),
    "AWS::Serverless::StateMachine": Kind(_arn("states", "stateMachine:{}"), "state_machine", "name", True, "role"),
    "AWS::Logs::LogGroup": Kind(_arn("logs", "log-group:{}"), "log_group", "loggroupname|name"),
    "AWS::RDS::DBInstance": Kind(_arn("rds", "db:{}"), "database", "dbinstanceidentifier|identifier"),
    "AWS::RDS::DBCluster": Kind(_arn("rds", "cluster:{}"), "database", "dbclusteridentifier|clusteridentifier"),
    "AWS::Kinesis::Stream": Kind(_arn("kinesis", "stream/{}"), "stream", "name"),
    "AWS::EKS::Cluster": Kind(_arn("eks", "cluster/{}"), "cluster", "name", role="rolearn"),
    "AWS::ECS::TaskDefinition": Kind(_arn("ecs", "task-definition/{}"), "compute", "family", True, "taskrolearn"),
    "AWS::CodeBuild::Project": Kind(_arn("codebuild", "project/{}"), "pipeline", "name", role="servicerole"),
    "AWS::CodePipeline::Pipeline": Kind(_arn("codepipeline", "{}"), "pipeline", "name", role="rolearn"),
    "AWS::OpenSearchServerless::Collection": Kind(_arn("aoss", "collection/{}"), "database", "name"),
    "AWS::Bedrock::Agent": Kind(_arn("bedrock", "agent/{}"), "agent", "agentname"),
    "AWS::Bedrock::AgentAlias": Kind(_arn("bedrock", "agent-alias/{}"), "agent_alias", "-"),
    "AWS::Bedrock::KnowledgeBase": Kind(_arn("bedrock", "knowledge-base/{}"), "knowledge_base", "name",
                                        role="rolearn"),
    "AWS::Bedrock::Guardrail": Kind(_arn("bedrock", "guardrail/{}"), "guardrail", "name"),
    "AWS::BedrockAgentCore::Runtime": Kind(_arn("bedrock-agentcore", "runtime/{}"), "agent_runtime",
                                           "agentruntimename"),
    "AWS::BedrockAgentCore::Gateway": Kind(_arn("bedrock-agentcore", "gateway/{}"), "gateway", "name"),
    "AWS::BedrockAgentCore::Memory": Kind(_arn("bedrock-agentcore", "memory/{}"), "memory", "name",
                                          role="memoryexecutionrolearn"),
    "AWS::BedrockAgentCore::CodeInterpreterCustom": Kind(
        _arn("bedrock-agentcore", "code-interpreter-custom/{}"), "code_interpreter", "name", role="executionrolearn"),
    "AWS::BedrockAgentCore::BrowserCustom": Kind(
        _arn("bedrock-agentcore", "browser-custom/{}"), "browser", "name", role="executionrolearn"),
    "AWS::BedrockAgentCore::ApiKeyCredentialProvider": Kind(
        _arn("bedrock-agentcore", "token-vault/default/apikeycredentialprovider/{}"), "credential_provider", "name"),
    "AWS::BedrockAgentCore::OAuth2CredentialProvider": Kind(
        _arn("bedrock-agentcore", "token-vault/default/oauth2credentialprovider/{}"), "credential_provider", "name"),
}  # fmt: skip
# kinds without an ARN of their own that are read too, as they stand in templates or as Terraform has them
_OTHERS = (
    "AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy",
    "AWS::IAM::UserToGroupAddition", "AWS::IAM::AccessKey", "AWS::Bedrock::DataSource",
    "AWS::BedrockAgentCore::GatewayTarget", "AWS::Scheduler::Schedule", "AWS::Events::Rule",
    "AWS::Lambda::Permission",
)  # fmt: skip
_TERRAFORM = {
    "aws_iam_policy": "AWS::IAM::ManagedPolicy", "aws_iam_access_key": "AWS::IAM::AccessKey",
    "aws_iam_role_policy_attachment": "attachment", "aws_iam_user_policy_attachment": "attachment",
    "aws_iam_group_policy_attachment": "attachment", "aws_iam_policy_attachment": "attachment",
    "aws_iam_user_group_membership": "membership", "aws_iam_group_membership": "membership",
    "aws_sfn_state_machine": "AWS::StepFunctions::StateMachine", "aws_cloudwatch_log_group": "AWS::Logs::LogGroup",
    "aws_db_instance": "AWS::RDS::DBInstance", "aws_rds_cluster": "AWS::RDS::DBCluster",
    "aws_opensearchserverless_collection": "AWS::OpenSearchServerless::Collection",
    "aws_codepipeline": "AWS::CodePipeline::Pipeline",
    "aws_cloudwatch_event_rule": "AWS::Events::Rule", "aws_cloudwatch_event_target": "event_target",
    "aws_bedrockagent_agent": "AWS::Bedrock::Agent", "aws_bedrockagent_agent_alias": "AWS::Bedrock::AgentAlias",
    "aws_bedrockagent_knowledge_base": "AWS::Bedrock::KnowledgeBase",
    "aws_bedrockagent_data_source": "AWS::Bedrock::DataSource",
    "aws_bedrockagent_agent_action_group": "action_group",
    "aws_bedrockagent_agent_collaborator": "collaborator",
    "aws_bedrockagent_agent_knowledge_base_association": "knowledge_base_association",
    "aws_bedrockagentcore_agent_runtime": "AWS::BedrockAgentCore::Runtime",
    "aws_bedrockagentcore_code_interpreter": "AWS::BedrockAgentCore::CodeInterpreterCustom",
    "aws_bedrockagentcore_browser": "AWS::BedrockAgentCore::BrowserCustom",
}  # fmt: skip
_BY_FOLDED = {fold(each.replace("::", "")): each for each in (*ARNS, *_OTHERS)}
_SPELLED = {"AWS::BedrockAgentCore::CodeInterpreter": "AWS::BedrockAgentCore::CodeInterpreterCustom",
            "AWS::BedrockAgentCore::Browser": "AWS::BedrockAgentCore::BrowserCustom"}  # fmt: skip


def kind_of(stated: str) -> str:
    """Give the kind of a resource in CloudFormation's words, from either format; what is not known as it stands.

    Examples
    --------
    >>> kind_of("aws_bedrockagent_agent"), kind_of("awscc_iam_role"), kind_of("AWS::S3::Bucket")
    ('AWS::Bedrock::Agent', 'AWS::IAM::Role', 'AWS::S3::Bucket')
    """
    if "::" in stated:
        return _SPELLED.get(stated, stated)
    folded = fold(stated.replace("awscc_", "aws_", 1))
    return _TERRAFORM.get(stated) or _BY_FOLDED.get(folded, stated)
