# Every target sets up what it needs: Python 3.11, make and a package index are enough.
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.set-up

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint format bench constraints clean

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install everything into .venv

$(STAMP): pyproject.toml constraints.txt scripts/setup
	scripts/setup $(VENV)
	@touch $@

demo: $(STAMP) ## Play a whole lesson on a local Telegram, with synthetic voices
	$(BIN)/rollcall demo

test: $(STAMP) ## Run every test, with real Valkey, Redis and PostgreSQL
	scripts/services run -- $(BIN)/pytest

lint: $(STAMP) ## Style, types and the arrows of import
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Bring the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP) ## Where a note's time goes, from update to answer
	$(BIN)/python -m bench

constraints: ## Compile constraints.txt anew from pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --all-extras --no-annotate --no-header --no-emit-index-url \
		--quiet --upgrade --output-file constraints.txt pyproject.toml

clean: ## Remove what the targets made
	rm -rf $(VENV) demo-output .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
