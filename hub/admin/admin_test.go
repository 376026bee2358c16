package admin

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/kb"
	"zuoxi/media/wav"
	"zuoxi/rules/access"
	"zuoxi/rules/mask"
	"zuoxi/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	noon = time.Date(2026, 3, 12, 4, 0, 0, 0, time.UTC)
	qa   = Person{No: "1007", District: "320100", Roles: []access.Role{access.RoleQA}}
	lead = Person{No: "1001", District: "320100", Roles: []access.Role{access.RoleLead}}
	far  = Person{No: "1002", District: "320200", Roles: []access.Role{access.RoleLead}}
	wang = Person{No: "8001", District: "320100", Roles: []access.Role{access.RoleAgent}}
)

// surroundings play the hub around the service.
type surroundings struct {
	noted   []string
	imports []string
	drafted []string
	refuse  bool // the audit log cannot be written
	changed []string

	why  string // of the last line of the audit log
	info wav.Info
	mute []mask.Span
}

func (x *surroundings) Copy(_ context.Context, w io.Writer, id string, info wav.Info, mute []mask.Span) error {
	x.info, x.mute = info, mute
	_, err := w.Write([]byte(strings.Repeat("x", 3*chunkSize/2) + id))
	return err
}
func (x *surroundings) Queue(_ context.Context, d string) any  { return within(d, "c1") }
func (x *surroundings) Seats(d string) any                     { return within(d, "8001") }
func (x *surroundings) Status(context.Context) any             { return map[string]string{"store": "ok"} }
func (x *surroundings) Records(r []store.Record) []wire.Record { return make([]wire.Record, len(r)) }
func (x *surroundings) Changed(a store.Agent)                  { x.changed = append(x.changed, a.No) }

func (x *surroundings) Import(_ context.Context, name string, data []byte) (any, error) {
	if len(data) == 0 {
		return nil, errors.New(name + " 第 1 行不是 JSON · 什么都没有导入 · 请改正这一行")
	}
	x.imports = append(x.imports, name+" "+string(data))
	return map[string]int{"added": 1}, nil
}

type shelf struct{ *surroundings }

func (shelf) Read(name string, data []byte) ([]kb.Article, error) {
	if len(data) == 0 {
		return nil, errors.New(name + " 第 1 行不是 JSON · 什么都没有导入 · 请改正这一行")
	}
	return []kb.Article{{ID: string(data)}}, nil
}

// drafts is an editors' desk that notes what is to be reviewed.
type drafts struct{ *surroundings }

func (drafts) Ask(context.Context, Person, wire.Body) (any, error) { return map[string]int{}, nil }

func (d drafts) Draft(_ context.Context, who Person, list []kb.Article) (any, error) {
	d.drafted = append(d.drafted, who.No+" "+list[0].ID)
	return kb.Report{Added: len(list)}, nil
}

type sounds struct{ *surroundings }

func (sounds) Verify(context.Context, string) error { return nil }
func (sounds) Channels(context.Context, string) (caller, rest []byte, err error) {
	return make([]byte, 4*sampleRate), make([]byte, 4*sampleRate), nil
}

type auditor struct{ *surroundings }

func (a auditor) Append(_ context.Context, p Person, action, object, why string) error {
	if a.refuse {
		return errors.New("disk full")
	}
	a.why = why
	a.noted = append(a.noted, p.No+" "+action+" "+object)
	return nil
}
func (auditor) Verify(context.Context) (int64, error) { return 7, nil }

type office struct {
	*Service
	t *testing.T
	x *surroundings
	m *memory

	sessions map[string]*Session
}

func open(t *testing.T) *office {
	t.Helper()
	x, m := &surroundings{}, &memory{agents: map[string]store.Agent{}}
	return &office{t: t, x: x, m: m, sessions: map[string]*Session{}, Service: New(Config{
		DB: m.store(), Sounds: sounds{x}, House: x, Audit: auditor{x}, District: "320100", Temp: t.TempDir(),
		Now: func() time.Time { return noon }, Log: slog.New(slog.DiscardHandler),
	})}
}

