package store

import (
	"context"
	"time"

	"zuoxi/rules/report"
)

// Face is what the sums of calls are grouped by.
type Face string

// The faces and what A and B of their rows are.
const (
	FacePlace   Face = "place"   // city that the number says, region chosen
	FaceSubject Face = "subject" // subject, region
	FaceAgent   Face = "agent"   // agent, subject
	FaceHour    Face = "hour"    // hour of the local day, nothing
)

// Faces lists all faces.
var Faces = []Face{FacePlace, FaceSubject, FaceAgent, FaceHour}

// SumFilter asks for the sums of inbound calls. From and To must be the beginnings of local days.
type SumFilter struct {
	Span
	Zone      *time.Location // of the local day
	Face      Face
	Districts []string
	Daily     bool // a row for each day; otherwise the days are added up
	Now       time.Time
}

// SumRow is one group. Day is the beginning of its local day when Daily was asked for.
type SumRow struct {
	Day      time.Time
	District string
	A, B     string
	Sums     report.Sums
}

// FirstFilter asks what was settled in the first call. From and To must be the beginnings of local days.
type FirstFilter struct {
	Span
	Zone      *time.Location
	Districts []string
	Days      int  // how long the caller must not have called again
	Daily     bool // a row for each day
	Now       time.Time
}

// FirstRow is the questions of one agent about one subject. Day is the beginning of its local day when Daily was asked for.
type FirstRow struct {
	Day                      time.Time
	District, Agent, Subject string
	First                    report.First
}

// Statistics is what is read to judge the work: sums, counts, what proves them, scored calls.
type Statistics struct {
	Sums   Sums
	Counts Counts
	Proofs Proofs
	Sheets Sheets
	Filed  Filed
}

// Sums adds up calls. A day that is over and whose calls are all closed is added up once and kept: closed logs do not
// change, so that a report over a million calls reads some thousand rows. The log is counted anew each time, and a day
// whose count differs from what was kept is added up again.
type Sums interface {
	Calls(ctx context.Context, f SumFilter) ([]SumRow, report.Tally, error)
	// Settled lists the beginnings of the days in the span whose sums are kept.
	Settled(ctx context.Context, span Span, zone *time.Location) ([]time.Time, error)
	// Presence adds up how long each agent was in each state, by state and reason.
	Presence(ctx context.Context, f TopicFilter) ([]PresenceRow, error)
	// First tells what was settled in the first call. A day is judged once, when Days have gone by since its end, and kept;
	// it is judged again if its records of advice became more or fewer, or another number of days is asked for.
	First(ctx context.Context, f FirstFilter) ([]FirstRow, error)
	// Dismissed counts the calls that each agent ended after warnings for abuse.
	Dismissed(ctx context.Context, f TopicFilter) (map[string]int64, error)
}

// Counts counts records.
type Counts interface {
	// Topics counts records by subject and second level, voided ones not.
	Topics(ctx context.Context, f TopicFilter) ([]TopicRow, error)
	// Articles counts the grounds of answers: each set of articles that records name, with how many do.
	Articles(ctx context.Context, f TopicFilter) ([]ArticlesRow, error)
	// Dues gives the records that stand in one of open, whenever they were made, and of those made in the span also the
	// others that have deadlines.
	Dues(ctx context.Context, f TopicFilter, open []KindState) ([]DueRow, error)
	// Orders counts the records that each agent wrote.
	Orders(ctx context.Context, f TopicFilter) (map[string]int64, error)
	// Searches counts what was searched for, by the words: settled by an editor or not.
	Searches(ctx context.Context, f TopicFilter) ([]SearchRow, error)
}

// Filed counts the records of a day while it lasts, for the live board.
type Filed interface {
	// Since counts by district the records made since then, voided ones not.
	Since(ctx context.Context, from time.Time) (map[string]FiledRow, error)
}

// FiledRow are the records of a district, and those of them that went on to a department.
type FiledRow struct{ All, Passed int }

// Proofs counts the store once more, by another way than the sums and lists of a report: what the report is held against.
type Proofs interface {
	RecordProofs
	WorkProofs
}

// RecordProofs counts records.
type RecordProofs interface {
	// Records counts the records that were made in the span, voided ones not.
	Records(ctx context.Context, f TopicFilter) (int64, error)
	// Standing counts the records that stand in none of over, whenever they were made.
	Standing(ctx context.Context, f TopicFilter, over []KindState) (int64, error)
	// Cited counts the records that name articles, and how many they name.
	Cited(ctx context.Context, f TopicFilter) (report.Cited, error)
}

// WorkProofs counts what else people did.
type WorkProofs interface {
	// Searches counts what was searched for.
	Searches(ctx context.Context, f TopicFilter) (int64, error)
	// Papers counts the exams that were laid out in the span, by their state.
	Papers(ctx context.Context, f TopicFilter) (map[string]int64, error)
	// Sheets counts the scored calls of a purpose that were drawn in the span, each once: see SheetFilter.Once.
	Sheets(ctx context.Context, f TopicFilter, purpose string) (report.Laid, error)
}

// TopicFilter narrows counts of records by when they were made.
type TopicFilter struct {
	Span
	Districts []string
	Kind      string
	Now       time.Time
}

// TopicRow is one subject and second level.
type TopicRow struct {
	Kind, Subject, Topic string
	Count                int64
}

// KindState is where records of a kind may stand.
type KindState struct{ Kind, State string }

// ArticlesRow is a set of articles.
type ArticlesRow struct {
	Articles []ArticleRef
	Count    int64
}

// DueRow is what the ageing of a record needs.
type DueRow struct {
	Kind, State string
	Created     time.Time
	Dues        []Due
}

// SearchRow is a wording with how many searches led to an article and how many to none.
type SearchRow struct {
	Words          string
	Missed, Opened int64
}

// PresenceRow is the time of an agent in a state; Times is how often it began.
type PresenceRow struct {
	Agent, District, State, Reason string
	MS, Times                      int64
}
