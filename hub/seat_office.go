package hub

import (
	"context"
	"errors"
	"slices"
	"strings"

	"zuoxi/hub/admin"
	"zuoxi/wire"
)

// deskCommands are the families of the administrator's commands that a seat may send too, each with the rights of who sits
// there. Files go to the command line only.
var deskCommands = []string{"report.", "sheet.", "quality.", "recording."}

// backOffice carries out such commands. One at a time: they come by laneOffice.
type backOffice struct{ desk *admin.Session }

// office carries out a command about reports, recordings or quality; false for what is not its business.
func (s *seat) office(m wire.Message) bool {
	b, ok := m.Body.(*wire.AdminRequest)
	if !ok || !slices.ContainsFunc(deskCommands, func(p string) bool { return strings.HasPrefix(b.Cmd, p) }) {
		return false
	}
	s.inOffice(m.ID, *b)
	return true
}

func (s *seat) inOffice(id string, b wire.AdminRequest) {
	who, back := personOf(s.account), &s.clerk
	s.inTurn(laneOffice, id, func(ctx context.Context) func() {
		answer := back.do(ctx, s.hub.admin, who, b)
		return func() { s.session.Answer(id, &answer) }
	})
}

func (o *backOffice) do(ctx context.Context, service *admin.Service, who admin.Person, req wire.AdminRequest) (answer wire.AdminReply) {
	if o.desk == nil {
		o.desk = service.Session(who)
	}
	o.desk.Who = who // roles may have changed
	reply := func(r wire.AdminReply) error { answer = r; return nil }
	send := func(context.Context, wire.Body) error { return errors.ErrUnsupported }
	if err := o.desk.Do(ctx, req, reply, send); err != nil {
		return wire.AdminReply{Code: wire.CodeInvalid, Text: "内容太多，坐席上放不下 · 没有显示 · 请缩小范围，或用命令行导出"}
	}
	return answer
}