// do carries out a command; file is what came behind the answer.
func (o *office) do(who Person, cmd string, args any) (r wire.AdminReply, file []byte) {
	o.t.Helper()
	raw, err := json.Marshal(args)
	if err != nil {
		o.t.Fatal(err)
	}
	s := o.sessions[who.No]
	if s == nil {
		s = o.Session(who)
		o.sessions[who.No] = s
	}
	err = s.Do(o.t.Context(), wire.AdminRequest{Cmd: cmd, Args: raw}, func(a wire.AdminReply) error { r = a; return nil },
		func(_ context.Context, b wire.Body) error {
			c := b.(*wire.AdminChunk)
			if c.Offset != int64(len(file)) {
				o.t.Errorf("a piece for %d came at %d", c.Offset, len(file))
			}
			file = append(file, c.Data...)
			return nil
		})
	if err != nil {
		o.t.Fatal(err)
	}
	if r.Code != wire.CodeOK && (r.Text == "" || strings.Contains(r.Text, "\n")) {
		o.t.Errorf("%s was refused without one line: %+v", cmd, r)
	}
	return r, file
}

func (o *office) add(no string) {
	o.t.Helper()
	if r, _ := o.do(Owner, "agent.add", wire.AgentRow{No: no, Name: "王某", Role: "agent", Password: "synthetic-1", Certified: true}); r.Code != wire.CodeOK {
		o.t.Fatalf("%+v", r)
	}
}

func (o *office) call(id, agent, district string) {
	o.t.Helper()
	c := store.Call{ID: id, Direction: store.Inbound, District: district, Agent: agent, Times: store.CallTimes{Arrive: noon}}
	c.Outcome.Disposition = store.DispositionHuman
	o.m.calls = append(o.m.calls, c)
}

// crossed is a store where something else is done to an account just before its first change.
type crossed struct {
	store.Agents
	first func()
}

func (c *crossed) Update(ctx context.Context, a store.Agent) (store.Agent, error) {
	if f := c.first; f != nil {
		c.first = nil
		f()
		return a, store.ErrConflict
	}
	return c.Agents.Update(ctx, a)
}

// TestRenewOnce: the own password is set by the one that was proved while the account has it, whatever else of it is changed
// at that moment.
func TestRenewOnce(t *testing.T) {
	o := open(t)
	o.add("8001")
	proved := o.m.agents["8001"].Password
	who := wang
	who.MustChange = true
	kept := o.DB.Agents
	renew := func(password string, first func(*store.Agent)) wire.Code {
		o.DB.Agents = &crossed{kept, func() {
			a := o.m.agents["8001"]
			first(&a)
			o.m.agents["8001"] = a
		}}
		return o.Renew(t.Context(), who, proved, password).Code
	}
	reset := seal.HashPassword("synthetic-2", seal.DefaultCost)
	if code := renew("synthetic-3", func(a *store.Agent) { a.Password = reset }); code != wire.CodeStale || o.m.agents["8001"].Password != reset {
		t.Errorf("over another reset: %s", code)
	}
	if code := renew("synthetic-3", func(*store.Agent) {}); code != wire.CodeStale || o.m.agents["8001"].Password != reset {
		t.Errorf("by a proof that is over: %s", code)
	}
	proved = reset
	if code := renew("synthetic-3", func(a *store.Agent) { a.Name = "李某" }); code != wire.CodeOK || !seal.CheckPassword(o.m.agents["8001"].Password, "synthetic-3") || o.m.agents["8001"].Name != "李某" {
		t.Errorf("beside another change: %s, %+v", code, o.m.agents["8001"])
	}
}

