package post

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
)

// road is a carrier that does what it is told, in order; then all is well.
type road struct {
	mu    sync.Mutex
	say   []error
	took  []string
	times []time.Time
	twice bool
}

func (r *road) Twice() bool { return r.twice }

func (r *road) Send(_ context.Context, p store.Post) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.took = append(r.took, p.Key)
	r.times = append(r.times, time.Now())
	if len(r.say) == 0 {
		return "r-" + p.Key, nil
	}
	err := r.say[0]
	r.say = r.say[1:]
	return "", err
}

func open(t *testing.T, dir string) *store.Store {
	t.Helper()
	db, err := sqlite.Open(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// inOffice runs a story in an office with simulated time.
func inOffice(t *testing.T, r *road, story func(o *Office, db *store.Store)) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db := open(t, dir)
		o := New(db.Posts, Config{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		o.Carry("sms", r)
		if err := o.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { o.Run(ctx) })
		story(o, db)
		cancel()
		wg.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
}

func order(key string) store.Post {
	return store.Post{Kind: "sms", Key: key, District: "320100", Agent: "8001"}
}

func put(t *testing.T, o *Office, key string) store.Post {
	t.Helper()
	p, err := o.Put(context.Background(), order(key))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
	return p
}

func state(t *testing.T, db *store.Store, key string) store.Post {
	t.Helper()
	p, err := db.Posts.ByKey(context.Background(), "sms", store.PostOut, key)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheSameOrderGoesOutOnce(t *testing.T) {
	r := &road{}
	inOffice(t, r, func(o *Office, db *store.Store) {
		a, b := put(t, o, "k"), put(t, o, "k")
		if a.ID != b.ID || len(r.took) != 1 {
			t.Errorf("went out %v", r.took)
		}
		if p := state(t, db, "k"); p.State != store.PostSent || p.Receipt != "r-k" || p.Attempts != 1 {
			t.Errorf("%+v", p)
		}
		if err := o.Settle(context.Background(), "sms", "r-k", store.PostDone); err != nil {
			t.Error(err)
		}
		if p := state(t, db, "k"); p.State != store.PostDone {
			t.Errorf("%+v", p)
		}
	})
}

// mute are posts whose keeping is never answered.
type mute struct{ store.Posts }

func (m mute) Create(ctx context.Context, p store.Post) (store.Post, error) {
	if _, err := m.Posts.Create(ctx, p); err != nil {
		return p, err
	}
	return p, store.ErrUnavailable
}

// TestALostAnswerIsNoRefusal: who was told that nothing goes out would order it again, under a key of its own.
func TestALostAnswerIsNoRefusal(t *testing.T) {
	inOffice(t, &road{}, func(_ *Office, db *store.Store) {
		o := New(mute{db.Posts}, Config{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if p := put(t, o, "k"); p.ID != state(t, db, "k").ID {
			t.Errorf("taken as %+v", p)
		}
	})
}

func TestTriesAgainWithGrowingPauses(t *testing.T) {
	away := errors.New("away")
	r := &road{say: []error{away, away, away}}
	inOffice(t, r, func(o *Office, db *store.Store) {
		begun := time.Now()
		put(t, o, "k")
		put(t, o, "other") // does not wait behind it
		<-time.After(70 * time.Second)
		synctest.Wait()
		var at []time.Duration
		for _, t := range r.times {
			at = append(at, t.Sub(begun))
		}
		if want := []time.Duration{0, 0, 10 * time.Second, 10 * time.Second, 30 * time.Second}; !slices.Equal(at, want) {
			t.Errorf("tried at %v", at)
		}
		if p := state(t, db, "k"); p.State != store.PostSent {
			t.Errorf("%+v", p)
		}
		if p := state(t, db, "other"); p.State != store.PostSent {
			t.Errorf("%+v", p)
		}
	})
}

func TestRefusedUnsureAndGivenUp(t *testing.T) {
	r := &road{say: []error{&RefusedError{"no such number"}, &UnsureError{"no answer"}}}
	inOffice(t, r, func(o *Office, db *store.Store) {
		put(t, o, "refused")
		put(t, o, "unsure")
		for range 500 {
			r.say = append(r.say, errors.New("away"))
		}
		put(t, o, "late")
		<-time.After(80 * time.Hour)
		synctest.Wait()
		for key, want := range map[string]string{"refused": store.PostFailed, "unsure": store.PostUnknown, "late": store.PostFailed} {
			if p := state(t, db, key); p.State != want {
				t.Errorf("%s is %s after %d attempts", key, p.State, p.Attempts)
			}
		}
	})
}

// TestAfterACrash: what was on its way is asked again only where that is harmless.
func TestAfterACrash(t *testing.T) {
	for _, twice := range []bool{true, false} {
		dir := t.TempDir()
		db := open(t, dir)
		p := order("k")
		p.ID, p.Direction, p.State, p.Created, p.Next = store.NewID(time.Now()), store.PostOut, store.PostSending, time.Now(), time.Now()
		if _, err := db.Posts.Create(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		o := New(db.Posts, Config{Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		o.Carry("sms", &road{twice: twice})
		if err := o.Recover(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := map[bool]string{true: store.PostQueued, false: store.PostUnknown}[twice]
		if p := state(t, db, "k"); p.State != want {
			t.Errorf("twice %v: %s", twice, p.State)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}
