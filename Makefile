# Everything a developer does. `make demo` and `make test` install what they need from Debian's packages.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help demo run build test soak oracle bench-bombs screenshots lint deny fmt fuzz load bench deps deps-demo deps-bench clean

# The demo, the load and the benchmark run what is shipped. `make demo PROFILE=dev` starts sooner after a change.
PROFILE ?= release
BUILT := target/$(if $(filter dev,$(PROFILE)),debug,$(PROFILE))
# What `make bench` and `make oracle` hand on.
OPTIONS ?=
CARGO_BUILD := cargo build --locked --profile $(PROFILE)

help:
	@echo "make demo   a private mail system, a filled mailbox and Postroom before it; Ctrl-C ends all"
	@echo "make test   every check and every test"
	@echo "make soak   the process killed at 200 random bytes of each thing that must happen once; ROUNDS=200"
	@echo "make run    Postroom alone, with POSTROOM_LISTEN, POSTROOM_IMAP and POSTROOM_SMTP"
	@echo "make lint   format and clippy"
	@echo "make deny   licences, sources and banned crates; CHECKS=advisories where there is a network"
	@echo "make oracle all hostile mail in a browser, bombs included; OPTIONS='--only h001' for a part of it"
	@echo "make bench-bombs  how long bombs take, and what they cost others"
	@echo "make fuzz   each fuzz target, or TARGET, for SECONDS=60"
	@echo "make screenshots  pictures of the demo, into docs/screenshots"
	@echo "make bench  Postroom, Roundcube and IMAP itself side by side; OPTIONS='--smoke', or see docs/performance.md"
	@echo "make load   200 people at once for a minute"
	@echo "make clean  remove what was built"

# Standard output is the demo's three lines. One command, without a shell in between: make hands a SIGTERM to its
# child only.
demo: deps-demo build
	@$(BUILT)/demo $(BUILT)/postroom

load: deps-demo build
	@$(BUILT)/load $(BUILT)/postroom

bench: deps-bench build
	@$(BUILT)/bench $(BUILT)/postroom $(OPTIONS)

run: build
	@$(BUILT)/postroom serve

build: node_modules/.package-lock.json
	@$(CARGO_BUILD) -p postroom -p postroom-rig --bins

test: deps lint
	cargo test --workspace --locked
	cargo build --quiet --workspace --bins --tests --locked
	node --test --test-concurrency=1 tests/web/*.test.mjs tests/text-browser/*.test.mjs

# What `make test` does a few times, many times; a failure names the POSTROOM_SEED that repeats it.
ROUNDS ?= 200
soak: deps
	POSTROOM_ROUNDS=$(ROUNDS) cargo test --locked --test it exactly_once -- --nocapture

# The bombs take 700 MB while it runs.
oracle: deps
	cargo build --quiet --workspace --bins --locked
	folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && target/debug/bombs "$$folder" && \
	    node tests/oracle/run.mjs --bombs "$$folder" --jobs 4 $(OPTIONS)

bench-bombs: deps-demo build
	@$(BUILT)/storm $(BUILT)/postroom

# The pictures of the README; `node tests/web/screenshots.mjs FOLDER` takes all.
screenshots: deps
	cargo build --quiet --workspace --bins --locked
	node tests/web/screenshots.mjs docs/screenshots inbox-1440-light inbox-1440-dark newsletter-1440-light \
	    message-820-light attachments-390-light inbox-390-dark compose-820-light

lint: node_modules/.package-lock.json
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked --quiet -- -D warnings

# Without a network: the advisories come from one.
CHECKS ?= bans licenses sources
deny:
	@cargo deny --version >/dev/null 2>&1 || cargo install --quiet --locked --version 0.20.2 cargo-deny
	cargo deny --locked check --hide-inclusion-graph -A duplicate $(CHECKS)

fmt:
	cargo fmt --all

# libFuzzer needs flags that a stable compiler takes only when told to. One target: TARGET=sanitize.
SECONDS ?= 60
TARGET ?= $$(cargo fuzz list)
fuzz: node_modules/.package-lock.json
	@cargo fuzz --version >/dev/null 2>&1 || cargo install --quiet --locked cargo-fuzz
	for target in $(TARGET); do \
	    RUSTC_BOOTSTRAP=1 cargo fuzz run $$target -- -max_total_time=$(SECONDS) -timeout=10 || exit 1; \
	done

deps: node_modules/.package-lock.json
	@tests/rig/install-packages tests

deps-demo:
	@tests/rig/install-packages

deps-bench:
	@tests/rig/install-packages bench

# npm writes this file last, so it is older than the lock file exactly when something changed.
node_modules/.package-lock.json: package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error >&2
	@touch $@

clean:
	cargo clean
	rm -rf node_modules
