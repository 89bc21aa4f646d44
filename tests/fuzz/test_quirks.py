"""Quirks of real files that break naive readers: one small sample for each, and what is read of it.

Shown elsewhere already, by quirk:

    byte order mark, UTF-16, other encodings     formats/test_encodings.py, hostile/test_bad_input.py
    key that stands twice                        formats/test_json.py, test_yaml.py, test_hcl.py
    aliases without end, depth, size             formats/test_yaml.py, test_json.py, hostile/test_bad_input.py
    links out of the root, pipes, sockets        hostile/test_bad_input.py
    nothing that a file names is touched         hostile/test_nothing_is_touched.py
    one page of several                          formats/test_reading.py, hostile/test_bad_input.py
    data of a Kubernetes Secret, Terraform state formats/test_secrets.py
    references, placeholders, literal secrets    formats/test_secrets.py, test_canary.py
    intrinsics, SAM roles, APIs within strings   sources/test_aws_templates.py, test_bedrock.py
    jsonencode, for_each, references of files    sources/test_aws_terraform.py, test_gcp_terraform.py
    versions of policies, operators, NotAction   sources/test_aws_iam.py
    Flowise before and after version 2           sources/test_flowise.py
    Dify agents that are present but disabled    sources/test_dify.py
    prompts and tools within quoted arguments    sources/test_github_actions.py
    names of files as hostile as can be          hostile/test_hostile_names.py
"""

from __future__ import annotations

import pytest

from nhiassess.errors import FormatError
from nhiassess.formats.reading import beginning, read
from nhiassess.model.inventory import Inventory
from nhiassess.model.merge import merge
from nhiassess.sources.source import ReadFile
from tests.fuzz.seeds import SOURCES
from tests.observing import KEY, ids, triples

SERVERS = '{"mcpServers": {"a": {"command": "npx", "args": ["files-mcp", %s]}}}'


def observe(samples: dict[str, str | bytes]) -> Inventory:
    """Read samples with every source that recognises them."""
    found = []
    contents = {path: text if isinstance(text, bytes) else text.encode() for path, text in samples.items()}
    for source in SOURCES:
        groups: dict[str, list[ReadFile]] = {}
        for path, content in contents.items():
            if source.recognises(path, beginning(path, content)):
                groups.setdefault(source.group(path), []).append(ReadFile(path, read(path, content, key=KEY)))
        found += [source.read(files) for files in groups.values()]
    return merge(found)


def servers(text: str | bytes, path: str = ".cursor/mcp.json") -> list[str | None]:
    return [each.name for each in observe({path: text}).tool_servers]


def held(env: str) -> dict[str | None, str | None]:
    found = observe({".cursor/mcp.json": f'{{"mcpServers": {{"a": {{"command": "x", "env": {{{env}}}}}}}}}'})
    return {each.name: each.store for each in found.credentials}


# text and its format


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_line_ends_of_every_system_are_counted_alike(end: str) -> None:
    text = SERVERS.replace("{", "{\n") % '"/x"'
    (server,) = observe({".cursor/mcp.json": text.replace("\n", end)}).tool_servers
    assert [place.line for place in server.locations] == [3, 4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_that_windows_writes(encoding: str) -> None:
    assert servers((SERVERS % '"é 代理 \U0001f600"').encode(encoding)) == ["a"]


def test_a_missing_last_line_feed_and_an_empty_file_are_no_matter() -> None:
    assert servers((SERVERS % '"/"').rstrip("}") + "}}}") == ["a"]
    assert servers("") == servers("{}") == []


def test_servers_that_are_commented_out_do_not_count_and_addresses_keep_their_slashes() -> None:
    text = """{
      // "servers": {"old": {"command": "x"}},
      "servers": {
        /* "off": {"command": "y"}, */
        "on": {"url": "https://h.example//x", }, // "z": {}
      },
    }"""
    (server,) = observe({".vscode/mcp.json": text}).tool_servers
    assert (server.name, server.url) == ("on", "https://h.example//x")


def test_tabs_between_words_and_in_texts() -> None:
    assert servers('{\t"mcpServers":\t{\t"a":\t{"command":\t"x\\ty"}}}') == ["a"]
    assert servers("mcpServers:\n  a:\tx\n", "x/.continue/mcp.yaml") == []


def test_yaml_in_a_file_that_is_called_json() -> None:
    assert servers("mcpServers:\n  a: {command: x}\n") == ["a"]


def test_json_lines_in_a_file_that_is_called_json() -> None:
    policy = '"iamPolicy": {"bindings": [{"role": "roles/viewer", "members": ["user:x@a.example"]}]}'
    asset = '{"assetType": "storage.googleapis.com/Bucket", "name": "//storage.googleapis.com/%s", ' + policy + "}\n"
    found = observe({"assets.json": asset % "a" + asset % "b"})
    assert [each.resources for each in found.grants] == [
        ("//storage.googleapis.com/a",),
        ("//storage.googleapis.com/b",),
    ]
    assert [each.locations[0].line for each in found.grants] == [1, 2]


def test_of_a_key_that_stands_twice_the_later_counts_and_the_reader_is_told() -> None:
    text = '{"mcpServers": {"a": {"command": "old"}, "a": {"command": "new"}}}'
    (server,) = observe({".cursor/mcp.json": text}).tool_servers
    assert server.command == "new"
    assert len(read("x.json", text.encode(), key=KEY).problems) == 1


def test_empty_documents_between_others() -> None:
    account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: a}\n"
    found = observe({"a.yaml": f"---\n---\n# nothing\n---\n{account}---\n\n---\n"})
    assert ids(found.identities) == ["identity:kubernetes/-/default/a"]


