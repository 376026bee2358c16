package quality

import (
	"testing"
	"time"
)

func spans(at ...float64) []Span {
	var out []Span
	for i := 0; i+1 < len(at); i += 2 {
		out = append(out, Span{time.Duration(at[i] * 1e9), time.Duration(at[i+1] * 1e9)})
	}
	return out
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	s := time.Second
	for name, c := range map[string]struct {
		talk Talk
		want Facts
	}{
		"nobody speaks": {Talk{End: 12 * s}, Facts{OpeningAfter: -1, DeadAir: 1, LongestSilence: 12 * s}},
		"a good talk": {Talk{Agent: spans(1, 4, 9, 14, 20, 22), Caller: spans(5, 8, 15, 19, 23, 24), End: 24 * s, Release: ReleaseCaller},
			Facts{OpeningAfter: s, LongestSilence: s, Median: s, Slowest: s, Release: ReleaseCaller}},
		"late, dead air, a long hold": {Talk{Agent: spans(4, 5, 100, 101), Caller: spans(6, 8), Waits: spans(16, 80), End: 102 * s, Release: ReleaseAgent},
			Facts{OpeningAfter: 4 * s, DeadAir: 2, LongestWait: 64 * s, LongestSilence: 92 * s, Release: ReleaseAgent, ClosingBefore: s}},
		"an interruption, a word of assent": {Talk{Agent: spans(0, 1, 4, 7, 9, 9.4), Caller: spans(2, 5, 8, 11), End: 11 * s, Release: ReleaseCaller},
			Facts{LongestSilence: s, Interruptions: 1, Release: ReleaseCaller}},
		"cut off in the turn": {Talk{Agent: spans(0, 2, 5, 9), Caller: spans(2.5, 4), End: 9 * s, Release: ReleaseCaller},
			Facts{LongestSilence: s, Median: s, Slowest: s, Release: ReleaseCaller, CutInTurn: true}},
		"a cough in a pause, words to somebody else": {Talk{Agent: spans(0, 2, 40, 60), Caller: spans(10, 10.5, 45, 48, 90, 92), Waits: spans(30, 80), End: 92 * s, Release: ReleaseCaller},
			Facts{LongestWait: 50 * s, LongestSilence: 88 * s, DeadAir: 3, Release: ReleaseCaller}},
		"released while the caller speaks to who is muted": {Talk{Agent: spans(0, 2), Caller: spans(3, 4, 8, 14), Waits: spans(5, 16), End: 16 * s, Release: ReleaseAgent},
			Facts{LongestWait: 11 * s, LongestSilence: 12 * s, Release: ReleaseAgent}},
		"a stretch that cannot be heard": {Talk{Agent: spans(0, 2, 30, 32), Caller: spans(3, 4), Gaps: spans(5, 28), End: 32 * s, Release: ReleaseCaller},
			Facts{LongestSilence: 26 * s, Release: ReleaseCaller, CutInTurn: true}},
	} {
		if got := Measure(c.talk); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
