package access

// Command is what somebody wants to do. The values are names on the wire, in the audit log and on the command line.
type Command string

// The commands, by subject.
const (
	SeatSignIn Command = "seat.sign_in"
	CallTake   Command = "call.take" // be offered live calls
	CallDial   Command = "call.dial"
	CallList   Command = "call.list"
	CallShow   Command = "call.show"

	LeadMonitor Command = "lead.monitor"
	LeadWhisper Command = "lead.whisper"
	LeadBarge   Command = "lead.barge"
	LeadTake    Command = "lead.take_over"
	LeadRelease Command = "lead.force_release"
	LeadState   Command = "lead.force_state"
	LeadPush    Command = "lead.push_call"
	LeadPull    Command = "lead.pull_call"
	LeadSpeak   Command = "lead.broadcast"
	BoardView   Command = "board.view"
	AlarmAck    Command = "alarm.acknowledge"

	RecordingList   Command = "recording.list" // the index, not the sound
	RecordingPlay   Command = "recording.play"
	RecordingExport Command = "recording.export"
	RecordingVerify Command = "recording.verify" // the hash chain, without hearing
	RecordingHold   Command = "recording.legal_hold"
	VoicemailHear   Command = "voicemail.hear"

	RecordWrite    Command = "record.write"
	RecordView     Command = "record.view"
	RecordSearch   Command = "record.search"
	RecordAssign   Command = "record.assign"
	RecordReply    Command = "record.reply"
	RecordVoid     Command = "record.void"
	RecordUnmask   Command = "record.unmask"
	RecordReporter Command = "record.reporter" // who reported a breach
	RecordConduct  Command = "record.conduct"  // complaints about our own staff
	IdentityCheck  Command = "identity.check"
	IdentityUnlock Command = "identity.unlock"
	SMSSend        Command = "sms.send"

	KBSearch Command = "kb.search"
	KBImport Command = "kb.import"
	KBDirect Command = "kb.direct"
	KBEdit   Command = "kb.edit"
	KBReview Command = "kb.review"

	DirectoryView   Command = "directory.view"
	DirectoryImport Command = "directory.import"

	QualityScore  Command = "quality.score"
	QualityView   Command = "quality.view"
	QualityAppeal Command = "quality.appeal"
	QualitySecond Command = "quality.second" // have somebody else's mark scored again by another scorer
	QualityDraw   Command = "quality.draw"
	ModelHear     Command = "model.hear" // calls put forward for training, masked
	MysteryCall   Command = "mystery.call"
	ReportView    Command = "report.view"
	ReportSheet   Command = "report.month_sheet"
	SheetManage   Command = "sheet.manage" // enter points, publish, answer appeals
	SheetAppeal   Command = "sheet.appeal"
	SheetRules    Command = "sheet.rules" // weights, stars, hot topics, days of a first contact: of the whole centre

	ExamTake   Command = "exam.take"
	ExamManage Command = "exam.manage"
	ExamMark   Command = "exam.mark"
	ExamShadow Command = "exam.shadow" // listen along at a mentor's calls
	ExamAppeal Command = "exam.appeal" // object to a published result

	AgentAdd     Command = "agent.add"
	AgentList    Command = "agent.list"
	AgentSet     Command = "agent.set" // name, roles, district
	AgentDisable Command = "agent.disable"
	AgentPasswd  Command = "agent.passwd"
	DeviceManage Command = "device.manage" // which PCs may connect
	HubBackup    Command = "hub.backup"
	SkillGrant   Command = "agent.skill"
	AuditRead    Command = "audit.read"
	AuditVerify  Command = "audit.verify"
	HubStatus    Command = "hub.status"
)

// grant is a row of the table.
type grant struct {
	label  string
	grants map[Role]Where
}

// The usual widths of a grant.
const (
	district = Self | Own
	all      = Self | Own | Other
	others   = Own | Other // never one's own: nobody is the judge in their own case
)

type to = map[Role]Where

// Groups of roles that share a grant.
var (
	callTakers = []Role{RoleAgent, RoleDistrict, RoleMentor, RoleLead}
	staff      = []Role{RoleAgent, RoleDistrict, RoleTrainee, RoleMentor, RoleLead, RoleQA, RoleTrainer, RoleEditor, RoleLiaison, RoleOffice}
)

// each gives the same width to several roles; more replaces or adds.
func each(roles []Role, w Where, more to) to {
	out := to{}
	for _, r := range roles {
		out[r] = w
	}
	for r, w := range more {
		out[r] = w
	}
	return out
}