def test_anchors_are_followed_within_a_limit() -> None:
    shared = "x: &env {TOKEN_KEY: $T}\nmcpServers:\n  a: {command: x, env: *env}\n  b: {command: y, env: {<<: *env}}\n"
    assert servers(shared) == ["a", "b"]
    bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{each}: &{each} [{','.join(['*' + chr(ord(each) - 1)] * 10)}]\n" for each in "bcdefgh"
    )
    with pytest.raises(FormatError, match="aliases expand"):
        read("x.yaml", bomb.encode(), key=KEY)


def test_on_is_a_key_and_not_true() -> None:
    text = "on: [push, issues]\njobs:\n  a: {runs-on: x, steps: [{run: x}]}\n"
    (flow,) = observe({".github/workflows/x.yml": text}).workflows
    assert flow.trigger is not None
    assert "push" in flow.trigger


def test_a_chart_is_no_yaml_until_it_is_rendered() -> None:
    text = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {{ .Values.name }}\n"
    found = observe({"chart/templates/account.yaml": text})
    assert (found.identities, [each.construct for each in found.skipped]) == ((), ["Helm template"])


# servers of MCP


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (".cursor/mcp.json", '{"mcpServers": {"a": {"command": "x"}}}'),
        (".vscode/mcp.json", '{"servers": {"a": {"command": "x"}}}'),
        ("opencode.json", '{"mcp": {"a": {"type": "local", "command": ["x", "y"]}}}'),
        (".zed/settings.json", '{"context_servers": {"a": {"command": {"path": "x"}}}}'),
        (".codex/config.toml", '[mcp_servers.a]\ncommand = "x"\n'),
        ("mcp_agent.config.yaml", "mcp:\n  servers:\n    a: {command: x}\n"),
        ("windsurf/mcp_config.json", '{"mcpServers": {"a": {"serverUrl": "https://x.example"}}}'),
        (".gemini/settings.json", '{"mcpServers": {"a": {"httpUrl": "https://x.example"}}}'),
        ("agent/.mcp.json", '{"a": {"command": "x", "args": []}}'),
    ],
    ids=lambda value: value if "{" not in value and "\n" not in value else "",
)
def test_every_client_calls_its_servers_otherwise(path: str, text: str) -> None:
    assert servers(text, path) == ["a"]


@pytest.mark.parametrize("text", ['{"mcpServers": {}}', '{"mcpServers": null}', '{"mcpServers": []}', '{"theme": "x"}'])
def test_a_client_without_servers_has_none(text: str) -> None:
    assert servers(text) == []


@pytest.mark.parametrize(("root", "all_of_it"), [("/", True), ("C:\\\\", True), ("d:/", True), ("C:\\\\work", False)])
def test_the_root_of_a_drive_counts_as_the_root(root: str, all_of_it: bool) -> None:
    found = observe({".cursor/mcp.json": SERVERS % f'"{root}"'})
    on_host = triples(found, "executes_on") & {("tool:.cursor/mcp.json#a/*", "executes_on", "resource:host/-")}
    assert bool(on_host) is all_of_it


