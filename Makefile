# SPM: every task of the house. `make help` lists them.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed-from-lock
WORKERS ?= 2
# Settings for tools that read the settings and touch no server.
BARE := SPM_PROFILE=test SPM_SECRET_KEY=x SPM_INDEX_KEY=x SPM_SMSAPI_REPORT_SECRET=x DATABASE_URL=postgresql:///x
export PYTHONDONTWRITEBYTECODE ?=

.PHONY: help setup browser demo demo-reset test lint format bench faults lock docs clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "SPM needs Python 3.11 or later; name one with PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -q && apt-get install -y -q python3-venv && $(PYTHON) -m venv $(VENV); } || { echo "python3 -m venv failed; on Debian: apt-get install python3-venv"; exit 1; }
	@echo "Installing what requirements.lock names ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-warn-script-location --require-hashes -r requirements.lock 2>&1 | grep -v '^WARNING: Location' || true
	@$(RUN) -c 'import django, celery, weasyprint.text.ffi' 2>/dev/null || $(RUN) -c 'import django, celery'
	@touch $@

setup: $(STAMP) ## build .venv from the lock file and make the embedded database ready
	@$(RUN) -m spm.demo.machine
	@$(RUN) manage.py migrate --verbosity 0
	@$(RUN) manage.py collectstatic --noinput --verbosity 0

browser: $(STAMP)
	@$(RUN) -m spm.demo.machine --browser

demo: setup ## the whole portal with a demo town; PORT=… and DEMO_DIR=… move it
	@exec $(RUN) -m spm.demo.supervisor

demo-reset: $(STAMP) ## throw the demo's data away and start anew
	@exec $(RUN) -m spm.demo.supervisor --reset

test: $(STAMP) browser ## run every test
	@$(RUN) -m pytest -n $(WORKERS) --dist loadgroup --max-worker-restart 2

lint: $(STAMP) ## format check, types, floors, migrations, deployment check, templates
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .
	@$(BARE) $(RUN) -m mypy
	@$(VENV)/bin/lint-imports
	@$(VENV)/bin/djlint templates --lint --quiet
	@$(RUN) manage.py makemigrations --check --dry-run
	@$(RUN) -m tests.house.deploy_check

format: $(STAMP) ## format code
	@$(RUN) -m ruff format .
	@$(RUN) -m ruff check --fix .

bench: $(STAMP) ## measure ours, a peer and the physical limit side by side
	@$(RUN) -m benchmarks

faults: $(STAMP) ## kill it at any line and count what was lost or doubled
	@SPM_FAULTS_KILLS=$${SPM_FAULTS_KILLS:-200} $(RUN) -m pytest tests/faults -n 0 -q --timeout 7200

docs: $(STAMP) ## write the generated parts of docs/
	@$(RUN) manage.py write_docs

lock: ## resolve pyproject.toml into requirements.lock (needs uv)
	@uv pip compile pyproject.toml --extra embedded --extra dev --extra bench --universal --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --quiet --custom-compile-command "make lock" --output-file requirements.lock

clean: ## remove what the tasks made, the demo's data too
	@rm -rf .demo .test .cache staticfiles .mypy_cache .ruff_cache .pytest_cache
