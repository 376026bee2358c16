package hub

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"zuoxi/hub/store"
)

// ticketLife is how long a seat may return without its password: a long shift.
const ticketLife = 14 * time.Hour

// ticketUse names the key of the tickets in the key file.
const ticketUse = "resume"

// tickets make the tokens that seats return with. A token speaks for itself,
// so that a hub which was killed knows its seats again without hashing ten
// thousand passwords: it holds session number, end, 128 random bits and a keyed
// hash that also covers agent, device and password. What a token cannot tell,
// that its session is over, is kept in the store.
type tickets struct {
	key      []byte
	settings store.Settings
	now      func() time.Time
	log      *slog.Logger
	wake     chan struct{} // size 1; full: run looks anyway

	since int64 // tokens that were made by then, unix seconds, are over

	mu    sync.Mutex
	floor map[string]store.Setting // by agent: sessions up to this number are over
	owed  map[string]*ending       // by agent: what of it is not on the disk yet
}

type ending struct {
	district string
	kept     chan struct{} // closed once it is on the disk
}

const (
	endPrefix = "session.end/"
	endAll    = "session.end" // of everybody's
	bodySize  = 8 + 8 + 16
)

// bearer is whom a ticket is made for.
type bearer struct{ agent, device, password string }

func bearerOf(a store.Agent, c deskLink) bearer { return bearer{a.No, c.Device(), a.Password} }

func openTickets(ctx context.Context, settings store.Settings, key []byte, now func() time.Time, log *slog.Logger) (*tickets, error) {
	t := &tickets{key: key, settings: settings, now: now, log: log, wake: make(chan struct{}, 1),
		floor: map[string]store.Setting{}, owed: map[string]*ending{}}
	all, err := settings.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the ends of sessions: %w", err)
	}
	for _, s := range all {
		if no, ok := strings.CutPrefix(s.Key, endPrefix); ok {
			t.floor[no] = s
		}
		if s.Key == endAll {
			t.since, _ = strconv.ParseInt(s.Value, 10, 64)
		}
	}
	return t, nil
}

// endAllSessions makes every token that was made by now useless, for a hub that is not running.
func endAllSessions(ctx context.Context, settings store.Settings, now time.Time) error {
	s, err := settings.Get(ctx, endAll)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("ending all sessions: %w", err)
	}
	s.Key, s.Value, s.Updated = endAll, strconv.FormatInt(now.Unix(), 10), now
	if _, err := settings.Put(ctx, s); err != nil {
		return fmt.Errorf("ending all sessions: %w", err)
	}
	return nil
}

// make gives the token of a session.
func (t *tickets) make(number uint64, b bearer) string {
	body := make([]byte, bodySize, bodySize+sha256.Size)
	binary.BigEndian.PutUint64(body, number)
	binary.BigEndian.PutUint64(body[8:], uint64(t.now().Add(ticketLife).Unix()))
	_, _ = rand.Read(body[16:]) // never fails: crypto/rand ends the process instead
	return base64.RawURLEncoding.EncodeToString(append(body, t.mac(body, b)...))
}

// read tells which session a token was made for; 0 when it was not made here
// for this bearer, has ended or is too old.
func (t *tickets) read(token string, b bearer) uint64 {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != bodySize+sha256.Size || subtle.ConstantTimeCompare(raw[bodySize:], t.mac(raw[:bodySize], b)) != 1 {
		return 0
	}
	number, until := binary.BigEndian.Uint64(raw), int64(binary.BigEndian.Uint64(raw[8:]))
	t.mu.Lock()
	over, _ := strconv.ParseUint(t.floor[b.agent].Value, 10, 64)
	t.mu.Unlock()
	made := until - int64(ticketLife/time.Second)
	if t.now().Unix() > until || made <= t.since || number <= over {
		return 0
	}
	return number
}

func (t *tickets) mac(body []byte, b bearer) []byte {
	m := hmac.New(sha256.New, t.key)
	for _, part := range []string{string(body), b.agent, b.device, b.password} {
		var n [8]byte
		binary.BigEndian.PutUint64(n[:], uint64(len(part)))
		m.Write(n[:])
		m.Write([]byte(part))
	}
	return m.Sum(nil)
}

// end makes the tokens of an agent's sessions up to number useless: in memory at
// once, so that kept is for who must not say so before a killed hub knows it too.
func (t *tickets) end(agent, district string, number uint64) (kept <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, e := t.floor[agent], t.owed[agent]
	over, _ := strconv.ParseUint(s.Value, 10, 64)
	if e == nil {
		e = &ending{kept: make(chan struct{})}
		if over >= number {
			close(e.kept)
			return e.kept
		}
	}
	s.Value, e.district = strconv.FormatUint(max(over, number), 10), district
	t.floor[agent], t.owed[agent] = s, e
	select {
	case t.wake <- struct{}{}:
	default:
	}
	return e.kept
}

// keepLimit bounds one write, and keepPause is how long a disk that refused one is left alone.
const (
	keepLimit = 10 * time.Second
	keepPause = time.Second
)

// run keeps what has ended until ctx is over, and then tries once more.
func (t *tickets) run(ctx context.Context) {
	for {
		var again <-chan time.Time
		if err := t.keepOwed(); err != nil {
			t.log.Error("keeping the ends of sessions", "err", err)
			again = time.After(keepPause)
		}
		select {
		case <-t.wake:
		case <-again:
		case <-ctx.Done():
			if err := t.keepOwed(); err != nil {
				t.log.Error("ends of sessions are lost", "err", err)
			}
			return
		}
	}
}

// errHangs tells of a disk that does not answer: whoever is next would wait for as long, and the hub's stop for all of them.
var errHangs = errors.New("the disk hangs")

// keepOwed writes what is not on the disk yet; err is the first fault of any.
func (t *tickets) keepOwed() (err error) {
	t.mu.Lock()
	agents := slices.Collect(maps.Keys(t.owed))
	t.mu.Unlock()
	for _, agent := range agents {
		e := t.keep(agent)
		if e != nil && err == nil {
			err = fmt.Errorf("of agent %s: %w", agent, e)
		}
		if errors.Is(e, errHangs) {
			break
		}
	}
	return err
}

func (t *tickets) keep(agent string) error {
	ctx, cancel := context.WithTimeout(context.Background(), keepLimit)
	defer cancel()
	t.mu.Lock()
	s, e := t.floor[agent], t.owed[agent]
	s.Key, s.District, s.Updated = endPrefix+agent, e.district, t.now()
	t.mu.Unlock()
	kept, err := t.settings.Put(ctx, s)
	if errors.Is(err, store.ErrConflict) { // an earlier write was kept, and its answer lost
		if kept, err = t.settings.Get(ctx, s.Key); err == nil {
			s.Version = kept.Version
			kept, err = t.settings.Put(ctx, s)
		}
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return errors.Join(errHangs, err)
	case err != nil:
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.floor[agent]
	now.Version = kept.Version
	t.floor[agent] = now
	if now.Value == s.Value {
		delete(t.owed, agent)
		close(e.kept)
	}
	return nil
}