// table is the whole of the rights. What is not in it is denied.
var table = map[Command]grant{
	SeatSignIn: {"签入坐席", each(staff, Self, to{RoleAdmin: Self, RoleViewer: Self})},
	CallTake:   {"接听来电", each(callTakers, all, nil)},
	CallDial:   {"外呼", each(callTakers, all, nil)},
	CallList:   {"通话清单", each([]Role{RoleAgent, RoleDistrict, RoleMentor}, Self, to{RoleLead: district, RoleQA: all, RoleAdmin: all})},
	CallShow:   {"通话详情", each([]Role{RoleAgent, RoleDistrict, RoleMentor}, Self, to{RoleLead: district, RoleQA: all, RoleAdmin: all})},

	LeadMonitor: {"监听", to{RoleLead: Own, RoleMentor: Own}},
	LeadWhisper: {"密语", to{RoleLead: Own, RoleMentor: Own}},
	LeadBarge:   {"强插", to{RoleLead: Own}},
	LeadTake:    {"拦截", to{RoleLead: Own, RoleMentor: Own}},
	LeadRelease: {"强拆", to{RoleLead: Own}},
	LeadState:   {"置坐席状态", to{RoleLead: Own}},
	LeadPush:    {"派来电给坐席", to{RoleLead: district}},
	LeadPull:    {"拉回坐席的来电", to{RoleLead: Own}},
	LeadSpeak:   {"通知全员", to{RoleLead: district}},
	BoardView:   {"看板", to{RoleLead: district, RoleViewer: all, RoleAdmin: all}},
	AlarmAck:    {"确认告警", to{RoleLead: district, RoleAdmin: all}},

	RecordingList:   {"录音清单", to{RoleAgent: Self, RoleDistrict: Self, RoleMentor: Self, RoleLead: district, RoleQA: all, RoleAdmin: all}},
	RecordingPlay:   {"听录音", to{RoleAgent: Self, RoleDistrict: Self, RoleMentor: Self, RoleLead: district, RoleQA: all}},
	RecordingExport: {"导出录音", to{RoleLead: district, RoleQA: all}},
	RecordingVerify: {"校验录音", to{RoleLead: district, RoleQA: all, RoleAdmin: all}},
	RecordingHold:   {"录音保全", to{RoleLead: district, RoleQA: all}},
	VoicemailHear:   {"听留言", each(callTakers, district, nil)},

	RecordWrite:    {"登记", each(callTakers, Self, nil)},
	RecordView:     {"看工单", each([]Role{RoleAgent, RoleDistrict, RoleMentor, RoleLead}, district, to{RoleQA: all, RoleLiaison: Self, RoleOffice: Self})},
	RecordSearch:   {"查工单", each([]Role{RoleAgent, RoleDistrict, RoleMentor, RoleLead}, district, to{RoleQA: all})},
	RecordAssign:   {"转办", each(callTakers, district, nil)},
	RecordReply:    {"回复工单", each(callTakers, district, to{RoleLiaison: Self, RoleOffice: Self})},
	RecordVoid:     {"作废工单", to{RoleAgent: Self, RoleDistrict: Self, RoleMentor: Self, RoleLead: district}},
	RecordUnmask:   {"查看完整信息", to{RoleAgent: Self, RoleDistrict: Self, RoleMentor: Self, RoleLead: district, RoleLiaison: Self, RoleOffice: Self}},
	RecordReporter: {"查看举报人", to{RoleOffice: Self}},
	RecordConduct:  {"处理行风投诉", to{RoleQA: others}},
	IdentityCheck:  {"核验身份", each(callTakers, all, nil)},
	IdentityUnlock: {"解除核验锁定", to{RoleLead: district}},
	SMSSend:        {"发短信", each(callTakers, Self, nil)},

	KBSearch: {"查知识库", each(staff, all, nil)},
	KBImport: {"导入知识库", to{RoleEditor: all, RoleAdmin: all}},
	KBDirect: {"不经审核发布知识库", to{RoleAdmin: all}},
	KBEdit:   {"编辑知识库", to{RoleEditor: all}},
	KBReview: {"审核知识", to{RoleLiaison: all, RoleOffice: all}},

	DirectoryView:   {"通讯录", each(staff, all, to{RoleAdmin: all})},
	DirectoryImport: {"导入通讯录", to{RoleEditor: all, RoleAdmin: all}},

	QualityScore:  {"质检评分", to{RoleQA: others}},
	QualityView:   {"看质检结果", to{RoleAgent: Self, RoleDistrict: Self, RoleMentor: district, RoleLead: district, RoleQA: all, RoleTrainer: all}},
	QualityAppeal: {"申诉", to{RoleAgent: Self, RoleDistrict: Self, RoleMentor: Self, RoleLead: Self}},
	QualitySecond: {"要求复评", to{RoleLead: Own, RoleQA: others}},
	QualityDraw:   {"抽样", to{RoleQA: all}},
	ModelHear:     {"听范例", each(callTakers, all, to{RoleTrainee: all, RoleQA: all, RoleTrainer: all})},
	MysteryCall:   {"质量监控拨测", to{RoleQA: all}},
	ReportView:    {"统计报表", to{RoleLead: district, RoleQA: all, RoleViewer: all, RoleTrainer: all, RoleAdmin: all}},
	SheetManage:   {"管理绩效", to{RoleLead: Own}},
	SheetRules:    {"设全中心的绩效和报表标准", to{RoleLead: Own, RoleAdmin: all}},
	SheetAppeal:   {"绩效申诉", to{RoleAgent: Self, RoleDistrict: Self, RoleMentor: Self, RoleLead: Self}},
	ReportSheet:   {"绩效表", to{RoleAgent: Self, RoleDistrict: Self, RoleMentor: Self, RoleLead: district, RoleQA: all}},

	ExamTake:   {"参加考试", each([]Role{RoleAgent, RoleDistrict, RoleTrainee, RoleMentor}, Self, nil)},
	ExamManage: {"管理考试", to{RoleTrainer: all}},
	ExamMark:   {"阅卷", to{RoleTrainer: others, RoleMentor: Own, RoleLead: Own}},
	ExamShadow: {"跟听", to{RoleTrainee: Own}},
	ExamAppeal: {"成绩异议", each([]Role{RoleAgent, RoleDistrict, RoleTrainee, RoleMentor}, Self, to{RoleTrainer: others})},

	AgentAdd:     {"新增工号", to{RoleAdmin: all}},
	AgentList:    {"工号清单", to{RoleLead: district, RoleTrainer: all, RoleAdmin: all}},
	AgentSet:     {"改工号的角色和区县", to{RoleAdmin: others}},
	AgentDisable: {"停用工号", to{RoleAdmin: others}},
	AgentPasswd:  {"改密码", each(staff, Self, to{RoleAdmin: all, RoleViewer: Self})},
	DeviceManage: {"登记电脑", to{RoleAdmin: all}},
	HubBackup:    {"备份中心", to{RoleAdmin: all}},
	SkillGrant:   {"授予技能", to{RoleLead: Own, RoleTrainer: others, RoleAdmin: others}},
	AuditRead:    {"看审计", to{RoleQA: all, RoleAdmin: all}},
	AuditVerify:  {"校验审计", to{RoleQA: all, RoleAdmin: all}},
	HubStatus:    {"中心状态", to{RoleLead: all, RoleAdmin: all}},
}

