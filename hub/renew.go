package hub

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"zuoxi/hub/desk"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// renewLife is how long who has proved a password that somebody else has set may
// take to think of another: a one-time code is over long before.
const renewLife = 10 * time.Minute

// renewSize is that of a ticket's body; a token's is another, so neither is taken for the other.
const renewSize = 8

// renewal gives the ticket by which the bearer may set another password, instead
// of the password and the code that were proved. It dies with the password.
func (t *tickets) renewal(b bearer) string {
	body := make([]byte, renewSize)
	binary.BigEndian.PutUint64(body, uint64(t.now().Add(renewLife).Unix()))
	return base64.RawURLEncoding.EncodeToString(append(body, t.mac(body, b)...))
}

// renews tells whether a ticket was made here for this bearer, and whether it is too old.
func (t *tickets) renews(ticket string, b bearer) (ours, late bool) {
	raw, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil || len(raw) < renewSize || subtle.ConstantTimeCompare(raw[renewSize:], t.mac(raw[:renewSize], b)) != 1 {
		return false, false
	}
	return true, t.now().Unix() > int64(binary.BigEndian.Uint64(raw))
}

var (
	notOwn    = &desk.Refusal{Code: wire.CodeForbidden, Text: "口令是管理员设的，别人也知道，还没有登录；请在登录页换成自己的，再登录"}
	renewLate = &desk.Refusal{Code: wire.CodeForbidden, Text: "换口令等了太久，没有改，还没有登录；请重新输入管理员给的口令"}
)

// mustChange refuses a seat to a password that somebody else has set: calls and
// records would be in the name of one of two. Its owner may set another there.
func (g *greeter) mustChange(a store.Agent, c *desk.Conn, why *desk.Refusal) error {
	_ = c.Send(wire.Message{Body: &wire.MustChange{AgentNo: a.No, Ticket: g.hub.tickets.renewal(bearerOf(a, c))}})
	return why
}

// renew sets the password of who has just proved the one before, by the rules and
// in the log as on the command line, and lets them in.
func (g *greeter) renew(ctx context.Context, id string, b *wire.Renew, c *desk.Conn) (desk.Seat, error) {
	a, _, err := g.known(ctx, b.AgentNo)
	if err != nil {
		return nil, err
	}
	ours, late := g.hub.tickets.renews(b.Ticket, bearerOf(a, c))
	switch {
	case !ours || !a.MustChange:
		return nil, g.stale(ctx, store.Agent{No: b.AgentNo}, c.Remote())
	case late:
		return nil, renewLate
	case a.Disabled:
		return nil, disabled
	case widest(a, access.SeatSignIn) == 0:
		return nil, noSeat
	case g.guard.shut("no/" + a.No), a.LockedUntil.After(g.hub.now()):
		return nil, locked
	}
	switch said, err := g.passwd(ctx, a, b.Password); {
	case err != nil:
		return nil, err
	case said.Code == wire.CodeInvalid: // another word may do, while the ticket lasts
		_ = c.Send(wire.Message{Body: &wire.MustChange{AgentNo: a.No, Ticket: b.Ticket}})
		return nil, &desk.Refusal{Code: wire.CodeForbidden, Text: said.Text}
	case said.Code != wire.CodeOK:
		return nil, &desk.Refusal{Code: said.Code, Text: said.Text}
	}
	s, err := g.renewed(ctx, a.No, arrival{conn: c, id: id, device: b.Device}, c.Remote())
	if err != nil && !errors.Is(err, desk.ErrGone) {
		no := asRefusal(err)
		return nil, &desk.Refusal{Code: no.Code, Text: "口令已换成新的；" + no.Text}
	}
	return s, err
}

// renewed lets in who has just set the own password.
func (g *greeter) renewed(ctx context.Context, no string, in arrival, from string) (desk.Seat, error) {
	a, err := g.hub.db.Agents.Get(ctx, no)
	if err != nil {
		return nil, err
	}
	if err := g.note(ctx, a.No, a.District, "sign.in", from); err != nil {
		return nil, err
	}
	return g.sit(ctx, a, in)
}

// passwd changes a person's own password, of which a was proved. It hashes, in its turn like who signs in.
func (g *greeter) passwd(ctx context.Context, a store.Agent, password string) (said wire.AdminReply, err error) {
	select {
	case g.slot <- struct{}{}:
	case <-ctx.Done():
		return said, ctx.Err()
	}
	defer func() { <-g.slot }()
	return g.hub.admin.Renew(ctx, personOf(a), a.Password, password), nil
}
