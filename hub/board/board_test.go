package board

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/acd"
	"zuoxi/rules/alarm"
	"zuoxi/wire"
)

// floorNow is what a test's board sees; it is set between looks.
type floorNow struct {
	*Board
	t     *testing.T
	seats []Seat
	line  []wire.BoardWait
	crews []acd.Crew
	rang  []alarm.Change
	down  time.Time
}

func open(t *testing.T) *floorNow {
	t.Helper()
	f := &floorNow{t: t}
	f.Board = New(Config{
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Zone: time.FixedZone("", -60), Home: "320000", Rules: alarm.Defaults(), // a minute before midnight
		Look: func(l *Look) {
			l.Seats = append(l.Seats[:0], f.seats...)
			l.Waiting = append(l.Waiting[:0], f.line...)
			l.Crews, l.Handling = f.crews, time.Minute
			l.Estimate, l.Trunk, l.TrunkMax, l.Down = 90, 38, 60, f.down
		},
		Alarmed: func(c []alarm.Change) { f.rang = append(f.rang, c...) },
	})
	ctx, cancel := context.WithCancel(t.Context())
	go f.Run(ctx)
	t.Cleanup(func() { cancel(); <-f.done })
	return f
}

func (f *floorNow) pass(d time.Duration) {
	f.Alarm(f.t.Context(), "") // what the test did comes before what the board does next
	<-time.After(d)
	synctest.Wait()
}

func seat(no, district, state string) Seat {
	return Seat{BoardSeat: wire.BoardSeat{No: no, Name: "王某", District: district, Skills: "*/*", State: state, Since: time.Now().Unix()}}
}

// glass is a watcher: it keeps what it was told, as a desk does.
type glass struct {
	f      *floorNow
	id     string
	deaf   bool // loses what it is sent
	got    []*wire.Board
	have   uint64
	seats  map[string]wire.BoardSeat
	line   map[string]wire.BoardWait
	alarms map[string]wire.BoardAlarm
	sums   wire.BoardSums
}

func (f *floorNow) watch(id, scope string) *glass {
	g := &glass{f: f, id: id, seats: map[string]wire.BoardSeat{}, line: map[string]wire.BoardWait{}, alarms: map[string]wire.BoardAlarm{}}
	f.Watch(id, scope, 0, g.take)
	synctest.Wait()
	return g
}

func (g *glass) take(d *wire.Board) {
	if g.deaf {
		return
	}
	g.got = append(g.got, d)
	if d.From > g.have && !d.Fresh {
		g.f.t.Errorf("%s has %d and got a delta from %d", g.id, g.have, d.From)
	}
	if d.Fresh {
		clear(g.seats)
		clear(g.line)
	}
	for _, s := range d.Seats {
		if old, ok := g.seats[s.No]; ok && s.Name == "" {
			s.Name, s.District, s.Skills = old.Name, old.District, old.Skills
		}
		g.seats[s.No] = s
	}
	for _, w := range d.Waiting {
		if g.line[w.Call] = w; w.Gone {
			delete(g.line, w.Call)
		}
	}
	for _, a := range d.Alarms {
		if g.alarms[a.ID] = a; a.Gone {
			delete(g.alarms, a.ID)
		}
	}
	if d.Sums != nil {
		g.sums = *d.Sums
	}
	g.have = d.Version
	v := d.Version
	go g.f.Seen(g.id, v) // the board must not wait for itself
}

func TestDeltasReachBackToWhatWasConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seats = []Seat{seat("3019", "320106", "ready"), seat("3027", "320102", "talking")}
		f.line = []wire.BoardWait{{Call: "c1", Region: "南京", Subject: "养老保险", Since: time.Now().Unix()}}
		f.pass(time.Second)
		g := f.watch("1001", "")
		lossy := f.watch("1002", "")
		f.pass(time.Second)
		if len(g.seats) != 2 || g.seats["3019"].Name != "王某" || len(g.line) != 1 || g.sums.Now.Waiting != 1 || g.sums.Now.States["ready"] != 1 {
			t.Fatalf("%+v %+v %+v", g.seats, g.line, g.sums)
		}
		lossy.deaf = true
		f.seats[0].State = "talking"
		f.line = nil
		f.pass(time.Second)
		lossy.deaf = false
		f.seats[1].State = "hold"
		f.pass(time.Second)
		last := g.got[len(g.got)-1]
		if len(last.Seats) != 1 || last.Seats[0].No != "3027" || last.Seats[0].Name != "" {
			t.Errorf("the last delta holds %+v", last.Seats)
		}
		if !maps.Equal(lossy.seats, g.seats) || len(lossy.line) != 0 || !slices.Equal(slices.Sorted(maps.Keys(g.sums.Now.States)), []string{"hold", "talking"}) {
			t.Errorf("who lost a delta sees %+v, not %+v", lossy.seats, g.seats)
		}
		n := len(g.got)
		f.pass(time.Second)
		if d := g.got[n]; len(d.Seats) != 0 || d.Sums != nil || d.At != time.Now().Unix() {
			t.Errorf("nothing changed, but %+v came", d)
		}
		f.Leave("1001")
		f.pass(2 * time.Second)
		if len(g.got) > n+2 {
			t.Error("told after leaving")
		}
	})
}

func TestScopeSeesItsDistricts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seats = []Seat{seat("3019", "320106", "ready"), seat("3500", "320500", "ready")}
		f.line = []wire.BoardWait{{Call: "c1", Region: "苏州", Subject: "失业保险", Since: time.Now().Unix()}}
		f.Count(Count{Step: Ended, At: time.Now(), Origin: "320500", Subject: "失业保险", Disposition: store.DispositionHuman, Talk: time.Minute})
		city := f.watch("1001", "320100")
		its, all := f.watch("1003", "320500"), f.watch("1002", "")
		f.pass(time.Second)
		if len(its.line) != 1 || its.sums.Now.Waiting != 1 || its.sums.Today.Total != 1 {
			t.Errorf("the city that is called sees %+v %+v", its.line, its.sums)
		}
		if len(city.seats) != 1 || len(city.line) != 0 || city.sums.Today.Total != 0 || city.sums.Now.States["ready"] != 1 {
			t.Errorf("the city sees %+v %+v %+v", city.seats, city.line, city.sums)
		}
		f.Count(Count{Step: Queued, At: time.Now(), Origin: "320500", District: "320500", Subject: "养老保险"})
		f.Count(Count{Step: Answered, At: time.Now(), Origin: "320500", District: "320106", Subject: "养老保险", Wait: 9 * time.Second})
		f.pass(time.Second)
		if flow := (wire.BoardFlow{Queued: 1, Answered: 1, In15: 1, In20: 1}); city.sums.Today.BoardFlow != flow {
			t.Errorf("the city of the agent who answered sees %+v", city.sums.Today)
		}
		if len(all.seats) != 2 || len(all.line) != 1 || all.sums.Today.Total != 1 || all.sums.Today.TalkS != 60 {
			t.Errorf("the province sees %+v %+v", all.seats, all.sums)
		}
	})
}

func TestManySeatsComeInParts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		for i := range 10_000 {
			f.seats = append(f.seats, seat(fmt.Sprint(10_000+i), "320106", "ready"))
		}
		f.pass(time.Second)
		g := f.watch("1001", "")
		f.pass(10 * time.Millisecond)
		if len(g.seats) != 10_000 || len(g.got) < 20 {
			t.Fatalf("%d seats in %d parts", len(g.seats), len(g.got))
		}
		for _, d := range g.got {
			raw, err := wire.Encode(wire.Message{Body: d})
			if err != nil || len(raw) > wire.MaxMessage/2 {
				t.Fatalf("a part of %d bytes, %v", len(raw), err)
			}
		}
		parts := 0
		f.Watch("1002", "", 0, func(*wire.Board) { parts++ })
		f.pass(2 * time.Second)
		if parts != 1 {
			t.Errorf("%d parts came before the first was confirmed", parts)
		}
		f.pass(impatient)
		if parts != 2 {
			t.Errorf("the part that was not confirmed came %d times", parts)
		}
	})
}

