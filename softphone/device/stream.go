package device

// #cgo pkg-config: portaudio-2.0
// #include "stream.h"
import "C"

import (
	"errors"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/gordonklaus/portaudio"
)

// The binding looks a callback's stream up under a lock and calls it by
// reflection. Streams are opened past it, so that the sound system's thread
// finds its stream by one atomic load (docs/adr/0057).

// mostStreams is more than a phone ever has open: three, and as many for each
// time that the sound system hung and was given up.
const mostStreams = 256

// seats are the streams that may call back, by the number that C has of them.
var seats [mostStreams]atomic.Pointer[hardware]

var errSeats = errors.New("too many sound streams")

// sit gives a stream a seat until it leaves.
func sit(h *hardware) (int, error) {
	for i := range seats {
		if seats[i].CompareAndSwap(nil, h) {
			return i, nil
		}
	}
	return 0, errSeats
}

func leave(seat int) { seats[seat].Store(nil) }

// soundBlock is the callback of every stream; C calls it.
//
//export soundBlock
func soundBlock(seat C.uintptr_t, samples unsafe.Pointer, frames C.ulong) {
	if h := seats[seat].Load(); h != nil {
		h.block(unsafe.Slice((*float32)(samples), int(frames)*h.channels))
	}
}

// paStream is an open stream of the library.
type paStream struct{ of unsafe.Pointer }

func openStream(device int, dir Direction, channels, rate int, latency time.Duration, seat int) (paStream, error) {
	input := C.int(0)
	if dir == Input {
		input = 1
	}
	o := C.open_stream(C.PaDeviceIndex(device), input, C.int(channels), C.double(latency.Seconds()), C.double(rate), C.ulong(rate/blocksPerSecond), C.uintptr_t(seat))
	return paStream{unsafe.Pointer(o.stream)}, failure(o.code)
}

func (s paStream) start() error { return failure(C.Pa_StartStream(s.of)) }
func (s paStream) abort() error { return failure(C.Pa_AbortStream(s.of)) }
func (s paStream) close() error { return failure(C.Pa_CloseStream(s.of)) }

func failure(code C.PaError) error {
	if code == C.paNoError {
		return nil
	}
	return portaudio.Error(code)
}
