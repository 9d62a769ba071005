# Every target does its own set-up: system packages (apt, when root), a virtual environment, pinned dependencies.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup run test check accept bench

setup:
	@sh deploy/setup.sh $(PYTHON) $(VENV)

run: setup
	@$(BIN)/countersign demo
	@$(BIN)/countersign serve

check: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

test: check
	@$(BIN)/pytest

accept: check
	@$(BIN)/python -m pip install -q -c constraints.txt -e '.[inspect]'
	@$(BIN)/pytest --full

bench: setup
	@$(BIN)/python -m evals.bench
