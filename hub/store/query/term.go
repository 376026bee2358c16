package query

import (
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/rules/find"
	"zuoxi/rules/ticket"
)

// A term is what the index holds: letters and digits only. A facet begins with
// its letter, a word of ASCII with w; Chinese goes in as pairs of characters,
// so that what was typed is found wherever it stands, without a dictionary.
const (
	wordMark = "w"
	// mostTerms bounds what one row brings into the index.
	mostTerms = 4000
	// longNumber is how many digits make a number that may be a person's: those
	// are found by their hash alone.
	longNumber = 7
)

// conductTerm marks what is shown to nobody without the right for it.
const conductTerm = "h1"

// facet is the term of a property, empty without a value.
func facet(f store.Facet, value string) string {
	value = strings.Map(func(r rune) rune {
		switch r = plain(r); {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			return r
		case r == '-': // in a record's number: 1-11 is not 11-1
			return 'x'
		}
		return -1
	}, value)
	if value == "" {
		return ""
	}
	return string(f) + value
}

// hashed is the term of a number or name by its keyed hash.
func hashed(f store.Facet, hash []byte) string {
	if len(hash) == 0 {
		return ""
	}
	return string(f) + hex.EncodeToString(hash[:min(len(hash), 12)])
}

// plain folds full-width letters and digits, and case.
func plain(r rune) rune {
	if r >= '！' && r <= '～' {
		r = r - '！' + '!'
	}
	return unicode.ToLower(r)
}

// runs cuts a text into runs of Chinese characters and of other letters and digits.
func runs(s string) (chinese, words [][]rune) {
	var run []rune
	han := false
	flush := func() {
		switch {
		case len(run) == 0:
		case han:
			chinese = append(chinese, run)
		case !personal(run):
			words = append(words, run)
		}
		run = nil
	}
	for _, r := range s {
		r = plain(r)
		is := unicode.Is(unicode.Han, r)
		if !is && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush()
			continue
		}
		if is != han {
			flush()
			han = is
		}
		run = append(run, r)
	}
	flush()
	return chinese, words
}

