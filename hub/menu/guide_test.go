package menu

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/store"
)

var (
	workday = time.Date(2026, 10, 12, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	evening = workday.Add(12 * time.Hour)
)

// press is a key some time after the call begins.
type press struct {
	after time.Duration
	key   byte
}

// caller is an Ear whose prompts sound for a second each and whose sound names itself.
type caller struct {
	mu     sync.Mutex
	keys   chan byte
	heard  []string
	cut    int
	speaks time.Duration // how long the caller speaks when recorded
}

func (c *caller) Play(ctx context.Context, alaw []byte) error {
	names := strings.Split(strings.TrimSuffix(string(alaw), ";"), ";")
	timer := time.NewTimer(time.Duration(len(names)) * time.Second)
	defer timer.Stop()
	var err error
	select {
	case <-timer.C:
	case <-ctx.Done():
		err = ctx.Err()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = append(c.heard, names...)
	if err != nil {
		c.cut++
	}
	return err
}

func (c *caller) Keys() <-chan byte { return c.keys }

func (c *caller) Record(ctx context.Context) (Message, error) {
	began := time.Now()
	<-ctx.Done()
	took := time.Since(began)
	return Message{Recording: "r1", Length: took, Voiced: min(took, c.speaks)}, nil
}

// notes collects what a visit reports.
type notes struct {
	mu         sync.Mutex
	disclaimed string
	at         time.Duration
	marks      []string
	graded     store.Rating
	served     []string
	refuses    bool // to keep a message
}

// scene is one call under simulated time.
type scene struct {
	guide  *Guide
	caller *caller
	notes  *notes
	visit  Visit
	log    *bytes.Buffer
}

// named makes prompts whose sound is their own name.
func named(s *Script) *Prompts {
	p := NewPrompts(s, "", slog.New(slog.DiscardHandler))
	for clip := range p.clips {
		p.clips[clip] = []byte(clip + ";")
	}
	return p
}

func newScene(t *testing.T, at time.Time, services map[string]Service, presses ...press) *scene {
	t.Helper()
	script, err := Load(Options{})
	if err != nil {
		t.Fatal(err)
	}
	log := &bytes.Buffer{}
	sc := &scene{
		guide:  NewGuide(script, named(script), services, slog.New(slog.NewTextHandler(log, nil))),
		caller: &caller{keys: make(chan byte, 32), speaks: time.Hour}, notes: &notes{}, log: log,
	}
	began := time.Now()
	sc.visit = Visit{
		Call: "c1", Number: "13900000042", Now: func() time.Time { return at.Add(time.Since(began)) },
		Disclaimed: func(version string) {
			sc.notes.mu.Lock()
			defer sc.notes.mu.Unlock()
			sc.notes.disclaimed, sc.notes.at = version, time.Since(began)
		},
		Served: func(what string) { sc.notes.served = append(sc.notes.served, what) },
		Mark:   func(kind, text string) { sc.notes.marks = append(sc.notes.marks, kind+" "+text) },
		Keep: func(recording string, length time.Duration) bool {
			sc.caller.heard = append(sc.caller.heard, "("+recording+")")
			return !sc.notes.refuses
		},
		Graded: func(g store.Rating) { sc.notes.graded = g },
	}
	ctx := t.Context()
	go func() { // one goroutine, so that keys of the same moment keep their order
		for _, p := range presses {
			select {
			case <-time.After(p.after - time.Since(began)):
				sc.caller.keys <- p.key
			case <-ctx.Done():
				return
			}
		}
	}()
	return sc
}

func TestWelcome(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		at      time.Time
		number  string
		presses []press
		want    Route
	}{
		{"keys in the opening are used after it", workday, "13900000042", []press{{time.Second, '1'}, {2 * time.Second, '0'}, {2 * time.Second, '4'}},
			Route{To: WishQueue, Region: "省本级", RegionBy: "menu", Subject: "劳动关系", Keys: []string{"1 省本级", "0 人工服务", "4 劳动关系"}}},
		{"0 at once", workday, "13900000042", []press{{time.Second, '0'}}, Route{To: WishQueue, Keys: []string{"0 人工服务"}}},
		{"a city's landline", workday, "02584000042", []press{{time.Second, '1'}, {2 * time.Second, '0'}, {2 * time.Second, '1'}},
			Route{To: WishQueue, Region: "南京", RegionBy: "number", Place: "南京", Subject: "养老保险", Keys: []string{"1 确认地区", "0 人工服务", "1 养老保险"}}},
		{"the caller's choice wins", workday, "02584000042", []press{{time.Second, '2'}, {2 * time.Second, '0'}, {3 * time.Second, '5'}, {3 * time.Second, '1'}, {3 * time.Second, '2'}, {6 * time.Second, '0'}, {7 * time.Second, '0'}},
			Route{To: WishQueue, Region: "苏州", RegionBy: "menu", Place: "南京", Keys: []string{"2 其他地区", "0512 苏州", "0 人工服务", "0 人工服务"}}},
		{"a rotary telephone", workday, "", nil, Route{To: WishQueue, Keys: []string{}}},
		{"at night", evening, "", []press{{time.Second, '1'}, {2 * time.Second, '4'}}, Route{To: WishVoicemail, Region: "省本级", RegionBy: "menu", Keys: []string{"1 省本级", "4 留言"}}},
		{"silence at night", evening, "", nil, Route{To: WishVoicemail, Keys: []string{}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sc := newScene(t, tt.at, nil, tt.presses...)
				sc.visit.Number = tt.number
				got := sc.guide.Welcome(t.Context(), sc.caller, sc.visit)
				if got.To != tt.want.To || got.Region != tt.want.Region || got.RegionBy != tt.want.RegionBy || got.Subject != tt.want.Subject ||
					got.Place != tt.want.Place || !slices.Equal(got.Keys, tt.want.Keys) || got.Why != tt.want.Why {
					t.Errorf("got  %+v\nwant %+v\nheard %v", got, tt.want, sc.caller.heard)
				}
				if !slices.Equal(sc.caller.heard[:3], []string{"welcome", "disclaimer", "anti_fraud"}) {
					t.Errorf("opening %v", sc.caller.heard)
				}
				if sc.notes.disclaimed != sc.guide.script.Version() || sc.notes.at != 2*time.Second {
					t.Errorf("disclaimer %q at %v", sc.notes.disclaimed, sc.notes.at)
				}
			})
		})
	}
}

func TestNothingWithoutBackEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, workday, nil, press{time.Second, '1'})
		sc.guide.Welcome(t.Context(), sc.caller, sc.visit)
		for _, absent := range []string{"root_1", "root_2", "root_3", "root_5", "root_night"} {
			if slices.Contains(sc.caller.heard, absent) {
				t.Errorf("%s was announced", absent)
			}
		}
		if !slices.Contains(sc.caller.heard, "root_0") || !slices.Contains(sc.caller.heard, "root_4") {
			t.Errorf("heard %v", sc.caller.heard)
		}
	})
}

// TestSecretDigits: an identity number and a password reach the back end and nothing else.
func TestSecretDigits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var presses []press
		for i, k := range []byte("11" + "11010119900101000*" + "#" + "246802" + "#") {
			presses = append(presses, press{4*time.Second + time.Duration(i)*time.Millisecond, k})
		}
		asked := map[string]string{}
		service := func(name string) Service {
			return func(_ context.Context, _, digits string) (Answer, error) {
				asked[name] = digits
				return Answer{Route: "ok"}, nil
			}
		}
		sc := newScene(t, workday, map[string]Service{"account.id": service("id"), "account.read": service("read")}, presses...)
		got := sc.guide.Welcome(t.Context(), sc.caller, sc.visit)
		if asked["id"] != "11010119900101000X" || asked["read"] != "246802" {
			t.Errorf("asked %v", asked)
		}
		if all := strings.Join(append(sc.notes.marks, got.Keys...), " ") + sc.log.String(); strings.Contains(all, "1990") || strings.Contains(all, "2468") {
			t.Errorf("secret digits in %s", all)
		}
		if len(sc.notes.served) != 2 {
			t.Errorf("served %v", sc.notes.served)
		}
	})
}

func TestBrokenBackEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		broken := func(context.Context, string, string) (Answer, error) { return Answer{}, errors.New("no connection") }
		sc := newScene(t, workday, map[string]Service{"hot": broken}, press{time.Second, '1'}, press{time.Second, '2'})
		got := sc.guide.Welcome(t.Context(), sc.caller, sc.visit)
		if got.To != WishQueue || !slices.Contains(sc.caller.heard, "sys_busy") || !strings.Contains(sc.log.String(), "no connection") {
			t.Errorf("%+v, heard %v, log %s", got, sc.caller.heard, sc.log)
		}
	})
}

