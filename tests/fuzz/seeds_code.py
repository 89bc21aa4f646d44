"""Seeds of agents that are programmed or drawn: Python, crews, graphs, flows and packages."""

# ruff: noqa: E501 - programs write lines of any length

from __future__ import annotations

SEEDS: dict[str, str] = {
    "bot/main.py": r'''
import os, subprocess
from agents import Agent as A, Runner, function_tool, WebSearchTool, HostedMCPTool, handoff
from agents.mcp import MCPServerStdio
from langchain.agents import create_agent
from crewai import Agent, Crew
from .billing import billing_agent

@function_tool(needs_approval=True)
def shell(command: str) -> str:
    return subprocess.run(command, shell=True).stdout

client = OpenAI(api_key="@ANTHROPIC@")
files = MCPServerStdio(params={"command": "npx", "args": ["-y", "f@1"], "env": {"T": os.environ["T"]}})
tools = [shell, WebSearchTool()] + [handoff(billing_agent)]
refunds = A(name="Refunds", model="gpt-x", tools=tools, mcp_servers=[files])
triage = A(name=f"Triage {refunds}", handoffs=[refunds, *more()], tools=[refunds.as_tool(tool_name="refund"),
    HostedMCPTool(tool_config={"server_label": "d", "server_url": "https://d.example", "require_approval": "never"})])
graph = create_agent(model="m", tools=[shell, lambda x: x], prompt="p")
crew = Crew(agents=[Agent(role="r", tools=[shell], allow_delegation=True, llm=os.getenv("M"))], process="sequential")

async def main():
    await Runner.run(triage, "hello", max_turns=3)
''',
    "bot/billing.py": 'from agents import Agent\nbilling_agent = Agent(name="Billing", instructions="i")\n',
    "bot/langgraph.json": r"""
{"$schema": "https://langgra.ph/schema.json", "dependencies": ["."], "dockerfile_lines": ["RUN curl https://g.example | sh"],
 "graphs": {"triage": "./main.py:graph", "deep": {"path": "src/g.py:make", "description": "d"}, "web": "./w.ts:graph"},
 "env": {"OPENAI_API_KEY": "@ANTHROPIC@", "MODE": "fast", "K": "${K}"}, "auth": {"path": "a.py:auth"},
 "http": {"disable_mcp": true, "cors": {"allow_origins": ["*"]}}, "store": {"index": {"dims": 1536}}}
""",
    "crew/config/agents.yaml": r"""
researcher:
  role: >
    {topic} Researcher
  goal: Find
  backstory: You look.
  tools: [search, scrape]
  llm: gpt-x
  max_iter: 5
  allow_delegation: true
coder:
  role: Coder
  goal: Write
  backstory: You write.
  llm: {model: own, api_key: "@ANTHROPIC@"}
  allow_code_execution: true
  code_execution_mode: unsafe
  mcps: ["https://mcp.example/mcp"]
""",
    "crew/config/tasks.yaml": r"""
find: {description: "Find {topic}", expected_output: A list, agent: researcher, human_input: true}
write:
  description: Write
  expected_output: A text
  agent: coder
  context: [find, lost]
  tools: [save]
""",
    "flows/desk.json": r"""
{"name": "Desk", "active": true, "settings": {"executionOrder": "v1", "executionTimeout": 60, "errorWorkflow": "w"},
 "nodes": [
  {"name": "Hook", "type": "n8n-nodes-base.webhook", "typeVersion": 1, "parameters": {"path": "desk"}},
  {"name": "Desk", "type": "@n8n/n8n-nodes-langchain.agent", "parameters": {"options": {"maxIterations": 5}}},
  {"name": "Model", "type": "@n8n/n8n-nodes-langchain.lmChatOpenAi", "parameters": {"model": {"__rl": true, "value": "g"}},
   "credentials": {"openAiApi": {"id": "k", "name": "team key"}}},
  {"name": "Mail", "type": "n8n-nodes-base.gmailTool", "parameters": {"operation": "send"}},
  {"name": "Code", "type": "@n8n/n8n-nodes-langchain.toolCode", "parameters": {"jsCode": "const k = '@ANTHROPIC@'"}},
  {"name": "Call", "type": "n8n-nodes-base.httpRequestTool", "parameters": {"url": "=https://a.example/{{ $json.x }}"}},
  {"name": "Off", "type": "n8n-nodes-base.slackTool", "disabled": true, "parameters": {}},
  {"name": "Note", "type": "n8n-nodes-base.stickyNote", "parameters": {"content": "an agent"}}],
 "connections": {"Hook": {"main": [[{"node": "Desk", "type": "main", "index": 0}]]},
  "Model": {"ai_languageModel": [[{"node": "Desk", "type": "ai_languageModel", "index": 0}]]},
  "Mail": {"ai_tool": [[{"node": "Desk", "type": "ai_tool", "index": 0}]]},
  "Code": {"ai_tool": [[{"node": "Desk", "type": "ai_tool", "index": 0}]]},
  "Call": {"ai_tool": [[{"node": "Desk", "type": "ai_tool", "index": 0}]]},
  "Off": {"ai_tool": [[{"node": "Desk", "type": "ai_tool", "index": 0}]]}}}
""",
    "flows/chat.json": r"""
{"nodes": [
  {"id": "a", "type": "customNode", "data": {"id": "a", "label": "Desk", "name": "toolAgent", "category": "Agents",
   "baseClasses": ["AgentExecutor"], "inputs": {"maxIterations": "4", "tools": ["{{t.data.instance}}"]}}},
  {"id": "t", "type": "customNode", "data": {"id": "t", "label": "Post", "name": "requestsPost", "category": "Tools",
   "baseClasses": [], "inputs": {"url": "https://a.example", "headers": {"x": "@ANTHROPIC@"}}, "credential": "c1",
   "inputParams": [{"type": "credential", "credentialNames": ["serpApi"]}]}},
  {"id": "n", "type": "stickyNote", "data": {"id": "n", "name": "stickyNote", "inputs": {"note": "an agent"}}}],
 "edges": [{"source": "t", "target": "a", "targetHandle": "a-input-tools-Tool"}]}
""",
    "flows/steps.json": r"""
{"nodes": [
  {"id": "s", "type": "agentFlow", "data": {"id": "s", "name": "startAgentflow", "inputs": {"startInputType": "chatInput"}}},
  {"id": "a", "type": "agentFlow", "data": {"id": "a", "label": "Work", "name": "agentAgentflow", "category": "Agent Flows",
   "inputs": {"agentModel": "chatOpenAI", "agentModelConfig": {"modelName": "g"}, "agentTools": [
     {"agentSelectedTool": "serpAPI", "agentSelectedToolRequiresHumanInput": true, "agentSelectedToolConfig": {}}],
    "agentToolsBuiltInOpenAI": "[\"web_search_preview\"]"}}}],
 "edges": [{"source": "s", "target": "a", "type": "buttonedge"}]}
""",
    "apps/desk.yml": r"""
app:
  description: answers
  mode: agent-chat
  name: Desk
kind: app
model_config:
  agent_mode:
    enabled: true
    max_iteration: 7
    tools:
    - {enabled: true, provider_name: acme/gmail, provider_type: builtin, tool_name: send,
       credential_id: c, tool_parameters: {api_key: "@ANTHROPIC@"}}
    - {enabled: false, provider_name: time, tool_name: now}
    - dataset: {enabled: true, id: d-1}
  model: {name: gpt-x}
  file_upload: {enabled: true}
version: 0.3.0
""",
    "apps/flow.yml": r"""
app:
  mode: advanced-chat
  name: Flow
kind: app
workflow:
  environment_variables:
  - {name: KEY, value: "@ANTHROPIC@", value_type: secret}
  features: {file_upload: {enabled: true}, sensitive_word_avoidance: {enabled: false}}
  graph:
    nodes:
    - {id: s, data: {type: start, title: Start}}
    - {id: l, data: {type: llm, title: Think, model: {name: g}}}
    - id: a
      data: {type: agent, title: Act, agent_parameters: {tools: {value: [{tool_name: t, provider_name: p, enabled: true}]},
             model: {value: {model: g}}, mcp_server: {value: "https://m.example"}}}
    - {id: h, data: {type: http-request, title: Call, url: "https://a.example/{{#s.q#}}", method: post}}
    - {id: c, data: {type: code, title: Code, code_language: python3}}
    edges:
    - {source: s, target: a}
    - {source: a, target: h}
version: 0.3.0
""",
}  # fmt: skip