@pytest.mark.parametrize("path", ["\\\\\\\\server\\\\share", "%APPDATA%\\\\x", "C:\\\\Program Files\\\\x\\\\y.exe"])
def test_paths_of_windows_are_values_like_any(path: str) -> None:
    found = observe({".cursor/mcp.json": SERVERS.replace("%s", f'"{path}"').replace("npx", path)})
    (server,) = found.tool_servers
    assert server.command is not None
    assert path.replace("\\\\", "\\") in server.command
    assert {place.path for each in found.tool_servers for place in each.locations} == {".cursor/mcp.json"}


@pytest.mark.parametrize(
    ("reference", "store"),
    [
        ("${TOKEN}", "env_reference"),
        ("${env:TOKEN}", "env_reference"),
        ("${input:token}", "env_reference"),
        ("$TOKEN", "env_reference"),
        ("%TOKEN%", "env_reference"),
        ("${{ secrets.TOKEN }}", "secret_manager:TOKEN"),
    ],
)
def test_references_are_no_secrets(reference: str, store: str) -> None:
    assert held(f'"API_TOKEN": "{reference}"') == {"API_TOKEN": store}


@pytest.mark.parametrize(
    "env",
    [
        '"API_TOKEN": "YOUR_TOKEN_HERE"',
        '"API_TOKEN": "<your-token>"',
        '"API_TOKEN": ""',
        '"MAX_TOKENS": "4096"',
        '"MAX_TOKENS": 4096',
        '"TOKEN_LIMIT": "8k"',
        '"CLIENT_ID": "3f2b7c1a9d"',
    ],
)
def test_what_only_sounds_like_a_credential_is_none(env: str) -> None:
    assert held(env) == {}


# flows, accounts and clouds


def test_of_a_flow_only_the_nodes_that_run_count() -> None:
    text = """{"nodes": [
      {"name": "One", "type": "@n8n/n8n-nodes-langchain.agent"},
      {"name": "Two", "type": "@n8n/n8n-nodes-langchain.agent"},
      {"name": "Off", "type": "n8n-nodes-base.slackTool", "disabled": true},
      {"name": "Note", "type": "n8n-nodes-base.stickyNote", "parameters": {"content": "an agent with a tool"}}],
     "connections": {"Off": {"ai_tool": [[{"node": "One", "type": "ai_tool", "index": 0}]]}}}"""
    found = observe({"flow.json": text})
    assert ([each.name for each in found.agents], found.tools) == (["One", "Two"], ())


@pytest.mark.parametrize("stated", ['"s3:*"', '["s3:*"]'])
def test_one_statement_and_one_action_need_no_list(stated: str) -> None:
    one = f'{{"Effect": "Allow", "Action": {stated}, "Resource": "*"}}'
    for statements in (one, f"[{one}]"):
        (grant,) = observe({"p.json": f'{{"Version": "2012-10-17", "Statement": {statements}}}'}).grants
        assert (grant.actions, grant.resources) == (("s3:*",), ("*",))


def test_permissions_of_a_job_replace_those_of_its_workflow() -> None:
    text = """
on: push
permissions: {id-token: write}
jobs:
  a: {runs-on: x, permissions: {contents: read}, steps: [{run: x}]}
  b: {runs-on: x, steps: [{run: x}]}
"""
    found = observe({".github/workflows/x.yml": text})
    assert {each.id.split("#jobs.")[1] for each in found.credentials if each.kind == "oidc_token"} == {"b.id-token"}


@pytest.mark.parametrize("member", ["user:{OWNER}", "group:ops@{DOMAIN}", "serviceAccount:${SA}"])
def test_members_that_are_filled_in_later_stay_unresolved(member: str) -> None:
    found = observe({"gcp/policy.yaml": f"bindings:\n- members: ['{member}']\n  role: roles/viewer\n"})
    assert "member not resolved" in [each.construct for each in found.skipped]
    assert not [each for each in found.identities if "{" in (each.name or "")]


def test_names_of_files_may_hold_anything() -> None:
    path = "a & b/.hidden folder/é#1/.cursor/mcp.json"
    (server,) = observe({path: SERVERS % '"/"'}).tool_servers
    assert server.locations[0].path == path
    assert "#a" in server.id
    assert server.id.count("#") == 1


def test_half_a_page_is_incomplete() -> None:
    text = '{"Roles": [], "IsTruncated": true, "Marker": "x"}'
    assert read("x.json", text.encode(), key=KEY).incomplete == "one page of several: IsTruncated is true"
    assert read("x.json", text[:-10].encode(), key=KEY).incomplete is not None
