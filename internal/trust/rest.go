package main

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"zuoxi/internal/story"
	"zuoxi/media/g711"
)

// rights are proved by the generated matrix: only a program that looks inside can
// try every command as everybody.
func rights() []promise {
	return []promise{{"权限", "每条命令 × 角色 × 本地和外地：照一张表，没写的不许", false, func(s *stage) (string, error) {
		return s.goTest("TestEveryCommandAsksTheTable|TestEveryCommandKeepsToItsDistrict", "./hub/admin")
	}}}
}

func texts() []promise {
	const group = "外面来的文字"
	return []promise{
		{group, "来电显示名、主题里的控制字符：命令行的输出和日志里都没有", false, proveTexts},
		{group, "坐席送来的每个字段都清洗", false, func(s *stage) (string, error) { return s.goTest("TestEveryTextIsCleaned", "./hub/desk") }},
	}
}

// hostile is what acts on a terminal, or hides, when it is printed.
var hostile = []string{"\x1b", "\x07", "\u009b", "\u202e", "\u2066", "\u200b"}

// proveTexts rings with a name that would command the administrator's terminal.
func proveTexts(s *stage) (string, error) {
	p, err := s.open(nil)
	s.must(err)
	defer p.Close()
	hub := fmt.Sprint("127.0.0.1:", p.SIP)
	conn, err := net.Dial("udp", hub)
	s.must(err)
	defer func() { _ = conn.Close() }()
	bad := "恶" + strings.Join(hostile, "意") + "]0;x"
	ring := (&siege{network: "udp", hub: hub}).ringing(conn.LocalAddr().String(), 1)
	ring = strings.Replace(ring, "From: <", "Subject: "+bad+"\r\nUser-Agent: "+bad+"\r\nFrom: \""+bad+"\" <", 1)
	id, said := "", ""
	s.must(within(patience, "the call", func() (bool, error) {
		if _, err := conn.Write([]byte(ring)); err != nil {
			return false, err
		}
		said, err = p.Run(nil, "call", "list", "--json")
		_, after, found := strings.Cut(said, `"id":"`)
		id, _, _ = strings.Cut(after, `"`)
		return found, err
	}))
	for _, args := range [][]string{{"call", "list"}, {"call", "show", id}, {"call", "show", id, "--json"}} {
		out, err := p.Run(nil, args...)
		s.must(err)
		said += out
	}
	if !strings.Contains(said, "139****0099") {
		return "", fmt.Errorf("the call is not told of:\n%s", said)
	}
	for _, h := range hostile {
		if strings.Contains(said+p.HubLog(), h) {
			return "", fmt.Errorf("%q came through:\n%q", h, said)
		}
	}
	return fmt.Sprintf("%d 种，清单、详情、日志里都没有", len(hostile)), nil
}

func parts() []promise {
	const group = "供应链"
	return []promise{
		{group, "依赖没有已知的漏洞（govulncheck，要有漏洞库）", false, func(s *stage) (string, error) { return s.audit("holes") }},
		{group, "历史里没有秘密，每个依赖的许可证都认得，有物料清单", true, func(s *stage) (string, error) { return s.audit("parts") }},
	}
}

// audit looks at what the program is made of. It waits for the tools to be built.
func (s *stage) audit(what string) (string, error) {
	cmd := exec.Command(filepath.Join(s.root, "scripts", "audit.sh"), "build", what)
	cmd.Dir = s.root
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == auditUnseen {
		return "没有漏洞库", errUnseen
	}
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return "查过，没有", nil
}

// auditUnseen is how scripts/audit.sh ends when it found nothing bad and could
// not look at everything.
const auditUnseen = 3

// proveTapeKilled kills the hub in the middle of a call: what was said until
// shortly before can be played.
func proveTapeKilled(s *stage) (string, error) {
	p, err := s.newPlace()
	s.must(err)
	defer p.Close()
	s.must(p.Brisk(filepath.Join(s.root, "hub", "menu")))
	s.must(p.StartHub())
	s.must(p.Agent("1007", "质检", "qa"))
	s.must(p.Agent("3027", "演练", "agent"))
	const lost, tries = 2 * time.Second, 3
	for try := 1; ; try++ {
		said, kept := s.killedInTalk(p)
		figure := fmt.Sprintf("坐席说了 %.1f s 被杀，放得出 %.1f s（第 %d 次）", said.Seconds(), kept.Seconds(), try)
		switch {
		case kept >= said-lost:
			return figure, nil
		case s.long || try == tries: // what a busy machine adds is there once and not the next time
			return figure, fmt.Errorf("not held: %s", figure)
		}
	}
}

// killedInTalk tells how long an agent had talked when the hub was killed, and
// how much of it is in the recording.
func (s *stage) killedInTalk(p *place) (said, kept time.Duration) {
	agent, err := p.onDuty("3027")
	s.must(err)
	defer agent.end()
	c, err := call(fmt.Sprint("127.0.0.1:", p.SIP), 1)
	s.must(err)
	defer c.end()
	s.must(within(patience, "the agent's voice", func() (bool, error) { return c.told.Load() > 0, nil }))
	before := agent.voice.said.Load()
	s.must(within(patience, "enough said", func() (bool, error) { // on a busy machine it takes longer than it is
		said = time.Duration(agent.voice.said.Load()-before) * frame
		return said >= tapeTalk, nil
	}))
	p.KillHub()
	s.must(p.StartHub())
	path := p.newest()
	_, err = p.playable(path)
	s.must(err)
	tape, err := story.ReadSound(filepath.Join(p.Dir, strings.TrimSuffix(filepath.Base(path), ".zxr")+".wav"), 1)
	s.must(err)
	var level [1]int16
	g711.DecodeALaw(level[:], []byte{mark})
	marks := 0 // prompts and the tones around a copy have this very sample hardly ever
	for _, v := range tape.PCM {
		if v == level[0] {
			marks++
		}
	}
	return said, time.Duration(marks) * time.Second / time.Duration(tape.Rate)
}

// tapeTalk is how long the agent is heard before the hub is killed.
const tapeTalk = 5 * time.Second
