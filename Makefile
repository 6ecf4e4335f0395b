# Tendon: `make run` shows it, `make test` checks it. Everything needed but cargo and Node is installed here.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

CARGO := scripts/cargo
TENDON := target/release/tendon

WINDOW := target/release/tendon-window

# Seconds of each long drive: `make soak SECONDS=60`; ten minutes without.
SECONDS :=

# One bench by name: `make bench NAME=loop` or `make bench-loop`.
NAME :=

.PHONY: help setup build run test bench bench-check soak interop e2e screenshots package package-test lint fuzz clean

help:
	@echo 'make run          build and open the window; without a display, record two episodes with a simulated arm'
	@echo '                  and export them; HEADLESS=1 does that in any case'
	@echo 'make test         formatting, lints, spelling and all tests'
	@echo 'make bench        measure everything; one by name: make bench NAME=loop'
	@echo 'make bench-check  measure, compare with benches/baseline.json, name what got worse'
	@echo 'make soak         the long runs: ten minutes at 120 Hz on a clean line and on a faulty one, as long with two'
	@echo '                  cameras (SECONDS=60 to try), a ZIP beyond four gigabytes'
	@echo 'make interop      let LeRobot and the motor maker'"'"'s own SDK check us'
	@echo 'make e2e          drive the real window through WebDriver, on a screen of its own; make test does it too'
	@echo 'make screenshots  photograph every screen in every state, both themes, two sizes, into target/screenshots'
	@echo 'make package      the .deb and the .rpm, into target/packages'
	@echo 'make package-test try them in an empty Debian 12: install, start, upgrade, remove (as root)'
	@echo 'make lint         formatting, lints, spelling, licences, unused dependencies'
	@echo 'make fuzz         feed noise to packets, picture files and presets (needs a nightly toolchain)'
	@echo 'make clean        remove everything that was built'
	@scripts/setup --check

setup:
	@scripts/setup

build: setup
	@scripts/ui
	$(CARGO) build --release --locked -p cli -p tendon-window

run: build
	@if [ -z "$(HEADLESS)" ] && [ -n "$${DISPLAY-}$${WAYLAND_DISPLAY-}" ]; then exec $(WINDOW) --simulated; else exec $(TENDON) demo; fi

test:
	@scripts/setup --tests
	@scripts/ui --check
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	@scripts/typos
	$(CARGO) build --locked -p cli -p tendon-window
	@scripts/run-tests

bench: $(if $(filter package,$(NAME)),package-test) build
	$(CARGO) run --release --locked -q -p xtask -- bench $(NAME)

bench-check: build
	$(CARGO) run --release --locked -q -p xtask -- bench-check $(NAME)

bench-package: package-test

bench-%: build
	$(CARGO) run --release --locked -q -p xtask -- bench $*

soak: build
	$(CARGO) run --release --locked -q -p xtask -- soak $(if $(SECONDS),--seconds=$(SECONDS))
	TENDON_BENCH_DIR="$$PWD/target" $(CARGO) test --release --locked -p dataset --lib -- --ignored

interop: build
	@scripts/interop

e2e:
	@scripts/setup --tests
	@scripts/ui
	$(CARGO) build --locked -p cli -p tendon-window
	$(CARGO) test --locked -p journeys --test window

screenshots: setup
	@scripts/ui
	@node ui/tools/shots.mjs

package: build
	@scripts/setup --package
	$(CARGO) run --release --locked -q -p xtask -- package

package-test: package
	@scripts/setup --package-test
	$(CARGO) run --release --locked -q -p xtask -- package-test

lint: setup
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	@scripts/typos
	@scripts/lint-dependencies

fuzz: setup
	@scripts/fuzz

clean:
	rm -rf target crates/*/fuzz/target
