package hub

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"zuoxi/hub/admin"
	"zuoxi/hub/menu"
	"zuoxi/hub/report"
	"zuoxi/hub/trunk"
	"zuoxi/rules/access"
	rules "zuoxi/rules/report"
	"zuoxi/wire"
)

// shipped puts the menu that ships in the place of the test's usher, at any hour.
func (h *house) shipped() {
	h.t.Helper()
	script, err := menu.Load(menu.Options{Always: true})
	if err != nil {
		h.t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	h.calls.Guide = guidePort{menu.NewGuide(script, menu.NewPrompts(script, "", log), nil, log)}
}

// asks is a citizen who hears the opening and chooses Nanjing, a person, pensions.
func (h *house) asks(number string) *telephone {
	p := h.phone(number)
	h.pass(time.Minute)
	for _, k := range "02501" {
		p.press(byte(k))
		h.pass(time.Second)
	}
	h.pass(5 * time.Second)
	return p
}

// office is the command line of the hub, with its reports.
func (h *house) office() *admin.Service {
	return admin.New(admin.Config{
		DB: h.db, Keys: h.keys, House: housePort{h.Hub}, Audit: auditPort{h.audit}, Now: h.now, Log: slog.New(slog.DiscardHandler),
		Offices: admin.Offices{Reports: reportPort{report.New(report.Config{DB: h.db, Now: h.now})}},
	})
}

// told asks the command line and reads what it answers.
func told[T any](h *house, office *admin.Service, who admin.Person, cmd string, args any) (out T) {
	h.t.Helper()
	raw, err := json.Marshal(args)
	if err != nil {
		h.t.Fatal(err)
	}
	reply := func(r wire.AdminReply) error {
		if r.Code != wire.CodeOK {
			h.t.Errorf("%s %s: %s %s", who.No, cmd, r.Code, r.Text)
			return nil
		}
		return json.Unmarshal(r.Data, &out)
	}
	nothing := func(context.Context, wire.Body) error { return nil }
	if err := office.Session(who).Do(h.t.Context(), wire.AdminRequest{Cmd: cmd, Args: raw}, reply, nothing); err != nil {
		h.t.Error(err)
	}
	return out
}

// board is what a screen was told of the board, put together.
func (a *agentAt) board() (sums wire.BoardSums, waiting int) {
	a.screen.mu.Lock()
	defer a.screen.mu.Unlock()
	there := map[string]bool{}
	for _, b := range a.screen.boards {
		if b.Fresh {
			clear(there)
		}
		if b.Sums != nil {
			sums = *b.Sums
		}
		for _, w := range b.Waiting {
			there[w.Call] = !w.Gone
		}
	}
	for _, is := range there {
		if is {
			waiting++
		}
	}
	return sums, waiting
}

// TestLeadsSeeTheirDistricts: with the menu that ships, an agent of a county answers a caller of the city, and another of the
// city waits in vain. The leads of county, city and province see what is theirs of it, on the board, in lists and reports; the
// lead of another city nothing.
func TestLeadsSeeTheirDistricts(t *testing.T) {
	inHouse(t, func(h *house) {
		h.shipped()
		a := h.sitIn("320102", "8102", "agent")
		districts := []string{"320102", "320100", "320000", "320500"}
		leads := map[string]*agentAt{}
		for _, d := range districts {
			leads[d] = h.sitAs("1"+d, d, "lead")
			leads[d].ok(&wire.BoardWatch{On: true})
		}
		p := h.asks("13900000042")
		a.answer()
		h.pass(time.Minute)
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Minute)
		a.ok(&wire.SetPresence{State: "not_ready"})
		q := h.asks("13900000077")
		waits := map[string]int{}
		for _, d := range districts {
			_, waits[d] = leads[d].board()
		}
		if waits["320102"] != 0 || waits["320100"] != 1 || waits["320000"] != 1 || waits["320500"] != 0 {
			t.Errorf("who sees how many wait: %v", waits)
		}
		q.hangup(trunk.ByCaller)
		h.pass(3 * time.Second)

		served, lost := wire.BoardFlow{Queued: 1, Answered: 1, In15: 1, In20: 1}, wire.BoardFlow{Queued: 2, Answered: 1, In15: 1, In20: 1, GaveUp: 1}
		office := h.office()
		for _, tt := range []struct {
			district string
			calls    int
			flow     wire.BoardFlow
			report   string
		}{{"320102", 1, served, "南京玄武区 1"}, {"320100", 2, lost, "南京 1 南京玄武区 1"}, {"320000", 2, lost, "南京 1 南京玄武区 1"}, {"320500", 0, wire.BoardFlow{}, ""}} {
			who := admin.Person{No: "1" + tt.district, District: tt.district, Roles: []access.Role{access.RoleLead}}
			if sums, _ := leads[tt.district].board(); sums.Today.BoardFlow != tt.flow || sums.Today.Total != tt.calls {
				t.Errorf("the board of %s: %+v", tt.district, sums.Today)
			}
			for _, list := range []string{"call.list", "recording.list"} {
				if got := told[[]struct{ ID string }](h, office, who, list, nil); len(got) != tt.calls {
					t.Errorf("%s of %s: %v", list, tt.district, got)
				} else if len(got) > 0 {
					told[any](h, office, who, "call.show", got[0])
				}
			}
			day := h.now().In(time.FixedZone("CST", 8*3600)).Format(time.DateOnly)
			table := told[rules.Table](h, office, who, "report.make", report.Ask{Name: "calls", By: "district", From: day, To: day})
			got := ""
			for _, r := range table.Rows {
				if !r.Sum {
					got += r.Cells[0].Text + " " + table.Printed(r)[1] + " "
				}
			}
			if got != tt.report && got != tt.report+" " {
				t.Errorf("the report of %s: %q", tt.district, got)
			}
			sheet := told[rules.Table](h, office, who, "report.make", report.Ask{Name: "agents", From: day, To: day})
			agents := slices.DeleteFunc(sheet.Rows, func(r rules.Row) bool { return r.Sum })
			if (len(agents) == 1) != (tt.calls > 0) {
				t.Errorf("the month sheet of %s: %+v", tt.district, agents)
			}
		}
	})
}