func TestSumsAndServiceLevels(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		at := time.Now()
		log := func(wait time.Duration, d store.Disposition) store.Call {
			at := time.Now()
			c := store.Call{Direction: store.Inbound, Subject: "养老保险", District: "320106", Outcome: store.Outcome{Disposition: d, Rating: store.RatingGood}}
			c.Times = store.CallTimes{Arrive: at, Queue: at, Release: at.Add(3 * time.Minute), Closed: at.Add(time.Second)}
			if d == store.DispositionHuman {
				c.Times.Answer, c.Times.Bridge = at.Add(wait), at.Add(wait)
				c.Times.WrapEnd = c.Times.Release.Add(2 * wait)
			}
			return c
		}
		f.pass(time.Second)
		f.Today([]store.Call{
			log(15*time.Second, store.DispositionHuman), log(16*time.Second, store.DispositionHuman), log(21*time.Second, store.DispositionHuman),
			log(0, store.DispositionAbandoned),
		})
		f.Yesterday([]store.Call{{Direction: store.Inbound, Subject: "养老保险", District: "320106", Times: store.CallTimes{Arrive: at.Add(-24 * time.Hour)}}})
		g := f.watch("1001", "")
		f.pass(time.Second)
		day := g.sums.Today
		want := wire.BoardFlow{Queued: 4, Answered: 3, In15: 1, In20: 2, GaveUp: 1}
		if day.Total != 4 || day.Human != 3 || day.Abandoned != 1 || day.BoardFlow != want || day.WaitS != 17 || day.WrapS != 34 {
			t.Errorf("%+v", day)
		}
		var topics []wire.BoardTopic
		var lines []wire.BoardLine
		for _, d := range g.got {
			topics, lines = append(topics, d.Topics...), append(lines, d.Lines...)
		}
		if len(topics) == 0 || topics[len(topics)-1].Count != 4 || topics[len(topics)-1].Before < 0 {
			t.Errorf("%+v", topics)
		}
		if len(lines) == 0 || lines[len(lines)-1].BoardFlow != want {
			t.Errorf("%+v", lines)
		}
		f.pass(time.Minute)
		f.pass(time.Second)
		if g.sums.Today.Total != 0 {
			t.Errorf("the next day begins with %+v", g.sums.Today)
		}
		f.Today([]store.Call{log(time.Second, store.DispositionHuman)}) // ended after midnight
		f.pass(2 * time.Second)
		for _, d := range g.got {
			topics = append(topics, d.Topics...)
		}
		if last := topics[len(topics)-1]; last.Before < 0 {
			t.Errorf("the day before is forgotten: %+v", last)
		}
	})
}

func TestAlarmsOfRulesAndOfPeople(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seats = []Seat{seat("3027", "320106", "talking")}
		f.line = []wire.BoardWait{{Call: "c1", Region: "320106", Subject: "养老保险", Since: time.Now().Unix()}}
		g := f.watch("1001", "320106")
		far := f.watch("1002", "320500")
		f.pass(2*time.Minute + 5*time.Second)
		a, ok := g.alarms["wait/320106/养老保险"]
		if !ok || !a.Sound || a.Level != "error" || len(f.rang) != 2 { // the centre has one of its own
			t.Fatalf("%+v, rang %+v", g.alarms, f.rang)
		}
		f.Acknowledge(a.ID, "1001 周某", func(_ alarm.Alarm, ok bool) {
			if !ok {
				t.Error("not found")
			}
		})
		synctest.Wait()
		if g.alarms[a.ID].By != "1001 周某" {
			t.Errorf("%+v", g.alarms)
		}
		f.pass(3 * time.Minute)
		if now := g.alarms[a.ID]; now.By != "" || now.Text != "养老保险 最久等待超过 02:00" || now.From != f.line[0].Since || len(f.rang) != 3 {
			t.Errorf("twice as long: %+v, rang %+v", now, f.rang)
		}
		f.line = nil
		f.pass(alarm.Calm + 2*time.Second)
		if len(g.alarms) != 0 {
			t.Errorf("still %+v", g.alarms)
		}
		f.Call(alarm.Alarm{Code: alarm.CodeHelp, Seat: "3027", District: "320106", Level: alarm.LevelWarn, Text: "3027 王某请求帮助"})
		synctest.Wait()
		if g.seats["3027"].Help != alarm.CodeHelp || len(g.alarms) != 1 || len(far.alarms) != 0 {
			t.Errorf("%+v %+v, elsewhere %+v", g.seats["3027"], g.alarms, far.alarms)
		}
		if _, ok := f.Alarm(t.Context(), "help/3027"); !ok {
			t.Error("the alarm is not known")
		}
		f.Acknowledge("help/3027", "1001 周某", func(alarm.Alarm, bool) {})
		synctest.Wait()
		if g.seats["3027"].Help != "" || len(g.alarms) != 0 {
			t.Errorf("%+v %+v", g.seats["3027"], g.alarms)
		}
	})
}

