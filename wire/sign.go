package wire

import "time"

func init() {
	register(
		func() Body { return &SignIn{} },
		func() Body { return &Resume{} },
		func() Body { return &MustChange{} },
		func() Body { return &Renew{} },
		func() Body { return &Welcome{} },
		func() Body { return &SignOut{} },
		func() Body { return &Ack{} },
		func() Body { return &Bye{} },
		func() Body { return &Ping{} },
		func() Body { return &Pong{} },
	)
}

// SignIn is the first message of a seat without a resume token.
type SignIn struct {
	AgentNo  string `json:"agent_no"`
	Password string `json:"password"`
	Device   string `json:"device,omitempty"` // stable id of the seat's machine
	Program  string `json:"program,omitempty"`
}

// Resume is the first message of a returning seat.
type Resume struct {
	Token   string `json:"token"`
	LastSeq uint64 `json:"last_seq"`
	Program string `json:"program,omitempty"`
}

// MustChange comes before the refusal of a sign-in that was right but for its
// password, which somebody else has set. The ticket stands for what was proved,
// for ten minutes and one Renew.
type MustChange struct {
	AgentNo string `json:"agent_no"`
	Ticket  string `json:"ticket"`
}

// Renew is the first message of a seat with a ticket of MustChange: it sets the
// person's own password and signs in.
type Renew struct {
	AgentNo  string `json:"agent_no"`
	Ticket   string `json:"ticket"`
	Password string `json:"password"` // the new one
	Device   string `json:"device,omitempty"`
	Program  string `json:"program,omitempty"`
}

// Welcome answers all three. A fresh DeskState follows at once.
type Welcome struct {
	Session  uint64    `json:"session"`
	Token    string    `json:"token"` // for Resume; dead at sign-out
	AgentNo  string    `json:"agent_no"`
	Name     string    `json:"name"`
	Role     string    `json:"role"`
	Extra    []string  `json:"extra,omitempty"`
	District string    `json:"district"`
	HubTime  time.Time `json:"hub_time"`
	Resumed  bool      `json:"resumed,omitempty"`
	SpreadMS int       `json:"spread_ms,omitempty"` // a herd comes back: voice of ready seats waits up to a quarter of it, of others once to twice
	Taken    []Taken   `json:"taken,omitempty"`     // of today and tomorrow, at a sign-in: the seat numbers its records on from there
	AwayMS   int       `json:"away_ms,omitempty"`   // where nothing listens at the hub's door, a seat that nobody waits for stays away at most so long
	Settings Settings  `json:"settings"`
}

// Taken is the highest n of MMDD-seat-n that a record of the agent has, of whatever year.
type Taken struct {
	Day string `json:"day"` // MMDD
	N   int    `json:"n"`
}

// Settings are the centre's values that the seat needs.
type Settings struct {
	WrapSeconds   int      `json:"wrap_s"`
	ExtendSeconds int      `json:"extend_s"`
	RingSeconds   int      `json:"ring_s"`
	TargetSeconds int      `json:"target_s"` // 本次目标
	BreakReasons  []string `json:"break_reasons"`
	HoldSeconds   int      `json:"hold_s"`               // how long a lost seat's call is kept
	Substitute    string   `json:"substitute,omitempty"` // what people without an employer say at the identity check
}

// SignOut ends the session in order.
type SignOut struct{}

// Ack answers a command by its id (envelope Re). OK or a code with one Chinese line.
type Ack struct {
	Code Code   `json:"code"`
	Text string `json:"text,omitempty"`
}

// Bye is the hub's last word before it closes.
type Bye struct {
	Code Code   `json:"code"`
	Text string `json:"text,omitempty"`
}

// Ping and Pong measure the other end's clock. Either side may ask. Signs of life
// in between are the WebSocket's own.
type Ping struct {
	At time.Time `json:"at"`
}

// Pong carries the asker's time back with the answerer's own.
type Pong struct {
	At  time.Time `json:"at"`
	Own time.Time `json:"own"`
}

// Type implements Body.
func (SignIn) Type() string     { return "sign.in" }
func (Resume) Type() string     { return "sign.resume" }
func (MustChange) Type() string { return "sign.must_change" }
func (Renew) Type() string      { return "sign.renew" }
func (Welcome) Type() string    { return "sign.welcome" }
func (SignOut) Type() string    { return "sign.out" }
func (Ack) Type() string        { return "ack" }
func (Bye) Type() string        { return "bye" }
func (Ping) Type() string       { return "ping" }
func (Pong) Type() string       { return "pong" }

// Done is the answer to a command that was carried out.
func Done() *Ack { return &Ack{Code: CodeOK} }

// Refusal is the answer to one that was not: what happened, what it means, what to do.
func Refusal(code Code, text string) *Ack { return &Ack{Code: code, Text: text} }
