package hub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"zuoxi/hub/audit"
	"zuoxi/hub/contact"
	"zuoxi/hub/handover"
	"zuoxi/hub/record"
	"zuoxi/hub/reply"
	"zuoxi/hub/store"
	rule "zuoxi/rules/handover"
	"zuoxi/rules/mask"
	"zuoxi/rules/region"
	"zuoxi/rules/ticket"
	"zuoxi/wire"
)

// casesPort is the records as departments and other bodies use them.
type casesPort struct{ p *parts }

// ofDepartments are the steps that a department takes by itself; all others are the hotline's.
var ofDepartments = map[ticket.Event]bool{
	ticket.EventDeptAnswer: true, ticket.EventSendBack: true, ticket.EventReceive: true, ticket.EventAccept: true, ticket.EventNotAccept: true,
	ticket.EventAskMore: true, ticket.EventInvestigate: true, ticket.EventExtend: true, ticket.EventResult: true, ticket.EventReply: true,
	ticket.EventNote: true, ticket.EventStart: true, ticket.EventFinish: true,
}

// Sheet implements reply.Records.
func (c casesPort) Sheet(ctx context.Context, id, dept string) (reply.Sheet, error) {
	r, err := c.p.db.Records.Get(ctx, id)
	if err != nil {
		return reply.Sheet{}, fmt.Errorf("reading a record for its sheet: %w", err)
	}
	v, err := c.p.records.Show(ctx, r)
	if err != nil {
		return reply.Sheet{}, err
	}
	k := ticket.Kind(r.Kind)
	out := reply.Sheet{
		Number: r.No, Kind: k.Label(), Subject: r.Subject, Region: region.Name(r.Region), Dept: dept, Urgent: v.Urgent,
		Created: day(r.Created), Question: mask.Text(v.Question),
	}
	out.Contacts = c.contacts(dept)
	for _, d := range v.Dues {
		if d.Done.IsZero() {
			out.Dues = append(out.Dues, fmt.Sprintf("%s %s，到 %s（依据 %s）", d.Name, d.Length, day(d.At.Add(-time.Nanosecond)), d.Source))
		}
	}
	for _, p := range []reply.Pair{{Name: "来电人", Value: v.Name}, {Name: "回电", Value: v.Callback}} {
		if p.Value != "" {
			out.Persons = append(out.Persons, p)
		}
	}
	labels := map[string]string{}
	for _, f := range ticket.Fields(k) {
		labels[f.Code] = f.Label
	}
	for _, f := range v.Fields {
		out.Facts = append(out.Facts, reply.Pair{Name: labels[f.Code], Value: mask.Text(f.Value)})
	}
	for _, h := range v.History {
		out.Thread = append(out.Thread, reply.Line{At: day(h.At), Who: h.By, What: stepWord(h.Action), Note: mask.Text(strings.TrimSpace(h.Reason + " " + h.Note))})
	}
	if at := ticket.Status(r.Status.State); at.Theirs() && r.Status.Owner == dept {
		out.Steps = stepsOf(k, v.Allowed)
	}
	return out, nil
}

// Opened implements reply.Records.
func (c casesPort) Opened(ctx context.Context, id, dept, from string) error {
	r, err := c.p.db.Records.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("reading a record that is opened by its link: %w", err)
	}
	_, err = c.p.audit.Append(ctx, audit.Entry{Who: "department", District: r.District, Action: "record.sheet.open", Object: "record/" + r.No, Reason: dept + " " + from})
	return err
}

// contacts are the liaison persons of a department, else how to reach it.
func (c casesPort) contacts(dept string) []string {
	var liaison, others []string
	if c.p.contacts == nil || strings.TrimSpace(dept) == "" {
		return nil
	}
	for _, t := range c.p.contacts.Find(dept, 20) {
		line := strings.TrimSpace(t.Name + " " + t.Duty + " " + t.Number)
		if t.Kind == contact.Liaison {
			liaison = append(liaison, line)
		} else if len(others) < 2 {
			others = append(others, line)
		}
	}
	if len(liaison) > 0 {
		return liaison
	}
	return others
}

func stepsOf(k ticket.Kind, allowed []string) []reply.Step {
	var out []reply.Step
	for _, e := range allowed {
		if ev := ticket.Event(e); ofDepartments[ev] {
			out = append(out, reply.Step{Code: e, Label: strings.TrimPrefix(ev.Label(), "对方"), Reason: ticket.WantsReason(k, ev)})
		}
	}
	return out
}

func stepWord(action string) string {
	if w := map[string]string{"submit": "登记", "update": "修改", "link": "关联"}[action]; w != "" {
		return w
	}
	return ticket.Event(action).Label()
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04")
}

// Answer implements reply.Records.
func (c casesPort) Answer(ctx context.Context, id string, a reply.Answer) (string, error) {
	saved, err := c.step(ctx, id, "reply-"+a.ID, a.Dept, ticket.Event(a.Event), a.Note+"（经办 "+a.Who+"）")
	if err != nil || saved.Code == wire.CodeOK {
		return "", err
	}
	return strings.ReplaceAll(strings.ReplaceAll(saved.Text, "；", " · "), "，", " · "), nil
}

