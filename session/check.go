package session

import (
	"context"
	"slices"
	"strings"
	"time"

	"zuoxi/wire"
)

// selfCheck is the check before duty: microphone and ear, and for who is signed
// in the voice line and the way to the hub and back.
func (s *Session) selfCheck() {
	switch {
	case s.cfg.Sound == nil:
	case s.view.Check.Running && s.view.SignIn.SignedIn:
		s.again = true
		s.notify(NoticeInfo, "正在测试语音线路 · 十秒内开始自检 · 请稍候")
	case s.view.Check.Running:
	case !s.view.SignIn.SignedIn:
		s.check(s.ctx, s.cfg.Sound.Check)
	case engaged(&s.desk):
		s.notify(NoticeWarn, "有来电或正在监听 · 没有做自检 · 请在空闲时再做")
	default:
		s.ask(&wire.MediaEcho{On: true}, func(m wire.Message) {
			switch b, ok := m.Body.(*wire.Ack); {
			case !ok || b.Code != wire.CodeOK:
				s.refusal(m)
			case s.view.Check.Running || engaged(&s.desk):
				s.endEcho()
			default:
				s.wholeCheck()
			}
		})
	}
}

// wholeCheck has microphone and ear to itself, until somebody is to be heard.
func (s *Session) wholeCheck() {
	own, stop := context.WithCancel(s.ctx)
	s.stopCheck = stop
	s.check(own, func(ctx context.Context, row func(CheckRow)) {
		s.cfg.Sound.Check(ctx, row)
		s.during(ctx, func() { s.echo(true) })
		s.cfg.Sound.CheckEcho(ctx, row)
		s.during(ctx, func() { s.echo(false); s.endEcho() })
		s.cfg.Sound.CheckLine(ctx, row)
		s.during(ctx, s.sumUp)
	})
}

// echo opens the microphone for the echo, and shuts it.
func (s *Session) echo(on bool) {
	s.echoing = on
	s.applySound()
}

// endEcho has the hub no longer say back what it hears.
func (s *Session) endEcho() {
	_ = s.link.Send(wire.Message{ID: newID(), Session: s.id.session, Body: &wire.MediaEcho{}})
}

// giveWay ends the check that has microphone and ear to itself.
func (s *Session) giveWay() {
	if s.endCheck() {
		s.endEcho()
		s.notify(NoticeWarn, "自检中途有通话 · 已停下，没有做完，通话不受影响 · 请在空闲时再做")
	}
}

// endCheck tells whether there was one. What was not found out is no row.
func (s *Session) endCheck() bool {
	if s.stopCheck == nil {
		return false
	}
	s.stopCheck()
	s.stopCheck = nil
	s.view.Check.Rows = slices.DeleteFunc(slices.Clone(s.view.Check.Rows), func(r CheckRow) bool { return !r.Done })
	s.echo(false)
	return true
}

// checkLine is made once after each sign-in, when voice flows for the first
// time. It says nothing of a line that is good, and is heard by nobody.
func (s *Session) checkLine() {
	if s.cfg.Sound != nil && !s.view.Check.Running {
		s.check(s.ctx, s.cfg.Sound.CheckLine)
	}
}

// check runs a check and shows its rows until ctx ends. A signed-in agent is not
// on the page that draws them and is told; the hub keeps them.
func (s *Session) check(own context.Context, run func(context.Context, func(CheckRow))) {
	signedIn := s.view.SignIn.SignedIn
	if !signedIn {
		s.view.Check.Rows = nil
	}
	s.view.Check.Running = true
	s.spawn(func(ctx context.Context) {
		run(own, func(r CheckRow) {
			s.during(own, func() {
				s.checkRow(r)
				if signedIn && s.desk.Call == nil && !(r.Name == LineName && (!r.Done || r.OK)) {
					s.notify(map[bool]NoticeLevel{true: NoticeInfo, false: NoticeWarn}[r.OK || !r.Done], r.Text)
				}
			})
		})
		s.later(ctx, func() {
			s.endCheck()
			s.checkRow(s.linkRow())
			s.checkRow(s.clockRow())
			s.view.Check.Running = false
			s.reportCheck()
			if s.again {
				s.again = false
				s.selfCheck()
			}
		})
	})
}

// during is later, unless ctx has ended by then.
func (s *Session) during(ctx context.Context, f func()) {
	s.later(ctx, func() {
		if ctx.Err() == nil {
			f()
		}
	})
}

// sumUp tells who is signed in, and sees no rows, how the whole check ended.
func (s *Session) sumUp() {
	var bad []string
	why := ""
	for _, r := range s.view.Check.Rows {
		if r.Done && !r.OK && slices.Contains([]string{MicName, EarName, EchoName, LineName}, r.Name) {
			bad, why = append(bad, r.Name), orElse(why, r.Text)
		}
	}
	if len(bad) == 0 {
		s.notify(NoticeInfo, "自检通过 · 麦克风、耳机、回声和线路都正常 · 可以接听")
		return
	}
	s.notify(NoticeWarn, "自检没有通过（"+strings.Join(bad, "、")+"） · "+why)
}

// The rows that others look for. Nobody waits for the test of the line.
const (
	MicName  = "麦克风"
	EarName  = "耳机"
	EchoName = "回声"
	LineName = "线路"
)

// reportCheck tells the hub what was found.
func (s *Session) reportCheck() {
	if !s.view.SignIn.SignedIn || !s.online() {
		return
	}
	b := &wire.MediaCheck{}
	for _, r := range s.view.Check.Rows {
		if r.Done {
			b.Rows = append(b.Rows, wire.CheckRow{Name: r.Name, OK: r.OK, Text: r.Text})
		}
	}
	_ = s.link.Send(wire.Message{ID: newID(), Session: s.id.session, Body: b})
}

// checkRow adds or replaces a line of the self-check; views already out keep theirs.
func (s *Session) checkRow(r CheckRow) {
	rows := append([]CheckRow(nil), s.view.Check.Rows...)
	for i := range rows {
		if rows[i].Name == r.Name {
			rows[i] = r
			s.view.Check.Rows = rows
			return
		}
	}
	s.view.Check.Rows = append(rows, r)
}

func (s *Session) linkRow() CheckRow {
	l := s.view.Link
	if l.State != LinkOnline {
		return CheckRow{Name: "网络", Done: true, Text: "中心未连接 · 登录时再试"}
	}
	return CheckRow{Name: "网络", Done: true, OK: true, Text: "往返 " + l.RTT.Round(time.Millisecond).String() + " 可通话"}
}

func (s *Session) clockRow() CheckRow {
	d := s.id.clock.Off().Abs()
	if s.view.Link.State != LinkOnline {
		return CheckRow{Name: "时钟", Done: true, Text: "中心未连接，未核对"}
	}
	return CheckRow{Name: "时钟", Done: true, OK: d < 5*time.Second, Text: "与中心差 " + d.Round(100*time.Millisecond).String()}
}
