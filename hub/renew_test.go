package hub

import (
	"encoding/base32"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zuoxi/hub/desk"
	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/rules/secret"
	"zuoxi/wire"
)

// comer is somebody at the sign-in page of a seat.
type comer struct {
	t *testing.T
	r *real
}

// says gives what the hub answers to a first message, and the ticket that came with it, if any.
func (c comer) says(b wire.Body) (code wire.Code, text, ticket string) {
	c.t.Helper()
	l := c.r.dial(false)
	id := l.say(b)
	for {
		m := l.until("an answer", func(m wire.Message) bool { return true })
		switch b := m.Body.(type) {
		case *wire.MustChange:
			ticket = b.Ticket
		case *wire.Ack:
			return b.Code, b.Text, ticket
		case *wire.Welcome:
			if m.Re != id {
				c.t.Fatalf("a welcome to %q", m.Re)
			}
			return wire.CodeOK, b.AgentNo, ticket
		}
	}
}

// TestOwnPasswordAtTheSignInPage: whoever has proved a password that an administrator has set, and the one-time code where
// there is one, changes it where they sit, by the rules of the command line and in its words of the audit log.
func TestOwnPasswordAtTheSignInPage(t *testing.T) {
	r := openReal(t)
	var later atomic.Int64
	r.tickets.now = func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	owner, at := r.dial(true), comer{t, r}
	owner.admin("agent.add", map[string]any{"agent_no": "8001", "name": "王某", "role": "agent", "password": "synthetic-1"}, nil)
	var given struct{ URL string }
	if code := owner.admin("agent.totp", map[string]any{"agent_no": "8001"}, &given); code != wire.CodeOK {
		t.Fatal(code)
	}
	u, err := url.Parse(given.URL)
	if err != nil {
		t.Fatal(err)
	}
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(u.Query().Get("secret"))
	if err != nil {
		t.Fatal(err)
	}
	code := func(off int64) string { return secret.Code(key, secret.StepAt(time.Now())+off) }

	if got, _, ticket := at.says(&wire.SignIn{AgentNo: "8001", Password: "synthetic-1"}); got != wire.CodeCredentials || ticket != "" {
		t.Fatalf("without the one-time code: %s, a ticket %q", got, ticket)
	}
	got, text, ticket := at.says(&wire.SignIn{AgentNo: "8001", Password: "synthetic-1" + code(0)})
	if got != wire.CodeForbidden || ticket == "" || !strings.Contains(text, "换成自己的") {
		t.Fatalf("the administrator's password: %s %q, a ticket %q", got, text, ticket)
	}
	for _, c := range []struct{ name, password, text string }{
		{"the same", "synthetic-1", "和管理员给的一样"}, {"too short", "x", "8 到 128 个字符"}, {"too easy", "8001-8001", "口令"},
	} {
		later.Add(int64(time.Minute))
		got, text, again := at.says(&wire.Renew{AgentNo: "8001", Ticket: ticket, Password: c.password})
		if got != wire.CodeForbidden || !strings.Contains(text, c.text) || again != ticket { // no longer one either
			t.Errorf("%s: %s %q, the ticket %q after %q", c.name, got, text, again, ticket)
		}
	}
	for name, b := range map[string]wire.Renew{
		"no ticket": {AgentNo: "8001"}, "another's ticket": {AgentNo: "8001", Ticket: ticket[1:]}, "nobody's number": {AgentNo: "9999", Ticket: ticket},
	} {
		b.Password = "synthetic-2"
		if got, text, ticket := at.says(&b); got != wire.CodeStale || text != tokenDead.Text || ticket != "" {
			t.Errorf("%s: %s %q, a ticket %q", name, got, text, ticket)
		}
	}
	if got, no, _ := at.says(&wire.Renew{AgentNo: "8001", Ticket: ticket, Password: "synthetic-2"}); got != wire.CodeOK || no != "8001" {
		t.Fatalf("the own password: %s %q", got, no)
	}
	if got, _, _ := at.says(&wire.Renew{AgentNo: "8001", Ticket: ticket, Password: "synthetic-3"}); got != wire.CodeStale {
		t.Errorf("the ticket once more: %s", got)
	}
	if got, _, _ := at.says(&wire.SignIn{AgentNo: "8001", Password: "synthetic-1" + code(1)}); got != wire.CodeCredentials {
		t.Errorf("the administrator's password afterwards: %s", got)
	}
	var log wire.AuditAnswer
	if code := owner.admin("audit.list", wire.AuditAsk{Action: "agent.passwd", Limit: 10}, &log); code != wire.CodeOK || len(log.Rows) != 1 {
		t.Fatalf("%s: %+v", code, log)
	}
	if a := log.Rows[0]; a.Who != "8001" || a.Object != "agent/8001" || a.Reason != "must_change true → false" {
		t.Errorf("in the log: %+v", a)
	}
}

