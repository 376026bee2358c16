package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"zuoxi/hub/actor"
	"zuoxi/hub/admin"
	"zuoxi/hub/audit"
	"zuoxi/hub/call"
	"zuoxi/hub/desk"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/access"
	"zuoxi/rules/agent"
	fsm "zuoxi/rules/call"
	"zuoxi/rules/secret"
	"zuoxi/wire"
)

// loginRule locks an account out after wrong passwords.
var loginRule = store.LoginRule{Failures: 5, Lock: 10 * time.Minute}

// refusedSignIn is what the audit log calls a wrong 工号, password or code.
const refusedSignIn = "sign.refused"

// hashers bounds the password checks under way: each takes memory.
const hashers = 2

// greeter lets seats in.
type greeter struct {
	hub   *Hub
	guard *guard
	slot  chan struct{} // size hashers; full: wait, as long as the connection's patience lasts
}

func newGreeter(h *Hub) *greeter {
	return &greeter{hub: h, guard: newGuard(h.now), slot: make(chan struct{}, hashers)}
}

// Greet implements desk.Greeter.
func (g *greeter) Greet(ctx context.Context, first wire.Message, c *desk.Conn) (desk.Seat, error) {
	switch b := first.Body.(type) {
	case *wire.SignIn:
		a, err := g.account(ctx, b.AgentNo, b.Password, c.Remote())
		if err != nil {
			return nil, err
		}
		if a.MustChange {
			return nil, g.mustChange(a, c, notOwn)
		}
		return g.sit(ctx, a, arrival{conn: c, id: first.ID, device: b.Device})
	case *wire.Renew:
		return g.renew(ctx, first.ID, b, c)
	case *wire.Resume:
		return g.resume(ctx, first.ID, b, c)
	}
	if req, ok := first.Body.(*wire.AdminRequest); ok && req.Cmd == signInCmd {
		k := &clerk{hub: g.hub, keys: g, desk: g.hub.admin.Session(admin.Person{})}
		k.Take(ctx, c, first)
		if k.desk.Who.No == "" {
			return nil, wrong
		}
		return k, nil
	}
	return nil, &desk.Refusal{Code: wire.CodeInvalid, Text: "坐席端没有先登录，连接已断开；请重新登录"}
}

// resume lets a seat back in by its token. Both ends of it are in the audit log;
// what came back goes there in one go with others, for thousands come at once.
func (g *greeter) resume(ctx context.Context, id string, b *wire.Resume, c *desk.Conn) (desk.Seat, error) {
	no, token, _ := strings.Cut(b.Token, ".")
	a, err := g.hub.db.Agents.Get(ctx, no)
	if err != nil {
		return nil, tokenDead
	}
	in := arrival{conn: c, id: id, token: token, resume: true, last: b.LastSeq, ticket: g.hub.tickets.read(token, bearerOf(a, c))}
	if a.Disabled || in.ticket == 0 {
		return nil, g.stale(ctx, a, c.Remote())
	}
	s, err := g.sit(ctx, a, in)
	switch {
	case errors.Is(err, tokenDead):
		return nil, g.stale(ctx, a, c.Remote())
	case err != nil:
		return nil, err
	}
	if err := g.hub.ledger.note(ctx, audit.Entry{Who: a.No, District: a.District, Action: "sign.resume", Object: "agent/" + a.No, Reason: c.Remote()}); err != nil {
		g.hub.log.Error("noting a return", "agent", a.No, "err", err) // the connection has gone meanwhile
	}
	return s, nil
}

// stale refuses a token and writes that down, but not without end for who sends
// one after the other.
func (g *greeter) stale(ctx context.Context, a store.Agent, from string) error {
	source := "stale/" + from
	if g.guard.shut(source) {
		return tokenDead
	}
	g.guard.failed(source, sourceLimit)
	g.hub.log.Warn("token refused", "agent", a.No, "from", from)
	if err := g.note(ctx, a.No, a.District, "sign.stale", from); err != nil {
		g.hub.log.Error("noting a refused token", "err", err)
	}
	return tokenDead
}

// asRefusal makes any failure one that can be told.
func asRefusal(err error) *desk.Refusal {
	var no *desk.Refusal
	if errors.As(err, &no) {
		return no
	}
	return &desk.Refusal{Code: wire.CodeInternal, Text: "中心内部出错，未能登录；请稍后再试，仍不行请联系管理员"}
}

