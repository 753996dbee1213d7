# `make run` and `make test` need Python 3.11 or newer and nothing else.
PYTHON ?= python3
BIN := .venv/bin
# Compiled modules halve the start of every command.
unexport PYTHONDONTWRITEBYTECODE
export THROUGHLINE_HOME ?= $(CURDIR)/data
CUSTOMERS ?= 2000
# The demo company's history ends on this day.
DEMO_AS_OF := 2026-06-30

.PHONY: run test test-parts test-runs check bench ui clean lock setup format

run: setup
	$(BIN)/throughline demo --customers $(CUSTOMERS)
	THROUGHLINE_COMPANY="Demo company" $(BIN)/throughline run --source demo --as-of $(DEMO_AS_OF)

# Whole runs take as long as all other tests together, so the two halves share two cores.
test: setup
	$(MAKE) --no-print-directory --jobs 2 --output-sync=target test-parts test-runs

test-parts: setup
	$(BIN)/pytest --ignore=tests/e2e --ignore=tests/real

test-runs: setup
	$(BIN)/pytest tests/e2e tests/real

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.sql_lint

bench: setup
	$(BIN)/python -m benchmarks
	$(BIN)/python -m benchmarks.journeys
	$(BIN)/python -m benchmarks.identity
	$(BIN)/python -m benchmarks.fuzz --files 1000

ui: setup
	THROUGHLINE_AS_OF=$(DEMO_AS_OF) $(BIN)/throughline ui

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf $(THROUGHLINE_HOME) .venv dbt_project/target dbt_project/logs

setup: .venv/installed

# The lock holds every package with its digest; nothing outside it is installed.
.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Throughline needs Python 3.11 or newer")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --no-deps -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	touch $@

# xgboost asks for NVIDIA's NCCL on Linux, hundreds of MB that a CPU never uses.
lock:
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-package nvidia-nccl-cu12 \
	  --custom-compile-command "make lock" --quiet --output-file requirements.lock
