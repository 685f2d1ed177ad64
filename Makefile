# Linggong. `make` alone prints the verbs. Everything runs from .venv, which the first verb makes.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo up test check bench lock format helm wheel

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.stamp

# Arguments of the verbs: make demo MONTH=file.csv, make bench ONLY=grab-lose, make test ARGS="-k escrow -x"
MONTH ?=
ONLY  ?=
ARGS  ?=

help: ## This list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(STAMP) ## One order line by line, then a month in eleven counties; MONTH=file.csv plays another month
	@$(BIN)/python -m linggong.cli demo $(if $(MONTH),--month '$(MONTH)')

up: $(STAMP) ## Start the site with its own PostgreSQL, broker and workers; Ctrl-C stops all
	@$(BIN)/python -m linggong.cli up

test: $(STAMP) ## All tests, on real servers; ARGS="..." goes to pytest
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(STAMP) ## Format, lint, types, floors, migrations, chart
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -W "ignore:Got an error checking:RuntimeWarning" -m linggong.cli manage makemigrations --check --dry-run
	./helm/check.sh

bench: $(STAMP) ## Figures as JSON lines; ONLY=name for one of them
	@$(BIN)/python -m benchmarks $(ONLY)

format: $(STAMP) ## Let ruff mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

helm: $(STAMP) ## Lint and render the chart
	./helm/check.sh

wheel: $(STAMP) ## Build the wheel into dist/
	$(BIN)/python -m hatchling build -t wheel

# ----------------------------------------------------------------------------------------------------------------------
# The lock: requirements/*.txt, hashed, for every platform, and free of addresses. `make lock ARGS=--upgrade` moves on.

COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--no-header --no-annotate $(ARGS)

lock: $(STAMP) ## Compile pyproject.toml into requirements/*.txt
	@$(UV_INDEX) $(COMPILE) pyproject.toml --extra embedded -o requirements/base.txt
	@$(UV_INDEX) $(COMPILE) pyproject.toml --extra embedded --group dev -o requirements/dev.txt
	@$(UV_INDEX) $(COMPILE) --no-deps --group helm -o requirements/helm.txt

# ----------------------------------------------------------------------------------------------------------------------
# The environment: a venv, uv at the locked version and hash, then the locked packages and this project, editable.
# uv does not read pip's configuration, so the index that pip is configured with (a mirror, say) is handed to it, and it
# trusts what the system trusts.

UV_INDEX = index=$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(BIN)/pip config get global.index-url 2>/dev/null || true)}}; \
	if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$$index"; fi; \
	if [ ! -w "$${HOME:-/nonexistent}" ]; then export UV_NO_CACHE=1; fi; \
	export UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_SYSTEM_CERTS=true;

$(STAMP): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Linggong needs Python 3.11 or newer; name one with: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python cannot make an environment; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Making $(VENV) (once; a minute or so)"
	@$(PYTHON) -m venv $(VENV)
	@awk '/^[a-zA-Z0-9]/ {keep = /^uv==/} keep' requirements/dev.txt > $(VENV)/uv.txt
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@$(UV_INDEX) $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(UV_INDEX) $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $(STAMP)
