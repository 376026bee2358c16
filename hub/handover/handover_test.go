package handover

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/sqlite"
	rule "zuoxi/rules/handover"
)

var noon = time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)

// file is a folder of records.
type file struct {
	mu    sync.Mutex
	heard []string
	taken map[string]string
	fail  error
}

func (f *file) Case(_ context.Context, record string, handles []string) (Case, error) {
	c := Case{Number: "0312-8001-1", Kind: "complaint", Question: "欠薪 " + record}
	if len(handles) > 0 {
		c.Persons = &Persons{Name: "测试甲"}
	}
	return c, f.fail
}

func (f *file) Take(_ context.Context, r Route, c Case) (string, string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if c.Kind == "nonsense" {
		return "", "", &InvalidError{"没有这种业务"}
	}
	f.taken[r.Code+c.ID] = c.Question
	return "0312-12345-1", "r9", f.fail
}

func (f *file) Heard(_ context.Context, record string, r Route, id string, w Receipt) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heard = append(f.heard, strings.Join([]string{record, r.Code, id[27:], string(w.State), w.Note}, " "))
	return f.fail
}

func (f *file) Stands(context.Context, string) (Receipt, error) {
	return Receipt{Receipt: "0312-12345-1", State: rule.StateWorking}, nil
}

type world struct {
	*Service
	t      *testing.T
	db     *store.Store
	file   *file
	theirs *Receiver
	srv    *httptest.Server // ours
}

var errRefused = errors.New("refused")

