package hub

import (
	"testing"
	"time"

	"zuoxi/wire"
)

// TestConnectionsEndWithTheirAccount: who has an open connection may do what the account may do now, and nothing once it is
// disabled or has another password.
func TestConnectionsEndWithTheirAccount(t *testing.T) {
	r := openReal(t)
	owner := r.dial(true)
	ok := func(cmd string, args map[string]any) {
		t.Helper()
		if code := owner.admin(cmd, args, nil); code != wire.CodeOK {
			t.Fatalf("%s %v: %s", cmd, args, code)
		}
	}
	in := map[string]*wsLine{}
	for _, no := range []string{"1006", "1007", "1008"} {
		ok("agent.add", map[string]any{"agent_no": no, "name": "王某", "role": "qa", "password": "synthetic-1", "own": true})
		in[no] = r.dial(false)
		if code := in[no].admin("sign.in", map[string]string{"agent_no": no, "password": "synthetic-1"}, nil); code != wire.CodeOK {
			t.Fatal(code)
		}
	}
	ok("agent.add", map[string]any{"agent_no": "8001", "name": "王某", "role": "agent", "password": "synthetic-1", "own": true})
	seat := r.dial(false)
	if _, ok := seat.ask(&wire.SignIn{AgentNo: "8001", Password: "synthetic-1"}).(*wire.Welcome); !ok {
		t.Fatal("the seat was refused")
	}

	ok("agent.set", map[string]any{"agent_no": "1006", "roles": []string{"agent"}})
	ok("agent.disable", map[string]any{"agent_no": "1007", "disabled": true})
	ok("agent.passwd", map[string]any{"agent_no": "1008", "password": "synthetic-2"})
	ok("agent.passwd", map[string]any{"agent_no": "8001", "password": "synthetic-2"})
	for no, want := range map[string]wire.Code{"1006": wire.CodeForbidden, "1007": wire.CodeDisabled, "1008": wire.CodeCredentials} {
		if code := in[no].admin("audit.list", map[string]int{"limit": 1}, nil); code != want {
			t.Errorf("%s: %s, want %s", no, code, want)
		}
	}
	for what, l := range map[string]*wsLine{"1008": in["1008"], "8001": seat} {
		bye := l.until("the hub's goodbye", func(m wire.Message) bool { _, is := m.Body.(*wire.Bye); return is })
		if b := bye.Body.(*wire.Bye); b.Code != wire.CodeCredentials {
			t.Errorf("%s heard %+v", what, b)
		}
	}
}

// TestResetPasswordIsNobodysOwn: by a password that an administrator has set nothing is done in its owner's name, at a seat or
// on the command line, until the owner has set another.
func TestResetPasswordIsNobodysOwn(t *testing.T) {
	r := openReal(t)
	owner := r.dial(true)
	owner.admin("agent.add", map[string]any{"agent_no": "1007", "name": "李某", "role": "qa", "password": "synthetic-1", "own": true}, nil)
	signIn := func(password string) *wsLine {
		t.Helper()
		l := r.dial(false)
		if code := l.admin("sign.in", map[string]string{"agent_no": "1007", "password": password}, nil); code != wire.CodeOK {
			t.Fatal(code)
		}
		return l
	}
	seat := func(password string) (code wire.Code) {
		switch b := r.dial(false).ask(&wire.SignIn{AgentNo: "1007", Password: password}).(type) {
		case *wire.Ack:
			code = b.Code
		case *wire.Welcome:
			code = wire.CodeOK
		}
		return code
	}
	if code := seat("synthetic-1"); code != wire.CodeOK {
		t.Fatal(code)
	}
	if code := owner.admin("agent.passwd", map[string]any{"agent_no": "1007", "password": "synthetic-2"}, nil); code != wire.CodeOK {
		t.Fatal(code)
	}
	if code := seat("synthetic-2"); code != wire.CodeForbidden {
		t.Errorf("a seat: %s", code)
	}
	reset := signIn("synthetic-2")
	if code := reset.admin("recording.list", map[string]int{"limit": 5}, nil); code != wire.CodeForbidden {
		t.Errorf("a command: %s", code)
	}
	if code := reset.admin("agent.passwd", map[string]any{"agent_no": "1007", "password": "synthetic-3"}, nil); code != wire.CodeOK {
		t.Errorf("the change: %s", code)
	}
	if code := signIn("synthetic-3").admin("audit.list", map[string]int{"limit": 5}, nil); code != wire.CodeOK {
		t.Errorf("a command by the own password: %s", code)
	}
	if code := seat("synthetic-3"); code != wire.CodeOK {
		t.Errorf("a seat by the own password: %s", code)
	}
}

// TestGuessersLearnNothing: a code that is missing is answered as a wrong password is.
func TestGuessersLearnNothing(t *testing.T) {
	r := openReal(t)
	owner := r.dial(true)
	owner.admin("agent.add", map[string]any{"agent_no": "1007", "name": "李某", "role": "qa", "password": "synthetic-1", "own": true}, nil)
	if code := owner.admin("agent.totp", map[string]any{"agent_no": "1007"}, nil); code != wire.CodeOK {
		t.Fatal(code)
	}
	var said []wire.Ack
	for _, in := range []wire.SignIn{{AgentNo: "1007", Password: "synthetic-1"}, {AgentNo: "1007", Password: "wrong"}, {AgentNo: "9999", Password: "wrong"}} {
		ack, _ := r.dial(false).ask(&in).(*wire.Ack)
		said = append(said, *ack)
	}
	if said[0] != said[1] || said[1] != said[2] || said[0].Code != wire.CodeCredentials {
		t.Errorf("told apart: %+v", said)
	}
}

// TestSlowGuessesLockAsInTheStore: see numberLimit.
func TestSlowGuessesLockAsInTheStore(t *testing.T) {
	now := time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)
	g := newGuard(func() time.Time { return now })
	for range loginRule.Failures {
		if g.shut("no/9999") {
			t.Fatal("shut too early")
		}
		g.failed("no/9999", numberLimit)
		g.failed("from/pc", sourceLimit)
		now = now.Add(9 * time.Minute)
	}
	if !g.shut("no/9999") || g.seen["from/pc"].n >= loginRule.Failures {
		t.Errorf("shut %v; an address has %d", g.shut("no/9999"), g.seen["from/pc"].n)
	}
	if now = now.Add(loginRule.Lock); g.shut("no/9999") {
		t.Error("shut for longer than an account")
	}
}
