package reply

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

// one is a post office with one live link.
type one struct{ store.Posts }

func (one) ByKey(context.Context, string, string, string) (store.Post, error) {
	return store.Post{RecordID: "r1", Route: "某科", State: store.PostSent, Next: time.Now().Add(time.Hour)}, nil
}
func (one) Update(_ context.Context, p store.Post) (store.Post, error) { return p, nil }

// FuzzForm: whatever a browser posts, it gets a page with its policy; what is taken is clean, and what is shown is no markup.
func FuzzForm(f *testing.F) {
	f.Add("event=dept_answer&note=a&name=b&phone=c", true)
	f.Add("event=dept_answer&note=%1b%5b2J%e2%80%ae<script>alert(2)</script>&name=%00", true)
	f.Add("event=&note=<script>alert(2)</script>&name=x", true)
	f.Add("%zz;;=&&", false)
	token := strings.Repeat("a", tokenLen)
	f.Fuzz(func(t *testing.T, body string, ours bool) {
		d := &desk{left: 1}
		s := New(one{}, d, Config{Base: "http://x", Key: []byte("key"), Zone: time.UTC, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
		if ours {
			body += "&csrf=" + s.mark(token, "nonce")
		}
		r := httptest.NewRequest(http.MethodPost, path+token, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.AddCookie(&http.Cookie{Name: cookie, Value: "nonce"})
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code < 200 || w.Code >= 500 || w.Header().Get("Content-Security-Policy") == "" || strings.Contains(w.Body.String(), "<script") {
			t.Errorf("answered %d: %s", w.Code, w.Body)
		}
		if !ours && len(d.got) > 0 {
			t.Errorf("taken from another page: %+v", d.got)
		}
		for _, a := range d.got {
			if a.Note != clean.Text(a.Note, maxNote) || a.Who != clean.Line(a.Who, maxName+maxPhone+1) {
				t.Errorf("taken as it came: %+v", a)
			}
		}
	})
}
