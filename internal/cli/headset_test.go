package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"zuoxi/citizen"
	"zuoxi/internal/config"
	"zuoxi/internal/story"
	"zuoxi/kb"
	"zuoxi/session"
)

// heardSpeaker is a caller who asks again until somebody else ends it: on a busy computer the first words may come in pieces.
const heardSpeaker = `
name: 一问再问
number: "13900000042"
patience: 2m
steps:
  - bridge: true
  - say: 你好，我想问一下养老保险的事情。
  - wait: 5s
  - say: 你好，我想问一下养老保险的事情。
  - wait: 5s
  - say: 你好，我想问一下养老保险的事情。
  - wait: 60s
`

// TestCallersWordsBecomeSuggestions: in a call with a real hub, a caller with a voice and a recogniser as a process of its
// own, what was heard is on the call's view and leads to its articles; the record has none of it, nor any file afterwards.
// The recogniser hears what no menu and no script says, so that nothing else can have led there.
func TestCallersWordsBecomeSuggestions(t *testing.T) {
	const sentence = "社保卡丢了怎么挂失"
	asr := filepath.Join(t.TempDir(), "scripted")
	if text, err := exec.Command("go", "build", "-o", asr, "../../session/hear/scripted").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	own := config.Defaults()
	brisk := &story.World{Dir: t.TempDir()}
	if err := brisk.Brisk("../../hub/menu"); err != nil {
		t.Fatal(err)
	}
	own.Hub.Menu.Mode, own.Hub.Menu.Prompts = "direct", filepath.Join(brisk.Dir, "prompts")
	own.Seat.Recogniser = []string{asr, sentence}
	dir := t.TempDir()
	a := &run{Env: Env{Out: io.Discard, Getenv: func(string) string { return "" }}, cfg: demoConfig(dir, silentSound(), own), passing: true}
	password, trunk := openCentre(t, a)
	w, err := a.openSeat(t.Context(), newMemory(a.cfg.Seat.Agent, password))
	if err != nil {
		t.Fatal(err)
	}
	script, err := citizen.ReadScript(strings.NewReader(heardSpeaker))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	var work sync.WaitGroup
	work.Go(func() { w.run(ctx) })
	work.Go(func() {
		a.demoCitizens(ctx, trunk, citizen.Crowd{Scripts: []*citizen.Script{script}}, demoOptions{rate: 1, calls: 1})
	})
	v := untilSaid(w, &demoBot{app: a, do: w.session.Do})
	if v.Call == nil || v.Call.Caller.Said != sentence || v.Record == nil || strings.Contains(v.Record.Fields.Question+v.Record.Fields.Answer, "挂失") {
		t.Errorf("call %+v, record %+v", v.Call, v.Record)
	} else if hits := w.library.Suggest(ctx, kb.Hint{Said: v.Call.Caller.Said}).Hits; len(hits) == 0 || !strings.Contains(hits[0].Title, "社保卡") {
		t.Errorf("suggested %+v", hits)
	}
	stop()
	for range w.session.Views() { // to its end
	}
	work.Wait()
	w.close()
	holdsNot(t, dir, sentence)
}

// openCentre runs a hub with the demo's people and registers the seat.
func openCentre(t *testing.T, a *run) (password, trunk string) {
	t.Helper()
	h, closeBase, err := a.openHub(t.Context(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		closeBase()
	})
	d := h.Addrs()
	a.cfg.Seat.Hub = d.Seats[0]
	if password, err = a.demoPeople(t.Context(), demoAgents); err != nil {
		t.Fatal(err)
	}
	if err := a.demoRegister(t.Context()); err != nil {
		t.Fatal(err)
	}
	return password, d.Trunk[0]
}

// untilSaid lets the bot work until a word of the caller was heard, or the session ends; the last view.
func untilSaid(w *workplace, bot *demoBot) (v session.View) {
	for v = range w.session.Views() {
		if v.Call != nil && v.Call.Caller.Said != "" {
			break
		}
		bot.see(v)
	}
	return v
}

// holdsNot reads every file below a folder.
func holdsNot(t *testing.T, dir, text string) {
	t.Helper()
	err := error(fs.ErrNotExist)
	for range 20 { // the hub is at work: a file may be given another name while we look
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
		err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			raw, err := os.ReadFile(path)
			if bytes.Contains(raw, []byte(text)) {
				t.Errorf("%s holds what the caller said", path)
			}
			return err
		})
	}
	if err != nil {
		t.Error(err)
	}
}
