# Everything that a person types. `make help` lists it; the work is done in localcloud/cli/ and terraform/deploy/.
#
# Exit statuses: 0 done, 1 rejected, failed or superseded, 2 usage or set-up. GNU make turns every failing recipe into
# 2, so the commands of $(COMMANDS) run in make's question mode, where a recipe line that begins with + is executed and
# any other line, left over, means status 1: the command leaves a file for status 1 and the second step looks for it.

.DEFAULT_GOAL := help
.SUFFIXES:
.ONESHELL:
SHELL := /bin/sh

COMMANDS := run up down trigger status logs query export report reset doctor plan deploy destroy cloud-trigger cloud-status cloud-logs
VENV := .venv
PY := $(VENV)/bin/python
PYTHON ?=
STATE ?= .local
# One more than the two cores of CI: for a quarter of their time tests wait for processes.
WORKERS := 3
SQL_TEXT := $(value SQL)
RELEASE_TEXT := $(value RELEASE)
EXIT_1 := $(VENV)/exit-1-of-$(shell echo $$PPID)
export PYTHON STATE SQL_TEXT RELEASE_TEXT EXIT_1
# What images of Python like to set would let each of our processes compile all that it imports anew.
unexport PYTHONHOME PYTHONSTARTUP VIRTUAL_ENV PYTHONDONTWRITEBYTECODE
export PYTHONPATH := $(CURDIR):$(CURDIR)/functions:$(CURDIR)/terraform
export PYTHONUNBUFFERED := 1

ifneq ($(filter $(COMMANDS),$(MAKECMDGOALS)),)
ifneq ($(filter-out $(COMMANDS),$(MAKECMDGOALS)),)
$(error $(filter $(COMMANDS),$(MAKECMDGOALS)) and $(filter-out $(COMMANDS),$(MAKECMDGOALS)): type two commands)
endif
MAKEFLAGS += -q
endif

# Set-up is needed when there is no environment here, or when its lock is not the one that was installed.
define set_up
[ -x $(PY) ] && cmp -s requirements/$(1).txt $(VENV)/installed/$(1).txt && [ "$$(cat $(VENV)/installed/where)" = "$(CURDIR)" ] || {
  interpreter="$$PYTHON"
  [ -n "$$interpreter" ] || interpreter="$$(command -v python3 || command -v python3.12 || command -v python3.11 || true)"
  [ -n "$$interpreter" ] || { echo "set-up: there is no python3: install Python 3.11 or 3.12 with its venv module (Debian: apt-get install python3 python3-venv), or name one with PYTHON=…" >&2; exit 2; }
  "$$interpreter" localcloud/bootstrap.py $(1) || exit 2
}
endef

define command
$(call set_up,run)
unset MAKEFLAGS MFLAGS
exec $(PY) -m localcloud $(1) --state="$$STATE"
endef

define cloud_command
$(call set_up,run)
unset MAKEFLAGS MFLAGS
exec $(PY) -m deploy $(1) --project="$$PROJECT" --region="$$REGION"
endef

define status_1
$(if $(shell test -e $(EXIT_1) && echo 1 && rm -f $(EXIT_1)),@false)
endef

.PHONY: help $(COMMANDS) $(COMMANDS:%=do-%) test test-fast lint security sbom fuzz chaos bench bench-check docs lock clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(firstword $(MAKEFILE_LIST)) | while IFS="$$(printf '\t')" read -r name what; do printf '  make %-13s %s\n' "$$name" "$$what"; done

run: do-run ## one release through the whole chain [RELEASE=latest|sample|2026.11.0|path.zip VERSION= FORCE=1 ROLLBACK=1 ACCEPT_SHRINK=1 DRIVER= LIMITS= GITHUB=dir JSON=1]
	$(status_1)