// step takes one step for somebody outside, on the record as it is now.
func (c casesPort) step(ctx context.Context, id, command, who string, e ticket.Event, note string) (wire.RecordSaved, error) {
	r, err := c.p.db.Records.Get(ctx, id)
	if err != nil {
		return wire.RecordSaved{}, fmt.Errorf("reading a record to step it: %w", err)
	}
	saved, err := c.p.records.Step(ctx, record.Author{No: who, District: r.District}, command, wire.RecordStep{
		Number: r.No, Version: int(r.Version), Event: string(e), Reason: short(note), Note: note,
	})
	if err == nil && saved.Code == wire.CodeOK && c.p.out.hub != nil {
		c.p.out.hub.answered(r.Agent, r.No, who)
	}
	return saved, err
}

// short is a reason out of a longer note.
func short(note string) string {
	const most = 100
	r := []rune(strings.ReplaceAll(note, "\n", " "))
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(r)
}

// answered tells the agent whose record it is.
func (h *Hub) answered(agent, no, who string) {
	if s, ok := h.seats.Get(agent); ok {
		s.Alert("info", "单 "+no+"："+who+"有了新的办理 · 请在待办里打开，需要时告知来电人", "")
		s.box.Post(s.refresh)
	}
}

// Case implements handover.Records.
func (c casesPort) Case(ctx context.Context, id string, handles []string) (handover.Case, error) {
	r, err := c.p.db.Records.Get(ctx, id)
	if err != nil {
		return handover.Case{}, fmt.Errorf("reading a record to hand it over: %w", err)
	}
	v := record.View(r)
	out := handover.Case{
		Number: r.No, Kind: r.Kind, Subject: r.Subject, Region: region.Name(r.Region), Urgent: v.Urgent, Created: r.Created, Question: r.Body.Summary,
		Answer: r.Body.Answer, Facts: map[string]string{},
	}
	personal := map[string]bool{"id_number": true}
	for _, f := range ticket.Personal(ticket.Kind(r.Kind)) {
		personal[f.Code] = true
	}
	for _, f := range v.Fields {
		if !personal[f.Code] {
			out.Facts[f.Code] = f.Value
		}
	}
	if !slices.Contains(handles, r.Kind) {
		return out, nil
	}
	out.Persons = &handover.Persons{Others: map[string]string{}}
	for code, to := range map[string]*string{"name": &out.Persons.Name, "contact": &out.Persons.Phone, "id_number": &out.Persons.IDNo} {
		if *to, err = c.plain(r, code); err != nil {
			return out, err
		}
	}
	for code := range personal {
		if code == "contact" || code == "complainant" || code == "reporter" || code == "id_number" {
			continue
		}
		v, err := c.plain(r, code)
		if err != nil {
			return out, err
		}
		if v != "" {
			out.Persons.Others[code] = v
		}
	}
	return out, nil
}

// plain opens a sealed field, empty where there is none.
func (c casesPort) plain(r store.Record, code string) (string, error) {
	v, err := c.p.records.Open(r, code)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	return v, err
}

// Heard implements handover.Records.
func (c casesPort) Heard(ctx context.Context, id string, route handover.Route, word string, w handover.Receipt) error {
	for {
		r, err := c.p.db.Records.Get(ctx, id)
		if err != nil {
			return fmt.Errorf("reading a record that was handed over: %w", err)
		}
		if r.Status.Owner != route.Name && ticket.Status(r.Status.State).Theirs() {
			return nil // it has gone on to somebody else meanwhile
		}
		steps := rule.Steps(ticket.Kind(r.Kind), ticket.Status(r.Status.State), record.Facts(r), w.State)
		if len(steps) == 0 {
			return nil
		}
		note := route.Name + "：" + w.State.Label()
		if w.Note != "" {
			note += "。" + w.Note
		}
		saved, err := c.step(ctx, id, "handover-"+word+"-"+string(steps[0])+"-"+fmt.Sprint(r.Version), route.Name, steps[0], note)
		if err != nil {
			return err
		}
		if saved.Code != wire.CodeOK && saved.Code != wire.CodeConflict {
			return fmt.Errorf("stepping %s: %s", r.No, saved.Text)
		}
	}
}

