package store

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// What can be found. An order is a record that has been given to somebody
// outside the hotline; it is a record as well.
const (
	FoundCall    = "call"
	FoundRecord  = "record"
	FoundOrder   = "order"
	FoundMessage = "voicemail"
	FoundSMS     = "sms"
)

// Finding is one thing that was found: what it is, and where it is kept.
type Finding struct {
	Type     string // FoundCall, FoundRecord, FoundMessage, FoundSMS
	ID       string
	At       time.Time
	District string
	Agent    string
}

// Facet names a property that is looked for as a whole.
type Facet string

// The facets. Numbers and names are given as keyed hashes, never as they are.
const (
	ByType     Facet = "t"
	ByDistrict Facet = "d"
	ByRegion   Facet = "r"
	ByAgent    Facet = "a"
	ByOwner    Facet = "o"
	ByKind     Facet = "k"
	ByState    Facet = "s"
	BySubject  Facet = "c"
	ByNumber   Facet = "q" // of a record
	ByHash     Facet = "n" // of a phone or identity number
	ByTail     Facet = "l" // of its last four
	ByName     Facet = "m"
	ByTrait    Facet = "e" // of a call, see rules/find
	ByMark     Facet = "b" // words that somebody marked a call's recording with
)

// FoundBelow is how many bits of a row's place in the index stand below its millisecond.
const FoundBelow = 8

// FoundBack is how far back a search has looked that goes on from next.
func FoundBack(next string) time.Time {
	place, _, _ := strings.Cut(next, ".")
	seq, err := strconv.ParseInt(place, 36, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(seq >> FoundBelow)
}

// Wanted is one property with its value; a hash is given as it is stored.
type Wanted struct {
	Facet Facet
	Value string
	Hash  []byte
}

// Find says what is looked for. All that is given has to fit.
type Find struct {
	Page
	Span
	// Text is words as people write them: each run of characters must occur.
	Text   string
	Wanted []Wanted
	// Scopes are what the asker may find: one of them has to fit as a whole.
	// Without any, everything may be found.
	Scopes [][]Wanted
	// Conduct also finds complaints about our own staff.
	Conduct bool
}

// Finder finds calls, records and messages together, the newest first. The
// index is written with what it leads to, in the same transaction: a call when
// it closes, the others with every change. Of who reports or complains about
// our own staff it holds neither number nor name, of texts no long number.
//
// A page may be short and yet not be the last: a search that finds little among
// very much gives back what it has, and where to go on from.
type Finder interface {
	Find(ctx context.Context, f Find) ([]Finding, string, error)
	// CatchUp indexes what was kept before there was an index, and says how much.
	CatchUp(ctx context.Context) (int, error)
}
