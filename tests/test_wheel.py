"""The wheel carries everything: installed outside the checkout, it does the main job."""

from __future__ import annotations

import json
import site
import subprocess
import sys
import venv
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, and install it into an environment that knows nothing of the checkout."""
    room = tmp_path_factory.mktemp("outside")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(room), str(TOP)]
    subprocess.run(wheel, check=True, cwd=room)
    venv.create(room / "env", with_pip=False)
    (built,) = room.glob("nhiassess-*.whl")
    packages = next((room / "env").glob("lib/python*/site-packages"), room / "env" / "Lib" / "site-packages")
    target = ["install", "--no-deps", "--no-index", "--target", str(packages), str(built)]
    subprocess.run([*pip, *target], check=True, cwd=room)
    # the dependencies come from where the tests run; a path line does not carry the checkout's own link with it
    (packages / "dependencies.pth").write_text(site.getsitepackages()[0] + "\n")
    return room


def run(room: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command outside of the checkout."""
    python = next((room / "env").glob("bin/python"), room / "env" / "Scripts" / "python.exe")
    command = [str(python), "-m", "nhiassess", *words]
    return subprocess.run(command, cwd=room, capture_output=True, text=True, check=False)


def test_the_wheel_is_what_runs(outside: Path) -> None:
    python = outside / "env" / "bin" / "python"
    code = "import nhiassess.installed as i; print(i.PACKAGE); print(i.data_folder())"
    told = subprocess.run([str(python), "-c", code], cwd=outside, capture_output=True, text=True, check=True).stdout
    package, data = told.splitlines()
    assert package.startswith(str(outside))
    assert data == f"{package}/_data"


def test_the_main_job_from_the_wheel(outside: Path) -> None:
    done = run(outside, "demo", "--out", "made", "--now", "2026-11-24")
    assert done.returncode == 0, done.stderr
    made = outside / "made"
    assert {path.name for path in made.iterdir()} == {
        "report.pdf",
        "report.html",
        "assessment.json",
        "findings.sarif",
    }
    assert (made / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert json.loads((made / "assessment.json").read_text())["findings"]


def test_init_from_the_wheel(outside: Path) -> None:
    done = run(outside, "init", "acme")
    assert done.returncode == 0, done.stderr
    assert (outside / "acme" / "plan.yaml").is_file()
    assert (outside / "acme" / ".gitignore").is_file()
    assert json.loads((outside / "acme" / "schema" / "catalog.json").read_text())["title"] == "nhiassess catalog"
    verified = run(outside, "frameworks", "verify", "acme")
    assert verified.returncode == 0, verified.stderr
