# `make demo` and `make test` are the two commands a fresh machine needs; each makes .venv and installs what it lacks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
AXE := axe-core@4.14.1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# what the tests of the reports need; with BLINADSS_NO_BROWSER set they are skipped, and nothing is installed for them
BROWSING := $(if $(BLINADSS_NO_BROWSER),,$(VENV)/.browsing)
# the same for PostgreSQL, and BLINADSS_NO_SERVER
SERVING := $(if $(BLINADSS_NO_SERVER),,$(VENV)/.serving)
# the same for Spark, which needs Java, and BLINADSS_NO_JAVA
SPARKING := $(if $(BLINADSS_NO_JAVA),,$(VENV)/.sparking)

.PHONY: demo test lint check format agree endure bench docs pictures clean breakages-1 breakages-2

demo: $(VENV)/.installed
	$(BIN)/blinadss assess docs/examples/patient.yaml

# everything but pytest leaves a core idle, so two of these run at a time
test: $(VENV)/.developing
	$(MAKE) --jobs 2 --output-sync $(BROWSING) $(SERVING) $(SPARKING) lint check breakages-1 breakages-2
	$(BIN)/python -m pytest -n auto --dist loadgroup

check: $(VENV)/.developing
	$(BIN)/blinadss check

# run the scenarios, and break one half of the knowledge on purpose
breakages-1 breakages-2: $(VENV)/.developing
	$(BIN)/blinadss test scenarios --part $(@:breakages-%=%)/2

lint: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.developing
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# compare the engines on N generated pairs of a patient and a criterion, then see how soon faults are found,
# the exact answers with brute force, and whether records in FHIR, spoilt at random, are read or refused
N ?= 1000000
agree: $(VENV)/.developing
	$(BIN)/python -m blinadss.testing.differential $(N)
	$(BIN)/python tests/faults.py
	$(BIN)/python benchmarks/exact.py
	$(BIN)/python benchmarks/three_ways.py $(N)
	$(BIN)/python tests/fhir_fuzz.py

# the same answers from 8 threads and from forked processes, and memory over 200,000 assessments
endure: $(VENV)/.developing
	$(BIN)/python benchmarks/endure.py

bench: $(VENV)/.benchmarking
	$(BIN)/python benchmarks/assess.py
	$(BIN)/python benchmarks/start.py
	$(BIN)/python benchmarks/engines.py
	$(BIN)/python benchmarks/knowledge.py
	$(BIN)/python benchmarks/checklist.py
	$(BIN)/python benchmarks/course.py
	$(BIN)/python benchmarks/further.py
	$(BIN)/python benchmarks/report.py
	$(BIN)/python benchmarks/columnar.py
	$(BIN)/python benchmarks/import_fhir.py

docs: $(VENV)/.installed
	$(BIN)/blinadss facts --format markdown -o docs/reference/facts.md --force
	$(BIN)/blinadss schema profile -o docs/reference/profile.schema.json --force
	$(BIN)/blinadss schema assessment -o docs/reference/assessment.schema.json --force
	$(BIN)/blinadss schema checklist -o docs/reference/checklist.schema.json --force
	$(BIN)/blinadss show --write docs/criteria
	$(BIN)/python docs/examples/three_patients.py > docs/explanation/three-patients.md
	$(BIN)/blinadss assess docs/examples/child.yaml --format html -o docs/reports/child.html --force
	$(BIN)/blinadss assess docs/examples/patient.yaml --format html -o docs/reports/patient.html --force

# the pictures of the documentation
pictures: $(VENV)/.developing $(BROWSING)
	$(BIN)/python docs/reports/pictures.py

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

# pip reads dependency groups from 25.1 on
$(VENV)/.developing: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --group dev
	@touch $@

# a browser, Debian's, and what finds barriers in pages: axe-core, for which npm is needed
$(VENV)/.browsing: Makefile | $(VENV)/bin/python
	@lacking=$$(for tool in chromium npm; do command -v $$tool >/dev/null || echo $$tool; done); \
	root=$$([ "$$(id -u)" = 0 ] || command -v sudo); \
	if [ -z "$$lacking" ]; then exit 0; fi; \
	if ! command -v apt-get >/dev/null || { [ "$$(id -u)" != 0 ] && [ -z "$$root" ]; }; then \
		echo "the tests of the reports need" $$lacking": install it, or set BLINADSS_NO_BROWSER=1" >&2; exit 1; fi; \
	$$root apt-get update -qq && \
	$$root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends $$lacking >/dev/null
	npm install --silent --no-save --prefix $(VENV)/browsing $(AXE)
	@touch $@

# a PostgreSQL server that the tests start and stop; with BLINADSS_NO_SERVER set they are skipped
$(VENV)/.serving: Makefile | $(VENV)/bin/python
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then exit 0; fi; \
	root=$$([ "$$(id -u)" = 0 ] || command -v sudo); \
	if ! command -v apt-get >/dev/null || { [ "$$(id -u)" != 0 ] && [ -z "$$root" ]; }; then \
		echo "the tests of PostgreSQL need its server: install it, or set BLINADSS_NO_SERVER=1" >&2; exit 1; fi; \
	$$root apt-get update -qq && \
	$$root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends postgresql >/dev/null
	@touch $@

# Java, with which Spark runs on this machine; with BLINADSS_NO_JAVA set its tests are skipped
$(VENV)/.sparking: Makefile | $(VENV)/bin/python
	@if command -v java >/dev/null; then exit 0; fi; \
	root=$$([ "$$(id -u)" = 0 ] || command -v sudo); \
	if ! command -v apt-get >/dev/null || { [ "$$(id -u)" != 0 ] && [ -z "$$root" ]; }; then \
		echo "the tests of Spark need Java 17: install it, or set BLINADSS_NO_JAVA=1" >&2; exit 1; fi; \
	$$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes \
		--no-install-recommends openjdk-17-jre-headless >/dev/null
	@touch $@

$(VENV)/.benchmarking: $(VENV)/.developing
	$(BIN)/python -m pip install --quiet --group bench
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