func TestAgents(t *testing.T) {
	o := open(t)
	o.add("8001")
	for name, in := range map[string]wire.AgentRow{
		"again":       {No: "8001", Name: "王某", Role: "agent", Password: "synthetic-1"},
		"no number":   {Name: "王某", Role: "agent", Password: "synthetic-1"},
		"odd number":  {No: "80\x1b[31m", Name: "王某", Role: "agent", Password: "synthetic-1"},
		"no name":     {No: "8002", Role: "agent", Password: "synthetic-1"},
		"odd name":    {No: "8002", Name: "王\u202e某", Role: "agent", Password: "synthetic-1"},
		"no password": {No: "8002", Name: "王某", Role: "agent"},
		"no role":     {No: "8002", Name: "王某", Role: "king", Password: "synthetic-1"},
		"bad skill":   {No: "8002", Name: "王某", Role: "agent", Password: "synthetic-1", Skills: []string{"x"}},
		"bad level":   {No: "8002", Name: "王某", Role: "agent", Password: "synthetic-1", Skills: []string{"*:*:0"}},
		"district":    {No: "8002", Name: "王某", Role: "agent", Password: "synthetic-1", District: "x"},
	} {
		if r, _ := o.do(Owner, "agent.add", in); r.Code != wire.CodeInvalid {
			t.Errorf("%s: %+v", name, r)
		}
	}
	r, _ := o.do(Owner, "agent.list", nil)
	var list []wire.AgentRow
	if err := json.Unmarshal(r.Data, &list); err != nil || len(list) != 1 || list[0].Password != "" || list[0].Skills[0] != "*:*:1" {
		t.Errorf("list %+v, %v", list, err)
	}
	before, _ := o.DB.Agents.Get(t.Context(), "8001")
	if r, _ := o.do(wang, "agent.passwd", wire.AgentRow{No: "8001", Password: "synthetic-2"}); r.Code != wire.CodeOK {
		t.Errorf("one's own password: %+v", r)
	}
	after, _ := o.DB.Agents.Get(t.Context(), "8001")
	if after.Password == before.Password || !seal.CheckPassword(after.Password, "synthetic-2") {
		t.Error("the password is the old one")
	}
	if r, _ := o.do(Owner, "agent.passwd", wire.AgentRow{No: "8001", Password: "synthetic-3"}); r.Code != wire.CodeOK || o.x.why != "must_change false → true" {
		t.Errorf("a reset: %+v, noted as %q", r, o.x.why)
	}
	known := wang // the reset password is known to who set it
	known.MustChange = true
	delete(o.sessions, known.No) // signed in by it
	for cmd, in := range map[string]wire.AgentRow{"agent.list": {}, "call.list": {}, "agent.passwd": {No: "1007", Password: "synthetic-4"}} {
		if r, _ := o.do(known, cmd, in); r.Code != wire.CodeForbidden || !strings.Contains(r.Text, "passwd 8001 --as 8001") {
			t.Errorf("%s by a password that somebody else has set: %+v", cmd, r)
		}
	}
	if r, _ := o.do(known, "agent.passwd", wire.AgentRow{No: "8001", Password: "synthetic-3"}); r.Code != wire.CodeInvalid {
		t.Errorf("the one that was set: %+v", r)
	}
	if r, _ := o.do(known, "agent.passwd", wire.AgentRow{No: "8001", Password: "synthetic-4"}); r.Code != wire.CodeOK || o.x.why != "must_change true → false" {
		t.Errorf("one's own again: %+v, noted as %q", r, o.x.why)
	}
	if r, _ := o.do(wang, "agent.passwd", wire.AgentRow{No: "1007", Password: "synthetic-2"}); r.Code == wire.CodeOK {
		t.Error("somebody else's password was changed")
	}
	if r, _ := o.do(Owner, "agent.disable", wire.AgentRow{No: "8001", Disabled: true}); r.Code != wire.CodeOK || !slices.Equal(o.x.changed, []string{"8001", "8001", "8001", "8001"}) {
		t.Errorf("%+v, changed %v", r, o.x.changed)
	}
	if r, _ := o.do(Owner, "agent.disable", wire.AgentRow{No: "nobody"}); r.Code != wire.CodeInvalid {
		t.Errorf("unknown agent: %+v", r)
	}
}

