// Package admin carries out the commands of the administrator's command line:
// accounts, lists, exports, checks. The hub hands requests in, whichever door
// they came by, with who asks. It promises that every command is held to
// rules/access, that what was allowed is in the audit log before it is done,
// and that nobody sees a plain number or hears a recording without the right.
package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"zuoxi/hub/store"
	"zuoxi/hub/store/seal"
	"zuoxi/kb"
	"zuoxi/media/wav"
	"zuoxi/rules/access"
	"zuoxi/rules/mask"
	"zuoxi/wire"
)

// Person is who asks. The owner of the hub's socket is the role admin without
// a number.
type Person struct {
	No       string
	District string
	Roles    []access.Role
	// MustChange is set while the password is one that somebody else has set.
	MustChange bool
}

// Owner is the operating system's owner of the hub.
var Owner = Person{No: "owner", Roles: []access.Role{access.RoleAdmin}}

// can tells how far any of the person's roles reaches with a command.
func (p Person) can(cmd access.Command) access.Where {
	var best access.Where
	for _, r := range p.Roles {
		best = max(best, access.Widest(r, cmd))
	}
	return best
}

// within is the district that a command keeps to; empty: it reaches everywhere.
func (p Person) within(cmd access.Command) string {
	if p.can(cmd) == access.Other {
		return ""
	}
	return p.District
}

func (p Person) role() access.Role {
	if len(p.Roles) == 0 {
		return ""
	}
	return p.Roles[0]
}

// may asks for a thing of an agent and district.
func (p Person) may(cmd access.Command, agent, district string) error {
	where := access.Other
	switch {
	case p.No != Owner.No && agent == p.No:
		where = access.Self
	case p.No != Owner.No && access.Covers(p.District, district):
		where = access.Own
	}
	for _, r := range p.Roles {
		if access.Can(r, cmd, where) {
			return nil
		}
	}
	return access.Check(p.role(), cmd, where)
}

// Sounds is the archive of recordings.
type Sounds interface {
	// Copy writes a WAV file that says where it is from, silent in the muted spans.
	Copy(ctx context.Context, w io.Writer, id string, info wav.Info, mute []mask.Span) error
	Verify(ctx context.Context, id string) error
	// Channels gives both channels as A-law, after the chain was verified.
	Channels(ctx context.Context, id string) (caller, rest []byte, err error)
}

// House is the running hub.
type House interface {
	// Queue and Seats are those of a district; empty: everybody's. How many seats
	// a queue has and what its wait is estimated at are the centre's.
	Queue(ctx context.Context, district string) any
	Seats(district string) any
	Status(ctx context.Context) any
	// Records gives stored records as seats see them.
	Records(rows []store.Record) []wire.Record
	// Changed tells of an account that was changed.
	Changed(agent store.Agent)
}

// Auditor is the audit log.
type Auditor interface {
	Append(ctx context.Context, p Person, action, object, reason string) error
	Verify(ctx context.Context) (rows int64, err error)
}

// Library is the hub's own copy of the knowledge base.
type Library interface {
	// Import takes all of a file or nothing; name tells its form. What it says
	// of a fault is one line for the person, with the line of the file.
	Import(ctx context.Context, name string, data []byte) (any, error)
	// Read is what Import would take.
	Read(name string, data []byte) ([]kb.Article, error)
}

// Config of a service.
type Config struct {
	DB     *store.Store
	Keys   *seal.Keys
	Sounds Sounds
	House  House
	Audit  Auditor
	KB     Library // nil: this hub keeps none
	ExamOffice
	Knowledge
	Work
	Offices
	Gates
	District string // the hub's own, also of new accounts
	Temp     string // folder for what is being exported
	Now      func() time.Time
	Log      *slog.Logger
}

// Work is what stands behind the records.
type Work struct {
	Contacts Contacts
	Finder   Finder
	Outside  Outside
	Proofs   Proofs // nil: there is no business system to ask
}

