"""Seeds of who may do what: clusters, pipelines, workload identity, secret stores, policies and elevation."""

# ruff: noqa: E501 - programs write lines of any length

from __future__ import annotations

SEEDS: dict[str, str] = {
    "k8s/rbac.yaml": r"""
apiVersion: v1
kind: ServiceAccount
metadata:
  name: helper
  namespace: support
  annotations:
    eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/eks-helper
    iam.gke.io/gcp-service-account: a@p.iam.gserviceaccount.com
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: support}
rules:
  - {apiGroups: [""], resources: ["secrets", "pods/log"], verbs: ["get"], resourceNames: ["web"]}
---
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reading, namespace: support}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects:
  - {kind: ServiceAccount, name: helper, namespace: support}
  - {kind: Group, name: "system:authenticated"}
""",
    "k8s/list.json": r"""
{
  "apiVersion": "v1",
  "kind": "List",
  "items": [{"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "agg"}, "aggregationRule": {"clusterRoleSelectors": [{"matchLabels": {"a": "b"}}]}, "rules": []},
  {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "b"},
   "roleRef": {"kind": "ClusterRole", "name": "cluster-admin"}, "subjects": [{"kind": "User", "name": "eve"}]}]}
""",
    "k8s/pod.yaml": r"""
apiVersion: apps/v1
kind: Deployment
metadata: {name: claude-agent, namespace: support, labels: {app: agent}}
spec:
  template:
    spec:
      serviceAccountName: helper
      hostNetwork: true
      volumes:
        - {name: host, hostPath: {path: /var/run/docker.sock}}
        - {name: t, projected: {sources: [{serviceAccountToken: {audience: vault, expirationSeconds: 600}}]}}
      containers:
        - name: main
          image: example/claude-code:latest
          securityContext: {privileged: true, runAsUser: 0}
          env:
            - {name: ANTHROPIC_API_KEY, valueFrom: {secretKeyRef: {name: keys, key: anthropic}}}
            - {name: GITHUB_TOKEN, value: "@GITHUB@"}
            - {name: MAX_TOKENS, value: "4096"}
          envFrom: [{secretRef: {name: keys}}]
""",
    "k8s/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata: {name: keys}\nstringData: {anthropic: '@ANTHROPIC@'}\n",
    "k8s/agent.yaml": r"""
apiVersion: kagent.dev/v1alpha2
kind: Agent
metadata: {name: helper, namespace: kagent}
spec:
  description: d
  type: Declarative
  declarative:
    modelConfig: model
    systemMessage: s
    tools:
      - {type: McpServer, mcpServer: {name: tools, kind: RemoteMCPServer, toolNames: [a, b], requireApproval: [a]}}
      - {type: Agent, agent: {name: other}}
    a2aConfig: {skills: [{id: s, name: S}]}
---
apiVersion: kagent.dev/v1alpha2
kind: RemoteMCPServer
metadata: {name: tools, namespace: kagent}
spec: {url: "http://tools:8080", protocol: STREAMABLE_HTTP, headersFrom: [{name: A, valueFrom: {type: Secret, name: s, key: k}}]}
---
apiVersion: kagent.dev/v1alpha2
kind: ModelConfig
metadata: {name: model, namespace: kagent}
spec: {provider: OpenAI, model: g, apiKeySecret: s, apiKeySecretKey: K}
---
apiVersion: toolhive.stacklok.dev/v1alpha1
kind: MCPServer
metadata: {name: mail}
spec:
  image: mail
  transport: sse
  permissionProfile: {type: builtin, name: network}
  secrets: [{name: s, key: k, targetEnvName: MAIL_TOKEN}]
  authzConfig: {type: inline, inline: {policies: ['permit(principal, action, resource);']}}
""",
    "k8s/istio.yaml": r"""
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: a, namespace: shop}
spec:
  action: ALLOW
  rules:
    - from: [{source: {principals: ["cluster.local/ns/a/sa/b"]}}]
      to: [{operation: {methods: [POST], paths: [/x]}}]
      when: [{key: 'request.headers[x-recipient]', values: [a]}]
""",
    "gate/gateway.yaml": r"""
binds:
- port: 3000
  listeners:
  - routes:
    - policies:
        mcpAuthorization:
          rules:
          - 'mcp.tool.name == "add" // jwt.task'
          - allow: 'jwt.sub == "bot" && request.headers["x-task"] != ""'
      backends:
      - mcp: {targets: [{name: tickets}]}
""",
    "gate/authz.json": r"""
{"version": "1.0", "type": "cedarv1", "cedar": {"entities_json": "[]", "policies": [
  "permit(principal, action == Action::\"call_tool\", resource == Tool::\"weather\");",
  "forbid(principal, action, resource) when { context.arg_purpose == \"x\" };"]}}
""",
    "gate/tools.cedar": r"""
// permit(principal, action, resource);
@id("no // comment; permit(principal, action, resource);")
permit (principal is Agent, action == Action::"call_tool", resource == Tool::"mail")
when { context has taskId && context.taskId == "t; }" && resource in [Tool::"calendar"] };
forbid (principal, action, resource) unless { principal.clearance > 2 };
""",
    "gate/guard.rego": r"""
package tools.guard

import input.attributes.task as job

default allow := false

allow if {
  some call in input.calls  # input.confidence
  call.tool.name == "search"
  args := input.arguments
  args.destination == `input.raw`
}
""",
    "gate/model.fga": r"""
model
  schema 1.1
type user
type agent
  relations
    define owner: [user, agent:*]
    define can_call: owner or (editor but not blocked) with non_expired
condition non_expired(current: timestamp, until: timestamp) {
  current < until
}
""",
    "gate/model.json": r"""
{"schema_version": "1.1", "type_definitions": [{"type": "user"}, {"type": "doc", "relations": {"viewer": {"union": {"child":
  [{"this": {}}, {"computedUserset": {"relation": "owner"}}]}}}, "metadata": {"relations": {"viewer": {}}}}]}
""",
}  # fmt: skip
