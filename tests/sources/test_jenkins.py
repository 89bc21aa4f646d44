"""Jenkins: stages of a Jenkinsfile, credentials, triggers, approvals, and agents in scripts; nothing is run."""

from __future__ import annotations

import time

import pytest

from nhiassess.model.inventory import Inventory
from nhiassess.sources.pipelines.jenkins import SOURCE
from tests.observing import by_id, file, ids, observe, place, triples

PATH = "repos/shop/Jenkinsfile"
AGENT = "agent:jenkins/repos/shop/Jenkinsfile/Fix"
CANARY = "hunter2-CANARY"
SHOP = f"""
    @Library('acme-steps@main') _
    // pipeline {{ stage('Commented') {{ steps {{ sh 'claude -p no' }} }} }}
    pipeline {{
        agent {{ label 'linux' }}
        triggers {{ cron('H 3 * * *') }}
        options {{ timeout(time: 1, unit: 'HOURS') }}
        environment {{
            ANTHROPIC_API_KEY = credentials('anthropic-key')
            DB_PASSWORD = '{CANARY}'
            MODE = 'fast'
        }}
        stages {{
            stage('Fix') {{
                when {{ changeRequest() }}
                agent {{
                    docker {{
                        image 'node:22'
                        args '-v /var/run/docker.sock:/var/run/docker.sock'
                    }}
                }}
                steps {{
                    /* sh 'codex exec no' */
                    withCredentials([string(credentialsId: 'tracker', variable: 'TRACKER_TOKEN'),
                                     usernamePassword(credentialsId: 'registry', usernameVariable: 'U',
                                                      passwordVariable: 'P')]) {{
                        sh '''
                            # claude -p "no"
                            claude -p "Fix it's bugs." \\\\
                                --allowedTools "Edit,Bash(make:*)"
                        '''
                    }}
                    sh "echo done // claude -p no"
                }}
            }}
            stage('Deploy') {{
                input {{ message 'Deploy?' }}
                steps {{
                    withAWS(role: 'ci/deploy', roleAccount: '111122223333') {{
                        sh(script: "codex exec 'Deploy'", returnStdout: true)
                    }}
                    sh command
                    build job: 'downstream'
                }}
            }}
        }}
    }}
    """


@pytest.fixture(scope="module")
def shop() -> Inventory:
    return observe(SOURCE, {PATH: SHOP})


def test_agents_of_stages(shop: Inventory) -> None:
    assert ids(shop.agents) == ["agent:jenkins/repos/shop/Jenkinsfile/Deploy", AGENT]
    agent = by_id(shop.agents, AGENT)
    assert (agent.name, agent.platform, agent.sandbox) == ("Jenkinsfile/Fix", "jenkins", "container")
    assert agent.limits == "stops after 60 minutes"
    assert agent.locations == (place(SHOP, "stage('Fix')", PATH), place(SHOP, "'''", PATH))
    prefix = "tool:jenkins/repos/shop/Jenkinsfile/Fix/"
    assert {prefix + "Bash(make:*)", prefix + "Edit"} < set(ids(shop.tools))
    assert by_id(shop.tools, prefix + "Edit").locations == (place(SHOP, "Edit,", PATH),)


def test_triggers_and_approval(shop: Inventory) -> None:
    work = by_id(shop.workflows, AGENT.replace("agent:", "workflow:"))
    assert (work.trigger, work.untrusted, work.expected_seconds) == ("changeRequest, cron", None, 3600)
    gates = {link.target: link.gate for link in shop.links if link.verb == "triggers"}
    assert gates[AGENT] is None
    assert gates["agent:jenkins/repos/shop/Jenkinsfile/Deploy"] is not None


def test_credentials_by_id_and_binding(shop: Inventory) -> None:
    rows = {each.id.partition("#")[2]: each for each in shop.credentials}
    held = {target.partition("#")[2] for source, _, target in triples(shop, "holds") if source == AGENT}
    assert sorted((rows[key].store, rows[key].name, rows[key].kind) for key in held) == [
        ("plaintext", "DB_PASSWORD", "password"),
        ("secret_manager:jenkins:anthropic-key", "ANTHROPIC_API_KEY", "api_key"),
        ("secret_manager:jenkins:registry", "P", "password"),
        ("secret_manager:jenkins:tracker", "TRACKER_TOKEN", "api_key"),
    ]
    tracker = next(each for each in shop.credentials if each.name == "TRACKER_TOKEN")
    assert tracker.locations == (place(SHOP, "'tracker'", PATH),)
    assert CANARY not in repr(shop)


