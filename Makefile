# One target per habit. Each does what set-up is missing, says so on stderr, and can be run again.
PYTHON ?= python3.11
PY := .venv/bin/python
BIN := .venv/bin

.PHONY: help demo serve test check check-long bench models setup stop packages packages-test packages-long
help:
	@echo "make demo        set everything up and show the main job, on real input (PORTRAIT=me.jpg for your own face)"
	@echo "make serve       web and workers on http://127.0.0.1:8000"
	@echo "make test        every test"
	@echo "make check       style, types, import contracts, migrations, deployment checks"
	@echo "make check-long  the long proofs"
	@echo "make bench       what it costs"
	@echo "make models      fetch the engines' weight files"
	@echo "make stop        stop the database and broker that were started for you"

packages:
	@command -v $(PYTHON) >/dev/null || { echo "countenance: Python 3.11 is needed; install it (apt-get install python3.11 python3.11-venv, brew install python@3.11) or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -P config/install.py

packages-test:
	@command -v $(PYTHON) >/dev/null || { echo "countenance: Python 3.11 is needed; install it (apt-get install python3.11 python3.11-venv, brew install python@3.11) or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -P config/install.py --browser

models: packages
	@$(PY) manage.py models fetch

setup: models
	@$(PY) manage.py setup

demo: models
	@$(PY) manage.py demo $(if $(PORTRAIT),--portrait "$(PORTRAIT)")

serve: setup
	@$(PY) manage.py serve

test: packages-test
	@$(PY) manage.py models fetch
	@$(BIN)/pytest -n 2 -m "not long" --dist loadgroup

check: packages  # the deployment checks run inside tests/house, as production, with keys made for that moment
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports
	@$(PY) manage.py makemigrations --check
	@$(BIN)/pytest -q tests/house

packages-long:
	@command -v $(PYTHON) >/dev/null || { echo "countenance: Python 3.11 is needed; install it (apt-get install python3.11 python3.11-venv, brew install python@3.11) or say where it is: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -P config/install.py --browser --long
	@$(PYTHON) -P config/oracle.py
	@$(PYTHON) -P config/peer.py

check-long: packages-long
	@$(PY) manage.py models fetch
	@$(BIN)/pytest -m long --timeout 7200

bench: setup
	@$(PY) manage.py bench

stop:
	@test ! -x $(PY) || $(PY) manage.py services stop
