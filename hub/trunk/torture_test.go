package trunk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// torture is a message in the manner of one that RFC 4475 describes, in our own words, and the answers the RFC leaves
// to an endpoint that takes calls and nothing else. 0 is silence.
type torture struct {
	name string // as the RFC calls it
	text string
	want []int
}

const tortureHead = `Via: SIP/2.0/$NET $ME;branch=$BRANCH;rport
Max-Forwards: 70
From: <sip:caller@example.net>;tag=4475
To: <sip:user@example.com>
Call-ID: $CALL-$BRANCH
CSeq: 9 %s
Contact: <sip:caller@$ME;transport=$net>
`

func about(method, uri, more string) string {
	return method + " " + uri + " SIP/2.0\n" + fmt.Sprintf(tortureHead, method) + more
}

func swap(s, old, new string) string {
	if !strings.Contains(s, old) {
		panic("no " + old)
	}
	return strings.Replace(s, old, new, 1)
}

const tortureSDP = "Content-Type: application/sdp\n\nv=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 4000 RTP/AVP 8\n"

var (
	ask   = about("OPTIONS", "sip:user@example.com", "")
	call1 = about("INVITE", "sip:user@example.com", tortureSDP)
)

// 486 is what the test's handler says to calls that come through.
var tortures = []torture{
	{"wsinv", "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\nTO :\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\n" +
		"from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\n  ;\n  tag = 98asjd8\nMaX-fOrWaRdS: 0068\nCall-ID: wsinv.ndaksdj@192.0.2.1\nCseq: 0009\n  INVITE\n" +
		"Via  : SIP  /   2.0\n /$NET\n    $ME;branch=$BRANCH;rport\ns :\nNewFangledHeader:   newfangled value\n continued newfangled value\nUnknownHeaderWithUnusualValue: ;;,,;;,;\n" +
		"Route:\n <sip:services.example.com;lr;unknownwith=value;unknown-no-value>\nm:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\n      newvalue ;\n  secondparam ; q = 0.33\n", []int{481, 400}},
	{"intmeth", about("!interesting-Method0123456789_*+`.%indeed'~", "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com", ""), []int{501}},
	{"esc01", swap(call1, "INVITE sip:user@example.com", "INVITE sip:sips%3Auser%40example.com@example.net"), []int{486}},
	{"escnull", swap(ask, "From: <sip:caller@", "From: <sip:null-%00-null@"), []int{200}},
	{"esc02", about("RE%47IST%45R", "sip:registrar.example.com", ""), []int{501}},
	{"lwsdisp", swap(ask, "From: <sip", "From: caller<sip"), []int{200}},
	{"longreq", swap(call1, "Max-Forwards", "Unknown-"+strings.Repeat("Long", 20)+": "+strings.Repeat("unknown-value", 60)+"\nMax-Forwards"), []int{486}},
	{"dblreq", about("REGISTER", "sip:example.com", "Content-Length: 0\n\nINVITE sip:joe@example.com SIP/2.0\n"), []int{405, closed}},
	{"semiuri", about("OPTIONS", "sip:user;par=u%40example.net@example.com", ""), []int{200}},
	{"transports", swap(ask, "Max-Forwards", "Via: SIP/2.0/SCTP s.example.com;branch=z9hG4bKklasjdhf\nVia: SIP/2.0/UNKNOWN u.example.com;branch=z9hG4bKasd0f3en\nMax-Forwards"), []int{200}},
	{"mpart01", about("MESSAGE", "sip:user@example.com", "Content-Type: multipart/mixed;boundary=7a9cbec02ceef655\n\n--7a9cbec02ceef655\n"), []int{405}},
	{"unreason", "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое\n" + fmt.Sprintf(tortureHead, "INVITE"), []int{0}},
	{"noreason", "SIP/2.0 100 \n" + fmt.Sprintf(tortureHead, "INVITE"), []int{0}},
	{"badinv01", swap(swap(call1, "rport", "rport;;,;,,"), "Max-Forwards: 70", "Max-Forwards: 70\nX: ;;;"), []int{400}},
	{"clerr", swap(call1, "Content-Type", "Content-Length: 9999\nContent-Type"), []int{400}},
	{"ncl", swap(call1, "Content-Type", "Content-Length: -999\nContent-Type"), []int{400, closed}},
	{"scalar02", swap(ask, "CSeq: 9 ", "CSeq: 36893488147419103232 "), []int{400}},
	{"scalar02 hops", swap(ask, "Max-Forwards: 70", "Max-Forwards: 300"), []int{400}},
	{"scalarlg", "SIP/2.0 503 Service Unavailable\n" + swap(fmt.Sprintf(tortureHead, "INVITE"), "CSeq: 9 ", "CSeq: 9292394834772304023312 "), []int{0}},
	{"quotbal", swap(call1, "To: <sip:user@example.com>", "To: \"Mr. J. User <sip:j.user@example.com>"), []int{400}},
	{"ltgtruri", about("INVITE", "<sip:user@example.com>", tortureSDP), []int{400, closed}},
	{"lwsruri", about("INVITE", "sip:user@example.com; lr", tortureSDP), []int{400, closed}},
	{"lwsstart", swap(call1, "INVITE sip:user@example.com", "INVITE  sip:user@example.com "), []int{400, closed}},
	{"trws", swap(ask, " SIP/2.0\n", " SIP/2.0  \n"), []int{400, closed}},
	{"escruri", swap(call1, "INVITE sip:user@example.com", "INVITE sip:user@example.com?Route=%3Csip:example.com%3E"), []int{400}},
	{"baddate", swap(call1, "Max-Forwards", "Date: Fri, 01 Jan 2010 16:00:00 EST\nMax-Forwards"), []int{486, 400}},
	{"regbadct", swap(about("REGISTER", "sip:example.com", ""), "Contact: <sip:caller@$ME;transport=$net>", "Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E"), []int{405, 400}},
	{"badaspec", swap(ask, "To: <sip:user@example.com>", "To: \"Watson, Thomas\" < sip:t.watson@example.org >"), []int{200, 400}},
	{"baddn", swap(ask, "From: <sip:caller@example.net>", "From: Bell, Alexander <sip:a.g.bell@example.com>"), []int{200, 400}},
	{"badvers", swap(ask, "SIP/2.0\nVia", "SIP/7.0\nVia"), []int{505}},
	{"mismatch01", swap(ask, "CSeq: 9 OPTIONS", "CSeq: 9 INVITE"), []int{400}},
	{"mismatch02", swap(about("NEWMETHOD", "sip:user@example.com", ""), "CSeq: 9 NEWMETHOD", "CSeq: 9 INVITE"), []int{400, 501}},
	{"bigcode", "SIP/2.0 4294967301 better not break the receiver\n" + fmt.Sprintf(tortureHead, "INVITE"), []int{0, closed}},
	{"badbranch", swap(ask, "branch=$BRANCH", "branch=z9hG4bK"), []int{200}},
	{"insuf", "INVITE sip:user@example.com SIP/2.0\nVia: SIP/2.0/$NET $ME;branch=$BRANCH;rport\nCSeq: 193942 INVITE\n" + tortureSDP, []int{400}},
	{"unkscm", about("OPTIONS", "nobodyKnowsThisScheme:totallyopaquecontent", ""), []int{416}},
	{"novelsc", about("OPTIONS", "soap.beep://192.0.2.103:3002", ""), []int{416, closed}},
	{"unksm2", swap(about("REGISTER", "sip:example.com", ""), "To: <sip:user@example.com>", "To: isbn:2983792873"), []int{405, 400}},
	{"bext01", swap(ask, "Max-Forwards", "Require: nothingSupportsThis, nothingSupportsThisEither\nProxy-Require: noProxiesSupportThis\nMax-Forwards"), []int{420}},
	{"invut", swap(call1, "application/sdp", "application/unknownformat"), []int{415}},
	{"regaut01", swap(about("REGISTER", "sip:example.com", ""), "Max-Forwards", "Authorization: NoOneKnowsThisScheme opaque-data=here\nMax-Forwards"), []int{405}},
	{"multi01", swap(swap(call1, "CSeq: 9 INVITE", "CSeq: 59 INVITE\nCSeq: 9 INVITE"), "Max-Forwards: 70", "Max-Forwards: 70\nMax-Forwards: 5"), []int{400}},
	{"mcl01", swap(call1, "Content-Type", "Content-Length: 13\nContent-Length: 5\nContent-Type"), []int{400, closed}},
	{"bcast", swap("SIP/2.0 200 OK\n"+fmt.Sprintf(tortureHead, "INVITE"), "Via: SIP/2.0/$NET $ME", "Via: SIP/2.0/$NET 255.255.255.255"), []int{0}},
	{"zeromf", swap(ask, "Max-Forwards: 70", "Max-Forwards: 0"), []int{200}},
	{"cparam01", swap(about("REGISTER", "sip:example.com", ""), "Contact: <sip:caller@$ME;transport=$net>", "Contact: sip:+19725552222@gw1.example.net;unknownparam"), []int{405}},
	{"cparam02", swap(about("REGISTER", "sip:example.com", ""), "Contact: <sip:caller@$ME;transport=$net>", "Contact: <sip:+19725552222@gw1.example.net;unknownparam>"), []int{405}},
	{"regescrt", swap(about("REGISTER", "sip:example.com", ""), "Contact: <sip:caller@$ME;transport=$net>", "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>"), []int{405}},
	{"sdp01", swap(call1, "Max-Forwards", "Accept: text/nobodyKnowsThis\nMax-Forwards"), []int{406}},
	{"inv2543", swap(call1, "From: <sip:caller@example.net>;tag=4475", "From: <sip:+13035551111@ift.client.example.net;user=phone>"), []int{486}},
}

