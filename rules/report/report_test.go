package report

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDecimal(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		num, den int64
		places   int
		want     string
	}{
		{25002000, 10000, 1, "2500.2"}, {0, 10000, 1, "0.0"}, {1, 0, 1, "-"}, {34900, 366, 1, "95.4"}, {34900, 366, 2, "95.36"}, // text of the seed, not its table
		{-400, 29, 1, "-13.8"}, {600, 32, 1, "18.8"}, {3000, 319, 1, "9.4"}, {2800, 305, 1, "9.2"}, {900, 275, 1, "3.3"}, {200, 22, 1, "9.1"}, {400, 83, 1, "4.8"},
		{1, 2, 0, "1"}, {-1, 2, 0, "-1"}, {-1, 1000, 1, "0.0"}, {5, 1000, 2, "0.01"}, {4, 1000, 2, "0.00"}, {26 * 100, 32, 1, "81.3"}, {7, -2, 1, "-3.5"},
	} {
		if got := Decimal(tt.num, tt.den, tt.places); got != tt.want {
			t.Errorf("%d/%d to %d places: %s, want %s", tt.num, tt.den, tt.places, got, tt.want)
		}
	}
}

// TestRoundingExplainsTheSeed: the eight rows of the seed that miss by 0.1 are what plain rounding makes of whole calls. For
// each there are counts in one class each that print exactly as it did.
func TestRoundingExplainsTheSeed(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]struct {
		human, auto, abandoned int64 // hundreds of calls
		print                  [5]string
	}{
		"北京": {5544, 3219, 1512, [5]string{"102.8", "87.6", "55.4", "32.2", "15.1"}}, "河北": {1939, 3594, 1804, [5]string{"73.4", "55.3", "19.4", "35.9", "18.0"}},
		"上海": {9621, 4115, 17077, [5]string{"308.1", "137.4", "96.2", "41.2", "170.8"}}, "江苏": {10124, 17684, 2930, [5]string{"307.4", "278.1", "101.2", "176.8", "29.3"}},
		"河南": {1247, 3728, 1716, [5]string{"66.9", "49.8", "12.5", "37.3", "17.2"}}, "广西": {658, 39, 6, [5]string{"7.0", "7.0", "6.6", "0.4", "0.1"}},
		"贵州": {786, 2766, 320, [5]string{"38.7", "35.5", "7.9", "27.7", "3.2"}}, "新疆": {425, 325, 385, [5]string{"11.4", "7.5", "4.3", "3.3", "3.8"}},
	} {
		s := Sums{Classes: Classes{Human: r.human, Auto: r.auto, Queue: r.abandoned}}
		s.Arrived = s.Answered() + s.Abandoned()
		table := Calls(CallAsk{Label: "地区", Groups: []Group{{Name: name, Sums: s}}, Logged: Tally{s.Arrived, s.Human}, Each: 100, Wan: true})
		got := table.Printed(table.Rows[0])[1:6]
		if name == "新疆" { // 3.85 rounds up: this row needs single calls
			s = Sums{Classes: Classes{Human: 4254, Auto: 3254, Queue: 3849, Arrived: 4254 + 3254 + 3849}}
			table = Calls(CallAsk{Label: "地区", Groups: []Group{{Name: name, Sums: s}}, Logged: Tally{s.Arrived, s.Human}, Each: 10, Wan: true})
			got = table.Printed(table.Rows[0])[1:6]
		}
		if !slices.Equal(got, r.print[:]) {
			t.Errorf("%s prints %v, want %v", name, got, r.print)
		}
		for _, c := range table.Checks {
			if !c.OK() {
				t.Errorf("%s: %s", name, c.Line())
			}
		}
	}
}

// TestEveryCallOnce: whatever the classes hold, the table's own proofs agree, and a call that is not closed is shown as the
// difference.
func TestEveryCallOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var groups []Group
		var logged, human, open int64
		for range rapid.IntRange(0, 5).Draw(t, "groups") {
			n := func(label string) int64 { return rapid.Int64Range(0, 1e6).Draw(t, label) }
			s := Sums{Classes: Classes{Human: n("human"), Auto: n("auto"), Menu: n("menu"), Queue: n("queue"), Ring: n("ring"), Fault: n("fault"), Open: rapid.Int64Range(0, 2).Draw(t, "open")}}
			s.Arrived = s.Answered() + s.Abandoned() + s.Open
			logged, human, open = logged+s.Arrived, human+s.Human, open+s.Open
			groups = append(groups, Group{Name: "x", Sums: s})
		}
		table := Calls(CallAsk{Label: "x", Groups: groups, Logged: Tally{logged, human}})
		if d := table.Checks[0]; d.Want-d.Got != open || d.OK() != (open == 0) || open > 0 && !strings.Contains(d.Line(), "没有结束") {
			t.Fatalf("%+v with %d open", d, open)
		}
		for _, c := range table.Checks[1:] {
			if !c.OK() {
				t.Fatal(c.Line())
			}
		}
	})
}

