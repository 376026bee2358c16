package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"zuoxi/internal/config"
	"zuoxi/internal/voiceline"
	"zuoxi/media/adapt"
	"zuoxi/media/level"
	"zuoxi/session"
	"zuoxi/softphone"
	"zuoxi/softphone/button"
)

// phone makes the softphone what the session wants of one: session.Phone and
// session.Sound.
type phone struct {
	soft   *softphone.Phone
	dial   voiceDial
	choice sync.Mutex // held while the sound is changed
	sound  *choices
	set    atomic.Pointer[config.Sound] // as it is now
	keys   *button.Watcher
	events chan session.PhoneEvent
	stop   chan struct{}
	work   sync.WaitGroup
}

// pressed names the headset's buttons as the session does.
var pressed = map[button.Press]session.Button{
	button.Hook: session.ButtonHook, button.PickUp: session.ButtonPickUp, button.HangUp: session.ButtonHangUp,
	button.Mute: session.ButtonMute, button.Single: session.ButtonSingle,
}

// phoneEvents is the adapter's queue: facts block until the session takes
// them, meters give way.
const phoneEvents = 16

// voiceDial opens the WebSocket for voice that a ticket of the hub lets in.
type voiceDial func(ctx context.Context, ticket string) (voiceline.Frames, error)

func newPhone(sound *choices, noise string, loopback bool, dial voiceDial, log *slog.Logger) (*phone, error) {
	c := sound.now
	soft, err := softphone.New(softphone.Config{
		Noise: noise, Selection: selected(c), Loopback: loopback,
		Only: kept[c.Coding], SideTone: float64(c.Side), Clean: cleaned(c),
	}, log)
	if err != nil {
		return nil, fmt.Errorf("starting the phone: %w", err)
	}
	p := &phone{soft: soft, dial: dial, sound: sound, keys: button.Watch(log), events: make(chan session.PhoneEvent, phoneEvents), stop: make(chan struct{})}
	p.set.Store(&c)
	p.work.Go(p.run)
	return p, nil
}

// selected are the devices.
func selected(c config.Sound) softphone.Selection {
	return softphone.Selection{Input: c.Input, Output: c.Output, Ringer: c.Ringer}
}

// kept is what a line is kept to.
var kept = map[string]adapt.Only{"alaw": adapt.OnlyALaw, "opus": adapt.OnlyOpus}

// cleaned is what is to be done about the microphone's sound.
func cleaned(c config.Sound) softphone.Clean {
	return softphone.Clean{Echo: c.Echo, Noise: c.Noise, Gain: c.Gain}
}

func (p *phone) close() error {
	close(p.stop)
	p.keys.Close()
	p.work.Wait()
	return p.soft.Close()
}

// Offer implements session.Phone; so do the next ones.
func (p *phone) Offer(ctx context.Context, restart bool) (string, error) {
	return p.soft.Offer(ctx, restart)
}
func (p *phone) Answer(sdp string) error { return p.soft.Answer(sdp) }
func (p *phone) Socket(ctx context.Context, ticket string) error {
	ws, err := p.dial(ctx, ticket)
	if err != nil {
		return err
	}
	return p.soft.UseSocket(ws)
}
func (p *phone) Talk(on bool) { p.soft.SetTalk(on); p.keys.Show(button.OffHook, on) }
func (p *phone) Mute(on bool) { p.soft.SetMute(on); p.keys.Show(button.Muted, on) }
func (p *phone) Ring(on bool) { p.soft.Ring(on); p.keys.Show(button.Ringing, on) }
func (p *phone) Wake()        { p.soft.Wake() }

// Events implements session.Sound.
func (p *phone) Events() <-chan session.PhoneEvent { return p.events }

// Use implements session.Sound.
func (p *phone) Use(kind, value string) error {
	p.choice.Lock()
	defer p.choice.Unlock()
	old, undo := p.sound.now, p.sound.mark()
	err := p.sound.set(kind, value)
	if err != nil && !errors.Is(err, session.ErrNotKept) {
		return err
	}
	c := p.sound.now
	if failed := p.soft.SetDevices(selected(c)); failed != nil {
		_ = undo() // the one before, which was kept or could not be
		return errors.Join(failed, p.soft.SetDevices(selected(old)))
	}
	p.soft.SetClean(cleaned(c))
	p.soft.SetSideTone(float64(c.Side))
	p.soft.SetOnly(kept[c.Coding])
	p.set.Store(&c)
	p.tell(p.picture(softphone.Event{Kind: softphone.DeviceChanged}))
	return err
}

// configured takes a new configuration over and tells which settings it changes.
func (p *phone) configured(c config.Sound) []string {
	p.choice.Lock()
	defer p.choice.Unlock()
	return p.sound.configured(c)
}

// settings are those of the sound, as people are shown them.
func (p *phone) settings() session.SoundSettings {
	c := p.set.Load()
	return session.SoundSettings{Echo: c.Echo, Noise: c.Noise, Gain: c.Gain, Side: c.Side, Coding: c.Coding}
}

// Devices implements session.Sound.
func (p *phone) Devices() (inputs, outputs []string, err error) {
	all, err := p.soft.Devices()
	for _, d := range all {
		if d.Input && !slices.Contains(inputs, d.Name) {
			inputs = append(inputs, d.Name)
		}
		if d.Output && !slices.Contains(outputs, d.Name) {
			outputs = append(outputs, d.Name)
		}
	}
	return inputs, outputs, err
}

