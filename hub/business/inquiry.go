package business

import (
	"context"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"zuoxi/hub/store"
	"zuoxi/rules/identity"
)

// Actions in the audit log. The counting of failures reads them back, so that
// no restart and no change of seat gives a caller more tries.
const (
	ActionCheck  = "identity.check"  // object call/ID, reason: the answer
	ActionFail   = "identity.fail"   // object idno/HASH
	ActionRead   = "identity.read"   // object call/ID, reason: the wording
	ActionUnlock = "identity.unlock" // object idno/HASH
	// ActionSubstitute stands beside a check without an employer; object call/ID, reason: what stood for it.
	ActionSubstitute = "identity.substitute"
)

// By is who asks, and on which call.
type By struct{ No, Role, District, Call string }

// Trail is the audit log.
type Trail interface {
	Note(ctx context.Context, by By, action, object, reason string) error
	List(ctx context.Context, f store.AuditFilter) ([]store.AuditRow, string, error)
}

// Rules are the centre's settings for identity checks.
type Rules struct {
	Limits identity.Limits
	Zone   *time.Location // whose day counts
	Now    func() time.Time
	Hash   func(number string) []byte // keyed, of an identity number
	// Substitute is what the centre lets people without an employer say in its place; empty: nothing.
	Substitute string
}

// stripes bounds the locks that keep two checks of one number apart, and two of one call: what the first has failed must be
// written before the second is counted.
const stripes = 64

// Desk answers who a caller is. Any goroutine may use it.
type Desk struct {
	client *Client
	trail  Trail
	rules  Rules
	lock   [stripes]sync.Mutex // by number
	calls  [stripes]sync.Mutex // taken before the other

	mu      sync.Mutex
	handles map[string]string // of the person matched, by call
}

// NewDesk makes the desk over a client.
func NewDesk(c *Client, trail Trail, rules Rules) *Desk {
	if rules.Limits == (identity.Limits{}) {
		rules.Limits = identity.DefaultLimits()
	}
	return &Desk{client: c, trail: trail, rules: rules, handles: map[string]string{}}
}

// Result is what may be told of a check.
type Result struct {
	Answer identity.Answer // empty when none was asked
	Phase  identity.Phase
	Left   int  // checks that the call still has
	Lock   bool // this check locked the number: the lead is to be told
}

// Elements are those that count: a substitute only where the centre has set one
// and no employer was said, for of the two a caller shall not try both.
func (d *Desk) Elements(e identity.Elements) identity.Elements {
	if d.rules.Substitute == "" || identity.Normal(e.Employer) != "" {
		e.Substitute = ""
	}
	return e
}

// Check compares three elements, blind. A number that cannot be one, or a
// missing element, is an error for the agent and costs no try.
func (d *Desk) Check(ctx context.Context, by By, e identity.Elements) (Result, error) {
	n, err := identity.Parse(e.Number, d.rules.Now())
	if err != nil {
		return Result{}, err
	}
	one := &d.calls[stripe([]byte(by.Call))]
	one.Lock()
	defer one.Unlock()
	hash := d.rules.Hash(string(n))
	lock := &d.lock[stripe(hash)]
	lock.Lock()
	defer lock.Unlock()
	object := "idno/" + hex.EncodeToString(hash)
	state, err := d.state(ctx, by.Call, object)
	if err != nil {
		return Result{}, err
	}
	if phase := state.Phase(d.rules.Limits); phase != identity.StateOpen {
		return Result{Phase: phase}, nil
	}
	if e = d.Elements(e); e.Substitute != "" {
		if err := d.trail.Note(ctx, by, ActionSubstitute, "call/"+by.Call, d.rules.Substitute); err != nil {
			return Result{}, fmt.Errorf("noting an identity check: %w", err)
		}
	}
	v, err := d.client.verify(ctx, verifyRequest{
		RequestID: store.NewID(d.rules.Now()), IDNumber: string(n), Name: identity.Normal(e.Name), Employer: identity.Normal(e.Employer),
		Substitute: identity.Normal(e.Substitute),
	})
	if err != nil {
		return Result{Phase: identity.StateOpen, Left: d.rules.Limits.PerCall - state.Failures}, err
	}
	next, effects, err := identity.Step(state, v.Result, d.rules.Limits)
	if err != nil {
		return Result{}, fmt.Errorf("counting an identity check: %w", err)
	}
	if v.Result != identity.Match {
		if err := d.trail.Note(ctx, by, ActionFail, object, ""); err != nil {
			return Result{}, fmt.Errorf("counting a failed check: %w", err)
		}
	}
	if err := d.trail.Note(ctx, by, ActionCheck, "call/"+by.Call, string(v.Result)); err != nil {
		return Result{}, fmt.Errorf("noting an identity check: %w", err)
	}
	out := Result{Answer: v.Result, Phase: next.Phase(d.rules.Limits), Left: max(0, d.rules.Limits.PerCall-next.Failures)}
	for _, do := range effects {
		switch do {
		case identity.EffectShow:
			d.keep(by.Call, v.Handle)
		case identity.EffectTellLead:
			out.Lock = true
		}
	}
	return out, nil
}

