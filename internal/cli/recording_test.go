package cli

import (
	"maps"
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
