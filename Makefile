# One command for each habit; `make help` lists them.

CARGO ?= cargo
CC ?= cc
ARGS ?= -r tests/data/sample.pcap

LIB = target/release
SNIFF = target/sniff

.PHONY: help run build check test docs conformance filters model soak abuse bench bench-live \
    bench-languages bindings fuzz install uninstall deb dist clean

help:
	@sed -n 's/^## \{0,1\}//p' $(MAKEFILE_LIST)

## make run          build the library and examples-c/sniff.c, and read the sample
##                   capture; ARGS="-i any 'tcp port 443'" sniffs instead
run: tools-to-build build
	@./$(SNIFF) $(ARGS)

## make build        the library (target/release) and the sniff program (target/sniff)
build: $(SNIFF)

$(SNIFF): examples-c/sniff.c include/ipmon.h library
	@$(CC) -std=c99 -O2 -Wall -Wextra -pthread -Iinclude $< -o $@ -L$(LIB) -lipmon \
	    -Wl,-rpath,'$$ORIGIN/release'

.PHONY: library tools-to-build
library:
	@$(CARGO) build --release --quiet

tools-to-build:
	@command -v $(CARGO) >/dev/null || { echo >&2 \
	    "ipmon is built with Rust 1.88 or later: install it with rustup (https://rustup.rs) or your package manager"; exit 1; }
	@command -v $(CC) >/dev/null || { echo >&2 \
	    "the example is compiled with a C compiler: install gcc or clang with your package manager"; exit 1; }

## make check        format, lints, licences, and whether include/ipmon.h is current
check:
	@$(CARGO) fmt --check
	@$(CARGO) fmt --check --manifest-path benches/rust/Cargo.toml
	@$(CARGO) clippy --quiet --all-targets -- -D warnings
	@tests/header-is-current.sh
	@packaging/licences.py check

## make test         install what the tests need, and run all of them
TWO = $(MAKE) --no-print-directory --jobs=2 --output-sync=target
test:
	@tests/setup.sh
	@$(MAKE) --no-print-directory check
	@$(TWO) cargo-tests model
	@$(MAKE) --no-print-directory build
	@tests/run-c.sh
	@$(TWO) packages-and-docs conformance
	@$(MAKE) --no-print-directory bindings
	@tests/arrow.sh
	@tests/no-panic-crosses.sh
	@tests/contracts.sh
	@tests/readme.sh
	@tests/sniff.sh
	@tests/sniff-live.sh
	@tests/top-talkers.sh
	@tests/without-libpcap.sh
	@tests/faults.sh
	@SOAK_SECONDS=20 tests/soak.sh
	@tests/memory.sh
	@tests/instructions.sh
	@tests/differences.sh
	@tests/filters-like-tcpdump.sh $(CONFORMANCE)
	@tests/filters-in-kernel.sh
	@tests/live-like-tcpdump.sh
	@$(TWO) sanitized-memory sanitized-threads
	@FUZZ_SECONDS=30 tests/fuzz.sh
	@tests/bench-agrees.sh

# What does not count on time runs two at a time.
.PHONY: cargo-tests packages-and-docs sanitized-memory sanitized-threads
cargo-tests:
	@$(CARGO) test --quiet
packages-and-docs:
	@tests/install.sh
	@tests/abi.sh
	@tests/deb.sh
	@tests/dist.sh
	@tests/dependencies.sh
	@tests/release.sh
	@tests/examples.sh
	@tests/docs.sh
sanitized-memory:
	@tests/asan-c.sh
sanitized-threads:
	@tests/tsan-c.sh
	@tests/asan-mutants.sh

## make conformance  real captures with the events expected of them, where the folder
##                   CONFORMANCE (../shared/conformance) is there
CONFORMANCE ?= ../shared/conformance
conformance: build
	@tests/conformance.sh $(CONFORMANCE)

## make bench        measure beside other readers, and write docs/performance.md;
##                   BENCH_PACKETS (4000000) in each capture, BENCH_ROUNDS (7)
bench: library
	@benches/setup.sh
	@benches/run.py

## make bench-live   live capture beside libpcap, as root: LIVE_ROUNDS (5) of LIVE_MS (1000)
##                   milliseconds for each measurement
LIVE_ROUNDS ?= 5
LIVE_MS ?= 1000
bench-live: library
	@benches/setup.sh
	@$(CC) -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Iinclude benches/live/live.c -o target/live \
	    -L$(LIB) -lipmon -lpcap -Wl,-rpath,'$$ORIGIN/release'
	@target/live $(LIVE_ROUNDS) $(LIVE_MS)

## make bench-languages  what a packet costs in each language, and beside readers of its own;
##                   writes docs/languages.md. make bindings comes first
bench-languages: library
	@benches/languages.py

## make bindings     builds and tests the bindings of every language, and compares them
bindings: build
	@conformance/c/build.sh
	@tests/bindings-cpp.sh
	@tests/bindings-go.sh
	@tests/bindings-csharp.sh
	@tests/bindings-node.sh
	@tests/bindings-python.sh
	@IPMON_FULL=$(IPMON_FULL) conformance/run.py

## make filters      filters against libpcap and tcpdump on every real capture (make test
##                   takes every fifth)
filters: build
	@tests/filters-like-tcpdump.sh $(CONFORMANCE) 1

## make model        the life cycle of runs in every order in which threads can run
model:
	@RUSTFLAGS="--cfg loom" $(CARGO) test --quiet --lib --target-dir target/model monitor::model

## make soak         SOAK_SECONDS (600) of traffic, stops, filters and link flaps
SOAK_SECONDS ?= 600
soak: build
	@SOAK_SECONDS=$(SOAK_SECONDS) tests/soak.sh

## make abuse        the model in depth, and the C tests with the full counts of their
##                   promises, as they are and whole under the sanitizers: hours
abuse: build
	@IPMON_THOROUGH=1 CARGO_PROFILE_DEV_OPT_LEVEL=3 $(MAKE) --no-print-directory model
	@IPMON_FULL=1 tests/run-c.sh
	@$(MAKE) --no-print-directory bindings IPMON_FULL=1
	@IPMON_FULL=1 IPMON_SLOW=0 tests/asan-c.sh
	@IPMON_FULL=1 IPMON_SLOW=0 tests/tsan-c.sh

## make fuzz         FUZZ_SECONDS (3600) for each fuzz target
FUZZ_SECONDS ?= 3600
fuzz:
	@FUZZ_SECONDS=$(FUZZ_SECONDS) tests/fuzz.sh

## make install      the library, its header, and what pkg-config and CMake ask for, into
##                   PREFIX (/usr/local), LIBDIR (PREFIX/lib), DESTDIR; make uninstall
install uninstall: tools-to-build
	@PREFIX="$(PREFIX)" LIBDIR="$(LIBDIR)" DESTDIR="$(DESTDIR)" CARGO="$(CARGO)" packaging/install.sh $@

## make docs         the API reference, from the header (target/docs/html); needs doxygen
docs:
	@mkdir -p target/docs
	@doxygen docs/Doxyfile

## make deb          Debian packages of what is installed, in target/deb: libipmon0.1 to run
##                   programs with, libipmon-dev to build them
deb: tools-to-build
	@packaging/deb.sh

## make dist         a tarball in target/dist for x86-64 Linux with glibc 2.17 or later, to be
##                   unpacked anywhere; fetches what it builds with
dist: tools-to-build
	@packaging/dist.sh

## make clean        remove what was built
clean:
	@$(CARGO) clean