def test_role_of_a_step(shop: Inventory) -> None:
    (login,) = [link for link in shop.links if link.verb == "federates_to"]
    assert login.source == "identity:jenkins/repos/shop/Jenkinsfile/Deploy"
    assert login.target == "identity:aws/111122223333/role/ci/deploy"
    assert login.locations == (place(SHOP, "'ci/deploy'", PATH),)


def test_what_is_computed_or_elsewhere_is_named(shop: Inventory) -> None:
    reasons = {each.reason for each in shop.skipped}
    assert reasons == {
        "a shared library (acme-steps@main) was not read",
        "a script that is computed was not read",
        "another job (downstream) was not read",
        "whether pull requests run here, those of forks among them, is a setting of the job in Jenkins",
    }
    said = {(each.key or "").rsplit(".", 1)[1] + "=" + (each.value or "") for each in shop.settings}
    assert said == {"label=linux", "image=node:22"}


def test_scripted_pipelines() -> None:
    text = """
        node('gpu') {
            stage('Build') {
                sshagent(credentials: ['deploy-key']) {
                    docker.image('node:22').inside {
                        bat 'gemini --yolo'
                    }
                }
            }
            parallel a: { stage('One') { sh "make ${target}" } }, b: { stage('One') { sh 'make' } }
            stage("Run ${name}") { sh script: 'make ' + target }
        }
        """
    found = observe(SOURCE, {"web/.ci/Jenkinsfile.nightly": text})
    assert ids(found.agents) == ["agent:jenkins/web/Jenkinsfile.nightly/Build"]
    assert found.agents[0].sandbox == "container"
    names = [each.removeprefix("workflow:jenkins/web/Jenkinsfile.nightly/") for each in ids(found.workflows)]
    assert names == ["Build", "One", "One%20(2)", "Run%20%24%7Bname%7D"]
    (key,) = found.credentials
    assert (key.store, key.kind) == ("secret_manager:jenkins:deploy-key", "private_key")
    assert {each.construct for each in found.skipped} >= {
        "a stage whose name is computed",
        "a script that is put together from parts",
    }


def test_near_misses() -> None:
    assert SOURCE.recognises("web/release.jenkinsfile", "")
    assert SOURCE.recognises("web/vars/all.groovy", "pipeline {\n")
    assert not SOURCE.recognises("web/Jenkinsfile/readme.md", "")
    assert not SOURCE.recognises("web/build.groovy", "def pipeline() {}\n")
    found = observe(SOURCE, {"Jenkinsfile": "def stage = 3\nprintln 'sh claude -p x'\nstage: 1\n"})
    assert not found.agents
    assert [each.construct for each in found.skipped] == ["pipeline"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "}}}))]]",
        "pipeline { stage( { sh( { withCredentials([",
        "stage() { sh() } withCredentials() {} environment { A = } timeout( input",
        "environment { A = credentials( } sh sh sh stage stage 'x",
        "withAWS(role: ) { } sshagent(['a'",
    ],
)
def test_hostile_shapes(text: str) -> None:
    SOURCE.read([file("Jenkinsfile", text)])


@pytest.mark.parametrize(
    "text",
    [
        "stage('a') {" * 50_000,
        "withCredentials([string(credentialsId: 'x', variable: 'Y')]) {" * 20_000,
        "pipeline { environment { " + " A = credentials('b')\n" * 30_000 + "} " + "stage('s') { sh 'x' }\n" * 30_000,
        "sh '" + "\\\\" * 300_000,
        "/*" * 300_000,
    ],
)
def test_long_files_take_no_more_than_their_length(text: str) -> None:
    started = time.monotonic()
    SOURCE.read([file("Jenkinsfile", text)])
    assert time.monotonic() - started < 30
