package ticket

import "zuoxi/rules/deadline"

type cells map[Event]rule

// firsts are the states in which records begin.
var firsts = map[Kind]Status{
	KindConsult: StateOpen, KindInquiry: StateOpen, KindComplaint: StateRegistered, KindReport: StateRegistered,
	KindSuggestion: StateRegistered, KindHelp: StateRegistered, KindConduct: StateRegistered, KindVoicemail: StateNew,
	KindTransaction: StateRequested,
}

// starts are the deadlines that run from the record's beginning.
var starts = map[Kind][]Effect{
	KindVoicemail: {start(deadline.ReplyMessage)},
}

// Begin returns the deadlines that start with a new record of the kind.
func Begin(k Kind) []Effect { return starts[k] }

// exits are the ways out of a complaint that somebody else opens.
var exits = cells{
	EventWithdraw:  withReason(StateWithdrawn, stop(deadline.ComplaintAccept), stop(deadline.Investigation)),
	EventArbitrate: withReason(StateArbitration, stop(deadline.ComplaintAccept), stop(deadline.Investigation)),
	EventCourt:     withReason(StateCourt, stop(deadline.ComplaintAccept), stop(deadline.Investigation)),
	EventOther:     withReason(StateOther, stop(deadline.ComplaintAccept), stop(deadline.Investigation)),
}

func join(tables ...cells) cells {
	all := cells{}
	for _, t := range tables {
		for e, r := range t {
			all[e] = r
		}
	}
	return all
}

// handled is the life of a complaint at the inspection body, which a report shares.
var handled = map[Status]cells{
	StateRegistered: join(exits, cells{EventExplain: to(StateExplained), EventForward: to(StateForwarded)}),
	StateExplained:  join(exits, cells{EventForward: to(StateForwarded), EventClose: withReason(StateClosed)}),
	StateForwarded:  join(exits, cells{EventReceive: to(StateReceived, start(deadline.ComplaintAccept)), EventSendBack: withReason(StateExplained)}),
	StateReceived: join(exits, cells{
		EventAccept: to(StateAccepted, stop(deadline.ComplaintAccept)), EventNotAccept: withReason(StateNotAccepted, stop(deadline.ComplaintAccept)),
		EventAskMore: withReason(StateSupplement, Effect{Pause, deadline.ComplaintAccept}),
	}),
	StateSupplement:    join(exits, cells{EventSupplement: to(StateReceived, Effect{Resume, deadline.ComplaintAccept}), EventNotAccept: withReason(StateNotAccepted, stop(deadline.ComplaintAccept))}),
	StateAccepted:      join(exits, cells{EventInvestigate: to(StateInvestigating, start(deadline.Investigation))}),
	StateInvestigating: join(exits, cells{EventExtend: withReason(StateInvestigating, Effect{Extend, deadline.Investigation}), EventResult: to(StateResult, stop(deadline.Investigation))}),
	StateResult:        {EventTell: to(StateToldCaller), EventClose: {to: StateClosed, anon: true}},
	StateNotAccepted:   {EventTell: to(StateToldCaller), EventClose: {to: StateClosed, anon: true}},
	StateToldCaller:    {EventClose: to(StateClosed), EventReopen: withReason(StateForwarded)},
	StateWithdrawn:     {EventClose: to(StateClosed)},
	StateArbitration:   {EventClose: to(StateClosed)},
	StateCourt:         {EventClose: to(StateClosed)},
	StateOther:         {EventTell: to(StateToldCaller), EventClose: {to: StateClosed, anon: true}},
	StateClosed:        {EventReopen: withReason(StateForwarded)},
	StateVoided:        {},
}

// unanswered is what can happen to a question that waits for an answer.
var unanswered = cells{
	EventAnswer: to(StateAnswered, stop(deadline.ReplyCall)), EventForward: to(StateWithDept, start(deadline.ReplyCall)),
}

