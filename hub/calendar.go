package hub

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"zuoxi/rules/deadline"
)

// ErrCalendar tells of a notice of holidays that cannot be used.
var ErrCalendar = errors.New("工作日历的文件看不懂 · 中心没有启动 · 请对照 rules/deadline/workdays-2026.json 改正")

// calendar is the one that ships with the centre's own notices over it: a file
// for each year in Data/calendar, in the form of the one that ships.
func calendar(data string) (deadline.Calendar, error) {
	files, err := filepath.Glob(filepath.Join(data, "calendar", "*.json"))
	if err != nil {
		return deadline.Calendar{}, fmt.Errorf("looking for calendars: %w", err)
	}
	out := deadline.Builtin()
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return out, fmt.Errorf("%s: %w: %w", file, ErrCalendar, err)
		}
		year, err := deadline.ParseYear(raw)
		if err != nil {
			return out, fmt.Errorf("%s: %w: %w", file, ErrCalendar, err)
		}
		out = out.With(year)
	}
	return out, nil
}
