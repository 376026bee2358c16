package trunk

import "strings"

const sdp6 = "Content-Type: application/sdp\n\nv=0\no=- 1 1 IN IP6 2001:db8::20\ns=-\nc=IN IP6 2001:db8::20\nt=0 0\nm=audio 4000 RTP/AVP 8\n"

// tortures6 are messages in the manner of those of RFC 5118, in our own words: addresses of IPv6 in every place that
// can hold one. The transport below may be either; what is asked for is that they are read as the RFC says.
var tortures6 = []torture{
	{"ipv6-good", about("REGISTER", "sip:[2001:db8::10]", ""), []int{405}},
	{"ipv6-good options", about("OPTIONS", "sip:user@[2001:db8::10]", ""), []int{200}},
	// Without the brackets nobody can tell the address from the port.
	{"ipv6-bad", about("OPTIONS", "sip:2001:db8::10", ""), []int{400, closed}},
	{"port-ambiguous", about("OPTIONS", "sip:[2001:db8::10:5070]", ""), []int{200}},
	{"port-unambiguous", about("OPTIONS", "sip:[2001:db8::10]:5070", ""), []int{200}},
	{"via-received-param-with-delim", swap(ask, "Max-Forwards", "Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111\nMax-Forwards"), []int{200}},
	{"via-received-param-no-delim", swap(ask, "Max-Forwards", "Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3\nMax-Forwards"), []int{200}},
	{"ipv6-in-sdp", about("INVITE", "sip:user@[2001:db8::10]", sdp6), []int{486, 488}},
	{"mult-ip-in-header", swap(swap(ask, "Max-Forwards", "Via: SIP/2.0/UDP 192.0.2.1:5061;branch=z9hG4bK-4\nVia: SIP/2.0/TCP [2001:db8::9:1]:5062;branch=z9hG4bK-6\nMax-Forwards"),
		"From: <sip:caller@example.net>", "From: <sip:caller@[2001:db8::9:1]>"), []int{200}},
	{"mult-ip-in-sdp", about("INVITE", "sip:user@[2001:db8::10]", strings.Replace(sdp6, "m=audio 4000 RTP/AVP 8\n", "m=audio 4000 RTP/AVP 8\nc=IN IP4 127.0.0.1\nm=audio 4002 RTP/AVP 8\n", 1)), []int{486, 488}},
	{"ipv4-mapped-ipv6", swap(ask, "Max-Forwards", "Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bK-m\nMax-Forwards"), []int{200}},
	{"ipv4-mapped-ipv6 in sdp", about("INVITE", "sip:user@example.com", strings.ReplaceAll(sdp6, "2001:db8::20", "::ffff:127.0.0.1")), []int{486, 488}},
	{"ipv6-correct-abnf-2-colons", about("OPTIONS", "sip:user@[2001:db8::192.0.2.1]", ""), []int{200}},
	{"ipv6-bug-abnf-3-colons", about("OPTIONS", "sip:user@[2001:db8:::192.0.2.1]", ""), []int{200, 400, closed}},
}
