# What a person types. `make demo` needs Python 3.11 or newer and, the first time, the network; nothing else.
# The stamps in .venv say what is installed: as long as the locks do not change, no second run asks pip anything.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
# The machine's own pip settings may point at places the locks know nothing of; -s: no packages of the user's home.
PIP := env -u PIP_FIND_LINKS -u PIP_NO_INDEX -u PYTHONDONTWRITEBYTECODE $(BIN)/python -s -m pip \
	--disable-pip-version-check --no-input --retries 2 install --quiet
LOCK := env -u PIP_FIND_LINKS -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL $(BIN)/pip-compile --quiet --generate-hashes \
	--strip-extras --allow-unsafe --no-header --annotation-style=line \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(UPGRADE)
LOG := $(VENV)/install.log
# Compiled where there is a C compiler (hatch_build.py).
LOOPS := $(shell find daemon dashboards policies sensors -name "*.px[ix]")
ARGS ?=
TESTS ?=
# Tests wait more than they compute: three files at a time on two cores. One that was asked for by name runs alone.
SIDE_BY_SIDE ?= $(if $(TESTS),,-n 3 --dist loadfile)

.NOTPARALLEL:
.PHONY: help demo test programs check format lint types arrows fix lock secrets bench clean

help:  ## what there is to make
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/.installed  ## a virtual office, judged and corrected, on http://127.0.0.1:8080
	@exec env -u PYTHONDONTWRITEBYTECODE $(BIN)/officed demo $(ARGS)

test: programs $(VENV)/.installed-dev  ## everything CI runs: format, lint, types, arrows, tests
	@checked=0; $(MAKE) -k check || checked=$$?; \
	tested=0; $(BIN)/python -m pytest -ra $(SIDE_BY_SIDE) $(TESTS) || tested=$$?; \
	if [ $$checked -ne 0 ]; then echo "make check failed: see above the tests" >&2; exit 1; fi; \
	exit $$tested

programs:
	@bash .ci/system-packages

check: format lint types arrows  ## format, lint, types and import arrows, no other tests

format: $(VENV)/.installed-dev
	@$(BIN)/ruff format --check .

lint: $(VENV)/.installed-dev
	@$(BIN)/ruff check .

types: $(VENV)/.installed-dev
	@$(BIN)/mypy

arrows: $(VENV)/.installed-dev
	@$(BIN)/python -m pytest -q tests/test_arrows.py

fix: $(VENV)/.installed-dev  ## let ruff repair what it can
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: $(VENV)/.installed-dev  ## pin what pyproject.toml asks for (UPGRADE=--upgrade for newer versions)
	@$(LOCK) --output-file requirements.lock pyproject.toml
	@printf "hatchling>=1.27\neditables>=0.5\ncython>=3.2\n" | $(LOCK) --constraint requirements.lock --output-file requirements-build.lock -
	@$(LOCK) --extra dev --extra build --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

secrets:  ## passwords and tokens for docker-compose.yml, as files in deploy/secrets (existing ones are kept)
	@python="$$(bash .ci/find-python)"; "$$python" deploy/make_secrets.py

bench: $(VENV)/.installed-dev  ## what the whole way costs here, beside what people run today: renews benchmarks/RESULTS.md and the tables in the READMEs
	@$(BIN)/python benchmarks/pipeline.py --write $(ARGS)

clean:  ## remove what was built; configuration, secrets and var/ stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find daemon dashboards policies sensors tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2> /dev/null || true

# --- installation ---------------------------------------------------------------------------------------------------

$(BIN)/python:
	@python="$$(bash .ci/find-python)"; rm -rf $(VENV); \
	"$$python" -m venv $(VENV) > /dev/null || { rm -rf $(VENV); \
		echo "officed: $$python cannot make a virtual environment; on Debian: apt install python3-venv" >&2; exit 1; }

$(VENV)/.installed: requirements.lock requirements-build.lock pyproject.toml hatch_build.py $(LOOPS) | $(BIN)/python
	@echo "officed: installing into $(VENV) (once; a minute on a usual line)" >&2
	@$(PIP) --require-hashes -r requirements.lock -r requirements-build.lock 2> $(LOG) || bash .ci/install-failed $(LOG)
	@$(PIP) --no-deps --no-build-isolation --no-index --editable . 2> $(LOG) || bash .ci/install-failed $(LOG)
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m compileall -q daemon dashboards policies sensors
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "officed: installing what the tests need into $(VENV)" >&2
	@$(PIP) --require-hashes -r requirements-dev.lock 2> $(LOG) || bash .ci/install-failed $(LOG)
	@touch $@
