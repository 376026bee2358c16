package quality

import (
	"fmt"
	"time"
)

// Thresholds of the measures. Only the minute of C5 is the ministry's; the others are assumptions of the project.
const (
	OpeningLimit   = 3 * time.Second         // A1a: speech begun after the bridge
	ClosingSilence = 10 * time.Second        // A1b: silence of the caller that lets an agent release
	WaitLimit      = 60 * time.Second        // C5: longest single wait
	FastMedian     = 1500 * time.Millisecond // B2
	FastSlowest    = 3 * time.Second         // B2: 90th percentile
	ClippingLimit  = 0.01                    // A4b: share of clipped frames
	QuietLimit     = -35.0                   // A4b: dBFS
)

// Release says how a talk ended, as far as the sheet cares.
type Release string

// Releases.
const (
	ReleaseCaller    Release = "caller"
	ReleaseAgent     Release = "agent"
	ReleaseTrunk     Release = "trunk"     // our line
	ReleaseTransfer  Release = "transfer"  // handed over
	ReleaseSeatLost  Release = "seat_lost" // the seat vanished
	ReleaseDismissed Release = "dismissed" // an abusive caller, after the two-step wording
)

// Facts are what call log and the two recorded channels say. Words are facts only where a recogniser heard them.
type Facts struct {
	OpeningAfter   time.Duration // agent's first speech after the bridge; negative: never
	Words          bool          // a recogniser listened
	NumberHeard    bool
	ClosingHeard   bool
	CutInTurn      bool // the caller hung up while the agent spoke
	Forbidden      int  // hits of the list of forbidden phrases, not confirmed
	Release        Release
	ClosingBefore  time.Duration // release by the agent so long after the closing phrase, the caller silent
	LongestWait    time.Duration
	LongestSilence time.Duration // without words for the caller or of the caller, waits included
	DeadAir        int
	Interruptions  int
	Median         time.Duration // response gap
	Slowest        time.Duration // its 90th percentile
	Level          float64       // agent's speech, dBFS
	Clipped        float64       // share of frames
}

// Proposal is what facts say about an item. It is no score: only a person's is.
type Proposal struct {
	Item     string
	Points   int
	Excluded bool
	Sure     bool // the facts decide; otherwise a person has to listen
	Why      string
}

// Propose goes through the automatic and assisted items. Items that only a person can judge are not in the answer.
func (r *Rubric) Propose(f Facts) []Proposal {
	var out []Proposal
	for _, item := range r.Items {
		if measure, ok := measures[item.ID]; ok {
			p := measure(f, item.Points)
			p.Item = item.ID
			out = append(out, p)
		}
	}
	return out
}

// measures is the table of what facts say, by item.
var measures = map[string]func(Facts, int) Proposal{
	"A1a": opening, "A1b": release, "A3": forbidden, "A4b": clarity, "B1": interruptions, "B2": response, "B5b": closing,
	"B6": deadAir, "C5": wait,
}

// opening: without a recogniser speech in time proposes the points and a person confirms the words. The number that the
// system announces does not count.
func opening(f Facts, points int) Proposal {
	switch {
	case f.OpeningAfter < 0 || f.OpeningAfter > OpeningLimit:
		return Proposal{Sure: true, Why: fmt.Sprintf("接通%d秒内没有开口", int(OpeningLimit.Seconds()))}
	case f.Words:
		return Proposal{Points: whole(f.NumberHeard, points), Sure: true, Why: heard(f.NumberHeard, "工号")}
	}
	return Proposal{Points: points, Why: fmt.Sprintf("%.1f秒开口，请听是否报了工号", f.OpeningAfter.Seconds())}
}

