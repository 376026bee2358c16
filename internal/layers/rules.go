// Package layers holds the import rules of this repository and proves them.
//
// It owns the one table that says which package may import which, with the reason; its tests walk the source and fail
// with that reason. docs/MAP.md prints the same table. Nobody imports it.
package layers

import "strings"

// Rule says what one room of the house may import of ours, and why not more. Paths are relative to the module; a
// pattern that ends in "/..." means the folder and everything below it.
type Rule struct {
	Room    string   // which packages the rule is for
	May     []string // what they may import of ours
	Tests   []string // what their tests may import besides
	Foreign []string // which third parties they may import; nil: any
	Never   []string // standard library packages they must not import
	Why     string   // the reason that a failing test prints
}

// none allows no third party at all.
var none = []string{}

// Rules is the table. The first rule whose room holds a package decides; a package that no rule knows is an error.
var Rules = []Rule{
	{
		Room: "rules/...", May: []string{"rules/..."}, Foreign: none,
		Never: []string{"net", "net/http", "os", "os/exec", "database/sql", "log", "log/slog", "sync", "context"},
		Why:   "a rule must be a table that one can read out: standard library only, no clock, no goroutine, no file",
	},
	{
		Room: "wire/...", May: []string{"rules/...", "wire/..."}, Foreign: none,
		Never: []string{"net", "net/http", "os/exec", "database/sql"},
		Why:   "both ends and older versions share the protocol, so it depends on names of states and nothing else",
	},
	{
		Room: "media/...", May: []string{"media/..."}, Never: []string{"net", "net/http", "os/exec", "database/sql"},
		Foreign: []string{"gopkg.in/hraban/opus.v2", "github.com/pion/rtp", "go.uber.org/goleak", "pgregory.net/rapid"},
		Why:     "samples in, samples out: it must run in a benchmark and in the hub without devices, network or project types",
	},
	{
		Room: "softphone/...", May: []string{"media/...", "rules/call", "softphone/...", "internal/clean", "internal/voiceline"},
		Why: "a phone does not know who calls it: no session, protocol, screen or hub",
	},
	{
		Room: "session/link/...", May: []string{"rules/...", "wire/...", "session/...", "internal/clean", "internal/obs"},
		Why: "the link cleans and orders what the protocol decoded, and knows neither screen nor sound nor store",
	},
	{
		Room: "session/exam/...", May: []string{"rules/...", "media/...", "wire/...", "session/outbox"},
		Foreign: []string{"go.uber.org/goleak", "pgregory.net/rapid", "golang.org/x/crypto/..."},
		Why:     "an exam runs with the hub away: samples in, samples out, and a box for what was written",
	},
	{
		Room: "session/review/...", May: []string{"rules/...", "media/...", "internal/clean"},
		Foreign: []string{"go.uber.org/goleak"},
		Why:     "who looks back at calls hears them: samples in, samples out, and the hub is asked through a function",
	},
	{
		Room: "session/...", May: []string{"rules/...", "wire/...", "session/...", "internal/clean", "internal/durable", "internal/obs"},
		Foreign: []string{"go.uber.org/goleak", "pgregory.net/rapid", "github.com/gorilla/websocket", "golang.org/x/crypto/...", "golang.org/x/sys/...", "github.com/zalando/go-keyring"},
		Why:     "the session declares the phone and outbox it needs: no Bubble Tea, softphone, store or hub",
	},
	{
		Room: "kb/...", May: []string{"rules/...", "kb/...", "internal/clean", "internal/durable", "internal/sheet"},
		Why: "the knowledge base is searched with the link cut and on the hub alike, so it knows neither screen, session nor hub",
	},
	{
		Room: "ui/...", May: []string{"ui/...", "session", "session/...", "rules/...", "kb/...", "internal/clean"},
		Foreign: []string{
			"charm.land/...", "github.com/charmbracelet/...", "github.com/rivo/uniseg", "github.com/mattn/go-runewidth",
			"github.com/mozillazg/go-pinyin", "go.uber.org/goleak", "pgregory.net/rapid", "golang.org/x/text/...", "golang.org/x/term",
		},
		Never: []string{"net", "net/http", "database/sql"},
		Why:   "the screen reads the session's state and asks for verbs: it cannot dial, store or reach the network",
	},
	{
		Room: "hub/store/sqlite/...", May: []string{"hub/store", "hub/store/query", "hub/store/migrations/...", "hub/store/storetest", "hub/store/internal/...", "rules/...", "kb/...", "internal/obs", "internal/clean"},
		Why: "the two databases never see each other, or one would be written to suit the other",
	},
	{
		Room: "hub/store/postgres/...", May: []string{"hub/store", "hub/store/query", "hub/store/migrations/...", "hub/store/storetest", "hub/store/internal/...", "rules/...", "kb/...", "internal/obs", "internal/clean"},
		Why: "the two databases never see each other, or one would be written to suit the other",
	},
	{
		Room: "hub/store/...", May: []string{"hub/store/...", "rules/...", "kb/...", "internal/clean", "internal/durable", "internal/obs"},
		Why: "storage keeps what it is given: it knows neither hub nor protocol",
	},
	{
		Room: "hub/menu/render", May: []string{"hub/menu", "media/..."}, Foreign: none,
		Why: "it makes the prompts of the menu, before the program is built",
	},
	{
		Room: "hub/exam/render", May: []string{"hub/exam", "rules/exam"}, Foreign: none,
		Why: "it makes the voices of the simulated callers, before the program is built",
	},
	{
		Room: "hub/call", Tests: []string{"hub/store/sqlite"},
		May: []string{"hub/actor", "hub/conf", "hub/scribe", "hub/trunk", "hub/store", "hub/store/seal", "rules/...", "media/g711", "wire", "internal/obs"},
		Why: "a call is made of a room, lines and a store; seats, queue, board and the rest it knows by its own ports, and the hub alone imports it",
	},
	{
		Room: "hub", May: []string{"hub/...", "rules/...", "media/...", "wire/...", "kb/...", "internal/clean", "internal/obs", "internal/config", "internal/voiceline"},
		Why: "the hub wires its leaves together and knows neither seat nor citizen",
	},
	{
		Room: "hub/...", Tests: []string{"hub/store/sqlite", "internal/browser"},
		May: []string{"hub/store", "hub/store/seal", "rules/...", "media/...", "wire/...", "kb/...", "internal/clean", "internal/durable", "internal/sheet", "internal/obs", "internal/config", "internal/voiceline"},
		Why: "the hub's leaves never import each other: the hub wires them, and each is tested alone",
	},
	{
		Room: "citizen/...", May: []string{"media/...", "rules/...", "citizen/...", "internal/clean"},
		Why: "a citizen is a stranger who phones: it shares no code with the hub or session it calls",
	},
	{
		Room: "internal/cli/...", May: []string{"..."},
		Why: "the command line is the one place that knows everybody",
	},
	{
		Room: "internal/layers", May: []string{"rules/..."},
		Why: "it writes the glossary from the tables of the rules, and is imported by nobody",
	},
	{
		Room: "internal/bench/...", May: []string{"internal/bench/...", "internal/story", "internal/netem", "media/..."},
		Why: "a benchmark measures the built binary from outside and may link what the product must not",
	},
	{
		Room: "internal/trust/...", May: []string{"internal/trust/...", "internal/story", "internal/netem", "media/...", "wire"},
		Why: "what the program promises is proved on the built binary, from outside, with the protocol that anybody can speak",
	},
	{
		Room: "internal/story", May: []string{"internal/netem", "internal/pty", "media/..."},
		Why: "stories drive the built binary from outside, as its users do",
	},
	{
		Room: "internal/crash", Tests: []string{"internal/pty"}, May: none,
		Why: "who looks after a program that dies needs nothing that may die with it",
	},
	{
		Room: "internal/voiceline", May: []string{"media/..."},
		Why: "what both ends of a voice line do alike, for neither may import the other",
	},
	{
		Room: "internal/clean", May: none, Foreign: none,
		Why: "a leaf that everybody may import imports nobody",
	},
	{
		Room: "internal/durable", May: none, Foreign: none,
		Why: "a leaf that everybody may import imports nobody",
	},
	{
		Room: "internal/...", May: []string{"internal/clean"},
		Why: "tools under internal are leaves, or they would tie everybody to everybody",
	},
	{
		Room: "testdata/...", May: []string{"..."},
		Why: "stories drive the built binary",
	},
	{
		Room: ".", May: []string{"internal/cli"},
		Foreign: none,
		Why:     "main starts the command line and nothing else",
	},
}

