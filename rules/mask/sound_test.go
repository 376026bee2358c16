package mask

import (
	"slices"
	"testing"
	"time"
)

func TestSound(t *testing.T) {
	t.Parallel()
	const s, length = time.Second, 10 * time.Minute
	for name, c := range map[string]struct {
		steps []Step
		want  []Span
	}{
		"nothing to hide":          {[]Step{{"answer", s}, {"hold", 9 * s}, {"continue_recording", 20 * s}}, nil},
		"a pause":                  {[]Step{{"pause_recording", 30 * s}, {"continue_recording", 50 * s}}, []Span{{29 * s, 51 * s}}},
		"a pause up to the end":    {[]Step{{"pause_recording", 590 * s}}, []Span{{589 * s, length}}},
		"a check":                  {[]Step{{"identity", 200 * s}}, []Span{{110 * s, 201 * s}}},
		"a check right away":       {[]Step{{"identity", 20 * s}}, []Span{{0, 21 * s}}},
		"two tries":                {[]Step{{"identity", 200 * s}, {"identity", 230 * s}}, []Span{{110 * s, 231 * s}}},
		"a check that was begun":   {[]Step{{"identity_begin", 30 * s}, {"identity", 200 * s}}, []Span{{29 * s, 201 * s}}},
		"begun, then two tries":    {[]Step{{"identity_begin", 30 * s}, {"identity", 60 * s}, {"identity", 200 * s}}, []Span{{29 * s, 201 * s}}},
		"begun twice":              {[]Step{{"identity_begin", 30 * s}, {"identity", 60 * s}, {"identity_begin", 300 * s}, {"identity", 330 * s}}, []Span{{29 * s, 61 * s}, {299 * s, 331 * s}}},
		"begun and left":           {[]Step{{"identity_begin", 30 * s}}, []Span{{29 * s, 120 * s}}},
		"left, begun again":        {[]Step{{"identity_begin", 30 * s}, {"identity_begin", 100 * s}, {"identity", 110 * s}}, []Span{{29 * s, 111 * s}}},
		"begun at the very end":    {[]Step{{"identity_begin", 590 * s}}, []Span{{589 * s, length}}},
		"a pause within a check":   {[]Step{{"pause_recording", 150 * s}, {"continue_recording", 160 * s}, {"identity", 200 * s}}, []Span{{110 * s, 201 * s}}},
		"after the recording":      {[]Step{{"identity", 800 * s}}, nil},
		"a check, later a pause":   {[]Step{{"identity", 100 * s}, {"pause_recording", 300 * s}, {"continue_recording", 301 * s}}, []Span{{10 * s, 101 * s}, {299 * s, 302 * s}}},
		"before the recording too": {[]Step{{"pause_recording", 0}, {"continue_recording", 5 * s}}, []Span{{0, 6 * s}}},
	} {
		if got := Sound(c.steps, length); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
