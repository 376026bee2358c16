package speex

import (
	"errors"
	"testing"
	"time"
)

func TestOptions(t *testing.T) {
	for _, c := range []struct {
		rate int
		tail time.Duration
	}{{44100, 0}, {16000, time.Minute}, {16000, -1}} {
		if _, err := New(c.rate, c.tail, Options{}); !errors.Is(err, ErrOptions) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	c, err := New(16000, 0, Options{})
	if Available != (err == nil) || !Available && !errors.Is(err, ErrUnavailable) {
		t.Fatalf("available %v, but %v", Available, err)
	}
	if err == nil {
		c.Close()
	}
}