// TestTwoRenewalsAtOnce: of two by the same ticket one sets the password, and says so though its sign-in is refused; both hash in
// their turn.
func TestTwoRenewalsAtOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		h.desks.admin = h.office()
		h.gate.mu.Lock()
		h.gate.shut = true // nobody gets a seat any more
		h.gate.mu.Unlock()
		a := store.Agent{
			No: "8001", Name: "王某", District: "320100", Roles: []string{"agent"}, Password: seal.HashPassword("synthetic-1", seal.DefaultCost), MustChange: true,
		}
		if err := h.db.Agents.Create(h.t.Context(), a); err != nil {
			h.t.Fatal(err)
		}
		g, c := newGreeter(h.Hub), &desk.Conn{}
		ticket, said := h.tickets.renewal(bearerOf(a, c)), make(chan *desk.Refusal)
		for range hashers {
			g.slot <- struct{}{}
		}
		passwords := []string{"synthetic-2", "synthetic-3"}
		for _, p := range passwords {
			go func() {
				_, err := g.renew(h.t.Context(), "m1", &wire.Renew{AgentNo: "8001", Ticket: ticket, Password: p}, c)
				said <- asRefusal(err)
			}()
		}
		synctest.Wait()
		if now, err := h.db.Agents.Get(h.t.Context(), "8001"); err != nil || now.Password != a.Password {
			t.Errorf("it was hashed out of turn, %v", err)
		}
		<-g.slot
		told := map[wire.Code]string{}
		for range passwords {
			no := <-said
			told[no.Code] = no.Text
		}
		if first, late := told[wire.CodeStopping], told[wire.CodeStale]; first != "口令已换成新的；"+stopping.Text || late == "" || strings.Contains(late, "口令已换成新的") {
			t.Errorf("told %q", told)
		}
		for range hashers - 1 {
			<-g.slot
		}
		if len(g.slot) != 0 {
			t.Errorf("%d are hashing still", len(g.slot))
		}
	})
}

// TestRenewalIsOverInTime: a ticket is neither taken for long, nor for a token, nor a token for it.
func TestRenewalIsOverInTime(t *testing.T) {
	now := time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)
	x := &tickets{key: []byte("synthetic"), now: func() time.Time { return now }}
	b := bearer{"8001", "pc", "hash"}
	ticket := x.renewal(b)
	for other, is := range map[string]bearer{"another agent": {"8002", "pc", "hash"}, "another PC": {"8001", "pd", "hash"}, "another password": {"8001", "pc", "hasi"}} {
		if ours, _ := x.renews(ticket, is); ours {
			t.Error(other)
		}
	}
	if ours, late := x.renews(ticket, b); !ours || late {
		t.Errorf("ours %v, late %v", ours, late)
	}
	if ours, _ := x.renews(x.make(7, b), b); ours {
		t.Error("a token is a ticket")
	}
	if x.read(ticket, b) != 0 {
		t.Error("a ticket is a token")
	}
	now = now.Add(renewLife + time.Second)
	if ours, late := x.renews(ticket, b); !ours || !late {
		t.Errorf("later: ours %v, late %v", ours, late)
	}
}
