package trunk

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/emiago/sipgo/sip"

	"zuoxi/internal/clean"
)

const (
	maxNumber  = 32 // digits of a number, E.164 allows 15
	maxDisplay = 40 // characters of a name
)

// Party is who calls or is called, cleaned: Number holds digits, "*", "#" and a leading "+" only.
type Party struct {
	Number   string
	Display  string
	Withheld bool // the network knows the number, we must not
}

// caller reads who calls. A gateway asserts the identity (RFC 3325); From is what the caller claims.
func caller(req *sip.Request) Party {
	from := req.From()
	p := Party{Number: cleanNumber(userPart(from.Address)), Display: cleanDisplay(from.DisplayName)}
	for _, h := range req.GetHeaders("P-Asserted-Identity") {
		display, number := asserted(h.Value())
		if number == "" {
			continue
		}
		p.Number = number
		if display != "" {
			p.Display = display
		}
		break
	}
	if withheld(req) {
		return Party{Withheld: true}
	}
	if p.Display == p.Number {
		p.Display = ""
	}
	return p
}

// withheld says whether the caller asked the network to keep the number back (RFC 3323).
func withheld(req *sip.Request) bool {
	if h := req.GetHeader("Privacy"); h != nil {
		for _, v := range strings.FieldsFunc(strings.ToLower(h.Value()), func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
			if v == "id" || v == "user" || v == "header" {
				return true
			}
		}
	}
	from := req.From().Address
	user := strings.ToLower(from.User)
	return user == "anonymous" || user == "restricted" || strings.HasSuffix(strings.ToLower(from.Host), "anonymous.invalid")
}

// called is the number that was dialled.
func called(req *sip.Request) string {
	if n := cleanNumber(userPart(req.Recipient)); n != "" {
		return n
	}
	return cleanNumber(userPart(req.To().Address))
}

// asserted reads the first address of a P-Asserted-Identity header.
func asserted(value string) (display, number string) {
	if len(value) > 512 {
		return "", ""
	}
	start := strings.IndexByte(value, '<')
	if start < 0 {
		first, _, _ := strings.Cut(value, ",")
		return "", uriNumber(strings.TrimSpace(first))
	}
	end := strings.IndexByte(value[start:], '>')
	if end < 0 {
		return "", ""
	}
	display = strings.Trim(strings.TrimSpace(value[:start]), `"`)
	return cleanDisplay(display), uriNumber(value[start+1 : start+end])
}

func uriNumber(s string) string {
	u, err := parseURI(s)
	if err != nil {
		return ""
	}
	return cleanNumber(userPart(*u))
}

// userPart is the number in a sip:, sips: or tel: URI.
func userPart(u sip.Uri) string {
	user := u.User
	if u.Scheme == "tel" {
		user = u.Raw()
	}
	user, _, _ = strings.Cut(user, ";") // ;phone-context, ;isup-oli and the like
	if plain, err := url.PathUnescape(user); err == nil && utf8.ValidString(plain) {
		user = plain
	}
	return user
}

// cleanNumber drops the visual separators of RFC 3966 and refuses what is no number.
func cleanNumber(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9', r == '*', r == '#':
			b.WriteRune(r)
		case r == '+' && i == 0:
			b.WriteRune(r)
		case r == '-' || r == '.' || r == '(' || r == ')' || r == ' ':
		default:
			return ""
		}
		if b.Len() > maxNumber {
			return ""
		}
	}
	return b.String()
}

func cleanDisplay(s string) string {
	if len(s) > 1024 {
		return ""
	}
	return clean.Line(strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s), maxDisplay)
}

func parseURI(s string) (*sip.Uri, error) {
	u := &sip.Uri{}
	if err := sip.ParseUri(s, u); err != nil {
		return nil, err
	}
	return u, nil
}
