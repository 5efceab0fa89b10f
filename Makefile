ARGS ?=

.PHONY: help setup run try demo test chaos machines mutate services lint format bench boards train-smoke load fuzz audit constraints clean

help: ## Show what there is
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "make %-12s %s\n", $$1, $$2 }'

setup: .venv/.ready ## Install Rollcall into .venv, with all that its development needs

.venv/.ready: pyproject.toml constraints.txt scripts/setup
	@scripts/setup
	@touch $@

run: .venv-run/.ready ## Run your bot: a light installation for a server with a CPU, in .venv-run, and rollcall up
	@.venv-run/bin/rollcall up $(ARGS)

.venv-run/.ready: pyproject.toml constraints.txt scripts/setup
	@scripts/setup --server
	@touch $@

try: setup ## Talk to Rollcall in the browser, with your own microphone; no token needed
	.venv/bin/rollcall sandbox --web $(ARGS)

demo: setup ## Play a whole lesson on a local Telegram; no token needed
	.venv/bin/rollcall demo $(ARGS)

test: setup services ## Run the tests (ARGS="-k seal" for some of them)
	scripts/test $(ARGS)

chaos: setup services ## Kill and pause every process and server while 600 notes come in (ARGS="--notes 100 --seed 1")
	scripts/services run -- .venv/bin/python -m tests.chaos $(ARGS)

machines: setup services ## Bots, workers and servers in network namespaces, and every line between them cut in turn (root)
	folder=$$(mktemp -d /tmp/rollcall-machines.XXXXXX) && unshare --net .venv/bin/python -m tests.machines.scenario $$folder long

mutate: setup services ## See whether the tests notice faults put into what decides (ARGS="rollcall/domain/repeated_notes.py --each 0")
	scripts/services run -- nice .venv/bin/python -m tests.mutation $(ARGS)

train-smoke: setup ## Train small encoders of made-up voices, all the way to what workers take
	.venv/bin/python -m pytest -q -n0 tests/training/test_train.py -k smoke $(ARGS)

services: ## Make sure that the PostgreSQL and the Redis of the tests are installed
	@scripts/services install

lint: setup ## Check style, types and the arrows of import
	scripts/lint

format: setup ## Bring the code into shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

bench: .venv/.bench-ready ## Race Rollcall against what people would write instead, and see where the time goes
	.venv/bin/python -m bench $(ARGS)

.venv/.bench-ready: .venv/.ready
	@scripts/setup bench
	-@scripts/setup bench,resemblyzer
	@scripts/services sound
	@touch $@

boards: setup ## Check 300 in before 20 live boards while pages, bot and queue are killed (ARGS="--windows 20")
	.venv/bin/python -m bench.boards $(ARGS)

load: setup ## Check a school of 2,000 in within five minutes (ARGS="--encoder campplus --students 500 --classes 15")
	.venv/bin/python -m bench.load $(ARGS)

fuzz: .venv/.fuzz-ready ## Hostile input by the million (ARGS="name report" or "opus --inputs 1000" for a part)
	nice .venv/bin/python -m tests.fuzz $(ARGS)

.venv/.fuzz-ready: .venv/.ready
	@scripts/setup fuzz
	@touch $@

audit: .venv/.audit-ready ## Known vulnerabilities of the pinned versions; asks an advisory service, so it needs a network
	.venv/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip $(ARGS)

.venv/.audit-ready: .venv/.ready
	@scripts/setup audit
	@touch $@

constraints: setup ## Compile constraints.txt anew (ARGS=--upgrade for the newest versions)
	scripts/constraints $(ARGS)

clean: ## Remove everything made here, but for data/ and .env
	rm -rf .venv .venv-run build dist demo-output fuzz-output load-output mutation-output .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
