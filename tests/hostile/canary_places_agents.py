"""Where files of agents and what they are told hold secrets: cards, code, crews, graphs, manifests and instructions."""

from __future__ import annotations

import json
from textwrap import indent

import yaml

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, flag, header, place, query, some, telling


@place
def a2a(known: list[Canary]) -> Files:
    skills = [
        {"id": f"s{each.number}", "name": telling(each), "description": telling(each), "examples": [curl(each)]}
        for each in known
    ]
    schemes = {f"k{each.number}": {"type": "apiKey", "name": header(each), "default": each.value} for each in known}
    where = "https://h.example.test/a2a"
    card = {
        "defaultInputModes": ["text/plain"],
        "capabilities": {"extensions": [{"uri": where, "params": env(known)}]},
        "defaultOutputModes": [each.value for each in known if each.tells_itself],
        "name": telling(known[3]),
        "description": " ".join(map(telling, known)),
        "url": f"https://app:{known[3].value}@h.example.test/a2a",
        "additionalInterfaces": [{"url": f"{where}?{query([each])}", "transport": telling(each)} for each in known],
        "skills": skills,
        "securitySchemes": schemes,
        "security": [{each.value: []} for each in some(known)],
    }
    return {"r/.well-known/agent-card.json": json.dumps(card, indent=1), "card.json": json.dumps(card)}


@place
def a2a_peers(known: list[Canary]) -> Files:
    made = {}
    for each in known[::3]:
        auth = {"type": "apiKey", "key": each.value} if each.number % 2 else {"type": "http", "value": telling(each)}
        more = {
            "kind": "remote",
            "name": f"p{each.number}",
            "agent_card_url": address([each]),
        }
        front = yaml.safe_dump({**more, "auth": {**auth, "token": each.value, each.variable: each.value}})
        made[f"r/.gemini/agents/p{each.number}.md"] = f"---\n{front}---\n{telling(each)}\n"
    return made


@place
def agent_code(known: list[Canary]) -> Files:
    lines = ["import os", "from agents import Agent, Runner, function_tool", "from agents.mcp import MCPServerStdio"]
    for each in known:
        name = each.variable

        def value(each: Canary = each) -> str:
            return json.dumps(each.value)

        lines += [
            f"{name} = {value()}",
            f"os.environ[{name!r}] = {value()}  # {name} = {value()}",
            f"client{each.number} = Client({name.lower()}={value()}, headers={{{header(each)!r}: {value()}}})",
            f"config.{name.lower()} = os.getenv({name!r}, {value()})",
            f"call({address([each])!r}, {telling(each)!r}, {{'name': {name!r}, 'value': {value()}}})",
            f"a{each.number} = Agent(name={telling(each)!r}, instructions=f'use {{x}} {telling(each)}', tools=[])",
            f"m{each.number} = MCPServerStdio(params={{'command': 'x', 'args': [{flag(each)!r}, {value()}],",
            f"    'env': {{{name!r}: {value()}}}}})",
            "@function_tool",
            f"def t{each.number}({name.lower()}: str = {value()}) -> str:",
            f'    """Do it with {telling(each)}."""',
            f"    return run({curl(each)!r}, shell=True) if {name.lower()} == {value()} else None",
        ]
    crew = "from crewai import Agent\n" + "\n".join(
        f"c{each.number} = Agent(role={telling(each)!r}, goal='g', backstory={telling(each)!r}, tools=[])"
        for each in known[::5]
    )
    broken = (
        "from crewai import Agent\n" + "\n".join(f"{each.variable} = {each.line!r}" for each in known) + "\nx = ((\n"
    )
    return {"app/main.py": "\n".join(lines), "app/crew.py": crew, "broken/main.py": broken}


@place
def crewai(known: list[Canary]) -> Files:
    agents = {
        f"a{each.number}": {
            "role": telling(each),
            "goal": curl(each),
            "backstory": telling(each),
            "llm": telling(each),
            "tools": [telling(each)],
            each.variable: each.value,
            "env": {each.variable: each.value},
        }
        for each in known
    }
    keys = {each.value: {"role": "r", "goal": "g", "backstory": "b"} for each in some(known, 1)}
    tasks = {f"t{each.number}": {"description": telling(each), "expected_output": curl(each)} for each in known}
    return {"agents.yaml": yaml.safe_dump({**agents, **keys}), "tasks.yaml": yaml.safe_dump(tasks, width=40)}


