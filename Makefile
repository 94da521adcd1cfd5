# make report   from the raw exports under data/raw/2024 to issued reports: sets up everything it needs
# make help     all targets
#
# A bare machine is enough: Python 3.11, make, and (as root) apt. Set-up is incremental: .venv is made when missing,
# and brought up to date when requirements.lock or pyproject.toml changed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3)
YEAR ?= 2024
BIN := .venv/bin

# Nothing leaves the machine: no usage statistics, no driver downloads.
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
export SE_OFFLINE := true
export SE_AVOID_STATS := true
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help report test test-full check bench bench-lint bench-findings fuzz serve lock setup setup-test clean

help: ## this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' Makefile

report: setup ## set everything up and run the year-end flow on data/raw/YEAR (YEAR=2024 unless given)
	$(BIN)/selfeval run --year $(YEAR)

# A file of tests stays in one process: its tests share what they set up.
test: setup-test ## the tests, less those that take minutes, two at once
	$(BIN)/pytest -n 2 --dist loadfile

test-full: setup-test ## all tests, one after the other: what they count and try is printed
	$(BIN)/pytest -m ""

check: setup ## style, format, types; private numbers, secrets, licences and known faults of the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -q --no-header tests/spec/test_tree.py tests/spec/test_architecture.py
	PYTHON=$(PYTHON) scripts/audit

bench: setup .venv-peers/.stamp ## speed and memory against the ways one would pick instead; writes bench/RESULTS.md
	$(BIN)/python -m bench.speed

# The peers' own environments, one each because their pins differ; one that cannot be installed is left out and named.
.venv-peers/.stamp: $(wildcard bench/peers/*.txt)
	for peer in bench/peers/*.txt; do \
	  name=$$(basename $$peer .txt); \
	  $(PYTHON) -m venv --clear .venv-peers/$$name; \
	  .venv-peers/$$name/bin/python -m pip install -qq -r $$peer || { echo "$$name cannot be installed here"; rm -rf .venv-peers/$$name; }; \
	done
	touch $@

bench-lint: setup ## precision and recall of lint a kind of fault; DIR=folder for other reports with truth.json
	$(BIN)/python -m bench.lint $(DIR)

bench-findings: setup ## planted faults found, SEED=1 unless given; writes bench/FINDINGS.md
	$(BIN)/python -m bench.findings --seed $(or $(SEED),1)

fuzz: setup ## a million hostile inputs over every reader
	$(BIN)/python -m bench.fuzz

serve: setup ## Prefect server, UI and the scheduled deployment on this machine, until Ctrl-C
	$(BIN)/selfeval serve

lock: ## write requirements.lock anew from pyproject.toml (ARGS=--upgrade takes newer versions)
	PYTHON=$(PYTHON) scripts/lock $(ARGS)

clean: ## remove what make made; data/out and .selfeval stay: issued reports and the state are not rubbish
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info
	find flows selfeval schemas tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up ---

setup: .venv/.stamp
setup-test: .venv/.stamp
	@PYTHON=$(PYTHON) scripts/system-packages test

# Order-only: the packages are looked at every time, without making the venv anew.
.PHONY: system-packages
system-packages:
	@PYTHON=$(PYTHON) scripts/system-packages run

# Two stamps: a changed setting in pyproject.toml re-installs the project (seconds), not its packages (a minute).
.venv/.stamp-lock: requirements.lock | system-packages
	@echo "Setting up .venv with $(PYTHON): about a minute the first time"
	test -x $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install -qq --require-hashes -r requirements.lock
	touch $@

.venv/.stamp: .venv/.stamp-lock pyproject.toml | system-packages
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation -e .
	touch $@
