"""Seeds of packaged agents, and of what people write about agents: manifests, descriptions, sheets and our own rows."""

# ruff: noqa: E501 - programs write lines of any length

from __future__ import annotations

SEEDS: dict[str, str] = {
    "desk/appPackage/declarativeAgent.json": r"""
{"$schema": "https://developer.microsoft.com/json-schemas/copilot/declarative-agent/v1.6/schema.json", "version": "v1.6",
 "name": "Repairs desk", "description": "d", "instructions": "$[file('instruction.txt')]",
 "capabilities": [{"name": "WebSearch", "sites": [{"url": "https://p.example"}]}, {"name": "CodeInterpreter"}],
 "actions": [{"id": "repairs", "file": "ai-plugin.json"}, {"id": "gone", "file": "gone.json"}],
 "worker_agents": [{"id": "w"}]}
""",
    "desk/appPackage/ai-plugin.json": r"""
{"schema_version": "v2.2", "namespace": "repairs", "name_for_human": "Repairs", "functions": [
  {"name": "list", "capabilities": {"security_info": {"data_handling": ["GetPrivateData"]}}},
  {"name": "close", "capabilities": {"confirmation": {"type": "AdaptiveCard"}}}],
 "runtimes": [{"type": "OpenApi", "auth": {"type": "OAuthPluginVault", "reference_id": "${{REPAIRS_OAUTH}}"},
  "spec": {"url": "apiSpecificationFile/repairs.yaml"}, "run_for_functions": ["*"]},
  {"type": "RemoteMCPServer", "auth": {"type": "None"}, "spec": {"url": "https://m.example/mcp"}}]}
""",
    "desk/appPackage/apiSpecificationFile/repairs.yaml": r"""
openapi: 3.0.1
info: {title: Repairs API, version: "1"}
servers: [{url: "http://repairs.example/v1"}]
security:
  - staff: [repairs.read]
components:
  securitySchemes:
    staff: {type: oauth2}
paths:
  /repairs:
    get: {operationId: list}
    post: {operationId: close, x-openai-isConsequential: false}
  /health:
    get: {security: []}
""",
    "desk/appPackage/manifest.json": r"""
{"$schema": "https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json",
 "manifestVersion": "1.19", "developer": {"name": "Tools"}, "name": {"short": "Bot"}, "description": {"short": "d"},
 "copilotAgents": {"declarativeAgents": [{"id": "a", "file": "declarativeAgent.json"}],
  "customEngineAgents": [{"type": "bot", "id": "11111111-2222-3333-4444-555555555555"}]},
 "webApplicationInfo": {"id": "x", "resource": "api://x"}, "validDomains": ["*.example"],
 "authorization": {"permissions": {"resourceSpecific": [{"name": "ChannelMessage.Read.Group", "type": "Application"}]}}}
""",
    "plugin/.well-known/ai-plugin.json": r"""
{"schema_version": "v1", "name_for_human": "Todo", "name_for_model": "todo", "description_for_human": "d",
 "auth": {"type": "service_http", "authorization_type": "bearer", "verification_tokens": {"openai": "@GITHUB@"}},
 "api": {"type": "openapi", "url": "http://todo.example/openapi.yaml"}, "contact_email": "a@todo.example"}
""",
    "desk/copilot/agent.mcs.yml": r"""
mcs.metadata: {componentName: Desk, description: Answers guests.}
kind: GptComponentMetadata
instructions: Be kind.
gptCapabilities: {webBrowsing: true, codeInterpreter: false}
aISettings: {model: {modelNameHint: Sonnet46}}
""",
    "desk/copilot/settings.mcs.yml": r"""
displayName: Front desk
schemaName: cr1_desk
accessControlPolicy: Any
authenticationMode: None
configuration: {settings: {GenerativeActionsEnabled: true}}
""",
    "desk/copilot/actions/SendMail.mcs.yml": r"""
kind: TaskDialog
modelDisplayName: Send mail
action:
  kind: InvokeConnectorTaskAction
  connectionReference: cr1_desk.mail.abc
  connectionProperties: {mode: Maker}
  operationId: SendEmailV2
""",
    "desk/copilot/connectionreferences.mcs.yml": r"""
connectionReferences:
  - connectionReferenceLogicalName: cr1_desk.mail.abc
    connectorId: /providers/Microsoft.PowerApps/apis/shared_office365
""",
    "desk/copilot/topics/Greeting.mcs.yml": r"""
kind: AdaptiveDialog
beginDialog:
  kind: OnConversationStart
  actions:
    - {kind: HttpRequestAction, url: "https://a.example/x", headers: {Authorization: "Bearer @GITHUB@"}}
""",
    "grc/agents.csv": r"""
Agent name,Business Owner,Technical owner,Purpose,Risk Tier,Approval date,Environment,Next review,Cost
Triage bot,Support,Platform,Sorts tickets,Tier 2,2026-03-01,production,01.06.2026,4711
Fixer,TBD,,"Fixes builds,
and tests",high,03/04/2026,test,,4712
,Ops,,Nobody knows,1,,,,
""",
    "grc/agents.columns.yaml": "columns:\n  name: Agent name\n  owner: [Business Owner, Technical owner]\n",
    "grc/vault accounts.csv": r"""
Account Name;Safe;Address;Max Checkout;Approver;Rotation Interval;Last Rotated;Account Type;Owner;Password
svc-agent;Robots;db.example;8 hours;Ada;90 days;2026-01-02;service account;Ops;@GITHUB@
admin;People;;;;;never;human;;
""",
    "written/facts.nhi.yaml": r"""
agents:
  - {id: "agent:n8n/-/intake", owner: Finance, autonomy: unattended}
tools:
  - {id: "tool:a", capabilities: [[read, low]]}
grants:
  - id: "grant:a"
    actions: [["s3:GetObject", "arn:aws:s3:::x/*"]]
    conditions: [{operator: StringEquals, key: "aws:x", values: ["1"]}]
workflows:
  - {id: "workflow:w", agent: "agent:n8n/-/intake", untrusted: true, expected_seconds: 300}
links:
  - source: agent:n8n/-/intake
    verb: invokes
    target: tool:a
    gate: {kind: human_approval, enforced_at: gateway}
""",
    "saas/tokens.json": r"""
{"kind": "admin#directory#tokenList", "items": [
  {"kind": "admin#directory#token", "clientId": "123.apps.googleusercontent.com", "displayText": "Notes AI",
   "anonymous": false, "nativeApp": false, "userKey": "1001", "scopes": ["https://mail.google.com/", "openid"]},
  {"displayText": "lost"}]}
""",
    "saas/tokens.csv": "user,clientId,displayText,anonymous,nativeApp,scopes\na@x.test,1,Notes,False,False,openid email\n",
    "saas/entra.json": r"""
{"value": [{"clientId": "263A5B01-03e5-408e-8557-bab681df104c", "consentType": "AllPrincipals", "principalId": null,
  "resourceId": "1804a6f8-e623-4520-8f40-ba1b0c11c42d", "scope": " User.Read Group.ReadWrite.All"}], "nextLink": "more"}
""",
    "saas/salesforce.json": r"""
{"totalSize": 2, "done": false, "records": [{"attributes": {"type": "OauthToken"}, "AppName": "Loader", "UserId": "005A",
  "UseCount": 3, "LastUsedDate": "2026-01-02T10:00:00.000+0000", "CreatedDate": "x", "AccessToken": "@GITHUB@"}]}
""",
    "saas/okta.json": r"""
[{"id": "0oa1", "label": "Helpdesk agent", "status": "ACTIVE", "name": "oidc_client", "signOnMode": "OPENID_CONNECT",
  "created": "2025-01-01T00:00:00.000Z", "lastUpdated": "2025-02-01T00:00:00.000Z",
  "credentials": {"oauthClient": {"client_id": "0oa1", "client_secret": "@GITHUB@",
    "token_endpoint_auth_method": "client_secret_basic"}},
  "settings": {"oauthClient": {"grant_types": ["client_credentials"], "redirect_uris": ["http://x.example"]}},
  "_links": {"self": {"href": "https://acme.okta.com/api/v1/apps/0oa1"}}}]
""",
    "saas/okta-grants.json": r"""
[{"id": "oag1", "status": "ACTIVE", "issuer": "https://acme.okta.com", "clientId": "0oa1", "scopeId": "okta.users.manage",
  "createdBy": {"id": "00u1", "type": "User"}, "source": "ADMIN"}]
""",
    "saas/slack.yaml": r"""
display_information: {name: Desk bot}
features: {bot_user: {display_name: desk, always_online: true}}
oauth_config:
  scopes: {bot: [chat:write, channels:history], user: [search:read]}
  redirect_urls: ["http://x.example"]
settings: {event_subscriptions: {bot_events: [app_mention]}, token_rotation_enabled: false, socket_mode_enabled: true}
""",
    "saas/installations.json": r"""
[{"id": 1, "app_id": 7, "app_slug": "coder", "account": {"login": "acme", "type": "Organization"},
  "repository_selection": "all", "permissions": {"contents": "write", "issues": "read"}, "events": ["push"],
  "created_at": "2025-01-01T00:00:00Z", "suspended_at": null, "target_type": "Organization"}]
""",
}  # fmt: skip
