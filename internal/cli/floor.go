package cli

import (
	"zuoxi/hub"
	"zuoxi/hub/wall"
	"zuoxi/internal/config"
	"zuoxi/rules/alarm"
	"zuoxi/rules/deadline"
)

// supervision turns the centre's wishes for its floor into the hub's.
func supervision(c config.Floor) hub.Supervision {
	out := hub.Supervision{Shown: c.Shown, Rubric: c.Rubric, Appeal: deadline.Workdays(c.Appeal), Wall: wall.Config{Listen: c.Wall.Listen, Token: c.Wall.Token, Allow: c.Wall.Allow}}
	for _, a := range c.Alarms {
		out.Rules = append(out.Rules, alarm.Rule{
			Code: a.Code, Measure: alarm.Measure(a.Measure), Limit: a.Limit, For: secs(a.For), Least: a.Least, Level: alarm.Level(a.Level),
			Sound: a.Sound, Message: a.Message, Off: a.Off,
		})
	}
	return out
}
