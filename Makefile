# geoteam: two commands do everything on a fresh machine: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
CITY ?= demo
DATA ?=
WORKSPACE ?= $(if $(filter demo,$(CITY)),workspace,workspace-$(CITY))
CLIENTS ?= 8000
PYTEST_ARGS ?=
PIP_QUIET := -qq --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types imports docs docs-check test-all bench lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.made: requirements-dev.txt requirements-node.txt scripts/python_version.py
	@$(PYTHON) scripts/python_version.py
	@echo "Making the environment in $(VENV) (about a minute on a first run) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install $(PIP_QUIET) --require-hashes -r requirements-dev.txt
	@command -v npm >/dev/null || $(BIN)/python -m pip install $(PIP_QUIET) --require-hashes -r requirements-node.txt
	@touch $@

WEB := $(shell find web -path web/node_modules -prune -o -type f -print 2>/dev/null)
$(VENV)/.installed: $(VENV)/.made pyproject.toml hatch_build.py $(WEB)
	@$(BIN)/python -m pip install $(PIP_QUIET) --no-build-isolation --no-deps -e .
	@touch $@

setup: $(VENV)/.installed ## Make the environment and build the front end

INIT_demo := --demo --clients $(CLIENTS)
INIT = $(or $(INIT_$(CITY)),--profile boundaries/$(CITY).toml --data $(DATA) --synthetic-clients $(CLIENTS))
$(WORKSPACE)/.ready: | setup
	@$(BIN)/geoteam --workspace $(WORKSPACE) init $(INIT)
	@touch $@

run: setup $(WORKSPACE)/.ready ## Make the workspace if there is none, and serve the map (CITY=dc DATA=DIR for DC)
	@$(BIN)/geoteam --workspace $(WORKSPACE) serve --host $(HOST) --port $(PORT)

test: setup ## Run the quick tests
	@$(BIN)/pytest -m "not slow and not browser and not postgis" $(PYTEST_ARGS)

test-all: setup ## Run every test: slow, browser and PostGIS too
	@$(BIN)/pytest $(PYTEST_ARGS)

lint: setup ## Style of Python and TypeScript
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/python scripts/web.py lint

types: setup ## Types of Python and TypeScript
	@$(BIN)/mypy
	@$(BIN)/python scripts/web.py types test

imports: setup ## Which room may import which
	@$(BIN)/lint-imports

docs: setup ## Write the reference pages anew from the code
	@$(BIN)/python scripts/check_docs.py --write

docs-check: setup ## Docstrings, and that every command, route and setting is documented
	@$(BIN)/python scripts/check_docs.py

check: lint types imports docs-check test-all ## Everything that CI checks

DC ?= ../shared/data
bench: setup ## Print the measured figures (the city of Washington, DC, where DC=DIR has it)
	@$(BIN)/python benchmarks/line.py --json
	@$(BIN)/python benchmarks/assign.py --json
	@$(BIN)/python benchmarks/plan_metrics.py
	@if [ -d $(DC)/dc ]; then for name in locate matrix geocode plans plans_large; do \
	  echo "== $$name"; $(BIN)/python benchmarks/$$name.py || exit 1; done; fi
	@if [ -d $(DC)/vrp ]; then $(BIN)/python benchmarks/tours.py --json \
	  --instance $(DC)/vrp/solomon/C101.txt --seconds 20; fi

lock: ## Pin the requirements anew (needs uv)
	@uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements.txt
	@uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-dev.txt
	@uv pip compile --group node --universal --python-version 3.11 --generate-hashes --no-header -q -o requirements-node.txt

clean: ## Remove what was built (not the workspaces)
	@rm -rf $(VENV) web/node_modules geoteam/server/static/build dist .mypy_cache .ruff_cache .pytest_cache
