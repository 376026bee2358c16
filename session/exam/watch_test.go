package exam

import (
	"strings"
	"testing"

	"zuoxi/rules/exam"
)

// ringing is a call that has just been answered.
func ringing(t *testing.T) *room {
	t.Helper()
	r := newRoom(t)
	r.hand(callOnly(), "")
	r.Do(Open{Paper: "p2"})
	r.Do(Next{-1})
	r.Do(Pick{})
	r.speak(0.5, false)
	return r
}

func (r *room) lines0() []string {
	var out []string
	for _, l := range r.Desk.sit.call.mouth.lines {
		out = append(out, l.Text)
	}
	return out
}

func loudest(pcm []int16) int16 {
	most := int16(0)
	for _, v := range pcm {
		most = max(most, v)
	}
	return most
}

// TestExaminerLeads: the caller says what the examiner picks and nothing by itself; notes and ticks stand in the timeline
// with the examiner's number; when the examiner goes, the script goes on.
func TestExaminerLeads(t *testing.T) {
	t.Parallel()
	r := ringing(t)
	r.Steer(exam.SteerSay, exam.Choice{Kind: exam.ChoiceNode, ID: "bye"}, "6001")
	if len(r.lines0()) != 0 {
		t.Fatal("steered by somebody who does not watch")
	}
	r.Steer(exam.SteerAttend, exam.Choice{}, "6001")
	r.Steer(exam.SteerLead, exam.Choice{}, "6001")
	r.speak(2, true)
	r.speak(1.5, false)
	r.quiet()
	l, ok := r.Live()
	if !ok || !l.Watched || !l.Call.Led || len(l.Call.Choices) == 0 || l.Call.Scenario != "s01" {
		t.Fatalf("%+v", l)
	}
	if len(r.aired) == 0 || loudest(r.aired) < 1000 {
		t.Error("who watches hears nothing")
	}
	r.speak(2, true)
	r.speak(40, false) // far beyond the patience of a caller who is alone
	if got := r.lines0(); len(got) != 1 {
		t.Fatalf("the script went on by itself: %q", got)
	}
	r.Steer(exam.SteerSay, exam.Choice{Kind: exam.ChoiceFact, ID: "f3"}, "6001")
	r.quiet()
	r.Steer(exam.SteerNote, exam.Choice{Text: "语气很急"}, "6001")
	r.Steer(exam.SteerTick, exam.Choice{ID: "p1"}, "6001")
	if got := r.lines0(); len(got) != 2 || got[1] != "户籍在乙省某县" {
		t.Fatalf("%q", got)
	}
	r.Alone()
	r.speak(2, true)
	if len(r.aired) > 0 {
		t.Error("the line is open with nobody to hear it")
	}
	r.speak(1.5, false)
	r.quiet()
	r.speak(2, false)
	r.Do(HandIn{})
	res := r.result()
	c := res.Calls[0]
	var all []string
	for _, m := range c.Timeline {
		all = append(all, m.Text)
	}
	text := strings.Join(all, "\n")
	if !strings.Contains(text, "考官 6001：语气很急") || !strings.Contains(text, "勾选 p1") || c.Progress.Ended != exam.EndCaller || c.TalkS < 4 || c.CallerS <= 0 {
		t.Errorf("%+v\n%s", c, text)
	}
	if len(res.Notes) < 2 || !strings.Contains(res.Notes[0].Text, "考官 6001 旁听") {
		t.Errorf("%+v", res.Notes)
	}
}

// TestRecogniserMovesTheScript: what was said is asked, answered and marked, without a word in the record.
func TestRecogniserMovesTheScript(t *testing.T) {
	t.Parallel()
	r := ringing(t)
	r.Listening(true)
	r.speak(2, true)
	r.speak(1.5, false)
	r.Heard("您好，12333，五零零一号，请问有什么可以帮您？", 0, Rate)
	r.quiet()
	from := r.Desk.sit.call.at
	r.speak(2, true)
	r.speak(1.2, false)
	if len(r.lines0()) != 1 {
		t.Fatalf("the caller did not wait for the words: %q", r.lines0())
	}
	r.Heard("请问您户口在哪里？", from, r.Desk.sit.call.at)
	r.speak(0.1, false)
	if got := r.lines0(); len(got) != 2 || got[1] != "户籍在乙省某县" {
		t.Fatalf("%q", got)
	}
	r.quiet()
	r.speak(2, true)
	r.speak(3.2, false) // the words never come: the caller does not wait for ever
	r.quiet()
	r.Heard("可以在户籍地领。感谢来电，再见。", r.Desk.sit.call.at-Rate, r.Desk.sit.call.at)
	r.speak(2, true)
	r.speak(3.2, false)
	r.quiet()
	r.speak(2, false)
	r.Do(HandIn{})
	c := r.result().Calls[0]
	if !c.Facts.Words || !c.Facts.NumberHeard || !c.Facts.ClosingHeard || c.Facts.Forbidden != 0 || len(c.Progress.Points) != 1 || len(c.Progress.Facts) != 1 {
		t.Errorf("%+v\n%+v", c.Facts, c.Progress)
	}
	for i := range c.Timeline[1:] {
		if c.Timeline[i].MS > c.Timeline[i+1].MS {
			t.Fatalf("the timeline is not in order: %+v", c.Timeline)
		}
	}
}

func TestMixed(t *testing.T) {
	t.Parallel()
	alaw := make([]byte, 2*Rate)
	for i := range alaw {
		alaw[i] = 0xD5
	}
	if got := Mixed(alaw, 500); len(got) != Rate/2 || got[0] > 20 {
		t.Errorf("%d samples", len(got))
	}
	if Mixed(alaw, -1) != nil || Mixed(alaw, 5000) != nil {
		t.Error("sound from nowhere")
	}
}