// TestQueueAlarmsAreOfTheOwnDistrict: a lead has to see to the own callers; where others wait is others' business.
func TestQueueAlarmsAreOfTheOwnDistrict(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		wait := func(call, region string) wire.BoardWait {
			return wire.BoardWait{Call: call, Region: region, Subject: "养老保险", Since: time.Now().Unix()}
		}
		first := wait("c1", "南京")
		its, others, all := f.watch("1001", "320100"), f.watch("1002", "320500"), f.watch("1003", "")
		f.pass(100 * time.Second)
		f.line = []wire.BoardWait{first, wait("c2", "苏州")}
		f.pass(30 * time.Second)
		if len(others.alarms) != 0 {
			t.Errorf("whose caller has waited for 30 s sees %+v", others.alarms)
		}
		for g, id := range map[*glass]string{its: "wait/320100/养老保险", all: "wait/养老保险"} {
			if a := g.alarms[id]; len(g.alarms) != 1 || a.From != first.Since || a.Text != "养老保险 最久等待超过 02:00" {
				t.Errorf("%s sees %+v", g.id, g.alarms)
			}
		}
	})
}

// TestSilenceIsMissedWhereACallerMayBe: a seat on a break may be silent; one that
// has been ready for long has been silent only since its voice went.
func TestSilenceIsMissedWhereACallerMayBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		rest, ready := seat("3027", "320106", "break"), seat("3028", "320106", "ready")
		rest.NoVoice = true
		f.seats = []Seat{rest, ready}
		g := f.watch("1001", "320106")
		f.pass(time.Minute)
		ready.NoVoice = true
		f.seats = []Seat{rest, ready}
		f.pass(4 * time.Second)
		if len(f.rang) != 0 || g.seats["3027"].NoVoice || !g.seats["3028"].NoVoice {
			t.Fatalf("rang %+v, seats %+v", f.rang, g.seats)
		}
		f.pass(3 * time.Second)
		if len(f.rang) != 1 || f.rang[0].Alarm.Seat != "3028" || !strings.Contains(f.rang[0].Alarm.Says(f.rang[0].Alarm.Since), "现在 00:06") {
			t.Errorf("rang %+v", f.rang)
		}
	})
}

func TestOldLineFiguresAreNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seats = []Seat{seat("3027", "320106", "talking")}
		f.seats[0].MOS10, f.seats[0].LineAt = 42, time.Now()
		g := f.watch("1001", "")
		f.pass(2 * time.Second)
		if g.seats["3027"].MOS10 != 42 {
			t.Errorf("%+v", g.seats["3027"])
		}
		f.pass(LineFresh)
		if g.seats["3027"].MOS10 != 0 {
			t.Errorf("shown after %s: %+v", LineFresh, g.seats["3027"])
		}
	})
}

// BenchmarkTick is the board's second with 10,000 seats of which 300 change.
func BenchmarkTick(b *testing.B) {
	now := time.Now()
	var seats []Seat
	for i := range 10_000 {
		seats = append(seats, Seat{BoardSeat: wire.BoardSeat{
			No: fmt.Sprint(10_000 + i), Name: "王某", District: fmt.Sprint(320100 + i%60), Skills: "*/养老保险,320100/失业保险", State: "ready", Since: now.Unix(),
		}})
	}
	b10k := New(Config{
		Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }, Zone: time.UTC, Home: "320000", Rules: alarm.Defaults(),
		Look: func(l *Look) { l.Seats = append(l.Seats[:0], seats...) }, Alarmed: func([]alarm.Change) {},
	})
	var bytes, rows int
	var have uint64
	w := &watcher{send: func(d *wire.Board) {
		raw, err := json.Marshal(d)
		if err != nil {
			b.Fatal(err)
		}
		bytes, rows, have = bytes+len(raw), rows+len(d.Seats), d.Version
	}}
	b10k.watchers["1001"] = w
	for range 25 {
		b10k.tick()
		w.have, w.more = have, false
	}
	bytes, rows = 0, 0
	states := []string{"ready", "talking", "wrap_up", "hold"}
	n := 0
	for b.Loop() {
		now = now.Add(time.Second)
		for i := range 300 {
			s := &seats[(n*37+i*33)%len(seats)]
			s.State, s.Since = states[n%len(states)], now.Unix()
		}
		b10k.tick()
		w.have = have
		n++
	}
	b.ReportMetric(float64(bytes)/float64(n), "bytes/delta")
	b.ReportMetric(float64(rows)/float64(n), "rows/delta")
}

