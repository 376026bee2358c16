package main

import (
	"crypto/hmac"
	"crypto/sha1"
	"database/sql"
	"encoding/base32"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"zuoxi/wire"
)

func logins() []promise {
	const group = "登录"
	return []promise{
		{group, "口令连错 5 次锁 10 分钟；没有的工号一样锁，说的话一样", false, proveLock},
		{group, "不认识的工号与认识的花一样的时间", false, proveEqualTime},
		{group, "弱口令不收", false, proveWeak},
		{group, "动态码（RFC 6238）：没有不行，同一个码第二次不行", false, proveSecondFactor},
		{group, "会话令牌不少于 128 位，签出就失效（答复后立刻杀中心也一样），别的工号、改口令后都不认", false, proveTokens},
		{group, "一个工号一处：旧的收到告别；旧会话的命令不执行，重发只做一次", false, proveOneSeat},
		{group, "口令不出现在日志、审计和数据目录的任何文件里", false, proveNoSecrets},
	}
}

func (p *place) knock(no, pass string) error {
	c, err := reach(p.SeatURL(), nil, nil)
	if err != nil {
		return err
	}
	defer c.close()
	return c.enter(&wire.SignIn{AgentNo: no, Password: pass})
}

func proveLock(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	said := map[string][]string{}
	for _, no := range []string{"3027", "9999"} {
		for range 6 {
			err := p.knock(no, "Wrong-guess-7")
			var no2 *refused
			if !errors.As(err, &no2) {
				return "", fmt.Errorf("a wrong password gave %w", orNil(err))
			}
			said[no] = append(said[no], string(no2.code)+" "+no2.text)
		}
	}
	if !slices.Equal(said["3027"], said["9999"]) {
		return "", fmt.Errorf("a number that exists is told apart:\n%q\n%q", said["3027"], said["9999"])
	}
	if code := codeOf(p.knock("3027", password("3027"))); code != wire.CodeLocked {
		return "", fmt.Errorf("after five failures the right password gave %q", code)
	}
	s.must(p.StopHub())
	s.must(p.StartHub())
	if code := codeOf(p.knock("3027", password("3027"))); code != wire.CodeLocked {
		return "", fmt.Errorf("a restart lifted the lock: %q", code)
	}
	return "第 6 次两者都答 locked；中心重启后仍锁着", nil
}

func proveEqualTime(s *stage) (string, error) {
	const rounds = 6
	var nos []string
	for i := range rounds {
		nos = append(nos, fmt.Sprint(3100+i))
	}
	p, err := s.open(nos)
	s.must(err)
	defer p.Close()
	var known, unknown []float64
	for range maxGuesses { // what a busy machine adds is there once and not the next time
		for i, no := range nos {
			a, err := p.guess(no)
			s.must(err)
			b, err := p.guess(fmt.Sprint(9100 + i))
			s.must(err)
			known, unknown = append(known, a), append(unknown, b)
		}
		if s.long || alike(slices.Min(known), slices.Min(unknown)) {
			break
		}
	}
	a, b := median(known), median(unknown)
	figure := fmt.Sprintf("认识 最短 %.1f、中位 %.1f ms，不认识 %.1f、%.1f ms，各 %d 次", slices.Min(known), a, slices.Min(unknown), b, len(known))
	if !alike(slices.Min(known), slices.Min(unknown)) || s.long && !alike(a, b) {
		return figure, fmt.Errorf("not held: %s", figure)
	}
	return figure, nil
}

// maxGuesses are one less than what locks a number.
const maxGuesses = 4

// alike tells whether nobody can tell two times, in ms, apart by what they differ.
func alike(a, b float64) bool { return math.Abs(a-b) <= 20 }

// guess tells how long a wrong password takes, in ms.
func (p *place) guess(no string) (float64, error) {
	began := time.Now()
	if err := p.knock(no, "Wrong-guess-7"); codeOf(err) != wire.CodeCredentials {
		return 0, fmt.Errorf("a wrong password gave %w", orNil(err))
	}
	return float64(time.Since(began).Microseconds()) / 1000, nil
}

func median(v []float64) float64 {
	slices.Sort(v)
	return v[len(v)/2]
}

func proveWeak(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	weak := []string{"12345678", "password", "Passw0rd!", "3027-3027", "aaaaaaaa", "abcdefgh", "Zuoxi@12333", "short"}
	for _, w := range weak {
		for _, args := range [][]string{{"agent", "add", "3030", "演练"}, {"agent", "passwd", "3027"}} {
			if out, err := p.Run([]string{"ZUOXI_PASSWORD=" + w}, args...); err == nil || !strings.Contains(out, "没有设置") {
				return "", fmt.Errorf("%s took %q: %s", args[1], w, out)
			}
		}
	}
	return fmt.Sprintf("%d 个弱口令，新增和改口令都不收", len(weak)), nil
}

// totp is RFC 6238 in the few lines that it takes, apart from the program's own.
func totp(key []byte, at time.Time) string {
	var msg [8]byte
	binary.BigEndian.PutUint64(msg[:], uint64(at.Unix()/30))
	m := hmac.New(sha1.New, key)
	m.Write(msg[:])
	sum := m.Sum(nil)
	o := sum[19] & 15
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(sum[o:])&0x7fffffff)%1000000)
}