// Label is the Chinese name of the command.
func (c Command) Label() string {
	if g, ok := table[c]; ok {
		return g.label
	}
	return string(c)
}

// Commands lists all commands in the order of the matrix.
var Commands = []Command{
	SeatSignIn, CallTake, CallDial, CallList, CallShow, LeadMonitor, LeadWhisper, LeadBarge, LeadTake, LeadRelease, LeadState,
	LeadPush, LeadPull, LeadSpeak, BoardView, AlarmAck, RecordingList, RecordingPlay, RecordingExport, RecordingVerify, RecordingHold,
	VoicemailHear, RecordWrite, RecordView, RecordSearch, RecordAssign, RecordReply, RecordVoid, RecordUnmask, RecordReporter,
	RecordConduct, IdentityCheck, IdentityUnlock, SMSSend, KBSearch, KBImport, KBDirect, KBEdit, KBReview, DirectoryView,
	DirectoryImport, QualityScore, QualityView, QualityAppeal, QualitySecond, QualityDraw, ModelHear, MysteryCall, ReportView, ReportSheet, SheetManage, SheetRules, SheetAppeal, ExamTake, ExamManage,
	ExamMark, ExamShadow, ExamAppeal, AgentAdd, AgentList, AgentSet, AgentDisable, AgentPasswd, DeviceManage, HubBackup, SkillGrant, AuditRead, AuditVerify, HubStatus,
}
