package quality

import (
	"context"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
	"zuoxi/wire"
)

// Object is an agent's appeal against a published sheet, within the centre's limit.
func (o *Office) Object(ctx context.Context, by, id, text string) error {
	s, b, err := o.load(ctx, id)
	switch {
	case err != nil:
		return err
	case s.Agent != by || s.Purpose == rules.PurposeCalibration:
		return store.ErrNotFound
	case s.State != rules.StatePublished:
		return refuse(wire.CodeImpossible, "这张评分表现在不能申诉（%s） · 没有提交 · 请看状态", rules.StateLabel(s.State))
	case tidy(text) == "":
		return refuse(wire.CodeInvalid, "申诉要写理由 · 没有提交 · 请写明哪一项、为什么")
	case !o.Now().Before(o.until(b.First.At)):
		return refuse(wire.CodeImpossible, "已过申诉期（公布后 %s） · 没有提交 · 请找班长", o.Appeal.Label())
	}
	return o.dispute(ctx, s, b, by, text)
}

// Second has a published sheet scored a second time because another scorer or the agent's lead doubts its mark: a mystery call has
// no agent here who would appeal, and an agent who comes after the limit is sent to the lead. Neither the one who asks nor who
// gave the mark settles it.
func (o *Office) Second(ctx context.Context, by, id, why string) error {
	s, b, err := o.load(ctx, id)
	switch {
	case err != nil:
		return err
	case s.Agent == by:
		return refuse(wire.CodeForbidden, "不能要求复评自己的通话 · 没有记下 · 有异议请申诉")
	case s.Purpose == rules.PurposeCalibration:
		return refuse(wire.CodeImpossible, "校准各评各的，不复评 · 没有记下 · 请看校准偏差")
	case s.State != rules.StatePublished:
		return refuse(wire.CodeImpossible, "这张评分表现在不能要求复评（%s） · 没有记下 · 请看状态", rules.StateLabel(s.State))
	case b.First.By == by:
		return refuse(wire.CodeForbidden, "不能要求复评自己给的分 · 没有记下 · 请另一位质检员提出")
	case tidy(why) == "":
		return refuse(wire.CodeInvalid, "要求复评要写理由 · 没有记下 · 请写明哪一项、为什么")
	}
	return o.dispute(ctx, s, b, by, why)
}

// dispute lays a sheet out for a second scorer; until it is settled its mark does not stand.
func (o *Office) dispute(ctx context.Context, s store.Sheet, b body, by, why string) error {
	b.Appeal = &rules.Appeal{Text: tidy(why), At: o.Now(), By: by}
	s.State = rules.StateAppealed
	return o.keep(ctx, s, b)
}

// Settling decides between two sheets.
type Settling struct {
	ID   string `json:"id"`
	Mark *int   `json:"mark,omitempty"` // points of 100; none: the mean of both, where they are close
	Why  string `json:"why,omitempty"`
}

// Settle reconciles two scorers: by their mean where they are close, else by a person's word. It takes a third person, who has
// no sheet to defend and did not ask for the second one. Both sheets stay.
func (o *Office) Settle(ctx context.Context, by string, in Settling) error {
	s, b, err := o.load(ctx, in.ID)
	if err != nil {
		return err
	}
	if s.State != rules.StateSecond || b.Second == nil || b.Second.Result == nil || b.First.Result == nil {
		return refuse(wire.CodeImpossible, "还没有复评 · 没有裁定 · 请等第二位质检员提交")
	}
	if err := o.impartial(ctx, s, b, by); err != nil {
		return err
	}
	d := rules.Settled{By: by, At: o.Now(), Why: tidy(in.Why)}
	mean, close := rules.Reconciled(b.First.Result.Sum, b.Second.Result.Sum)
	switch {
	case in.Mark != nil && d.Why != "" && *in.Mark >= 0 && *in.Mark <= 100:
		d.Mark = *in.Mark
	case in.Mark != nil:
		return refuse(wire.CodeInvalid, "裁定的分要在 0 到 100 之间并写理由 · 没有记下 · 请补上")
	case !close:
		return refuse(wire.CodeImpossible, "两次评分相差超过 %d 分 · 不取平均 · 请裁定一个分数并写理由", rules.Tolerance)
	default:
		d.Mark, d.Mean = mean, true
	}
	b.Settled, s.State, s.Mark = &d, rules.StateSettled, d.Mark
	return o.keep(ctx, s, b)
}

// impartial refuses who was in the call, has scored it or asked for the second score.
func (o *Office) impartial(ctx context.Context, s store.Sheet, b body, by string) error {
	switch by {
	case s.Agent:
		return refuse(wire.CodeForbidden, "不能裁定自己的通话 · 没有记下 · 请换人")
	case b.First.By, b.Second.By, b.Appeal.By:
		return refuse(wire.CodeForbidden, "评过这一通、要求过复评的人不能裁定 · 没有记下 · 请换第三个人")
	}
	return o.apart(ctx, s.CallID, by, "没有裁定")
}
