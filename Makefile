# Aukio's commands. `make run` and `make test` do all the set-up there is on a Debian machine that has Rust, Node and a C compiler.

.DELETE_ON_ERROR:
.PHONY: help run build test check soak drills assets tools test-tools

LISTEN ?= 127.0.0.1:8080
DATA ?= data

help:
	@echo "make run     the service with the example network, on http://$(LISTEN)"
	@echo "make test    every test: units, stories on SQLite and PostgreSQL, the browser's journeys"
	@echo "make check   format, lints, types, words, arrows, licences"
	@echo "make build   the release binary, target/release/aukio"
	@echo "make soak    the stories about load and crashes, in larger numbers (AUKIO_SOAK=10)"
	@echo "make drills  faults from outside: crashes, full and broken disks, damaged files, in larger numbers (AUKIO_SOAK=20)"

run: assets
	cargo build --locked --package aukio
	target/debug/aukio demo --listen $(LISTEN) --data $(DATA)

build: assets
	cargo build --locked --release --package aukio
	@ls -l target/release/aukio

# All targets in one build: the crates underneath are then built once, with one set of features, for the
# program that the stories start and for the tests themselves.
test: test-tools assets
	cargo build --locked --workspace --all-targets
	cargo test --locked --workspace

check: assets
	cargo fmt --all --check
	scripts/arrows
	scripts/words
	scripts/licences
	npm run --silent check
	cargo clippy --locked --workspace --all-targets -- -D warnings

soak: export AUKIO_SOAK := $(or $(AUKIO_SOAK),10)
soak: test-tools assets
	cargo build --locked --workspace --all-targets
	cargo test --locked --workspace -- --nocapture

drills: export AUKIO_SOAK := $(or $(AUKIO_SOAK),20)
drills: test-tools assets
	cargo build --locked --package aukio
	cargo test --locked --package aukio-tests -- --nocapture drills backup crashes | grep -E '^drill|^test |^test result'

tools:
	scripts/setup

test-tools:
	scripts/setup test

# The pages' styles and scripts, made anew when a source is newer than they are.
assets: web/dist/.made

web/dist/.made: $(shell find web -type f -not -path 'web/dist/*' -not -path 'web/pages/*' -not -path 'web/words/*' -not -path 'web/texts/*') package.json package-lock.json $(wildcard tsconfig.json esbuild.mjs) | tools
	npm run --silent build
	touch $@
