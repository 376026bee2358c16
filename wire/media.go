package wire

func init() {
	register(
		func() Body { return &MediaOffer{} },
		func() Body { return &MediaAnswer{} },
		func() Body { return &MediaReport{} },
		func() Body { return &MediaSocket{} },
		func() Body { return &MediaTicket{} },
		func() Body { return &MediaEcho{} },
		func() Body { return &MediaCheck{} },
	)
}

// MediaOffer carries the seat's complete SDP offer (candidates included).
// Restart asks for an ICE restart on the same connection.
type MediaOffer struct {
	SDP     string `json:"sdp"`
	Restart bool   `json:"restart,omitempty"`
}

// MediaAnswer is the hub's complete answer, Re naming the offer.
type MediaAnswer struct {
	SDP string `json:"sdp"`
}

// MediaSocket asks for the last resort: voice over a second WebSocket, where
// neither UDP nor TCP reaches the voice port.
type MediaSocket struct{}

// MediaTicket lets the seat open it, once and within 10 s.
type MediaTicket struct {
	Ticket string `json:"ticket"`
}

// MediaEcho asks the hub to say back what it hears from the desk, two seconds
// later, or to stop it. A call ends it.
type MediaEcho struct {
	On bool `json:"on"`
}

// MediaCheck is what the check before duty found; the hub keeps it.
type MediaCheck struct {
	Rows []CheckRow `json:"rows"`
}

// CheckRow is one line of a check.
type CheckRow struct {
	Name string `json:"name"`
	OK   bool   `json:"ok"`
	Text string `json:"text"`
}

// MediaReport is what the seat hears of the hub, every 5 s during a call;
// lossy. What the hub hears of the seat it counts itself. Shares are 0..1, times in milliseconds.
type MediaReport struct {
	RTT       float64 `json:"rtt_ms"`
	Jitter    float64 `json:"jitter_ms"`
	Loss      float64 `json:"loss"`
	Concealed float64 `json:"concealed"`
	Depth     float64 `json:"depth_ms"`
	MOS       float64 `json:"mos"`
	Codec     string  `json:"codec"`
}

// Type implements Body.
func (MediaOffer) Type() string  { return "media.offer" }
func (MediaAnswer) Type() string { return "media.answer" }
func (MediaReport) Type() string { return "media.report" }
func (MediaSocket) Type() string { return "media.socket" }
func (MediaTicket) Type() string { return "media.ticket" }
func (MediaEcho) Type() string   { return "media.echo" }
func (MediaCheck) Type() string  { return "media.check" }
