package button

import (
	"encoding/binary"
	"slices"
)

// Usages of USB's HID Usage Tables 1.4: telephony (page 11) and lamps (page 8).
const (
	pageKeyboard = 0x07
	usageHook    = 0x0B0020
	usageMute    = 0x0B002F
	usageMuted   = 0x080009
	usageOffHook = 0x080017
	usageRing    = 0x080018
)

// Lamp is something that a headset is shown of the phone, and that its own
// electronics follow: many send nothing of a call that they were not told of.
type Lamp int

// The lamps of a telephony headset.
const (
	OffHook Lamp = iota // there is a call
	Ringing
	Muted
	lamps
)

var lampUsages = [lamps]uint32{OffHook: usageOffHook, Ringing: usageRing, Muted: usageMuted}

// place is one bit of a report.
type place struct {
	report byte // its number, 0 where reports have none
	bit    int
}

// control is a button or a switch.
type control struct {
	place
	momentary bool // it says when it is pressed, not how it stands
}

// layout is where a report descriptor puts what matters here (Device Class
// Definition for HID 1.11, section 6.2.2).
type layout struct {
	numbered   bool
	hook, mute *control
	lamps      [lamps]*place
	sizes      map[byte]int // bits of the reports that go to the headset
	keyboard   bool
}

// mostBits is more than any headset's report has.
const mostBits = 8 * 4096

// span is a run of usages as a descriptor names them.
type span struct{ from, to uint32 }

// globals are the items that stay until they are changed.
type globals struct {
	page, size, count uint32
	report            byte
}

type parser struct {
	layout
	now    globals
	pushed []globals
	usages []span
	min    uint32
	bits   map[[2]byte]int // by kind of field and report
}

// Tags of items, with their type.
const (
	itemInput   = 0x80
	itemOutput  = 0x90
	itemFeature = 0xB0
	itemOpen    = 0xA0
	itemClose   = 0xC0
	itemPage    = 0x04
	itemSize    = 0x74
	itemReport  = 0x84
	itemCount   = 0x94
	itemPush    = 0xA4
	itemPop     = 0xB4
	itemUsage   = 0x08
	itemMin     = 0x18
	itemMax     = 0x28
	itemLong    = 0xFE

	flagVariable    = 1 << 1
	flagRelative    = 1 << 2
	flagNoPreferred = 1 << 5
)

// parse reads a report descriptor. Of one that is cut off or makes no sense the
// part before counts.
func parse(b []byte) layout {
	p := parser{layout: layout{sizes: map[byte]int{}}, bits: map[[2]byte]int{}}
	for len(b) > 0 {
		n := [4]int{0, 1, 2, 4}[b[0]&3]
		if b[0] == itemLong && len(b) > 1 {
			n = 2 + int(b[1])
		}
		if len(b) < 1+n {
			break
		}
		var value [4]byte
		if b[0] != itemLong {
			copy(value[:], b[1:1+n])
			if !p.item(b[0]&^3, n, binary.LittleEndian.Uint32(value[:])) {
				break
			}
		}
		b = b[1+n:]
	}
	return p.layout
}

// item takes one item; false ends it all.
func (p *parser) item(tag byte, n int, value uint32) bool {
	// A usage of four bytes names its page.
	usage := value
	if n < 4 {
		usage |= p.now.page << 16
	}
	switch tag {
	case itemPage:
		p.now.page = value & 0xFFFF
	case itemSize:
		p.now.size = value
	case itemCount:
		p.now.count = value
	case itemReport:
		p.now.report, p.numbered = byte(value), true
	case itemPush:
		p.pushed = append(p.pushed, p.now)
	case itemPop:
		if k := len(p.pushed) - 1; k >= 0 {
			p.now, p.pushed = p.pushed[k], p.pushed[:k]
		}
	case itemUsage:
		p.usages = append(p.usages, span{usage, usage})
	case itemMin:
		p.min = usage
	case itemMax:
		p.usages = append(p.usages, span{p.min, max(p.min, usage)})
	case itemInput, itemOutput, itemFeature:
		ok := p.field(tag, value)
		p.usages, p.min = nil, 0
		return ok
	case itemOpen, itemClose:
		p.usages, p.min = nil, 0
	}
	return true
}

// field lays out one main item.
func (p *parser) field(tag byte, flags uint32) bool {
	key := [2]byte{tag, p.now.report}
	from := p.bits[key]
	if p.now.size > mostBits || p.now.count > mostBits || from+int(p.now.size*p.now.count) > mostBits {
		return false
	}
	p.bits[key] = from + int(p.now.size*p.now.count)
	if tag == itemOutput {
		p.sizes[p.now.report] = p.bits[key]
	}
	if tag == itemInput && slices.ContainsFunc(p.usages, func(s span) bool { return s.from>>16 == pageKeyboard }) {
		p.keyboard = true
	}
	if flags&flagVariable != 0 && p.now.size == 1 {
		p.bitwise(tag, flags, from)
	}
	return true
}

// bitwise notes which bits of a field are of use.
func (p *parser) bitwise(tag byte, flags uint32, from int) {
	for i := range p.now.count {
		at := place{p.now.report, from + int(i)}
		// What has a preferred state goes back to it by itself.
		c := control{at, flags&flagRelative != 0 || flags&flagNoPreferred == 0}
		switch u := p.usage(i); {
		case tag == itemInput && u == usageHook && p.hook == nil:
			p.hook = &c
		case tag == itemInput && u == usageMute && p.mute == nil:
			p.mute = &c
		case tag == itemOutput:
			if l := slices.Index(lampUsages[:], u); l >= 0 && p.lamps[l] == nil {
				p.lamps[l] = &at
			}
		}
	}
}

// usage is that of the field's i-th bit: the last one named counts for the rest.
func (p *parser) usage(i uint32) uint32 {
	for k, s := range p.usages {
		if n := s.to - s.from; i <= n || k == len(p.usages)-1 {
			return s.from + min(i, n)
		}
		i -= s.to - s.from + 1
	}
	return 0
}

// telephone tells whether this is a headset whose buttons may be read: never a
// keyboard.
func (l *layout) telephone() bool { return (l.hook != nil || l.mute != nil) && !l.keyboard }

// has is what there is to be pressed.
func (l *layout) has() (all []Press) {
	if l.hook != nil {
		all = append(all, Hook)
	}
	if l.mute != nil {
		all = append(all, Mute)
	}
	return all
}

// stands reads a control in a report; false if it is not in that report.
func (l *layout) stands(c *control, report []byte) (on, ok bool) {
	if c == nil {
		return false, false
	}
	if l.numbered {
		if len(report) == 0 || report[0] != c.report {
			return false, false
		}
		report = report[1:]
	}
	at := c.bit / 8
	if at >= len(report) {
		return false, false
	}
	return report[at]>>(c.bit%8)&1 == 1, true
}

// shown makes the reports that show a headset the lamps, each with its number
// first, 0 where it has none.
func (l *layout) shown(on [lamps]bool) [][]byte {
	var out [][]byte
	at := map[byte]int{}
	for lamp, p := range l.lamps {
		if p == nil {
			continue
		}
		i, made := at[p.report]
		if !made {
			i = len(out)
			at[p.report] = i
			out = append(out, make([]byte, 1+(l.sizes[p.report]+7)/8))
			out[i][0] = p.report
		}
		if on[lamp] {
			out[i][1+p.bit/8] |= 1 << (p.bit % 8)
		}
	}
	return out
}
