package business

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"zuoxi/rules/identity"
)

// Citizen is a made-up person of the sandbox.
type Citizen struct {
	Number   identity.Number
	Name     string
	Employer string
	// Substitute is what somebody without an employer says in its place.
	Substitute string
	Account    []Row
	Card       string // state of the card
}

// Sandbox is the reference service: it answers every request of the interface
// for made-up people, and says in every answer that it is a sandbox.
type Sandbox struct {
	now func() time.Time

	mu      sync.Mutex
	people  map[identity.Number]*Citizen
	handles map[string]grip
	done    map[string]Sheet // card losses by request id
}

// grip is a handle that was given out.
type grip struct {
	who   *Citizen
	until time.Time
}

// handleLife is how long a handle may be used: a long call.
const handleLife = 30 * time.Minute

// People are the sandbox's citizens. The numbers name a county that does not
// exist and the year 1900.
func People() []Citizen {
	return []Citizen{
		{"320199190001010019", "测试甲", "示例制造有限公司", "", []Row{{"险种", "企业职工养老、失业、工伤"}, {"参保状态", "正常参保"}, {"累计缴费", "120个月"}, {"最近到账", "2026-02"}}, "正常"},
		{"320199190001010027", "测试乙", "示例物流有限公司", "", []Row{{"险种", "企业职工养老、失业、工伤"}, {"参保状态", "暂停缴费"}, {"累计缴费", "36个月"}, {"最近到账", "2025-11"}}, "正常"},
		{"320199190001010035", "测试丙", "示例餐饮店", "", []Row{{"险种", "企业职工养老"}, {"参保状态", "领取待遇"}, {"发放日", "每月15日前"}}, "临时挂失"},
		{"320199190001010043", "测试丁", "", "示例银行", []Row{{"险种", "企业职工养老"}, {"参保状态", "领取待遇"}, {"发放日", "每月15日前"}}, "正常"},
	}
}

// NewSandbox makes the service with People.
func NewSandbox(now func() time.Time) *Sandbox {
	s := &Sandbox{now: now, people: map[identity.Number]*Citizen{}, handles: map[string]grip{}, done: map[string]Sheet{}}
	for _, c := range People() {
		s.people[c.Number] = &c
	}
	return s
}

// ServeHTTP implements http.Handler.
func (s *Sandbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxAnswer))
	if r.Method != http.MethodPost || err != nil {
		s.say(w, http.StatusMethodNotAllowed, nil)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.URL.Path {
	case "/" + Version + "/verify":
		s.verify(w, body)
	case "/" + Version + "/" + Account, "/" + Version + "/" + Card, "/" + Version + "/" + CardLoss:
		s.sheet(w, r.URL.Path[len(Version)+2:], body)
	default:
		s.say(w, http.StatusNotFound, nil)
	}
}

// say answers; whatever it is, it names itself a sandbox.
func (s *Sandbox) say(w http.ResponseWriter, status int, answer map[string]any) {
	out := map[string]any{"sandbox": true, "notice": "沙箱：以下数据都是虚构的"}
	for k, v := range answer {
		out[k] = v
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(out)
}

func (s *Sandbox) verify(w http.ResponseWriter, body []byte) {
	var in verifyRequest
	if json.Unmarshal(body, &in) != nil || in.IDNumber == "" || in.Name == "" || in.Employer == "" && in.Substitute == "" {
		s.say(w, http.StatusBadRequest, nil)
		return
	}
	c, ok := s.people[identity.Number(in.IDNumber)]
	switch {
	case !ok:
		s.say(w, http.StatusOK, map[string]any{"result": identity.NotFound})
	case identity.Normal(in.Name) != identity.Normal(c.Name) || !c.third(in):
		s.say(w, http.StatusOK, map[string]any{"result": identity.NoMatch})
	default:
		var b [16]byte
		_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
		handle := hex.EncodeToString(b[:])
		s.handles[handle] = grip{c, s.now().Add(handleLife)}
		s.say(w, http.StatusOK, map[string]any{"result": identity.Match, "handle": handle, "expires_s": int(handleLife.Seconds())})
	}
}

// third compares the employer, or what stands for it where there is none.
func (c *Citizen) third(in verifyRequest) bool {
	if c.Employer == "" {
		return in.Substitute != "" && identity.Normal(in.Substitute) == identity.Normal(c.Substitute)
	}
	return identity.Normal(in.Employer) == identity.Normal(c.Employer)
}

func (s *Sandbox) sheet(w http.ResponseWriter, what string, body []byte) {
	var in handleRequest
	if json.Unmarshal(body, &in) != nil || in.Handle == "" || in.RequestID == "" {
		s.say(w, http.StatusBadRequest, nil)
		return
	}
	g, ok := s.handles[in.Handle]
	if !ok || !s.now().Before(g.until) {
		s.say(w, http.StatusGone, nil)
		return
	}
	var rows []Row
	switch what {
	case Account:
		rows = g.who.Account
	case Card:
		rows = []Row{{"社会保障卡", g.who.Card}}
	case CardLoss:
		rows = s.loss(in.RequestID, g.who)
	}
	s.say(w, http.StatusOK, map[string]any{"rows": rows})
}

// loss reports a card once for a request id.
func (s *Sandbox) loss(id string, c *Citizen) []Row {
	if old, ok := s.done[id]; ok {
		return old.Rows
	}
	c.Card = "临时挂失"
	rows := []Row{{"社会保障卡", "已临时挂失"}, {"有效期", "7天，期内请持身份证正式挂失"}, {"受理时间", s.now().Format("2006-01-02 15:04")}}
	s.done[id] = Sheet{Rows: rows}
	return rows
}
