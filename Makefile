# SPDX-License-Identifier: Apache-2.0

# Where `make run` serves.
ADDRESS ?= :9100
# Further flags for `make run`.
ARGS ?=
# The node_exporter that `make bench` compares with; without one it measures this agent alone.
PEER ?=

SWIFT ?= swift
JOBS ?= $(shell nproc)
BINARY := .build/release/host-exporter

export BUILD_REVISION := $(shell git rev-parse --short=12 HEAD 2>/dev/null)

# The import check keeps each target to the modules it declares; LayersTests does the rest.
BUILD_FLAGS := -j $(JOBS) --explicit-target-dependency-import-check error
RELEASE_FLAGS := $(BUILD_FLAGS) -c release --static-swift-stdlib --disable-local-rpath -Xlinker -z -Xlinker now

.PHONY: all run test unit-test end-to-end-test release reference format lint bench clean dependencies

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

end-to-end-test: release
	Tests/EndToEnd/no-foundation $(BINARY)
	Tests/EndToEnd/run $(BINARY)

## Writes docs/metrics.md, the reference of all metrics, anew.
reference: release
	RECORD_FIXTURES=1 python3 Tests/EndToEnd/reference.py $(BINARY)

## Formats all Swift sources in place.
format:
	$(SWIFT) format format --in-place --recursive --parallel Sources Tests collectors Package.swift

lint:
	$(SWIFT) format lint --strict --recursive --parallel Sources Tests collectors Package.swift

## Measures CPU, latency and memory per scrape, beside PEER where it is given.
bench: release
	python3 bench/scrapes.py $(BINARY) $(if $(PEER),--peer $(PEER))

clean:
	rm -rf .build