@place
def langgraph(known: list[Canary]) -> Files:
    lines = [f"ENV {each.variable}={each.line}" for each in known] + [
        f"ARG {each.variable}='{each.line}'" for each in known
    ]
    lines += [f"RUN {curl(each)} | sh && serve {flag(each)} {each.line!r}" for each in known]
    graphs = {each.value: "./g.py:graph" for each in some(known, 2)} | {
        "a": {"path": "./a.py:g", "description": telling(known[3])}
    }
    config = {
        "$schema": "https://langgra.ph/schema.json",
        "graphs": graphs,
        "env": env(known),
        "dockerfile_lines": lines,
        "dependencies": [f"git+https://app:{each.value}@h.example.test/x" for each in some(known)],
        "webhooks": {"headers": {header(each): each.line for each in known}},
        "http": {"cors": {"allow_origins": [address([each]) for each in known]}},
        "auth": {"path": "./auth.py:auth", "openapi": {"securitySchemes": env(known)}},
    }
    return {"r/langgraph.json": json.dumps(config)}


def front(known: list[Canary], **more: object) -> str:
    return yaml.safe_dump({**more, **env(known)}, sort_keys=False)


def body(known: list[Canary]) -> str:
    fenced = "\n".join(f"```sh\nexport {each.variable}={each.line!r}\n{curl(each)}\n```" for each in known)
    links = "\n".join(f"[x](https://h.example.test/?{query([each])}) and {telling(each)}" for each in known)
    told = "\n".join(
        f"| {each.variable} | {each.value} |" for each in known if each.tells_itself and "\n" not in each.value
    )
    return f"{fenced}\n{links}\n\n| name | value |\n|---|---|\n{told}\n"


@place
def copilot_agents(known: list[Canary]) -> Files:
    servers = {"s": {"type": "local", "command": "x", "args": [flag(known[3]), known[3].value], "env": env(known)}}
    more = {
        "name": telling(known[3]),
        "description": telling(known[10]),
        "tools": list(map(telling, known)),
        "mcp-servers": servers,
    }
    return {
        "r/.github/agents/x.md": f"---\n{front(known, **more)}---\n{body(known)}",
        "r/x.chatmode.md": f"---\n{front(known, description='d', tools=['a'])}---\n{body(known)}",
    }


@place
def copilot_studio(known: list[Canary]) -> Files:
    said = "\n".join(map(telling, known))
    main = {"kind": "GptComponentMetadata", "instructions": said, "displayName": telling(known[3])}
    action = {
        "kind": "TaskDialog",
        "modelDisplayName": telling(known[3]),
        "inputs": [
            {"kind": "ManualTaskInput", "propertyName": each.variable, "name": each.variable, "value": each.value}
            for each in known
        ],
        "action": {
            "kind": "InvokeConnectorTaskAction",
            "operationId": telling(known[9]),
            "connectionProperties": env(known),
        },
    }
    steps = [
        {
            "kind": "HttpRequestAction",
            "url": f"=https://h.example.test/?{query([each])}",
            "headers": {header(each): each.line},
            "body": telling(each),
        }
        for each in known
    ]
    topic = {"kind": "AdaptiveDialog", "beginDialog": {"kind": "OnRecognizedIntent", "actions": steps}}
    return {
        "agent.mcs.yml": yaml.safe_dump(main),
        "settings.mcs.yml": yaml.safe_dump({"schemaName": "x", "configuration": env(known), **env(known)}),
        "actions/a.mcs.yml": yaml.safe_dump(action),
        "topics/t.mcs.yml": yaml.safe_dump(topic, default_style='"', width=60),
        "topics/u.mcs.yml": f"kind: AdaptiveDialog\nbeginDialog:\n  text: |\n{indent(said, '    ')}\n",
    }
