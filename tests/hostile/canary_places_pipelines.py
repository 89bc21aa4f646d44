"""Where pipelines and home folders hold secrets: variables, scripts, logins, and files that tools keep theirs in."""

from __future__ import annotations

import json
from base64 import b64encode

import yaml

from tests.hostile.canaries import Canary
from tests.hostile.canary_places import Files, address, curl, env, flag, header, place, query, telling


def script(each: Canary) -> list[str]:
    """Give the lines that a job runs with a secret."""
    export = f"export {each.variable}='{each.line}'"
    return [
        export,
        curl(each),
        f"serve {flag(each)} {each.line!r}",
        f"echo {telling(each)} | docker login --password-stdin",
    ]


@place
def gitlab_ci(known: list[Canary]) -> Files:
    jobs = {
        f"j{each.number}": {
            "script": script(each),
            "before_script": script(each),
            "image": {"name": "x", "entrypoint": [telling(each)]},
            "variables": {**env([each]), f"D_{each.variable}": {"value": each.value, "description": telling(each)}},
            "environment": {"name": telling(each), "url": address([each])},
        }
        for each in known
    }
    included = [{"remote": f"https://h.example.test/x.yml?{query([each])}"} for each in known]
    made = {"variables": env(known), "include": included, **jobs}
    return {
        "r/.gitlab-ci.yml": yaml.safe_dump(made, sort_keys=False),
        "w/.gitlab-ci.yml": yaml.safe_dump(made, width=50),
    }


@place
def azure_pipelines(known: list[Canary]) -> Files:
    steps: list[object] = []
    for each in known:
        steps += [
            {"script": "\n".join(script(each)), "env": env([each]), "displayName": telling(each)},
            {
                "task": "AzureCLI@2",
                "inputs": {
                    "inlineScript": curl(each),
                    each.variable: each.value,
                    "arguments": f"{flag(each)} {each.line!r}",
                },
            },
            {"powershell": f"$env:{each.variable} = '{each.line}'\n${each.variable} = \"{each.line}\""},
        ]
    variables = [{"name": each.variable, "value": each.value} for each in known]
    return {
        "azure-pipelines.yml": yaml.safe_dump(
            {"variables": variables, "steps": steps, "pool": {"vmImage": "x"}}, width=70
        )
    }


@place
def circleci(known: list[Canary]) -> Files:
    steps = [
        {"run": {"name": telling(each), "command": "\n".join(script(each)), "environment": env([each])}}
        for each in known
    ]
    images = [
        {"image": "x", "auth": {"username": "x", "password": each.value}, "environment": env([each])} for each in known
    ]
    job = {
        "docker": images,
        "steps": steps,
        "environment": env(known),
        "parameters": {each.variable: {"type": "string", "default": each.value} for each in known},
    }
    made = {
        "version": 2.1,
        "jobs": {"a": job},
        "workflows": {"w": {"jobs": [{"a": {"name": telling(known[3]), **env(known)}}]}},
    }
    return {"r/.circleci/config.yml": yaml.safe_dump(made, width=70)}


@place
def jenkins(known: list[Canary]) -> Files:
    lines = []
    for each in known:
        lines += [
            f"stage({telling(each)!r}) {{\n  environment {{",
            f"    {each.variable} = '{each.line}' // {telling(each)}\n  }}\n  steps {{",
            f'    sh "{curl(each)}"',
            f"    sh '''\n{chr(10).join(script(each))}\n'''",
            f"    withEnv(['{each.variable}={each.line}']) {{ sh 'x' }}",
            f"    httpRequest url: '{address([each])}',",
            f"      customHeaders: [[name: '{header(each)}', value: '{each.line}']]",
            f"    build job: 'x', parameters: [string(name: '{each.variable}', value: '{each.line}')]\n  }}\n}}",
        ]
    return {"Jenkinsfile": "pipeline {\nagent any\nstages {\n" + "\n".join(lines) + "\n}\n}\n"}


@place
def workstation(known: list[Canary]) -> Files:
    told = [
        each
        for each in known
        if each.tells_itself and "\n" not in each.value and " " not in each.value and '"' not in each.value
    ]
    aws = "".join(
        f"[p{each.number}]\naws_secret_access_key = {each.value}\naws_session_token={each.value}\n" for each in told
    )
    users = [
        {
            "name": f"u{each.number}",
            "user": {
                "token": each.value,
                "password": each.value,
                "client-key-data": b64encode(each.value.encode()).decode(),
                "auth-provider": {"config": env([each])},
                "exec": {
                    "command": "x",
                    "args": [flag(each), each.value],
                    "env": [{"name": each.variable, "value": each.value}],
                },
            },
        }
        for each in known
    ]
    docker = {
        "auths": {
            f"r{each.number}.test": {
                "auth": b64encode(f"u:{each.value}".encode()).decode(),
                "identitytoken": each.value,
            }
            for each in told
        },
        "HttpHeaders": {header(each): each.line for each in known},
    }
    cached = {
        "accessToken": told[0].value,
        "clientSecret": told[1].value,
        "refreshToken": told[2].value,
        "startUrl": f"https://h.test/?{query(known)}",
    }
    files = {
        ".aws/credentials": aws,
        ".aws/sso/cache/x.json": json.dumps(cached),
        ".kube/config": yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "users": users}),
        ".docker/config.json": json.dumps(docker),
        ".netrc": "".join(f"machine h{each.number}.test login x password {each.value}\n" for each in told),
        ".npmrc": "".join(
            f"//h{each.number}.test/:_authToken={each.value}\n//h{each.number}.test/:_password={each.value}\n"
            for each in told
        ),
        ".pypirc": "".join(f"[r{each.number}]\nusername = x\npassword = {each.value}\n" for each in told),
        ".git-credentials": "".join(
            f"https://x:{each.value}@h{each.number}.test\n"
            for each in told
            if "/" not in each.value and ":" not in each.value
        ),
        ".config/gh/hosts.yml": yaml.safe_dump(
            {f"h{each.number}.test": {"oauth_token": each.value, "user": "x"} for each in told}
        ),
        ".vault-token": known[56].value,
        ".databrickscfg": "".join(f"[d{each.number}]\nhost = https://x.test\ntoken = {each.value}\n" for each in told),
        ".ssh/id_rsa": next(each.value for each in known if each.form == "rsa key"),
        ".ssh/config": "".join(
            f"Host h{each.number}\n  ProxyCommand {curl(each)}\n  # {telling(each)}\n" for each in known
        ),
        ".azure/msal_token_cache.json": json.dumps(
            {"RefreshToken": {f"k{each.number}": {"secret": each.value} for each in known}}
        ),
    }
    return {f"home/{name}": content for name, content in files.items()}
