package fault

import (
	"testing"
	"time"

	"zuoxi/softphone"
)

// TestUnpluggedInMidSentence: the call goes on in silence, and with the headset
// voice comes back, both ways, within a second of its being there.
func TestUnpluggedInMidSentence(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.call()
	r.sound.Unplug("headset")
	if e := r.await(softphone.DeviceMissing); e.Text == "" {
		t.Fatal("no words for the agent")
	}
	if s := r.phone.Status(); s.Path != softphone.Up || !s.Talking {
		t.Fatalf("%+v", s)
	}
	began := time.Now()
	r.sound.Plug("headset")
	r.await(softphone.DeviceBack)
	opened := time.Since(began)
	r.both()
	t.Logf("open %v, heard %v after it was plugged in", opened, time.Since(began))
	if opened > time.Second {
		t.Errorf("opened after %v", opened)
	}
}
