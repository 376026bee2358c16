package ticket

import "testing"

// TestSubmitIsLegal walks every submission through the table of steps.
func TestSubmitIsLegal(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds {
		for _, h := range []Handling{OnSpot, Forward} {
			for _, f := range []Facts{{}, {Urgent: true}, {Anonymous: true}} {
				for _, verified := range []bool{false, true} {
					s := First(k)
					for _, e := range Submit(k, h, f, verified) {
						next, _, err := Step(k, s, e, f)
						if err != nil {
							t.Errorf("%s %s %+v: %v", k, h, f, err)
						}
						s = next
					}
				}
			}
		}
	}
}

func TestIncomplete(t *testing.T) {
	t.Parallel()
	whole := map[string]string{"category": "养老保险", "region": "320100", "summary": "问", "answer": "答"}
	without := func(code string) map[string]string {
		out := map[string]string{}
		for c, v := range whole {
			if c != code {
				out[c] = v
			}
		}
		return out
	}
	for _, tc := range []struct {
		k        Kind
		h        Handling
		verified bool
		values   map[string]string
		want     string // code of the one field that is missing
	}{
		{KindConsult, OnSpot, false, whole, ""},
		{KindConsult, OnSpot, false, without("answer"), "answer"},
		{KindConsult, Forward, false, without("answer"), "dept"},
		{KindConsult, OnSpot, false, without("region"), "region"},
		{KindInquiry, OnSpot, false, without("answer"), "item"},
		{KindReport, Forward, false, map[string]string{"category": "劳动关系", "region": "1", "summary": "问", "employer": "某厂", "facts": "事"}, "dept"},
		{KindConduct, Forward, false, map[string]string{"category": "劳动关系", "region": "1", "summary": "问", "office": "某处", "facts": "事"}, ""},
	} {
		got := Incomplete(tc.k, tc.h, tc.verified, tc.values)
		if tc.want == "" && len(got) > 0 || tc.want != "" && (len(got) != 1 || got[0].Code != tc.want) {
			t.Errorf("%s %s: %v, want %q", tc.k, tc.h, got, tc.want)
		}
	}
}

func TestWhoActs(t *testing.T) {
	t.Parallel()
	for _, k := range Kinds {
		for _, s := range States(k) {
			if s.Theirs() && s.Settled() {
				t.Errorf("%s: somebody else acts in %s and nobody looks after it", k, s)
			}
		}
		if Final(k, StateClosed) && !StateClosed.Settled() {
			t.Errorf("%s: a closed record stays on the list", k)
		}
	}
	if n := len(Personal(KindComplaint)); n != 4 {
		t.Errorf("a complaint has %d sealed fields", n)
	}
}
