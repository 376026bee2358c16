package admin

import (
	"context"
	"slices"
	"strings"
	"testing"

	"zuoxi/hub/store"
	"zuoxi/rules/access"
	"zuoxi/wire"
)

// home is where everything of these tests belongs.
const home = "320100"

// within is what who keeps to a district sees of something at home.
func within(district, what string) []string {
	if district == "" || access.Covers(district, home) {
		return []string{what}
	}
	return []string{}
}

// outside plays what goes out to others.
type outside struct{ Outside }

func (outside) Handovers(_ context.Context, _ store.Span, d string) (out []wire.RouteCount, err error) {
	for _, route := range within(d, "12345") {
		out = append(out, wire.RouteCount{Route: route})
	}
	return out, nil
}

// seconds play the office of second factors.
type seconds struct{}

func (seconds) Give(context.Context, string) (string, error) { return "otpauth://x", nil }
func (seconds) Take(context.Context, string) error           { return nil }

// ofOne are the commands about one thing, here of agent 8001 or a paper of 5001, both at home.
var ofOne = map[string]struct {
	right access.Command
	args  map[string]any
}{
	"call.show":        {access.CallShow, map[string]any{"id": "c1"}},
	"record.show":      {access.RecordView, map[string]any{"number": "0312-8001-1"}},
	"recording.export": {access.RecordingExport, map[string]any{"id": "c1", "reason": "信访复核"}},
	"recording.verify": {access.RecordingVerify, map[string]any{"id": "c1"}},
	"recording.open":   {access.RecordingPlay, map[string]any{"id": "c1"}},
	"recording.mark":   {access.RecordingPlay, map[string]any{"id": "c1", "text": "听这里"}},
	"recording.hold":   {access.RecordingHold, map[string]any{"id": "c1", "on": true, "reason": "诉讼"}},
	"quality.show":     {access.QualityView, map[string]any{"id": "s1"}},
	"quality.check":    {access.QualityScore, map[string]any{"id": "s1"}},
	"quality.score":    {access.QualityScore, map[string]any{"id": "s1"}},
	"quality.settle":   {access.QualityScore, map[string]any{"id": "s1"}},
	"quality.second":   {access.QualitySecond, map[string]any{"id": "s1"}},
	"quality.appeal":   {access.QualityAppeal, map[string]any{"id": "s1"}},
	"sheet.give":       {access.SheetManage, map[string]any{"agent_no": "8001"}},
	"agent.set":        {access.SkillGrant, map[string]any{"agent_no": "8001", "skills": []string{"*:*:1"}}},
	"agent.disable":    {access.AgentDisable, map[string]any{"agent_no": "8001"}},
	"agent.passwd":     {access.AgentPasswd, map[string]any{"agent_no": "8001", "password": "synthetic-9"}},
	"agent.totp":       {access.AgentPasswd, map[string]any{"agent_no": "8001"}},
	"exam.open":        {access.ExamManage, map[string]any{"id": "p1"}},
	"exam.withdraw":    {access.ExamManage, map[string]any{"id": "p1"}},
	"exam.mark":        {access.ExamMark, map[string]any{"id": "p1"}},
	"exam.report":      {access.ExamMark, map[string]any{"id": "p1"}},
	"exam.sound":       {access.ExamMark, map[string]any{"id": "p1"}},
	"exam.sheet":       {access.ExamMark, map[string]any{"id": "p1"}},
	"exam.piece":       {access.ExamMark, map[string]any{"id": "p1"}},
	"exam.dispute":     {access.ExamAppeal, map[string]any{"id": "p1"}},
}

// listed are the commands that list what one may see, with what stands for a thing at home in the answer.
var listed = map[string]struct {
	right access.Command
	shows string
}{
	"call.list": {access.CallList, `"c1"`}, "record.list": {access.RecordSearch, `{`}, "record.due": {access.RecordSearch, `{`}, "recording.list": {access.RecordingList, `"c1"`},
	"agent.list": {access.AgentList, `"8001"`}, "queue.show": {access.BoardView, `"c1"`}, "seat.list": {access.BoardView, `"8001"`}, "handover.list": {access.ReportView, `"12345"`},
	"exam.list": {access.ExamMark, `"p1"`}, "exam.now": {access.ExamMark, `true`}, "exam.paths": {access.ExamMark, `"5001"`},
}

// otherwise are the commands that are held to districts by other tests, or that know none: what is the whole centre's, what was
// opened before, what is of the asker's own district whatever they ask.
var otherwise = []string{
	"agent.add", "audit.list", "audit.verify", "device.invite", "device.list", "device.revoke", "directory.import", "directory.list", "exam.bank", "exam.export", "exam.import", "exam.make",
	"exam.mentor", "exam.path", "exam.preview", "exam.stats", "exam.take", "find", "hub.backup", "hub.backup.state", "hub.rotate", "hub.status", "identity.unlock", "kb.ask", "kb.import", "kb.open",
	"kb.save", "kb.settle", "kb.step", "kb.tell", "model.open", "model.piece", "mystery.file", "quality.draw", "quality.list", "quality.models", "quality.spread", "quality.standard",
	"recording.piece", "record.sheet", "report.make", "sheet.answer", "sheet.appeal", "sheet.first", "sheet.hot", "sheet.publish", "sheet.stars", "sheet.weights",
}

// TestEveryCommandKeepsToItsDistrict sends every command about something at home as every role: of that district, of the one
// above it and of another. The first two may what the table grants in one's own district, the third only what it grants
// everywhere; what is refused is not noted as done.
func TestEveryCommandKeepsToItsDistrict(t *testing.T) {
	for name := range commands {
		_, one := ofOne[name]
		_, list := listed[name]
		if n := slices.Index(otherwise, name); (n >= 0) == (one || list) {
			t.Errorf("%s: whose things is it about?", name)
		}
	}
	for _, role := range access.Roles {
		for district, where := range map[string]access.Where{home: access.Own, "320000": access.Own, "320200": access.Other} {
			who := Person{No: "7777", District: district, Roles: []access.Role{role}}
			for name, c := range ofOne {
				o := atHome(t)
				before := len(o.x.noted)
				r, _ := o.do(who, name, c.args)
				if got := r.Code == wire.CodeOK; got != access.Can(role, c.right, where) {
					t.Errorf("%s by a %s of %s: %s %s", name, role, district, r.Code, r.Text)
				} else if !got && (len(o.x.noted) > before || r.Code != wire.CodeForbidden && r.Code != wire.CodeNotFound) {
					t.Errorf("%s by a %s of %s: %s %s, noted %v", name, role, district, r.Code, r.Text, o.x.noted[before:])
				}
			}
			for name, c := range listed {
				r, _ := atHome(t).do(who, name, nil)
				if got := strings.Contains(string(r.Data), c.shows); got != access.Can(role, c.right, where) {
					t.Errorf("%s by a %s of %s: %s %s", name, role, district, r.Code, r.Data)
				}
			}
		}
	}
}

// atHome is an office with one of everything at home.
func atHome(t *testing.T) *office {
	t.Helper()
	o, _ := review(t)
	o.seat(papers{})
	o.Outside, o.Seconds = outside{}, seconds{}
	o.m.agents = map[string]store.Agent{
		"8001": {No: "8001", Name: "王某", District: home, Roles: []string{"agent"}, Certified: true},
		"5001": {No: "5001", Name: "陈某", District: home, Roles: []string{"trainee"}},
	}
	o.m.cases = []store.Record{{ID: "R1", No: "0312-8001-1", Agent: "8001", District: home, RecordTopic: store.RecordTopic{Kind: "consult"}}}
	return o
}