// Offices look back at the work.
type Offices struct {
	Reports Reports
	Quality Quality
	Visits  Visits
}

// Service carries out commands. Any goroutine may use it.
type Service struct{ Config }

// New makes the service.
func New(cfg Config) *Service { return &Service{cfg} }

// Send hands a message to the asker; it waits while the asker reads slowly.
type Send func(ctx context.Context, b wire.Body) error

// errAsker marks a fault in what was asked; its text is for the person.
type errAsker struct {
	code wire.Code
	text string
}

func (e *errAsker) Error() string { return string(e.code) + ": " + e.text }

func bad(text string) error { return &errAsker{wire.CodeInvalid, text} }

// errNothing is the answer to what is not there, or not the asker's to see.
var errNothing = &errAsker{wire.CodeNotFound, "没有这一条，或不在您的区县 · 没有执行 · 请核对编号"}

// Session is one administrator's connection: commands one after the other.
type Session struct {
	Who     Person
	service *Service
	upload  upload
	playing playing
}

// Session begins a connection.
func (s *Service) Session(who Person) *Session { return &Session{Who: who, service: s} }

// ask is one command under way.
type ask struct {
	who     Person
	args    json.RawMessage
	file    *file // what follows the answer
	upload  *upload
	playing *playing
}

// command is one row of what the service can do.
type command struct {
	right access.Command
	run   func(*Service, context.Context, *ask) (any, error)
}

// anyRight marks a command that asks for its right itself, since that depends on what is asked.
const anyRight access.Command = ""