// Check implements session.Sound.
func (p *phone) Check(ctx context.Context, row func(session.CheckRow)) {
	row(session.CheckRow{Name: session.MicName, Text: "请对着话筒说一句话……"})
	row(session.CheckRow{Name: session.EarName, Text: "正在放提示音……"})
	c, err := p.soft.SelfCheck(ctx)
	if err != nil {
		return
	}
	row(session.CheckRow{Name: session.MicName, Done: true, OK: c.Mic.OK, Text: c.Mic.Text})
	row(session.CheckRow{Name: session.EarName, Done: true, OK: c.Ear.OK, Text: c.Ear.Text})
}

// CheckLine implements session.Sound.
func (p *phone) CheckLine(ctx context.Context, row func(session.CheckRow)) {
	row(session.CheckRow{Name: session.LineName, Text: "正在测试语音线路，需要十秒……"})
	l, err := p.soft.LineTest(ctx)
	if err != nil {
		return
	}
	row(session.CheckRow{Name: session.LineName, Done: true, OK: l.Line.OK, Text: l.Line.Text})
}

// echoFor is long enough for a sentence and its echo.
const echoFor = 8 * time.Second

// CheckEcho implements session.Sound.
func (p *phone) CheckEcho(ctx context.Context, row func(session.CheckRow)) {
	row(session.CheckRow{Name: session.EchoName, Text: "请说一句话，两秒后您会从中心听到它……"})
	v, err := p.soft.EchoTest(ctx, echoFor)
	if err != nil {
		return
	}
	row(session.CheckRow{Name: session.EchoName, Done: true, OK: v.OK, Text: v.Text})
}

func (p *phone) run() {
	defer close(p.events)
	for {
		select {
		case <-p.stop:
			return
		case e := <-p.soft.Events():
			p.pass(e)
		case b := <-p.keys.Presses():
			out := p.picture(softphone.Event{Kind: softphone.Meters})
			out.Button = pressed[b]
			p.tell(out)
		}
	}
}

func (p *phone) pass(e softphone.Event) {
	out := p.picture(e)
	if e.Kind == softphone.CleanMissing {
		out.Note = e.Text
	}
	if e.Kind != softphone.Meters {
		p.tell(out)
		return
	}
	select {
	case p.events <- out:
	default:
	}
}

// tell waits until the session takes a fact.
func (p *phone) tell(e session.PhoneEvent) {
	select {
	case p.events <- e:
	case <-p.stop:
	}
}

// picture is the whole phone, so that one missed event is made good by the next.
func (p *phone) picture(e softphone.Event) session.PhoneEvent {
	st, stats := p.soft.Status(), p.soft.Stats()
	in, out := p.soft.Levels()
	path := map[softphone.Path]session.PathState{softphone.Up: session.PathUp, softphone.Lost: session.PathLost, softphone.Failed: session.PathFailed}[st.Path]
	if st.Path == softphone.Up && st.Via == viaSocket {
		path = session.PathSpare
	}
	q := session.Quality{
		Codec: stats.Heard.Codec, MOS: stats.Recent.MOS, Loss: stats.Recent.Loss, Concealed: stats.Recent.Concealed, RTT: stats.Far.RTT,
		Jitter: time.Duration(stats.Heard.JitterMS * float64(time.Millisecond)), Depth: time.Duration(stats.Heard.DepthMS * float64(time.Millisecond)),
	}
	q.Word, q.Why = lineWord(st, stats)
	return session.PhoneEvent{
		Path: path, Spoke: e.Kind == softphone.Spoke, Line: q,
		Sound: session.SoundView{
			In: deviceName(st.Input), Out: deviceName(st.Output), Ringer: deviceName(st.Ringer), InLevel: loud(in), OutLevel: loud(out),
			Clipping: st.Clipping, Warning: st.Warning, Problem: st.Problem, Set: p.settings(),
		},
	}
}

func loud(r level.Reading) float64 { return max(level.Floor, r.RMS) }

func deviceName(name string) string {
	switch name {
	case "":
		return "系统默认"
	case "null":
		return "无声设备"
	}
	return name
}

const (
	viaSocket = "websocket"
	spareText = "语音端口不通，走备用通道"
)

// Estimates above these are a good line and a fair one.
const goodMOS, fairMOS = 3.9, 3.3

// lineWord puts the line into one word; anything but 良好 says why. What the
// caller hears counts as much as what the agent does.
func lineWord(st softphone.Status, s softphone.Stats) (word, why string) {
	switch {
	case st.Path == softphone.NoPath:
		return "", ""
	case st.Path != softphone.Up:
		return "差", "话路中断"
	}
	why = strings.Join(lineFaults(st, s), "，")
	known := s.Recent.MOS != 0
	switch {
	case known && s.Recent.MOS < fairMOS, s.Tuned.Up == adapt.Heavy, s.Tuned.Narrow >= 3:
		word = "差"
	case known && s.Recent.MOS < goodMOS, s.Tuned.Up == adapt.Light, s.Tuned.Narrow > 0:
		word = "一般"
	case st.Via == viaSocket:
		return "一般", spareText
	default:
		return "良好", ""
	}
	if why == "" {
		why = "时延大"
	}
	return word, why
}

// lineFaults lists what is wrong with a line.
func lineFaults(st softphone.Status, s softphone.Stats) (faults []string) {
	if s.Tuned.Narrow > 0 {
		faults = append(faults, "带宽不足，已用省流量编码")
	}
	if s.Tuned.Up > adapt.Clean {
		faults = append(faults, fmt.Sprintf("对方听您丢包 %.0f%%", 100*s.Far.Loss))
	}
	if s.Recent.Loss > 0.02 {
		faults = append(faults, fmt.Sprintf("您听到的丢包 %.0f%%", 100*s.Recent.Loss))
	}
	if st.Via == viaSocket {
		faults = append(faults, spareText)
	}
	if s.Heard.JitterMS > 30 {
		faults = append(faults, fmt.Sprintf("抖动 %.0f 毫秒", s.Heard.JitterMS))
	}
	return faults
}
