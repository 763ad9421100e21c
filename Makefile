# The commands of this project. A fresh clone needs Python 3.11 or newer, and make.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(if $(shell $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo yes),$(name))))
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help run demo secrets web web-check test lint check corpus corpus-upload test-stack mutants torture bench bench-stack bench-web screenshots lock clean

help:
	@echo 'make run    start the service in the foreground (PORT=, DAM_HOME= override); Ctrl-C stops it'
	@echo 'make web    build the browser client, if it is not built; make run does it too'
	@echo 'make demo   play the whole story on the running service, and show the proof (S3= to place into a bucket too)'
	@echo 'make secrets   passwords for docker-compose.yml, in ./secrets; once'
	@echo 'make test   check and test everything'
	@echo 'make test-stack   the shared suites on real servers, found or installed for it (SUITE= for some of them)'
	@echo 'make corpus a file of every type, good and bad, in tests/corpus/files;'
	@echo '            a sheet of what is seen of each, in build/corpus'
	@echo 'make corpus-upload   the same files to the running service, and a table of what it made of them'
	@echo 'make mutants   take each defence out in turn, in a copy; fails if its test still passes (NAME= for some of them)'
	@echo 'make torture   the long campaigns: every kill, long schedules; hours'
	@echo 'make bench  measure it, against the same work done bare on this machine (NAME= for some of it; docs/bench.md)'
	@echo 'make bench-stack   the same on real servers, found or installed for it (NAME= for some of it)'
	@echo 'make bench-web   the browser client in a Chromium, on a library of 20,000 assets'
	@echo 'make screenshots   every page as a picture, into docs/screenshots'
	@echo 'make lint   style, types and import contracts only'
	@echo 'make lock   pin the dependencies of pyproject.toml anew'

# ---- the environment: made once, refreshed when what it is made from changes ----

.venv/made: requirements-install.lock
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed; name it with PYTHON=' >&2; exit 1; }
	@echo 'Making the environment in .venv'
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes --requirement requirements-install.lock
	@touch $@

# Everything is pinned by its hash. A machine whose pip is set up for an index or a certificate of its own is served by
# pip, because uv reads no settings of pip's. The program itself is linked in with the tools that are pinned too.
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python
INSTALL = { $(UV) --require-hashes --requirement $(1) || \
	{ echo 'uv could not install it, see above; pip tries.' >&2; $(PIP) install --require-hashes --requirement $(1); }; }

.venv/run: .venv/made requirements.lock pyproject.toml
	@echo 'Installing what is needed to run'
	@$(call INSTALL,requirements.lock)
	@$(UV) --no-deps --no-build-isolation --offline --editable .
	@touch $@

.venv/test: .venv/run requirements-test.lock
	@echo 'Installing what is needed to test'
	@$(call INSTALL,requirements-test.lock)
	@touch $@

# ---- the browser client: made once, and anew when what it is made from has changed; Node comes with the environment ----

WEB := dam/web
WEB_SOURCES := $(shell find $(WEB)/src $(WEB)/build -type f ! -name schema.ts) $(WEB)/index.html $(WEB)/vite.config.ts
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"

WEB_NAMES := $(WEB)/package.json $(WEB)/package-lock.json $(WEB)/.npmrc

.venv/web-packages: .venv/run $(WEB_NAMES)
	@echo 'Installing what the browser client is made of'
	@cd $(WEB) && $(NODE) npm ci --omit=dev --ignore-scripts --loglevel=error >/dev/null
	@rm -f .venv/web-checks
	@touch $@

# Whoever checks has the tools for it too, from one installation; a later `make run` finds all that it needs.
.venv/web-checks: .venv/run $(WEB_NAMES)
	@echo 'Installing what the browser client is made of, and what checks it'
	@cd $(WEB) && $(NODE) npm ci --ignore-scripts --loglevel=error >/dev/null
	@touch .venv/web-packages $@

