package lead

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"zuoxi/rules/agent"
	"zuoxi/rules/call"
	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

func TestKeysActOnTheMarkedSeat(t *testing.T) {
	d := sample.Alone(sample.Board(), keys.Floor)
	p := New()
	p.Act(keys.Listen, &d.Env) // the first one has called for help
	if d.Last() != (session.Observe{Seat: "3019", Way: call.EarMonitor}) {
		t.Errorf("said %v", d.Last())
	}
	d.Press(p.Update, "down", "down")
	seat, _ := p.Seat(&d.Env)
	// The rows change places; the mark stays on its seat.
	d.View.Board.Version++
	for i := range d.View.Board.Seats {
		if d.View.Board.Seats[i].No == seat.No {
			d.View.Board.Seats[i].State = agent.StateReady
		}
	}
	if again, _ := p.Seat(&d.Env); again.No != seat.No {
		t.Errorf("marked %s, then %s", seat.No, again.No)
	}
	for cmd, want := range map[keys.Command]session.Verb{
		keys.CallSeat: session.Intercom{Seat: seat.No}, keys.StopListen: session.Observe{},
	} {
		p.Act(cmd, &d.Env)
		if d.Last() != want {
			t.Errorf("%s said %v", cmd, d.Last())
		}
	}
}

func TestWaysAreSwitchedOnTheCallThatIsHeard(t *testing.T) {
	d := sample.Alone(sample.Listening(), keys.Floor)
	p := New()
	p.find.Set("3033") // another seat is marked, without a call
	for _, c := range []keys.Command{keys.Whisper, keys.Barge, keys.Listen} {
		p.Act(c, &d.Env)
		if d.Last() != (session.Observe{Seat: "3027", Way: c.Way()}) {
			t.Errorf("%s said %v", c, d.Last())
		}
	}
	p.find.Set("3019") // one with a call
	p.Act(keys.Listen, &d.Env)
	if d.Last() != (session.Observe{Seat: "3019", Way: call.EarMonitor}) {
		t.Errorf("said %v", d.Last())
	}
	if seat, ok := p.Heard(&d.Env); !ok || seat.No != "3027" {
		t.Errorf("would take over %v", seat)
	}
}

func TestFilterSortAndAlarms(t *testing.T) {
	d := sample.Alone(sample.Board(), keys.Floor)
	p := New()
	p.Act(keys.FindSeat, &d.Env)
	for _, want := range []struct {
		typed string
		n     int
	}{{"", 7}, {"3027", 1}, {"thu", 2}, {"yanglao", 2}, {"320106", 1}, {"养老 保持", 0}, {"南京", 7}} {
		p.find.Set(want.typed)
		if n := len(p.rows(&d.Env)); n != want.n {
			t.Errorf("%q finds %d", want.typed, n)
		}
	}
	d.Press(p.Update, "esc")
	first := map[string]bool{}
	for range sorts {
		first[p.rows(&d.Env)[0].No] = true
		p.Act(keys.SortSeats, &d.Env)
	}
	if len(first) < 3 {
		t.Errorf("all orders begin with %v", first)
	}
	p.Act(keys.AckAlarm, &d.Env)
	if d.Last() != (session.AckAlarm{ID: "help/3019"}) {
		t.Errorf("said %v", d.Last())
	}
	p.at = areaAlarms
	d.Press(p.Update, "down", "enter")
	if d.Last() != (session.AckAlarm{ID: "wait/养老保险"}) {
		t.Errorf("said %v", d.Last())
	}
	p.at = areaWaiting
	d.Press(p.Update, "down")
	if w, _ := p.Waiting(&d.Env); w.Call != "c2" {
		t.Errorf("marked %s", w.Call)
	}
}

// TestCallersAndQueuesAreNarrowed: a place or a subject narrows and sorts them; what is typed to find a seat hides nobody.
func TestCallersAndQueuesAreNarrowed(t *testing.T) {
	d := sample.Alone(sample.Board(), keys.Floor)
	d.View.Board.Waiting[2].Region = "苏州"
	p := New()
	for _, tt := range []struct {
		typed           string
		callers, queues int
	}{{"", 3, 4}, {"李某", 3, 4}, {"3027", 3, 4}, {"医疗", 1, 1}, {"yanglao", 2, 1}, {"失业保险", 0, 1}, {"苏州", 1, 4}, {"扬州", 0, 4}, {"南京 养老", 2, 1}} {
		p.find.Set(tt.typed)
		if callers, queues := len(p.waiting(&d.Env)), len(p.lines(&d.Env)); callers != tt.callers || queues != tt.queues {
			t.Errorf("%q leaves %d callers in %d queues, want %+v", tt.typed, callers, queues, tt)
		}
	}
	if got, _ := d.Draw(p.Draw, 200, 57); !strings.Contains(got, "等候 2（筛选，共 3）") {
		t.Errorf("\n%s", got)
	}
	p.find.Set("")
	first := ""
	for range sorts {
		first += p.waiting(&d.Env)[0].Call + p.lines(&d.Env)[0].Subject + " "
		p.Act(keys.SortSeats, &d.Env)
	}
	if first != "c1养老保险 c1养老保险 c1养老保险 c1养老保险 c2养老保险 c1养老保险 " {
		t.Errorf("in the orders of %d: %s", len(sorts), first)
	}
}

