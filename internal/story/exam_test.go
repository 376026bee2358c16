package story

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"zuoxi/media/tone"
	"zuoxi/media/wav"
)

// writeVoice writes what a trainee says: speech-like sound for some seconds, then a quiet room, as a microphone gives them.
func writeVoice(path string, speak, quiet float64) error {
	const rate = 16000
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("voice file: %w", err)
	}
	defer func() { _ = f.Close() }()
	w, err := wav.NewWriter(f, wav.Format{Rate: rate, Channels: 1})
	if err != nil {
		return fmt.Errorf("voice file: %w", err)
	}
	pcm := make([]int16, int((speak+quiet)*rate))
	noise := uint32(1)
	for i := range pcm {
		noise = noise*1664525 + 1013904223
		v := float64(noise>>16)/65536*20 - 10
		at := float64(i) / rate
		if at < speak {
			v += 3000 * math.Sin(2*math.Pi*180*at) * (0.6 + 0.4*math.Sin(2*math.Pi*4*at))
			v += 2000 * math.Sin(2*math.Pi*900*at) * (0.6 + 0.4*math.Sin(2*math.Pi*3*at))
		}
		pcm[i] = int16(v)
	}
	if err := w.Write(pcm); err != nil {
		return fmt.Errorf("voice file: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("voice file: %w", err)
	}
	return nil
}

// examRoom is a hub with a trainee at a seat and a trainer at the command line.
type examRoom struct {
	*testing.T
	w    *World
	seat *Term
}

