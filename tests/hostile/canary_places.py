"""Where a file can hold a secret: kinds of places that sources read, each filled with the canaries of its number."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from urllib.parse import quote

from tests.hostile.canaries import Canary

Files = Mapping[str, str | bytes]
PLACES: dict[str, Callable[[list[Canary]], Files]] = {}


def place(function: Callable[[list[Canary]], Files]) -> Callable[[list[Canary]], Files]:
    name = function.__name__.replace("_", " ")
    assert name not in PLACES, "two places have one name"
    PLACES[name] = function
    return function


def env(known: list[Canary]) -> dict[str, str]:
    return {each.variable: each.value for each in known}


def flag(each: Canary) -> str:
    return "--" + each.variable.lower().replace("_", "-")


def header(each: Canary) -> str:
    return "X-" + each.variable.replace("_", "-")


def word(each: Canary) -> bool:
    """Tell whether a secret tells itself and can stand in a name."""
    return each.tells_itself and re.fullmatch(r"[\w.:~-]+", each.value) is not None


def some(known: list[Canary], start: int = 0) -> list[Canary]:
    """Give every third of those that can stand in a name."""
    return [each for each in known if word(each)][start::3]


def telling(each: Canary) -> str:
    """Give the secret as free text has it: alone where it tells itself, else behind its name."""
    return each.line if each.tells_itself else f"{each.variable}={each.line}"


def query(known: list[Canary]) -> str:
    """Give the secrets as the parameters of an address, but for what is no parameter anywhere."""
    given = (each for each in known if each.form != "session cookie")
    return "&".join(f"{each.variable.lower()}={quote(each.line, safe='')}" for each in given)


def address(known: list[Canary]) -> str:
    """Give an address with secrets as its parameters."""
    return f"https://h.example.test/?{query(known)}"


def curl(each: Canary) -> str:
    """Give a command that sends a secret as a header."""
    return f"curl -H '{header(each)}: {each.line}' https://h.example.test"


def server(**fields: object) -> str:
    return json.dumps({"mcpServers": {"a": {"command": "npx", "args": ["-y", "thing"], **fields}}})


@place
def mcp_env(known: list[Canary]) -> Files:
    return {".mcp.json": server(env=env(known))}


@place
def mcp_args(known: list[Canary]) -> Files:
    told = [each.value for each in known if each.tells_itself]
    pairs = [part for each in known for part in (flag(each), each.value, f"{flag(each)}={each.value}")]
    given = [
        part for each in known for part in ("-e", f"{each.variable}={each.value}", "-H", f"{header(each)}: {each.line}")
    ]
    return {".mcp.json": server(args=[*told, *pairs, *given])}


@place
def mcp_headers(known: list[Canary]) -> Files:
    return {".mcp.json": server(url="https://h.example.test/mcp", headers={header(each): each.line for each in known})}


@place
def mcp_url(known: list[Canary]) -> Files:
    users = {f"u{each.number}": {"url": f"https://app:{each.value}@h.example.test/mcp"} for each in some(known)}
    return {
        ".mcp.json": json.dumps(
            {"mcpServers": {"q": {"url": f"https://h.example.test/mcp?v=1&{query(known)}"}, **users}}
        )
    }


@place
def claude_settings(known: list[Canary]) -> Files:
    run = " && ".join(
        f"export {each.variable}='{each.line}'; curl -H '{header(each)}: {each.line}' x" for each in known
    )
    hooks = {"PreToolUse": [{"matcher": "Bash", "hooks": [{"type": "command", "command": run}]}]}
    allow = [f"Bash(curl -H '{header(each)}: {each.line}':*)" for each in known]
    rest = {"apiKeyHelper": f"echo {known[8].value}", "statusLine": {"command": run}}
    settings = {"env": env(known), "hooks": hooks, "permissions": {"allow": allow, "deny": allow}, **rest}
    return {"r/.claude/settings.json": json.dumps(settings)}


@place
def codex_toml(known: list[Canary]) -> Files:
    lines = ["[mcp_servers.a]", 'url = "https://h.example.test"', "[mcp_servers.a.http_headers]"]
    lines += [f"{header(each)} = {json.dumps(each.line)} # {each.variable} = {each.line}" for each in known]
    lines += ["[mcp_servers.b]", 'command = "x"', "[mcp_servers.b.env]"]
    lines += [f"{each.variable} = {json.dumps(each.value)}" for each in known]
    return {"r/.codex/config.toml": "\n".join(lines)}


@place
def workflow(known: list[Canary]) -> Files:
    run = "\n".join(f"export {each.variable}='{each.line}'\nserve {flag(each)} {each.line!r}" for each in known)
    told = [{"name": f"use {each.value}", "run": f"echo {each.value}"} for each in known if word(each)]
    steps = [{"uses": "x/y@v1", "with": env(known)}, {"run": run, "env": env(known)}, *told]
    job = {"runs-on": "ubuntu-latest", "env": env(known), "steps": steps}
    return {"r/.github/workflows/w.yml": json.dumps({"on": "push", "env": env(known), "jobs": {"a": job}}, indent=1)}


@place
def kubernetes(known: list[Canary]) -> Files:
    data = {f"d{each.number}": base64.b64encode(each.value.encode()).decode() for each in known}
    strings = {f"s{each.number}": each.value for each in known}
    meta = {"name": "x", "namespace": "y"}
    named = [{"name": each.variable, "value": each.value} for each in known]
    args = [f"{flag(each)}={each.value}" for each in known]
    pod = {"containers": [{"name": "c", "image": "i", "env": named, "args": args}]}
    noted = {"metadata": {**meta, "annotations": env(known)}}
    secret = {"kind": "Secret", "metadata": meta, "data": data, "stringData": strings}
    objects = (
        secret,
        {"kind": "Pod", **noted, "spec": pod},
        {"kind": "ConfigMap", "metadata": meta, "data": env(known)},
    )
    return {"k.yaml": "\n---\n".join(json.dumps({"apiVersion": "v1", **each}, indent=1) for each in objects)}


@place
def iam(known: list[Canary]) -> Files:
    tags = [{"Key": each.variable, "Value": each.value} for each in known]
    told = [each.value for each in known if word(each)]
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": [f"arn:aws:s3:::{each}" for each in told]}
    held = {"StringEquals": {"aws:ResourceTag/x": told}}
    role = {"Arn": "arn:aws:iam::111122223333:role/x", "RoleName": "x", "Tags": tags, "Description": " ".join(told)}
    inline = {"PolicyName": "p", "PolicyDocument": {"Statement": [{**statement, "Condition": held, "Sid": told[0]}]}}
    trust = {
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole", "Condition": held}]
    }
    return {
        "a.json": json.dumps(
            {"RoleDetailList": [{**role, "AssumeRolePolicyDocument": trust, "RolePolicyList": [inline]}]}
        )
    }


@place
def written(known: list[Canary]) -> Files:
    told = [each.value for each in some(known, 1)]
    agents = [
        {"id": f"agent:{each}", "name": each, "purpose": f"It uses {each} for that", "owner": each} for each in told
    ]
    return {
        "x.nhi.yaml": json.dumps({"agents": agents}),
        "y.nhi.yaml": json.dumps({"agents": [{"id": "a", **env(known)}]}),
    }


@place
def comments(known: list[Canary]) -> Files:
    noted = [f"{each.variable}: {each.line} and {each.variable}={each.line}" for each in known]
    lines = "\n".join(f"# {each}" for each in noted)
    return {
        ".mcp.json": server().replace(
            "{", "{" + "".join(f"// {each}\n/* {each.replace('*/', '')} */\n" for each in noted), 1
        ),
        "r/.github/workflows/w.yml": f"on: push # {noted[55]}\n{lines}\njobs:\n  a: {{runs-on: x, steps: []}}\n",
        "r/.codex/config.toml": f"{lines}\n[mcp_servers.a]\ncommand = 'x' # {noted[3]}\n{lines}\n",
    }


@place
def names(known: list[Canary]) -> Files:
    told = [each.value for each in known if word(each) and ":" not in each.value]
    held = {f"{each}/.mcp.json": server() for each in told[::5]} | {
        f"{each}.nhi.yaml": "agents: [" for each in told[1::5]
    }
    return {**held, **{f"{each}.txt": "x" for each in told[2::5]}, **{f"venv/{each}": "x" for each in told[3::5]}}


@place
def keys(known: list[Canary]) -> Files:
    told = [each.value for each in some(known, 2)]
    servers = {each: {"command": "npx", "args": ["-y", "x"], "env": {each: "${X}"}} for each in told}
    jobs = {each: {"runs-on": "x", "steps": [{"run": "x"}]} for each in told}
    toml = "".join(f'[mcp_servers."{each}"]\ncommand = "x"\n' for each in told)
    manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": told[0], "namespace": told[1]}}
    return {
        ".mcp.json": json.dumps({"mcpServers": servers}),
        "r/.github/workflows/w.yml": json.dumps({"on": "push", "jobs": jobs}),
        "r/.codex/config.toml": toml,
        "k.yaml": json.dumps({**manifest, "extra": servers}, indent=1),
    }


@place
def broken(known: list[Canary]) -> Files:
    lines = "".join(f'  "{each.variable}": "{each.line}",\n' for each in known)
    made: dict[str, str | bytes] = {}
    for each in (*some(known)[::2], *known[-6:]):
        at = f"{each.number}"
        made[f"{at}/.mcp.json"] = f'{{"mcpServers": {{"a": {{"env": {{"{each.variable}": "{each.line}" "{each.line}'
        made[f"{at}/.github/workflows/w.yml"] = (
            f"a: [{each.variable}: {each.line}: {{ {each.line}\n\t- &{each.line} *{each.line}\n"
        )
        made[f"{at}/.codex/config.toml"] = f'{each.variable} = "{each.line}"\n{each.variable} = {each.line}\n'
        made[f"{at}/x.nhi.yaml"] = f'agents: ["{each.variable}={each.line}"]\n{each.variable}: "{each.line}"\n'.replace(
            '""', '"'
        )
        made[f"{at}/.claude/agents/x.md"] = f"---\nname: x\n{each.variable}: {each.line}\ndescription: a: b\n---\n"
    return {**made, "latin/.mcp.json": f"{{{lines}\xe9".encode("latin-1"), "binary/.mcp.json": b"\0\1" + lines.encode()}


@place
def markdown(known: list[Canary]) -> Files:
    body = "\n".join(f"- set `{each.variable}={each.line}`, then `{flag(each)} {each.line!r}`" for each in known)
    blocks = "\n".join(f"\n```\n{each.variable}={each.value}\n```\n" for each in known)
    front = "\n".join(f"{each.variable}: {json.dumps(each.line)}" for each in known)
    text = f"---\nname: x\ndescription: d\n{front}\n---\n{body}\n<!-- {body} -->\n{blocks}"
    return {
        "r/.claude/agents/x.md": text,
        "r/.claude/commands/y.md": text,
        "r/CLAUDE.md": body,
        "r/.claude/skills/z/SKILL.md": text,
    }


@place
def manifest(known: list[Canary]) -> Files:
    told = " ".join(each.value for each in known if each.tells_itself)
    schemas = [{"type": "object", "properties": {each.variable: {"default": each.value}}} for each in known]
    noted = [f"{each.variable}={each.line}" for each in known]
    tools = [
        {"name": "t", "description": words, "inputSchema": schema} for words, schema in zip(noted, schemas, strict=True)
    ]
    return {"tools.json": json.dumps({"tools": tools, "instructions": told})}


@place
def unread(known: list[Canary]) -> Files:
    lines = "".join(f"{each.variable}={each.line}\n" for each in known)
    return {
        ".env": lines,
        "notes.txt": lines,
        "main.tf": lines,
        "deep/.mcp.json": "[" * 500 + lines,
        ".npmrc": known[27].value,
    }
