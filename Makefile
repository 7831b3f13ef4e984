# Aukio's commands. `make run` and `make test` do all the set-up there is on a Debian machine that has Rust, Node and a C compiler.

.DELETE_ON_ERROR:
.PHONY: help run build test check deb soak drills bench bench-search bench-visit assets tools test-tools

LISTEN ?= 127.0.0.1:8080
DATA ?= data

help:
	@echo "make run     the service with the example network, on http://$(LISTEN)"
	@echo "make test    every test: units, stories on SQLite and PostgreSQL, the browser's journeys"
	@echo "make check   format, lints, types, words, arrows, licences"
	@echo "make build   the release binary, target/release/aukio"
	@echo "make deb     the release binary as a Debian package, in target/release"
	@echo "make soak    the stories about load and crashes, in larger numbers (AUKIO_SOAK=10)"
	@echo "make bench-search   search from ten thousand to a million messages (MOST=100000 for fewer)"
	@echo "make bench-visit    a first visit in a browser on a slowed processor and a slow line"
	@echo "make bench   speed and memory under load, beside other servers; BENCH=full for the stated sizes (tests/load)"
	@echo "make drills  faults from outside: crashes, full and broken disks, damaged files, in larger numbers (AUKIO_SOAK=20)"

run: assets
	cargo build --locked --package aukio
	target/debug/aukio demo --listen $(LISTEN) --data $(DATA)

build: assets
	cargo build --locked --release --package aukio
	@ls -l target/release/aukio

deb: build
	packaging/deb target/release/aukio target/release

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

# BENCH=full takes the stated sizes; SCENARIOS="edit pages" some of them; COMPARE=1 fails when a figure is worse than before.
bench: assets
	cargo build --locked --release --package aukio --package aukio-load
	target/release/aukio-load $(SCENARIOS) $(if $(filter full,$(BENCH)),--full) $(if $(COMPARE),--compare)

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

# How search behaves from ten thousand to a million messages, and what it finds beside plain stemming.
bench-search: build
	cargo run --locked --release --package aukio-index --example quality
	cargo run --locked --release --package aukio-index --example speed
	node tests/search-bench/bench.mjs --most $(or $(MOST),1000000)

# What a first visit on a modest phone is like: when the page is there, whether it moves, how long it does not answer.
bench-visit: build test-tools
	node tests/browser/first-visit.mjs --serve target/release/aukio
