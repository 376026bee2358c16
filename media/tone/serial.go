package tone

import "strings"

// A serial is a number said in the keys of a telephone (ITU-T Q.23), between * and #: it is still there after a recording was
// converted, played over a loudspeaker or cut to its first or last minutes, where what a file says about itself is lost.

// The keys and the two groups of frequencies that say them.
const serialKeys = "123A456B789C*0#D"

var serialLow, serialHigh = [4]float64{697, 770, 852, 941}, [4]float64{1209, 1336, 1477, 1633}

// How a serial sounds and what of it must be heard.
const (
	serialOn    = 100 // ms of a key
	serialOff   = 60  // ms after it
	serialDBFS  = -12.0
	serialFrame = 40 // ms that are looked at at a time: the groups' tones are 70 Hz apart
	serialHop   = 10 // ms from one look to the next
	serialLeast = 4  // looks in a row that make a key
	serialLost  = 30 // looks without a key after which a serial is not going on
	serialQuiet = -45.0
	serialOver  = 8.0  // dB by which a tone stands out of its group
	serialTwist = 12.0 // dB between the groups
)

// Serial says a number of digits.
func Serial(rate int, digits string) []int16 {
	var out []int16
	for _, key := range "*" + digits + "#" {
		at := strings.IndexRune(serialKeys, key)
		if at < 0 {
			continue
		}
		on := make([]int16, rate*serialOn/1000)
		New(rate, serialDBFS, serialLow[at/4], serialHigh[at%4]).Fill(on)
		out = append(append(out, on...), make([]int16, rate*serialOff/1000)...)
	}
	return out
}

// Serials finds the numbers that are said in a recording, in the order in which they are.
func Serials(pcm []int16, rate int) (found []string) {
	var said strings.Builder
	last, same, quiet, open := byte(0), 0, 0, false
	frame, hop := rate*serialFrame/1000, rate*serialHop/1000
	for at := 0; hop > 0 && at+frame <= len(pcm); at += hop {
		key := serialKey(pcm[at:at+frame], rate)
		if key == last && key != 0 {
			same++
		} else {
			last, same = key, 1
		}
		switch {
		case key == 0:
			if quiet++; quiet > serialLost {
				open = false
			}
			continue
		case same != serialLeast:
			continue
		}
		quiet = 0
		switch {
		case key == '*':
			said.Reset()
			open = true
		case key == '#' && open:
			found = append(found, said.String())
			open = false
		case open:
			said.WriteByte(key)
		}
	}
	return found
}

// serialKey is the key that a piece of sound says, 0 where it says none.
func serialKey(pcm []int16, rate int) byte {
	strongest := func(group [4]float64) (at int, level float64, clear bool) {
		level, second := -200.0, -200.0
		for i, hz := range group {
			switch l := Level(pcm, rate, hz); {
			case l > level:
				at, level, second = i, l, level
			case l > second:
				second = l
			}
		}
		return at, level, level > serialQuiet && level-second > serialOver
	}
	row, low, plain := strongest(serialLow)
	column, high, clear := strongest(serialHigh)
	if !plain || !clear || max(low-high, high-low) > serialTwist {
		return 0
	}
	return serialKeys[4*row+column]
}