func open(t *testing.T) *world {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	w := &world{t: t, db: db, file: &file{taken: map[string]string{}}, theirs: NewReceiver("token of theirs")}
	other := httptest.NewServer(w.theirs)
	t.Cleanup(other.Close)
	w.Service, err = New(db.Posts, w.file, Config{
		Routes: []Route{
			{Code: "labour_inspection", Name: "劳动保障监察", URL: other.URL, Token: "token of theirs", Accept: "sixteen letters.", Handles: []string{"complaint"}},
			{Code: "12345", Name: "12345", URL: other.URL + "/nowhere", Token: "token of theirs", Accept: "another sixteen l"},
			{Code: "wrong", Name: "错的", URL: other.URL, Token: "x"},
		},
		District: "320000", Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler), Refused: func(string) error { return errRefused },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	w.srv = httptest.NewServer(w.Service)
	t.Cleanup(w.srv.Close)
	return w
}

func (w *world) post(route string) store.Post {
	w.t.Helper()
	p, err := w.db.Posts.Create(context.Background(), store.Post{
		ID: store.NewID(noon), Kind: store.PostHandover, Direction: store.PostOut, Key: "k" + route, RecordID: "r1", District: "320100", Route: route,
		State: store.PostSent, Stamps: store.Stamps{Created: noon, Updated: noon},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func TestGivenOnceAndFollowed(t *testing.T) {
	w := open(t)
	p := w.post("labour_inspection")
	for range 2 { // the answer to the first was lost
		if got, err := w.Send(t.Context(), p); err != nil || got != "R1" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	cases := w.theirs.Cases()
	if len(cases) != 1 || cases[0].ID != p.ID || cases[0].Persons == nil || cases[0].Question != "欠薪 r1" {
		t.Fatalf("they have %+v", cases)
	}
	w.theirs.Set(p.ID, rule.StateResult, "已责令支付")
	w.Follow(t.Context())
	if last := w.file.heard[len(w.file.heard)-1]; last != "r1 labour_inspection result result 已责令支付" {
		t.Errorf("heard %q", w.file.heard)
	}
	n := len(w.file.heard)
	w.Follow(t.Context())
	if got, _ := w.db.Posts.Get(t.Context(), p.ID); got.State != store.PostDone || len(w.file.heard) != n {
		t.Errorf("asked on after the end: %s, %q", got.State, w.file.heard)
	}
	if _, err := w.Send(t.Context(), w.post("12345")); err == nil || errors.Is(err, errRefused) {
		t.Errorf("a wrong address is not to be tried again: %v", err)
	}
	if _, err := w.Send(t.Context(), w.post("wrong")); err == nil || errors.Is(err, errRefused) {
		t.Errorf("a wrong token is not to be tried again: %v", err)
	}
	if _, err := w.Send(t.Context(), w.post("none")); !errors.Is(err, errRefused) {
		t.Errorf("no such route: %v", err)
	}
}

// say speaks to our end as another body.
func (w *world) say(method, path, token, key, body string) (int, Receipt) {
	w.t.Helper()
	req, err := http.NewRequest(method, w.srv.URL+path, bytes.NewReader([]byte(body)))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Idempotency-Key", key)
	resp, err := w.srv.Client().Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var out Receipt
	_ = json.NewDecoder(resp.Body).Decode(&out)
	return resp.StatusCode, out
}

const theirs = "another sixteen l"

func TestTakenOnce(t *testing.T) {
	w := open(t)
	const good = `{"id":"c1","kind":"consult","question":"问\u001b[2J年限","facts":{"x":"y"}}`
	for range 2 {
		if code, got := w.say("POST", "/handover/v1/cases", theirs, "c1", good); code != http.StatusCreated || got.Receipt != "0312-12345-1" {
			t.Fatalf("%d %+v", code, got)
		}
	}
	if len(w.file.taken) != 1 || w.file.taken["12345c1"] != "问年限" {
		t.Errorf("took %q", w.file.taken)
	}
	if code, got := w.say("GET", "/handover/v1/cases/c1", theirs, "", ""); code != http.StatusOK || got.State != rule.StateWorking {
		t.Errorf("%d %+v", code, got)
	}
	for name, c := range map[string]struct {
		method, path, token, key, body string
		want                           int
	}{
		"no token":     {"POST", "/handover/v1/cases", "", "c1", good, 401},
		"not a sender": {"POST", "/handover/v1/cases", "x", "c1", good, 401},
		"other key":    {"POST", "/handover/v1/cases", theirs, "c2", good, 422},
		"not JSON":     {"POST", "/handover/v1/cases", theirs, "c1", "{", 400},
		"more behind":  {"POST", "/handover/v1/cases", theirs, "c1", good + "{}", 400},
		"too much":     {"POST", "/handover/v1/cases", theirs, "c1", `{"id":"` + strings.Repeat("a", maxCase) + `"}`, 400},
		"no such kind": {"POST", "/handover/v1/cases", theirs, "c3", `{"id":"c3","kind":"nonsense","question":"x"}`, 422},
		"another's":    {"GET", "/handover/v1/cases/c1", "sixteen letters.", "", "", 404},
		"wrong path":   {"GET", "/handover/v2/cases/c1", theirs, "", "", 404},
		"wrong method": {"DELETE", "/handover/v1/cases/c1", theirs, "", "", 405},
		"word of none": {"POST", "/handover/v1/cases/zzz/state", theirs, "", `{"state":"result"}`, 404},
	} {
		if code, _ := w.say(c.method, c.path, c.token, c.key, c.body); code != c.want {
			t.Errorf("%s: %d, want %d", name, code, c.want)
		}
	}
	w.file.fail = errors.New("the disk is full")
	if code, _ := w.say("POST", "/handover/v1/cases", theirs, "c4", `{"id":"c4","kind":"consult","question":"x"}`); code != http.StatusServiceUnavailable {
		t.Errorf("not kept, yet answered %d", code)
	}
}

// TestCasesAreReadStrictly: what two readers could read differently is taken by neither.
func TestCasesAreReadStrictly(t *testing.T) {
	w := open(t)
	deep := strings.Repeat(`{"a":`, 33) + "1" + strings.Repeat("}", 33)
	for name, body := range map[string]string{
		"a key twice": `{"id":"c1","id":"c2","kind":"consult","question":"q"}`, "a key twice inside": `{"id":"c1","kind":"consult","question":"q","facts":{"a":"1","a":"2"}}`,
		"too deep": `{"id":"c1","kind":"consult","question":"q","more":` + deep + `}`, "no UTF-8": "{\"id\":\"c1\",\"kind\":\"consult\",\"question\":\"\xff\"}",
		"two values": `{"id":"c1","kind":"consult","question":"q"}{}`, "too large": `{"id":"c1","kind":"consult","question":"` + strings.Repeat("q", maxCase) + `"}`,
	} {
		if code, _ := w.say(http.MethodPost, "/handover/v1/cases", "sixteen letters.", "c1", body); code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, code)
		}
	}
	if len(w.file.taken) != 0 {
		t.Errorf("taken %v", w.file.taken)
	}
}

func TestWordsOnlyFromTheBodyThatHasTheCase(t *testing.T) {
	w := open(t)
	p := w.post("labour_inspection")
	path := "/handover/v1/cases/" + p.ID + "/state"
	if code, _ := w.say("POST", path, theirs, "", `{"state":"result"}`); code != http.StatusNotFound || len(w.file.heard) != 0 {
		t.Errorf("another body's word: %d %q", code, w.file.heard)
	}
	if code, _ := w.say("POST", path, "sixteen letters.", "", `{"state":"nonsense"}`); code != http.StatusUnprocessableEntity {
		t.Errorf("nonsense: %d", code)
	}
	if code, _ := w.say("POST", path, "sixteen letters.", "", `{"state":"accepted","note":"已立案"}`); code != http.StatusOK || w.file.heard[0] != "r1 labour_inspection accepted accepted 已立案" {
		t.Errorf("%d %q", code, w.file.heard)
	}
}

func TestRoutesAreChecked(t *testing.T) {
	for name, r := range map[string]Route{
		"plain http": {Code: "a", Name: "甲", URL: "http://192.0.2.1/x"}, "no name": {Code: "a", URL: "https://x"}, "nothing": {Code: "a", Name: "甲"},
		"short token": {Code: "a", Name: "甲", Accept: "short"}, "no host": {Code: "a", Name: "甲", URL: "https://"},
	} {
		if _, err := New(nil, nil, Config{Routes: []Route{r}}); !errors.Is(err, ErrRoute) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
