package login

import (
	"strings"
	"testing"

	"zuoxi/session"
	"zuoxi/ui/keys"
	"zuoxi/ui/sample"
)

func TestEnterOnlyMovesOn(t *testing.T) {
	d := sample.Alone(sample.SignedOut(), keys.Login)
	p := New("1.0.0", "hub.example.gov.cn:443")
	d.Draw(p.Draw, 80, 20) // fills in the remembered number and goes to the password
	d.Press(p.Update, "pw", "enter", "enter", "space")
	if d.Last() != nil {
		t.Errorf("Enter said %v", d.Last())
	}
	p.Act(keys.SignIn, &d.Env)
	if d.Last() != (session.SignIn{AgentNo: "3027", Password: "pw", Remember: true}) {
		t.Errorf("said %v", d.Last())
	}
	if p.Copy(nil) != "" {
		t.Error("a password can be copied")
	}
}

func TestSelfCheckAndWordsFitTheSmallestScreen(t *testing.T) {
	d := sample.Alone(sample.SignedOut(), keys.Login)
	p := New("1.0.0", "hub.example.gov.cn:443")
	got, cur := d.Draw(p.Draw, 80, 21)
	for _, want := range []string{"3027", "（已存于系统钥匙串）", "USB 耳麦", "比中心慢 3 分钟", "自检不通过也能登录"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	if !cur.On || strings.Contains(got, "pw") {
		t.Errorf("cursor %+v", cur)
	}
	d.Press(p.Update, "口")
	if got, _ := d.Draw(p.Draw, 80, 21); !strings.Contains(got, "请切换到英文输入法") {
		t.Errorf("no word about the input method:\n%s", got)
	}
}

// TestWhatIsWaitedForIsNamed: to be signed in, or for papers.
func TestWhatIsWaitedForIsNamed(t *testing.T) {
	d := sample.Alone(sample.SignedOut(), keys.Login)
	d.View.SignIn.Busy = true
	p := New("", "")
	for c, want := range map[keys.Command]string{keys.Exams: "正在打开试卷", keys.SignIn: "正在登录"} {
		p.Act(c, &d.Env)
		if got, _ := d.Draw(p.Draw, 80, 21); !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
}

func TestCommands(t *testing.T) {
	d := sample.Alone(sample.SignedOut(), keys.Login)
	p := New("", "")
	p.Act(keys.CheckAgain, &d.Env)
	p.Act(keys.NextMic, &d.Env)
	if len(d.Said) != 2 || d.Said[0] != (session.RunSelfCheck{}) || d.Said[1] != (session.NextDevice{Kind: session.KindInput}) {
		t.Errorf("said %v", d.Said)
	}
	p.Act(keys.Next, &d.Env)
	p.Act(keys.Next, &d.Env)
	if p.Typing() {
		t.Error("the check mark is no text field")
	}
	p.Act(keys.Previous, &d.Env)
	if !p.Typing() {
		t.Error("the password is a text field")
	}
}

// TestOwnPasswordIsAskedForTwice: in the place of the one that others know too, only of whose it is, and the next one at the
// page finds nothing of it.
func TestOwnPasswordIsAskedForTwice(t *testing.T) {
	d := sample.Alone(sample.SignedOut(), keys.Login)
	p := New("1.0.0", "hub.example.gov.cn:443")
	d.Draw(p.Draw, 80, 21)
	d.Press(p.Update, "old")
	d.View.SignIn.Renew, d.View.SignIn.Stored = "3027", false
	got, cur := d.Draw(p.Draw, 80, 21)
	for _, want := range []string{"请换成自己的", "新口令", "再输一遍", "记在系统钥匙串", "上岗自检"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	if !cur.On {
		t.Error("no field has the focus")
	}
	d.Press(p.Update, "new", "enter", "new", "enter", "space")
	p.Act(keys.SignIn, &d.Env)
	if want := (session.Renew{AgentNo: "3027", Password: "new", Again: "new", Remember: true}); d.Last() != want {
		t.Errorf("said %v", d.Last())
	}
	d.Press(p.Update, "up", "up", "up", "8")
	if got, _ = d.Draw(p.Draw, 80, 21); strings.Contains(got, "新口令") {
		t.Errorf("another number is asked too:\n%s", got)
	}
	p.Act(keys.SignIn, &d.Env)
	if want := (session.SignIn{AgentNo: "30278", Password: "old", Remember: true}); d.Last() != want {
		t.Errorf("another number said %v", d.Last())
	}
	d.View.SignIn.Renew = "30278"
	d.Draw(p.Draw, 80, 21)
	p.Act(keys.SignIn, &d.Env)
	if want := (session.Renew{AgentNo: "30278", Remember: true}); d.Last() != want {
		t.Errorf("the next one said %v", d.Last())
	}
	d.View.SignIn.Renew = ""
	if got, _ = d.Draw(p.Draw, 80, 21); strings.Contains(got, "新口令") || !p.Typing() {
		t.Errorf("still asked for:\n%s", got)
	}
}
