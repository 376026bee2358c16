package layers

import (
	"slices"
	"strings"
	"testing"
)

// What an audio callback runs through: packages as a whole, and the files of those that do more.
var (
	callbackPackages = []string{
		"softphone/lane", "softphone/ringer", "media/gain", "media/jitter", "media/level", "media/plc", "media/resample", "media/speex", "media/stretch", "media/tone",
	}
	callbackFiles = []string{"softphone/ear.go", "softphone/mic.go", "softphone/overhear.go", "softphone/side.go", "softphone/device/stream.go"}
)

// TestNoLockInTheCallback proves what can be read of the rule that an audio callback takes no lock and no memory: nothing that
// it runs through has a lock to wait for. Where no Linux is, a bell is closed under one (sync.Once), which the callback never does.
func TestNoLockInTheCallback(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, s := range sources(t) {
		pkg, file := slices.Contains(callbackPackages, s.pkg), slices.Contains(callbackFiles, s.path)
		if s.test || !pkg && !file || s.path == "softphone/lane/bell_other.go" {
			continue
		}
		seen[s.pkg], seen[s.path] = true, true
		for _, spec := range s.file.Imports {
			if strings.Trim(spec.Path.Value, `"`) == "sync" {
				t.Errorf("%s: an audio callback may not wait for a lock; sync/atomic and softphone/lane do without", s.at(spec.Pos()))
			}
		}
	}
	for _, where := range slices.Concat(callbackPackages, callbackFiles) {
		if !seen[where] {
			t.Errorf("%s is no more: what does the callback run through in its place?", where)
		}
	}
}
