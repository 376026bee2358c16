package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/netem"
)

// oneCall is the line that a call must fit into with everything else that goes
// over it, bits a second each way, headers included.
const oneCall = 32e3

// oneCallRoom is what waits in front of such a line before it throws away.
const oneCallRoom = 500 * time.Millisecond

// shared is what came of calls on such a line: how they are heard while the
// screen rests and while it is worked on, and what all of it took.
type shared struct {
	rest, work [2]heard  // to the seat, to the citizen
	took       [2]sample // kbit/s while worked on, by netem's direction
	link       sample    // kbit/s of the link's own, to the seat
	keys       keyed
}

// benchThin makes calls on a line of 32 kbit/s, every second of them with
// somebody who types, searches the articles and asks the hub for earlier calls.
func benchThin(o options) error {
	said, err := speech(o)
	if err != nil {
		return err
	}
	s, err := setStage(filepath.Join(o.dir, "hub"), o, true)
	if err != nil {
		return err
	}
	defer s.close()
	progress("让线路适应的通话")
	out := &shared{}
	err = new(shared).call(s, said, false)
	for i := range o.calls {
		if err != nil {
			break
		}
		progress("第 %d 对通话，共 %d 对", i+1, o.calls)
		if err = out.call(s, said, false); err == nil {
			err = out.call(s, said, true)
		}
	}
	out.table(o.calls).print(os.Stdout)
	return err
}

// call makes one call; what is judged is said once the coding has been found.
func (h *shared) call(s *stage, said []float32, work bool) error {
	into := &h.rest
	c := judgedCall{rate: oneCall, room: oneCallRoom, long: taking}
	if work {
		into = &h.work
		c.during = func(take *rig.Take, end int) error { return h.working(s, take, end) }
	}
	return s.judgedCall(c, said, into)
}

// working works until all is said.
func (h *shared) working(s *stage, take *rig.Take, end int) error {
	from, before, link := time.Now(), s.between.Took(), s.between.Carried()
	err := errors.Join(
		h.search(s, take, end-(end-take.Now())/2),
		follow(s.seat, step{"", "<c-f>"}, step{"综合查询", "{" + citizenNo + "} <enter>"}),
		s.escape(), s.escape(),
		h.search(s, take, end))
	take.Until(end)
	kbit := func(bytes int64) float64 { return 8 * float64(bytes) / time.Since(from).Seconds() / 1000 }
	for d, now := range s.between.Took() {
		h.took[d] = append(h.took[d], kbit(now-before[d]))
	}
	h.link = append(h.link, kbit(s.between.Carried()-link))
	return err
}

// search types in the search box until a sample of the tape.
func (h *shared) search(s *stage, take *rig.Take, end int) error {
	if err := s.seat.Press("<f7>"); err != nil {
		return err
	}
	const burst = 5
	for take.Now() < end {
		if err := h.keys.letter(s.seat, len(h.keys.frame)+h.keys.blind+burst); err != nil {
			return err
		}
	}
	return s.escape()
}

// escape leaves a box. A key that follows at once would be one with Alt.
func (s *stage) escape() error {
	err := s.seat.Press("<esc>")
	<-time.After(300 * time.Millisecond)
	return err
}

func (h *shared) table(calls int) table {
	t := table{title: fmt.Sprintf("一路通话和屏幕共用 %.0f kbit/s · %d 对通话 · %s", oneCall/1000, calls, machine())}
	for i, what := range []string{"来电人→坐席", "坐席→来电人"} {
		work, rest := h.work[i], h.rest[i]
		t.rows = append(t.rows,
			least(what+" 清晰度，边打字检索比不动屏幕", work.estoi.median()/rest.estoi.median(), 0.98, "倍",
				fmt.Sprintf("（ESTOI %s 对 %s）", figure(work.estoi.median(), ""), figure(rest.estoi.median(), ""))),
			limit("  断音多出", work.holes.median()-rest.holes.median(), 0.5, "%",
				fmt.Sprintf("（%s 对 %s）", figure(work.holes.median(), "%"), figure(rest.holes.median(), "%"))),
			plain("  时延", pairOf(work.delay.median(), rest.delay.median(), "ms")))
	}
	return table{t.title, append(t.rows,
		limit("线上总共，坐席往中心", h.took[netem.Up].at(1), oneCall/1000, "kbit/s", h.took[netem.Up].spread("kbit/s")),
		limit("线上总共，中心往坐席", h.took[netem.Down].at(1), oneCall/1000, "kbit/s", h.took[netem.Down].spread("kbit/s")),
		plain("  其中屏幕自己的，往坐席", figure(h.link.median(), "kbit/s")),
		plain("按键到检索结果画完 p50 / p99", pairOf(h.keys.whole.median(), h.keys.whole.at(.99), "ms")))}
}
