package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"zuoxi/hub/store"
	"zuoxi/media/g711"
	"zuoxi/rules/access"
	"zuoxi/rules/mask"
	"zuoxi/rules/quality"
	"zuoxi/wire"
)

// offices play the offices that look back; they note what they were asked to do.
type offices struct{ asked []string }

func (o *offices) Make(_ context.Context, args json.RawMessage, district, agent string) (any, error) {
	o.asked = append(o.asked, fmt.Sprintf("make %s/%s", district, agent))
	return strings.Repeat("x", len(args)), nil
}

func (o *offices) Sheet(_ context.Context, step string, _ json.RawMessage, district, by string) error {
	o.asked = append(o.asked, fmt.Sprintf("%s %s %s", step, district, by))
	return nil
}

func (o *offices) Whose(context.Context, string) (store.Sheet, error) {
	return store.Sheet{ID: "s1", Agent: "8001", District: "320100"}, nil
}

func (o *offices) Do(_ context.Context, step, by string, _ json.RawMessage, f store.SheetFilter) (any, error) {
	o.asked = append(o.asked, fmt.Sprintf("%s %s %s %v", step, by, f.Agent, f.Districts))
	return struct{}{}, nil
}

func (o *offices) Example(context.Context, string) (string, []mask.Span, []quality.MarkView, error) {
	o.asked = append(o.asked, "example")
	return "r1", []mask.Span{{To: time.Second}}, []quality.MarkView{{AtMS: 2000, Text: "复述"}}, nil
}

func (o *offices) File(_ context.Context, by, _ string, _ time.Time, caller, rest []byte, m quality.Mystery) (any, error) {
	o.asked = append(o.asked, fmt.Sprintf("file %s %s %d %d", by, m.Region, len(caller), len(rest)))
	return struct{}{}, nil
}

func review(t *testing.T) (*office, *offices) {
	t.Helper()
	o, x := open(t), &offices{}
	o.Offices = Offices{Reports: x, Quality: x, Visits: x}
	o.call("c1", "8001", "320100")
	o.m.tapes = append(o.m.tapes, store.Recording{ID: "r1", CallID: "c1", District: "320100", Start: noon, End: noon.Add(4 * time.Second), Samples: 4 * sampleRate})
	return o, x
}

// TestWhoLooksBack goes through every role, every relation to the agent whose call it is, and every command of reports,
// recordings and quality: what the table does not grant is refused, what it grants is carried out.
func TestWhoLooksBack(t *testing.T) {
	t.Parallel()
	about := map[string]access.Command{ // about the call or the sheet of 8001
		"quality.show": access.QualityView, "quality.score": access.QualityScore, "quality.settle": access.QualityScore, "quality.second": access.QualitySecond, "quality.check": access.QualityScore,
		"quality.appeal": access.QualityAppeal, "recording.open": access.RecordingPlay, "recording.mark": access.RecordingPlay, "recording.hold": access.RecordingHold, "sheet.give": access.SheetManage,
	}
	reach := map[string]access.Command{ // about whatever the role reaches
		"quality.draw": access.QualityDraw, "quality.list": access.QualityView, "quality.models": access.ModelHear, "model.open": access.ModelHear, "quality.standard": access.QualityDraw,
		"quality.spread": access.QualityDraw, "sheet.publish": access.SheetManage, "sheet.answer": access.SheetManage, "sheet.appeal": access.SheetAppeal,
		"recording.list": access.RecordingList, "mystery.file": access.MysteryCall,
	}
	args := map[string]any{
		"": map[string]any{"id": "c1", "on": true, "reason": "诉讼", "agent_no": "8001", "text": "听这里"}, "any": map[string]any{},
		"mystery.file": piece{Name: "m", Data: []byte("{\"mystery\":{\"region\":\"江苏\"}}\nabcd"), End: true},
	}
	for _, role := range access.Roles {
		for where, who := range map[access.Where]Person{
			access.Self: {No: "8001", District: "320100"}, access.Own: {No: "7777", District: "320100"}, access.Other: {No: "7777", District: "320200"},
		} {
			o, x := review(t)
			o.add("8001")
			who.Roles = []access.Role{role}
			for cmd, right := range about {
				o.held(x, who, cmd, args[""], access.Can(role, right, where))
			}
			for cmd, right := range reach {
				a := args["any"]
				if args[cmd] != nil {
					a = args[cmd]
				}
				o.held(x, who, cmd, a, access.Widest(role, right) != 0)
			}
			for _, step := range rulesOfAll {
				o.held(x, who, step, args["any"], access.Can(role, access.SheetRules, max(where, access.Own)))
			}
			o.held(x, who, "report.make", map[string]string{"name": "calls"}, access.Widest(role, access.ReportView) != 0)
			o.held(x, who, "report.make", map[string]string{"name": "agents"}, access.Widest(role, access.ReportSheet) != 0)
		}
	}
}

