package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"zuoxi/rules/access"
	"zuoxi/wire"
)

// Reports is the office that makes reports.
type Reports interface {
	// Make makes the report that args name: of one district, or with agent only of that one's lines, when they are given.
	Make(ctx context.Context, args json.RawMessage, district, agent string) (any, error)
	// Sheet carries out a step on a month sheet: give, publish, appeal, answer, weights, stars, hot, first.
	Sheet(ctx context.Context, step string, args json.RawMessage, district, by string) error
}

// largest is how much of an answer goes into one message; more follows as a file.
const largest = 128 << 10

// sheetReports need the right to month sheets in the place of that to statistics.
var sheetReports = map[string]bool{"agents": true, "awards": true}

func (s *Service) reportMake(ctx context.Context, a *ask) (any, error) {
	in, err := read[struct {
		Name string `json:"name"`
	}](a)
	if err != nil {
		return nil, err
	}
	right := access.ReportView
	if sheetReports[in.Name] {
		right = access.ReportSheet
	}
	district, agent := "", ""
	switch a.who.can(right) {
	case 0:
		return nil, access.Check(a.who.role(), right, access.Other)
	case access.Self:
		district, agent = a.who.District, a.who.No
	case access.Own:
		district = a.who.District
	}
	if err := s.note(ctx, a, "report.make", "report/"+in.Name, ""); err != nil {
		return nil, err
	}
	table, err := s.Reports.Make(ctx, a.args, district, agent)
	if err != nil {
		return nil, err
	}
	return s.perhapsFile(a, table)
}

// perhapsFile gives a large answer as a file, so that no message grows beyond its limit.
func (s *Service) perhapsFile(a *ask, v any) (any, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("writing an answer: %w", err)
	}
	if len(raw) <= largest {
		return json.RawMessage(raw), nil
	}
	if a.file, err = s.unnamed(); err != nil {
		return nil, err
	}
	if _, err := a.file.f.Write(raw); err != nil {
		return nil, fmt.Errorf("writing an answer: %w", err)
	}
	if a.file.size, err = a.file.f.Seek(0, io.SeekEnd); err != nil {
		return nil, fmt.Errorf("measuring an answer: %w", err)
	}
	return struct{}{}, nil
}

// sheetStep carries out a step on the month sheet of the asker's district.
func sheetStep(step string, right access.Command) command {
	return command{right, func(s *Service, ctx context.Context, a *ask) (any, error) {
		if a.who.District == "" {
			return nil, &errAsker{wire.CodeForbidden, "绩效表按区县管理 · 没有改动 · 请用 --as 以班长的工号办理"}
		}
		if err := s.whose(ctx, a, right); err != nil {
			return nil, err
		}
		if err := s.note(ctx, a, "sheet."+step, "sheet", string(a.args)); err != nil {
			return nil, err
		}
		return struct{}{}, s.Reports.Sheet(ctx, step, a.args, a.who.District, a.who.No)
	}}
}

// sheetRule sets what the figures of the whole centre are judged by: the business of who is responsible for all of it.
func sheetRule(step string) command {
	return command{access.SheetRules, func(s *Service, ctx context.Context, a *ask) (any, error) {
		if a.who.may(access.SheetRules, "", s.District) != nil {
			return nil, &errAsker{wire.CodeForbidden, "这是全中心的标准，一个区县的班长不能改 · 没有改动 · 请找全中心的班长或系统管理员"}
		}
		if err := s.note(ctx, a, "sheet."+step, "sheet", string(a.args)); err != nil {
			return nil, err
		}
		return struct{}{}, s.Reports.Sheet(ctx, step, a.args, a.who.District, a.who.No)
	}}
}

// whose holds a step about somebody's line to the right on that somebody: nobody gives points to themselves.
func (s *Service) whose(ctx context.Context, a *ask, right access.Command) error {
	in, err := read[struct {
		Agent string `json:"agent_no"`
	}](a)
	if err != nil || in.Agent == "" {
		return err
	}
	one, err := s.DB.Agents.Get(ctx, in.Agent)
	if err != nil {
		return err
	}
	return a.who.may(right, one.No, one.District)
}
