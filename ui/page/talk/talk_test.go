package talk

import (
	"strings"
	"testing"
	"time"

	"zuoxi/session"
	"zuoxi/ui/form"
	"zuoxi/ui/keys"
	"zuoxi/ui/lookup"
	"zuoxi/ui/sample"
)

func newTalk(v session.View) (*Page, *sample.Desk) {
	f := form.New()
	f.Follow(v.Record)
	return New(lookup.New(sample.Shelf{}), f), sample.Alone(v, keys.Talk)
}

func TestPanesByWidth(t *testing.T) {
	for w, want := range map[int][]string{80: {"受理单"}, 100: {"知识库", "受理单"}, 120: {"来电人", "知识库", "受理单"}, 200: {"来电人", "知识库", "受理单"}} {
		p, d := newTalk(sample.Talking())
		got, cur := d.Draw(p.Draw, w, 30)
		n := strings.Count(got, "┌")
		if n != len(want) || !cur.On {
			t.Errorf("%d columns: %d panes, cursor %+v", w, n, cur)
		}
		for _, title := range want {
			if !strings.Contains(got, title) {
				t.Errorf("%d columns: %s is missing", w, title)
			}
		}
	}
}

func TestTabGoesThroughEverything(t *testing.T) {
	p, d := newTalk(sample.Talking())
	d.Draw(p.Draw, 80, 20)
	seen := map[int]bool{}
	for range 40 {
		p.Act(keys.Next, &d.Env)
		got, cur := d.Draw(p.Draw, 80, 20)
		seen[p.at] = true
		if p.Typing() != cur.On {
			t.Fatalf("area %d: typing %v, cursor %+v\n%s", p.at, p.Typing(), cur, got)
		}
	}
	if len(seen) != areas {
		t.Errorf("areas seen: %v", seen)
	}
	for range 40 {
		p.Act(keys.Previous, &d.Env)
	}
}

func TestTimelineScrolls(t *testing.T) {
	v := sample.Talking()
	for range 30 {
		v.Call.Timeline = append(v.Call.Timeline, session.TimelineRow{At: v.Call.Bridged, Text: "保持 00:01"})
	}
	v.Call.Timeline = append(v.Call.Timeline, session.TimelineRow{At: v.Call.Bridged, Text: "最后一行"})
	p, d := newTalk(v)
	d.Draw(p.Draw, 120, 36)
	p.at = areaCaller
	if got, _ := d.Draw(p.Draw, 120, 36); !strings.Contains(got, "最后一行") {
		t.Error("the newest line is not shown")
	}
	d.Press(p.Update, "up", "up")
	if got, _ := d.Draw(p.Draw, 120, 36); strings.Contains(got, "最后一行") {
		t.Error("the timeline did not scroll")
	}
}

func TestThirdPartyIsListed(t *testing.T) {
	p, d := newTalk(sample.Consulting())
	if got, _ := d.Draw(p.Draw, 120, 36); !strings.Contains(got, "8012 何某 已接通") {
		t.Error("the third party is not shown")
	}
	p.Act(keys.Save, &d.Env)
	if _, ok := d.Last().(session.EditRecord); !ok {
		t.Errorf("F9 said %v", d.Last())
	}
}

func TestTimelineCountsFromTheBridge(t *testing.T) {
	v := sample.Talking()
	v.Call.Timeline = []session.TimelineRow{{At: v.Call.Bridged.Add(-83 * time.Second), Text: "来电"}, {At: v.Call.Bridged.Add(9 * time.Second), Text: "保持"}}
	p, d := newTalk(v)
	got, _ := d.Draw(p.Draw, 120, 36)
	for _, want := range []string{"-1:23 来电", "00:09 保持"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
}
