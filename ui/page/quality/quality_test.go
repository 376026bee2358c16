package quality

import (
	"strings"
	"testing"
	"time"

	"zuoxi/rules/access"
	rules "zuoxi/rules/quality"
	"zuoxi/session"
	"zuoxi/session/review"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

// scoring is a scorer with one sheet open and its recording playing.
func scoring() session.View {
	v := sample.Idle()
	v.Seat = session.SeatView{AgentNo: "1007", Name: "质检", Role: string(access.RoleQA)}
	w := &rules.Work{Row: rules.Row{ID: "s1", Call: "c1", Agent: "3027", State: rules.StateOpen, Label: "评分中", Mark: -1}}
	r := rules.Ministry2015()
	for _, it := range r.Items {
		w.Items = append(w.Items, rules.ItemView{ID: it.ID, Part: it.Part, Name: it.Name, Of: it.Points, Step: it.Step, How: string(it.How), Points: -1, Proposed: -1})
		w.Open = append(w.Open, it.ID)
	}
	w.Items[0].Proposed, w.Items[0].Why = 2, "1.2秒开口，请听是否报了工号"
	w.Items[1].Exclude, w.Items[1].Proposed, w.Items[1].Why = true, 0, "线路、转接或断线，不计"
	for _, p := range r.Parts {
		w.Parts = append(w.Parts, rules.PartView{ID: p.ID, Name: p.Name, Of: p.Points})
	}
	w.Caps = []string{"B4 " + r.Caps[0].Why}
	v.Review = review.View{
		Work: w, Sheets: rules.List{Rows: []rules.Row{{ID: "s1", Agent: "3027", Label: "评分中", Mark: -1, At: sample.Noon}, {ID: "s2", Agent: "3011", Label: "已公布", Mark: 96, At: sample.Noon}}},
		Player: review.PlayerView{
			Recording: "r1", Length: 276 * time.Second, Got: 276 * time.Second, At: 138 * time.Second, Playing: true, Speed: 1.25, Side: "双方",
			Marks: []rules.MarkView{{AtMS: 3000, Text: "1.2 秒开口"}, {AtMS: 150000, Text: "冷场 6.0 秒"}}, Wave: [2][]float64{make([]float64, 552), make([]float64, 552)},
		},
	}
	return v
}

func last(d *sample.Desk) review.Verb {
	r, _ := d.Last().(session.Review)
	return r.Do
}

// TestPointsGoToTheItem: a digit, full-width too, goes to the item under the cursor; a proposal is taken by a key of its own.
func TestPointsGoToTheItem(t *testing.T) {
	d := sample.Alone(scoring(), keys.Review)
	p := New()
	d.Draw(p.Draw, 120, 36)
	p.at = areaItems
	d.Press(p.Update, "enter")
	if last(d) != (review.Give{Item: "A1a", Points: 2}) {
		t.Errorf("said %+v", d.Last())
	}
	d.Press(p.Update, "enter") // the next one is proposed not to count
	if last(d) != (review.Give{Item: "A1b", Points: -1}) {
		t.Errorf("said %+v", d.Last())
	}
	d.Press(p.Update, "４")
	if last(d) != (review.Give{Item: "A2", Points: 4}) {
		t.Errorf("said %+v", d.Last())
	}
	p.Act(keys.ScoreLeave, &d.Env)
	if last(d) != (review.Give{Item: "A3", Points: -1}) {
		t.Errorf("said %+v", d.Last())
	}
	p.at = areaNote
	before := d.Last()
	d.Press(p.Update, "5")
	if d.Last() != before || p.note.Value() != "5" {
		t.Errorf("a digit of the note became points: %+v", d.Last())
	}
}

func TestKeysOfTheRecording(t *testing.T) {
	d := sample.Alone(scoring(), keys.Review)
	p := New()
	d.Draw(p.Draw, 120, 36)
	for c, want := range map[keys.Command]review.Verb{keys.SoundPlay: review.Toggle{}, keys.SoundSpeed: review.Speed{}, keys.SoundSide: review.Side{}, keys.ScoreAccept: review.Accept{}} {
		p.Act(c, &d.Env)
		if last(d) != want {
			t.Errorf("%s said %+v", c, d.Last())
		}
	}
	for k, want := range map[string]review.Verb{"left": review.Seek{By: -seekStep}, "ctrl+right": review.Jump{}, "ctrl+left": review.Jump{Back: true}} {
		d.Press(p.Update, k)
		if last(d) != want {
			t.Errorf("%s said %+v", k, d.Last())
		}
	}
	p.note.Set("听这里")
	p.Act(keys.SoundMark, &d.Env)
	if last(d) != (review.Mark{Text: "听这里"}) || !p.note.Empty() {
		t.Errorf("said %+v", d.Last())
	}
}

func TestDrawnWithoutATotal(t *testing.T) {
	for _, size := range [][2]int{{80, 21}, {100, 30}, {120, 34}, {200, 56}} {
		d := sample.Alone(scoring(), keys.Review)
		p := New()
		d.Draw(p.Draw, size[0], size[1]) // opens the sheet
		p.at = areaItems
		text, _ := d.Draw(p.Draw, size[0], size[1])
		for _, want := range []string{"主动报工号", "建议 2：1.2秒开口", "还有 25 项没有人确认，没有总分", "3+4+4=11", "02:18 / 04:36", "1.25x"} {
			if !strings.Contains(text, want) {
				t.Errorf("%v: no %q in\n%s", size, want, text)
			}
		}
		if strings.Contains(text, "得分") {
			t.Errorf("%v: a total that nobody made", size)
		}
	}
}

func TestSearchLine(t *testing.T) {
	p := New()
	for in, want := range map[string]review.Find{
		"":                   {},
		"3027":               {Line: "工号:3027"},
		"尾0042 养老保险":         {Line: "尾号:0042 养老保险"},
		"13900000042":        {Line: "13900000042"},
		"３０２７ 南京市 昨天":        {Line: "工号:3027 地区:320100 昨天"},
		"0312-3027-7 缴费年限":   {Line: "0312-3027-7 缴费年限"},
		"2026-03-12 业务:失业保险": {Line: "2026-03-12 业务:失业保险"},
	} {
		p.find.Set(in)
		if got := p.wanted(); got != want {
			t.Errorf("%q: %+v", in, got)
		}
	}
}

// TestTraineeHearsModels: who may list nothing else sees the model calls at once, and opens them.
func TestTraineeHearsModels(t *testing.T) {
	v := sample.Idle()
	v.Seat = session.SeatView{AgentNo: "9100", Name: "学员", Role: string(access.RoleTrainee)}
	v.Review.Models = []rules.Example{{ID: "m1", Title: "失业金讲得清楚", Mark: 98, At: sample.Noon}, {ID: "m2", Title: "先听完再答", Mark: 97, At: sample.Noon}}
	d := sample.Alone(v, keys.Review)
	p := New()
	p.Enter(&d.Env)
	if last(d) != (review.Models{}) {
		t.Errorf("said %+v", d.Last())
	}
	if text, _ := d.Draw(p.Draw, 100, 30); !strings.Contains(text, "范例 2") || !strings.Contains(text, "98 失业金讲得清楚") {
		t.Error(text)
	}
	d.Press(p.Update, "home")
	if last(d) != (review.Models{}) {
		t.Errorf("there is nothing else to list: %+v", d.Last())
	}
	d.Press(p.Update, "down", "enter")
	if last(d) != (review.Hear{ID: "m2"}) {
		t.Errorf("said %+v", d.Last())
	}
}

// TestDrawsWhatIsWritten: days and number of a draw are those of the search line.
func TestDrawsWhatIsWritten(t *testing.T) {
	d := sample.Alone(scoring(), keys.Review)
	p := New()
	yesterday := d.Env.Now.AddDate(0, 0, -1).Format(time.DateOnly)
	for in, want := range map[string]review.Draw{
		"": {From: yesterday, Each: 3}, "5": {From: yesterday, Each: 5}, "2026-11-01 2026-11-15 ２": {From: "2026-11-01", To: "2026-11-15", Each: 2},
		"2026-11-01": {From: "2026-11-01", To: "2026-11-01", Each: 3},
	} {
		p.find.Set(in)
		p.Act(keys.ScoreDraw, &d.Env)
		if last(d) != want {
			t.Errorf("%q: %+v", in, d.Last())
		}
	}
	before := len(d.Said)
	for _, in := range []string{"养老保险", "101", "2026-13-01", "2026-11-01 2026-11-02 2026-11-03"} {
		p.find.Set(in)
		p.Act(keys.ScoreDraw, &d.Env)
	}
	if len(d.Said) != before {
		t.Errorf("drew something else: %+v", d.Last())
	}
}

// TestCalibrates: the first number of the search line is the expert.
func TestCalibrates(t *testing.T) {
	d := sample.Alone(scoring(), keys.Review)
	p := New()
	d.Draw(p.Draw, 120, 36)
	for _, bad := range []string{"", "1007", "1007 张某"} {
		p.find.Set(bad)
		p.Act(keys.Calibrate, &d.Env)
		if d.Last() != nil {
			t.Errorf("%q: %+v", bad, d.Last())
		}
	}
	p.find.Set("1007 １008 1009")
	p.Act(keys.Calibrate, &d.Env)
	if last(d) != (review.Calibrate{Expert: "1007", Scorers: "1008 1009"}) {
		t.Errorf("said %+v", d.Last())
	}
	for c, want := range map[keys.Command]review.Verb{keys.DrawCheck: review.Check{}, keys.Spread: review.Spread{}} {
		p.Act(c, &d.Env)
		if last(d) != want {
			t.Errorf("%s: %+v", c, d.Last())
		}
	}
}

// TestCorrectsAMysteryCall: who scores says whether a person was there; what was noted before is shown.
func TestCorrectsAMysteryCall(t *testing.T) {
	v := scoring()
	m := &rules.Mystery{Region: "安徽", RingMS: 4000, WaitMS: 2000}
	v.Review.Work.Agent, v.Review.Work.Mystery = "", m
	d := sample.Alone(v, keys.Review)
	p := New()
	for c, want := range map[keys.Command]bool{keys.ScorePerson: true, keys.ScoreNobody: false} {
		p.Act(c, &d.Env)
		if last(d) != (review.Person{Spoke: want}) {
			t.Errorf("%s said %+v", c, d.Last())
		}
	}
	m.Correct(rules.Person{Spoke: true, AtMS: 3000}, "1007", time.Time{})
	m.Correct(rules.Person{Spoke: true, AtMS: 3000}, "1008", time.Time{}) // says the same
	if got := sheetTitle(v.Review.Work); !strings.HasPrefix(got, "质量监控 安徽：拨通人工，等待 7 秒") {
		t.Error(got)
	}
	if got := course(v.Review.Work); len(got) != 1 || got[0].Text != "1007 更正，原为没有拨通人工" {
		t.Error(got)
	}
}

// TestSaysWhyAMarkIsWrong: appeal and second score take their reason from the note, never the scorer's own note.
func TestSaysWhyAMarkIsWrong(t *testing.T) {
	v := scoring()
	v.Review.Work.Note = "答案不全"
	d := sample.Alone(v, keys.Review)
	p := New()
	d.Draw(p.Draw, 120, 36)
	for c, want := range map[keys.Command]review.Verb{keys.ScoreSecond: review.Second{ID: "s1", Text: "扣得太多"}, keys.ScoreObject: review.Appeal{ID: "s1", Text: "扣得太多"}} {
		before := len(d.Said)
		for _, none := range []string{"答案不全", ""} {
			p.note.Set(none)
			p.Act(c, &d.Env)
		}
		if len(d.Said) != before {
			t.Errorf("%s without a reason: %+v", c, d.Last())
		}
		p.note.Set("扣得太多")
		p.Act(c, &d.Env)
		if last(d) != want || !p.note.Empty() {
			t.Errorf("%s said %+v", c, d.Last())
		}
	}
	v.Review.Work.Appeal = &rules.Appeal{By: "1008", Text: "扣得太多"}
	if got := course(v.Review.Work); len(got) != 1 || got[0].Text != "1008 要求复评：扣得太多" {
		t.Error(got)
	}
}

// TestListSaysWhatItLeavesOut: the list says how much is not in it, goes on past its end, and is narrowed to a state.
func TestListSaysWhatItLeavesOut(t *testing.T) {
	v := scoring()
	v.Review.Sheets.Count, v.Review.Sheets.Next = map[string]int{rules.StateDrawn: 42, rules.StatePublished: 18}, "drawn:x"
	for _, size := range [][2]int{{80, 21}, {120, 34}} {
		d := sample.Alone(v, keys.Review)
		p := New()
		if text, _ := d.Draw(p.Draw, size[0], size[1]); !strings.Contains(text, "评分表 2，另有 58 张") {
			t.Errorf("%v:\n%s", size, text)
		}
		d.Press(p.Update, "down")
		if d.Last() != nil {
			t.Errorf("said %+v", d.Last())
		}
		d.Press(p.Update, "down")
		if last(d) != (review.Sheets{More: true}) {
			t.Errorf("past the end: %+v", d.Last())
		}
		d.Press(p.Update, "end")
		if last(d) != (review.Sheets{State: rules.StateAppealed}) {
			t.Errorf("narrowed: %+v", d.Last())
		}
		if text, _ := d.Draw(p.Draw, size[0], size[1]); !strings.Contains(text, "评分表 待复评 2 ") {
			t.Errorf("%v:\n%s", size, text)
		}
	}
}

// TestRulingIsRead: the ruling stands above an appeal of any length, which is read to its end.
func TestRulingIsRead(t *testing.T) {
	v := scoring()
	v.Review.Work.Appeal = &rules.Appeal{By: "3027", Text: strings.Repeat("来电人自己先挂的机，", 49) + "请再听一遍"}
	v.Review.Work.Settled = &rules.Settled{By: "1009", Mark: 93, Why: "听了，是来电人先挂的"}
	for _, size := range [][2]int{{80, 21}, {120, 34}} {
		d := sample.Alone(v, keys.Review)
		p := New()
		d.Draw(p.Draw, size[0], size[1])
		p.at = areaItems
		text, _ := d.Draw(p.Draw, size[0], size[1])
		if !strings.Contains(text, "由 1009 裁定 93 分 听了，是来电人先挂的") || strings.Contains(text, "请再听一遍") {
			t.Errorf("%v:\n%s", size, text)
		}
		p.Act(keys.Next, &d.Env)
		for range 3 {
			d.Press(p.Update, "pgdown")
		}
		if text, _ = d.Draw(p.Draw, size[0], size[1]); !strings.Contains(text, "请再听一遍") {
			t.Errorf("%v: nobody reads the end of the appeal:\n%s", size, text)
		}
	}
}
