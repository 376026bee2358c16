package business

import (
	"net/http"
	"testing"

	"zuoxi/internal/clean"
	"zuoxi/rules/identity"
)

// FuzzAnswer: whatever the business system answers, a check has a verdict or an error, and what is shown is clean.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"result":"match","handle":"h1"}`))
	f.Add([]byte(`{"result":"no_match","handle":"h1"}`))
	f.Add([]byte(`{"rows":[{"label":"缴费\u001b[31m","value":"\u202e1"}],"sandbox":true}`))
	f.Add([]byte(`{"result":"match","result":"no_match","handle":"h1"}`))
	f.Fuzz(func(t *testing.T, said []byte) {
		c := Local(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(said) }))
		v, err := c.verify(t.Context(), verifyRequest{RequestID: "1"})
		if known := v.Result == identity.NoMatch || v.Result == identity.NotFound; err == nil && (v.Result == identity.Match) == (v.Handle == "") || err == nil && !known && v.Result != identity.Match {
			t.Errorf("%+v", v)
		}
		s, err := c.sheet(t.Context(), "account", handleRequest{RequestID: "1", Handle: "h1"})
		for _, r := range s.Rows {
			if err == nil && (r.Label != clean.Line(r.Label, 40) || r.Value != clean.Line(r.Value, 200)) {
				t.Errorf("shown as it came: %+v", r)
			}
		}
	})
}
