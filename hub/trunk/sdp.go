package trunk

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Static payload types of RFC 3551.
const (
	PCMU = 0
	PCMA = 8
)

const noEvents = 255 // no telephone-event was agreed

// Errors of session descriptions. errNoCodec becomes 488, errSDP becomes 400.
var (
	errSDP     = errors.New("trunk: malformed session description")
	errNoCodec = errors.New("trunk: no codec in common")
)

// direction is who sends, seen from the side that wrote the description.
type direction string

const (
	sendRecv direction = "sendrecv"
	sendOnly direction = "sendonly"
	recvOnly direction = "recvonly"
	inactive direction = "inactive"
)

// answerTo is the direction we answer to a peer's: it may send what we receive and the other way round.
func answerTo(d direction) direction {
	switch d {
	case sendOnly:
		return recvOnly
	case recvOnly:
		return sendOnly
	default:
		return d
	}
}

// session is the audio part of a description: all that matters to the trunk.
type session struct {
	remote  netip.AddrPort // where the writer wants its sound
	codec   uint8          // PCMA or PCMU
	events  uint8          // payload type of telephone events, noEvents without
	dir     direction
	rtcpMux bool
	media   []string // m= lines as written, an answer must mirror them
	audio   int      // index of the line in media that was chosen
}

const maxSDP = 16 << 10

// parseSDP reads a peer's description and picks the first audio line with a codec we have, A-law before µ-law.
func parseSDP(body []byte) (*session, error) {
	if len(body) == 0 || len(body) > maxSDP {
		return nil, errSDP
	}
	p := sdpReader{best: -1}
	for i, line := range strings.Split(strings.TrimRight(string(body), "\r\n"), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if err := p.line(i, line); err != nil {
			return nil, err
		}
	}
	return p.finish()
}

// sdpReader collects the blocks of a description: block 0 is the session, every m= line opens the next.
type sdpReader struct {
	blocks []sdpBlock
	lines  []string
	best   int
}

type sdpBlock struct {
	kind, proto string
	port        int
	formats     []string
	addr        string
	dir         direction
	rtpmap      map[string]string
	mux         bool
}

func (r *sdpReader) line(i int, line string) error {
	if i == 0 {
		if line != "v=0" {
			return errSDP
		}
		r.blocks = []sdpBlock{{}}
		return nil
	}
	if len(line) < 2 || line[1] != '=' {
		return errSDP
	}
	b := &r.blocks[len(r.blocks)-1]
	switch value := line[2:]; line[0] {
	case 'c':
		f := strings.Fields(value)
		if len(f) != 3 || f[0] != "IN" || (f[1] != "IP4" && f[1] != "IP6") {
			return errSDP
		}
		b.addr, _, _ = strings.Cut(f[2], "/")
	case 'm':
		return r.open(value)
	case 'a':
		b.attribute(value)
	}
	return nil
}

func (r *sdpReader) open(value string) error {
	f := strings.Fields(value)
	if len(f) < 4 || len(r.blocks) > 16 {
		return errSDP
	}
	port, _, _ := strings.Cut(f[1], "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return errSDP
	}
	r.lines = append(r.lines, value)
	r.blocks = append(r.blocks, sdpBlock{kind: f[0], port: int(n), proto: f[2], formats: f[3:]})
	return nil
}

func (b *sdpBlock) attribute(value string) {
	switch key, rest, _ := strings.Cut(value, ":"); key {
	case "sendrecv", "sendonly", "recvonly", "inactive":
		b.dir = direction(key)
	case "rtcp-mux":
		b.mux = true
	case "rtpmap":
		pt, name, ok := strings.Cut(strings.TrimSpace(rest), " ")
		if !ok {
			return
		}
		if b.rtpmap == nil {
			b.rtpmap = map[string]string{}
		}
		b.rtpmap[pt] = strings.ToLower(strings.TrimSpace(name))
	}
}

func (r *sdpReader) finish() (*session, error) {
	if len(r.blocks) == 0 {
		return nil, errSDP
	}
	top := r.blocks[0]
	for i, b := range r.blocks[1:] {
		s, err := b.session(top)
		if errors.Is(err, errSDP) {
			return nil, err
		}
		if err == nil {
			s.media, s.audio = r.lines, i
			return s, nil
		}
	}
	return nil, errNoCodec
}

