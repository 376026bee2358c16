package handover

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/internal/clean"
)

// blank is a post office without posts.
type blank struct{ store.Posts }

func (blank) ByKey(context.Context, string, string, string) (store.Post, error) {
	return store.Post{}, store.ErrNotFound
}
func (blank) Get(context.Context, string) (store.Post, error)            { return store.Post{}, store.ErrNotFound }
func (blank) Create(_ context.Context, p store.Post) (store.Post, error) { return p, nil }

// reader takes every case and looks whether it is clean.
type reader struct {
	Records
	t *testing.T
}

func (r reader) Take(_ context.Context, _ Route, c Case) (string, string, error) {
	if c.Question != clean.Text(c.Question, maxField) || c.Subject != clean.Line(c.Subject, 64) || len(c.Facts) > 40 {
		r.t.Errorf("taken as it came: %+v", c)
	}
	if p := c.Persons; p != nil && p.Name != clean.Line(p.Name, 40) {
		r.t.Errorf("a name as it came: %q", p.Name)
	}
	return "0312-12345-1", "r1", nil
}

func (reader) Stands(context.Context, string) (Receipt, error) {
	return Receipt{Receipt: "0312-12345-1"}, nil
}

// FuzzCase: whatever another body sends, it gets an answer of the interface, and what is taken is clean.
func FuzzCase(f *testing.F) {
	f.Add("c1", "", []byte(`{"id":"c1","kind":"consult","question":"q","facts":{"a":"1"},"persons":{"name":"n"}}`))
	f.Add("c1", "", []byte(`{"id":"c1","id":"c2","kind":"consult","question":"q"}`))
	f.Add("c1", "/c1/state", []byte(`{"receipt":"R1","state":"accepted","note":"\u001b[2J"}`))
	f.Add("c1", "", []byte(strings.Repeat("[", 40)))
	f.Fuzz(func(t *testing.T, id, path string, body []byte) {
		s := &Service{cfg: Config{Routes: []Route{{Code: "x", Accept: "sixteen letters."}}, Now: time.Now, Log: slog.New(slog.DiscardHandler)}, posts: blank{}, records: reader{t: t}}
		r := httptest.NewRequest(http.MethodPost, Prefix+Version+"/cases", strings.NewReader(string(body)))
		r.URL.Path += path
		r.Header["Authorization"], r.Header["Idempotency-Key"] = []string{"Bearer sixteen letters."}, []string{id}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		switch w.Code {
		case http.StatusCreated, http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusUnprocessableEntity:
		default:
			t.Errorf("answered %d: %s", w.Code, w.Body)
		}
	})
}