func TestDirect(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, workday, nil)
		sc.guide.script.Mode = ModeDirect
		sc.visit.Number = "051200000042"
		got := sc.guide.Welcome(t.Context(), sc.caller, sc.visit)
		if got.To != WishQueue || got.Region != "苏州" || got.RegionBy != "number" || len(sc.caller.heard) != 3 {
			t.Errorf("%+v, heard %v", got, sc.caller.heard)
		}
	})
}

func TestHangUpInTheOpening(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, workday, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 1500*time.Millisecond)
		defer cancel()
		if got := sc.guide.Welcome(ctx, sc.caller, sc.visit); got.To != WishNone || sc.notes.disclaimed != "" {
			t.Errorf("%+v, disclaimed %q", got, sc.notes.disclaimed)
		}
	})
}

func TestMissingCalendar(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, time.Date(2027, 1, 4, 9, 0, 0, 0, workday.Location()), nil, press{time.Second, '0'}, press{20 * time.Second, '0'})
		for range 2 {
			if got := sc.guide.Welcome(t.Context(), sc.caller, sc.visit); got.To != WishQueue {
				t.Errorf("a Monday without a calendar: %+v", got)
			}
		}
		if n := strings.Count(sc.log.String(), "没有今年的工作日历"); n != 1 {
			t.Errorf("told %d times", n)
		}
		if !strings.Contains(strings.Join(sc.notes.marks, " "), "没有2027年的工作日历") {
			t.Errorf("marks %v", sc.notes.marks)
		}
	})
}

func TestWait(t *testing.T) {
	t.Parallel()
	known := func(ahead ...int) func(context.Context) Place {
		i := -1
		return func(context.Context) Place {
			i = min(i+1, len(ahead)-1)
			return Place{Ahead: ahead[i], Estimate: 90 * time.Second, Known: true}
		}
	}
	tests := []struct {
		name    string
		place   func(context.Context) Place
		presses []press
		want    Wish
		heard   string
	}{
		{"message", known(3), []press{{30 * time.Second, '4'}}, WishVoicemail, "queue_start.1 word-3 queue_start.2 word-2 queue_start.3"},
		{"call-back while it is said", known(12), []press{{time.Second, '7'}}, WishCallback, "queue_start.1 word-10 word-2 queue_start.2 word-2 queue_start.3"},
		{"next", known(1, 0), []press{{100 * time.Second, '4'}}, WishVoicemail, "queue_start.1 word-1 queue_start.2 word-2 queue_start.3 queue_next wait_4 wait_7 queue_wait wait_4 wait_7"},
		{"nobody on duty", func(context.Context) Place { return Place{} }, nil, WishVoicemail, "queue_many no_agent"},
		{"answered", known(0), nil, WishNone, "queue_next queue_wait wait_4 wait_7 queue_wait wait_4 wait_7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sc := newScene(t, workday, nil, tt.presses...)
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
				defer cancel()
				got := sc.guide.Wait(ctx, sc.caller, sc.visit, tt.place)
				if heard := strings.Join(sc.caller.heard, " "); got != tt.want || heard != tt.heard {
					t.Errorf("%q, heard %q, want %q", got, heard, tt.heard)
				}
			})
		})
	}
}

func TestRating(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		presses []press
		want    store.Rating
		heard   string
	}{
		{"good while it is asked", []press{{time.Millisecond, '1'}}, store.RatingGood, "rating"},
		{"fair", []press{{3 * time.Second, '2'}}, store.RatingFair, "rating"},
		{"unhappy, with a reason", []press{{3 * time.Second, '3'}, {10 * time.Second, '#'}}, store.RatingUnhappy, "rating rating_why"},
		{"another key, then good", []press{{3 * time.Second, '8'}, {6 * time.Second, '1'}}, store.RatingGood, "rating rating"},
		{"no answer", nil, store.RatingNoAnswer, "rating rating"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sc := newScene(t, workday, nil, tt.presses...)
				sc.caller.keys <- '1' // pressed in the conversation
				got := sc.guide.Rating(t.Context(), sc.caller, sc.visit)
				if heard := strings.Join(sc.caller.heard, " "); got != tt.want || heard != tt.heard {
					t.Errorf("%q, heard %q", got, heard)
				}
				if g := sc.notes.graded; g != tt.want && tt.want != store.RatingNoAnswer {
					t.Errorf("taken down as %q", g)
				}
				if asked := slices.Contains(sc.notes.marks, "rating_why r1"); asked != (tt.want == store.RatingUnhappy) {
					t.Errorf("marks %v", sc.notes.marks)
				}
			})
		})
	}
}

