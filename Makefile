.DEFAULT_GOAL := help
.PHONY: help .venv runtime lock

PYTHON ?= python3

help: ## Show the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z.]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv: ## Install the packages for tests and checks
	@$(PYTHON) tools/bootstrap.py dev

runtime:
	@$(PYTHON) tools/bootstrap.py runtime
