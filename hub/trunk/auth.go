package trunk

import (
	"crypto/subtle"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
	"github.com/icholy/digest"
)

// nonceLife is how long a challenge may be answered. A nonce serves one call, once.
const nonceLife = 30 * time.Second

// challenger asks gateways who they are (RFC 3261 section 22, RFC 8760 for SHA-256). A challenge costs no memory;
// only nonces that were used are remembered, until they expire.
type challenger struct {
	cfg  Auth
	tags *tagger

	mu   sync.Mutex
	used map[string]time.Time
}

func newChallenger(cfg Config, tags *tagger) *challenger {
	return &challenger{cfg: cfg.Auth, tags: tags, used: map[string]time.Time{}}
}

// check returns the challenge when the INVITE does not prove who sent it.
func (c *challenger) check(req *sip.Request) *refusal {
	if c.cfg.User == "" {
		return nil
	}
	stale := false
	for _, h := range req.GetHeaders("Authorization") {
		cred, err := digest.ParseCredentials(h.Value())
		if err != nil || cred.Realm != c.cfg.Realm || !c.proves(req, cred) {
			continue
		}
		if c.fresh(req, cred.Nonce) {
			return nil
		}
		stale = true
	}
	return c.challenge(req, stale)
}

// challenge offers both digests. The weaker one comes first: whoever knows both takes the stronger wherever it
// stands, and many a gateway gives up at a first challenge it does not know.
func (c *challenger) challenge(req *sip.Request, stale bool) *refusal {
	var headers []sip.Header
	nonce := c.nonce(req, time.Now())
	for _, algorithm := range []string{"MD5", "SHA-256"} {
		ch := digest.Challenge{Realm: c.cfg.Realm, Nonce: nonce, Algorithm: algorithm, QOP: []string{"auth"}, Stale: stale}
		headers = append(headers, sip.NewHeader("WWW-Authenticate", ch.String()))
	}
	return refuse(401, headers...)
}

// nonce is a time and a seal over it, bound to the call: nobody can use it for another one.
func (c *challenger) nonce(req *sip.Request, at time.Time) string {
	stamp := strconv.FormatInt(at.Unix(), 16)
	return stamp + "." + c.tags.make("nonce", stamp, req.CallID().Value())
}

// proves says whether the response is the right one for the nonce it names.
func (c *challenger) proves(req *sip.Request, cred *digest.Credentials) bool {
	var qop []string
	if cred.QOP != "" {
		qop = []string{cred.QOP}
	}
	if cred.QOP == "auth-int" || cred.Userhash {
		return false
	}
	want, err := digest.Digest(&digest.Challenge{Realm: c.cfg.Realm, Nonce: cred.Nonce, Algorithm: cred.Algorithm, QOP: qop},
		digest.Options{Method: string(req.Method), URI: cred.URI, Username: c.cfg.User, Password: c.cfg.Password, Cnonce: cred.Cnonce, Count: cred.Nc})
	if err != nil {
		return false
	}
	user := subtle.ConstantTimeCompare([]byte(cred.Username), []byte(c.cfg.User))
	response := subtle.ConstantTimeCompare([]byte(strings.ToLower(cred.Response)), []byte(want.Response))
	return user&response == 1
}

// fresh says whether the nonce is ours, young, and not used before.
func (c *challenger) fresh(req *sip.Request, nonce string) bool {
	stamp, _, _ := strings.Cut(nonce, ".")
	unix, err := strconv.ParseInt(stamp, 16, 64)
	at := time.Unix(unix, 0)
	if err != nil || nonce != c.nonce(req, at) {
		return false
	}
	age := time.Since(at)
	if age > nonceLife || age < -time.Second {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for n, t := range c.used {
		if time.Since(t) > nonceLife {
			delete(c.used, n)
		}
	}
	if _, again := c.used[nonce]; again {
		return false
	}
	c.used[nonce] = at
	return true
}

// reply adds the answer to a challenge to a request of ours and gives it its next number and a new branch.
func (t *Trunk) reply(req *sip.Request, res *sip.Response, seq uint32) error {
	ask, answer := "WWW-Authenticate", "Authorization"
	if res.StatusCode == sip.StatusProxyAuthRequired {
		ask, answer = "Proxy-Authenticate", "Proxy-Authorization"
	}
	if t.cfg.Outbound.User == "" {
		return fmt.Errorf("trunk: challenged without credentials")
	}
	ch, err := strongest(res.GetHeaders(ask))
	if err != nil {
		return err
	}
	cred, err := digest.Digest(ch, digest.Options{
		Method: string(req.Method), URI: req.Recipient.String(), Username: t.cfg.Outbound.User, Password: t.cfg.Outbound.Password,
	})
	if err != nil {
		return fmt.Errorf("answering a challenge: %w", err)
	}
	req.CSeq().SeqNo = seq
	req.Via().Params.Add("branch", sip.GenerateBranchN(16))
	req.RemoveHeader(answer)
	req.AppendHeader(sip.NewHeader(answer, cred.String()))
	return nil
}

// strongest picks the best challenge we can answer.
func strongest(headers []sip.Header) (*digest.Challenge, error) {
	var best *digest.Challenge
	for _, h := range headers {
		ch, err := digest.ParseChallenge(h.Value())
		if err != nil {
			continue
		}
		for i := range ch.QOP {
			ch.QOP[i] = strings.TrimSpace(ch.QOP[i])
		}
		ch.Algorithm = strings.ToUpper(ch.Algorithm)
		if !digest.CanDigest(ch) {
			continue
		}
		if best == nil || strings.HasPrefix(ch.Algorithm, "SHA") && !strings.HasPrefix(best.Algorithm, "SHA") {
			best = ch
		}
	}
	if best == nil {
		return nil, fmt.Errorf("trunk: no challenge we can answer")
	}
	return best, nil
}
