# make run   installs what is missing, builds, starts the demo
# make test  installs what is missing, builds, lints, runs every test
# All other targets are named by `make help`.

BUILD := build
export PATH := $(PATH):/usr/local/go/bin
export PKG_CONFIG_PATH := $(CURDIR)/$(BUILD)/pkgconfig
# libopusfile reads Opus files, which we never do
export GOFLAGS := $(GOFLAGS) -tags=nolibopusfile
export CGO_ENABLED := 1
# Go's build cache does not look at what pkg-config answers, only at this: it
# keeps what we link apart from a plain build, and one loader from the next.
SOUND := $(shell cat softphone/device/dl/*.[ch] | cksum | cut -d' ' -f1)
export CGO_LDFLAGS := -O2 -g -L$(CURDIR)/$(BUILD)/sound/$(SOUND)

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)

.PHONY: help
help: ## these lines
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t16

.PHONY: run
run: deps build ## install what is missing, build, start the demo
	$(BUILD)/zuoxi demo

.PHONY: deps
deps:
	@scripts/deps.sh run

.PHONY: sound
sound:
	@scripts/sound-libs.sh $(BUILD)

.PHONY: build
build: sound ## build/zuoxi, one file that needs no sound library to start
	go build -trimpath -ldflags '$(LDFLAGS)' -o $(BUILD)/zuoxi .

# The linter is built once from its own module; its go.mod decides the version.
$(BUILD)/golangci-lint: tools/go.mod tools/go.sum
	go -C tools build -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: lint
lint: sound $(BUILD)/golangci-lint ## the house's budgets and habits, go vet included
	$(BUILD)/golangci-lint run

.PHONY: test
test: ## install what is missing, build, lint, run every test
	@scripts/deps.sh test
	@$(MAKE) --no-print-directory build lint
	scripts/check-static.sh $(BUILD)/zuoxi
	scripts/pg.sh go test -race -timeout 10m ./...

.PHONY: prompts
prompts: ## speak the texts of hub/menu/ivr.toml anew (needs espeak-ng)
	go run ./hub/menu/render

# Measurements run on virtual headsets (scripts/rig.sh) and drive the program
# from outside; only this command is linked to libjack.
bench = scripts/rig.sh run zuoxi-bench $(BUILD)/bench -binary $(BUILD)/zuoxi $(BENCH)

.PHONY: bench-build
bench-build: build
	@scripts/deps.sh test
	go build -o $(BUILD)/bench ./internal/bench

.PHONY: bench
bench: bench-build ## measure speed, voice and cost beside baresip; BENCH='-calls 9'
	@$(bench)

.PHONY: bench-voice
bench-voice: bench-build ## measure voice over bad networks beside baresip; BENCH='-seeds 1'
	@$(bench) -voice

.PHONY: clean
clean: ## remove what the build made
	rm -rf $(BUILD)