var (
	tokenDead = &desk.Refusal{Code: wire.CodeStale, Text: "登录已失效，未能恢复；请重新输入口令"}
	wrong     = &desk.Refusal{Code: wire.CodeCredentials, Text: "工号或口令不对，未能登录；请核对后重新输入，有动态码的接在口令后面，每个只用一次"}
	locked    = &desk.Refusal{Code: wire.CodeLocked, Text: "口令多次不对，账号已锁定；请 10 分钟后再试，或联系管理员"}
	tooMany   = &desk.Refusal{Code: wire.CodeLocked, Text: "这台电脑登录失败太多，暂不受理；请一分钟后再试"}
	elsewhere = &desk.Refusal{Code: wire.CodeElsewhere, Text: "本工号正在另一处通话，未能登录；请等通话结束，或到原座位操作"}
	disabled  = &desk.Refusal{Code: wire.CodeDisabled, Text: "账号已停用，未能登录；请联系管理员"}
	renewed   = &desk.Refusal{Code: wire.CodeCredentials, Text: "口令已改，这条连接不再受理命令，这一条没有执行；请用新口令登录"}
	noSeat    = &desk.Refusal{Code: wire.CodeForbidden, Text: "这个工号的角色不能签入坐席，未能登录；请联系管理员"}
	stopping  = &desk.Refusal{Code: wire.CodeStopping, Text: "中心正在停止，未能登录；请稍后再试"}
)

// account checks 工号 and password; which of them is wrong is not said, nor by
// the time it takes, nor by a lock.
func (g *greeter) account(ctx context.Context, no, typed, from string) (store.Agent, error) {
	began := time.Now()
	a, err := g.judge(ctx, no, typed, from)
	if err != nil {
		// Every no is said on the same beat: whether an account is stored, and
		// what it has, shows in nothing but some microseconds.
		spent := time.Since(began)
		select {
		case <-time.After(spent.Truncate(refusalBeat) + refusalBeat - spent):
		case <-ctx.Done():
		}
	}
	return a, err
}

// refusalBeat is the beat on which sign-ins are refused: several times what
// one takes.
const refusalBeat = 400 * time.Millisecond

func (g *greeter) judge(ctx context.Context, no, typed, from string) (store.Agent, error) {
	source := "from/" + from
	if from != "" && g.guard.shut(source) {
		return store.Agent{}, tooMany
	}
	a, known, err := g.known(ctx, no)
	if err != nil {
		return a, err
	}
	if g.guard.shut("no/"+no) || known && a.LockedUntil.After(g.hub.now()) {
		return a, locked
	}
	right, err := g.prove(ctx, no, a.Password, typed)
	if err != nil {
		return a, err
	}
	if !right {
		g.failed(ctx, no, source, from)
		return a, wrong
	}
	if a, err = g.hub.db.Agents.Login(ctx, no, true, g.hub.now(), loginRule); err != nil {
		return a, err
	}
	switch {
	case a.Disabled:
		return a, disabled
	case widest(a, access.SeatSignIn) == 0:
		return a, noSeat
	}
	g.guard.well("no/" + no)
	return a, g.note(ctx, a.No, a.District, "sign.in", from)
}

// known gets the account of a 工号, if there is one.
func (g *greeter) known(ctx context.Context, no string) (a store.Agent, known bool, err error) {
	a, err = g.hub.db.Agents.Get(ctx, no)
	if errors.Is(err, store.ErrNotFound) {
		return a, false, nil
	}
	return a, err == nil, err
}

// prove checks the password against its hash, and the one-time code behind it
// where the account has one. Which of them is wrong is not said: who guesses
// would know the password. Of a 工号 that nobody has everything is done alike,
// and nothing is right.
func (g *greeter) prove(ctx context.Context, no, hash, typed string) (right bool, err error) {
	password, code := secret.Split(typed)
	has, good, err := g.hub.factors().check(ctx, no, code)
	if err != nil {
		return false, err
	}
	if !has {
		password = typed
	}
	right, err = g.check(ctx, hash, password)
	return right && (!has || good), err
}

