package app

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"pgregory.net/rapid"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/text"
	"zuoxi/ui/theme"
)

type fakeStage struct {
	asked int
	wide  bool
}

func (f *fakeStage) Measure([]string) error { f.asked++; return nil }
func (f *fakeStage) Wide(on bool)           { f.wide = on }
func (f *fakeStage) Sync()                  {}
func (f *fakeStage) Repaint(int, int)       {}
func (f *fakeStage) Redraw()                {}

func newModel(st Stage) *Model {
	at := time.Date(2026, 3, 12, 14, 5, 0, 0, time.Local)
	m := New(Options{Do: func(session.Verb) bool { return true }, Now: func() time.Time { return at }, Still: true, Stage: st})
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	return m
}

func TestProbeChoosesTheGlyphs(t *testing.T) {
	for _, c := range []struct {
		widths []int
		want   theme.Set
		wide   bool
	}{
		{[]int{1, 1, 1, 1, 1, 2}, theme.Unicode, false},
		{[]int{1, 2, 2, 2, 2, 2}, theme.Narrow, true},
		{[]int{2, 2, 2, 2, 2, 2}, theme.ASCII, true},
	} {
		st := &fakeStage{}
		m := newModel(st)
		for _, w := range c.widths {
			m.Update(tea.CursorPositionMsg{X: w})
		}
		m.Update(measureOverMsg{})
		m.Update(tea.CursorPositionMsg{X: 7}) // too late, and not ours
		if m.Glyphs() != c.want || st.wide != c.wide {
			t.Errorf("%v: %s, wide %v", c.widths, m.Glyphs(), st.wide)
		}
	}
	m := newModel(&fakeStage{})
	m.Update(measureOverMsg{})
	if m.Glyphs() != theme.Unicode {
		t.Error("a silent terminal changed the glyphs")
	}
}

// views are pictures of every situation, sound or strange.
func views(t *rapid.T) session.View {
	v := session.View{}
	v.SignIn.SignedIn = rapid.Bool().Draw(t, "signed in")
	v.Seat.AgentNo = rapid.SampledFrom([]string{"", "3027"}).Draw(t, "no")
	v.Presence.State = rapid.SampledFrom(agent.Phases).Draw(t, "state")
	if rapid.Bool().Draw(t, "offer") {
		v.Offer = &session.OfferView{ID: rapid.SampledFrom([]string{"o1", "o2"}).Draw(t, "id"), Caller: session.CallerView{Masked: "139****0042"}}
	}
	if rapid.Bool().Draw(t, "call") {
		p := rapid.SampledFrom(call.Phases).Draw(t, "phase")
		v.Call = &session.CallView{ID: "c1", Phase: p, Allowed: call.Allowed(call.State{Phase: p})}
	}
	if rapid.Bool().Draw(t, "record") {
		v.Record = &session.RecordView{Number: "0312-3027-1", Sent: rapid.Bool().Draw(t, "sent")}
	}
	return v
}

// Any key in any situation at any size: no panic, rows of the exact width, the
// cursor on the screen.
func TestAnyKeyInAnySituation(t *testing.T) {
	var all []string
	for _, b := range keys.Default().For(keys.Always) {
		if b.Key != "" {
			all = append(all, b.Key)
		}
	}
	all = append(all, "enter", "esc", "up", "down", "left", "right", "pgup", "pgdown", "home", "end", "backspace", "1", "２", "养", "a")
	rapid.Check(t, func(t *rapid.T) {
		m := newModel(nil)
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			switch rapid.IntRange(0, 5).Draw(t, "what") {
			case 0:
				m.Update(ViewMsg{views(t)})
			case 1:
				m.Update(tea.WindowSizeMsg{Width: rapid.IntRange(1, 210).Draw(t, "w"), Height: rapid.IntRange(1, 60).Draw(t, "h")})
			case 2:
				m.Update(tea.MouseClickMsg{X: rapid.IntRange(0, 200).Draw(t, "x"), Y: rapid.IntRange(0, 50).Draw(t, "y")})
			default:
				m.Update(keyMsg(rapid.SampledFrom(all).Draw(t, "key")))
			}
			check(t, m)
		}
	})
}

func check(t *rapid.T, m *Model) {
	v := m.View()
	if v.Cursor == nil || v.Cursor.X < 0 || v.Cursor.X >= m.w || v.Cursor.Y < 0 || v.Cursor.Y >= m.h {
		t.Fatalf("cursor %+v on %dx%d", v.Cursor, m.w, m.h)
	}
	for _, l := range m.frame.canvas.Lines() {
		if text.Width(l) != m.w {
			t.Fatalf("row %q is %d wide, want %d", l, text.Width(l), m.w)
		}
	}
}

// keyMsg makes the message of a key's name.
func keyMsg(name string) tea.KeyPressMsg {
	special := map[string]rune{
		"enter": tea.KeyEnter, "esc": tea.KeyEscape, "up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
		"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd, "backspace": tea.KeyBackspace, "tab": tea.KeyTab,
	}
	k := tea.KeyPressMsg{}
	for {
		switch {
		case strings.HasPrefix(name, "ctrl+"):
			k.Mod, name = k.Mod|tea.ModCtrl, name[5:]
			continue
		case strings.HasPrefix(name, "shift+"):
			k.Mod, name = k.Mod|tea.ModShift, name[6:]
			continue
		}
		break
	}
	switch {
	case special[name] != 0:
		k.Code = special[name]
	case len(name) > 1 && name[0] == 'f':
		k.Code = map[string]rune{"f3": tea.KeyF3, "f4": tea.KeyF4, "f5": tea.KeyF5, "f6": tea.KeyF6, "f7": tea.KeyF7, "f8": tea.KeyF8, "f9": tea.KeyF9, "f12": tea.KeyF12}[name]
	default:
		k.Code = []rune(name)[0]
		if k.Mod == 0 {
			k.Text = name
		}
	}
	return k
}

func FuzzKey(f *testing.F) {
	f.Add([]byte("\x03a\x0010"), uint8(3))
	f.Fuzz(func(_ *testing.T, b []byte, n uint8) {
		m := newModel(nil)
		v := session.View{SignIn: session.SignInView{SignedIn: true}, Record: &session.RecordView{Number: "1"}}
		if n&1 != 0 {
			v.Call = &session.CallView{ID: "c", Phase: call.StateTalking}
		}
		m.Update(ViewMsg{v})
		for i, c := range b {
			m.Update(tea.KeyPressMsg{Code: rune(c) << (i % 12), Text: string(b[i:min(i+3, len(b))]), Mod: tea.KeyMod(c >> 5)})
			m.Update(tea.KeyPressMsg{Code: rune(c), Mod: tea.KeyMod(n)})
		}
		m.View()
	})
}

func BenchmarkKey(b *testing.B) {
	m := newModel(nil)
	m.Update(ViewMsg{session.View{SignIn: session.SignInView{SignedIn: true}, Record: &session.RecordView{Number: "1"},
		Call: &session.CallView{ID: "c", Phase: call.StateTalking}}})
	m.Update(tea.PasteMsg{Content: strings.Repeat("三月份养老金未到账，要求核实。", 40)})
	b.ReportAllocs()
	for b.Loop() {
		m.Update(keyMsg("养"))
		m.View()
		m.Update(keyMsg("backspace"))
		m.View()
	}
}