func TestAgeOfTheBoard(t *testing.T) {
	d := sample.Alone(sample.Board(), keys.Floor)
	p := New()
	d.Now = sample.Noon.Add(17 * time.Second)
	if got, _ := d.Draw(p.Draw, 120, 33); !strings.Contains(got, "数据是 00:17 以前的") {
		t.Errorf("\n%s", got)
	}
	empty := sample.Alone(session.View{}, keys.Floor)
	if got, _ := empty.Draw(New().Draw, 80, 21); !strings.Contains(got, "还没有收到") || !strings.Contains(got, "没有这样的坐席") {
		t.Errorf("\n%s", got)
	}
	p.Act(keys.Listen, &empty.Env)
	if _, ok := New().Seat(&empty.Env); ok {
		t.Error("a seat is marked on an empty board")
	}
}

// TestFiguresTellTheirTimes: the means and shares of a day are there with what they are of, from the width of a usual screen on.
func TestFiguresTellTheirTimes(t *testing.T) {
	d := sample.Alone(sample.Board(), keys.Floor)
	got, _ := d.Draw(New().Draw, 120, 33)
	for _, want := range []string{"今日 2418（14:04:58）", "平均通话 03:18", "平均话后 00:51", "转办 14.2%（14:04）", "一次解决 88.2%（03-04）", "满意 97.0%（920 评）", "逾期单 2（14:04）"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not on the board:\n%s", want, got)
		}
	}
	if got, _ := d.Draw(New().Draw, 80, 21); !strings.Contains(got, "今日 2418（14:04:58）") || !strings.Contains(got, "预警 3019") {
		t.Errorf("on a small screen:\n%s", got)
	}
	d.View.Board.Sums = session.SumsView{}
	if got, _ := d.Draw(New().Draw, 120, 33); !strings.Contains(got, "平均话后 -") || strings.Contains(got, "转办 ") {
		t.Errorf("before the first call:\n%s", got)
	}
}

func TestEveryAreaAtEverySize(t *testing.T) {
	d := sample.Alone(sample.Listening(), keys.Floor)
	for _, size := range [][2]int{{80, 21}, {100, 28}, {120, 37}, {200, 57}} {
		p := New()
		for range areas {
			got, _ := d.Draw(p.Draw, size[0], size[1])
			if !strings.Contains(got, "监听 3027 李某") || !strings.Contains(got, "排队 6") {
				t.Errorf("%v, area %d:\n%s", size, p.at, got)
			}
			p.Act(keys.Next, &d.Env)
		}
	}
}

// BenchmarkBoard10k draws a board of ten thousand seats after a delta.
func BenchmarkBoard10k(b *testing.B) {
	v := sample.Board()
	one := v.Board.Seats
	v.Board.Seats = nil
	for i := range 10_000 {
		r := one[i%len(one)]
		r.No = fmt.Sprint(10_000 + i)
		v.Board.Seats = append(v.Board.Seats, r)
	}
	d := sample.Alone(v, keys.Floor)
	p := New()
	for b.Loop() {
		d.View.Board.Version++
		d.Draw(p.Draw, 120, 37)
	}
}

// TestMarkThatSlid: where the chosen seat leaves the list, nobody speaks into the
// call of the one that came under the mark.
func TestMarkThatSlid(t *testing.T) {
	d := sample.Alone(sample.Board(), keys.Floor)
	p := New()
	told := ""
	d.Say = func(line string) { told = line }
	d.Draw(p.Draw, 140, 40)
	d.Press(p.Update, "down")
	d.Draw(p.Draw, 140, 40)
	seat, _ := p.Seat(&d.Env)
	d.View.Board.Version++
	for i := range d.View.Board.Seats {
		if d.View.Board.Seats[i].No == seat.No {
			d.View.Board.Seats[i].State = agent.StateSignedOut
		}
	}
	d.Draw(p.Draw, 140, 40)
	for _, at := range []struct {
		key   keys.Command
		later time.Duration
	}{{keys.Listen, 0}, {keys.Barge, 3 * time.Second}} {
		own, env := *p, d.Env // as if nothing had been pressed
		env.Now = env.Now.Add(at.later)
		if own.Act(at.key, &env); len(d.Said) != 1 {
			t.Errorf("%v, %s later: %q", at.key, at.later, told)
		}
		d.Said = nil
	}
	if p.Act(keys.Barge, &d.Env); d.Last() != nil || !strings.Contains(told, "没有执行") {
		t.Fatalf("said %v, %q", d.Last(), told)
	}
	next, _ := p.Seat(&d.Env)
	if p.Act(keys.Barge, &d.Env); next.No == seat.No || d.Last() != (session.Observe{Seat: next.No, Way: call.EarBarge}) {
		t.Errorf("pressed again: said %v", d.Last())
	}
	d.Press(p.Update, "down")
	d.Draw(p.Draw, 140, 40)
	p.Act(keys.FindSeat, &d.Env)
	d.Press(p.Update, "3", "0", "1", "9")
	d.Draw(p.Draw, 140, 40)
	if p.Act(keys.Listen, &d.Env); d.Last() != (session.Observe{Seat: "3019", Way: call.EarMonitor}) {
		t.Errorf("what was looked for: said %v, %q", d.Last(), told)
	}
}
