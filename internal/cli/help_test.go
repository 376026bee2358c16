package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

func TestHelpIsChinese(t *testing.T) {
	a := &run{}
	walk(a.root(), func(c *cobra.Command) {
		args := append(strings.Fields(c.CommandPath())[1:], "--help")
		r := zuoxi(t, nil, args...)
		for _, english := range []string{"Usage", "help for", "Available", "[flags]"} {
			if strings.Contains(r.out, english) {
				t.Errorf("%v says %q:\n%s", args, english, r.out)
			}
		}
		if r.code != exitOK || !strings.Contains(r.out, "用法：") {
			t.Errorf("%v: code %d\n%s", args, r.code, r.out)
		}
	})
	if r := zuoxi(t, nil, "help", "agent", "add"); !strings.Contains(r.out, "zuoxi agent add 工号 姓名 [选项]") {
		t.Errorf("%+v", r)
	}
	if r := zuoxi(t, nil, "help", "nonsense"); r.code != exitUsage {
		t.Errorf("%+v", r)
	}
}

func TestWrongArgumentsAreSaidInChinese(t *testing.T) {
	if r := zuoxi(t, nil, "exam", "make"); r.code != exitUsage || r.err != "参数应为：工号… · 什么都没有做 · 用 --help 看写法\n" {
		t.Errorf("%+v", r)
	}
}

func TestManualNamesEveryCommandAndFlag(t *testing.T) {
	page := zuoxi(t, nil, "manual").out
	a := &run{}
	walk(a.root(), func(c *cobra.Command) {
		if c.Runnable() && !c.HasSubCommands() && !c.Hidden && !strings.Contains(page, ".SS "+roff(c.CommandPath())) {
			t.Errorf("%s is not in the manual", c.CommandPath())
		}
	})
	if !strings.Contains(page, `\-\-certified`) || !strings.Contains(page, "（默认 sip:12333@127.0.0.1:5060）") {
		t.Errorf("the manual lacks flags or defaults:\n%s", page)
	}
}

func TestRoffTakesNothingAsItsOwn(t *testing.T) {
	for in, want := range map[string]string{"--json": `\-\-json`, ".TH": `\&.TH`, `a\b`: `a\eb`} {
		if got := roff(in); got != want {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestCompletionScripts(t *testing.T) {
	// Also with a configuration that cannot be read: the shell asks at every Tab.
	env := map[string]string{"ZUOXI_HUB_SIP_RTP_MIN": "x"}
	for _, shell := range shells {
		if r := zuoxi(t, env, "completion", shell); r.code != exitOK || !strings.Contains(r.out, "zuoxi") {
			t.Errorf("%s: %+v", shell, r)
		}
	}
	if r := zuoxi(t, env, "completion", "tcsh"); r.code != exitUsage {
		t.Errorf("%+v", r)
	}
	if r := zuoxi(t, env, cobra.ShellCompRequestCmd, "ag"); r.code != exitOK || !strings.Contains(r.out, "agent") {
		t.Errorf("%+v", r)
	}
}
