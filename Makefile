.DEFAULT_GOAL := help
.PHONY: help up demo test test-unit check bench clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## Serve on http://127.0.0.1:8080
	./cairn up

demo: ## Train, promote and serve the churn sample
	./cairn demo

test: ## Build and run all tests (what CI runs)
	./test.sh

test-unit: ## Run the unit tests only
	dotnet build tests/Unit -c Release -v quiet --nologo
	artifacts/bin/Cairn.Unit.Tests/release/Cairn.Unit.Tests -noLogo

check: ## Check the formatting, build with all analyzers
	dotnet format Cairn.slnx --verify-no-changes --no-restore --exclude-diagnostics IDE0130
	dotnet build Cairn.slnx -c Release -v quiet --nologo

bench: ## Run the measurements behind the numbers of the README
	@test -x bench/run || { echo "bench/run is not there yet"; exit 1; }
	bench/run

clean: ## Remove all that was built
	rm -rf artifacts native/node_modules
