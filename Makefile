# `make demo` and `make test` are the two commands a fresh machine needs; each makes .venv and installs what it lacks.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test lint format agree endure bench docs clean breakages-1 breakages-2

demo: $(VENV)/.installed
	$(BIN)/blinadss assess docs/examples/patient.yaml

test: $(VENV)/.developing lint
	$(BIN)/python -m pytest -n auto
	$(BIN)/blinadss check
	$(MAKE) --jobs 2 --output-sync breakages-1 breakages-2

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
# and the exact answers with brute force
N ?= 1000000
agree: $(VENV)/.developing
	$(BIN)/python -m blinadss.testing.differential $(N)
	$(BIN)/python tests/faults.py
	$(BIN)/python benchmarks/exact.py

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

docs: $(VENV)/.installed
	$(BIN)/blinadss facts --format markdown -o docs/reference/facts.md --force
	$(BIN)/blinadss schema profile -o docs/reference/profile.schema.json --force
	$(BIN)/blinadss schema assessment -o docs/reference/assessment.schema.json --force
	$(BIN)/blinadss schema checklist -o docs/reference/checklist.schema.json --force
	$(BIN)/blinadss show --write docs/criteria
	$(BIN)/python docs/examples/three_patients.py > docs/explanation/three-patients.md

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

$(VENV)/.benchmarking: $(VENV)/.developing
	$(BIN)/python -m pip install --quiet --group bench
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