func proveSecondFactor(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	out, err := p.Run(nil, "--json", "agent", "totp", "3027")
	s.must(err)
	var given struct{ URL string }
	s.must(json.Unmarshal([]byte(out), &given))
	u, err := url.Parse(given.URL)
	s.must(err)
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(u.Query().Get("secret"))
	s.must(err)
	if code := codeOf(p.knock("3027", password("3027"))); code != wire.CodeCredentials {
		return "", fmt.Errorf("the password alone gave %q", code)
	}
	now := totp(key, time.Now())
	s.mustWhen("with the code", p.knock("3027", password("3027")+now))
	if code := codeOf(p.knock("3027", password("3027")+now)); code != wire.CodeCredentials {
		return "", fmt.Errorf("the same code again gave %q", code)
	}
	_, err = p.Run(nil, "agent", "totp", "3027", "--off")
	s.must(err)
	s.mustWhen("after --off", p.knock("3027", password("3027")))
	return fmt.Sprintf("密钥 %d 位；只有口令被拒；重放被拒；可以去掉", len(key)*8), nil
}

func (p *place) resume(token string) (*client, error) {
	c, err := reach(p.SeatURL(), nil, nil)
	if err != nil {
		return nil, err
	}
	if err := c.enter(&wire.Resume{Token: token}); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func proveTokens(s *stage) (string, error) {
	p, err := s.open([]string{"3027", "3028"})
	s.must(err)
	defer p.Close()
	c, err := p.signIn("3027")
	s.must(err)
	token := c.welcome.Token
	c.close()
	stale := func(what, token string) error {
		if c, err := p.resume(token); codeOf(err) != wire.CodeStale {
			if c != nil {
				c.close()
			}
			return fmt.Errorf("%s: %w", what, orNil(err))
		}
		return nil
	}
	_, rest, _ := strings.Cut(token, ".")
	s.must(errors.Join(stale("another number", "3028."+rest), stale("cut", token[:len(token)-1]), stale("empty", "3027."), stale("none", "")))
	// A hub that was killed knows its seats again without their passwords.
	p.KillHub()
	s.must(p.StartHub())
	c, err = p.resume(token)
	s.mustWhen("after the hub was killed", err)
	last := c.welcome.Token
	s.must(within(patience, "the return in the audit log", func() (bool, error) { // written in one go with others
		back, err := p.deeds("sign.resume")
		return back == 1, err
	}))
	_, err = c.ask(&wire.SignOut{})
	s.must(err)
	p.KillHub() // the moment that it was said: nothing of it may have been on its way yet
	c.close()
	s.must(p.StartHub())
	s.must(stale("signed out, hub killed", last))
	s.must(p.StopHub())
	s.must(p.StartHub())
	s.must(errors.Join(stale("signed out, hub restarted", last), stale("older one", token)))
	if c, err = p.signIn("3027"); err != nil {
		return "", err
	}
	token = c.welcome.Token
	c.close()
	_, err = p.Run([]string{"ZUOXI_PASSWORD=Another-synthetic-5"}, "agent", "passwd", "3027")
	s.must(err)
	s.must(stale("after the password was changed", token))
	s.must(p.StopHub())
	back, err := p.deeds("sign.resume")
	s.must(err)
	dead, err := p.deeds("sign.stale")
	s.must(err)
	figure := fmt.Sprintf("%d 位，其中随机 128 位；8 种不认；中心被杀后仍认本席；审计里回来 %d 次、不认 %d 次", (len(rest)*6)/8*8, back, dead)
	if back != 1 || dead != 7 { // the empty token names nobody
		return figure, fmt.Errorf("the audit log misses some: %s", figure)
	}
	return figure, nil
}

// lastWord reads to the end of a connection and gives the hub's reason.
func (c *client) lastWord() (code wire.Code) {
	for {
		m, err := c.read(patience)
		if err != nil {
			return code
		}
		if bye, ok := m.Body.(*wire.Bye); ok {
			code = bye.Code
		}
	}
}

// deeds counts what the audit log has of an action.
func (p *place) deeds(action string) (n int, err error) {
	db, err := sql.Open("sqlite", filepath.Join(p.data(), "hub.db"))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.QueryRow("SELECT count(*) FROM audit WHERE action = ?", action).Scan(&n)
	return n, err
}

func proveOneSeat(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	first, err := p.signIn("3027")
	s.must(err)
	defer first.close()
	second, err := p.signIn("3027")
	s.must(err)
	defer second.close()
	own := second.welcome.Session
	if own <= first.welcome.Session {
		return "", fmt.Errorf("session %d after %d", own, first.welcome.Session)
	}
	if code := first.lastWord(); code != wire.CodeMoved {
		return "", fmt.Errorf("the seat that was replaced heard %q", code)
	}
	second.welcome.Session = first.welcome.Session
	if _, err := second.save("old", "0101-3027-1", 1); codeOf(err) != wire.CodeStale {
		return "", fmt.Errorf("a command of the old session: %w", orNil(err))
	}
	second.welcome.Session = own
	for range 3 {
		version, err := second.save("same", "0101-3027-1", 1)
		s.must(err)
		if version != 1 {
			return "", fmt.Errorf("the same command was carried out again: version %d", version)
		}
	}
	return "旧的收到 moved；旧会话 stale；同一命令 3 次只存 1 版", nil
}

func proveNoSecrets(s *stage) (string, error) {
	p, err := s.open([]string{"3027"})
	s.must(err)
	defer p.Close()
	c, err := p.signIn("3027")
	s.must(err)
	token := c.welcome.Token
	c.close()
	_ = p.knock("3027", "Wrong-guess-7")
	s.must(p.StopHub())
	words := regexp.MustCompile(regexp.QuoteMeta(password("3027")) + "|Wrong-guess-7|" + regexp.QuoteMeta(token))
	files := 0
	err = filepath.WalkDir(p.Dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(path)
		if err == nil && words.Match(data) {
			err = fmt.Errorf("a password or token stands in %s", path)
		}
		return err
	})
	s.must(err)
	return fmt.Sprintf("查了 %d 个文件", files), nil
}