do-run:
	+@$(call command,run) --release="$$RELEASE_TEXT" --version="$$VERSION" --force="$$FORCE" --rollback="$$ROLLBACK" --accept-shrink="$$ACCEPT_SHRINK" --driver="$$DRIVER" --limits="$$LIMITS" --github="$$GITHUB" --json="$$JSON"

up: do-up ## localcloud in the background, its scheduler ticking [TICK_S=21600 DRIVER= LIMITS= GITHUB=dir PORT=]
	$(status_1)
do-up:
	+@$(call command,up) --tick-s="$$TICK_S" --driver="$$DRIVER" --limits="$$LIMITS" --github="$$GITHUB" --port="$$PORT"

down: do-down ## stop it
	$(status_1)
do-down:
	+@$(call command,down)

trigger: do-trigger ## the manual HTTP trigger of a running localcloud [RELEASE= FORCE=1 ROLLBACK=1 ACCEPT_SHRINK=1 DRY_RUN=1]
	$(status_1)
do-trigger:
	+@$(call command,trigger) --release="$$RELEASE_TEXT" --version="$$VERSION" --force="$$FORCE" --rollback="$$ROLLBACK" --accept-shrink="$$ACCEPT_SHRINK" --dry-run="$$DRY_RUN"

status: do-status ## every release: where it stands and what comes next [LIMITS= JSON=1]
	$(status_1)
do-status:
	+@$(call command,status) --limits="$$LIMITS" --json="$$JSON"

logs: do-logs ## the structured logs, readable [RELEASE= STAGE= SEVERITY=]
	$(status_1)
do-logs:
	+@$(call command,logs) --release="$$RELEASE_TEXT" --stage="$$STAGE" --severity="$$SEVERITY"

query: do-query ## read the published warehouse [SQL="select …"]
	$(status_1)
do-query:
	+@$(call command,query) --sql="$$SQL_TEXT"

export: do-export ## the published marts as CSV and Parquet, in STATE/export/
	$(status_1)
do-export:
	+@$(call command,export)

report: do-report ## the published drivers' pages again, in STATE/report/
	$(status_1)
do-report:
	+@$(call command,report)

doctor: do-doctor ## what is missing before the cloud half can be deployed, each with its mend [PROJECT= REGION=]
	$(status_1)
do-doctor:
	+@$(call cloud_command,doctor)

plan: do-plan ## what a deployment would make, and what it costs [PROJECT= REGION=]
	$(status_1)
do-plan:
	+@$(call cloud_command,plan)

deploy: do-deploy ## the whole pipeline to a project of Google Cloud, asking first [PROJECT= REGION= YES=1]
	$(status_1)
do-deploy:
	+@$(call cloud_command,deploy) --yes="$$YES"

destroy: do-destroy ## take it down again; data stays unless DATA=1 [PROJECT= REGION= DATA=1 CONFIRM=<project> LEFTOVERS=1]
	$(status_1)
do-destroy:
	+@$(call cloud_command,destroy) --data="$$DATA" --confirm="$$CONFIRM" --leftovers="$$LEFTOVERS"

cloud-trigger: do-cloud-trigger ## trigger in the cloud [PROJECT= REGION= RELEASE= FORCE=1 ROLLBACK=1 ACCEPT_SHRINK=1 DRY_RUN=1]
	$(status_1)
do-cloud-trigger:
	+@$(call cloud_command,cloud-trigger) --release="$$RELEASE_TEXT" --force="$$FORCE" --rollback="$$ROLLBACK" --accept-shrink="$$ACCEPT_SHRINK" --dry-run="$$DRY_RUN"

cloud-status: do-cloud-status ## status in the cloud [PROJECT= REGION= JSON=1]
	$(status_1)
do-cloud-status:
	+@$(call cloud_command,cloud-status) --json="$$JSON"

cloud-logs: do-cloud-logs ## logs in the cloud [PROJECT= REGION= RELEASE= STAGE= SEVERITY=]
	$(status_1)