// TestGatewayThatDoesNotAnswer raises an alarm that everybody hears, and clears when it answers again.
func TestGatewayThatDoesNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.pass(time.Second)
		f.down = time.Now()
		f.pass(2 * time.Second)
		if len(f.rang) != 1 || f.rang[0].Alarm.Code != "trunk_down" || !f.rang[0].Alarm.Sound || f.rang[0].Alarm.District != "" {
			t.Fatalf("rang %+v", f.rang)
		}
		f.down = time.Time{}
		f.pass(alarm.Calm + 2*time.Second)
		if len(f.rang) != 2 || f.rang[1].Kind != alarm.Cleared {
			t.Errorf("rang %+v", f.rang)
		}
	})
}

// TestWaitOfEachQueue: a queue's wait follows from the seats that may take it, a district's from those that have its city.
func TestWaitOfEachQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.crews = []acd.Crew{
			{Skills: []acd.Skill{{Region: "南京", Subject: "养老保险", Level: 1}}, On: 2},
			{Skills: []acd.Skill{{Region: "苏州", Subject: acd.Any, Level: 1}}, On: 4, Free: 4},
		}
		for i, w := range []wire.BoardWait{{Region: "南京", Subject: "养老保险"}, {Region: "南京", Subject: "养老保险"}, {Region: "苏州", Subject: "工伤保险"}} {
			w.Call, w.Since = fmt.Sprint("c", i), time.Now().Unix()
			f.line = append(f.line, w)
		}
		city, other, all := f.watch("1001", "320100"), f.watch("1002", "320500"), f.watch("1003", "")
		f.pass(time.Second)
		wait := func(g *glass) string {
			var out []string
			for _, subject := range []string{"养老保险", "工伤保险"} {
				for _, d := range slices.Backward(g.got) {
					if i := slices.IndexFunc(d.Lines, func(l wire.BoardLine) bool { return l.Subject == subject }); i >= 0 {
						out = append(out, fmt.Sprint(d.Lines[i].EstimateS))
						break
					}
				}
			}
			return fmt.Sprint(g.sums.Now.EstimateS, out)
		}
		for g, want := range map[*glass]string{city: "90 [90]", other: "0 [0]", all: "90 [90 0]"} {
			if got := wait(g); got != want {
				t.Errorf("%s expects %s, want %s", g.id, got, want)
			}
		}
	})
}

// TestDistrictsAreNamed: people read places, not codes.
func TestDistrictsAreNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t)
		f.seats = []Seat{seat("3500", "320500", "lost")}
		g := f.watch("1001", "320500")
		f.Records(map[string]Records{"320500": {Overdue: 3, BoardFiled: wire.BoardFiled{Filed: 7, Passed: 1}}, "330100": {Overdue: 1, BoardFiled: wire.BoardFiled{Filed: 2, Passed: 2}}}, time.Now())
		f.First(map[string]wire.BoardFirst{"320500": {FirstDay: "2026-03-04", First: 3, FirstOf: 4}, "330100": {FirstDay: "2026-03-04", First: 1, FirstOf: 9}})
		f.pass(10 * time.Second)
		var texts []string
		for _, id := range slices.Sorted(maps.Keys(g.alarms)) {
			texts = append(texts, g.alarms[id].Text)
		}
		if all := strings.Join(texts, "；"); !strings.Contains(all, "苏州 的坐席有 100% 断线") || !strings.Contains(all, "苏州 有 3 张单逾期") || strings.Contains(all, "320500") {
			t.Errorf("alarms %s", all)
		}
		if want := (wire.BoardFirst{FirstDay: "2026-03-04", First: 3, FirstOf: 4}); g.sums.BoardFirst != want || g.sums.BoardFiled != (wire.BoardFiled{Filed: 7, Passed: 1}) {
			t.Errorf("settled in the first call in the own city: %+v, want %+v; filed %+v", g.sums.BoardFirst, want, g.sums.BoardFiled)
		}
	})
}
