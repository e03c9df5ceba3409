# nova-agent: `make` alone lists the verbs. Everything needed beyond rustup and the packages in tests/packages is fetched from here.

TARGET       ?= $(shell uname -m)-unknown-linux-musl
TRIPLE       := $(TARGET)
CARGO        ?= cargo
DESTDIR      ?=
PREFIX       ?= /usr
AGENT        := $(CURDIR)/dist/$(TRIPLE)/nova-agent
COUNTERPARTS := $(CURDIR)/.cache/counterparts
TOOLS        := $(CURDIR)/.cache/tools
FUZZ_SECONDS ?= 60
# Everything that plays against the binary finds it, and the real daemons, here.
RUN          := NOVA_AGENT=$(AGENT) COUNTERPARTS=$(COUNTERPARTS) TOOLS=$(TOOLS)
# Wherever root is needed a user gets it in namespaces; root itself must not configure the machine's own network.
OWN_NAMESPACES := unshare -Urnum

include targets/$(TRIPLE).mk

.PHONY: help build demo test check layers unit suite xen size bench fuzz install clean counterparts packages target

help: ## list the verbs
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-18s %s\n", $$1, $$2 }'

target:
	@rustup target list --installed | grep -qx $(TRIPLE) || rustup target add $(TRIPLE)

build: target ## the release binary, in dist/<triple>/nova-agent
	$(CARGO) rustc --quiet --locked --release --package nova-agent --bin nova-agent --target $(TRIPLE) -- $(CODEGEN)
	@mkdir -p $(dir $(AGENT))
	@cmp -s target/$(TRIPLE)/release/nova-agent $(AGENT) || cp target/$(TRIPLE)/release/nova-agent $(AGENT)

demo: build ## a host talks to a guest: no Xen, no root
	@$(CARGO) build --quiet --locked --package nova-agent-host
	@$(RUN) target/debug/demo

test: packages check build counterparts size unit suite xen ## everything: every check, the real daemons, a real Xen
	@echo "all tests passed"

check: target layers ## format, lints, layers
	$(CARGO) fmt --all --check
	$(CARGO) clippy --quiet --locked --workspace --lib --tests --examples -- -D warnings
	$(CARGO) clippy --quiet --locked --release --package nova-agent --bin nova-agent --target $(TRIPLE) -- -D warnings

layers: ## dependencies point one way
	@tests/layers.sh

unit: target ## unit and property tests, as the host and as the release target
	$(CARGO) test --quiet --locked --package nova-agent --lib
	$(CARGO) test --quiet --locked --package nova-agent --lib --target $(TRIPLE)

suite: build counterparts ## the binary against three XenStore daemons; demo and bench
	$(CARGO) test --quiet --locked --workspace --exclude nova-agent --no-run
	@if [ "$$(id -u)" = 0 ]; then $(MAKE) --no-print-directory suite-here; else $(OWN_NAMESPACES) $(MAKE) --no-print-directory suite-here; fi

.PHONY: suite-here
suite-here:
	$(RUN) $(CARGO) test --offline --locked --workspace --exclude nova-agent -- --test-threads 6

xen: build counterparts ## one boot of a real Xen, end to end
	tests/xen/test.sh $(COUNTERPARTS) $(AGENT) target/xen

size: build ## the binary's size and memory against their budgets
	@$(CARGO) build --quiet --locked --package nova-agent-host
	@$(RUN) target/debug/bench --memory
	@CARGO_PROFILE_RELEASE_STRIP=none $(CARGO) rustc --quiet --locked --release --package nova-agent --bin nova-agent --target $(TRIPLE) --target-dir target/symbols -- $(CODEGEN)
	@tests/size.sh $(AGENT) $(FILE_BUDGET) target/symbols/$(TRIPLE)/release/nova-agent

bench: build counterparts ## speed, memory and system calls, as ratios to a bare client
	@$(CARGO) build --quiet --locked --package nova-agent-host
	@$(RUN) target/debug/bench

fuzz: ## each fuzz target for FUZZ_SECONDS (default 60); needs a nightly toolchain
	@tests/fuzz.sh $(FUZZ_SECONDS)

install: build ## DESTDIR= PREFIX=
	install -D -m 755 $(AGENT) $(DESTDIR)$(PREFIX)/bin/nova-agent
	install -d $(DESTDIR)$(PREFIX)/sbin
	ln -sf ../bin/nova-agent $(DESTDIR)$(PREFIX)/sbin/nova-agent

counterparts: ## the real Xen and its daemons, unpacked in .cache
	@tests/fetch.sh $(COUNTERPARTS)
	@tests/tools/fetch.sh $(TOOLS)

packages:
	@missing=$$(tests/missing.sh); [ -z "$$missing" ] || { echo "needed: apt-get install --no-install-recommends $$missing"; exit 1; }

clean: ## what was built; the fetched counterparts stay
	rm -rf target dist
