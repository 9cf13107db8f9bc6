# What a developer does. `make help` lists it.

PYTHON ?= python3
VENV ?= .venv
# PyTorch's own CPU index, https://download.pytorch.org/whl/cpu, spares Linux a CUDA build of several GB. Empty: where pip looks.
TORCH_INDEX ?=
PYTEST_ARGS ?=
# Processes that the tests run in; each has services of its own.
WORKERS ?= 2

BIN := $(VENV)/bin
BENCH := $(CURDIR)/build/bench
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help serve test check format env migration mini mini-evaluate bench survive first-speech beside-training datasets-measure guests-measure contract fuzz load clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

serve: $(VENV)/all.stamp ## Install everything the page offers, and serve it at http://127.0.0.1:8005
	$(BIN)/timbre serve

test: $(VENV)/dev.stamp ## Run the tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(PYTEST_ARGS)

check: $(VENV)/dev.stamp ## Style, types, and which package may import which
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.stamp ## Put the code in its style
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

env: $(VENV)/dev.stamp ## Write .env.example from the settings
	$(BIN)/python -m timbre.settings > .env.example

migration: $(VENV)/dev.stamp ## Write the next step of the database from what tables.py says now: make migration NAME=voice_tags
	$(BIN)/python -m timbre.store.migrations '$(NAME)'

mini: $(VENV)/mini.stamp ## Make the built-in model from nothing; takes hours, goes on where it stopped
	$(BIN)/python -m recipes.mini all

mini-evaluate: $(VENV)/mini.stamp ## Measure the built-in model with Whisper
	$(BIN)/python -m recipes.mini evaluate

bench: $(VENV)/bench.stamp ## Race the engine against the public implementation (4 GB, a quarter of an hour), write the figures
	test -x $(BENCH)/reference/bin/python || sh benchmarks/reference/install.sh $(BENCH)/reference
	test -f $(BENCH)/full/golden.safetensors || (cd benchmarks/reference && \
		$(BENCH)/reference/bin/python golden.py --size full --seed 7 --out $(BENCH)/full)
	$(BIN)/python -m benchmarks.race --reference $(BENCH)/reference --golden $(BENCH)/full
	$(BIN)/python -m benchmarks.engine --out benchmarks/results/engine.json
	$(BIN)/python -m benchmarks.report

survive: $(VENV)/mini.stamp ## 200 jobs of mini while engine, worker and broker are killed 40 times (needs what `make mini-evaluate` fetched)
	$(BIN)/python -m benchmarks.survival > benchmarks/results/survival.json

first-speech: $(VENV)/mini.stamp ## From a clone to the first speech in the page: minutes (needs Chromium, and what `make mini-evaluate` fetched)
	$(BIN)/python -m benchmarks.first_speech > benchmarks/results/first_speech.json

beside-training: $(VENV)/mini.stamp ## First audio of live speech while a fine-tune runs, and without one (needs what `make mini-evaluate` fetched)
	$(BIN)/python -m benchmarks.beside_training > benchmarks/results/beside_training.json

guests-measure: $(VENV)/mini.stamp ## Whether a second person in a dataset is noticed, on real people (needs what the recipe of mini fetched)
	$(BIN)/python -m benchmarks.guests > benchmarks/results/guests.json

datasets-measure: $(VENV)/mini.stamp ## The pipeline on real people given as long recordings (Debian's prompts; needs what `make mini-evaluate` fetched)
	$(BIN)/python -m benchmarks.datasets > benchmarks/results/datasets.json

contract: $(VENV)/dev.stamp ## Many examples of every route, and 2,000 garbled requests; some minutes
	CONTRACT_EXAMPLES=20 FUZZ_REQUESTS=2000 $(BIN)/python -m pytest tests/api/test_contract.py tests/api/test_fuzz.py

fuzz: $(VENV)/dev.stamp ## 100,000 texts that nobody would write, in all languages, and how the time grows; half an hour
	$(BIN)/python -m benchmarks.fuzz
	$(BIN)/python -m benchmarks.fuzz --growth

load: $(VENV)/bench.stamp ## Open-loop load on a whole service with mini, at and beyond what `make bench` measured; some minutes
	$(BIN)/python -m benchmarks.load > benchmarks/results/load.json

clean: ## Remove the environment
	rm -rf $(VENV)

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/torch.stamp: | $(VENV)/bin/python
ifneq ($(TORCH_INDEX),)
	$(BIN)/pip install --quiet --index-url $(TORCH_INDEX) 'torch>=2.9,<2.14'
endif
	touch $@

$(VENV)/all.stamp: pyproject.toml | $(VENV)/torch.stamp
	$(BIN)/pip install --quiet --editable '.[all]'
	touch $@

$(VENV)/dev.stamp: pyproject.toml | $(VENV)/torch.stamp
	$(BIN)/pip install --quiet --editable '.[all,dev]'
	touch $@ $(VENV)/all.stamp

$(VENV)/mini.stamp: recipes/mini/requirements.txt recipes/mini/judges.txt $(VENV)/dev.stamp
	$(BIN)/pip install --quiet --requirement recipes/mini/requirements.txt
	$(BIN)/pip install --quiet --no-deps --requirement recipes/mini/judges.txt
	touch $@

$(VENV)/bench.stamp: benchmarks/requirements.txt $(VENV)/dev.stamp
	$(BIN)/pip install --quiet --requirement benchmarks/requirements.txt
	touch $@
