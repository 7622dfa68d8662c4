# The project from nothing but Python >= 3.11 and make; README.md shows the plain commands behind it.

PYTHON ?= python3
ROWS ?= 1000000

# The environment first, then .env, as a run itself reads them.
setting = $(or $($(1)),$(shell sed -n 's/^$(1)=//p' .env))
SAMPLE = $(or $(call setting,DATA_DIR),data)/01_raw/purchases.csv

BIN := .venv/bin
INSTALLED := .venv/.installed
BENCH_BIN := .venv-bench/bin
BENCH_INSTALLED := .venv-bench/.installed
PLAIN_BIN := .venv-plain/bin
PLAIN_INSTALLED := .venv-plain/.installed

.PHONY: run test test-cluster lint bench clean

run: $(INSTALLED) $(if $(call setting,PURCHASES_CSV),,$(SAMPLE))
	$(BIN)/kedro run
	@echo
	@$(BIN)/kedro ledger

# Order-only: a CSV that is there, whoever put it there, is never replaced.
$(SAMPLE): | $(INSTALLED)
	$(BIN)/kedro run --pipelines synthesis --params synthesis.rows=$(ROWS)

# A process of tests per core, each with whole files of them: what a file's tests share is made once.
test: $(INSTALLED)
	$(BIN)/pytest --numprocesses auto --dist loadfile --cov --cov-report=term

# Real Dask workers on loopback; a loaded machine can fail to start them in time.
test-cluster: $(INSTALLED)
	$(BIN)/pytest tests/datasets/dask -m cluster

lint: $(INSTALLED)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/vulture src --min-confidence 80

# Peers and this project in environments of their own: Kedro and pandera import Polars and tools for development where
# they find them. OPTIONS are those of benchmarks/run.py.
bench: $(BENCH_INSTALLED) $(PLAIN_INSTALLED)
	$(BENCH_BIN)/python benchmarks/run.py --ours $(PLAIN_BIN)/python $(OPTIONS)

# Everything that was made, except data and logs.
clean:
	rm -rf .venv .venv-bench .venv-plain build dist .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; call make PYTHON=<one>")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(BENCH_INSTALLED): requirements.txt
	$(PYTHON) -m venv .venv-bench
	$(BENCH_BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.txt -e '.[bench]'
	@touch $@

$(PLAIN_INSTALLED): requirements.txt
	$(PYTHON) -m venv .venv-plain
	$(PLAIN_BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.txt -e .
	@touch $@
