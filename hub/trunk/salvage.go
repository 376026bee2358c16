package trunk

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
)

// maxSalvage bounds what is read of a broken request.
const maxSalvage = 8 << 10

// broken gives the answer to a request whose frame the library cannot read: its start line or its length is wrong. The
// library would drop it in silence and the sender would repeat it for half a minute. 0 means that nothing is wrong.
func broken(b []byte) int {
	line, rest, ok := bytes.Cut(b, []byte("\r\n"))
	if !ok || bytes.HasPrefix(line, []byte("SIP/")) || !bytes.Contains(line, []byte("SIP/")) {
		return 0
	}
	parts := bytes.Split(line, []byte(" "))
	if len(parts) != 3 || len(parts[0]) == 0 || !bytes.HasPrefix(parts[2], []byte("SIP/")) || bytes.HasPrefix(parts[1], []byte("<")) {
		return 400
	}
	if scheme, _, _ := bytes.Cut(parts[1], []byte(":")); bytes.ContainsAny(scheme, "+-.") { // legal, but the library's parser knows none
		return 416
	}
	if bareAddress(parts[1]) {
		return 400
	}
	head, body, ok := bytes.Cut(rest, []byte("\r\n\r\n"))
	if !ok || claimed(head) > len(body) {
		return 400
	}
	return 0
}

// bareAddress tells whether a SIP URI holds an IPv6 address without its brackets, of which nobody can tell the port
// (RFC 5118 section 4.2).
func bareAddress(uri []byte) bool {
	scheme, rest, _ := bytes.Cut(uri, []byte(":"))
	if !bytes.EqualFold(scheme, []byte("sip")) && !bytes.EqualFold(scheme, []byte("sips")) {
		return false
	}
	if at := bytes.LastIndexByte(rest, '@'); at >= 0 {
		rest = rest[at+1:]
	}
	if end := bytes.IndexAny(rest, ";?"); end >= 0 {
		rest = rest[:end]
	}
	return bytes.Count(rest, []byte(":")) > 1 && bytes.IndexByte(rest, '[') < 0
}

// claimed is the length that a header section claims for the body; 0 without a number.
func claimed(head []byte) int {
	for len(head) > 0 {
		var h []byte
		h, head, _ = bytes.Cut(head, []byte("\r\n"))
		name, value, ok := bytes.Cut(h, []byte(":"))
		if name = bytes.TrimSpace(name); !ok || !bytes.EqualFold(name, []byte("Content-Length")) && !bytes.EqualFold(name, []byte("l")) {
			continue
		}
		if n, err := strconv.Atoi(string(bytes.TrimSpace(value))); err == nil {
			return n
		}
	}
	return 0
}

// badRequest writes the refusal of a broken request from those of its headers an answer must return; nil when it has not
// got them, or is an ACK, which is never answered.
func badRequest(code int, b []byte, tag string) []byte {
	head, _, _ := strings.Cut(string(b[:min(len(b), maxSalvage)]), "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	if strings.HasPrefix(lines[0], "ACK ") {
		return nil
	}
	var out strings.Builder
	fmt.Fprintf(&out, "SIP/2.0 %d %s\r\n", code, phrases[code])
	found := map[string]bool{}
	for _, l := range lines[1:] {
		name, value, _ := strings.Cut(l, ":")
		long, ok := echoed[strings.ToLower(strings.TrimSpace(name))]
		if !ok || found[long] && long != "Via" {
			continue
		}
		found[long] = true
		if long == "To" && !strings.Contains(value, "tag=") {
			value += ";tag=" + tag
		}
		fmt.Fprintf(&out, "%s:%s\r\n", long, value)
	}
	if len(found) < 5 {
		return nil
	}
	out.WriteString("Content-Length: 0\r\n\r\n")
	return []byte(out.String())
}

// echoed are the headers that an answer returns (RFC 3261 section 8.2.6.2).
var echoed = map[string]string{
	"via": "Via", "v": "Via", "from": "From", "f": "From", "to": "To", "t": "To", "call-id": "Call-ID", "i": "Call-ID", "cseq": "CSeq",
}
