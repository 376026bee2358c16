package exam

import (
	"math"
	"testing"

	"zuoxi/media/g711"
	"zuoxi/rules/exam"
)

func dbfs(pcm []int16) float64 {
	sum := 0.0
	for _, v := range pcm {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(max(1, len(pcm)))/(32768*32768)+1e-12)
}

// placed plays a call of a caller who is somewhere, and gives what the ear got while the caller waited, and the recording.
func placed(t *testing.T, c exam.Caller) (waiting, caller []int16) {
	t.Helper()
	r := newRoom(t)
	h := callOnly()
	c.Patience = 30
	h.Calls[0].Caller = c
	r.hand(h, "")
	r.Do(Open{Paper: "p2"})
	r.Do(Next{-1})
	r.Do(Pick{})
	r.speak(0.5, false)
	r.speak(2, true)
	r.speak(1.5, false)
	r.quiet()
	r.speak(12, false) // what is around goes on while the caller waits
	for len(r.Desk.sit.call.sound) < 8*Rate {
		r.speak(0.5, false) // parts of the recording go into the box
	}
	waiting = r.ear
	both := make([]int16, len(r.Desk.sit.call.sound))
	g711.DecodeALaw(both, r.Desk.sit.call.sound)
	for i := 0; i < len(both); i += 2 {
		caller = append(caller, both[i])
	}
	return waiting, caller
}

// TestWhereTheCallerIs: the street is in the ear and in the recording also while nobody speaks, as loud as the script says; in a
// quiet room there is nothing.
func TestWhereTheCallerIs(t *testing.T) {
	t.Parallel()
	if _, tape := placed(t, exam.Caller{}); dbfs(tape[len(tape)-Rate:]) > -60 {
		t.Errorf("a quiet room is at %.0f dBFS", dbfs(tape[len(tape)-Rate:]))
	}
	ear, tape := placed(t, exam.Caller{Around: exam.Around{Noise: "street", SNR: 15}})
	for what, pcm := range map[string][]int16{"the ear": ear, "the recording": tape[len(tape)-4*Rate:]} {
		if got := dbfs(pcm); math.Abs(got+35) > 4 {
			t.Errorf("in %s the street is at %.1f dBFS, want about -35", what, got)
		}
	}
	_, again := placed(t, exam.Caller{Around: exam.Around{Noise: "street", SNR: 15}})
	if len(again) != len(tape) || dbfs(again) != dbfs(tape) {
		t.Error("the second time it sounds otherwise")
	}
}

// TestMoodOfALine: an angry caller is faster and louder in the same words.
func TestMoodOfALine(t *testing.T) {
	t.Parallel()
	length := func(mood string) (seconds, loud float64) {
		r := newRoom(t)
		h := callOnly()
		h.Calls[0].Caller.Mood = mood
		r.hand(h, "")
		r.Do(Open{Paper: "p2"})
		r.Do(Next{-1})
		r.Do(Pick{})
		r.speak(0.5, false)
		r.speak(2, true)
		r.speak(1.5, false)
		line := r.Desk.sit.call.mouth.queue
		return float64(len(line)) / Rate, dbfs(line)
	}
	calm, soft := length("")
	angry, loud := length("angry")
	if ratio := calm / angry; ratio < 1.12 || ratio > 1.25 || loud < soft+2.5 {
		t.Errorf("calm %.2f s at %.1f dBFS, angry %.2f s at %.1f dBFS", calm, soft, angry, loud)
	}
}
