package cli

import (
	"maps"
	"strings"
	"testing"

	"zuoxi/internal/config"
	"zuoxi/rules/retain"
)

// TestRecordingsStayAsTheRulesShip: what config.example.toml shows is what rules/retain ships.
func TestRecordingsStayAsTheRulesShip(t *testing.T) {
	days, err := retain.Defaults().With(config.Defaults().Hub.Recording.Keep)
	if err != nil || !maps.Equal(days, retain.Defaults()) {
		t.Errorf("%v %v", days, err)
	}
}

// TestCopiesAreMaskedUnlessSaid: what was the way to ask for silence stays accepted, and cannot ask for the whole.
func TestCopiesAreMaskedUnlessSaid(t *testing.T) {
	export := []string{"recording", "export", "--reason", "复核"}
	for _, flags := range [][]string{{"--mask", "--unmasked"}, {"--mask=false"}} {
		if r := zuoxi(t, nil, append(append(export, flags...), "c1", "/nowhere/x.wav")...); r.code != exitUsage || !strings.Contains(r.err, "只用 --unmasked") {
			t.Errorf("%q: %+v", flags, r)
		}
	}
	for _, flags := range [][]string{nil, {"--mask"}, {"--unmasked"}, {"--mask=false", "--unmasked"}} {
		if r := zuoxi(t, nil, append(append(export, flags...), "c1", "/nowhere/x.wav")...); !strings.Contains(r.err, "写不了 /nowhere/x.wav") {
			t.Errorf("%q: %+v", flags, r)
		}
	}
}
