# Commands for users and developers. They need Python 3.11 or later and make; README.md shows the same commands without make.

PYTHON ?= python3
ROWS ?= 1000000

# A setting comes from the environment or, if it is not there, from .env, as in a Kedro run.
setting = $(or $($(1)),$(shell sed -n 's/^$(1)=//p' .env))
SAMPLE = $(or $(call setting,DATA_DIR),data)/01_raw/purchases.csv

BIN := .venv/bin
INSTALLED := .venv/.installed
INSTALLED_DEV := .venv/.installed-dev
BENCH_BIN := .venv-bench/bin
BENCH_INSTALLED := .venv-bench/.installed
PLAIN_BIN := .venv-plain/bin
PLAIN_INSTALLED := .venv-plain/.installed

PIP_INSTALL := -m pip install --quiet --disable-pip-version-check
PIP_COMPILE := .venv-lock/bin/pip-compile --quiet --strip-extras --no-annotate --no-emit-index-url --no-emit-find-links

.PHONY: run test test-cluster lint bench lock clean

run: $(INSTALLED) $(if $(call setting,PURCHASES_CSV),,$(SAMPLE))
	$(BIN)/kedro run
	@echo
	@$(BIN)/kedro ledger

# The environment is an order-only prerequisite: make never replaces a CSV that exists.
$(SAMPLE): | $(INSTALLED)
	$(BIN)/kedro run --pipelines synthesis --params synthesis.rows=$(ROWS)

# pytest starts one process per core. All tests of a file run in the same process, because they share fixtures.
# `make test-cluster` covers the rest of the code, so the limit of pyproject.toml applies after both (.ci/run).
test: $(INSTALLED_DEV)
	$(BIN)/pytest --numprocesses auto --dist loadfile --cov --cov-report=term --cov-fail-under=90

# Starts real Dask workers, which need an idle machine. Adds to the coverage that `make test` measured.
test-cluster: $(INSTALLED_DEV)
	$(BIN)/pytest tests/datasets/dask -m cluster --cov --cov-append --cov-report= --cov-fail-under=0

# Runs every tool, even if an earlier one fails, and names the tools that failed.
lint: $(INSTALLED_DEV)
	@failed=; \
	for tool in "ruff check" "ruff format --check" mypy lint-imports "vulture src --min-confidence 80"; do \
	    echo "== $$tool"; \
	    $(BIN)/$$tool || failed="$$failed [$$tool]"; \
	done; \
	test -z "$$failed" || { echo "make lint failed:$$failed" >&2; exit 1; }

# The other programs and this project have separate environments, because Kedro and pandera import Polars and
# developers' tools if they are installed. OPTIONS are the options of benchmarks/run.py.
bench: $(BENCH_INSTALLED) $(PLAIN_INSTALLED)
	$(BENCH_BIN)/python benchmarks/run.py --ours $(PLAIN_BIN)/python $(OPTIONS)

# Updates both lock files after a change of the dependencies in pyproject.toml. Pins that still fit stay.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(PIP_INSTALL) --upgrade pip pip-tools
	CUSTOM_COMPILE_COMMAND="make lock" $(PIP_COMPILE) --output-file requirements.txt pyproject.toml
	CUSTOM_COMPILE_COMMAND="make lock" $(PIP_COMPILE) --all-extras --unsafe-package customer-analytics \
	    --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

# Deletes everything that make created, except data and logs.
clean:
	rm -rf .venv .venv-bench .venv-lock .venv-plain build dist .coverage
	rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

# What a run needs, and nothing else.
$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed. Hint: make PYTHON=python3.13")'
	$(PYTHON) -m venv .venv
	$(BIN)/python $(PIP_INSTALL) -r requirements.txt
	$(BIN)/python $(PIP_INSTALL) --no-deps -e .
	@touch $@

# What developers need in addition.
$(INSTALLED_DEV): $(INSTALLED) requirements-dev.txt
	$(BIN)/python $(PIP_INSTALL) -r requirements-dev.txt
	@touch $@

$(PLAIN_INSTALLED): requirements.txt
	$(PYTHON) -m venv .venv-plain
	$(PLAIN_BIN)/python $(PIP_INSTALL) -r requirements.txt
	$(PLAIN_BIN)/python $(PIP_INSTALL) --no-deps -e .
	@touch $@

$(BENCH_INSTALLED): requirements-dev.txt
	$(PYTHON) -m venv .venv-bench
	$(BENCH_BIN)/python $(PIP_INSTALL) -c requirements-dev.txt -e '.[bench]'
	@touch $@
