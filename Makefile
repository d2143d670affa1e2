# make run    set up what is missing, make a demo county, serve http://127.0.0.1:8000
# make test   set up what is missing, run every test
# make soak   the long random walks, 200 kills, random users, the full county;  make bench  measurements as one JSON object;  make clean  back to a fresh checkout
#
# Nothing is set up twice: a stamp's name carries the hash of what it was made from, so it is there only while it is true.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.PHONY: help run test soak bench clean setup setup-test assets browser

BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
sha := $(if $(shell command -v sha256sum),sha256sum,shasum -a 256)
hash = $(shell $(sha) $(sort $(wildcard $(1))) </dev/null | $(sha) | cut -c1-16)

PINS := $(call hash,pyproject.toml constraints.txt)
INSTALLED := .venv/installed-$(PINS)
TEST_INSTALLED := .venv/installed-for-tests-$(PINS)
NPM := package.json package-lock.json .npmrc
MODULES := node_modules/.installed-$(call hash,$(NPM))
BUILT := service/static/dist/.built-$(call hash,$(NPM) $(shell find service/frontend -type f 2>/dev/null))

help:
	@sed -n '1,3s/^# //p' Makefile

run: setup assets
	@exec $(BIN)/bihuan run --demo

# Every gate runs, so that one look shows all that is wrong; pytest comes last and with it the closing line. One failure
# fails the whole. pytest without a single test ends with 5, which is a failure too.
test: setup-test assets browser $(MODULES)
	@failed=0; \
	echo "== ruff"; $(BIN)/python -m ruff check || failed=1; \
	echo "== mypy"; $(BIN)/python -m mypy || failed=1; \
	echo "== import contracts"; $(BIN)/lint-imports --no-cache || failed=1; \
	test $$failed = 0 || echo "FAILED: style, types or contracts, see above. The tests run all the same."; \
	echo "== tests, on SQLite, on PostgreSQL, and in Chromium"; \
	BIHUAN_TEST_DATABASE=sqlite,postgresql $(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS) || failed=$$?; \
	exit $$failed

soak: setup-test
	@BIHUAN_WALKS=20000 $(BIN)/python -m pytest -o faulthandler_timeout=3600 tests/engine/test_walks.py $(PYTEST_ARGS)
	@BIHUAN_PROOFS=4000 $(BIN)/python -m pytest -o faulthandler_timeout=3600 tests/diagrams/proof/test_walks.py $(PYTEST_ARGS)
	@BIHUAN_KILLS=100 BIHUAN_TEST_DATABASE=sqlite,postgresql $(BIN)/python -m pytest -o faulthandler_timeout=3600 \
	  tests/fire/test_kill.py $(PYTEST_ARGS)
	@BIHUAN_MONKEY=3000 BIHUAN_MONKEY_SEED=$$RANDOM BIHUAN_TEST_DATABASE=sqlite,postgresql $(BIN)/python -m pytest \
	  -o faulthandler_timeout=7200 tests/monkey $(PYTEST_ARGS)
	@BIHUAN_COUNTY=full $(BIN)/python -m pytest -o faulthandler_timeout=3600 \
	  tests/scenarios/test_county.py "tests/scenarios/test_acceptance.py::test_what_waits_for_the_signature_is_not_rectified" $(PYTEST_ARGS)

bench: setup-test assets browser
	@$(BIN)/python -m tests.bench

clean:
	rm -rf .venv node_modules service/static/dist build dist
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup: $(INSTALLED)
setup-test: $(TEST_INSTALLED)
assets: $(BUILT)

# A copied or moved folder brings scripts that point to the old place: such an environment is made anew. The build backend
# is installed under the constraints as well, because pip would otherwise fetch an unpinned one into a folder of its own.
$(INSTALLED):
	@if ! grep -qs "^command = .* $(CURDIR)/.venv$$" .venv/pyvenv.cfg || ! $(BIN)/python -c "import pip" 2>/dev/null; then \
	  for python in "$${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11 none; do \
	    "$$python" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null && break; done; \
	  test "$$python" != none || { echo "Python 3.11 or newer is needed, and none was found (set PYTHON to name one)." >&2; exit 1; }; \
	  "$$python" -c "import ensurepip, venv" 2>/dev/null || { echo "$$python cannot make virtual environments:" \
	    "install its venv package (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; }; \
	  echo "Making .venv …"; "$$python" -m venv --clear .venv; fi
	@echo "Installing the Python packages …"
	@rm -f .venv/installed-*
	@$(PIP) hatchling
	@$(PIP) --no-build-isolation -e .
	@touch $@

$(TEST_INSTALLED): $(INSTALLED)
	@echo "Installing what the tests need …"
	@$(PIP) --no-build-isolation -e '.[test]'
	@touch $@

# npm is asked only when bundles must be built: who has them built needs neither Node nor node_modules.
$(BUILT):
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' 2>/dev/null && command -v npm >/dev/null || { \
	  echo "Node.js 20 or newer with npm is needed to build the pages' bundles." >&2; exit 1; }
	@$(MAKE) --no-print-directory $(MODULES)
	@echo "Building the front-end bundles …"
	@rm -f service/static/dist/.built-*
	@npm run --silent build
	@touch $@

$(MODULES):
	@echo "Installing the npm packages …"
	@npm ci --silent || { echo "npm could not install the packages:" >&2; npm ci; }
	@touch $@

# The tests drive the machine's own Chromium; where there is none, the machine's packages or Playwright bring one.
browser: setup-test
	@$(BIN)/python -m tests.browser.chromium