// Take implements handover.Records: the record of a case is the one of its
// command, so the same case makes it once.
func (c casesPort) Take(ctx context.Context, route handover.Route, in handover.Case) (number, id string, err error) {
	owner := route.Owner
	if owner == "" {
		owner = route.Code
	}
	m := wire.Record{
		Kind: in.Kind, Subject: in.Subject, Region: in.Region, Urgent: in.Urgent, Question: in.Question, Answer: in.Answer,
	} // no handling: nothing has been told to anybody yet
	for code, v := range in.Facts {
		m.Fields = append(m.Fields, wire.Field{Code: code, Value: v})
	}
	slices.SortFunc(m.Fields, func(a, b wire.Field) int { return strings.Compare(a.Code, b.Code) })
	if p := in.Persons; p != nil {
		m.Name, m.Callback = p.Name, p.Phone
		if p.IDNo != "" {
			m.Fields = append(m.Fields, wire.Field{Code: "id_number", Value: p.IDNo})
		}
	}
	saved, err := c.p.records.TakeIn(ctx, record.Author{No: owner, District: c.p.out.district}, "handover-"+route.Code+"-"+in.ID, m, channelOf(route.Code))
	if err != nil {
		return "", "", err
	}
	if saved.Code != wire.CodeOK {
		return "", "", &handover.InvalidError{Why: saved.Text}
	}
	r, err := c.p.records.Find(ctx, saved.Number)
	if err != nil {
		return "", "", err
	}
	if h := c.p.out.hub; h != nil {
		h.answered(owner, saved.Number, route.Name)
	}
	return saved.Number, r.ID, nil
}

func channelOf(route string) ticket.Channel {
	if route == "12345" {
		return ticket.ChannelFrom12345
	}
	return ticket.ChannelWeb
}

// Stands implements handover.Records.
func (c casesPort) Stands(ctx context.Context, id string) (handover.Receipt, error) {
	r, err := c.p.db.Records.Get(ctx, id)
	if err != nil {
		return handover.Receipt{}, fmt.Errorf("reading a case that was taken: %w", err)
	}
	out := handover.Receipt{Receipt: r.No, State: rule.StateReceived, At: r.Updated}
	switch at := ticket.Status(r.Status.State); {
	case at == ticket.StateVoided:
		out.State = rule.StateReturned
	case at.Settled() && at != ticket.StateExplained:
		out.State, out.Note = rule.StateResult, mask.Text(r.Body.Answer)
	case r.Version > 1:
		out.State = rule.StateWorking
	}
	return out, nil
}

// gives are the steps that put a record into somebody else's hands.
var gives = map[ticket.Event]bool{ticket.EventForward: true, ticket.EventAssign: true, ticket.EventSendBack: true, ticket.EventReopen: true}

// givenLimit is how long the disk may take over telling whom a record was given to.
const givenLimit = 30 * time.Second

// given tells whoever has a record in hand after a step: the seats that it was
// given to, or a body with a receiver. A supervised one is only told again. It
// has a time of its own, past the hub's last call too: the step may have taken
// all that it had, and stands.
func (h *Hub) given(a store.Agent, saved wire.RecordSaved, e ticket.Event) {
	if !gives[e] && e != ticket.EventSupervise {
		return
	}
	ctx, cancel := context.WithTimeout(h.disk, givenLimit)
	defer cancel()
	r, err := h.records.Find(ctx, saved.Number)
	switch {
	case err != nil:
		h.notGiven(a, saved.Number, notTold(e), err)
		return
	case !ticket.Status(r.Status.State).Theirs():
		return
	}
	word := "转给您办理"
	if e == ticket.EventSupervise {
		word = "被督办"
	}
	for _, s := range h.seats.List() {
		st := s.status.Load()
		if s.no == a.No || st == nil || !st.Connected {
			continue
		}
		if record.Has(r.Status.Owner, s.no, st.District) || e == ticket.EventSupervise && s.no == r.Agent {
			s.Alert("info", "单 "+r.No+" "+word+" · 请在待办里打开", "")
			s.box.Post(s.refresh)
		}
	}
	if gives[e] {
		h.handedOver(ctx, a, r, saved.Version)
	}
}

// notGiven tells who gave a record on what has come of it.
func (h *Hub) notGiven(a store.Agent, number, what string, err error) {
	h.log.Error("giving a record on", "agent", a.No, "err", err)
	if s, ok := h.seats.Get(a.No); ok {
		s.Alert("error", "单 "+number+" "+what, "")
	}
}

// notTold is for a record that could not be read after its step: a colleague has it in the list all the same, a body with a
// receiver has not.
func notTold(e ticket.Event) string {
	if gives[e] {
		return "没有提醒到对方 · 单子在对方待办里，转给外单位的还没有送出 · 请告知对方，转外单位的请联系管理员"
	}
	return "没有提醒到对方 · 单子在对方待办里 · 请告知对方"
}

// handedOver sends a record on its way that was forwarded to a body with a
// receiver, once for the version that the forwarding made: a command that comes
// again makes no second case. The audit row stands before the persons leave.
func (h *Hub) handedOver(ctx context.Context, a store.Agent, r store.Record, version int) {
	if h.out == nil || h.out.handover == nil {
		return
	}
	route, ok := h.out.handover.Route(r.Status.Owner)
	if !ok {
		return
	}
	err := h.audited(ctx, a, "record.handover", "record/"+r.No, route.Code)
	if err == nil {
		_, err = h.out.office.Put(ctx, store.Post{
			Kind: store.PostHandover, Key: fmt.Sprintf("%s/%d", r.ID, version), RecordID: r.ID, District: r.District, Agent: a.No, Route: route.Code,
		})
	}
	if err != nil {
		h.notGiven(a, r.No, "没有送出给"+route.Name+" · 单子已转办但对方还没收到 · 请联系管理员", err)
	}
}