// TestSkillsCountAtOnce: what an administrator writes of a person's skills, the distribution goes by with the next breath.
func TestSkillsCountAtOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		h.shipped()
		office, a := h.office(), h.sit("8001")
		grant := func(subject string) {
			h.t.Helper()
			skills := []string{"*:" + subject + ":1"}
			row := told[wire.AgentRow](h, office, admin.Owner, "agent.set", wire.AgentChange{No: "8001", Skills: &skills})
			if !slices.Equal(row.Skills, skills) {
				h.t.Errorf("now %v", row.Skills)
			}
			h.pass(time.Second)
		}
		grant("工伤保险")
		h.asks("13900000042") // about pensions
		if o := a.state().Offer; o != nil {
			h.t.Fatalf("offered without the skill: %+v", o)
		}
		grant("养老保险")
		if a.state().Offer == nil {
			h.t.Fatal("not offered with the skill")
		}
		a.answer()
		h.pass(1100 * time.Millisecond)
		a.is("talking", "talking")
	})
}

// TestVerbsKeepToTheirDistrict: what a seat wants of a record or a message of another district is refused; of one's own district, or
// one that it covers, it gets what its role may.
func TestVerbsKeepToTheirDistrict(t *testing.T) {
	inHouse(t, func(h *house) {
		a := h.sit("8001")
		write(a, "0312-8001-1", "consult", nil)
		write(a, "0312-8001-2", "consult", nil)
		h.usher.night.Store(true)
		p := h.waiting(citizen)
		p.speak(h, 5*time.Second)
		p.hangup(trunk.ByCaller)
		h.pass(3 * time.Second)
		mail, err := h.db.Voicemails.Get(h.t.Context(), a.state().Voicemails[0].ID)
		if err == nil {
			mail.District = "320102" // of a district below that of the records
			_, err = h.db.Voicemails.Update(h.t.Context(), mail)
		}
		if err != nil {
			t.Fatal(err)
		}
		const no = "0312-8001-1"
		verbs := map[string]struct {
			body  wire.Body
			right access.Command
		}{
			"read":   {&wire.RecordGet{Number: no}, access.RecordView},
			"change": {&wire.RecordSave{Record: wire.Record{Number: no, Version: 9, Kind: "consult"}}, access.RecordReply},
			"answer": {&wire.RecordStep{Number: no, Version: 9, Event: "dept_answer"}, access.RecordReply},
			"assign": {&wire.RecordStep{Number: no, Version: 9, Event: "assign", Dept: "某科"}, access.RecordAssign},
			"void":   {&wire.RecordStep{Number: no, Version: 9, Event: "void", Reason: "写错"}, access.RecordVoid},
			"link":   {&wire.RecordLink{Number: no, Other: "0312-8001-2"}, access.RecordReply},
			"unmask": {&wire.RecordUnmask{Number: no, Field: "contact", Reason: "回访"}, access.RecordUnmask},
			"hear":   {&wire.HearVoicemail{ID: mail.ID, On: true}, access.VoicemailHear},
		}
		for district, where := range map[string]access.Where{"320100": access.Own, "320000": access.Own, "320500": access.Other} {
			for _, role := range access.Roles {
				who := h.sitAs("9"+string(role)+district, district, string(role))
				for name, v := range verbs {
					code := who.code(v.body)
					if got := code != wire.CodeForbidden && code != wire.CodeNotFound; got != access.Can(role, v.right, where) {
						t.Errorf("%s by a %s of %s: %s", name, role, district, code)
					}
				}
			}
		}
	})
}
