"""One small file of each kind that people write; together with its siblings it uses every key there is."""

from __future__ import annotations

WRITTEN: dict[str, tuple[str, ...]] = {
    "catalog": (
        """
        id: acme-1
        title: Rules for agents
        short: Rules
        version: "1"
        published: "2026"
        publisher: Acme
        licence: {id: proprietary, ships: everything}
        source_url: policy.md
        retrieved: "2026-11-01"
        checked_against: {list: policy.csv, sha256: "00", ids: "3"}
        reads_as: outcomes
        groups:
          - {id: "A", title: First, kind: chapter, statement: said, summary: meant}
          - {id: "B", title: Second, kind: chapter, parent: "A"}
        controls:
          - {id: "A1", title: One, kind: control, level: process, parent: "B", assessable: outside, outside: no agent}
          - id: "A2"
            title: Two
            kind: risk
            level: organisation
            statement: said
            summary: meant
            refines: "A1"
            part_of: "A1"
            aliases: ["A-2", "A.2"]
            agent_relevant: false
            guidance: maturing
            assessable: by_interview
            ask: {question: "Who?", evidence: [minutes]}
            applies_when: {sql: "SELECT 1", because: why}
            methods: [EXAMINE, INTERVIEW]
            implies: ["A1"]
            depends_on: "A1"
          - {id: "A3", title: Three, kind: threat, level: process, assessable: partly, applies_when: {always: so it is}}
        """,
    ),
    "crosswalk": (
        """
        source: a-1
        target: b-1
        basis: assessed
        method: Read and compared.
        rows:
          - {source: "A1", target: "B1", relationship: mitigates, role: primary, rationale: why, matching: semantic}
          - source: "A2"
            target: "B2"
            relationship: equal
            rationale: why
            strength: 10
            coverage: [0.2, 1]
            basis: published
            published_in: Annex
            published_as: mapped
            reviewed_by: Lead
        jointly:
          - {sources: ["A1", "A2"], target: "B3", relationship: equal, rationale: why, reviewed_by: Lead}
          - sources: ["A1"]
            target: "B4"
            relationship: mitigates
            role: supporting
            rationale: why
            matching: functional
            strength: 1
            coverage: [0, 0.5]
            basis: assessed
            published_in: Annex
            published_as: mapped
        """,
        """
        source: a-1
        target: b-1
        basis: published
        external: true
        published_in: Annex
        published_as: mapped
        published:
          - {source: "A1", targets: ["B1"], relationship: related}
          - {source: "A2", external: ["B2"], published_in: Appendix, published_as: linked}
        """,
    ),
    "check": (
        """
        id: c
        title: An agent has no owner
        objectives: ["INV-02"]
        about: agents
        severity: low
        confidence: high
        sql: SELECT id AS subject FROM agents
        why: Because.
        remediation: [Name one.]
        cannot_know: Much.
        references: [AC-2]
        examples:
          - {given: {agents: [{id: a, owner: b}]}, expect: {a: satisfied}}
          - {given: {agents: [{id: a, owner: null}], limits: []}, expect: {a: not-satisfied, b: not-satisfied}}
          - {expect: {a: not-determined}}
        """,
    ),
    "titles": ('{catalog: iso-1, titles: {"A.2": First, "A.3": Second}}',),
    "techniques": (
        """
        domain: aws
        source: {list: a list, version: 7}
        stage: {identities: [{id: "identity:aws/111122223333/role/actor"}]}
        techniques:
          - id: t
            name: PassRole
            category: services
            requires: [[{action: "iam:PassRole", of: passed_role}, {action: "lambda:Invoke"}], [{action: "iam:*"}]]
            grants: become
            applies_to: [role]
            trusted_service: lambda
            needs_resource: function
            conditions: ["something calls {target}"]
            source: somebody
            covers: [x-1]
            examples: [{given: {grants: [{id: g}]}, expect: {"identity:aws/111122223333/role/boss": unknown}}]
        """,
    ),
    "scenario": (
        """
        id: s
        title: T
        happened: "2025-08"
        summary: what
        cannot_know: much
        case_studies: ["AML.CS0059"]
        unverified: [this]
        sources: [{id: x, publisher: P, title: T, date: "2025-08-26", url: "https://example.org", unverified: true}]
        steps:
          - happened: this
            sources: [x]
            atlas: ["AML.T0093"]
            needs:
              - {condition: untrusted_input, kinds: [mail]}
              - {condition: tool, abilities: [pays], threat_model: behaviour}
              - {condition: reaches, access: writes, kinds: [database], sensitivity: 4, environment: production}
              - {condition: credential, kinds: [key], stores: [plaintext], outlives_seconds: 60}
              - {condition: unpinned_server}
              - {condition: runs_on, platforms: [codex]}
            broken_by: [{objective: "CRD-01", because: why}]
        """,
    ),
    "plan": (
        """
        title: T
        client: C
        system: S
        reference: R
        type: From configuration
        independence: external
        classification: Confidential
        version: "1.0"
        observed: observed
        retention: seven years
        period: {from: "2026-10-01", to: "2026-11-13T12:00:00Z"}
        frameworks: [owasp-asi-2026]
        roles: {preparer: P, reviewer: R, approver: A, recipients: [Board]}
        branding: {name: House, brand: "#243B6B"}
        out_of_scope: [{what: Robots, reason: none}]
        not_applicable: [{objective: "COM-02", justification: none, approver: P}]
        limits:
          max_credential_lifetime_seconds: 3600
          rotation_days: 90
          unused_days: 90
          log_retention_days: 365
          review_days: 90
          blast_radius_limit_tier_1: 50
          blast_radius_limit_tier_2: 20
          blast_radius_limit_tier_3: 5
        threat_source: {initiation: very low, reason: stated}
        agents: [{id: a, name: N, owner: O, purpose: P, tier: 1, expected_seconds: 9, approved_at: "2026-06-01"}]
        resources:
          - {id: r, provider: aws, kind: k, name: n, sensitivity: 5, crown_jewel: true}
          - {id: s, provider: aws, environment: e, business_function: b}
        identities: [{id: i, owner: O, business_function: b, environment: e}]
        """,
    ),
    "attestations": (
        """
        attestations:
          - objective: "GOV-01"
            subject: "*"
            answer: "yes"
            role: Head
            at: "2026-11-01"
            expires: "2027-05-01"
            evidence: minutes
            explanation: said
        """,
    ),
    "exceptions": (
        """
        exceptions:
          - check: c
            subject: s
            recommendation: fix
            decision: accepted
            rationale: why
            compensating: [a, b]
            approver: Sponsor
            approved_at: "2026-11-01"
            expires_at: "2027-02-01"
        """,
    ),
    "provenance": (
        """
        exports:
          - path: aws
            command: aws iam get-account-authorization-details
            system: account
            scope: everything
            filters: none
            run_by: Head
            at: "2026-11-01"
            records: 3
            sha256: "0000000000000000000000000000000000000000000000000000000000000000"
            note: said
        """,
    ),
    "export": (
        """
        id: e
        title: All of {account}
        ask: Head
        command: show {account}
        privilege: to read
        warning: names
        file: observed/{account}.json
        source: manual
        read_by: aws_iam
        read_elsewhere: true
        unverified: true
        settles: [{about: ["identity:aws/{account}/*"], checks: [c], edges: [assumes], skipped: [incomplete]}]
        """,
    ),
    "remedy": (
        """
        id: r
        title: A person approves
        objectives: [TOL-02]
        gate: {kind: human_approval, enforced_at: gateway}
        edges:
          - verbs: [invokes, escalates_to]
            techniques: ["iam-*"]
            source: {platform: [codex]}
            target: {irreversible: [true, null]}
        cannot_know: much
        """,
    ),
}
