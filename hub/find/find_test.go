package find

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/hub/store/sqlite"
	"zuoxi/rules/access"
	rule "zuoxi/rules/find"
	"zuoxi/wire"
)

var noon = time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)

// fixture is a house with a call, its record, and a message of the centre.
func fixture(t *testing.T) (*Service, *[]string) {
	t.Helper()
	db, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	keys := seal.New()
	phone, err := keys.Phone("13900000042")
	if err != nil {
		t.Fatal(err)
	}
	c := store.Call{ID: store.NewID(noon), Direction: store.Inbound, District: "320100", Agent: "8001", Caller: phone, Subject: "工伤保险", Times: store.CallTimes{Arrive: noon}}
	if err := db.Calls.Open(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := db.Timeline.Append(t.Context(), store.Event{CallID: c.ID, Seq: 1, District: c.District, At: noon, Kind: "help"}); err != nil {
		t.Fatal(err)
	}
	c.Version, c.Times.Closed = 1, noon.Add(time.Minute)
	c.Outcome = store.Outcome{Disposition: store.DispositionHuman, Rating: store.RatingUnhappy, ReleaseBy: "agent"}
	if _, err := db.Calls.Save(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	if err := db.Recordings.Start(t.Context(), store.Recording{ID: "rec1", CallID: c.ID, District: c.District, Path: "x", Start: noon}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Settings.Put(t.Context(), store.Setting{Key: store.MarksOf + "rec1", Value: `[{"at_ms":1,"text":"讲得清楚"}]`, Updated: noon}); err != nil {
		t.Fatal(err)
	}
	r := store.Record{ID: store.NewID(noon), No: "0312-8001-1", Year: 2026, District: "320100", Agent: "8001", Calls: []string{c.ID}, Created: noon.Add(time.Minute), Updated: noon}
	r.Kind, r.Subject, r.Party.Phone = "consult", "工伤保险", phone
	r.Body.Summary, r.Status.State = "问工伤认定，电话 13911112222", "open"
	if _, err := db.Records.Create(t.Context(), r, store.Change{At: noon, By: "8001", Action: "submit"}); err != nil {
		t.Fatal(err)
	}
	if err := db.Voicemails.Create(t.Context(), store.Voicemail{ID: store.NewID(noon), District: "320000", State: "new", Left: noon.Add(2 * time.Minute), Number: phone}); err != nil {
		t.Fatal(err)
	}
	var log []string
	note := func(_ context.Context, a Asker, conditions string) error {
		if conditions == "文字 不许记" {
			return errors.New("the log is full")
		}
		log = append(log, a.No+" "+conditions)
		return nil
	}
	return New(db, keys, time.FixedZone("CST", 8*3600), func() time.Time { return noon }, note), &log
}

func TestFindByWho(t *testing.T) {
	t.Parallel()
	s, log := fixture(t)
	for _, c := range []struct {
		who  Asker
		want string
	}{
		{Asker{No: "8001", District: "320100", Centre: "320000", Roles: []access.Role{access.RoleAgent}}, "voicemail record call"},
		{Asker{No: "8002", District: "320100", Centre: "320000", Roles: []access.Role{access.RoleAgent}}, "voicemail record"},
		{Asker{No: "8003", District: "320500", Centre: "320000", Roles: []access.Role{access.RoleAgent}}, "voicemail"},
		{Asker{No: "1007", District: "320000", Centre: "320000", Roles: []access.Role{access.RoleQA}}, "record call"},
		{Asker{No: "1001", District: "320000", Roles: []access.Role{access.RoleViewer}}, ""},
	} {
		out, err := s.Find(t.Context(), c.who, wire.Find{Line: "13900000042 今天"})
		if err != nil {
			t.Fatal(err)
		}
		var types []string
		for _, r := range out.Rows {
			types = append(types, r.Type)
			if strings.Contains(r.What+r.Who, "1391111") || strings.Contains(r.Who, "0000") || r.Type == "call" && r.Record != "0312-8001-1" {
				t.Errorf("row %+v", r)
			}
		}
		if got := strings.Join(types, " "); got != c.want {
			t.Errorf("%s finds %q, want %q", c.who.No, got, c.want)
		}
	}
	if len(*log) != 4 || !slices.Contains(*log, "8001 号码 139****0042 · 2026-03-12") {
		t.Errorf("log %q", *log)
	}
}

// TestFindByMarks: who may hear a recording finds its call by the marks on it; who may only see that there was a call does not.
func TestFindByMarks(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	for _, line := range []string{"有标记", "标记:有", "bj:清楚", "标记:清楚 不满意"} {
		for _, c := range []struct {
			who  Asker
			want int
		}{
			{Asker{No: "9001", District: "320000", Roles: []access.Role{access.RoleQA}}, 1}, {Asker{No: "7001", District: "320100", Roles: []access.Role{access.RoleLead}}, 1},
			{Asker{No: "7002", District: "320500", Roles: []access.Role{access.RoleLead}}, 0}, {Asker{No: "8001", District: "320100", Roles: []access.Role{access.RoleAgent}}, 1},
			{Asker{No: "1000", District: "320000", Roles: []access.Role{access.RoleAdmin}}, 0},
		} {
			if got, err := s.Calls(t.Context(), c.who, line, 50); err != nil || len(got.IDs) != c.want {
				t.Errorf("%s by %s: %v, %v", line, c.who.No, got, err)
			}
		}
	}
	qa := Asker{No: "9001", District: "320000", Roles: []access.Role{access.RoleQA}}
	if got, err := s.Calls(t.Context(), qa, "标记:态度", 50); err != nil || len(got.IDs) != 0 {
		t.Errorf("by what is not there: %v, %v", got, err)
	}
}

func TestFindRefuses(t *testing.T) {
	t.Parallel()
	s, _ := fixture(t)
	agent := Asker{No: "8001", District: "320100", Roles: []access.Role{access.RoleAgent}}
	var fault *rule.FaultError
	if _, err := s.Find(t.Context(), agent, wire.Find{Line: "天气:晴"}); !errors.As(err, &fault) {
		t.Errorf("nonsense: %v", err)
	}
	var empty EmptyError
	if _, err := s.Find(t.Context(), agent, wire.Find{Line: " "}); !errors.As(err, &empty) {
		t.Errorf("nothing: %v", err)
	}
	if _, err := s.Find(t.Context(), agent, wire.Find{Line: "x", After: "!"}); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a bad cursor: %v", err)
	}
	if out, err := s.Find(t.Context(), agent, wire.Find{Line: "不许记"}); err == nil {
		t.Errorf("looked without a row in the log: %+v", out)
	}
}

// TestCallsByAnythingLogged: a call is found by its own log and by what its record says, once, by those who may see it.
func TestCallsByAnythingLogged(t *testing.T) {
	s, log := fixture(t)
	qa := Asker{No: "9001", District: "320000", Centre: "320000", Roles: []access.Role{access.RoleQA}}
	for _, line := range []string{"工伤认定", "单号:0312-8001-1", "工号:8001", "13900000042", "今天 工伤保险", "种类:咨询", "不满意 坐席先挂", "发生:求助"} {
		got, err := s.Calls(t.Context(), qa, line, 50)
		if err != nil || len(got.IDs) != 1 || !got.Back.IsZero() {
			t.Errorf("%s leads to %v, %v", line, got, err)
		}
	}
	if len(*log) != 8 {
		t.Errorf("%d searches are in the log", len(*log))
	}
	for line, who := range map[string]Asker{
		"工伤认定":  {No: "8002", District: "320500", Centre: "320000", Roles: []access.Role{access.RoleAgent}}, // of another city
		"失业":    qa,
		"昨天 工伤": qa, "评价:满意": qa, ">1分钟": qa, "留言": qa,
	} {
		if got, err := s.Calls(t.Context(), who, line, 50); err != nil || len(got.IDs) != 0 {
			t.Errorf("%s: %v, %v", line, got, err)
		}
	}
}

// TestCallsOverPages: the search goes on to the next page until it has enough, and says how far back it has looked.
func TestCallsOverPages(t *testing.T) {
	s, _ := fixture(t)
	qa := Asker{No: "9001", District: "320000", Centre: "320000", Roles: []access.Role{access.RoleQA}}
	const more = 120
	at := func(i int) time.Time { return noon.Add(-time.Duration(i) * time.Hour).UTC() }
	for i := 1; i <= more; i++ {
		c := store.Call{ID: store.NewID(at(i)), Direction: store.Inbound, District: "320100", Subject: "工伤保险", Times: store.CallTimes{Arrive: at(i)}}
		if err := s.db.Calls.Open(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		c.Version, c.Times.Closed, c.Outcome.Disposition = 1, at(i).Add(time.Minute), store.DispositionHuman
		if _, err := s.db.Calls.Save(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	calls := func(most int) Calls {
		t.Helper()
		got, err := s.Calls(t.Context(), qa, "工伤保险", most)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := calls(200); len(got.IDs) != more+1 || !got.Back.IsZero() {
		t.Errorf("%d calls, looked back to %s", len(got.IDs), got.Back)
	}
	for _, most := range []int{49, 70} {
		if got := calls(most); len(got.IDs) != most || !got.Back.Equal(at(most-1)) {
			t.Errorf("%d calls of %d, looked back to %s, not %s", len(got.IDs), most, got.Back, at(most-1))
		}
	}
	s.patience = -1
	if got := calls(200); len(got.IDs) >= more || got.Back.IsZero() || got.Back.After(noon) {
		t.Errorf("without patience %d calls, looked back to %s", len(got.IDs), got.Back)
	}
}
