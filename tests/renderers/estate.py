"""The invented estate of the sample: agents, files, paths and what they reach."""

from __future__ import annotations

from hashlib import sha256

from nhiassess.model.improvement import Cost, Extent, Improvement
from nhiassess.model.inventory import (
    Agent,
    Credential,
    Gate,
    Identity,
    Inventory,
    Location,
    ObservedFile,
    Resource,
    Skipped,
    Tool,
    ToolServer,
)
from nhiassess.model.reach import BlastRadius, Chokepoint, Exposure, Hop, Path

AGENTS = (
    (
        "agent:claude-code/payments/release-manager",
        "release-manager",
        "claude-code",
        "payments/.claude/settings.json",
    ),
    (
        "agent:claude-code/claims/claims-triage",
        "claims-triage",
        "claude-code",
        "claims/.claude/settings.json",
    ),
    ("agent:codex/rates/rate-quoter", "rate-quoter", "codex", "rates/.codex/config.toml"),
    (
        "agent:kubernetes/customs/customs-clerk",
        "customs-clerk",
        "kubernetes",
        "cluster/customs/deployment.yaml",
    ),
    (
        "agent:kubernetes/docks/dock-scheduler",
        "dock-scheduler",
        "kubernetes",
        "cluster/docks/deployment.yaml",
    ),
    ("agent:cursor/finance/invoice-matcher", "invoice-matcher", "cursor", "finance/.cursor/mcp.json"),
    (
        "agent:github-actions/repos/app/triage/support-desk",
        "support-desk",
        "github-actions",
        "repos/app/triage.yml",
    ),
    ("agent:vscode/fleet/fleet-telemetry", "fleet-telemetry", "vscode", "fleet/.vscode/mcp.json"),
)


LEDGER = "resource:aws/arn:aws:s3:::ostermere-ledger"


CLAIMS = "resource:aws/arn:aws:rds:eu-west-1:111122223333:db:claims"


BANK = "resource:aws/arn:aws:secretsmanager:eu-west-1:111122223333:secret:supplier-bank-data"


def place(path: str, line: int) -> tuple[Location, ...]:
    return (Location(path, line, 5),)


def inventory() -> Inventory:
    agents = tuple(
        Agent(
            id,
            name,
            platform,
            "Head of platform" if index != 2 else None,
            "Works on its team's tickets",
            "production",
            "asks" if index % 2 else "auto-approves",
            "none" if index < 3 else "container",
            locations=place(path, 22),
        )
        for index, (id, name, platform, path) in enumerate(AGENTS)
    )
    servers = tuple(
        ToolServer(
            f"tool_server:{path}#{name}",
            name,
            transport,
            package=f"@vendor/{name}",
            pinned=pinned,
            auth=auth,
            trust="known",
            locations=place(path, 14),
        )
        for path, name, transport, pinned, auth in (
            ("payments/.mcp.json", "github", "stdio", True, "key"),
            ("claims/.mcp.json", "mail", "http", False, "oauth"),
            ("finance/.cursor/mcp.json", "erp", "http", True, "bearer"),
            ("fleet/.vscode/mcp.json", "maps", "stdio", False, "none"),
        )
    )
    tools = tuple(
        Tool(
            f"tool:payments/.mcp.json#github/{name}",
            servers[0].id,
            name,
            True,
            False,
            out,
            irreversible,
            approval,
        )
        for name, out, irreversible, approval in (
            ("run_workflow", True, True, "never"),
            ("get_issue", False, False, "never"),
            ("create_release", True, True, "each_call"),
        )
    )
    identities = (
        Identity("identity:aws/111122223333/role/deploy", "role", "arn:aws:iam::111122223333:role/deploy", "aws"),
        Identity(
            "identity:aws/111122223333/role/platform-admin",
            "role",
            "arn:aws:iam::111122223333:role/platform-admin",
            "aws",
            "Platform security",
            locations=place("aws/account.json", 164),
        ),
        Identity(
            "identity:kubernetes/-/customs/customs-clerk",
            "service_account",
            "customs/customs-clerk",
            "kubernetes",
        ),
        Identity("identity:github/ostermere/app/triage/support-desk", "ci_job", "app/triage/support-desk", "github"),
        Identity("identity:human/operator", "human", "operator", "local"),
    )
    credentials = tuple(
        Credential(f"credential:{path}#{key}", kind, store, key, locations=place(path, 3))
        for path, key, kind, store in (
            ("payments/.env.deploy", "GH_APP_KEY", "private_key", "plaintext"),
            ("claims/.mcp.json", "MAIL_TOKEN", "oauth_token", "env_reference"),
            ("finance/.cursor/mcp.json", "ERP_TOKEN", "api_key", "plaintext"),
        )
    )
    resources = (
        Resource(
            LEDGER,
            "object_store",
            "Payments ledger",
            "aws",
            5,
            crown_jewel=True,
            locations=place("plan.yaml", 9),
        ),
        Resource(CLAIMS, "database", "Claims store", "aws", 5, crown_jewel=True, locations=place("plan.yaml", 12)),
        Resource(BANK, "secret", "Supplier bank data", "aws", 4, crown_jewel=True, assumed=True),
        *(Resource(f"resource:aws/arn:aws:s3:::depot-{index}", "object_store", None, "aws") for index in range(40)),
    )
    files = tuple(
        ObservedFile(
            f"{folder}/file-{index}.{suffix}",
            "read",
            (source,),
            900 + index,
            sha256(bytes([index])).hexdigest(),
        )
        for source, folder, suffix, count in (
            ("claude_code", "payments/.claude", "json", 6),
            ("mcp_clients", "claims", "json", 7),
            ("codex", "rates/.codex", "toml", 2),
            ("github_actions", ".github/workflows", "yml", 11),
            ("kubernetes", "cluster", "yaml", 14),
            ("aws_iam", "aws", "json", 2),
        )
        for index in range(count)
    )
    skipped = (
        ObservedFile("cluster/sealed.yaml", "skipped", ("kubernetes",), 812, None, "encrypted: no key was handed over"),
        ObservedFile("cluster/chart/values.tpl", "skipped", (), 402, None, "a template without its values"),
        ObservedFile("notes/readme.md", "ignored", (), 90, None, None),
    )
    return Inventory(
        files=(*files, *skipped),
        agents=agents,
        tool_servers=servers,
        tools=tools,
        identities=identities,
        credentials=credentials,
        resources=resources,
        skipped=(
            Skipped(
                "skipped:aws/account.json#Condition",
                "a condition operator that is not evaluated",
                "DateGreaterThan",
                place("aws/account.json", 240),
            ),
        ),
    )


