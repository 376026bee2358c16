package device

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store/sqlite"
	"zuoxi/wire"
)

// signer signs whatever is asked.
type signer struct{ until time.Time }

func (s signer) SignDevice(_ []byte, id string) ([]byte, time.Time, error) {
	return []byte("certificate of " + id), s.until, nil
}

type clock struct{ at time.Time }

func open(t *testing.T, dir string, c *clock) *Register {
	t.Helper()
	db, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	r, err := Open(t.Context(), db.Settings, "320000", func() time.Time { return c.at })
	if err != nil {
		t.Fatal(err)
	}
	r.Sign(signer{c.at.AddDate(2, 0, 0)})
	return r
}

func TestInvitationIsGoodOnce(t *testing.T) {
	c := &clock{time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)}
	r := open(t, t.TempDir(), c)
	code, until, err := r.Invite(t.Context(), "玄武窗口\x1b[31m 2 号机")
	if err != nil || len(code) != 24 || !until.Equal(c.at.Add(InviteLife)) {
		t.Fatalf("%q until %v, %v", code, until, err)
	}
	if _, _, err := r.Enrol(t.Context(), "AAAA-AAAA-AAAA-AAAA-AAAA", nil); !errors.Is(err, ErrInvite) {
		t.Errorf("a guess gave %v", err)
	}
	d, cert, err := r.Enrol(t.Context(), " "+strings.ToLower(code), nil)
	if err != nil || string(cert) != "certificate of "+d.ID || strings.Contains(d.Name, "\x1b") || !r.Known(d.ID) {
		t.Fatalf("%+v, %v", d, err)
	}
	if _, _, err := r.Enrol(t.Context(), code, nil); !errors.Is(err, ErrInvite) {
		t.Errorf("used twice: %v", err)
	}
	late, _, err := r.Invite(t.Context(), "晚到")
	if err != nil {
		t.Fatal(err)
	}
	c.at = c.at.Add(InviteLife + time.Second)
	if _, _, err := r.Enrol(t.Context(), late, nil); !errors.Is(err, ErrInvite) {
		t.Errorf("after a day: %v", err)
	}
	if _, err := r.Revoke(t.Context(), d.ID); err != nil || r.Known(d.ID) {
		t.Errorf("revoked: %v, known %v", err, r.Known(d.ID))
	}
	if _, err := r.Revoke(t.Context(), "pc-none"); !errors.Is(err, ErrUnknown) {
		t.Errorf("a device that is not there: %v", err)
	}
	again, err := Open(t.Context(), r.settings, "320000", r.now)
	if err != nil || again.Known(d.ID) || len(again.List()) != 1 {
		t.Errorf("after a restart: %+v, %v", again.List(), err)
	}
}

func TestDeskRefuses(t *testing.T) {
	c := &clock{time.Date(2026, 3, 12, 9, 0, 0, 0, time.UTC)}
	r := open(t, t.TempDir(), c)
	noted := 0
	desk := Desk{Register: r, Log: slog.New(slog.DiscardHandler), Note: func(context.Context, string, string) error { noted++; return nil }}
	post := func(body string, origin string) (int, wire.PairReply) {
		req := httptest.NewRequest(http.MethodPost, wire.PairPath, strings.NewReader(body))
		if origin != "" {
			req.Header.Set("Origin", origin)
		}
		w := httptest.NewRecorder()
		desk.ServeHTTP(w, req)
		var reply wire.PairReply
		_ = json.Unmarshal(w.Body.Bytes(), &reply)
		return w.Code, reply
	}
	code, _, err := r.Invite(t.Context(), "一号机")
	if err != nil {
		t.Fatal(err)
	}
	good, err := json.Marshal(wire.PairRequest{Invite: code})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		body, origin string
		want         int
	}{
		"a web page": {string(good), "https://example.com", http.StatusMethodNotAllowed}, "no JSON": {"x", "", http.StatusBadRequest},
		"more than asked": {`{"invite":"x","admin":true}`, "", http.StatusBadRequest}, "a guess": {`{"invite":"x"}`, "", http.StatusForbidden},
		"too large": {`{"invite":"` + string(bytes.Repeat([]byte("x"), bodyLimit)) + `"}`, "", http.StatusBadRequest},
	} {
		if got, _ := post(tt.body, tt.origin); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
	if got, reply := post(string(good), ""); got != http.StatusOK || reply.Device == "" || noted != 1 {
		t.Errorf("%d %+v, %d in the audit log", got, reply, noted)
	}
}