// failed counts a refused sign-in and writes it down, in one go with the failure
// of the account, if there is one: a write of its own would be waited for where a
// 工号 exists, for long at a busy disk. A log that cannot be written must not tell
// who guesses anything either: it is only logged.
func (g *greeter) failed(ctx context.Context, no, source, from string) {
	g.hub.log.Warn("sign-in refused", "agent", no, "from", from)
	g.guard.failed("no/"+no, numberLimit)
	if from != "" {
		g.guard.failed(source, sourceLimit)
	}
	err := g.hub.db.Tx(ctx, func(p store.Ports) error {
		if _, err := p.Agents.Login(ctx, no, false, g.hub.now(), loginRule); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		_, err := g.hub.audit.On(p).Append(ctx, audit.Entry{Who: no, Action: refusedSignIn, Object: "agent/" + no, Reason: from})
		return err
	})
	if err != nil {
		g.hub.log.Error("noting a refused sign-in", "err", err)
	}
}

func (g *greeter) note(ctx context.Context, no, district, action, from string) error {
	_, err := g.hub.audit.Append(ctx, audit.Entry{Who: no, District: district, Action: action, Object: "agent/" + no, Reason: from})
	if err != nil {
		return fmt.Errorf("noting %s: %w", action, err)
	}
	return nil
}

