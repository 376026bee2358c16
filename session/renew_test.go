package session

import (
	"strings"
	"testing"

	"zuoxi/wire"
)

const notOwn = "口令是管理员设的，别人也知道，还没有登录；请换成自己的"

// askedToRenew is a seat whose password the hub wants changed.
func askedToRenew(t *testing.T, vault Vault) (*fakeHub, *seat) {
	t.Helper()
	h := newFakeHub(t)
	x := startSeat(t, h.url, t.TempDir(), vault)
	if _, stored := vault.Password("3027"); !stored { // else the keyring signs in
		x.s.Do(SignIn{AgentNo: "3027", Password: "given"})
	}
	expect[*wire.SignIn](h)
	wantsAnother(h, "k1", notOwn)
	v := x.see("the question", func(v View) bool { return v.SignIn.Renew == "3027" })
	if v.SignIn.Error != notOwn || v.SignIn.Busy || v.SignIn.SignedIn {
		t.Errorf("%+v", v.SignIn)
	}
	return h, x
}

func wantsAnother(h *fakeHub, ticket, why string) {
	h.say(wire.Message{Body: &wire.MustChange{AgentNo: "3027", Ticket: ticket}})
	h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeForbidden, Text: why}})
	h.hangUp()
}

// TestOwnPasswordBeforeDuty: the new password is said with the ticket only, twice the same, and from then on it is the one that
// opens the locked screen and lies in the keyring, where the old one lay.
func TestOwnPasswordBeforeDuty(t *testing.T) {
	vault := fakeVault{map[string]string{"3027": "given"}}
	h, x := askedToRenew(t, vault)
	for text, v := range map[string]Renew{"没有填": {AgentNo: "3027"}, "不一样": {AgentNo: "3027", Password: "own", Again: "owm"}} {
		x.s.Do(v)
		if got := x.see("what is wrong", func(v View) bool { return strings.Contains(v.SignIn.Error, text) }).SignIn; got.Busy || got.Renew == "" {
			t.Errorf("%s: %+v", text, got)
		}
	}
	x.s.Do(Renew{AgentNo: "3027", Password: "weak", Again: "weak"})
	if _, b := expect[*wire.Renew](h); b.AgentNo != "3027" || b.Ticket != "k1" || b.Password != "weak" {
		t.Errorf("said %+v", b)
	}
	wantsAnother(h, "k2", "口令太容易猜 · 没有设置 · 请换一个口令")
	x.see("that it will not do", func(v View) bool {
		return v.SignIn.Renew == "3027" && strings.Contains(v.SignIn.Error, "太容易猜") && !v.SignIn.Busy
	})
	x.s.Do(Renew{AgentNo: "3027", Password: "own", Again: "own"})
	if _, b := expect[*wire.Renew](h); b.Ticket != "k2" || b.Password != "own" {
		t.Errorf("said %+v", b)
	}
	welcome(h, 1, false)
	v := x.see("the desk", func(v View) bool { return v.Presence.State != "" && v.SignIn.Stored })
	if v.SignIn.Renew != "" || v.SignIn.Error != "" || !x.s.Knows("own") || x.s.Knows("given") {
		t.Errorf("%+v, knows the new one: %v, the old one: %v", v.SignIn, x.s.Knows("own"), x.s.Knows("given"))
	}
	x.stop() // the keyring is written beside the session
	if kept, _ := vault.Password("3027"); kept != "own" {
		t.Errorf("the keyring holds %q", kept)
	}
}

// TestOwnPasswordTooLate: a refusal without another ticket leads back to the usual page.
func TestOwnPasswordTooLate(t *testing.T) {
	h, x := askedToRenew(t, fakeVault{map[string]string{}})
	x.s.Do(Renew{AgentNo: "3027", Password: "own", Again: "own"})
	expect[*wire.Renew](h)
	h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeForbidden, Text: "换口令等了太久"}})
	h.hangUp()
	x.see("the usual page", func(v View) bool {
		return v.SignIn.Renew == "" && !v.SignIn.Busy && v.SignIn.Error == "换口令等了太久"
	})
}

// TestOwnPasswordWhoseAnswerIsLost: the hub has set it, so the ticket is over and the new password signs in.
func TestOwnPasswordWhoseAnswerIsLost(t *testing.T) {
	h, x := askedToRenew(t, fakeVault{map[string]string{}})
	x.s.Do(Renew{AgentNo: "3027", Password: "own", Again: "own"})
	expect[*wire.Renew](h)
	h.cut()
	expect[*wire.Renew](h)
	h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeStale}})
	h.hangUp()
	if _, b := expect[*wire.SignIn](h); b.Password != "own" {
		t.Errorf("signs in with %q", b.Password)
	}
	welcome(h, 1, false)
	x.see("the desk", func(v View) bool { return v.Presence.State != "" && v.SignIn.Renew == "" })
}

// TestOwnPasswordThatIsNotSet: the hub answers the first time that the ticket is over, for somebody has changed the password
// meanwhile. The new one was never set, and signs nobody in.
func TestOwnPasswordThatIsNotSet(t *testing.T) {
	h, x := askedToRenew(t, fakeVault{map[string]string{}})
	x.s.Do(Renew{AgentNo: "3027", Password: "own", Again: "own"})
	expect[*wire.Renew](h)
	h.say(wire.Message{Body: &wire.Bye{Code: wire.CodeStale}})
	h.hangUp()
	x.see("the usual page", func(v View) bool {
		return v.SignIn.Renew == "" && !v.SignIn.Busy && strings.Contains(v.SignIn.Error, "新口令没有设上")
	})
	x.s.Do(SignIn{AgentNo: "3027", Password: "given again"})
	if _, b := expect[*wire.SignIn](h); b.Password != "given again" {
		t.Errorf("signs in with %q", b.Password)
	}
}