// table is the whole machine of every kind. What is not in it is impossible; voiding is possible everywhere.
var table = map[Kind]map[Status]cells{
	KindConsult: {
		StateOpen:         unanswered,
		StateReopened:     unanswered,
		StateAnswered:     {EventClose: to(StateClosed), EventReopen: withReason(StateReopened)},
		StateWithDept:     {EventDeptAnswer: to(StateDeptAnswered), EventSendBack: withReason(StateReopened)},
		StateDeptAnswered: {EventCallBack: to(StateCalledBack, stop(deadline.ReplyCall)), EventSendBack: withReason(StateWithDept)},
		StateCalledBack:   {EventClose: to(StateClosed), EventReopen: withReason(StateReopened)},
		StateClosed:       {EventReopen: withReason(StateReopened)},
		StateVoided:       {},
	},
	KindInquiry: {
		StateOpen:     {EventVerify: to(StateVerified), EventRefuse: to(StateRefused)},
		StateVerified: {EventAnswer: to(StateAnswered)},
		StateAnswered: {EventClose: to(StateClosed)},
		StateRefused:  {EventClose: to(StateClosed)},
		StateClosed:   {},
		StateVoided:   {},
	},
	KindComplaint: handled,
	KindReport:    handled,
	KindSuggestion: {
		StateRegistered: {EventScreen: to(StateScreened)},
		StateScreened:   {EventForward: to(StateForwarded), EventNote: to(StateNoted)},
		StateForwarded:  {EventReply: to(StateReplied), EventNote: to(StateNoted), EventSendBack: withReason(StateScreened)},
		StateReplied:    {EventClose: to(StateClosed)},
		StateNoted:      {EventClose: to(StateClosed)},
		StateClosed:     {},
		StateVoided:     {},
	},
	KindHelp: {
		StateRegistered: {EventScreen: to(StateScreened), EventAssign: {to: StateAssigned, urgent: true}},
		StateScreened:   {EventAssign: to(StateAssigned), EventClose: withReason(StateClosed)},
		StateAssigned:   {EventStart: to(StateInProgress), EventSendBack: withReason(StateScreened)},
		StateInProgress: {EventFinish: to(StateDone), EventSendBack: withReason(StateScreened)},
		StateDone:       {EventCheck: to(StateChecked), EventReopen: withReason(StateInProgress)},
		StateChecked:    {EventClose: to(StateClosed)},
		StateClosed:     {EventReopen: withReason(StateInProgress)},
		StateVoided:     {},
	},
	KindConduct: {
		StateRegistered:    {EventForward: to(StateForwarded)},
		StateForwarded:     {EventReceive: to(StateReceived)},
		StateReceived:      {EventInvestigate: to(StateInvestigating), EventNotAccept: withReason(StateNotAccepted)},
		StateInvestigating: {EventResult: to(StateResult)},
		StateResult:        {EventTell: to(StateToldCaller), EventClose: {to: StateClosed, anon: true}},
		StateNotAccepted:   {EventTell: to(StateToldCaller), EventClose: {to: StateClosed, anon: true}},
		StateToldCaller:    {EventClose: to(StateClosed)},
		StateClosed:        {EventReopen: withReason(StateForwarded)},
		StateVoided:        {},
	},
	KindVoicemail: {
		StateNew:        {EventHear: to(StateHeard)},
		StateHeard:      {EventMakeRecord: to(StateRecordMade), EventCallBack: to(StateCalledBack, stop(deadline.ReplyMessage)), EventClose: withReason(StateClosed, stop(deadline.ReplyMessage))},
		StateRecordMade: {EventCallBack: to(StateCalledBack, stop(deadline.ReplyMessage))},
		StateCalledBack: {EventClose: to(StateClosed)},
		StateClosed:     {},
		StateVoided:     {},
	},
	KindTransaction: {
		StateRequested: {EventVerify: to(StateVerified), EventFail: withReason(StateFailed)},
		StateVerified:  {EventFinish: to(StateDone), EventFail: withReason(StateFailed)},
		StateDone:      {},
		StateFailed:    {},
		StateVoided:    {},
	},
}

// life is the order in which states are shown.
var life = []Status{
	StateOpen, StateNew, StateRequested, StateRegistered, StateReopened, StateHeard, StateRecordMade, StateVerified, StateRefused,
	StateExplained, StateScreened, StateForwarded, StateReceived, StateSupplement, StateNotAccepted, StateAccepted, StateWithDept,
	StateDeptAnswered, StateAnswered, StateAssigned, StateInProgress, StateInvestigating, StateResult, StateDone, StateFailed,
	StateReplied, StateNoted, StateChecked, StateCalledBack, StateToldCaller, StateWithdrawn, StateArbitration, StateCourt,
	StateOther, StateClosed, StateVoided,
}

var orders = func() map[Kind][]Status {
	out := map[Kind][]Status{}
	for k, states := range table {
		for _, s := range life {
			if _, ok := states[s]; ok {
				out[k] = append(out[k], s)
			}
		}
	}
	return out
}()
