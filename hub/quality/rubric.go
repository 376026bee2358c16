package quality

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"

	"zuoxi/hub/store"
	rules "zuoxi/rules/quality"
)

// rubricKey and its version name a marking sheet among the hub's settings: scores are read by the sheet that they were made with.
const rubricKey = "quality.rubric."

// partsOfSheet are how many parts the reports have columns for: manners, communication, answer.
const partsOfSheet = 3

// totalOfSheet is what every sheet comes to: marks of several sheets stand in one report.
const totalOfSheet = 100

// ReadRubric reads the centre's own marking sheet; what it says of a fault is one line for the person.
func ReadRubric(file string) (*rules.Rubric, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("评分表文件 %s 读不了（%w） · 没有启动 · 请核对 hub.floor.rubric", file, err)
	}
	r, err := rules.ParseRubric(data)
	switch {
	case err != nil:
		return nil, fmt.Errorf("评分表文件 %s 不对（%w） · 没有启动 · 请照 rules/quality/rubric.json 改", file, err)
	case r.Version == "" || len(r.Parts) != partsOfSheet || r.Total != totalOfSheet:
		return nil, fmt.Errorf("评分表文件 %s 要写 version，并且正好三个部分、合计 100 分 · 没有启动 · 请照 rules/quality/rubric.json 改", file)
	}
	return r, nil
}

// KeepRubric keeps the marking sheet in use for whoever looks at its scores later. A sheet that was in use under the same
// version must be the same: scores would change their meaning.
func (o *Office) KeepRubric(ctx context.Context) error {
	key := rubricKey + o.rubric.Version
	before, err := o.rubricOf(ctx, o.rubric.Version)
	switch {
	case errors.Is(err, store.ErrNotFound):
		raw, err := json.Marshal(o.rubric)
		if err != nil {
			return fmt.Errorf("writing the marking sheet: %w", err)
		}
		_, err = o.DB.Settings.Put(ctx, store.Setting{Key: key, Value: string(raw), Updated: o.Now()})
		return err
	case err != nil:
		return err
	case !reflect.DeepEqual(before, o.rubric):
		return fmt.Errorf("评分表 %s 的内容和用过的不一样 · 没有启动 · 改了评分表要换一个 version", o.rubric.Version)
	}
	return nil
}

// rubricOf is the marking sheet of a version; without one it is the ministry's, which came first.
func (o *Office) rubricOf(ctx context.Context, version string) (*rules.Rubric, error) {
	if ministry := rules.Ministry2015(); version == "" || version == ministry.Version {
		return ministry, nil
	}
	s, err := o.DB.Settings.Get(ctx, rubricKey+version)
	if err != nil {
		return nil, err
	}
	return rules.ParseRubric([]byte(s.Value))
}

// sheetOf is the marking sheet that a body's scores were made with.
func (o *Office) sheetOf(ctx context.Context, version string) (*rules.Rubric, error) {
	if version == o.rubric.Version {
		return o.rubric, nil
	}
	r, err := o.rubricOf(ctx, version)
	if err != nil {
		return nil, fmt.Errorf("the marking sheet %q: %w", version, err)
	}
	return r, nil
}
