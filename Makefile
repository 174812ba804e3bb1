# Everything runs in .venv, which is made from requirements.lock; nothing is installed elsewhere.
# Another Python than the first one found: make setup PYTHON=python3.12

FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do $$p -c '$(FITS)' 2>/dev/null && echo $$p && exit; done; echo python3)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help demo setup test lint types lock verify release bench clean

help:  ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: $(READY)  ## grade a generated class of submissions, end to end
	@$(BIN)/autograder demo --assignment convnets

setup: $(READY)  ## make .venv, with everything that is pinned
	@echo "setup: .venv is ready"

test: $(READY)  ## run the tests, without the slow ones
	@$(BIN)/python -m pytest -m "not slow"

lint: $(READY)  ## check style, format and who may import what
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports

types: $(READY)  ## check the types
	@$(BIN)/mypy

lock: $(READY)  ## pin the newest versions that pyproject.toml allows
	@$(BIN)/uv pip compile pyproject.toml --upgrade --extra course --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate -q -o requirements.lock

verify: $(READY)  ## ask whether the suites of all assignments judge rightly
	@$(BIN)/autograder verify

release: $(READY)  ## write the student version of all assignments
	@$(BIN)/autograder release

bench: $(READY)  ## measure what README claims, on a quiet machine (BENCH=quick: whether it can be measured)
	@$(BIN)/python benchmarks/run.py $(if $(filter quick,$(BENCH)),--quick)

clean:  ## remove .venv, caches and the demo; the gradebook and what students handed in stay
	@rm -rf .venv build dist demo .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find autograder tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c '$(FITS)' || { echo "autograder needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version 2>/dev/null || echo not there)." \
		"Name one that fits: make setup PYTHON=python3.12" >&2; exit 2; }
	@echo "setup: making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { echo "setup: $(PYTHON) has no venv module; on Debian and Ubuntu the package python3-venv has it" >&2; exit 2; }
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > .venv/uv.txt
	@echo "setup: installing what requirements.lock pins, and compiling it (some minutes, the first time)"
	@{ $(BIN)/python -m pip install -q --require-hashes -r .venv/uv.txt \
		&& $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock; } \
		|| { echo "setup: uv does not work here; pip does the same, more slowly"; \
			$(BIN)/python -m pip install -q --compile --require-hashes -r requirements.lock; }
	@$(BIN)/python -m pip install -q --no-deps --no-build-isolation --no-index -e .
	@touch $(READY)