// held holds one command of one person to what the table says.
func (o *office) held(x *offices, who Person, cmd string, args any, want bool) {
	o.t.Helper()
	before := len(x.asked)
	r, _ := o.do(who, cmd, args)
	if got := r.Code == wire.CodeOK; got != want {
		o.t.Errorf("%s of %s, number %s in %s: %s %q", cmd, who.Roles[0], who.No, who.District, r.Code, r.Text)
	}
	if !want && len(x.asked) != before {
		o.t.Errorf("%s of %s was refused and done", cmd, who.Roles[0])
	}
}

// rulesOfAll are the steps that change figures of the whole centre.
var rulesOfAll = []string{"sheet.weights", "sheet.stars", "sheet.hot", "sheet.first"}

// TestRulesOfAllAreNotOneDistricts: who is responsible for less than the hub's own district changes nothing of the whole centre.
func TestRulesOfAllAreNotOneDistricts(t *testing.T) {
	t.Parallel()
	o, x := review(t) // the hub's own district is 320100
	county, province := lead, lead
	county.No, county.District, province.No, province.District = "1102", "320102", "1600", "320000"
	admin := Person{No: "1099", District: "320102", Roles: []access.Role{access.RoleAdmin}}
	for _, step := range rulesOfAll {
		for _, who := range []Person{lead, province, admin, Owner} {
			o.held(x, who, step, map[string]any{}, true)
		}
		before, noted := len(x.asked), len(o.x.noted)
		if r, _ := o.do(county, step, map[string]any{}); r.Code != wire.CodeForbidden || !strings.Contains(r.Text, "全中心的标准") || len(x.asked) != before || len(o.x.noted) != noted {
			t.Errorf("%s of a county: %+v", step, r)
		}
	}
}

// TestReportsAreNarrowed: a lead's report is of the own district, an agent's month sheet only of the own line.
func TestReportsAreNarrowed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		who  Person
		want string
	}{"calls": {lead, "make 320100/"}, "wait": {qa, "make /"}, "agents": {wang, "make 320100/8001"}, "awards": {lead, "make 320100/"}} {
		o, x := review(t)
		o.do(c.who, "report.make", map[string]string{"name": name})
		if len(x.asked) != 1 || x.asked[0] != c.want {
			t.Errorf("%s: %q, want %q", name, x.asked, c.want)
		}
	}
	o, _ := review(t)
	r, file := o.do(qa, "report.make", map[string]string{"name": "calls", "x": strings.Repeat("y", largest)})
	if !r.More || len(file) < largest {
		t.Errorf("a large report: %v, %d bytes", r.More, len(file))
	}
}

