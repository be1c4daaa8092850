# SPDX-License-Identifier: Apache-2.0

# Where `make run` serves.
ADDRESS ?= :9100
# Further flags for `make run`.
ARGS ?=
# How long `make fuzz` tries each of its targets.
SECONDS_EACH ?= 60
# The node_exporter that `make bench` compares with; without one it measures this agent alone.
PEER ?=

SWIFT ?= swift
JOBS ?= $(shell nproc)
BINARY := .build/release/host-exporter
DEB = host-exporter_$(shell cat VERSION)_$(shell dpkg --print-architecture).deb

export BUILD_REVISION := $(shell git rev-parse --short=12 HEAD 2>/dev/null)

# The import check keeps each target to the modules it declares; LayersTests does the rest.
BUILD_FLAGS := -j $(JOBS) --explicit-target-dependency-import-check error
RELEASE_FLAGS := $(BUILD_FLAGS) -c release --static-swift-stdlib --disable-local-rpath -Xlinker -z -Xlinker now \
	-Xlinker --version-script=$(CURDIR)/packaging/exports.map \
	-Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import

.PHONY: all run test new-collector unit-test test-tsan test-asan end-to-end-test release reference format lint bench fuzz clean dependencies \
	deb deb-dependencies check-deb test-deb test-vm

all: release

dependencies:
	@packaging/check-swift
	@packaging/build-dependencies

release: dependencies
	$(SWIFT) build $(RELEASE_FLAGS) --product host-exporter

## Builds, and serves this host's metrics on ADDRESS.
run: release
	@packaging/serve $(BINARY) $(ADDRESS) $(ARGS)

## Builds and runs all tests.
test: unit-test end-to-end-test

unit-test: dependencies
	$(SWIFT) test $(BUILD_FLAGS)

# An orphaned backtracer would keep pipes open for minutes after a crash.
SANITIZED_TEST = SWIFT_BACKTRACE=enable=no $(SWIFT) test $(BUILD_FLAGS)

## Runs the unit tests under the thread sanitizer; each sanitizer has a build of its own.
test-tsan: dependencies
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/Sanitizers/thread.suppressions \
		$(SANITIZED_TEST) --sanitize=thread --scratch-path .build/tsan

# libre2 and libstdc++ are not instrumented, so containers that both sides touch look overrun; what Swift keeps for ever
# looks leaked.
## Runs the unit tests under the address sanitizer.
test-asan: dependencies
	ASAN_OPTIONS=detect_container_overflow=0:detect_leaks=0 \
		$(SANITIZED_TEST) --sanitize=address --scratch-path .build/asan

end-to-end-test: release
	Tests/EndToEnd/run $(BINARY)

## Builds host-exporter_VERSION_ARCH.deb around the release binary.
deb: release deb-dependencies
	@packaging/build-deb $(BINARY)

deb-dependencies:
	@packaging/build-dependencies --deb

## Checks the package without installing it.
check-deb: deb
	Tests/Package/check-deb $(DEB)

## Boots a Debian of its own and installs, uses, upgrades and purges the package there; needs root.
test-deb: deb
	Tests/Package/boot $(DEB)

## Boots an emulated machine with hardware of all kinds and compares every series with node_exporter's there; needs root.
test-vm: release
	Tests/VM/run $(BINARY) $(PEER)

## Writes docs/metrics.md, the reference of all metrics, anew.
reference: release
	$(BINARY) metrics >docs/metrics.md

## Begins a collector: make new-collector NAME=slabinfo PART=memory [TYPE=Slabinfo].
new-collector:
	@packaging/new-collector '$(NAME)' '$(PART)' '$(TYPE)'

## Formats all Swift sources in place.
format:
	$(SWIFT) format format --in-place --recursive --parallel Sources Tests collectors Package.swift

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests collectors Package.swift

## Measures CPU, latency and memory per scrape, beside PEER where it is given.
bench: release
	python3 bench/scrapes.py $(BINARY) $(if $(PEER),--peer $(PEER))

## Feeds made-up bytes to the parsers and collectors, SECONDS_EACH for each target.
fuzz: dependencies
	FUZZ_BUILD=1 $(SWIFT) build -j $(JOBS) -c release --scratch-path .build/fuzz -Xswiftc -enable-testing --product fuzz
	Tests/Fuzz/run .build/fuzz/release/fuzz $(SECONDS_EACH)

clean:
	rm -rf .build