var commands = map[string]command{
	"agent.add":        {access.AgentAdd, (*Service).agentAdd},
	"agent.list":       {access.AgentList, (*Service).agentList},
	"agent.set":        {anyRight, (*Service).agentSet},
	"agent.disable":    {access.AgentDisable, (*Service).agentDisable},
	PasswdCmd:          {access.AgentPasswd, (*Service).agentPasswd},
	"agent.totp":       {access.AgentPasswd, (*Service).agentTOTP},
	"hub.backup":       {access.HubBackup, (*Service).hubBackup},
	"hub.backup.state": {access.HubBackup, (*Service).hubBackupState},
	"hub.rotate":       {access.HubBackup, (*Service).hubRotate},
	"device.invite":    {access.DeviceManage, (*Service).deviceInvite},
	"device.list":      {access.DeviceManage, (*Service).deviceList},
	"device.revoke":    {access.DeviceManage, (*Service).deviceRevoke},
	"call.list":        {access.CallList, (*Service).callList},
	"call.show":        {access.CallShow, (*Service).callShow},
	"record.list":      {access.RecordSearch, (*Service).recordList},
	"record.show":      {access.RecordView, (*Service).recordShow},
	"record.due":       {access.RecordSearch, (*Service).recordDue},
	"identity.unlock":  {access.IdentityUnlock, (*Service).identityUnlock},
	"find":             {access.RecordSearch, (*Service).findAll},
	"record.sheet":     {access.RecordReply, (*Service).recordSheet},
	"handover.list":    {access.ReportView, (*Service).handoverList},
	"directory.import": {access.DirectoryImport, (*Service).directoryImport},
	"directory.list":   {access.DirectoryView, (*Service).directoryList},
	"recording.export": {access.RecordingExport, (*Service).recordingExport},
	"recording.verify": {access.RecordingVerify, (*Service).recordingVerify},
	"recording.list":   {access.RecordingList, (*Service).soundList},
	"recording.open":   {access.RecordingPlay, (*Service).soundOpen},
	"recording.piece":  {access.RecordingPlay, (*Service).soundPiece},
	"recording.mark":   {access.RecordingPlay, (*Service).soundMarked},
	"recording.hold":   {access.RecordingHold, (*Service).soundHold},
	"mystery.file":     {access.MysteryCall, (*Service).mysteryFile},
	"quality.draw":     qualityWork("draw", access.QualityDraw),
	"quality.list":     qualityWork("list", access.QualityView),
	"quality.models":   qualityWork("models", access.ModelHear),
	"model.open":       {access.ModelHear, (*Service).modelOpen},
	"model.piece":      {access.ModelHear, (*Service).soundPiece},
	"quality.standard": qualityWork("standard", access.QualityDraw),
	"quality.spread":   qualityWork("spread", access.QualityDraw),
	"quality.check":    qualityStep("check", access.QualityScore),
	"quality.show":     qualityStep("show", access.QualityView),
	"quality.score":    qualityStep("score", access.QualityScore),
	"quality.second":   qualityStep("second", access.QualitySecond),
	"quality.settle":   qualityStep("settle", access.QualityScore),
	"quality.appeal":   qualityStep("appeal", access.QualityAppeal),
	"queue.show":       {access.BoardView, (*Service).queueShow},
	"seat.list":        {access.BoardView, (*Service).seatList},
	"hub.status":       {access.HubStatus, (*Service).hubStatus},
	"audit.list":       {access.AuditRead, (*Service).auditList},
	"audit.verify":     {access.AuditVerify, (*Service).auditVerify},
	"kb.import":        {access.KBImport, (*Service).kbImport},
	"kb.ask":           {access.KBSearch, kbDesk(func() wire.Body { return &wire.KBAsk{} })},
	"kb.open":          {access.KBSearch, kbDesk(func() wire.Body { return &wire.KBOpen{} })},
	"kb.save":          {access.KBEdit, kbDesk(func() wire.Body { return &wire.KBSave{} })},
	"kb.step":          {access.KBSearch, kbDesk(func() wire.Body { return &wire.KBStep{} })},
	"kb.tell":          {access.KBSearch, kbDesk(func() wire.Body { return &wire.KBTell{} })},
	"kb.settle":        {access.KBEdit, kbDesk(func() wire.Body { return &wire.KBSettle{} })},
	"exam.make":        {access.ExamManage, (*Service).examMake},
	"exam.open":        {access.ExamManage, (*Service).examOpen},
	"exam.list":        {access.ExamMark, (*Service).examList},
	"exam.mark":        {access.ExamMark, (*Service).examMark},
	"exam.report":      {access.ExamMark, (*Service).examReport},
	"exam.sound":       {access.ExamMark, (*Service).examSound},
	"exam.path":        {access.ExamManage, (*Service).examPath},
	"report.make":      {anyRight, (*Service).reportMake},
	"sheet.give":       sheetStep("give", access.SheetManage),
	"sheet.publish":    sheetStep("publish", access.SheetManage),
	"sheet.weights":    sheetRule("weights"),
	"sheet.stars":      sheetRule("stars"),
	"sheet.hot":        sheetRule("hot"),
	"sheet.first":      sheetRule("first"),
	"sheet.answer":     sheetStep("answer", access.SheetManage),
	"sheet.appeal":     sheetStep("appeal", access.SheetAppeal),
	"exam.paths":       {access.ExamMark, (*Service).examPaths},
	"exam.mentor":      {access.ExamManage, (*Service).examMentor},
	"exam.withdraw":    {access.ExamManage, (*Service).examWithdraw},
	"exam.dispute":     {access.ExamAppeal, (*Service).examDispute},
	"exam.now":         {access.ExamMark, (*Service).examNow},
	"exam.piece":       {access.ExamMark, (*Service).examPiece},
	"exam.sheet":       {access.ExamMark, (*Service).examSheet},
	"exam.import":      {access.ExamManage, (*Service).examImport},
	"exam.export":      {access.ExamManage, (*Service).examExport},
	"exam.take":        {access.ExamManage, (*Service).examTake},
	"exam.preview":     {access.ExamManage, (*Service).examPreview},
	"exam.stats":       {access.ExamManage, (*Service).examStats},
	"exam.bank":        {access.ExamManage, (*Service).examBank},
}