// TestMarkOfARecording: the list shows points that stand; a calibration is about its scorers.
func TestMarkOfARecording(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sheet store.Sheet
		want  string
	}{
		"published":   {store.Sheet{State: quality.StatePublished, Mark: 91}, `"mark":91`},
		"settled":     {store.Sheet{State: quality.StateSettled, Mark: 92}, `"mark":92`},
		"disputed":    {store.Sheet{State: quality.StateAppealed, Mark: 93}, ""},
		"calibration": {store.Sheet{State: quality.StatePublished, Mark: 94, Purpose: quality.PurposeCalibration}, ""},
		"drawn":       {store.Sheet{State: quality.StateDrawn, Mark: -1}, ""},
	} {
		o, _ := review(t)
		c.sheet.ID, c.sheet.CallID = "s1", "c1"
		o.m.sheets = append(o.m.sheets, c.sheet)
		r, _ := o.do(wang, "recording.list", map[string]any{})
		if got := string(r.Data); r.Code != wire.CodeOK || c.want == "" && strings.Contains(got, `"mark"`) || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s %s", name, r.Code, got)
		}
	}
}

// farFinder finds these calls and has looked back to a day.
type farFinder []string

func (f farFinder) Find(context.Context, Person, wire.Find) (wire.Found, error) {
	return wire.Found{}, nil
}

func (f farFinder) Calls(context.Context, Person, string, int) ([]string, time.Time, error) {
	return f, noon.AddDate(0, -1, 0), nil
}

// TestSearchThatEndedEarly: whoever looks for recordings is told how far back was looked, found or not.
func TestSearchThatEndedEarly(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]farFinder{`"back":"` + noon.AddDate(0, -1, 0).Format(time.RFC3339): {"c1"}, "更早的没有查完": nil} {
		o, _ := review(t)
		o.Finder = f
		r, _ := o.do(wang, "recording.list", map[string]any{"line": "不满意"})
		if got := string(r.Data) + r.Text; !strings.Contains(got, want) {
			t.Errorf("%v: %s %s, want %s", f, r.Code, got, want)
		}
	}
}

// TestSecondIsNotedWithItsReason: why a mark is doubted stands in the audit log.
func TestSecondIsNotedWithItsReason(t *testing.T) {
	t.Parallel()
	o, _ := review(t)
	o.do(qa, "quality.second", map[string]string{"id": "s1", "text": "C2 扣得太多\x1b[31m"})
	if !slices.Contains(o.x.noted, "1007 quality.second sheet/s1") || !strings.HasPrefix(o.x.why, "C2 扣得太多") || strings.Contains(o.x.why, "\x1b") {
		t.Errorf("%q, because %q", o.x.noted, o.x.why)
	}
}

// TestOldTimelineIsMasked: rows of older versions hold the number that an agent asked; nobody who looks at the call or hears its
// recording is shown it, and what is no such number stays.
func TestOldTimelineIsMasked(t *testing.T) {
	t.Parallel()
	o, _ := review(t)
	o.m.events = []store.Event{
		{CallID: "c1", At: noon.Add(time.Second), Kind: "consult", Data: []byte(`{"phase":"consulting","text":"咨询：外线 13900000042"}`)},
		{CallID: "c1", At: noon.Add(2 * time.Second), Kind: "transfer", Data: []byte(`{"text":"盲转：外线 +8613900000042"}`)},
		{CallID: "c1", At: noon.Add(2 * time.Second), Kind: "consult", Data: []byte(`{"text":"咨询：外线 139****0043"}`)},
		{CallID: "c1", At: noon.Add(3 * time.Second), Kind: "record", Data: []byte(`{"record":"3201202610010001","text":"受理单 3201202610010001 已提交"}`)},
	}
	for cmd, id := range map[string]string{"call.show": "c1", "recording.open": "c1"} {
		r, _ := o.do(qa, cmd, map[string]string{"id": id})
		got := string(r.Data)
		if r.Code != wire.CodeOK || strings.Contains(got, "13900000042") || strings.Count(got, "外线 139****0042") < 2 ||
			!strings.Contains(got, "外线 139****0043") || !strings.Contains(got, "受理单 3201202610010001 已提交") {
			t.Errorf("%s: %s %s", cmd, r.Code, got)
		}
	}
}

