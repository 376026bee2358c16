# make run   installs what is missing, builds, starts the demo
# make test  installs what is missing, builds, lints, runs every test
# All other targets are named by `make help`.

BUILD := build
export PATH := $(PATH):/usr/local/go/bin
export PKG_CONFIG_PATH := $(CURDIR)/$(BUILD)/pkgconfig
# libopusfile reads Opus files, which we never do
# One way to compile: what the linter and the tests need of a build, the build has made for them.
export GOFLAGS := $(GOFLAGS) -tags=nolibopusfile -trimpath
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
	go build -ldflags '$(LDFLAGS)' -o $(BUILD)/zuoxi .

# The linter is built once from its own module; its go.mod decides the version.
$(BUILD)/golangci-lint: tools/go.mod tools/go.sum
	go -C tools build -o ../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.PHONY: lint
lint: sound $(BUILD)/golangci-lint ## the house's budgets and habits, go vet included
	$(BUILD)/golangci-lint run

# Samples in, samples out: these packages start no goroutine, so there is
# nothing to race, and their simulated hours would take ten times as long. What
# of them is used from several goroutines has a TestConcurrent…. The detector
# would also hide what the terminals' test looks for.
SAMPLES := /media/|/bench/score|/internal/pty
# The database in Go, the C library below it and their heap are others', do not
# share our memory, and take ten times as long under the race detector: they
# alone are compiled without it. The linter has run go vet over all of it.
RACE := -vet=off -race $(foreach p,sqlite/lib libc memory,-gcflags='modernc.org/$(p)=-race=false')

.PHONY: test
test: ## install what is missing, build, lint, run every test
	@scripts/deps.sh test
	@$(MAKE) --no-print-directory build lint
	scripts/check-static.sh $(BUILD)/zuoxi
	go test -vet=off -timeout 20m $$(go list ./... | grep -E '$(SAMPLES)')
	go test $(RACE) -run TestConcurrent ./media/jitter
	scripts/pg.sh go test $(RACE) -timeout 40m $$(go list ./... | grep -vE '$(SAMPLES)')
	@$(MAKE) --no-print-directory trust

SEED ?= 1
N ?= 5

.PHONY: chaos
chaos: build ## anybody does anything, cables are pulled and programs killed, N times from SEED on; the hub keeps its promises
	@CHAOS_SEED=$(SEED) CHAOS_N=$(N) CHAOS_ALL=$(CHAOS_ALL) ZUOXI_BINARY=$(CURDIR)/$(BUILD)/zuoxi go test -count=1 -timeout 60m \
		-run 'TestChaos|TestGale' -v ./hub ./internal/story >$(BUILD)/chaos.log; code=$$?; \
		grep -aE '^(measured|ok|FAIL|---| *---)' $(BUILD)/chaos.log; [ $$code = 0 ] || grep -a -A40 '_test.go:' $(BUILD)/chaos.log; exit $$code

.PHONY: storms
storms: build ## every state of a call, with its seat cut off for three times and killed; the hub keeps its promises
	@$(MAKE) -s chaos SEED=1 N=1 CHAOS_ALL=1

.PHONY: soak
soak: sound ## a call of eight hours on simulated clocks: depth and memory stay
	ZUOXI_SOAK_HOURS=8 go test -count=1 -timeout 30m -run TestWorkingDay -v ./media/jitter | grep -v '^=== '

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
	@$(MAKE) --no-print-directory bench-form

ROWS ?= 1000000
# The filled databases stay for the next run; the first one takes some minutes.
.PHONY: bench-store
bench-store: sound ## what agents wait for beside 1,000,000 calls and records, SQLite and PostgreSQL; ROWS=20000
	@scripts/deps.sh test
	@ZUOXI_BENCH_ROWS=$(ROWS) ZUOXI_BENCH_DIR="$${ZUOXI_BENCH_DIR:-$(CURDIR)/$(BUILD)/bench-store}" \
		go test -run '^$$' -bench Store -timeout 90m ./hub/store/sqlite ./hub/store/postgres | scripts/bench-table.sh

.PHONY: bench-form
bench-form: sound ## a key in a form of 40 fields until it is drawn, and until the whole screen shows it
	@go test -run '^$$' -bench 'Forty|KeyToFrame' ./ui/form ./ui/app | scripts/bench-table.sh

UPLOT := 1.6.32
.PHONY: wall-lib
wall-lib: ## take the chart library of the leaders' page anew, as it was published (needs npm)
	dir=$$(mktemp -d) && cd $$dir && npm pack --silent uplot@$(UPLOT) && tar xzf uplot-$(UPLOT).tgz && \
	cp package/dist/uPlot.iife.min.js package/dist/uPlot.min.css $(CURDIR)/hub/wall/static/ && \
	cp package/LICENSE $(CURDIR)/hub/wall/static/uPlot.LICENSE && rm -rf $$dir

.PHONY: bench-voice
bench-voice: bench-build ## measure voice over bad networks beside baresip, some 35 minutes; BENCH='-calls 1 -seeds 1'
	@$(bench) -voice

MINUTES ?= 60
.PHONY: bench-long
bench-long: bench-build ## one call of MINUTES (60): delay, depth of the buffer and memory at its start, middle and end
	@$(bench) -minutes $(MINUTES)

.PHONY: bench-cost
bench-cost: bench-build ## measure what a call costs the processor, baresip at the same time
	@$(bench) -cost

.PHONY: bench-exam
bench-exam: bench-build ## 1,000 trainees sit the same paper at once over wss; BENCH='-trainees 100'
	@$(BUILD)/bench -binary $(BUILD)/zuoxi -exam $(BENCH)