do-cloud-logs:
	+@$(call cloud_command,cloud-logs) --release="$$RELEASE_TEXT" --stage="$$STAGE" --severity="$$SEVERITY"

test: ## lint, types and every test
	@$(call set_up,test)
	$(lint)
	$(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

test-fast: ## the tests that need no Spark and no processes
	@$(call set_up,test)
	$(PY) -m pytest -m "not slow" -n $(WORKERS) --dist loadfile -q $(ARGS)

define lint
$(PY) -m ruff check . || exit 2
$(PY) -m ruff format --check . || exit 2
endef

lint: ## ruff and mypy
	@$(call set_up,test)
	$(lint)
	$(PY) -m mypy

security: ## what bandit, the search for secrets, the SBOM and the licences say (make test asks them, too)
	@$(call set_up,test)
	$(PY) -m pytest -q tests/meta/test_locks.py tests/security $(ARGS)

sbom: ## what is deployed and what is run, with versions, hashes and licences: CycloneDX in dist/
	@$(call set_up,test)
	$(PY) -m tests.security.sbom dist

fuzz: ## hostile ZIPs, tables, events, bodies, GitHub answers, and orders of what happens, new ones each time [TIME_S=300]
	@$(call set_up,test)
	PYTHONPATH="$$PYTHONPATH:$(CURDIR)/dataproc_jobs" $(PY) -m tests.fuzz --time-s="$${TIME_S:-300}"

chaos: ## kill everything everywhere, disturb every client's call; the tables of docs/faults.md again [ONLY=part of a point's name]
	@$(call set_up,test)
	CHAOS_RESULTS="$$STATE/chaos.json" $(PY) -m pytest -m chaos -s -q -rs $(ARGS)
	status=$$?
	$(PY) -m tests.chaos.page "$$STATE/chaos.json" docs/faults.md || [ -n "$$ONLY" ] && exit $$status

bench: ## measure speed and memory into .local/bench.json [ARGS="--only streaming|chain|spark|growth|dbt --runs 3"]
	@$(call set_up,test)
	PYTHONPATH="$$PYTHONPATH:$(CURDIR)/dataproc_jobs:$(CURDIR)/dbt" $(PY) -m tests.bench $(ARGS)

bench-check: ## is what was measured last worse than the ratios that docs/performance.md keeps?
	@$(call set_up,test)
	$(PY) -m tests.bench.kept

docs: ## the generated pages of docs/ and looker/ again and, of a published warehouse, STATE/report/dbt-docs.html
	@$(call set_up,test)
	PYTHONPATH=dataproc_jobs $(PY) -m f1db_batch.contract_page > docs/data-contract.md
	PYTHONPATH=dbt:functions $(PY) -m transform.catalog.statistics_page > docs/statistics.md
	PYTHONPATH=dbt:functions $(PY) -m transform.catalog.lookml looker
	$(PY) -m deploy.cost_page > docs/cost.md
	licences="$$($(PY) -m tests.security.licences)" && printf '%s\n' "$$licences" > docs/licences.md
	[ ! -e "$$STATE/warehouse.duckdb" ] || PYTHONPATH=dbt:functions $(PY) -m transform.docs --pointer "$$STATE/gcs/state/published.json" --warehouse "$$STATE/warehouse.duckdb" --to "$$STATE/report/dbt-docs.html"

lock: ## make the hashed locks again from requirements/*.in [UPGRADE=1]
	@$(call set_up,test)
	$(PY) localcloud/bootstrap.py lock

clean: ## what set-up, checks and builds made; never the state
	rm -rf $(VENV) terraform/.terraform terraform/saved_queries/.terraform .bench .pytest_cache .mypy_cache .ruff_cache .hypothesis dist dbt/target dbt/logs
	find . -name __pycache__ -type d -not -path './.local/*' -prune -exec rm -rf {} +

reset: do-reset ## delete the state, after asking [YES=1]
	$(status_1)
do-reset:
	+@$(call command,reset) --yes="$$YES"
