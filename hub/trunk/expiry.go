package trunk

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// minExpires is the shortest session interval we agree to, in seconds (RFC 4028 section 4).
const minExpires = 90

// expiry is the session timer of a dialog; the zero value is a session without one.
type expiry struct {
	seconds int
	ours    bool // we refresh
	timer   *time.Timer
}

// readExpiry reads what the far side wishes. When it leaves the choice to us, it refreshes: it asked.
func readExpiry(req *sip.Request) (expiry, *refusal) {
	h := req.GetHeader("Session-Expires")
	if h == nil {
		h = req.GetHeader("x")
	}
	if h == nil {
		return expiry{}, nil
	}
	e, ok := parseExpires(h.Value())
	if !ok {
		return expiry{}, refuse(400)
	}
	if e.seconds < minExpires {
		return expiry{}, refuse(422, sip.NewHeader("Min-SE", strconv.Itoa(minExpires)))
	}
	e.ours = refresher(h.Value()) == "uas" || !supportsTimer(req)
	return e, nil
}

func parseExpires(value string) (expiry, bool) {
	n, _, _ := strings.Cut(value, ";")
	s, err := strconv.ParseUint(strings.TrimSpace(n), 10, 31)
	return expiry{seconds: int(s)}, err == nil
}

func refresher(value string) string {
	for p := range strings.SplitSeq(value, ";") {
		if k, v, _ := strings.Cut(strings.TrimSpace(p), "="); strings.EqualFold(k, "refresher") {
			return strings.ToLower(strings.TrimSpace(v))
		}
	}
	return ""
}

func supportsTimer(msg sip.Message) bool {
	for _, name := range []string{"Supported", "k", "Require"} {
		for _, h := range msg.GetHeaders(name) {
			for v := range strings.SplitSeq(h.Value(), ",") {
				if strings.EqualFold(strings.TrimSpace(v), "timer") {
					return true
				}
			}
		}
	}
	return false
}

// adopt takes a refreshed interval over, keeping the running timer.
func (e *expiry) adopt(n expiry) { e.seconds, e.ours = n.seconds, n.ours }

// dress writes what was agreed into a 2xx.
func (e *expiry) dress(res *sip.Response) {
	if e.seconds == 0 {
		return
	}
	who := "uac"
	if e.ours {
		who = "uas"
	} else {
		res.AppendHeader(sip.NewHeader("Require", "timer"))
	}
	res.AppendHeader(sip.NewHeader("Session-Expires", fmt.Sprintf("%d;refresher=%s", e.seconds, who)))
}

// arm starts the clock anew: we refresh at half time, or give up shortly before the end when they do not.
func (e *expiry) arm(l *Leg) {
	if e.timer != nil {
		e.timer.Stop()
		e.timer = nil
	}
	if e.seconds == 0 {
		return
	}
	whole := time.Duration(e.seconds) * time.Second
	if e.ours {
		e.timer = l.after(whole/2, l.refreshSession)
		return
	}
	e.timer = l.after(whole-min(32*time.Second, whole/3), func() {
		_ = l.hangup(End{By: ByTrunk, Cause: CauseExpired})
	})
}

// refreshSession repeats our description in a re-INVITE.
func (l *Leg) refreshSession() {
	if l.state != stateUp || l.call.pending != nil || l.call.refresh {
		return
	}
	l.call.refresh = true
	body := l.call.local.bytes()
	var sent *sip.Request
	sent, err := l.request(sip.INVITE, func(req *sip.Request) {
		req.AppendHeader(sip.NewHeader("Supported", supported))
		req.AppendHeader(sip.NewHeader("Allow", allowed))
		req.AppendHeader(sip.NewHeader("Session-Expires", fmt.Sprintf("%d;refresher=uac", l.call.expires.seconds)))
		req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
		req.SetBody(body)
	}, func(res *sip.Response) { l.onRefreshed(sent, res) }, func(error) { l.lost() })
	if err != nil {
		l.call.refresh = false
		l.lost()
	}
}

func (l *Leg) onRefreshed(req *sip.Request, res *sip.Response) {
	if res.IsProvisional() || l.state == stateEnded {
		return
	}
	l.call.refresh = false
	switch {
	case res.IsSuccess():
		l.acknowledge(req.CSeq().SeqNo)
		if s, err := parseSDP(res.Body()); err == nil {
			l.startMedia(s)
		}
		l.call.expires.arm(l)
	case res.StatusCode == sip.StatusRequestPending:
		again := 2100*time.Millisecond + rand.N(1900*time.Millisecond) // RFC 3261 section 14.1
		l.call.expires.timer = l.after(again, l.refreshSession)
	case res.StatusCode == sip.StatusCallTransactionDoesNotExists, res.StatusCode == sip.StatusRequestTimeout:
		l.lost()
	default: // it does not want this description now; the session goes on until it is over
		l.call.expires.timer = l.after(time.Duration(l.call.expires.seconds)*time.Second/3, func() {
			_ = l.hangup(End{By: ByTrunk, Cause: CauseExpired})
		})
	}
}

// lost ends a call whose far side no longer answers.
func (l *Leg) lost() {
	if l.state == stateUp || l.state == stateAnswered {
		_ = l.hangup(End{By: ByTrunk, Cause: CauseNetwork})
	}
}

// acknowledge sends the ACK of a 2xx to an INVITE of ours; a repeated 2xx gets it again.
func (l *Leg) acknowledge(seq uint32) { l.trunk.write(l.dialog.request(sip.ACK, seq), &l.dialog) }