$(WEB)/built/index.html: .venv/web-packages $(WEB_SOURCES)
	@echo 'Building the browser client'
	@cd $(WEB) && $(NODE) npm run --silent build -- --logLevel=warn
	@touch $@

web: $(WEB)/built/index.html

# The client's types are those of the service's own document; whatever they do not fit is an error.
web-check: .venv/test .venv/web-checks $(WEB)/built/index.html
	$(BIN)/python -m tests.web.document > .venv/openapi.json
	@cd $(WEB) && $(NODE) npx --no-install openapi-typescript ../../.venv/openapi.json --output src/api/schema.ts >/dev/null
	cd $(WEB) && $(NODE) npm run --silent check
	cd $(WEB) && $(NODE) npm run --silent test

# ---- running ----

run: .venv/run web
	@exec $(BIN)/dam up

# Against the service that runs: the one of DAM_HOME (./data), or the one that DAM_URL names. With a bucket, too:
# make demo S3='endpoint=HOST:PORT bucket=NAME key=KEY secret=@FILE secure=false'
demo: .venv/run
	@exec $(BIN)/dam demo $(foreach each,$(S3),--s3 '$(each)')

# For docker-compose.yml: needs no environment, and never replaces what is there.
secrets:
	@$(PYTHON) deploy/make_secrets.py

# ---- testing ----

lint: .venv/test web-check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# One process more than two cores: a part of the tests waits for processes that it has started.
check: .venv/test .venv/web-checks web
	$(BIN)/pytest -n 3 --dist worksteal

# Style and types are looked at beside the tests. Either failing fails the whole.
test: .venv/test .venv/web-checks web
	@$(MAKE) --no-print-directory --jobs=2 lint check
	@echo
	@echo 'make test: style, types, import contracts and tests have passed.'
	@$(BIN)/python -m tests.web.chromium
	@echo 'Skipped tests, if there were any, are named above with their reasons.'

# Servers are kept between runs in the folder that TEST_STACK_CACHE names. As root on Debian, RabbitMQ's and Redis's
# packages are installed if they are missing, unless TEST_STACK_APT=0.
test-stack: .venv/test .venv/web-checks web
	@$(BIN)/python -m tests.stack.run $(SUITE)

mutants: .venv/test web
	@$(BIN)/python -m tests.mutants.run $(NAME)

torture: .venv/test
	TORTURE=1 $(BIN)/pytest -n 2 --timeout 21600 tests/flow
	@TORTURE=1 $(BIN)/python -m tests.stack.run faults losses away

corpus: .venv/test
	@$(BIN)/python -m tests.corpus.sheet build/corpus tests/corpus/files

# `dam upload tests/corpus/files --json` to the running service, and what it made of each, once nothing is pending.
corpus-upload: corpus
	@$(BIN)/python -m tests.corpus.uploaded tests/corpus/files

# ---- measuring ----

bench: .venv/test
	@$(BIN)/python -m tests.bench.run $(NAME)

bench-stack: .venv/test
	@$(BIN)/python -m tests.bench.stack.run $(NAME)

bench-web: .venv/test .venv/web-checks web
	@$(BIN)/python -m tests.bench.web.run $(NAME)

# ---- pictures ----

# Every page in light, dark and on a phone, from a library as a team has it; needs a Chromium.
screenshots: .venv/test web
	@$(BIN)/python -m tests.web.screenshots $(NAME)

# ---- dependencies ----

# One lock for every supported Python and system, with hashes and without the address of any index.
COMPILE := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links

lock: .venv/made
	$(COMPILE) --group install --output-file requirements-install.lock
	$(COMPILE) --extra build --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra build --extra stack --output-file requirements-stack.lock pyproject.toml
	$(COMPILE) --extra test --output-file requirements-test.lock pyproject.toml

clean:
	rm -rf .venv build tests/corpus/files $(WEB)/built $(WEB)/node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