func stripe(hash []byte) uint32 {
	h := fnv.New32a()
	_, _ = h.Write(hash)
	return h.Sum32() % stripes
}

// maxRows is more than any call or day can have before it is closed.
const maxRows = 100

// state reads back how often a call and a number have failed.
func (d *Desk) state(ctx context.Context, call, object string) (identity.State, error) {
	var s identity.State
	rows, _, err := d.trail.List(ctx, store.AuditFilter{Object: "call/" + call, Action: ActionCheck, Page: store.Page{Limit: maxRows}})
	if err != nil {
		return s, fmt.Errorf("counting the checks of a call: %w", err)
	}
	for _, r := range rows {
		if r.Reason == string(identity.Match) {
			s.Matched = true
		} else {
			s.Failures++
		}
	}
	now := d.rules.Now().In(d.rules.Zone)
	day := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, d.rules.Zone)
	rows, _, err = d.trail.List(ctx, store.AuditFilter{Object: object, Span: store.Span{From: day}, Page: store.Page{Limit: maxRows}})
	if err != nil {
		return s, fmt.Errorf("counting the failures of a day: %w", err)
	}
	for _, r := range rows { // newest first
		if r.Action == ActionUnlock {
			break
		}
		if r.Action == ActionFail {
			s.Day++
		}
	}
	return s, nil
}

// Unlock lets a number be checked again that is locked for today; locked is false where it is not.
func (d *Desk) Unlock(ctx context.Context, by By, number, reason string) (locked bool, err error) {
	n, err := identity.Parse(number, d.rules.Now())
	if err != nil {
		return false, err
	}
	hash := d.rules.Hash(string(n))
	lock := &d.lock[stripe(hash)]
	lock.Lock()
	defer lock.Unlock()
	object := "idno/" + hex.EncodeToString(hash)
	state, err := d.state(ctx, noCall, object)
	if err != nil || state.Phase(d.rules.Limits) != identity.StateLocked {
		return false, err
	}
	if err := d.trail.Note(ctx, by, ActionUnlock, object, reason); err != nil {
		return false, fmt.Errorf("unlocking a number: %w", err)
	}
	return true, nil
}

// noCall asks for what a number has failed, whatever the call.
const noCall = ""

// Read notes a wording that was read out.
func (d *Desk) Read(ctx context.Context, by By, text string) error {
	if err := d.trail.Note(ctx, by, ActionRead, "call/"+by.Call, text); err != nil {
		return fmt.Errorf("noting a wording: %w", err)
	}
	return nil
}

// Proof is what the log says of the checks on a call.
type Proof struct {
	Verified bool
	Words    string
	Told     []string
}

// Proof reads back what was checked and read out on a call.
func (d *Desk) Proof(ctx context.Context, call string) (Proof, error) {
	rows, _, err := d.trail.List(ctx, store.AuditFilter{Object: "call/" + call, Page: store.Page{Limit: maxRows}})
	if err != nil {
		return Proof{}, fmt.Errorf("reading the checks of a call: %w", err)
	}
	var p Proof
	fails := 0
	for i := len(rows) - 1; i >= 0; i-- {
		switch r := rows[i]; {
		case r.Action == ActionRead:
			p.Told = append(p.Told, r.Reason)
		case r.Action == ActionCheck && r.Reason == string(identity.Match):
			p.Verified, p.Words = true, "三要素相符 "+r.At.In(d.rules.Zone).Format("01-02 15:04")
		case r.Action == ActionCheck:
			fails++
		}
	}
	if !p.Verified && fails > 0 {
		p.Words = fmt.Sprintf("核验 %d 次均不相符", fails)
	}
	return p, nil
}

// What may be asked about the person matched.
const (
	Account  = "account"
	Card     = "card"
	CardLoss = "card-loss"
)

// Ask asks about the person who was matched on the call. A second report of the
// same card on one call is the first one again.
func (d *Desk) Ask(ctx context.Context, by By, what string) (Sheet, error) {
	handle, ok := d.handle(by.Call)
	if !ok {
		return Sheet{}, ErrExpired
	}
	if err := d.trail.Note(ctx, by, "business."+what, "call/"+by.Call, ""); err != nil {
		return Sheet{}, fmt.Errorf("noting a business request: %w", err)
	}
	return d.client.sheet(ctx, what, handleRequest{RequestID: by.Call + "/" + what, Handle: handle})
}

func (d *Desk) keep(call, handle string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.handles[call] = handle
}

func (d *Desk) handle(call string) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	h, ok := d.handles[call]
	return h, ok
}

// Forget ends what a call may ask.
func (d *Desk) Forget(call string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.handles, call)
}