def blast() -> tuple[BlastRadius, ...]:
    table = (
        (18, 38, 40, 43),
        (12, 31, 34, 41),
        (9, 22, 22, 37),
        (4, 6, 7, 9),
        (6, 8, 14, 19),
        (11, 27, 40, 42),
        (33, 33, 41, 41),
        (0, 0, 5, 6),
    )
    routes = paths()
    rows = []
    for (id, *_), numbers in zip(AGENTS, table, strict=True):
        for index, number in enumerate(numbers):
            model, gated = ("behaviour", "identity")[index // 2], index % 2 == 0
            mine = tuple({path.target: path for path in routes if path.agent == id}.values())
            rows.append(
                BlastRadius(
                    id,
                    model,
                    gated,
                    number,
                    (("yes", number),),
                    number * 3,
                    (number * 3, number * 7),
                    ("finance", "freight") if number > 10 else ("freight",) if number else (),
                    mine[: index + 1],
                    id.endswith("rate-quoter"),
                    "a shell on the laptop reads the file that holds its key" if id.endswith("rate-quoter") else "",
                )
            )
    return tuple(rows)


def _hop(source: str, verb: str, target: str, path: str, line: int, **more: object) -> Hop:
    verdict = str(more.pop("verdict", "yes"))
    return Hop(source, verb, target, verdict, f"{path}:{line} says so", locations=place(path, line), **more)


def paths() -> tuple[Path, ...]:
    release, claims, rate, _, _, invoice, support, _ = (row[0] for row in AGENTS)
    run = "tool:payments/.mcp.json#github/run_workflow"
    github = "tool_server:payments/.mcp.json#github"
    key = "credential:payments/.env.deploy#GH_APP_KEY"
    job = "identity:github/ostermere/app/triage/support-desk"
    deploy, admin = "identity:aws/111122223333/role/deploy", "identity:aws/111122223333/role/platform-admin"
    approval = Gate("human_approval", "agent_process", "the repository", True)
    first = (
        _hop(release, "invokes", run, "payments/.claude/settings.json", 22, gate=approval, gate_holds=False),
        _hop(run, "served_by", github, "payments/.mcp.json", 14),
        _hop(github, "holds", key, "payments/.env.deploy", 3),
        _hop(key, "authenticates_as", job, ".github/workflows/deploy.yml", 31),
        _hop(
            job,
            "federates_to",
            deploy,
            "aws/account.json",
            118,
            verdict="conditional",
            conditions=("branch name in the token's subject",),
        ),
        _hop(
            deploy,
            "escalates_to",
            admin,
            "aws/account.json",
            164,
            verdict="needs_resource",
            conditions=("a function that trusts lambda.amazonaws.com",),
            technique="lambda-001",
        ),
        _hop(admin, "administers", LEDGER, "aws/account.json", 9),
    )
    issue = "input:github-issues/ostermere/app"
    second = (
        _hop(issue, "taints", support, "repos/app/triage.yml", 4),
        _hop(support, "runs_as", job, "repos/app/triage.yml", 12),
        _hop(job, "federates_to", deploy, "aws/account.json", 118),
        _hop(deploy, "writes", CLAIMS, "aws/account.json", 40),
    )
    send = "tool:finance/.cursor/mcp.json#erp/http_request"
    token = "credential:finance/.cursor/mcp.json#ERP_TOKEN"
    third = (
        _hop(invoice, "invokes", send, "finance/.cursor/mcp.json", 12, gate=approval, gate_holds=True),
        _hop(send, "holds", token, "finance/.cursor/mcp.json", 15),
        _hop(
            token,
            "authenticates_as",
            deploy,
            "finance/.cursor/mcp.json",
            15,
            verdict="unknown",
            conditions=("what the token is good for",),
        ),
        _hop(
            deploy,
            "reads",
            BANK,
            "aws/account.json",
            77,
            gate=Gate("jit", "resource", None, True),
            gate_holds=True,
        ),
    )
    fourth = (
        _hop(rate, "executes_on", "resource:host/rates", "rates/.codex/config.toml", 3),
        _hop("resource:host/rates", "yields", key, "rates/.codex/config.toml", 9),
        _hop(key, "authenticates_as", job, ".github/workflows/deploy.yml", 31),
        _hop(job, "federates_to", deploy, "aws/account.json", 118),
        _hop(deploy, "reads", LEDGER, "aws/account.json", 41),
    )
    return (
        Path("path:1", release, LEDGER, "behaviour", True, "needs_resource", first),
        Path("path:2", support, CLAIMS, "behaviour", True, "yes", second),
        Path("path:3", invoice, BANK, "behaviour", False, "unknown", third),
        Path("path:4", rate, LEDGER, "behaviour", True, "yes", fourth),
        Path(
            "path:5",
            claims,
            CLAIMS,
            "identity",
            True,
            "conditional",
            (
                _hop(claims, "invokes", run, "claims/.mcp.json", 14),
                _hop(
                    run,
                    "writes",
                    CLAIMS,
                    "aws/account.json",
                    40,
                    verdict="conditional",
                    conditions=("source address",),
                ),
            ),
        ),
    )


def chokepoints() -> tuple[Chokepoint, ...]:
    return (
        Chokepoint("identity:aws/111122223333/role/deploy", "identity", (), 93, 41, 4, 1),
        Chokepoint("credential:payments/.env.deploy#GH_APP_KEY", "credential", (), 93, 58, 4, 2),
        Chokepoint("tool_server:payments/.mcp.json#github", "tool_server", (), 93, 70, 4, 3),
        Chokepoint("grant:aws/111122223333/role/deploy/DeployAll/0", "grant", (), 93, 81, 4, 4),
    )


def remedies() -> tuple[Improvement, ...]:
    """Give six remedies, of which the last cuts nothing."""
    cut = (
        ("no-escalation", 41, 1),
        ("sandboxed-code", 58, 2),
        ("bounded-delegation", 70, 3),
        ("a", 80, 4),
        ("b", 81, 4),
    )
    return tuple(
        Improvement(
            id,
            "remove",
            f"What {id} does",
            ("TOL-02", "AUZ-03"),
            (Extent("behaviour", True, 93, 4, 200),),
            (Extent("behaviour", True, pairs, jewels, 100),),
            Cost(3, ("aws/account.json",), (), ("Head of payments",)),
            "what nobody knows",
        )
        for id, pairs, jewels in (*cut, ("c", 93, 4))
    )


def exposure() -> tuple[Exposure, ...]:
    rows = []
    for index, (id, *_) in enumerate(AGENTS):
        legs = (index in (0, 1, 5, 6), index not in (3, 7), None if index == 4 else index in (0, 1, 2, 6))
        rows.append(Exposure(id, *legs, gated=index == 5, because=("reads issues that anyone may write",)))
    return tuple(rows)