// personal tells a run that may hold somebody's number.
func personal(run []rune) bool {
	n := 0
	for _, r := range run {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n >= longNumber
}

// textTerms are what a text is found by: its pairs of characters, and the last
// one alone, so that a single character finds it too.
func textTerms(s string) []string {
	chinese, words := runs(s)
	var out []string
	for _, r := range chinese {
		for i := range r {
			out = append(out, string(r[i:min(i+2, len(r))]))
		}
	}
	for _, w := range words {
		out = append(out, wordMark+string(w))
	}
	return out
}

// wantedTerms are the terms of a text that is looked for.
func wantedTerms(s string) []string {
	chinese, words := runs(s)
	var out []string
	for _, r := range chinese {
		if len(r) == 1 {
			out = append(out, string(r)+"*")
			continue
		}
		for i := range len(r) - 1 {
			out = append(out, string(r[i:i+2]))
		}
	}
	for _, w := range words {
		out = append(out, wordMark+string(w))
	}
	return out
}

// foundRow is a row of the index with its terms.
type foundRow struct {
	store.Finding
	terms []string
}

func (r *foundRow) add(terms ...string) {
	for _, t := range terms {
		if t != "" {
			r.terms = append(r.terms, t)
		}
	}
}

func (r *foundRow) settle() foundRow {
	slices.Sort(r.terms)
	r.terms = slices.Compact(r.terms)
	r.terms = r.terms[:min(len(r.terms), mostTerms)]
	return *r
}

// within are the terms of a district and of those above it: who is responsible for any of them finds the row.
func within(district string) []string {
	out := access.Over(district)
	for i, d := range out {
		out[i] = facet(store.ByDistrict, d)
	}
	return out
}

// mostMarkTerms bounds what the marks of one call bring into the index, so that they leave room for the others.
const mostMarkTerms = mostTerms / 2

// markTerms are the words of marks, apart from the words of the caller's business.
func markTerms(words []string) []string {
	for i, w := range words {
		words[i] = string(store.ByMark) + w
	}
	return words
}

// foundCall is a call with the steps that happened in it and what people marked its recording with.
func foundCall(k *store.Call, steps, marks []string) foundRow {
	r := foundRow{Finding: store.Finding{Type: store.FoundCall, ID: k.ID, At: k.Times.Arrive, District: k.District, Agent: k.Agent}}
	r.add(within(k.District)...)
	r.add(facet(store.ByType, store.FoundCall), facet(store.ByRegion, k.Origin.Region),
		facet(store.ByAgent, k.Agent), facet(store.BySubject, k.Subject),
		hashed(store.ByHash, k.Caller.Hash), hashed(store.ByTail, k.Caller.Tail))
	for _, t := range traits(k, steps) {
		r.add(facet(store.ByTrait, string(t)))
	}
	r.add(textTerms(k.Subject)...)
	if len(marks) > 0 {
		r.add(facet(store.ByTrait, string(find.Marked)))
	}
	var words []string
	for _, m := range marks {
		words = append(words, markTerms(textTerms(m))...)
	}
	slices.Sort(words)
	words = slices.Compact(words)
	r.add(words[:min(len(words), mostMarkTerms)]...)
	return r.settle()
}

func traits(k *store.Call, steps []string) []find.Trait {
	o := &k.Outcome
	out := append(find.Happened(steps), find.Result(string(o.Disposition)), find.Left(o.Place), find.Rated(string(o.Rating)), find.Ended(o.ReleaseBy), find.Because(o.ReleaseCause))
	if !k.Times.Bridge.IsZero() && !k.Times.Release.IsZero() {
		out = append(out, find.Talked(k.Times.Release.Sub(k.Times.Bridge))...)
	}
	return out
}

func foundMail(v *store.Voicemail) foundRow {
	r := foundRow{Finding: store.Finding{Type: store.FoundMessage, ID: v.ID, At: v.Left, District: v.District, Agent: v.Agent}}
	r.add(within(v.District)...)
	r.add(facet(store.ByType, store.FoundMessage), facet(store.ByRegion, v.Region),
		facet(store.ByAgent, v.Agent), facet(store.ByState, v.State), hashed(store.ByHash, v.Number.Hash), hashed(store.ByTail, v.Number.Tail))
	return r.settle()
}

func foundRecord(k *store.Record) foundRow {
	r := foundRow{Finding: store.Finding{Type: store.FoundRecord, ID: k.ID, At: k.Created, District: k.District, Agent: k.Agent}}
	kind, state := ticket.Kind(k.Kind), ticket.Status(k.Status.State)
	r.add(within(k.District)...)
	r.add(facet(store.ByType, store.FoundRecord), facet(store.ByRegion, k.Region),
		facet(store.ByAgent, k.Agent), facet(store.ByOwner, k.Status.Owner), facet(store.ByKind, k.Kind), facet(store.BySubject, k.Subject),
		facet(store.ByState, k.Status.State), facet(store.ByNumber, k.No))
	if state.Theirs() {
		r.add(facet(store.ByType, store.FoundOrder))
	}
	if kind == ticket.KindConduct {
		r.add(conductTerm)
	}
	if !kind.Secret() { // who reported is not to be found by looking for a number
		p := k.Party
		r.add(hashed(store.ByHash, p.Phone.Hash), hashed(store.ByTail, p.Phone.Tail), hashed(store.ByHash, p.IDNo.Hash),
			hashed(store.ByTail, p.IDNo.Tail), hashed(store.ByName, p.Name.Hash))
	}
	for _, s := range recordWords(k) {
		r.add(textTerms(s)...)
	}
	return r.settle()
}

// recordWords are the texts of a record. Of its fields those count that are
// kept as they were written: topic, and what stands under own and handling.
func recordWords(k *store.Record) []string {
	out := []string{k.Subject, k.Body.Summary, k.Body.Answer}
	var f struct {
		Topic    string         `json:"topic"`
		Own      map[string]any `json:"own"`
		Handling map[string]any `json:"handling"`
	}
	_ = json.Unmarshal(k.Body.Fields, &f) // an odd form has no words
	out = append(out, f.Topic)
	for _, m := range []map[string]any{f.Own, f.Handling} {
		for _, v := range m {
			if s, ok := v.(string); ok {
				out = append(out, s)
			}
		}
	}
	return out
}