// TestModelIsHeardByTrainees: a trainee hears what was put forward, and of it neither the introduction nor whose call it is.
func TestModelIsHeardByTrainees(t *testing.T) {
	t.Parallel()
	o, _ := review(t)
	trainee := Person{No: "9100", District: "320100", Roles: []access.Role{access.RoleTrainee}}
	r, _ := o.do(trainee, "model.open", map[string]string{"id": "s1"})
	if r.Code != wire.CodeOK || !strings.Contains(string(r.Data), `"recording":"model/s1"`) || strings.Contains(string(r.Data), "c1") || strings.Contains(string(r.Data), "8001") {
		t.Fatalf("%+v", r)
	}
	r, _ = o.do(trainee, "model.piece", map[string]any{"recording": "model/s1"})
	var p struct{ Caller, Rest []byte }
	if json.Unmarshal(r.Data, &p) != nil || len(p.Caller) != pieceSamples || len(p.Rest) != pieceSamples {
		t.Fatalf("%+v", r)
	}
	for _, side := range [][]byte{p.Caller, p.Rest} {
		if n := bytes.Count(side, []byte{g711.SilenceALaw}); n != sampleRate || side[sampleRate-1] != g711.SilenceALaw {
			t.Errorf("%d samples are hidden", n)
		}
	}
	if r, _ := o.do(trainee, "recording.open", map[string]string{"id": "c1"}); r.Code == wire.CodeOK {
		t.Error("a trainee opened the recording itself")
	}
}

// TestMarkedWithoutASheet: who hears a recording marks it, and the next one who opens it sees where and by whom.
func TestMarkedWithoutASheet(t *testing.T) {
	t.Parallel()
	o, _ := review(t)
	for _, bad := range []map[string]any{{"id": "c1", "at_ms": 1000, "text": " "}, {"id": "c1", "at_ms": 4001, "text": "后面"}, {"id": "c1", "at_ms": -1, "text": "前面"}} {
		if r, _ := o.do(lead, "recording.mark", bad); r.Code != wire.CodeInvalid {
			t.Errorf("%v: %+v", bad, r)
		}
	}
	for i, who := range []Person{lead, qa} {
		r, _ := o.do(who, "recording.mark", map[string]any{"id": "r1", "at_ms": 3000 - 1000*i, "text": "这里讲得好"})
		if r.Code != wire.CodeOK {
			t.Fatalf("%+v", r)
		}
	}
	r, _ := o.do(wang, "recording.open", map[string]string{"id": "c1"})
	var got struct{ Marks []soundMark }
	if err := json.Unmarshal(r.Data, &got); err != nil || len(got.Marks) != 2 || got.Marks[0] != (soundMark{2000, "note", "这里讲得好", qa.No}) || got.Marks[1].By != lead.No {
		t.Errorf("%+v %v", got, err)
	}
}

// TestPlayedInPieces: a recording is opened once, noted once, and handed out piece by piece to who opened it.
func TestPlayedInPieces(t *testing.T) {
	t.Parallel()
	o, _ := review(t)
	if r, _ := o.do(qa, "recording.piece", map[string]any{"recording": "r1"}); r.Code != wire.CodeStale {
		t.Errorf("not opened: %+v", r)
	}
	if r, _ := o.do(qa, "recording.open", map[string]string{"id": "c1"}); r.Code != wire.CodeOK || !strings.Contains(string(r.Data), `"samples":32000`) {
		t.Fatalf("%+v", r)
	}
	got := 0
	for got < 4*sampleRate {
		r, _ := o.do(qa, "recording.piece", map[string]any{"recording": "r1", "from": got})
		var p struct{ Caller, Rest []byte }
		if json.Unmarshal(r.Data, &p) != nil || len(p.Caller) == 0 || len(p.Caller) != len(p.Rest) || len(r.Data) > 128<<10 {
			t.Fatalf("%+v", r)
		}
		got += len(p.Caller)
	}
	if r, _ := o.do(lead, "recording.piece", map[string]any{"recording": "r1"}); r.Code != wire.CodeStale {
		t.Errorf("somebody else's: %+v", r)
	}
	played := 0
	for _, n := range o.x.noted {
		if strings.Contains(n, "recording.play") {
			played++
		}
	}
	if played != 1 {
		t.Errorf("noted %d times: %q", played, o.x.noted)
	}
}
