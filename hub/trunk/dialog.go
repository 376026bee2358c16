package trunk

import (
	"fmt"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// dialog is what RFC 3261 section 12 makes both sides remember. It belongs to its leg's goroutine, except for the
// identifying fields, which never change once the leg is in the table.
type dialog struct {
	call, localTag, remoteTag string

	local, remote       sip.Uri // From and To of our requests
	localName           string
	target              sip.Uri // the far side's Contact
	routes              []string
	localSeq, remoteSeq uint32
	network             string // "udp" or "tcp"
	peer                string // address the far side's last request or answer came from
	contact             *sip.ContactHeader
	agent               string
}

func (d *dialog) key() dialogKey { return dialogKey{d.call, d.localTag, d.remoteTag} }

// fromInvite fills the dialog of a call to us.
func (d *dialog) fromInvite(req *sip.Request, localTag string) {
	d.call = req.CallID().Value()
	d.localTag = localTag
	d.remoteTag, _ = req.From().Params.Get("tag")
	d.local, d.remote = req.To().Address, req.From().Address
	d.target = req.Contact().Address
	d.remoteSeq = req.CSeq().SeqNo
	d.routes = routeSet(req, false)
	d.network = strings.ToLower(req.Transport())
	d.peer = req.Source()
}

// fromAnswer fills what the 2xx to our INVITE decides.
func (d *dialog) fromAnswer(res *sip.Response) error {
	tag, _ := res.To().Params.Get("tag")
	if tag == "" || res.Contact() == nil {
		return fmt.Errorf("trunk: answer without tag or Contact")
	}
	d.remoteTag = tag
	d.remote = res.To().Address
	d.target = res.Contact().Address
	d.routes = routeSet(res, true)
	if res.Source() != "" {
		d.peer = res.Source()
	}
	return nil
}

// routeSet reads the Record-Route headers; the caller of a dialog uses them in reverse order.
func routeSet(msg sip.Message, reverse bool) []string {
	var out []string
	for _, h := range msg.GetHeaders("Record-Route") {
		out = append(out, h.Value())
	}
	if reverse {
		for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
			out[i], out[j] = out[j], out[i]
		}
	}
	return out
}

// request builds the next request of ours in the dialog. An ACK reuses the number of its INVITE.
func (d *dialog) request(method sip.RequestMethod, seq uint32) *sip.Request {
	target, routes := d.target, d.routes
	var strict *sip.Uri
	if len(routes) > 0 {
		if first, err := routeURI(routes[0]); err == nil && !first.UriParams.Has("lr") { // RFC 3261 section 12.2.1.1
			strict = first
			routes = append(append([]string{}, routes[1:]...), "<"+target.String()+">")
			target = *strict
		}
	}
	target.Headers = nil
	req := sip.NewRequest(method, target)
	req.AppendHeader(via(d.network, d.contact))
	for _, r := range routes {
		req.AppendHeader(sip.NewHeader("Route", r))
	}
	from := &sip.FromHeader{DisplayName: d.localName, Address: d.local}
	from.Params.Add("tag", d.localTag)
	to := &sip.ToHeader{Address: d.remote}
	if d.remoteTag != "" {
		to.Params.Add("tag", d.remoteTag)
	}
	call := sip.CallIDHeader(d.call)
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	req.AppendHeader(from)
	req.AppendHeader(to)
	req.AppendHeader(&call)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: seq, MethodName: method})
	if method == sip.INVITE || method == sip.UPDATE {
		req.AppendHeader(d.contact.Clone())
	}
	req.AppendHeader(sip.NewHeader("User-Agent", d.agent))
	req.SetBody(nil)
	return req
}

// hop is where the request is sent: the first route, else the target.
func (d *dialog) hop() (to sip.Uri, routed bool) {
	if len(d.routes) > 0 {
		if u, err := routeURI(d.routes[0]); err == nil {
			return *u, true
		}
	}
	return d.target, false
}

// address sets the way of a request of the dialog.
func (t *Trunk) address(req *sip.Request, d *dialog) error {
	to, routed := d.hop()
	peer := d.peer
	if routed {
		peer = "" // a proxy wants to see everything
	}
	return t.route(req, d.network, peer, to)
}

func routeURI(value string) (*sip.Uri, error) {
	if i := strings.IndexByte(value, '<'); i >= 0 {
		if j := strings.IndexByte(value[i:], '>'); j > 0 {
			return parseURI(value[i+1 : i+j])
		}
	}
	return parseURI(value)
}