func release(f Facts, points int) Proposal {
	switch f.Release {
	case ReleaseCaller:
		return Proposal{Points: points, Sure: true, Why: "来电者先挂"}
	case ReleaseTrunk, ReleaseTransfer, ReleaseSeatLost:
		return Proposal{Excluded: true, Sure: true, Why: "线路、转接或断线，不计"}
	case ReleaseDismissed:
		return Proposal{Excluded: true, Why: "按规定终止，不计，请听是否先提醒过"}
	case "":
		return Proposal{Points: points, Why: "没有记下谁先挂，请听"}
	}
	switch {
	case f.ClosingBefore < ClosingSilence:
	case !f.Words:
		return Proposal{Excluded: true, Why: "坐席最后一句后来电者静默，不计，请听说的是不是结束语"}
	case f.ClosingHeard:
		return Proposal{Excluded: true, Sure: true, Why: "结束语后来电者静默，不计"}
	}
	return Proposal{Sure: true, Why: "坐席先释放"}
}

func forbidden(f Facts, points int) Proposal {
	if f.Forbidden > 0 {
		return Proposal{Why: fmt.Sprintf("疑似禁忌语%d处，请逐处确认", f.Forbidden)}
	}
	return Proposal{Points: points, Why: map[bool]string{true: "未发现禁忌语", false: "没有识别引擎，请听"}[f.Words]}
}

func clarity(f Facts, points int) Proposal {
	if f.OpeningAfter < 0 {
		return Proposal{Points: points, Why: "坐席声道没有语音，请听"}
	}
	if f.Level < QuietLimit || f.Clipped > ClippingLimit {
		return Proposal{Points: points, Why: fmt.Sprintf("声音听不清（%.0f dBFS，削波%.1f%%），请听", f.Level, 100*f.Clipped)}
	}
	return Proposal{Points: points, Why: "音量正常，口头禅请听"}
}

func interruptions(f Facts, points int) Proposal {
	return Proposal{Points: max(0, points-max(0, f.Interruptions-1)), Why: fmt.Sprintf("插话%d次", f.Interruptions)}
}

func response(f Facts, points int) Proposal {
	if f.Median == 0 && f.Slowest == 0 {
		return Proposal{Points: points, Why: "没有可量的回应，请听"}
	}
	why := fmt.Sprintf("回应中位%.1f秒，九成在%.1f秒内", f.Median.Seconds(), f.Slowest.Seconds())
	if f.Median <= FastMedian && f.Slowest <= FastSlowest {
		return Proposal{Points: points, Why: why}
	}
	return Proposal{Points: points / 2, Why: why + "，偏慢，请听"}
}

func closing(f Facts, points int) Proposal {
	switch {
	case f.CutInTurn:
		return Proposal{Excluded: true, Sure: true, Why: "来电者在坐席说话时挂机，不计"}
	case f.Words:
		return Proposal{Points: whole(f.ClosingHeard, points), Why: heard(f.ClosingHeard, "结束语")}
	}
	return Proposal{Points: points, Why: "没有识别引擎，请听结束语"}
}

// deadAir: a silence may be a pause that the agent announced, which no fact tells, and one that is too long even for that is then a
// matter of C5. Only of none at all it is sure.
func deadAir(f Facts, points int) Proposal {
	p := Proposal{Points: max(0, points-f.DeadAir), Sure: f.DeadAir == 0, Why: fmt.Sprintf("冷场%d次（超过5秒）", f.DeadAir)}
	switch {
	case f.long():
		p.Sure, p.Why = false, p.Why+"，其中超过1分钟的请听是否请来电者等了"
	case f.DeadAir > 0:
		p.Why += "，请听是否请来电者等了"
	}
	return p
}

// wait: a pause that was announced is a wait too, and whether it was only who listens can tell.
func wait(f Facts, points int) Proposal {
	if f.long() {
		return Proposal{Why: fmt.Sprintf("有%d秒没有人对来电者说话，请听是否在让来电者等", int(f.LongestSilence.Seconds()))}
	}
	return Proposal{Points: whole(f.LongestWait <= WaitLimit, points), Sure: true, Why: fmt.Sprintf("单次最长等待%d秒", int(f.LongestWait.Seconds()))}
}

// long tells whether there is a silence over the limit that is not a wait by itself.
func (f Facts) long() bool { return f.LongestSilence > WaitLimit && f.LongestWait <= WaitLimit }

func whole(ok bool, points int) int {
	if ok {
		return points
	}
	return 0
}

func heard(ok bool, what string) string {
	if ok {
		return "听到" + what
	}
	return "没有听到" + what
}
