# Two commands matter: `make demo` and `make test`. Each sets up what it needs in .venv.

ifeq ($(strip $(PYTHON)),)
PYTHON := $(shell command -v python3.11 || command -v python3)
endif
VENV ?= .venv
BIN := $(VENV)/bin
DEMO_OUT ?= demo
# Tests whose answers depend on the versions of pandas, pyarrow, DuckDB and NumPy most.
OLDEST := tests/tables tests/graph tests/datasets

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-graph-tool test-services test-oldest bench bench-cell-types bench-segmentation lint docs docs-test datasets clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

demo: $(VENV)/.installed  ## set up, run the main job, say where report, figures and tables are
	$(BIN)/neuropil demo --out $(DEMO_OUT)

test: $(VENV)/.installed-test  ## set up, run every test that must pass
	$(BIN)/python -m pytest -n auto -m "not slow and not graph_tool" --nbmake --nbmake-timeout=300 \
		tests notebooks connectome_analysis ingest neuropil segmentation_core $(PYTEST_ARGS)

test-slow: $(VENV)/.installed-slow $(VENV)/.installed-docs  ## the exhaustive sweeps
	$(BIN)/python -m pytest -m "slow and not graph_tool" tests $(PYTEST_ARGS)

test-graph-tool:  ## second environment: what needs graph-tool, and the rooms that lean on the oldest supported versions
	bash tools/graph_tool_environment.sh .venv-graph-tool
	.venv-graph-tool/bin/python -m pytest -n auto -m "not slow" $(OLDEST) $(PYTEST_ARGS)
	.venv-graph-tool/bin/python -m pytest -m graph_tool --ignore=tests/segmentation_core \
		--ignore=tests/ingest/voxels --ignore=tests/docs --ignore=tests/test_benchmarks.py tests $(PYTEST_ARGS)

test-services:  ## third environment: live services whose clients need pandas 2, against a server of this machine
	$(PYTHON) -m venv .venv-services
	.venv-services/bin/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	.venv-services/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[cave,downloads,flywire,neuprint]' --group test
	.venv-services/bin/python -m pytest -n0 tests/ingest/services $(PYTEST_ARGS)

test-oldest:  ## every test on the oldest supported versions: a quarter of an hour, by hand
	bash tools/graph_tool_environment.sh .venv-graph-tool
	.venv-graph-tool/bin/python -m pytest -n auto -m "not slow" --ignore=tests/segmentation_core \
		--ignore=tests/ingest/voxels --ignore=ingest/voxels --ignore=tests/docs --ignore=tests/test_benchmarks.py \
		--ignore=connectome_analysis/cell_types/graph_network \
		tests connectome_analysis ingest neuropil $(PYTEST_ARGS)

bench: $(VENV)/.installed-peers  ## every benchmark on graphs beside its fastest peer, one table
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

bench-segmentation: $(VENV)/.installed-peers  ## scores and speed from voxels to graph, beside peers, one table
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks --segmentation $(BENCH_ARGS)

bench-cell-types: $(VENV)/.installed-peers  ## how well types are told, and what it costs at a fly's size: two hours
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.cell_types $(BENCH_ARGS)
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.block_models

lint: $(VENV)/.installed-lint  ## ruff, mypy strict, the arrows between rooms, repository review
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sp-repo-review .

docs: $(VENV)/.installed-docs  ## build the site in site/: notebooks are run, and kept until code changes
	@# The variable keeps a notice about the future of mkdocs from every build.
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

docs-test: $(VENV)/.installed-docs  ## check that every link and every example of the pages works, and the built site
	$(BIN)/python -m pytest -q tests/docs $(PYTEST_ARGS)

datasets:  ## make the bundled connectomes anew from their pinned sources
	$(BIN)/python tools/build_datasets.py

clean:  ## remove environments and caches
	rm -rf .venv .venv-graph-tool .venv-services demo site dist build .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "python3.11 or newer is needed; set PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, $(PYTHON) is $$($(PYTHON) --version); set PYTHON=/path/to/python3.11"; exit 1; }
	@# A half-made environment would look like a whole one to the next call, so it is removed.
	$(PYTHON) -m venv $(VENV) && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1' || \
		{ rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[segmentation]'
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test --group test-segmentation
	@touch $@

$(VENV)/.installed-slow: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group test-slow
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group docs
	@touch $@

# A peer that cannot be had here only leaves its rows without a time.
$(VENV)/.installed-peers: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group peers || \
		echo "Some peers could not be installed; their rows will say so."
	@touch $@

$(VENV)/.installed-lint: $(VENV)/.installed-test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group lint
	@touch $@
