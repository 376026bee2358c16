package handover

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"

	rule "zuoxi/rules/handover"
)

// Receiver is the reference receiver: another body's end of the interface, in
// memory. Demos and tests use it, and it can be read to build a real one.
type Receiver struct {
	token string

	mu    sync.Mutex
	cases map[string]*kept
	order []string
}

type kept struct {
	c     Case
	state Receipt
	tries int
}

// NewReceiver makes one that asks for a token.
func NewReceiver(token string) *Receiver { return &Receiver{token: token, cases: map[string]*kept{}} }

// ServeHTTP implements http.Handler.
func (v *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+v.token {
		refuse(w, http.StatusUnauthorized, "unauthorized", "令牌不对")
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	id, one := strings.CutPrefix(r.URL.Path, "/"+Version+"/cases/")
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/"+Version+"/cases":
		var c Case
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxCase)).Decode(&c); err != nil || c.ID == "" || c.ID != r.Header.Get("Idempotency-Key") {
			refuse(w, http.StatusUnprocessableEntity, "invalid", "内容不是约定的 JSON，或 Idempotency-Key 与 id 不同")
			return
		}
		code := http.StatusOK // it is here already
		if v.cases[c.ID] == nil {
			code = http.StatusCreated
			v.order = append(v.order, c.ID)
			v.cases[c.ID] = &kept{c: c, state: Receipt{Receipt: "R" + strconv.Itoa(len(v.order)), State: rule.StateReceived}}
		}
		v.cases[c.ID].tries++
		answer(w, code, v.cases[c.ID].state)
	case r.Method == http.MethodGet && one && v.cases[id] != nil:
		answer(w, http.StatusOK, v.cases[id].state)
	default:
		refuse(w, http.StatusNotFound, "not_found", "没有这个案件")
	}
}

// Cases lists what was received, in order.
func (v *Receiver) Cases() []Case {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []Case
	for _, id := range v.order {
		out = append(out, v.cases[id].c)
	}
	return out
}

// Set changes how a case stands.
func (v *Receiver) Set(id string, s rule.State, note string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if k := v.cases[id]; k != nil {
		k.state.State, k.state.Note = s, note
	}
}
