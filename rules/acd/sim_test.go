package acd

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// scenario is a queue whose figures are known from theory (Erlang C, Erlang A, two priority classes), with the standard
// errors that a run of 400 000 calls has.
type scenario struct {
	name     string
	rate     float64 // arrivals per second
	seats    int
	patience float64 // mean seconds, 0: nobody gives up
	urgent   float64 // share of calls with priority
	want     map[string]float64
	se       map[string]float64
}

const handling = 210.0

var scenarios = []scenario{
	{"H60", 0.234716796875, 60, 0, 0,
		map[string]float64{"p_wait": 0.0951529, "wait": 1.8658357, "served20": 0.9656866},
		map[string]float64{"p_wait": 0.00468, "wait": 0.1212, "served20": 0.00246}},
	{"H60a", 0.234716796875, 60, 217, 0,
		map[string]float64{"p_wait": 0.0765914, "p_lost": 0.0044570, "wait": 0.9671729, "served20": 0.9802360},
		map[string]float64{"p_wait": 0.00346, "p_lost": 0.000303, "wait": 0.0614, "served20": 0.00156}},
	{"G240", 1.0887096774193548, 240, 0, 0,
		map[string]float64{"p_wait": 0.3495357, "wait": 6.4552544, "served20": 0.8816488},
		map[string]float64{"p_wait": 0.0209, "wait": 1.0397, "served20": 0.01853}},
	{"G240a", 1.0887096774193548, 240, 217, 0,
		map[string]float64{"p_wait": 0.2360556, "p_lost": 0.0086769, "wait": 1.8828781, "served20": 0.9767059},
		map[string]float64{"p_wait": 0.0113, "p_lost": 0.00066, "wait": 0.1374, "served20": 0.00336}},
	{"G229x", 1.5853494623655915, 229, 217, 0,
		map[string]float64{"p_lost": 0.3121541, "wait": 67.7374311},
		map[string]float64{"p_lost": 0.00121, "wait": 0.3748}},
	{"P55", 0.234716796875, 55, 0, 0.2,
		map[string]float64{"wait_urgent": 1.5213572, "wait_others": 14.6554073},
		map[string]float64{"wait_urgent": 0.04786, "wait_others": 1.0606}},
}

const (
	fullCalls = 400_000
	batches   = 20
)

// TestAgainstTheory runs the distributor in simulated time and holds it against theory within four standard errors of
// the batch means. ZUOXI_ACD_CALLS sets the number of calls; with fewer the bound of the error widens as it must.
func TestAgainstTheory(t *testing.T) {
	t.Parallel()
	calls := simCalls
	if n, err := strconv.Atoi(os.Getenv("ZUOXI_ACD_CALLS")); err == nil && n >= batches {
		calls = n
	}
	for i, sc := range scenarios {
		t.Run(sc.name, func(t *testing.T) {
			t.Parallel()
			got := simulate(sc, calls, uint64(i)+1)
			for name, want := range sc.want {
				mean, se := batchMeans(got[name])
				bound := 2 * sc.se[name] * math.Sqrt(fullCalls/float64(calls)) * slack(calls)
				t.Logf("%s: %.5f ± %.5f, theory %.5f, bound of the error %.5f", name, mean, se, want, bound)
				if math.Abs(mean-want) > 4*se {
					t.Errorf("%s = %.5f, theory %.5f, standard error %.5f", name, mean, want, se)
				}
				if se > bound {
					t.Errorf("%s: standard error %.5f is above %.5f: the run says nothing", name, se, bound)
				}
			}
		})
	}
}

// slack widens the bound of short runs: with few calls in a batch the standard error itself is a rough guess.
func slack(calls int) float64 {
	if calls < fullCalls {
		return 1.5
	}
	return 1
}

// batchMeans returns the mean of the batches and its standard error.
func batchMeans(samples []sample) (mean, se float64) {
	var means []float64
	for b := range batches {
		part := samples[b*len(samples)/batches : (b+1)*len(samples)/batches]
		sum, n := 0.0, 0.0
		for _, s := range part {
			if s.counts {
				sum, n = sum+s.value, n+1
			}
		}
		means = append(means, sum/n)
	}
	for _, m := range means {
		mean += m / batches
	}
	for _, m := range means {
		se += (m - mean) * (m - mean)
	}
	return mean, math.Sqrt(se / (batches - 1) / batches)
}

// sample is what one call adds to a figure, in order of arrival.
type sample struct {
	value  float64
	counts bool
}

type simEvent struct {
	at   float64
	kind byte // 'a' arrival, 'e' end of a call at seat n, 'g' call n gives up
	n    int
}

type agenda []simEvent

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at < a[j].at }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(simEvent)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

