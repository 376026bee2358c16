package wall

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzGuard: whoever shows no token and comes from elsewhere sees nothing, whatever the request.
func FuzzGuard(f *testing.F) {
	w, err := New(Config{Token: "synthetic-token", Allow: []string{"192.0.2.0/24"}}, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(w.Close)
	page := w.Handler()
	f.Add("", "token=synthetic-token", "", "198.51.100.1:9")
	f.Add("../wall/", "token=%73ynthetic-token", cookie+"=synthetic-token", "192.0.2.7:9")
	f.Add("wall.js", "token=x", cookie+"=x; a=b", "[::ffff:192.0.2.7]:9")
	f.Add("%2e%2e/", ";;&=%zz", "\x00", "nowhere")
	f.Fuzz(func(t *testing.T, path, query, jar, from string) {
		if strings.HasPrefix(path, "events") {
			return // a stream has no end here
		}
		r := httptest.NewRequest(http.MethodGet, "/wall/", nil)
		r.URL.Path, r.URL.RawQuery, r.RemoteAddr = "/wall/"+path, query, from
		r.Header["Cookie"] = []string{jar}
		if strings.Contains(strings.ToLower(r.URL.Path), "events") {
			return
		}
		out := httptest.NewRecorder()
		page.ServeHTTP(out, r)
		q, _ := url.ParseQuery(query)
		c, err := r.Cookie(cookie)
		known := q.Get("token") == "synthetic-token" || err == nil && c.Value == "synthetic-token" || w.allowed(from)
		if !known && out.Code != http.StatusForbidden {
			t.Errorf("%d for %q?%q from %q", out.Code, path, query, from)
		}
	})
}
