# Everything a person does with this project. `make run` needs only python3 (3.11 or later) and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Tests side by side, one file to one worker: a file's costly fixtures are made once.
WORKERS := -n logical --maxprocesses 4 --dist loadfile
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export GX_ANALYTICS_ENABLED := false

.PHONY: env dev run test test-nightly check fix audit bench validity docs up lock clean

env: $(VENV)/run.stamp           ## environment from the lock
dev: $(VENV)/dev.stamp           ## the same with tools for tests and checks

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)

# uv where it is at hand (seconds), pip elsewhere (a minute or two). Both check every hash; the lock is whole, so
# nothing is resolved anew. Both compile what they install: else every command, where Python may not write what it
# has compiled, compiles its libraries anew, which takes longer than the import of what is compiled.
define install
	@if command -v uv >/dev/null 2>&1; then \
	  uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --require-hashes $(1); \
	else \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes $(1); \
	fi
endef

$(VENV)/run.stamp: requirements/run.txt pyproject.toml | $(VENV)/bin/python
	$(call install,-r requirements/run.txt)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --config-settings editable_mode=compat -e .
	@$(BIN)/python -m compileall -q flows schemas tasks warehouse
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(call install,-r requirements/dev.txt)
	@touch $@

run: env                         ## a synthetic community, from files to report
	$(BIN)/solidarity demo

test: dev                        ## all tests but the long ones
	$(BIN)/python -m pytest -m "not nightly" $(WORKERS)

test-nightly: dev                ## the long ones too
	HYPOTHESIS_PROFILE=nightly $(BIN)/python -m pytest

check: dev                       ## lint, types, layers, drift; changes nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tests.spec.document --check
	$(BIN)/python -m pip check

fix: dev                         ## mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

audit: dev                       ## known vulnerabilities in the lock
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements/run.txt

bench: dev                       ## speeds and sizes, as ratios
	$(BIN)/python -m tests.bench

validity: dev                    ## planted truths against what is found, into docs/validity.md
	$(BIN)/python -m tests.validity --processes 2

docs: env                        ## the documents that are derived from the code
	$(BIN)/solidarity dictionary --out docs/dictionary.md
	$(BIN)/python -m tests.spec.document

up: env                          ## Prefect server, work pool, worker and deployments on this machine
	$(BIN)/python -m flows.up

lock:                            ## resolve requirements/*.in anew; needs uv
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/run.in -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements/dev.in -c requirements/run.txt -o requirements/dev.txt

clean:                           ## remove what make made
	rm -rf $(VENV) build *.egg-info
