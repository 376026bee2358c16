package report

// Sums are the figures of a group of inbound calls, all of them sums, so that groups can be added.
type Sums struct {
	Classes
	Waits
	Work
}

// Classes count calls. Each closed one is in exactly one of Human, Auto and the four places of the abandoned ones.
type Classes struct {
	Arrived int64 // calls of the log, open ones included
	Open    int64 // not closed yet: in no class
	Human   int64
	Auto    int64
	Menu    int64 // abandoned in the menu …
	Queue   int64
	Ring    int64
	Fault   int64 // … or by our fault, or at a place without a name
}

// Waits are the figures of waiting.
type Waits struct {
	Queued  int64 // asked for a person
	In15    int64 // of these answered within 15 s
	In20    int64
	Waited  int64 // calls whose wait is known: human ones
	WaitMS  int64
	Wait30  int64 // waited up to 30 s
	Wait120 int64 // more than 30 and up to 120 s
	WaitMax int64 // ms
}

// Work is what agents did, and what callers said of it.
type Work struct {
	TalkMS   int64
	Wraps    int64
	WrapMS   int64
	Good     int64
	Fair     int64
	Unhappy  int64
	NoAnswer int64 // asked for a grade and gave none
}

// Fields are all figures in the order of the store's columns.
func (s *Sums) Fields() []*int64 {
	return []*int64{
		&s.Arrived, &s.Open, &s.Human, &s.Auto, &s.Menu, &s.Queue, &s.Ring, &s.Fault, &s.Queued, &s.In15, &s.In20, &s.Waited, &s.WaitMS, &s.Wait30,
		&s.Wait120, &s.WaitMax, &s.TalkMS, &s.Wraps, &s.WrapMS, &s.Good, &s.Fair, &s.Unhappy, &s.NoAnswer,
	}
}

// Add adds another group.
func (s *Sums) Add(o Sums) {
	longest := max(s.WaitMax, o.WaitMax)
	of := o.Fields()
	for i, f := range s.Fields() {
		*f += *of[i]
	}
	s.WaitMax = longest
}

// Answered is 接听总量.
func (s *Sums) Answered() int64 { return s.Human + s.Auto }

// Abandoned is 放弃量.
func (s *Sums) Abandoned() int64 { return s.Menu + s.Queue + s.Ring + s.Fault }

// Left are those who gave up after asking for a person.
func (s *Sums) Left() int64 { return s.Queue + s.Ring }

// Rated are those who gave a grade.
func (s *Sums) Rated() int64 { return s.Good + s.Fair + s.Unhappy }

// Tally is what calls are proved against: counted from the log by itself, not added up from groups.
type Tally struct {
	Inbound int64 // calls of the log
	Human   int64 // of these closed ones that were bridged to an agent
}

// Proof are the checks of the class sums. Arrived is counted from the log by itself, not added up from the classes.
func (s *Sums) Proof(logged Tally) []Check {
	out := []Check{
		{What: "来电总量 = 接听总量 + 放弃量", Want: s.Arrived, Got: s.Answered() + s.Abandoned()},
		{What: "接听总量 = 日志里接通人工的来电 + 自动语音量", Want: logged.Human + s.Auto, Got: s.Answered()},
	}
	if s.Open > 0 {
		out[0].Note = Count(s.Open).whole() + " 通还没有结束，不在任何一类"
	}
	return out
}

func (c Cell) whole() string { return Decimal(c.Num, c.Den, 0) }

// Figures are the five columns of the ministry's call table, as somebody reported or printed them. They need not add up.
type Figures struct {
	Total     int64 `json:"total"`
	Answered  int64 `json:"answered"`
	Human     int64 `json:"human"`
	Auto      int64 `json:"auto"`
	Abandoned int64 `json:"abandoned"`
}

// Figures are the five columns of the sums.
func (s *Sums) Figures() Figures {
	return Figures{Total: s.Arrived, Answered: s.Answered(), Human: s.Human, Auto: s.Auto, Abandoned: s.Abandoned()}
}

// Add adds other figures, column by column.
func (f *Figures) Add(o Figures) {
	f.Total += o.Total
	f.Answered += o.Answered
	f.Human += o.Human
	f.Auto += o.Auto
	f.Abandoned += o.Abandoned
}

func (f Figures) list() [5]int64 { return [5]int64{f.Total, f.Answered, f.Human, f.Auto, f.Abandoned} }

// times is every figure n times, for a sampled log.
func (f Figures) times(n int64) Figures {
	return Figures{f.Total * n, f.Answered * n, f.Human * n, f.Auto * n, f.Abandoned * n}
}
