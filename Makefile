# Both commands set up what they need: `make reproduce` and `make test` work on a fresh clone.
# Extra arguments for the command behind a target: make reproduce ARGS=fig3c, make test ARGS="-k kerr".

PYTHON ?= python3
ARGS ?=
BIN := .venv/bin
INSTALLED := .venv/.installed

# xdist and the solvers keep every core busy, so the linear algebra below runs on one thread each.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help reproduce test docs quick lint format notebooks lock clean

help: ## Print the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

reproduce: $(INSTALLED) ## Compute the tables and figures of the paper into results/, and their report
	$(ONE_THREAD) $(BIN)/blockade reproduce $(ARGS)
	@if [ -d results ]; then $(BIN)/blockade report results --out results/report.html; fi

test: lint ## Run every check: lint, then the tests on all cores
	$(ONE_THREAD) $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

docs: $(INSTALLED) ## Build the manual into docs/_build/html, without a network; a warning is an error
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html

# One case of each test that is not slow, those that failed last time first, up to three failures.
# What is slow is known from the last `make test`; before the first one this takes three minutes.
quick: $(INSTALLED) ## Answer in a minute: one case of each quick test, without lint
	$(ONE_THREAD) $(BIN)/python -m pytest -q --quick --ff --maxfail 3 -n auto --dist worksteal $(ARGS)

lint: $(INSTALLED) ## Check style, formatting and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(INSTALLED) ## Mend style and formatting where a tool can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

notebooks: $(INSTALLED) ## Run the notebooks again and keep their outputs
	$(BIN)/python -m notebooks.rerun

# The stamp is written last: an interrupted installation is done again, a finished one is not.
$(INSTALLED): pyproject.toml requirements.lock
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "photon-blockade needs Python 3.11 or newer, but '$(PYTHON)' is older or missing; name another with PYTHON=..." >&2; exit 1; }
	"$(PYTHON)" -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $@

# One version of each package for every Python, so that two machines compute with the same code.
# Existing pins stay; LOCKFLAGS=--upgrade moves them to the newest versions.
lock: ## Rewrite requirements.lock from pyproject.toml (needs the network)
	"$(PYTHON)" -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv
	.venv-lock/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 \
	  --fork-strategy fewest --generate-hashes --no-header --no-emit-index-url --no-emit-find-links --quiet \
	  --output-file requirements.lock $(LOCKFLAGS)

clean: ## Remove the environment, the caches and the results
	rm -rf .venv .venv-lock .mypy_cache .pytest_cache .ruff_cache .hypothesis results dist build
	rm -rf docs/_build docs/notebooks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
