package wire

import "errors"

// Code is a stable reason, sent with refusals and endings. The Chinese line
// beside it is for people; programs look at the code only.
type Code string

// Codes. A code once published keeps its meaning.
const (
	CodeOK          Code = "ok"
	CodeBadMessage  Code = "bad_message"  // not decodable
	CodeUnknownType Code = "unknown_type" // this hub or seat does not know the type
	CodeVersion     Code = "version"      // no common protocol version
	CodeCredentials Code = "credentials"  // 工号 or password wrong (which one is not said)
	CodeDisabled    Code = "disabled"     // account disabled
	CodeLocked      Code = "locked"       // too many failures
	CodeElsewhere   Code = "elsewhere"    // signed in at another seat with a call on it
	CodeMoved       Code = "moved"        // this session was replaced by a newer one
	CodeStale       Code = "stale"        // session, epoch or offer is over
	CodeForbidden   Code = "forbidden"    // rules/access says no
	CodeImpossible  Code = "impossible"   // the call or presence machine has no such step
	CodeNotFound    Code = "not_found"
	CodeConflict    Code = "conflict" // the object was changed meanwhile
	CodeInvalid     Code = "invalid"  // a field is missing or wrong
	CodeBusy        Code = "busy"     // target busy, trunk full
	CodeNoAnswer    Code = "no_answer"
	CodeRefused     Code = "refused"
	CodeUnreachable Code = "unreachable"
	CodeStopping    Code = "stopping" // the hub is stopping in order
	CodeSlow        Code = "slow"     // the reader was too slow and is dropped
	CodeInternal    Code = "internal"
)

// CodeOf maps a decoding error to its code.
func CodeOf(err error) Code {
	switch {
	case err == nil:
		return CodeOK
	case errors.Is(err, ErrUnknown):
		return CodeUnknownType
	default:
		return CodeBadMessage
	}
}