CALLS ?= 1000000
.PHONY: bench-report
bench-report: sound ## time every report over a million calls, on SQLite and PostgreSQL, the board beside it; fails over 3 s; filled once into build/report; CALLS=100000
	@export ZUOXI_REPORT_CALLS=$(CALLS); dir=$(CURDIR)/$(BUILD)/report/$(CALLS); mkdir -p $$dir; \
	run="go test -count=1 -timeout 60m -run TestEveryReport -v ./hub"; \
	for db in sqlite postgres; do echo "== $$db"; \
		if [ $$db = sqlite ]; then ZUOXI_REPORT_STORE=$$dir/sqlite $$run; \
		else scripts/pg.sh --keep $$dir/postgres sh -c "ZUOXI_REPORT_PG=\$$ZUOXI_TEST_PG $$run"; fi \
		>$(BUILD)/report-$$db.log; code=$$?; sed -n 's/.*measured //p' $(BUILD)/report-$$db.log; \
		[ $$code = 0 ] || { grep -a -A20 '_test.go:' $(BUILD)/report-$$db.log; exit $$code; }; done

.PHONY: bench-kb
bench-kb: sound ## measure the knowledge search beside stock engines; ZUOXI_KB_YARDSTICK names the queries and texts
	@scripts/bench-kb.sh

.PHONY: bench-copy
bench-copy: bench-build ## send 10,000 articles over 64 kbit/s beside a call and judge the voice; BENCH='-copied 1000'
	@$(bench) -copy

.PHONY: bench-thin
bench-thin: bench-build ## calls that share 32 kbit/s with a screen that is worked on: speech, bits, keys; BENCH='-calls 3'
	@$(bench) -thin

.PHONY: bench-keys
bench-keys: bench-build ## time keys in the search box to the screen; BENCH='-articles FILE.jsonl' names the articles
	@$(BUILD)/bench -binary $(BUILD)/zuoxi -keys $(BENCH)

# The promises of SECURITY.md, each broken on purpose on the built program.
trust = $(BUILD)/trust -binary $(BUILD)/zuoxi $(TRUST)

.PHONY: trust-build
trust-build: build
	@scripts/deps.sh test
	go build -o $(BUILD)/trust ./internal/trust

.PHONY: trust
trust: trust-build ## prove the promises of security on the built program; TRUST='-only 门'
	@$(trust)

.PHONY: trust-long
trust-long: trust-build ## the same with floods, every fault at every write, fuzzing and ten thousand seats
	@$(trust) -long

.PHONY: audit
audit: sound ## known holes, secrets in the history, licences, bill of materials
	@scripts/audit.sh $(BUILD)

.PHONY: bench-lost
bench-lost: bench-build ## measure seats that are cut off or killed, and third parties that join; BENCH='-calls 3'
	@$(bench) -lost

.PHONY: bench-listen
bench-listen: bench-build ## measure a lead who listens in on a headset: from the key to the voice, and what the call notices; BENCH='-calls 9'
	@$(bench) -listen

.PHONY: screens
screens: sound ## draw the pictures of docs/screens anew
	go run ./ui/uitest/shoot docs/screens

.PHONY: docs
docs: build screens ## write every generated document, the manual page and the completions
	go test ./internal/layers ./ui/keys ./rules/access ./rules/call ./rules/ticket -update
	@$(MAKE) --no-print-directory manual

.PHONY: manual
manual:
	@mkdir -p $(BUILD)/share
	$(BUILD)/zuoxi manual >$(BUILD)/share/zuoxi.1
	for s in bash zsh fish; do $(BUILD)/zuoxi completion $$s >$(BUILD)/share/zuoxi.$$s; done

PREFIX ?= /usr/local
.PHONY: install
install: ## put what `make build` made under PREFIX, with manual, completions and the hub's service
	@[ -x $(BUILD)/zuoxi ] || { echo "还没有编译 · 没有安装 · 请先运行 make build"; exit 1; }
	@$(MAKE) --no-print-directory manual
	install -Dm755 $(BUILD)/zuoxi $(DESTDIR)$(PREFIX)/bin/zuoxi
	install -Dm644 $(BUILD)/share/zuoxi.1 $(DESTDIR)$(PREFIX)/share/man/man1/zuoxi.1
	install -Dm644 $(BUILD)/share/zuoxi.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/zuoxi
	install -Dm644 $(BUILD)/share/zuoxi.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_zuoxi
	install -Dm644 $(BUILD)/share/zuoxi.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/zuoxi.fish
	install -Dm644 config.example.toml $(DESTDIR)$(PREFIX)/share/doc/zuoxi/config.example.toml
	install -Dm644 packaging/zuoxi.sysusers $(DESTDIR)/usr/lib/sysusers.d/zuoxi.conf
	install -Dm644 packaging/60-zuoxi-headset.rules $(DESTDIR)/usr/lib/udev/rules.d/60-zuoxi-headset.rules
	install -d $(DESTDIR)/etc/systemd/system
	sed 's|/usr/local/bin|$(PREFIX)/bin|' packaging/zuoxi-hub.service >$(DESTDIR)/etc/systemd/system/zuoxi-hub.service
	[ -e $(DESTDIR)/etc/zuoxi/config.toml ] || install -Dm640 packaging/config.toml $(DESTDIR)/etc/zuoxi/config.toml
	[ -n "$(DESTDIR)" ] || { systemd-sysusers && chgrp zuoxi /etc/zuoxi/config.toml; }

.PHONY: clean
clean: ## remove what the build made
	rm -rf $(BUILD)