func (g *greeter) check(ctx context.Context, hash, password string) (bool, error) {
	select {
	case g.slot <- struct{}{}:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	defer func() { <-g.slot }()
	return seal.CheckPassword(hash, password), nil
}

func (g *greeter) sit(ctx context.Context, a store.Agent, in arrival) (desk.Seat, error) {
	s, ok := g.hub.seatOf(a)
	if !ok {
		return nil, stopping
	}
	return g.arrive(ctx, s, a, in)
}

func (g *greeter) arrive(ctx context.Context, s *seat, a store.Agent, in arrival) (desk.Seat, error) {
	in.account = a
	if !in.resume { // who comes back has lists to look at, and may be one of thousands
		in.lists, in.taken = s.load(ctx, a), s.taken(ctx)
	}
	err, ok := actor.Ask(ctx, s.box, func() error { return s.arrive(in) })
	if !ok {
		return nil, stopping
	}
	if err != nil {
		return nil, err
	}
	return s, nil
}

// arrival is a connection that was let in.
type arrival struct {
	conn    deskLink
	id      string // of the first message
	account store.Agent
	device  string
	token   string
	resume  bool
	last    uint64
	ticket  uint64 // number of the session that the token was made for; 0: not a token of ours
	lists   loaded
	taken   []wire.Taken
}

// deskLink is what the seat needs of a connection.
type deskLink interface {
	desk.Link
	Quiet() time.Duration
	Late() bool
	Device() string
}

// linkSilent is how long a link may be silent before a second sign-in may
// take its place: it asks for a sign of life every 3 s.
const linkSilent = 5 * time.Second

// tokenSettles is for how long a seat that missed its welcome may come again by
// the token before.
const tokenSettles = time.Minute

// barred says why a connection is not let in. A live call is never taken over:
// not while the link to it answers, nor from another machine while the agent's
// voice is on it.
func (s *seat) barred(in arrival) error {
	onCall := s.engaged()
	switch {
	case in.resume && s.session.Number() > 0 && !s.session.Owns(in.token):
		// A seat that this hub has not seen yet comes from before a restart:
		// its token speaks for itself.
		return tokenDead
	case in.resume || !onCall:
		return nil
	case s.linkAlive(), in.device != s.device && s.speaks():
		return elsewhere
	}
	return nil
}

// arrive seats a connection: a new sign-in, a return, or a move.
func (s *seat) arrive(in arrival) error {
	if in.conn.Late() {
		return desk.ErrGone
	}
	if err := s.barred(in); err != nil {
		return err
	}
	onCall := s.engaged()
	if !in.resume && s.bound.call != nil && in.device != s.device {
		s.tellMoved()
	}
	returning := in.resume || s.session.Connected() || s.presence.Phase == agent.StateLost
	floor := max(uint64(s.hub.now().Unix()), in.ticket)
	token := s.session.Begin(in.conn, floor, in.token, func(number uint64) string {
		return s.hub.tickets.make(number, bearerOf(in.account, in.conn))
	})
	if !in.resume {
		s.hub.tickets.end(s.no, s.account.District, s.session.Number()-1)
	}
	s.set("token", tokenSettles, s.session.Settle)
	s.conn = in.conn
	s.own(in.account)
	if !in.resume {
		s.device, s.bound.seen = in.device, s.hub.now()
		if !onCall {
			s.dropLine() // another program: its voice comes with its own offer
		}
	}
	s.bound.unread = s.bound.draft != nil
	s.welcome(in, token)
	s.lists.take(in.lists)
	s.present()
	if l := s.hub.inLine.Load(); l != nil {
		s.session.Latest(l.state(s.hub.now()))
	}
	s.set("voice", lookEvery, s.lookAtVoice) // it does not look while nobody, or nothing to hear, is there
	s.changed()
	s.push()
	if in.resume {
		s.session.Missed(in.last)
		s.set("lists", time.Nanosecond+s.hub.listsWait(in), s.refresh)
	}
	s.hub.log.Info("seat signed in", "agent", s.no, "session", s.session.Number(), "returning", returning)
	return nil
}

func (s *seat) linkAlive() bool {
	return s.session.Connected() && s.conn != nil && s.conn.Quiet() < linkSilent
}

// speaks tells whether the agent's voice is on the call though the link is down.
func (s *seat) speaks() bool {
	return s.bound.call != nil && s.voice.Silence(time.Time{}) < call.BackWithin
}

// tellMoved lets the log and the leads know that a call goes on at another machine.
func (s *seat) tellMoved() {
	c := s.bound.call
	c.Note("seat_moved", s.no+" 换电脑登录，接续通话")
	s.hub.tellLeads("warn", s.Title()+"换了一台电脑登录，接续原来的通话 · 如果不是他本人，请强制签出并告诉管理员", s.account.District)
}

// welcome answers the sign-in; a fresh state follows at once.
func (s *seat) welcome(in arrival, token string) {
	cfg := s.hub.cfg
	breaks := make([]string, 0, len(agent.BreakReasons))
	for _, r := range agent.BreakReasons {
		breaks = append(breaks, string(r))
	}
	var extra []string
	if len(s.account.Roles) > 1 {
		extra = s.account.Roles[1:]
	}
	s.session.Answer(in.id, &wire.Welcome{
		Session: s.session.Number(), Token: s.no + "." + token, AgentNo: s.no, Name: s.account.Name, Role: s.role(), Extra: extra,
		District: s.account.District, HubTime: s.hub.now(), Resumed: in.resume, SpreadMS: int(s.hub.spread(in).Milliseconds()),
		AwayMS: int(s.hub.apart().Milliseconds()), Taken: in.taken,
		Settings: wire.Settings{
			WrapSeconds: int(cfg.Wrap.Seconds()), ExtendSeconds: int(cfg.WrapExtend.Seconds()), RingSeconds: int(cfg.Limits.Of(fsm.StateRinging).Seconds()),
			TargetSeconds: int(cfg.Target.Seconds()), BreakReasons: breaks, HoldSeconds: int(cfg.Limits.Of(fsm.StateSeatLost).Seconds()),
			Substitute: cfg.Business.Substitute,
		},
	})
	if head := s.hub.kbHead(); head != nil {
		s.session.Push(head)
	}
}

// The herd: how long after its start a hub lets returning seats wait with their
// voice, how far apart they come for each account, and at most.
const (
	herdAge    = time.Minute
	herdEach   = 2 * time.Millisecond
	herdSpread = 20 * time.Second
)

// The lists of a herd are read once it is in, for each still shows the ones that
// it had: when the hub is so old, and so many times as far apart as the voices.
// So few seats are no herd.
const (
	listsAge   = 20 * time.Second
	listsApart = 3
	noHerd     = 100
)

// apart is how far apart all seats would come back.
func (h *Hub) apart() time.Duration { return min(time.Duration(h.staff)*herdEach, herdSpread) }

// listsWait is how long a seat that came back waits for its lists.
func (h *Hub) listsWait(in arrival) time.Duration {
	if h.seats.Count() < noHerd {
		return 0
	}
	return max(0, listsAge-time.Since(h.born)) + rand.N(time.Nanosecond+listsApart*h.spread(in))
}

// spread is how far apart the voices of returning seats should come back.
func (h *Hub) spread(in arrival) time.Duration {
	if !in.resume || time.Since(h.born) > herdAge {
		return 0
	}
	return h.apart()
}

// present brings the presence of a seat that came to what it is now.
func (s *seat) present() {
	switch s.presence.Phase {
	case "", agent.StateSignedOut:
		_ = s.step(agent.EventSignIn, "")
	case agent.StateLost:
		if s.bound.call == nil { // on a call the voice decides
			_ = s.step(agent.EventLinkBack, "")
		}
	}
}
