# Every command of this repository. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
BIN := .venv/bin

# Tests start the operator hundreds of times, and each worker reads all files of tests: compile them once.
unexport PYTHONDONTWRITEBYTECODE

# A package named `operator` would shadow the module of the standard library, and Python could not start here.
ifneq ($(wildcard operator/__init__.py),)
$(error operator/ is a source root and must not contain __init__.py: remove operator/__init__.py)
endif

.PHONY: help venv generate manifests check numbers unit test test-oldest cluster cluster-quick gitops fuzz bench bench-10k bench-image demo image image-engines lock changelog clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: .venv/installed ## Make the virtual environment .venv from requirements/dev.lock

.venv/installed: requirements/dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "This project needs Python 3.11 or newer as $(PYTHON): make PYTHON=python3.x names another." >&2; exit 1; }
	@[ -x $(BIN)/pip ] || { echo "venv: making .venv"; $(PYTHON) -m venv .venv; } || \
		{ echo "The module venv is missing: install it (Debian: apt-get install python3-venv)." >&2; exit 1; }
	@echo "venv: installing requirements/dev.lock (a minute the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@
	@echo "venv: ready"

generate: venv ## Write the generated files: crds/, docs/reference/, the dashboard, parts of the chart
	@$(BIN)/python -m devtools.generate
	@$(BIN)/python -m tests.support.argocd_test_data

manifests: venv ## Render the manifests in deploy/ from the chart, with Helm
	@$(BIN)/python -m devtools.generate.manifests
	@$(BIN)/python -m devtools.generate

check: venv ## Run the static checks: style, types, layers, generated files
	@$(BIN)/python -m devtools.check

numbers: venv ## Print the sizes of files and functions, and what exceeds a limit
	@$(BIN)/python -m devtools.house_numbers --figures

unit: venv ## Run the unit tests (a few minutes)
	@$(BIN)/python -m pytest --numprocesses 2 --max-worker-restart 0 tests/unit

# Most tests wait: for a token that expires, for a process that ends. So four workers suit two cores. The order of the files is that
# of tests/support/file_order.py; tests/support/shared_folders.py lists the folders whose tests any worker takes.
test: venv ## Run all tests, on local control planes (half an hour on two cores)
	@$(BIN)/python -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 0

# Of the chart: whether that API server accepts each object. What Helm does does not depend on the release of Kubernetes.
test-oldest: venv ## Run the tests of the manifests and the API client on the oldest supported Kubernetes
	@KUBEBUILDER_ASSETS=$$($(BIN)/python -m devtools.cluster.binaries oldest) \
		$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 \
		tests/contract --ignore-glob '*/contract/chart/test_[!d]*' --ignore tests/contract/install

# Pods on a real node. CLUSTER=kind runs them on kind, where Docker works, and without root.
CLUSTER_TESTS = $(if $(filter kind,$(CLUSTER)),,tests/node) tests/cluster

cluster: venv ## Run the tests on a real node, as root (half an hour); CLUSTER=kind: with Docker
	@$(BIN)/python -m pytest $(CLUSTER_TESTS)

cluster-quick: venv ## Run the short tests on a real node (seven minutes)
	@$(BIN)/python -m pytest -m 'not long' $(CLUSTER_TESTS)

gitops: venv ## Run the tests with all of Flux and Argo CD (half an hour the first time)
	@$(BIN)/python -m pytest tests/gitops

fuzz: venv ## Run the fuzz tests guided by coverage (a quarter of an hour); FUZZ="NAME --seconds 600" runs one for longer
	@$(BIN)/python -m tests.unit.fuzz $(FUZZ)

bench: venv ## Measure the operator beside a bare client: build/bench.json, a table, a plot (an hour and a quarter)
	@$(BIN)/python -m tests.bench

bench-10k: venv ## Measure memory, idle CPU and a restart with ten thousand connectors: build/10k (ten minutes)
	@$(BIN)/python -m tests.bench --objects 10000 --only-operator --output build/10k

bench-image: venv ## Measure size, start and memory of the image (a minute)
	@$(BIN)/python -m tests.bench.image

demo: venv ## Run a demo until Ctrl-C, or for DEMO_SECONDS
	@$(BIN)/python -m devtools.demo

image: venv ## Build the container image: build/image/ (IMAGE_BUILDER=docker, buildah or debian)
	@$(BIN)/python -m devtools.image

image-engines: venv ## Compare the image that a container engine builds with the archive, as root (twenty minutes)
	@$(BIN)/python -m pytest tests/engines

# A hash identifies a package. The registry to download it from is configured where it is installed.
COMPILE = CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --quiet --generate-hashes --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links $(if $(UPGRADE),--upgrade)
# The processes import neither: kopf needs click for its own command line, cffi needs pycparser to parse C.
UNUSED = click pycparser
DEVELOPMENT = $(BIN)/python -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["dev"], sep="\n")'
BUILD = $(BIN)/python -c 'import tomllib; \
	print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'

lock: venv ## Write the lock files (UPGRADE=1: with the newest versions)
	@echo "lock: requirements/runtime.lock"
	@$(COMPILE) $(UNUSED:%=--unsafe-package=%) --output-file=requirements/runtime.lock pyproject.toml
	@echo "lock: requirements/dev.lock"
	@$(DEVELOPMENT) | $(COMPILE) --allow-unsafe --extra=cli -c requirements/runtime.lock --output-file=requirements/dev.lock pyproject.toml -
	@echo "lock: requirements/build.lock"
	@$(BUILD) | $(COMPILE) --allow-unsafe -c requirements/dev.lock --output-file=requirements/build.lock -
	@echo "lock: requirements/cyclonedx.lock"
	@$(COMPILE) --allow-unsafe --output-file=requirements/cyclonedx.lock requirements/cyclonedx.in
	@echo "lock: requirements/fuzz.lock"
	@$(COMPILE) --allow-unsafe --output-file=requirements/fuzz.lock requirements/fuzz.in
	@echo "lock: requirements/mcp.lock"
	@$(COMPILE) --allow-unsafe --output-file=requirements/mcp.lock requirements/mcp.in

changelog: venv ## Show the change log of the next release
	@$(BIN)/towncrier build --draft --version next

clean: ## Remove the files that these commands create
	@rm -rf .venv .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
