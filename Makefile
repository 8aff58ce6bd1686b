# The two commands of the README, and what developers run. `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMP := .venv/.installed
ARGS ?=

# A test starts dozens of processes; without bytecode on the disk each of them compiles all it imports again.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help serve test test-fast check audit licences fuzz bench-tts bench-asr bench-exposure bench-text bench-voices docs protos lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

$(STAMP): requirements.lock pyproject.toml
	@PYTHON="$(PYTHON)" sh scripts/install.sh

serve: $(STAMP) ## set everything up and start the server on loopback; ARGS="--port 9000" passes options
	@$(BIN)/hiwar serve $(ARGS)

test: $(STAMP) ## set everything up and run all tests, the embedded models included
	@$(BIN)/hiwar models pull --embedded
	$(BIN)/python -m pytest $(ARGS)

test-fast: $(STAMP) ## the tests that need no models
	$(BIN)/python -m pytest -m "not models" $(ARGS)

check: $(STAMP) licences audit ## what a change must pass: licences, advisories, format, lint, types, import contract, fast tests
	$(BIN)/ruff format --check src tests benchmarks docs scripts
	$(BIN)/ruff check src tests benchmarks docs scripts
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -m "not models" -q

audit: $(STAMP) ## look the pinned packages up in the advisory services, where one answers
	@$(BIN)/python scripts/audit.py

licences: $(STAMP) ## list the licences of the installed packages; fails on one that is not on the list
	@$(BIN)/python scripts/licences.py

fuzz: $(STAMP) ## look for inputs that break a parser, never the same; ARGS="--minutes 10" for all targets together
	$(BIN)/python -m pytest tests/fuzz --hypothesis-profile=fuzz --timeout=0 $(ARGS)

bench-tts: $(STAMP) ## measure synthesis over the WebSocket; ARGS="--quick --json figures.json" passes options
	@$(BIN)/python benchmarks/serving/synthesis.py $(ARGS)

bench-asr: $(STAMP) ## measure recognition over the WebSocket; ARGS="RECORDINGS --streams 1,4 --json figures.json" passes options
	@$(BIN)/python benchmarks/serving/recognition.py $(ARGS)

bench-exposure: $(STAMP) ## measure a server that others can reach: admission, fairness and more; ARGS="--quick --only admission" passes options
	@$(BIN)/python benchmarks/serving/exposure.py $(ARGS)

bench-text: $(STAMP) ## measure how text is read: probes, milliseconds, diacritics; ARGS="--failures" passes options
	@$(BIN)/python benchmarks/quality/text_front_end.py $(ARGS)
	@$(BIN)/python benchmarks/quality/diacritics.py

bench-voices: $(STAMP) ## measure what voices say by what a recogniser hears; ARGS="--json figures.json" passes options
	@$(BIN)/python benchmarks/quality/voices.py $(ARGS)

docs: $(STAMP) ## write the generated reference pages again
	$(BIN)/python docs/generate.py

protos: $(STAMP) ## generate the Python code of src/grpc_service/protos/*.proto again
	$(BIN)/python -m grpc_tools.protoc -Isrc --python_out=src --grpc_python_out=src \
	  --plugin=protoc-gen-mypy=$(BIN)/protoc-gen-mypy --mypy_out=quiet:src \
	  --plugin=protoc-gen-mypy_grpc=$(BIN)/protoc-gen-mypy_grpc --mypy_grpc_out=quiet:src \
	  grpc_service/protos/asr.proto grpc_service/protos/tts.proto

lock: ## pin every dependency with its hashes again (needs uv)
	uv pip compile pyproject.toml --universal --python-version 3.11 --all-extras --group dev --generate-hashes --custom-compile-command "make lock" -o requirements.lock

clean: ## remove the environment and caches
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