// Do carries out one request and sends the answer, and the file behind it.
func (c *Session) Do(ctx context.Context, req wire.AdminRequest, reply func(wire.AdminReply) error, send Send) error {
	s := c.service
	a := &ask{who: c.Who, args: req.Args, upload: &c.upload, playing: &c.playing}
	data, err := s.run(ctx, req.Cmd, a)
	if a.file != nil {
		defer a.file.close()
	}
	if err != nil {
		return reply(s.refusal(req.Cmd, err))
	}
	raw, err := json.Marshal(data)
	if err != nil {
		return reply(s.refusal(req.Cmd, err))
	}
	if err := reply(wire.AdminReply{Code: wire.CodeOK, Data: raw, More: a.file != nil}); err != nil || a.file == nil {
		return err
	}
	return a.file.send(ctx, send)
}

func (s *Service) run(ctx context.Context, name string, a *ask) (any, error) {
	cmd, ok := commands[name]
	if !ok {
		return nil, &errAsker{wire.CodeUnknownType, "中心没有这条命令 · 没有执行 · 请核对两边的版本"}
	}
	if a.who.MustChange && name != PasswdCmd {
		return nil, mustChange(a.who)
	}
	if cmd.right != anyRight && a.who.can(cmd.right) == 0 {
		return nil, access.Check(a.who.role(), cmd.right, access.Other)
	}
	return cmd.run(s, ctx, a)
}

// refusal turns an error into an answer: a line for the person, the rest into
// the log.
func (s *Service) refusal(cmd string, err error) wire.AdminReply {
	var asker *errAsker
	var denied *access.Denied
	var plain interface{ ForPerson() (wire.Code, string) }
	switch {
	case errors.As(err, &plain):
		code, text := plain.ForPerson()
		return wire.AdminReply{Code: code, Text: text}
	case errors.As(err, &asker):
		return wire.AdminReply{Code: asker.code, Text: asker.text}
	case errors.As(err, &denied):
		return wire.AdminReply{Code: wire.CodeForbidden, Text: denied.Text()}
	case errors.Is(err, store.ErrNotFound):
		return wire.AdminReply{Code: wire.CodeNotFound, Text: errNothing.text}
	}
	s.Log.Error("administrator's command", "cmd", cmd, "err", err)
	if text, known := store.Plain(err); known {
		code := wire.CodeInternal
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrDuplicate) {
			code = wire.CodeConflict
		}
		return wire.AdminReply{Code: code, Text: text}
	}
	return wire.AdminReply{Code: wire.CodeInternal, Text: "中心内部出错 · 没有执行完 · 请看中心的日志"}
}

// read takes the arguments apart.
func read[T any](a *ask) (T, error) {
	var v T
	if len(a.args) == 0 {
		return v, nil
	}
	if err := json.Unmarshal(a.args, &v); err != nil {
		return v, bad("命令的参数看不懂 · 没有执行 · 请核对两边的版本")
	}
	return v, nil
}

// note writes down what is about to be done; without it nothing is.
func (s *Service) note(ctx context.Context, a *ask, action, object, reason string) error {
	if err := s.Audit.Append(ctx, a.who, action, object, reason); err != nil {
		return fmt.Errorf("noting %s: %w", action, err)
	}
	return nil
}

func (s *Service) queueShow(ctx context.Context, a *ask) (any, error) {
	return s.House.Queue(ctx, a.who.within(access.BoardView)), nil
}

func (s *Service) seatList(_ context.Context, a *ask) (any, error) {
	return s.House.Seats(a.who.within(access.BoardView)), nil
}

func (s *Service) hubStatus(ctx context.Context, _ *ask) (any, error) {
	return s.House.Status(ctx), nil
}

func (s *Service) auditVerify(ctx context.Context, a *ask) (any, error) {
	if err := s.note(ctx, a, "audit.verify", "", ""); err != nil {
		return nil, err
	}
	rows, err := s.Audit.Verify(ctx)
	if err != nil {
		return nil, &errAsker{wire.CodeInternal, err.Error()}
	}
	return map[string]int64{"rows": rows}, nil
}
