// Package rig is sound hardware made of software for measurements: headsets on
// a JACK server, whose microphone says and whose ear keeps what a benchmark
// wants. All headsets of a server share one clock of samples, so a delay can be
// read off sample by sample, and events outside are stamped on the same clock.
// It is linked to libjack and must never become part of the product; only
// internal/bench uses it. scripts/rig.sh starts the server.
package rig

/*
#cgo pkg-config: jack
#include <stdlib.h>
#include "headset.h"
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unsafe"
)

// Rate is the only rate of the rig.
const Rate = 48000

// The reasons why there is no headset.
var (
	ErrServer = errors.New("no JACK server: JACK_DEFAULT_SERVER names the one to use")
	ErrRate   = fmt.Errorf("the JACK server does not run at %d Hz", Rate)
	ErrMemory = errors.New("no memory for the tapes")
)

// Headset is one virtual headset. PortAudio lists it as a device by its name.
type Headset struct {
	h    *C.headset
	Name string
}

// Open puts a headset on the server that JACK_DEFAULT_SERVER names.
func Open(name string) (*Headset, error) {
	s := C.CString(name)
	defer C.free(unsafe.Pointer(s))
	h := C.headset_open(s)
	if h == nil {
		return nil, fmt.Errorf("headset %s: %w", name, ErrServer)
	}
	if C.jack_get_sample_rate(h.client) != Rate {
		C.headset_close(h)
		return nil, fmt.Errorf("headset %s: %w", name, ErrRate)
	}
	return &Headset{h, name}, nil
}

// Close takes the headset away.
func (h *Headset) Close() { C.headset_close(h.h) }

// Xruns counts the server's missed periods.
func (h *Headset) Xruns() int { return int(C.headset_xruns(h.h)) }

// Period is the server's, in samples.
func (h *Headset) Period() int { return int(C.jack_get_buffer_size(h.h.client)) }

// Wire connects every port of the clients whose name begins with app, and
// tells whether there are some in both directions. PortAudio's programs wire
// themselves.
func (h *Headset) Wire(app string) bool {
	in, out := h.ports(app, C.JackPortIsInput), h.ports(app, C.JackPortIsOutput)
	for _, p := range in {
		h.connect(h.Name+":mic", p)
	}
	for _, p := range out {
		h.connect(p, h.Name+":ear")
	}
	return len(in) > 0 && len(out) > 0
}

func (h *Headset) ports(prefix string, flag C.ulong) []string {
	all := C.jack_get_ports(h.h.client, nil, nil, flag)
	if all == nil {
		return nil
	}
	defer C.jack_free(unsafe.Pointer(all))
	var out []string
	for p := all; *p != nil; p = (**C.char)(unsafe.Add(unsafe.Pointer(p), unsafe.Sizeof(*p))) {
		if name := C.GoString(*p); strings.HasPrefix(name, prefix) {
			out = append(out, name)
		}
	}
	return out
}

// connect tolerates what is connected already.
func (h *Headset) connect(from, to string) {
	a, b := C.CString(from), C.CString(to)
	defer C.free(unsafe.Pointer(a))
	defer C.free(unsafe.Pointer(b))
	C.jack_connect(h.h.client, a, b)
}

// Take is one recording of some headsets on one timeline, whose samples are
// counted from its start.
type Take struct {
	sets  []*Headset
	start C.jack_nframes_t
	Len   int
}

// lead is how far ahead of the clock a take starts: all headsets must be armed
// by then.
const lead = Rate / 10

// Roll starts a take of so many seconds at most.
func Roll(seconds float64, sets ...*Headset) (*Take, error) {
	t := &Take{sets: sets, Len: int(seconds * Rate)}
	for _, h := range sets {
		C.headset_stop(h.h)
		if C.headset_load(h.h, C.long(t.Len)) == 0 {
			return nil, ErrMemory
		}
	}
	t.start = C.jack_frame_time(sets[0].h.client) + lead
	for _, h := range sets {
		C.headset_roll(h.h, t.start)
	}
	return t, nil
}

// Now is the sample that is being played now, to a fraction of a period.
func (t *Take) Now() int {
	return int(int32(C.jack_frame_time(t.sets[0].h.client) - t.start))
}

// Say puts sound on a headset's microphone from a sample on, in the place of
// what was there; what lies in the past is not said.
func (t *Take) Say(h *Headset, at int, sound []float32) {
	if at >= t.Len {
		return
	}
	copy(unsafe.Slice((*float32)(unsafe.Pointer(h.h.say)), t.Len)[at:], sound)
}

// Until waits for a sample.
func (t *Take) Until(at int) {
	for {
		left := at - t.Now()
		if left <= 0 {
			return
		}
		<-time.After(time.Duration(left) * time.Second / Rate)
	}
}

// Stop ends the take; nothing more is said.
func (t *Take) Stop() {
	for _, h := range t.sets {
		C.headset_stop(h.h)
	}
	t.Until(t.Now() + 2*t.sets[0].Period()) // a callback may be in the middle of a period
}

// Heard is what a headset's ear has heard between two samples.
func (t *Take) Heard(h *Headset, from, to int) []float32 {
	from, to = max(0, from), min(to, t.Len)
	if from >= to {
		return nil
	}
	return append([]float32(nil), unsafe.Slice((*float32)(unsafe.Pointer(h.h.heard)), t.Len)[from:to]...)
}
