package device

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/wire"
)

// uninvited is a store in which nobody is invited.
type uninvited struct{ store.Settings }

func (uninvited) Get(context.Context, string) (store.Setting, error) {
	return store.Setting{}, store.ErrNotFound
}

// FuzzPair: whatever is sent to be enrolled, nobody is who was not invited.
func FuzzPair(f *testing.F) {
	f.Add([]byte(`{"invite":"AAAA-AAAA-AAAA-AAAA-AAAA","request":"AAAA"}`))
	f.Add([]byte(`{"invite":"x","invite":"y"}`))
	f.Add([]byte(strings.Repeat("[", 40)))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := &Register{settings: uninvited{}, now: time.Now, known: map[string]Device{}}
		w := httptest.NewRecorder()
		Desk{Register: r, Log: slog.New(slog.DiscardHandler)}.ServeHTTP(w, httptest.NewRequest(http.MethodPost, wire.PairPath, strings.NewReader(string(body))))
		if w.Code != http.StatusBadRequest && w.Code != http.StatusForbidden || len(r.known) > 0 {
			t.Errorf("answered %d: %s", w.Code, w.Body)
		}
	})
}
