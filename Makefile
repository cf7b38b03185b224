# Everything a person does with this checkout. Needs git, make, python3 (3.11 to 3.13) and python3-venv.
.DEFAULT_GOAL := help
.PHONY: help demo test quick soak mutants lint bench docs screenshots messages migration format lock clean \
	.venv runtime assets-dev

PYTHON ?= python3
BIN := .venv/bin
# One more than the two cores: tests wait for disks, browsers and each other for a third of their time.
WORKERS ?= 3
SEED ?= 20160428
RUNS ?= 10
# Where images set this, each of the many processes of a run would compile the whole project anew.
unexport PYTHONDONTWRITEBYTECODE

help: ## Show the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z.-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# -- Running ---------------------------------------------------------------------------------------

demo: export CITY_ENV ?= demo
demo: export CITY_DATA_DIR ?= $(CURDIR)/var/demo
demo: runtime ## Serve the demo city on 127.0.0.1:8000 (PORT and CITY_DATA_DIR are honoured)
	@$(BIN)/python tools/assets.py runtime
	@$(BIN)/python tools/translations.py
	@exec $(BIN)/city demo

runtime:
	@$(PYTHON) tools/bootstrap.py runtime

.venv: ## Install the packages for tests and checks
	@$(PYTHON) tools/bootstrap.py dev

assets-dev: .venv
	@$(BIN)/python tools/assets.py dev
	@$(BIN)/python tools/translations.py

# -- Checking --------------------------------------------------------------------------------------

PYTEST = PYTHONHASHSEED=0 $(BIN)/pytest -n $(WORKERS) --dist=worksteal --hypothesis-seed=$(SEED)

test: assets-dev ## Run every test that is not marked slow, with fixed seeds; CI=1 makes a missing service a failure
	@$(BIN)/python tools/test_services.py
	@$(PYTEST) --durations=15

quick: assets-dev ## Run the tests of rules and structure: no database, no server
	@$(PYTEST) tests/unit tests/structure

soak: assets-dev ## Run what is marked slow or soak with full counts, then measure the coverage of the rest (90 % at least)
	@$(BIN)/python tools/test_services.py
	@CITY_SOAK=1 $(PYTEST) -m "slow or soak" --durations=60
	@$(PYTEST) --cov --cov-report=term:skip-covered tests/unit tests/structure tests/functional tests/integration

mutants: assets-dev ## Prove that the battery fails on copies with one lock or guard removed, ten runs each (RUNS is honoured)
	@$(BIN)/python tests/mutants.py --runs $(RUNS)

lint: assets-dev ## Check style, types, layers, and that models and migrations agree
	@printf '%s\n' 'pyrefly check' 'city db check' 'python tools/translations.py --check' \
		'python tools/docs.py --check' 'lint-imports --no-logo' 'ruff check .' 'ruff format --check .' \
		| xargs -P 2 -I {} sh -c '$(BIN)/{}'

bench: assets-dev ## Measure pages and checkout beside bench/bare.py
	@$(BIN)/python -m bench.run
	@$(BIN)/python -m bench.imports 10000
	@$(BIN)/python -m bench.consolidation
	@$(BIN)/python -m bench.itineraries
	@$(BIN)/python -m bench.hot

docs: assets-dev ## Rebuild the generated parts of docs/
	@$(BIN)/python tools/docs.py

screenshots: assets-dev ## Take the pictures of docs/screenshots with Chromium
	@$(BIN)/python tools/test_services.py
	@$(BIN)/python tools/screenshots.py

# -- Writing ---------------------------------------------------------------------------------------

messages: .venv ## Collect the texts for translation and merge them into the catalogues
	@$(BIN)/python tools/translations.py --collect

migration: .venv ## Write a migration from the models: make migration m="Add cartons"
	@test -n "$(m)" || { echo 'usage: make migration m="What changes"'; exit 2; }
	@$(BIN)/city db revision "$(m)"

format: .venv ## Format the code and apply the safe fixes
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

lock: ## Compile requirements/*.in and package.json to their locks (needs uv and npm)
	@$(PYTHON) tools/lock.py

clean: ## Remove what the other commands made, except the demo's data in var/demo
	rm -rf .venv .cache node_modules static/vendor var/fonts .pytest_cache .ruff_cache .hypothesis \
		.import_linter_cache .coverage* htmlcov test-results *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find marketplace -name '*.mo' -delete
