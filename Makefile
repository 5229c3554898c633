# make demo    an archive from the seed articles; three questions searched for, the last one answered
# make test    lint, types and every test, as CI runs them
# make clean   takes both away

PYTHON ?= python3
BIN := .venv/bin
ARCHIVE := demo.zitat

# setuptools explains at length, as a warning, what an editable install is.
export PYTHONWARNINGS := ignore:Editable installation

.PHONY: demo test lint types unit clean

.venv/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --upgrade pip -c constraints.txt
	$(BIN)/pip install --quiet -c constraints.txt -e .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	touch $@

demo: .venv/installed
	$(BIN)/zitat ingest seeds/articles --archive $(ARCHIVE)
	@for question in \
		"Who will host the hydrogen diplomacy office?" \
		"Worüber sprachen Aserbaidschan und Japan?" \
		"Almaniya ilə Azərbaycan arasında ticarət dövriyyəsi nə qədər olub?"; \
	do echo; echo "== zitat search \"$$question\""; $(BIN)/zitat search "$$question" --archive $(ARCHIVE) -k 3 || exit; done; \
	echo; echo "== zitat ask \"$$question\""; $(BIN)/zitat ask "$$question" --archive $(ARCHIVE)

test: lint types unit

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-dev
	$(BIN)/mypy

unit: .venv/installed-dev
	$(BIN)/pytest -n 2 --dist loadfile -rs

clean:
	rm -rf .venv $(ARCHIVE)