// Find returns the rule for a package path relative to the module ("." is the root).
func Find(pkg string) (Rule, bool) {
	for _, r := range Rules {
		if Match(r.Room, pkg) {
			return r, true
		}
	}
	return Rule{}, false
}

// Match tells whether pattern covers pkg.
func Match(pattern, pkg string) bool {
	if pattern == "..." {
		return true
	}
	folder, deep := strings.CutSuffix(pattern, "/...")
	return pkg == folder || deep && strings.HasPrefix(pkg, folder+"/")
}

// Breach returns why pkg may not import imp, empty when it may. Own imports are relative to the module and marked by
// own; test files are freer with third parties and the standard library, never with ours.
func Breach(r Rule, pkg, imp string, own, test bool) string {
	switch {
	case own && test && covers(r.Tests, imp):
		return ""
	case own && !covers(r.May, imp) && imp != pkg && !Match(pkg+"/...", imp):
		return r.Why
	case test:
		return ""
	case !own && isForeign(imp) && r.Foreign != nil && !covers(r.Foreign, imp):
		return r.Why
	case !own && covers(r.Never, imp):
		return r.Why
	}
	return ""
}

func covers(patterns []string, imp string) bool {
	for _, p := range patterns {
		if Match(p, imp) {
			return true
		}
	}
	return false
}

func isForeign(imp string) bool {
	first, _, _ := strings.Cut(imp, "/")
	return strings.Contains(first, ".")
}