// TestGradeIsGivenAtTheKey: who is asked why may hang up, as the prompt says, and has given the grade all the same.
func TestGradeIsGivenAtTheKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sc := newScene(t, workday, nil, press{time.Second, '3'})
		ctx, hangUp := context.WithTimeout(t.Context(), 3*time.Second)
		defer hangUp()
		given := make(chan time.Duration, 1)
		began := time.Now()
		sc.visit.Graded = func(g store.Rating) {
			if g == store.RatingUnhappy {
				given <- time.Since(began)
			}
		}
		sc.guide.Rating(ctx, sc.caller, sc.visit)
		if at := <-given; at != time.Second {
			t.Errorf("given after %s", at)
		}
	})
}

func TestMessage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		presses []press
		speaks  time.Duration
		limit   time.Duration
		want    time.Duration
		heard   string
	}{
		{"ended with #", []press{{12 * time.Second, '#'}}, time.Hour, time.Hour, 10 * time.Second, "vm_start beep (r1) vm_done"},
		{"not kept", []press{{12 * time.Second, '#'}}, time.Hour, time.Hour, 10 * time.Second, "vm_start beep (r1) sys_busy"},
		{"filled and kept", nil, time.Hour, time.Hour, 180 * time.Second, "vm_start beep vm_long (r1) vm_done"},
		{"filled and recorded anew", []press{{183 * time.Second, '2'}, {195 * time.Second, '#'}}, time.Hour, time.Hour, 10 * time.Second, "vm_start beep vm_long vm_start beep (r1) vm_done"},
		{"silent", []press{{12 * time.Second, '#'}, {24 * time.Second, '#'}, {36 * time.Second, '#'}}, 0, time.Hour, 0, "vm_start beep vm_empty vm_start beep vm_empty vm_start beep vm_empty"},
		{"hung up after speaking", nil, time.Hour, 22 * time.Second, 20 * time.Second, "vm_start beep"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sc := newScene(t, workday, nil, tt.presses...)
				sc.caller.speaks, sc.notes.refuses = tt.speaks, tt.name == "not kept"
				ctx, cancel := context.WithTimeout(t.Context(), tt.limit)
				defer cancel()
				got := sc.guide.Message(ctx, sc.caller, sc.visit)
				if heard := strings.Join(sc.caller.heard, " "); got.Length.Round(time.Second) != tt.want || heard != tt.heard {
					t.Errorf("%v, heard %q", got.Length, heard)
				}
			})
		})
	}
}

func TestCallback(t *testing.T) {
	t.Parallel()
	typed := func(from time.Duration, keys string) []press {
		var out []press
		for i, k := range []byte(keys) {
			out = append(out, press{from + time.Duration(i)*time.Millisecond, k})
		}
		return out
	}
	for _, tt := range []struct {
		name    string
		number  string
		presses []press
		want    string
	}{
		{"own number", "13900000042", typed(time.Second, "#"), ""},
		{"another", "13900000042", typed(time.Second, "13900000043#1"), "13900000043"},
		{"without #", "", typed(time.Second, "84000042"), "84000042"},
		{"typed again", "", append(typed(time.Second, "84000041#2"), typed(3*time.Second, "84000042#1")...), "84000042"},
		{"begun again", "", typed(time.Second, "99*84000042#1"), "84000042"},
		{"not a number", "", append(typed(time.Second, "123#"), typed(5*time.Second, "13900000044#1")...), "13900000044"},
		{"withheld and silent", "", nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sc := newScene(t, workday, nil, tt.presses...)
				sc.visit.Number = tt.number
				if got := sc.guide.Callback(t.Context(), sc.caller, sc.visit); got != tt.want {
					t.Errorf("%q, want %q, heard %v", got, tt.want, sc.caller.heard)
				}
				if offered := slices.Contains(sc.caller.heard, "callback_own"); offered && tt.number == "" {
					t.Error("a withheld number was offered to be used")
				}
			})
		})
	}
}
