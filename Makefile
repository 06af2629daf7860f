# `make run` and `make test` are the two commands; `make help` lists the others.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
export HOST PORT

# One environment per interpreter: .venv for python3, .venv-python3.13 for PYTHON=python3.13.
VENV := .venv$(if $(filter-out python3,$(PYTHON)),-$(notdir $(PYTHON)))
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help run test check guards fuzz sbom bench load cluster drill drill-restore screenshots lock environment dev-environment clean

help: ## List these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: environment ## Start the product on HOST and PORT, with demonstration data the first time
	@$(BIN)/python manage.py serve --prepare

test: dev-environment ## Run every test on SQLite, then on PostgreSQL (REQUIRE=postgres,browser,office,nginx ARGS="-k grid")
	@$(BIN)/python -m tests.run $(ARGS)

check: dev-environment ## Style, types, imports, dependencies, deployment settings, migrations
	@.ci/check $(BIN)

guards: dev-environment ## Take each guard of access away in turn and see that a test fails
	@$(BIN)/python -m tests.guards $(ARGS)

fuzz: dev-environment ## Send 10,000 hostile inputs to every form and operation (ARGS="--inputs 500")
	@$(BIN)/python -m tests.fuzz $(ARGS)

sbom: dev-environment ## List all parts and their licences: var/sbom.cdx.json, docs/licences.md
	@$(BIN)/python .ci/sbom.py var/sbom.cdx.json

bench: dev-environment ## Measure against raw SQL
	@$(BIN)/python -m tests.bench $(ARGS)

load: dev-environment ## 200 people at work for ten minutes (ARGS="--database sqlite", "--people 50 --seconds 60")
	@$(BIN)/python -m tests.load $(ARGS)

cluster: dev-environment ## Two nodes and three databases at work, and parts of them killed (ARGS="--people 50")
	@$(BIN)/python -m tests.cluster $(ARGS)

drill: dev-environment ## Back up and restore, then kill the product, in the middle of saving (ARGS="--only restore", "--kills 200")
	@$(BIN)/python -m tests.drill $(ARGS)

drill-restore: environment ## Bring your newest backup back into a throw-away place, and check it
	@$(BIN)/python manage.py drill_restore $(ARGS)

screenshots: dev-environment ## Draw the pictures of the documentation anew
	@$(BIN)/python -m tests.screenshots $(ARGS)

lock: ## Pin requirements*.in with hashes (UPGRADE=--upgrade takes newer versions)
	@.ci/lock $(PYTHON) $(UPGRADE)

environment:
	@$(PYTHON) .ci/environment.py $(VENV) requirements.txt

dev-environment:
	@$(PYTHON) .ci/environment.py $(VENV) requirements.txt requirements-dev.txt

clean: ## Remove environments and caches; the data in var/ stays
	rm -rf .venv .venv-* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