func newExamRoom(t *testing.T) *examRoom {
	t.Helper()
	w, err := NewWorld(t.TempDir(), binary(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	r := &examRoom{T: t, w: w}
	r.ok(w.StartHub())
	_, err = w.Run([]string{"ZUOXI_PASSWORD=synthetic-5001"}, "agent", "add", "5001", "陈某", "--role", "trainee", "--own")
	r.ok(err)
	_, err = w.Run([]string{"ZUOXI_PASSWORD=synthetic-6001"}, "agent", "add", "6001", "何某", "--role", "trainer", "--own")
	r.ok(err)
	r.ok(writeVoice(filepath.Join(w.Dir, "mic.wav"), 2.5, 6))
	return r
}

func (r *examRoom) ok(err error) {
	r.Helper()
	if err != nil {
		if r.seat != nil {
			r.Log(r.seat.Screen())
		}
		r.Fatalf("%v\nhub:\n%s", err, tail(r.w.HubLog(), 10))
	}
}

func (r *examRoom) sit() {
	r.Helper()
	var err error
	r.seat, err = r.w.Seat("chen", 130, 40,
		"ZUOXI_SEAT_SOUND_INPUT=file:"+filepath.Join(r.w.Dir, "mic.wav")+"?loop=1", "ZUOXI_SEAT_SOUND_OUTPUT=file:"+filepath.Join(r.w.Dir, "ear.wav"))
	r.ok(err)
	r.see("工号")
}

func (r *examRoom) see(pattern string) {
	r.Helper()
	_, err := r.seat.Await(pattern, 2*patience)
	r.ok(err)
}

func (r *examRoom) press(keys string) {
	r.Helper()
	r.ok(r.seat.Press(keys))
}

// hangUp ends the simulated call; the second press must come within two seconds,
// which a busy machine may take from it: then one presses again.
func (r *examRoom) hangUp() {
	r.Helper()
	var err error
	for range 3 {
		r.press("<f8> <f8>")
		if _, err = r.seat.Await("来电已结束", patience/3); err == nil {
			return
		}
	}
	r.ok(err)
}

// palette carries a command out by its name.
func (r *examRoom) palette(name, see string) {
	r.Helper()
	r.press("<c-p>")
	r.see("命令 ─")
	r.press("{" + name + "}")
	r.see("› *" + see + "|" + see)
	r.press("<enter>")
}

// trainer runs a command as the trainer.
func (r *examRoom) trainer(out any, args ...string) string {
	r.Helper()
	args = append([]string{"exam"}, args...)
	text, err := r.w.Run([]string{"ZUOXI_PASSWORD=synthetic-6001"}, append(args, "--as", "6001", "--json")...)
	r.ok(err)
	if out != nil {
		if err := json.Unmarshal([]byte(text), out); err != nil {
			r.Fatalf("%v in %s", err, text)
		}
	}
	return text
}

type paperRow struct{ ID, Code, State string }

func (r *examRoom) make() string {
	r.Helper()
	var rows []paperRow
	r.trainer(&rows, "make", "5001", "--title", "结业考试", "--single", "10", "--multiple", "5", "--judge", "5", "--call", "s03", "--call", "s04", "--seed", "7")
	return rows[0].ID
}

func (r *examRoom) code(id string) string {
	r.Helper()
	var row paperRow
	r.trainer(&row, "open", id)
	return row.Code
}

// write opens the paper, answers its 20 questions with the first option, and hands the written part in.
func (r *examRoom) write(code string) {
	r.Helper()
	r.see("结业考试 .*正式考试")
	r.press("{" + code + "} <f9>")
	for i := 1; i <= 20; i++ {
		r.see(fmt.Sprintf("第 %d 题 / 20", i))
		r.press("{1}")
		r.press("<f9>")
	}
	r.palette("交卷", "交卷")
	r.see("交笔试？")
	r.press("{2}")
	r.see("等待接听")
}

// calls takes both simulated callers: one to his end, the other is hung up on.
func (r *examRoom) calls() {
	r.Helper()
	r.press("<f3>")
	r.see("来电振铃")
	r.press("<f3>")
	r.see("通话 00:0")
	r.press("{先登记：安置地、参保缴费凭证、医保、户口所在地}")
	r.see("来电已结束")
	r.press("<f3>")
	r.see("来电振铃")
	r.press("<f3>")
	r.see("通话 00:1")
	r.press("<f5>")
	r.see("保持 00:")
	r.press("<f5>")
	r.hangUp()
	r.palette("交卷", "交卷")
	r.see("交卷？")
	r.press("{2}")
	r.see("已交卷")
}

// arrived waits until the hub has the result, and checks that there is one.
func (r *examRoom) arrived(id string) {
	r.Helper()
	deadline := time.After(patience)
	for {
		var rows []paperRow
		r.trainer(&rows, "list")
		if len(rows) == 1 && rows[0].ID == id && rows[0].State == "sat" {
			return
		}
		select {
		case <-deadline:
			r.Fatalf("the result did not arrive: %+v\n%s", rows, r.seat.Screen())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// check looks at what arrived: no note against it, the sound of both, and no total from the machine.
func (r *examRoom) check(id string) {
	r.Helper()
	var work struct {
		Notes []struct{ Kind string }
		Open  []string
		Calls []struct {
			Scenario  string
			Seconds   float64
			Proposals []struct {
				Item string
				Why  string
			}
			Timeline []struct{ Kind, Text string }
		}
	}
	r.trainer(&work, "mark", id)
	if len(work.Notes) != 1 || work.Notes[0].Kind != "handed_in" || len(work.Calls) != 2 || len(work.Open) == 0 {
		r.Errorf("%+v", work)
	}
	if _, err := r.w.Run([]string{"ZUOXI_PASSWORD=synthetic-6001"}, "exam", "report", id, "--as", "6001"); err == nil || !strings.Contains(err.Error(), "机器不出总分") {
		r.Errorf("a total before a person marked: %v", err)
	}
	why := map[string]string{}
	for _, p := range work.Calls[1].Proposals {
		why[p.Item] = p.Why
	}
	if why["A1b"] != "坐席先释放" || work.Calls[0].Proposals[1].Why != "来电者先挂" {
		r.Errorf("who hung up: %+v", work.Calls)
	}
	file := filepath.Join(r.w.Dir, "call.wav")
	r.trainer(nil, "sound", id, "s03", file)
	for channel := range 2 {
		s, err := ReadSound(file, channel)
		r.ok(err)
		loud := 0.0
		for _, v := range s.PCM {
			loud = max(loud, math.Abs(float64(v)))
		}
		if math.Abs(s.Seconds()-work.Calls[0].Seconds) > 0.2 || loud < 3000 {
			r.Errorf("channel %d: %.1f s of %.1f, peak %.0f", channel, s.Seconds(), work.Calls[0].Seconds, loud)
		}
	}
}

// TestExam: a whole exam of 20 questions and two simulated calls, from the drawing to the marking.
func TestExam(t *testing.T) {
	t.Parallel()
	r := newExamRoom(t)
	id := r.make()
	r.sit()
	r.press("{5001} <tab> {synthetic-5001} <f9>")
	r.see("5001 陈某")
	r.palette("考试", "考试与练习")
	r.see("每日练习 +练习")
	r.write(r.code(id))
	r.palette("离开", "离开考试")
	r.see("考试还没有交卷")
	r.calls()
	r.arrived(id)
	r.check(id)
}

// TestExamWithoutHub: the paper came with an earlier sign-in; the hub is away from start to end, and gets the result once.
func TestExamWithoutHub(t *testing.T) {
	t.Parallel()
	r := newExamRoom(t)
	id := r.make()
	r.sit()
	r.press("{5001} <tab> {synthetic-5001} <f9>")
	r.see("5001 陈某")
	r.palette("考试", "考试与练习")
	r.see("结业考试")
	code := r.code(id)
	r.seat.Kill()
	r.w.KillHub()

	r.sit()
	r.press("{5001} <tab> {wrong-password}")
	r.palette("考试", "考试与练习")
	r.see("口令不对")
	r.press("<bs>*14 {synthetic-5001}")
	r.palette("考试", "考试与练习")
	r.write(code)
	r.calls()
	r.ok(r.w.StartHub())
	r.arrived(id)
	r.check(id)
}

// draws has the trainer look at a broken bank, then draw, see, seal and lay out a paper on the screen.
func (r *examRoom) draws() {
	r.Helper()
	bad := filepath.Join(r.w.Dir, "bad.yaml")
	r.ok(os.WriteFile(bad, []byte("questions:\n  - {id: q1, type: judge, points: 1, stem: 对吗, answer: perhaps, kb: yl-001}\n"), 0o600))
	r.press("<f3> <f3> <f3> <f3>")
	r.see("还没有预览")
	r.press("<down>*13 {" + bad + "} <enter>")
	r.see("bad.yaml 第 2 行")
	r.press("<down> {" + filepath.Join(r.w.Dir, "bank.xlsx") + "} <enter>")
	r.see("题库已写到")
	r.press("<up>*14 {技能考核} <down> {5001} <down>*7 {s03} <f9>")
	r.see("模拟来电 1 个；发给 1 人")
	r.press("<f9>")
	r.see("再按一次 F9")
	r.press("<f9>")
	r.see("已封卷，发给 1 人")
}

// hears waits until the examiner's headset has had the trainee (900 Hz from the microphone file) and the caller, whose speech is
// there where that tone is not; a second of each.
func (r *examRoom) hears(file string) {
	r.Helper()
	deadline := time.After(patience)
	for {
		s, err := ReadSound(file, 0)
		trainee, caller := 0, 0
		for at, step := 0, s.Rate/10; err == nil && at+step <= len(s.PCM); at += step {
			piece := s.PCM[at : at+step]
			loud := 0.0
			for _, v := range piece {
				loud = max(loud, math.Abs(float64(v)))
			}
			switch own := tone.Level(piece, s.Rate, 900); {
			case own > -35:
				trainee++
			case loud > 2000 && own < -45:
				caller++
			}
		}
		if trainee >= 10 && caller >= 10 {
			return
		}
		select {
		case <-deadline:
			r.Fatalf("the examiner heard %d tenths of the trainee and %d of the caller (%v)\n%s", trainee, caller, err, r.seat.Screen())
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// TestExaminer: a trainer at another seat gives the code, listens to the call, speaks for the caller, scores and notes, marks
// the rest on the screen and publishes; the trainee's seat shows the result without anybody signing in again.
func TestExaminer(t *testing.T) {
	t.Parallel()
	r := newExamRoom(t)
	r.sit()
	r.press("{5001} <tab> {synthetic-5001} <f9>")
	r.see("5001 陈某")
	r.palette("考试", "考试与练习")
	trainee := r.seat
	ear := filepath.Join(r.w.Dir, "examiner.wav")
	console, err := r.w.Seat("he", 170, 45, "ZUOXI_SEAT_SOUND_INPUT=null", "ZUOXI_SEAT_SOUND_OUTPUT=file:"+ear)
	r.ok(err)
	r.seat = console
	r.see("工号")
	r.press("{6001} <tab> {synthetic-6001} <f9>")
	r.see("良好")
	r.palette("阅卷", "阅卷与考核")
	r.see("还没有试卷")
	r.draws()
	r.press("<f3>")
	r.see("5001 技能考核 +已发卷")
	var rows []paperRow
	r.trainer(&rows, "list")
	r.press("<f4>")
	r.see(`刚取的开卷码：\d{5}-\d{5}`)
	code := r.code(rows[0].ID)

	r.seat = trainee
	r.see("技能考核 .*正式考试")
	r.press("{" + code + "} <f9>")
	r.see("等待接听")
	r.press("<f3>")
	r.see("来电振铃")
	r.press("<f3>")
	r.see("通话 00:0")

	r.seat = console
	r.press("<f3>")
	r.see("5001 技能考核 +通话")
	r.press("<f9>")
	r.see("剧本自动")
	r.press("<f7>")
	r.see("考官主导")
	r.see("听得到")
	r.see("来电人：")
	r.press("<enter>")
	r.see("考官 6001 选了下一句")
	r.press("<tab> <tab> {语气平稳} <enter>")
	r.see("考官 6001：语气平稳")
	r.press("<f7>")
	r.see("剧本自动")
	r.hears(ear)

	r.seat = trainee
	r.see("考官 6001 在听")
	r.hangUp()
	r.palette("交卷", "交卷")
	r.press("{2}")
	r.see("已交卷")
	r.press("<f9>")
	r.arrived(rows[0].ID) // the console reads its list once

	r.seat = console
	r.press("<f8> <f3> <f3> <f3> <f3>")
	r.see("5001 技能考核 +待阅卷")
	r.press("<f9>")
	r.see("没有人评，机器不出总分")
	r.see("坐席先挂机")
	items := []string{}
	var work struct {
		Calls []struct{ Tests []string }
	}
	r.trainer(&work, "mark", rows[0].ID)
	for _, id := range work.Calls[0].Tests {
		items = append(items, "--item", id+"=0")
	}
	r.trainer(nil, append([]string{"mark", rows[0].ID, "--call", "s03", "--heard"}, items...)...)
	r.press("<f9>")
	r.see("都评完了")
	sheet := filepath.Join(r.w.Dir, "sheet.html")
	r.trainer(nil, "sheet", rows[0].ID, sheet, "--sound")
	page, err := os.ReadFile(sheet)
	r.ok(err)
	for _, want := range []string{"考官 6001：语气平稳", "data:audio/wav;base64,", "data-t=", "条目原文", "说话占比"} {
		if !strings.Contains(string(page), want) {
			r.Errorf("the printed sheet has no %s", want)
		}
	}
	r.palette("公布", "公布成绩")
	r.see("公布后只能由异议改动")
	r.press("{2}")
	r.see("5001 技能考核 +已公布")

	r.seat = trainee
	r.see("技能考核 不合格")
	r.palette("异议", "成绩异议")
	r.press("{2}")
	r.see("复核中")
}

// TestPractice: hints while the practice caller talks, the model answer beside the own check, the talk heard again, and the
// question that was missed is kept for another day.
func TestPractice(t *testing.T) {
	t.Parallel()
	r := newExamRoom(t)
	r.sit()
	r.press("{5001} <tab> {synthetic-5001} <f9>")
	r.see("5001 陈某")
	r.palette("考试", "考试与练习")
	r.see("每日练习 +练习")
	r.press("<f9>")
	r.see("第 1 题 / 20")
	r.press("{1}")
	r.see("正确答案")
	r.palette("交卷", "交卷")
	r.press("{2}")
	r.see("等待接听")
	r.press("<f3>")
	r.see("来电振铃")
	r.press("<f3>")
	r.see("来电人：")
	r.press("<c-t>")
	r.see("还没问：|必答：")
	r.hangUp()
	r.press("<f3>")
	r.see("来电振铃")
	r.press("<f3>")
	r.see("通话 00:0")
	r.hangUp()
	r.palette("交卷", "交卷")
	r.press("{2}")
	r.see("说到的按数字勾：0/")
	r.press("{1}")
	r.see("√ 1 ")
}
