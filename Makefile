.DEFAULT_GOAL := help
.PHONY: help up demo test test-unit approve check bench torture clean

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

approve: CAIRN_APPROVE ?= 1
approve: export CAIRN_APPROVE := $(CAIRN_APPROVE)
approve: ## Approve the API as it is now (CAIRN_APPROVE=breaking: also what breaks clients)
	dotnet build tests/Api -c Release -v quiet --nologo
	artifacts/bin/Cairn.Api.Tests/release/Cairn.Api.Tests -noLogo -class Cairn.Api.Tests.Server.ApprovedContractTests

check: ## Check the formatting, build with all analyzers
	dotnet format Cairn.slnx --verify-no-changes --no-restore --exclude-diagnostics IDE0130
	dotnet build Cairn.slnx -c Release -v quiet --nologo

bench: ## Run the measurements behind the numbers of the README (CSV=file: your own data instead of the sample)
	dotnet build bench/Cairn.Bench -c Release -v quiet --nologo
	artifacts/bin/Cairn.Bench/release/Cairn.Bench storage-writer
	artifacts/bin/Cairn.Bench/release/Cairn.Bench learning-telco
	bench/serving.sh $(CSV)

torture: ## Run the long fault tests, an hour or two; CSV=file, the telco data; results are dated in bench/torture.md
	bench/torture/mutations.sh
	dotnet build tests/EndToEnd -c Release -v quiet --nologo
	TORTURE_KILLS=1000 artifacts/bin/Cairn.EndToEnd.Tests/release/Cairn.EndToEnd.Tests -noLogo -diagnostics -class Cairn.EndToEnd.Tests.Faults.KillUnderLoadTests
	TORTURE_KILLS=1000 artifacts/bin/Cairn.EndToEnd.Tests/release/Cairn.EndToEnd.Tests -noLogo -diagnostics -class Cairn.EndToEnd.Tests.Faults.MlflowKillTests -class Cairn.EndToEnd.Tests.Faults.UploadKillTests -class Cairn.EndToEnd.Tests.Faults.LoggingKillTests -class Cairn.EndToEnd.Tests.Faults.PurgeKillTests -class Cairn.EndToEnd.Tests.Faults.RegistryPurgeKillTests
	bench/torture/endurance.sh $(CSV)

clean: ## Remove all that was built
	rm -rf artifacts native/node_modules
