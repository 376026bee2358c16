package trunk

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"
)

// misses is how many questions in a row stay without answer until the gateway counts as down: one lost packet is repeated by
// the transaction already.
const misses = 2

// hurried is how often a gateway is asked that did not answer last time.
const hurried = 5 * time.Second

// errOutOfService is a gateway that is there and takes no calls.
var errOutOfService = errors.New("trunk: the gateway is out of service")

// watch asks the gateway of our own calls whether it is alive (RFC 3261 section 11), until the trunk ends. It is the same
// machine that most calls come from, and it says nothing of its own accord when it dies while nobody calls.
func (t *Trunk) watch() {
	if t.cfg.Ping <= 0 || t.cfg.Outbound.Proxy == "" || t.serving(t.life) != nil {
		return
	}
	missed := 0
	for {
		err := t.ping()
		if t.life.Err() != nil {
			return
		}
		if missed = t.heard(missed, err); missed > 0 {
			t.sleep(min(hurried, t.cfg.Ping))
		} else {
			t.sleep(t.cfg.Ping)
		}
	}
}

// heard notes the outcome of a question, and counts those in a row that failed.
func (t *Trunk) heard(missed int, err error) int {
	if err == nil {
		if t.down.Swap(0) != 0 {
			t.log.Info("the gateway answers again")
		}
		return 0
	}
	if missed++; missed == misses {
		t.down.Store(time.Now().UnixNano())
		t.log.Error("the gateway does not answer", "err", err)
	}
	return missed
}

func (t *Trunk) sleep(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-t.life.Done():
	}
}

// Down tells since when the gateway of our own calls does not answer; zero while it does, or while it is not asked.
func (t *Trunk) Down() time.Time {
	if at := t.down.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}

// ping asks once. Any answer will do, a refusal too, but for 503: a gateway that is there and takes no calls.
func (t *Trunk) ping() error {
	proxy, err := parseURI(t.cfg.Outbound.Proxy)
	if err != nil {
		return err
	}
	network := strings.ToLower(proxy.UriParams.GetOr("transport", "udp"))
	contact, err := t.contact(network, proxy.Host, "")
	if err != nil {
		return err
	}
	callID := rand.Text()
	d := dialog{
		call: callID, localTag: t.tags.forCall(callID), local: contact.Address, remote: *proxy, target: *proxy,
		network: network, contact: contact, agent: t.cfg.Agent,
	}
	req := d.request(sip.OPTIONS, 1)
	req.AppendHeader(contact.Clone())
	req.AppendHeader(sip.NewHeader("Accept", "application/sdp"))
	if err := t.route(req, network, "", *proxy); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(t.life, t.cfg.HangupWait)
	defer cancel()
	tx, err := t.tx.Request(ctx, req)
	if err != nil {
		return fmt.Errorf("sending OPTIONS: %w", err)
	}
	defer tx.Terminate()
	for {
		select {
		case res := <-tx.Responses():
			switch {
			case res.StatusCode == 503:
				return errOutOfService
			case !res.IsProvisional():
				return nil
			}
		case <-tx.Done():
			return errors.Join(errNoReply, tx.Err())
		case <-ctx.Done():
			return errNoReply
		}
	}
}
