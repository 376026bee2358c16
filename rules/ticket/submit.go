package ticket

// Handling is how an agent leaves a matter when the record is submitted.
type Handling string

// The handlings.
const (
	OnSpot  Handling = "on_spot" // answered, explained, or merely registered
	Forward Handling = "forward" // somebody else has to act
)

// ConductOwner takes every complaint about our own staff: a channel that the accused do not see.
const ConductOwner = "行风监督"

// submits are the steps that the submission of a record takes, in order.
var submits = map[Kind]map[Handling][]Event{
	KindConsult:    {OnSpot: {EventAnswer}, Forward: {EventForward}},
	KindComplaint:  {OnSpot: {EventExplain}, Forward: {EventForward}},
	KindReport:     {OnSpot: {EventExplain}, Forward: {EventForward}},
	KindSuggestion: {Forward: {EventScreen, EventForward}},
	KindHelp:       {OnSpot: {EventScreen, EventAssign, EventStart, EventFinish}, Forward: {EventScreen, EventAssign}},
	KindConduct:    {OnSpot: {EventForward}, Forward: {EventForward}},
}

// Submit lists the steps of a submission, each of them in the table. An inquiry goes by what the identity check said;
// an urgent call for help skips the screening.
func Submit(k Kind, h Handling, f Facts, verified bool) []Event {
	switch {
	case k == KindInquiry && verified:
		return []Event{EventVerify, EventAnswer}
	case k == KindInquiry:
		return []Event{EventRefuse}
	}
	path := submits[k][h]
	if k == KindHelp && f.Urgent && len(path) > 0 {
		return path[1:]
	}
	return path
}

// told are the steps after which the caller has heard something that the record must keep.
var told = map[Event]bool{EventAnswer: true, EventExplain: true}

// department is who has to act on a record that is passed on.
var department = need(line("dept", "转办部门", 60))

// Incomplete returns the fields without which a submission is refused: those of the kind, the words told, and whom it
// is passed on to.
func Incomplete(k Kind, h Handling, verified bool, values map[string]string) []Field {
	out := Missing(k, values)
	for _, e := range Submit(k, h, Facts{}, verified) {
		if told[e] && values["answer"] == "" {
			out = append(out, Answer)
		}
	}
	if h == Forward && k != KindConduct && k != KindInquiry && values["dept"] == "" {
		out = append(out, department)
	}
	return out
}

// Answer is what the caller was told; every kind may have it.
var Answer = text("answer", "答复")

// theirs are the states in which somebody outside the hotline has to act next.
var theirs = map[Status]bool{
	StateWithDept: true, StateForwarded: true, StateReceived: true, StateAccepted: true, StateInvestigating: true,
	StateAssigned: true, StateInProgress: true,
}

// Theirs tells whether a department has to act next; otherwise the hotline does, which owns every reply.
func (s Status) Theirs() bool { return theirs[s] }

// settled are the states that nobody at the hotline has to look after.
var settled = map[Status]bool{
	StateAnswered: true, StateRefused: true, StateExplained: true, StateNoted: true, StateDone: true, StateFailed: true,
	StateClosed: true, StateVoided: true, StateCalledBack: true, StateToldCaller: true, StateReplied: true, StateChecked: true,
}

// Settled tells whether a record in this state may leave the list of open ones. Most calls never become a complaint:
// one that was explained waits for nobody.
func (s Status) Settled() bool { return settled[s] }

// Personal lists the sealed fields of a kind.
func Personal(k Kind) []Field {
	var out []Field
	for _, f := range Fields(k) {
		if f.Sealed {
			out = append(out, f)
		}
	}
	return out
}