// session turns one m= block into what we use of it, with the defaults of the session's block.
func (b sdpBlock) session(top sdpBlock) (*session, error) {
	if b.kind != "audio" || b.proto != "RTP/AVP" || b.port == 0 {
		return nil, errNoCodec
	}
	s := &session{events: b.eventType(), dir: sendRecv, rtcpMux: b.mux}
	switch {
	case b.speaks(PCMA, "pcma/8000"):
		s.codec = PCMA
	case b.speaks(PCMU, "pcmu/8000"):
		s.codec = PCMU
	default:
		return nil, errNoCodec
	}
	for _, d := range []direction{top.dir, b.dir} {
		if d != "" {
			s.dir = d
		}
	}
	host := b.addr
	if host == "" {
		host = top.addr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return nil, errSDP // a name would make us ask a name server on a stranger's behalf
	}
	if addr.IsUnspecified() && s.dir != inactive { // how telephones of the 1990s said "hold"
		s.dir = sendOnly
	}
	s.remote = netip.AddrPortFrom(addr.Unmap(), uint16(b.port))
	return s, nil
}

// eventType is the payload type offered for keys.
func (b sdpBlock) eventType() uint8 {
	for _, f := range b.formats {
		pt, err := strconv.ParseUint(f, 10, 7)
		if name := b.rtpmap[f]; err == nil && (name == "telephone-event/8000" || name == "telephone-event/8000/1") {
			return uint8(pt)
		}
	}
	return noEvents
}

// speaks says whether the static payload type is offered and means what RFC 3551 says.
func (b sdpBlock) speaks(pt int, name string) bool {
	n := strconv.Itoa(pt)
	mapped, ok := b.rtpmap[n]
	return slices.Contains(b.formats, n) && (!ok || mapped == name || mapped == name+"/1")
}

// localSDP is what we write: one audio line, the version grows when the content changes.
type localSDP struct {
	id, version uint64
	addr        netip.AddrPort
	codecs      []uint8 // in the order of preference
	events      uint8
	dir         direction
	rtcpMux     bool
	peer        *session // the offer that is being answered, nil for an offer of ours
}

func (d *localSDP) bytes() []byte {
	family := "IP4"
	if d.addr.Addr().Is6() {
		family = "IP6"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "v=0\r\no=- %d %d IN %s %s\r\ns=-\r\nc=IN %s %s\r\nt=0 0\r\n",
		d.id, d.version, family, d.addr.Addr(), family, d.addr.Addr())
	if d.peer == nil {
		d.audio(&b)
		return []byte(b.String())
	}
	for i, line := range d.peer.media {
		if i == d.peer.audio {
			d.audio(&b)
			continue
		}
		f := strings.Fields(line) // every other line is refused by port 0 (RFC 3264 section 6)
		fmt.Fprintf(&b, "m=%s 0 %s %s\r\n", f[0], f[2], f[3])
	}
	return []byte(b.String())
}

func (d *localSDP) audio(b *strings.Builder) {
	fmt.Fprintf(b, "m=audio %d RTP/AVP", d.addr.Port())
	for _, c := range d.codecs {
		fmt.Fprintf(b, " %d", c)
	}
	if d.events != noEvents {
		fmt.Fprintf(b, " %d", d.events)
	}
	b.WriteString("\r\n")
	for _, c := range d.codecs {
		name := "PCMA"
		if c == PCMU {
			name = "PCMU"
		}
		fmt.Fprintf(b, "a=rtpmap:%d %s/8000\r\n", c, name)
	}
	if d.events != noEvents {
		fmt.Fprintf(b, "a=rtpmap:%d telephone-event/8000\r\na=fmtp:%d 0-15\r\n", d.events, d.events)
	}
	fmt.Fprintf(b, "a=ptime:20\r\na=%s\r\n", d.dir)
	if d.rtcpMux {
		b.WriteString("a=rtcp-mux\r\n")
	}
}