// TestDashIsNotZero: silence, a rate of nothing and a count of nothing print differently, and what was put in is marked.
func TestDashIsNotZero(t *testing.T) {
	t.Parallel()
	table := Calls(CallAsk{Label: "地区", Groups: []Group{{Name: "甲", Silent: true}, {Name: "乙"}}, Imputed: []Reported{{Name: "甲估", Figures: Figures{Total: 10, Answered: 9, Human: 5, Auto: 4, Abandoned: 2}}}})
	for i, want := range []string{"甲 - - - - - - - - - -", "乙 0 0 0 0 0 - - - - -", "甲估 10* 9* 5* 4* 2* 50.0* 40.0* 20.0* 90.0* -", "合计 10 9 5 4 2 50.0 40.0 20.0 90.0 -"} {
		if got := strings.Join(table.Printed(table.Rows[i]), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if i := slices.IndexFunc(table.Checks, func(c Check) bool { return !c.OK() }); i < 0 || !strings.Contains(table.Checks[i].Line(), "差 1") {
		t.Errorf("what was put in does not add up and nobody says so: %+v", table.Checks)
	}
	if !slices.Contains(table.Notes, AutoNote) {
		t.Error("the report does not say what auto counts")
	}
}

func TestWaitBands(t *testing.T) {
	t.Parallel()
	s := Sums{Classes{Arrived: 31, Human: 31}, Waits{Queued: 31, In15: 3, In20: 5, Waited: 31, WaitMS: 31 * 77000, Wait30: 10, Wait120: 15, WaitMax: 200000}, Work{Good: 18, Fair: 1, Unhappy: 1, NoAnswer: 20}}
	table := Wait("地区", []Group{{Name: "全国", Sums: s}}, Tally{31, 31})
	if got, want := strings.Join(table.Printed(table.Rows[0]), " "), "全国 31 9.7 16.1 31 77 200 10 15 6 0 0 - 90.0 50.0"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestHot(t *testing.T) {
	t.Parallel()
	table := Hot([]Topic{
		{"养老保险", "延迟退休", 40, 10}, {"养老保险", "转移接续", 12, 10}, {"工伤保险", "伤残等级", 4, 0}, {"失业保险", "补助金", 8, 0}, {"社会保障卡", "", 90, 1},
	}, Made{Now: 154, Before: 21}, DefaultHot, 10)
	if c := table.Checks; len(c) != 2 || !c[0].OK() || !c[1].OK() {
		t.Errorf("what hot topics are chosen from: %+v", c)
	}
	var got []string
	for _, r := range table.Rows {
		got = append(got, strings.Join(table.Printed(r), " "))
	}
	if want := []string{"延迟退休 养老保险 40 10 30 300.0", "补助金 失业保险 8 0 8 -"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if missed := Topics([]Topic{{"维权投诉", "", 11790, 0}}, Made{Now: 11791}); missed.Proved() || missed.Checks[0].Line() != "各业务之和 = 库里的咨询单：11790 ≠ 11791，差 -1" {
		t.Errorf("a record that is in no row is not shown: %+v", missed.Checks)
	}
	topics := Topics([]Topic{{"维权投诉", "", 11790, 0}, {"", "", 18440, 0}}, Made{Now: 30230})
	if got := strings.Join(topics.Printed(topics.Rows[1]), " "); got != "维权投诉 11790 39.00 0 -" { // the seed: 39 %
		t.Error(got)
	}
}

func TestAgeing(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 3, n, 12, 0, 0, 0, time.UTC) }
	table := Ageing([]Order{
		{Kind: "投诉", Created: day(1), Open: true, Dues: []Due{{At: day(8)}}},
		{Kind: "咨询", Created: day(9), Open: true, Dues: []Due{{At: day(12)}}},
		{Kind: "咨询", Created: day(2), Dues: []Due{{At: day(5), Done: day(4)}}},
		{Kind: "咨询", Created: day(2), Dues: []Due{{At: day(5), Done: day(6)}}},
	}, 2, day(1), day(31), day(10))
	got := strings.Join(table.Printed(table.Rows[len(table.Rows)-1]), " ")
	if want := "合计 2 0 1 0 1 0 0 1 3 1 33.3"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSheet(t *testing.T) {
	t.Parallel()
	hour := int64(3600_000)
	agents := []Agent{
		{No: "8001", Name: "甲", Sums: Sums{Classes{Human: 100}, Waits{}, Work{TalkMS: 100 * 180000, Good: 80, Unhappy: 10, NoAnswer: 10}}, Expect: 100 * 200000, DutyMS: 8 * hour, Orders: 100, Quality: Count(90), Knowledge: 80, Discipline: 100, Abused: 2, First: First{Once: 3, Again: 1, Young: 9}},
		// Fewer and harder calls in the same time: no worse by volume.
		{No: "8002", Name: "乙", Sums: Sums{Classes{Human: 50}, Waits{}, Work{TalkMS: 50 * 400000}}, Expect: 50 * 400000, DutyMS: 8 * hour, Orders: 40, Late: 10, Quality: Count(90), Knowledge: -1, Discipline: -1},
		{No: "8003", Name: "丙", Knowledge: -1, Discipline: -1},
	}
	table := Sheet(agents, DefaultWeights, DefaultFirst, 150)
	for i, want := range []string{
		"1 8001 甲 100 180 8.0 88.9 90.0 75.0 90.0 83.3 100.0 80 100 90.3 2 ", "2 8002 乙 50 400 8.0 - - - 90.0 83.3 81.0 - - 86.0 0 缺2项", "- 8003 丙 0 - 0.0 - - - - - - - - - 0 缺5项",
	} {
		if got := strings.Join(table.Printed(table.Rows[i]), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	for _, w := range []Weights{{}, {35, 25, 15, 10, 14}, {-5, 65, 15, 10, 15}} {
		if w.Check() == nil {
			t.Errorf("%+v accepted", w)
		}
	}
	stars := Awards([]Month{{No: "8001", Score: Count(90), Before: Count(85)}, {No: "8002", Score: Count(95), Before: Count(94), Good: 3, Best: Count(98), BestCall: "call7"}, {No: "8003", Abused: 1, Best: Count(97), BestCall: "call8"}}, DefaultStars)
	var got []string
	for _, r := range stars.Rows {
		got = append(got, r.Cells[0].Text+r.Cells[1].Text)
	}
	if want := []string{"二星8001", "三星8002", "最佳通话8002", "进步奖8001", "委屈奖8003", "市民嘉奖8002"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestLimitsOfTheCentre: what a centre may set for stars and hot topics, and that the table names it.
func TestLimitsOfTheCentre(t *testing.T) {
	t.Parallel()
	for stars, want := range map[[3]int64]error{{60, 70, 80}: nil, {75, 85, 92}: nil, {70, 70, 80}: ErrStars, {0, 70, 80}: ErrStars, {70, 80, 101}: ErrStars} {
		if err := (StarRule{stars}).Check(); !errors.Is(err, want) {
			t.Errorf("%v: %v", stars, err)
		}
	}
	for rule, want := range map[HotRule]error{{1, 0}: nil, DefaultHot: nil, {0, 30}: ErrHot, {5, -1}: ErrHot} {
		if err := rule.Check(); !errors.Is(err, want) {
			t.Errorf("%v: %v", rule, err)
		}
	}
	table := Awards([]Month{{No: "8001", Score: Count(65)}}, StarRule{[3]int64{60, 70, 80}})
	if len(table.Rows) != 1 || table.Rows[0].Cells[0].Text != "一星" || !strings.Contains(table.Notes[0], "60、70、80") {
		t.Errorf("%+v %q", table.Rows, table.Notes)
	}
}

// TestSearched: misses are counted against all searches, and the worst wordings are named.
func TestSearched(t *testing.T) {
	t.Parallel()
	none := Knowledge(nil, 0, 0, Cited{}, 1)
	notes := len(none.Notes)
	none.Searched(nil, 0)
	if got := none.Printed(none.Rows[len(none.Rows)-1]); got[2] != "0" || got[3] != "-" || len(none.Notes) != notes {
		t.Errorf("without a search: %q %q", got, none.Notes)
	}
	table := Knowledge(nil, 0, 0, Cited{}, 1)
	table.Searched([]Search{{"农保", 0, 4}, {"4050", 1, 0}, {"扣卡", 2, 1}}, 8)
	n := len(table.Rows)
	all, missed := strings.Join(table.Printed(table.Rows[n-2]), " "), strings.Join(table.Printed(table.Rows[n-1]), " ")
	if !strings.HasSuffix(all, " 8 -") || !strings.HasSuffix(missed, " 3 37.5") {
		t.Errorf("%q, %q", all, missed)
	}
	if note := table.Notes[len(table.Notes)-1]; note != "最常未命中：扣卡 2 次、4050 1 次" {
		t.Error(note)
	}
}

func TestProvince(t *testing.T) {
	t.Parallel()
	if Province("320102") != "江苏" || Province("66") != "兵团" || Province("9") != unknown || len(Provinces) != 32 {
		t.Error("provinces")
	}
	one := ByProvince(map[string]Sums{"江苏": {}})
	two := ByProvince(map[string]Sums{"江苏": {}, "浙江": {}, unknown: {}})
	if len(one) != 1 || len(two) != 33 || !two[0].Silent || two[9].Silent {
		t.Errorf("%d %d", len(one), len(two))
	}
}

// TestMystery: the ministry's bands and means by province, in its order: a city counts once however often it was called, and so
// does a province; who could not be reached is no zero, and a disputed mark is in no mean.
func TestMystery(t *testing.T) {
	t.Parallel()
	call := func(region, city string, wait, mark int64) Scored {
		return Scored{Mystery: true, Region: region, City: city, Opened: true, Manual: true, WaitMS: wait * 1000, Mark: mark, Stands: true, Parts: [3]int64{24, 38, mark - 62}, PartOf: [3]int64{25, 40, 35}}
	}
	table := Mystery([]Scored{
		call("江苏", "南京", 30, 92), call("江苏", "苏州", 121, 88), call("北京", "北京", 31, 92),
		{Mystery: true, Region: "江苏", City: "南京", Opened: true, Manual: true, WaitMS: 30000, Mark: 20, Appealed: true, Parts: [3]int64{5, 5, 10}, PartOf: full},
		{Mystery: true, Region: "江苏", City: "苏州", Mark: -1}, // another time nobody took the call
		{Mystery: true, Region: "山西", City: "太原", Opened: true, Mark: -1}, {Mystery: true, Region: "山西", City: "大同", Mark: -1},
	}, Laid{7, 3, 272})
	var got []string
	for _, r := range table.Rows {
		got = append(got, strings.Join(table.Printed(r), " "))
	}
	if want := []string{
		"北京 1 1 100.0 1 31 0 1 0 1 92 24 38 30", "山西 2 1 50.0 0 - 0 0 0 0 - - - -", "江苏 2 2 100.0 2 76 1 0 1 2 90 24 38 28",
		"合计 5 4 80.0 3 61 1 1 1 3 91 24 38 29", "各省平均 - - - 2 53 0 2 0 2 91 24 38 29",
	}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	q := Quality([]Scored{{Agent: "8001", Mark: 97, Stands: true, Parts: [3]int64{25, 40, 32}, PartOf: full}, {Agent: "8001", Mark: -1},
		{Agent: "8001", Mark: 20, Appealed: true, Parts: [3]int64{5, 5, 10}, PartOf: full}, {Agent: "8002", Mark: 90, Stands: true, Appealed: true, Settled: true, Parts: [3]int64{22, 36, 32}, PartOf: full}}, Laid{4, 2, 187})
	if got := strings.Join(q.Printed(q.Rows[2]), " "); got != "合计 4 3 93.5 23.5 38.0 32.0 2 1" {
		t.Error(got)
	}
	for _, c := range append(table.Checks, q.Checks...) {
		if !c.OK() {
			t.Error(c.Line())
		}
	}
}

// TestFirstContact: each question is in one class, only first contacts are the whole, and the definition stands below.
func TestFirstContact(t *testing.T) {
	t.Parallel()
	table := FirstContact("工号", []FirstGroup{
		{"8001", First{Asked: 12, Unknown: 1, Repeated: 2, Once: 5, Again: 1, Passed: 1, Waiting: 1, Young: 1}}, {"8002", First{Asked: 3, Young: 3}},
	}, FirstRule{Days: 5})
	for i, want := range []string{"8001 62.5 8 5 1 1 1 2 1 1 12", "8002 - 0 0 0 0 0 0 0 3 3", "合计 62.5 8 5 1 1 1 2 1 4 15"} {
		if got := strings.Join(table.Printed(table.Rows[i]), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if !table.Checks[0].OK() || !strings.Contains(table.Notes[0], "此后 5 天内") {
		t.Errorf("%+v %q", table.Checks, table.Notes)
	}
	lost := FirstContact("工号", []FirstGroup{{"8001", First{Asked: 2, Once: 1}}}, DefaultFirst)
	if lost.Checks[0].OK() {
		t.Error("a question without a class is not shown")
	}
	topics := Topics([]Topic{{Subject: "养老保险", Count: 2}, {Count: 1}}, Made{Now: 3})
	topics.Settled(map[string]First{"养老保险": {Once: 1, Again: 1}, NoSubject: {Once: 1}}, DefaultFirst)
	for i, want := range []string{"50.0", "100.0", "66.7"} {
		if got := topics.Printed(topics.Rows[i]); got[len(got)-1] != want {
			t.Errorf("row %d: %q, want %s", i, got, want)
		}
	}
	for days, want := range map[int64]error{0: ErrFirst, 1: nil, 7: nil, 30: nil, 31: ErrFirst} {
		if err := (FirstRule{days}).Check(); !errors.Is(err, want) {
			t.Errorf("%d days: %v", days, err)
		}
	}
}
