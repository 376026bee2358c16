package app

import (
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"zuoxi/ui/theme"
)

// probeTime is how long the terminal has to answer; a slower one is drawn as
// the configuration says.
const probeTime = 200 * time.Millisecond

// probeDelay lets the first frame go out before.
const probeDelay = 30 * time.Millisecond

// probe asks the terminal how wide it draws what we use.
type probe struct {
	asked  bool
	over   bool
	widths []int
	mode   theme.Mode
}

// measureMsg begins the probe, measureOverMsg ends it.
type (
	measureMsg     struct{}
	measureOverMsg struct{}
)

// measure starts the probe once the first frame is on the screen.
func (m *Model) measure() tea.Cmd {
	if m.probe.asked || m.opt.Look.Fixed || m.opt.Stage == nil {
		return nil
	}
	m.probe.asked = true
	return tea.Batch(m.env.After(probeDelay, measureMsg{}), m.env.After(probeDelay+probeTime, measureOverMsg{}))
}

// ask writes the probe, away from the update loop.
func (m *Model) ask() tea.Cmd {
	return func() tea.Msg {
		if m.opt.Stage.Measure(theme.Probe) != nil {
			return measureOverMsg{}
		}
		return nil
	}
}

// measured takes an answer: the column behind the glyph. -1 ends the probe.
func (m *Model) measured(width int) {
	p := &m.probe
	if !p.asked || p.over {
		return
	}
	if width >= 0 {
		p.widths = append(p.widths, width)
	}
	if len(p.widths) == len(theme.Probe) {
		p.over = true
		p.mode.Glyphs = theme.Measured(p.widths)
		m.env.Theme = theme.New(p.mode)
		m.opt.Stage.Wide(p.mode.Glyphs != theme.Unicode)
	} else if width < 0 {
		p.over = true // no answer is no reason to change anything
	}
}

// reported takes the answer to a question about a mode.
func (m *Model) reported(r tea.ModeReportMsg) {
	m.frame.dirty = false
	if r.Mode == ansi.ModeSynchronizedOutput && (r.Value == ansi.ModeSet || r.Value == ansi.ModeReset) && m.opt.Stage != nil {
		m.opt.Stage.Sync()
	}
}

func (m *Model) light(on bool) {
	m.probe.mode.Light = on
	m.env.Theme = theme.New(m.probe.mode)
}

// colours follows what the terminal can do; NO_COLOR comes in the same way.
func (m *Model) colours(on bool) {
	m.probe.mode.NoColor = m.probe.mode.NoColor || !on
	m.env.Theme = theme.New(m.probe.mode)
}

// Glyphs is the set in use, for doctor.
func (m *Model) Glyphs() theme.Set { return m.probe.mode.Glyphs }
