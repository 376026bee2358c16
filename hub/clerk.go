package hub

import (
	"context"
	"encoding/json"

	"zuoxi/hub/admin"
	"zuoxi/hub/desk"
	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// clerk serves one administrator's connection: commands in order, one at a
// time, in the connection's own goroutine.
type clerk struct {
	hub  *Hub
	keys *greeter // checks passwords
	desk *admin.Session
	as   store.Agent // as it signed in; without a number for the socket's owner
}

// signInCmd makes the connection speak as an agent.
const signInCmd = "sign.in"

// Take implements desk.Seat.
func (k *clerk) Take(ctx context.Context, c *desk.Conn, m wire.Message) {
	req, ok := m.Body.(*wire.AdminRequest)
	if !ok {
		_ = c.Send(wire.Message{Re: m.ID, Body: refusal(wire.CodeUnknownType, "这里只受理管理命令，没有执行；请用坐席程序登录")})
		return
	}
	reply := func(r wire.AdminReply) error { return c.Deliver(ctx, wire.Message{Re: m.ID, Body: &r}) }
	if req.Cmd == signInCmd {
		_ = reply(k.signIn(ctx, req.Args, c.Remote()))
		return
	}
	if no := k.expired(ctx); no != nil {
		_ = reply(wire.AdminReply{Code: no.Code, Text: no.Text})
		c.Close(no.Code, no.Text)
		return
	}
	send := func(ctx context.Context, b wire.Body) error { return c.Deliver(ctx, wire.Message{Re: m.ID, Body: b}) }
	if err := k.desk.Do(ctx, *req, reply, send); err != nil {
		k.hub.log.Debug("administrator's connection", "err", err)
	}
}

// Left implements desk.Seat.
func (k *clerk) Left(*desk.Conn) {}

// signIn lets the connection speak as an agent who has the right.
func (k *clerk) signIn(ctx context.Context, args json.RawMessage, from string) wire.AdminReply {
	var in struct {
		AgentNo  string `json:"agent_no"`
		Password string `json:"password"`
	}
	if json.Unmarshal(args, &in) != nil {
		return wire.AdminReply{Code: wire.CodeInvalid, Text: "登录的参数看不懂 · 没有登录 · 请核对两边的版本"}
	}
	a, err := k.keys.account(ctx, in.AgentNo, in.Password, from)
	if err != nil {
		no := asRefusal(err)
		return wire.AdminReply{Code: no.Code, Text: no.Text}
	}
	k.as, k.desk.Who = a, personOf(a)
	return wire.AdminReply{Code: wire.CodeOK}
}

// expired tells why the connection speaks for nobody any more. The account is
// read for each command: what it may do is what it may do now, and who took it
// back need not know who is connected.
func (k *clerk) expired(ctx context.Context) *desk.Refusal {
	if k.as.No == "" {
		return nil
	}
	a, err := k.hub.db.Agents.Get(ctx, k.as.No)
	switch {
	case err != nil:
		return asRefusal(err)
	case a.Disabled:
		return disabled
	case a.Password != k.as.Password:
		return renewed
	}
	k.desk.Who = personOf(a)
	return nil
}

func personOf(a store.Agent) admin.Person {
	p := admin.Person{No: a.No, District: a.District, MustChange: a.MustChange}
	for _, r := range a.Roles {
		p.Roles = append(p.Roles, access.Role(r))
	}
	return p
}

// socketGreeter lets in whoever can open the hub's Unix socket: that is the
// owner of the hub.
type socketGreeter struct{ *greeter }

// Greet implements desk.Greeter.
func (g socketGreeter) Greet(ctx context.Context, first wire.Message, c *desk.Conn) (desk.Seat, error) {
	if _, ok := first.Body.(*wire.AdminRequest); !ok {
		return g.greeter.Greet(ctx, first, c)
	}
	k := &clerk{hub: g.hub, keys: g.greeter, desk: g.hub.admin.Session(admin.Owner)}
	k.Take(ctx, c, first)
	return k, nil
}
