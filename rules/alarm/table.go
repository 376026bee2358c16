package alarm

import "time"

// Codes of the alarms that people raise.
const (
	CodeHelp      = "help"
	CodeEmergency = "emergency"
)

// Defaults are the rules that ship: assumptions of this project, but for the 60 s that a caller may be parked
// (rubric of the ministry) and the 15 s of GB/T 33358, on which the queue's limits lean.
func Defaults() []Rule {
	return []Rule{
		{Code: "wait", Measure: LongestWait, Limit: 120, Level: LevelError, Sound: true, Message: true},
		{Code: "waiting", Measure: Waiting, Limit: 20, For: 10 * time.Second, Level: LevelWarn},
		{Code: "gave_up", Measure: GaveUp, Limit: 20, Least: 20, Level: LevelWarn, Message: true},
		{Code: "service", Measure: Service20, Limit: 80, Least: 20, Level: LevelWarn},
		{Code: "talk", Measure: Talk, Limit: 900, Level: LevelWarn},
		{Code: "hold", Measure: Hold, Limit: 60, Level: LevelWarn},
		{Code: "wrap", Measure: Wrap, Limit: 180, Level: LevelWarn},
		{Code: "break", Measure: Break, Limit: 1800, Level: LevelWarn},
		{Code: "silent", Measure: SeatSilent, Limit: 5, Level: LevelError, Sound: true, Message: true},
		{Code: "lost", Measure: SeatLost, Limit: 15, Level: LevelWarn, Message: true},
		{Code: "line", Measure: LineBad, Limit: 3.0, For: 10 * time.Second, Level: LevelWarn},
		{Code: "district", Measure: DistrictLost, Limit: 99, For: 5 * time.Second, Level: LevelError, Sound: true, Message: true},
		{Code: "trunk", Measure: TrunkUse, Limit: 90, For: 5 * time.Second, Level: LevelError, Sound: true, Message: true},
		{Code: "trunk_fault", Measure: TrunkFaults, Limit: 2, Level: LevelError, Sound: true, Message: true},
		{Code: "trunk_down", Measure: TrunkDown, Limit: 0, Level: LevelError, Sound: true, Message: true},
		{Code: "trunk_silent", Measure: TrunkSilent, Limit: 1800, Level: LevelError, Message: true, Off: true},
		{Code: "data", Measure: DataWrong, Limit: 0, Level: LevelError, Sound: true, Message: true},
		{Code: "overdue", Measure: Overdue, Limit: 0, Level: LevelWarn},
	}
}

// With puts a centre's rules over the table: one of the same code replaces it, others are added.
func With(own []Rule) []Rule {
	out := Defaults()
next:
	for _, r := range own {
		for i := range out {
			if out[i].Code == r.Code {
				out[i] = r
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}