// TestAgentSet: what is written changes and nothing else; nobody raises themselves; who grants skills grants no more; the log
// says what was and what is.
func TestAgentSet(t *testing.T) {
	o := open(t)
	o.add("8001")
	before, _ := o.DB.Agents.Get(t.Context(), "8001")
	set := func(who Person, in map[string]any) wire.Code {
		in["agent_no"] = "8001"
		r, _ := o.do(who, "agent.set", in)
		return r.Code
	}
	roles := map[string]any{"roles": []string{"lead", "qa"}}
	skills := map[string]any{"skills": []string{"320100:失业保险:2"}}
	lead := Person{No: "1002", District: "320100", Roles: []access.Role{access.RoleLead}}
	away := Person{No: "1003", District: "330100", Roles: []access.Role{access.RoleLead}}
	himself := Person{No: "8001", District: "320100", Roles: []access.Role{access.RoleAdmin, access.RoleLead}}
	for name, tc := range map[string]struct {
		who  Person
		in   map[string]any
		want wire.Code
	}{
		"nothing to change":          {Owner, map[string]any{}, wire.CodeInvalid},
		"no such role":               {Owner, map[string]any{"roles": []string{"agent", "king"}}, wire.CodeInvalid},
		"no role":                    {Owner, map[string]any{"roles": []string{}}, wire.CodeInvalid},
		"a role twice":               {Owner, map[string]any{"roles": []string{"qa", "qa"}}, wire.CodeInvalid},
		"no name":                    {Owner, map[string]any{"name": " "}, wire.CodeInvalid},
		"no district":                {Owner, map[string]any{"district": "南京"}, wire.CodeInvalid},
		"no level":                   {Owner, map[string]any{"skills": []string{"*:*:0"}}, wire.CodeInvalid},
		"an agent":                   {wang, skills, wire.CodeForbidden},
		"a lead of another district": {away, skills, wire.CodeForbidden},
		"roles from a lead":          {lead, roles, wire.CodeForbidden},
		"roles beside skills":        {lead, map[string]any{"roles": []string{"lead"}, "skills": []string{}}, wire.CodeForbidden},
		"an administrator's own":     {himself, roles, wire.CodeForbidden},
		"a lead's own skills":        {himself, skills, wire.CodeForbidden},
	} {
		if got := set(tc.who, tc.in); got != tc.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if now, _ := o.DB.Agents.Get(t.Context(), "8001"); !slices.Equal(now.Roles, before.Roles) || now.Updated != before.Updated || len(o.x.changed) != 0 {
		t.Fatalf("refused, and changed all the same: %+v", now)
	}
	if got := set(lead, skills); got != wire.CodeOK || o.x.why != "skills *:*:1 → 320100:失业保险:2" {
		t.Fatalf("skills from a lead: %s, written down as %q", got, o.x.why)
	}
	if got := set(Owner, roles); got != wire.CodeOK || o.x.why != "roles agent → lead,qa" {
		t.Fatalf("roles from the owner: %s, written down as %q", got, o.x.why)
	}
	now, _ := o.DB.Agents.Get(t.Context(), "8001")
	if !slices.Equal(now.Roles, []string{"lead", "qa"}) || len(now.Skills) != 1 || now.Skills[0].Level != 2 {
		t.Errorf("now %+v", now)
	}
	if now.Name != before.Name || now.District != before.District || now.Password != before.Password || !now.Certified {
		t.Errorf("changed besides: %+v", now)
	}
	if !slices.Equal(o.x.changed, []string{"8001", "8001"}) {
		t.Errorf("the hub was told of %v", o.x.changed)
	}
}

// proofs knows one locked number.
type proofs struct{ unlocked []string }

func (p *proofs) Unlock(_ context.Context, who Person, number, reason string) (bool, error) {
	if number != "locked" {
		return false, nil
	}
	p.unlocked = append(p.unlocked, who.No+" "+reason)
	return true, nil
}

// TestIdentityUnlock asks for the right, a reason and something to unlock.
func TestIdentityUnlock(t *testing.T) {
	o, p := open(t), &proofs{}
	lead := Person{No: "1002", District: "320100", Roles: []access.Role{access.RoleLead}}
	unlock := func(who Person, number, reason string) wire.Code {
		r, _ := o.do(who, "identity.unlock", map[string]string{"number": number, "reason": reason})
		return r.Code
	}
	if got := unlock(lead, "locked", "本人到场"); got != wire.CodeInvalid {
		t.Errorf("without a business system: %s", got)
	}
	o.Proofs = p
	for name, tc := range map[string]struct {
		who            Person
		number, reason string
		want           wire.Code
	}{
		"an agent": {wang, "locked", "本人到场", wire.CodeForbidden}, "no reason": {lead, "locked", " \u202e", wire.CodeInvalid},
		"not locked": {lead, "free", "本人到场", wire.CodeInvalid}, "a lead": {lead, "locked", "本人到场", wire.CodeOK},
	} {
		if got := unlock(tc.who, tc.number, tc.reason); got != tc.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if !slices.Equal(p.unlocked, []string{"1002 本人到场"}) {
		t.Errorf("unlocked %v", p.unlocked)
	}
}

// TestRights: each command is held to the table, and lists to what one may see.
// TestEveryCommandAsksTheTable sends every command as every role that has no right to it, in its own district: it is refused,
// and nothing is noted as done.
func TestEveryCommandAsksTheTable(t *testing.T) {
	o := open(t)
	for name, cmd := range commands {
		for _, role := range access.Roles {
			if cmd.right == anyRight || access.Widest(role, cmd.right) > 0 {
				continue
			}
			who := Person{No: string(role), District: o.District, Roles: []access.Role{role}}
			if r, _ := o.do(who, name, map[string]any{}); r.Code != wire.CodeForbidden || len(o.x.noted) > 0 {
				t.Fatalf("%s by %s: %+v, noted %v", name, role, r, o.x.noted)
			}
		}
	}
}

func TestRights(t *testing.T) {
	o := open(t)
	o.call("c1", "8001", "320100")
	o.call("c2", "8002", "320100")
	o.call("c3", "8003", "320200")
	for _, tc := range []struct {
		who  Person
		want int
	}{{Owner, 3}, {qa, 3}, {lead, 2}, {far, 1}, {wang, 1}} {
		r, _ := o.do(tc.who, "call.list", page{})
		var rows []wire.CallRow
		if err := json.Unmarshal(r.Data, &rows); err != nil || len(rows) != tc.want {
			t.Errorf("%s sees %d calls, want %d (%s)", tc.who.No, len(rows), tc.want, r.Code)
		}
	}
	id := func(s string) any { return map[string]string{"id": s} }
	for _, tc := range []struct {
		who  Person
		cmd  string
		args any
		want wire.Code
	}{
		{wang, "call.show", id("c1"), wire.CodeOK}, {wang, "call.show", id("c2"), wire.CodeNotFound}, {far, "call.show", id("c1"), wire.CodeNotFound},
		{Owner, "call.show", id("nothing"), wire.CodeNotFound}, {wang, "agent.add", wire.AgentRow{}, wire.CodeForbidden}, {Owner, "record.list", page{}, wire.CodeForbidden},
		{wang, "audit.verify", nil, wire.CodeForbidden}, {wang, "audit.list", nil, wire.CodeForbidden}, {qa, "audit.verify", nil, wire.CodeOK}, {Owner, "no.such", nil, wire.CodeUnknownType},
		{Person{}, "call.list", nil, wire.CodeForbidden}, {Owner, "call.list", "nonsense", wire.CodeInvalid}, {Owner, "kb.ask", nil, wire.CodeForbidden},
	} {
		if r, _ := o.do(tc.who, tc.cmd, tc.args); r.Code != tc.want {
			t.Errorf("%s %s %v: %s, want %s", tc.who.No, tc.cmd, tc.args, r.Code, tc.want)
		}
	}
}

func TestExport(t *testing.T) {
	o := open(t)
	o.call("c1", "8001", "320100")
	o.m.tapes = []store.Recording{
		{ID: "short", CallID: "c1", District: "320100", Start: noon, End: noon.Add(time.Second), Samples: 10},
		{ID: "long", CallID: "c1", District: "320100", Start: noon, Samples: 8000},
	}
	if r, _ := o.do(qa, "recording.export", map[string]string{"id": "long"}); r.Code != wire.CodeConflict {
		t.Errorf("a running recording: %+v", r)
	}
	o.m.tapes[1].End = noon.Add(time.Second)
	if r, _ := o.do(qa, "recording.export", map[string]string{"id": "c1", "reason": " \n"}); r.Code != wire.CodeInvalid || len(o.x.noted) > 0 {
		t.Errorf("without a reason: %+v, noted %v", r, o.x.noted)
	}
	if r, file := o.do(qa, "recording.export", map[string]string{"id": "c1", "reason": "信访\x1b[2J复核"}); r.Code != wire.CodeOK || !r.More || !strings.HasSuffix(string(file), "xlong") {
		t.Errorf("%+v, %d bytes", r, len(file))
	}
	serial := o.x.info.Serial
	if want := (wav.Info{Artist: "1007", Created: noon.Format(time.RFC3339), Comment: o.x.why, Source: "recording/long", Serial: serial}); o.x.info != want || !strings.HasPrefix(o.x.why, "副本 "+serial+"：（已遮盖）信访") ||
		len(serial) != 10 || strings.Contains(o.x.why, "\x1b") || o.x.mute != nil {
		t.Errorf("the file says %+v, the audit %q, muted %v", o.x.info, o.x.why, o.x.mute)
	}
	o.m.events = []store.Event{{CallID: "c1", At: noon.Add(100 * time.Millisecond), Kind: "answer"}, {CallID: "c1", At: noon.Add(500 * time.Millisecond), Kind: "pause_recording"}}
	if r, _ := o.do(qa, "recording.export", map[string]any{"id": "c1", "unmasked": true, "reason": "本人要原件"}); r.Code != wire.CodeOK || o.x.mute != nil || o.x.why != "副本 "+o.x.info.Serial+"：（未遮盖）本人要原件" {
		t.Errorf("%+v: the whole is muted at %v, the audit says %q", r, o.x.mute, o.x.why)
	}
	if r, _ := o.do(qa, "recording.export", map[string]any{"id": "c1", "reason": "给仲裁"}); r.Code != wire.CodeOK ||
		!slices.Equal(o.x.mute, []mask.Span{{From: 0, To: time.Second}}) || o.x.info.Comment != "副本 "+o.x.info.Serial+"：（已遮盖）给仲裁" || o.x.info.Serial == serial || o.x.why != o.x.info.Comment {
		t.Errorf("%+v: muted %v, the file says %+v, the audit %q", r, o.x.mute, o.x.info, o.x.why)
	}
	if !slices.Contains(o.x.noted, "1007 recording.export recording/long") {
		t.Errorf("noted %v", o.x.noted)
	}
	for _, who := range []Person{Owner, wang} {
		if r, _ := o.do(who, "recording.export", map[string]string{"id": "c1"}); r.Code != wire.CodeForbidden {
			t.Errorf("%s exports: %+v", who.No, r)
		}
	}
	if r, _ := o.do(far, "recording.export", map[string]string{"id": "c1"}); r.Code != wire.CodeNotFound {
		t.Errorf("another district exports: %+v", r)
	}
	if r, _ := o.do(Owner, "recording.verify", map[string]string{"id": "c1"}); r.Code != wire.CodeOK {
		t.Errorf("verify: %+v", r)
	}
	if left, _ := filepath.Glob(filepath.Join(o.Temp, ".export-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestImportInPieces(t *testing.T) {
	o := open(t)
	if r, _ := o.do(Owner, "kb.import", piece{Name: "a.jsonl", End: true}); r.Code != wire.CodeNotFound {
		t.Errorf("without a knowledge base: %+v", r)
	}
	o.KB, o.Knowledge = shelf{o.x}, drafts{o.x}
	for _, p := range []piece{{Name: "a.jsonl", Data: []byte("one "), Publish: true}, {Name: "a.jsonl", Offset: 4, Data: []byte("two"), End: true, Publish: true}} {
		if r, _ := o.do(Owner, "kb.import", p); r.Code != wire.CodeOK {
			t.Errorf("%+v", r)
		}
	}
	if !slices.Equal(o.x.imports, []string{"a.jsonl one two"}) {
		t.Errorf("imported %v", o.x.imports)
	}
	for name, p := range map[string]piece{
		"a hole": {Name: "a.jsonl", Offset: 9, End: true}, "a fault in the file": {Name: "b.jsonl", End: true, Publish: true}, "a fault in drafts": {Name: "b.jsonl", End: true},
	} {
		if r, _ := o.do(Owner, "kb.import", p); r.Code != wire.CodeInvalid {
			t.Errorf("%s: %+v", name, r)
		}
	}
	if len(o.x.imports) != 1 {
		t.Errorf("imported %v", o.x.imports)
	}
	editor := Person{No: "6001", District: "320100", Roles: []access.Role{access.RoleEditor}}
	if r, _ := o.do(editor, "kb.import", piece{Name: "c.jsonl", Data: []byte("three"), End: true, Publish: true}); r.Code != wire.CodeForbidden {
		t.Errorf("an editor publishes alone: %+v", r)
	}
	for _, who := range []Person{editor, Owner} {
		if r, _ := o.do(who, "kb.import", piece{Name: "c.jsonl", Data: []byte("three"), End: true}); r.Code != wire.CodeOK {
			t.Errorf("%s drafts: %+v", who.No, r)
		}
	}
	if len(o.x.imports) != 1 || !slices.Equal(o.x.drafted, []string{"6001 three", "owner three"}) {
		t.Errorf("imported %v, drafted %v", o.x.imports, o.x.drafted)
	}
}

func TestAddingSaysWhichRights(t *testing.T) {
	o := open(t)
	if r, _ := o.do(Owner, "agent.add", wire.AgentRow{No: "6001", Name: "陈某", Role: "lead", District: "320102", Password: "synthetic-1"}); r.Code != wire.CodeOK {
		t.Fatalf("%+v", r)
	}
	if !strings.Contains(o.x.why, "roles  → lead; district  → 320102") {
		t.Errorf("written down as %q", o.x.why)
	}
}

// TestNothingWithoutAudit: what cannot be written down is not done.
func TestNothingWithoutAudit(t *testing.T) {
	o := open(t)
	o.x.refuse = true
	if r, _ := o.do(Owner, "agent.add", wire.AgentRow{No: "8001", Name: "王某", Role: "agent", Password: "synthetic-1"}); r.Code != wire.CodeInternal {
		t.Errorf("%+v", r)
	}
	if _, err := o.DB.Agents.Get(t.Context(), "8001"); !errors.Is(err, store.ErrNotFound) {
		t.Error("the account was made all the same")
	}
}

func TestNobodyReadsTheirOwnGrade(t *testing.T) {
	o := open(t)
	o.call("c1", "8001", "320100")
	o.m.calls[0].Outcome.Rating = store.RatingGood
	for _, tc := range []struct {
		who  Person
		want string
	}{{wang, ""}, {qa, "good"}, {Owner, "good"}} {
		r, _ := o.do(tc.who, "call.list", page{})
		var rows []wire.CallRow
		if err := json.Unmarshal(r.Data, &rows); err != nil || len(rows) != 1 || rows[0].Rating != tc.want {
			t.Errorf("%s reads %+v (%v), want %q", tc.who.No, rows, err, tc.want)
		}
		r, _ = o.do(tc.who, "call.show", map[string]string{"id": "c1"})
		var one detail
		if err := json.Unmarshal(r.Data, &one); err != nil || one.Call.Rating != tc.want {
			t.Errorf("%s reads %q (%v), want %q", tc.who.No, one.Call.Rating, err, tc.want)
		}
	}
}

// dueRecords is a store of three records past a deadline or near it.
type dueRecords struct {
	store.Records
	asked store.RecordFilter
}

func (d *dueRecords) List(_ context.Context, f store.RecordFilter) ([]store.Record, string, error) {
	d.asked = f
	due := func(kind string, at time.Time) store.Record {
		return store.Record{Agent: "8001", District: "320100", RecordTopic: store.RecordTopic{Kind: kind}, Dues: []store.Due{{At: at, Done: noon}, {At: at}}}
	}
	return []store.Record{due("consult", noon.Add(-time.Hour)), due("conduct_complaint", noon), due("consult", noon.Add(time.Hour))}, "", nil
}

// TestDueOfADepartment: the lead sees the own district's, of one department if
// asked, the overdue ones marked; what the accused might see is not on the list.
func TestDueOfADepartment(t *testing.T) {
	o := open(t)
	all := &dueRecords{}
	o.DB.Records = all
	r, _ := o.do(lead, "record.due", map[string]any{"hours": 24, "limit": 50, "owner": "某科"})
	var rows []wire.DueRow
	if err := json.Unmarshal(r.Data, &rows); err != nil || r.Code != wire.CodeOK {
		t.Fatalf("%+v, %v", r, err)
	}
	if all.asked.Owner != "某科" || !slices.Equal(all.asked.Districts, []string{"320100"}) || !all.asked.DueBefore.Equal(noon.Add(24*time.Hour)) {
		t.Errorf("asked for %+v", all.asked)
	}
	if len(rows) != 2 || !rows[0].Overdue || rows[1].Overdue || !rows[1].Due.Equal(noon.Add(time.Hour)) {
		t.Errorf("rows %+v", rows)
	}
}