type simulation struct {
	sc      scenario
	rng     *rand.Rand
	todo    agenda
	seats   []Seat
	waiting []Waiting
	set     Settings
	arrived []float64 // arrival time of each call
	urgent  []bool
	waited  []float64
	lost    []bool
}

func simulate(sc scenario, calls int, seed uint64) map[string][]sample {
	s := &simulation{sc: sc, rng: rand.New(rand.NewPCG(12333, seed)), set: DefaultSettings()}
	for i := range sc.seats {
		s.seats = append(s.seats, Seat{ID: strconv.Itoa(i), Certified: true, Ready: true, Media: true, IdleSince: t0, Skills: []Skill{{Any, Any, 1}}})
	}
	warm := calls / 10
	total := warm + calls
	heap.Push(&s.todo, simEvent{s.exp(1 / sc.rate), 'a', 0})
	for len(s.todo) > 0 {
		e := heap.Pop(&s.todo).(simEvent)
		s.handle(e, total)
	}
	return s.figures(warm)
}

func (s *simulation) exp(mean float64) float64 { return s.rng.ExpFloat64() * mean }

func (s *simulation) clock(at float64) time.Time {
	return t0.Add(time.Duration(at * float64(time.Second)))
}

func (s *simulation) handle(e simEvent, total int) {
	switch e.kind {
	case 'a':
		s.arrive(e)
		if e.n+1 < total {
			heap.Push(&s.todo, simEvent{e.at + s.exp(1/s.sc.rate), 'a', e.n + 1})
		}
	case 'e':
		s.seats[e.n].Ready, s.seats[e.n].IdleSince = true, s.clock(e.at)
	case 'g':
		i := slices.IndexFunc(s.waiting, func(w Waiting) bool { return w.ID == strconv.Itoa(e.n) })
		if i < 0 {
			return
		}
		s.waiting = slices.Delete(s.waiting, i, i+1)
		s.waited[e.n], s.lost[e.n] = e.at-s.arrived[e.n], true
		return
	}
	for _, d := range Decide(s.clock(e.at), s.waiting, s.seats, s.set) {
		s.serve(e.at, d)
	}
}

func (s *simulation) arrive(e simEvent) {
	urgent := s.rng.Float64() < s.sc.urgent
	w := Waiting{ID: strconv.Itoa(e.n), Entered: s.clock(e.at)}
	if urgent {
		w.Priority = 1
	}
	s.arrived, s.urgent = append(s.arrived, e.at), append(s.urgent, urgent)
	s.waited, s.lost = append(s.waited, 0), append(s.lost, false)
	i, _ := slices.BinarySearchFunc(s.waiting, w, before)
	s.waiting = slices.Insert(s.waiting, i, w)
	if s.sc.patience > 0 {
		heap.Push(&s.todo, simEvent{e.at + s.exp(s.sc.patience), 'g', e.n})
	}
}

func (s *simulation) serve(at float64, d Decision) {
	n, _ := strconv.Atoi(d.Call)
	seat, _ := strconv.Atoi(d.Seat)
	s.waiting = slices.DeleteFunc(s.waiting, func(w Waiting) bool { return w.ID == d.Call })
	s.seats[seat].Ready = false
	s.waited[n] = at - s.arrived[n]
	heap.Push(&s.todo, simEvent{at + s.exp(handling), 'e', seat})
}

func (s *simulation) figures(warm int) map[string][]sample {
	out := map[string][]sample{}
	flag := func(b bool) float64 {
		if b {
			return 1
		}
		return 0
	}
	for n := warm; n < len(s.arrived); n++ {
		add := func(name string, v float64, counts bool) { out[name] = append(out[name], sample{v, counts}) }
		add("p_wait", flag(s.waited[n] > 0), true)
		add("p_lost", flag(s.lost[n]), true)
		add("wait", s.waited[n], true)
		add("served20", flag(!s.lost[n] && s.waited[n] <= 20), true)
		add("wait_urgent", s.waited[n], s.urgent[n])
		add("wait_others", s.waited[n], !s.urgent[n])
	}
	return out
}

func BenchmarkDecide(b *testing.B) {
	var seats []Seat
	for i := range 1000 {
		seats = append(seats, Seat{ID: strconv.Itoa(i), Certified: true, Ready: i%50 == 0, Media: true, IdleSince: at(i), Skills: []Skill{{"杭州", "养老保险", i%5 + 1}, {"宁波", Any, 2}}})
	}
	var waiting []Waiting
	for i := range 300 {
		waiting = append(waiting, call(strconv.Itoa(i), i))
	}
	for b.Loop() {
		Decide(at(310), waiting, seats, DefaultSettings())
	}
}
