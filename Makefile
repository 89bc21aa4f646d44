# Two commands: `make report` and `make test`. Both set up what they need.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
BIN := .venv/bin
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3; do $$p -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)

.PHONY: report test check setup fuzz bench wheel test-wheel schemas clean

report: setup  ## assess the sample into build/ostermere
	$(BIN)/nhiassess assess assessments/ostermere --out build/ostermere

test: setup  ## run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

check: setup  ## format, lint, types, floors, dependencies, docstrings
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry nhiassess

setup: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt .ci/system
	@test -n "$(PYTHON)" || { echo "Python 3.11 to 3.13 with venv is needed. Debian, Ubuntu: apt install python3 python3-venv. Fedora: dnf install python3. macOS: brew install python. Windows: winget install Python.Python.3.13" >&2; exit 1; }
	.ci/system
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[fast,pdf,notebooks,dev]"
	touch $@

fuzz: setup  ## ten minutes of mutated files against every format and source
	$(BIN)/python tests/fuzz/bytes.py --seconds 600

bench: setup  ## measure what the figures in bench/README.md say
	$(BIN)/python bench/figures.py
	$(BIN)/python bench/reach.py
	$(BIN)/python bench/techniques.py
	$(BIN)/python bench/clusters.py

wheel: setup
	$(BIN)/python -m build --wheel --outdir build/dist .

test-wheel: wheel  ## the main job from the built wheel, on each interpreter there is
	.ci/wheel build/dist

schemas: setup  ## write frameworks/schema from the model and the readers
	$(BIN)/python -m nhiassess.model.schema frameworks/schema
	$(BIN)/python -m nhiassess.schemas frameworks/schema/files

clean:
	rm -rf .venv build