// TestTorture: every message gets one of the answers that the RFC leaves open, and the trunk lives on.
func TestTorture(t *testing.T) {
	t.Parallel()
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, nil)
			r.refuseAll()
			for i, c := range slices.Concat(tortures, tortures6) {
				if c.name == "clerr" && network == "tcp" {
					continue // on a stream it is no mistake: the rest may still come
				}
				g := r.gateway(network)
				g.send(c.text, "BRANCH", fmt.Sprintf("z9hG4bK-%d", i))
				if got := g.verdict(i); !slices.Contains(c.want, got) {
					t.Errorf("%s: %d, want %v", c.name, got, c.want)
				}
			}
			g := r.gateway(network)
			g.send(strings.ReplaceAll(requestText, "$METHOD", "OPTIONS"))
			g.next("SIP/2.0 200")
		})
	}
}

// closed is the verdict of a stream whose messages can no longer be told apart.
const closed = -1

// verdict reads the answer; silence is told by the answer to a question that is asked afterwards.
func (g *gateway) verdict(n int) int {
	g.t.Helper()
	const probe = "probe"
	g.send(strings.Replace(requestText, "CSeq: $SEQ", "CSeq: 77", 1), "METHOD", "OPTIONS", "BRANCH", fmt.Sprintf("z9hG4bK-probe-%d", n), "CALL", probe)
	code := 0
	for {
		text, err := g.readBy(patience)
		if err != nil {
			return closed
		}
		m := parseMessage(text)
		if m.header["Call-ID"] == probe {
			if code == 0 { // the two answers may overtake each other: the library serves each request in its own goroutine
				if late, err := g.readBy(lateAnswer); err == nil {
					m = parseMessage(late)
					_, _ = fmt.Sscanf(m.start, "SIP/2.0 %d", &code)
				}
			}
			return code
		}
		if _, _ = fmt.Sscanf(m.start, "SIP/2.0 %d", &code); code < 200 {
			code = 0
		}
	}
}
