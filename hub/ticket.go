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
	key  []byte
	now  func() time.Time
	ends *owed

	since int64 // tokens that were made by then, unix seconds, are over

	mu    sync.Mutex
	floor map[string]uint64 // by agent: sessions up to this number are over
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
	t := &tickets{key: key, now: now, ends: newOwed(settings, "ends of sessions", log), floor: map[string]uint64{}}
	all, err := settings.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the ends of sessions: %w", err)
	}
	for _, s := range all {
		if no, ok := strings.CutPrefix(s.Key, endPrefix); ok {
			t.floor[no], _ = strconv.ParseUint(s.Value, 10, 64)
			t.ends.stands(s)
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
	over := t.floor[b.agent]
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
	key := endPrefix + agent
	if t.floor[agent] >= number {
		return t.ends.kept(key)
	}
	t.floor[agent] = number
	return t.ends.put(store.Setting{Key: key, District: district, Value: strconv.FormatUint(number, 10), Updated: t.now()})
}
