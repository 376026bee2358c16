package citizen

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"

	"zuoxi/media/dtmf"
)

// Limits of a script: it may come from outside.
const (
	maxScript = 16 << 10
	maxSteps  = 200
	maxLine   = 400 // characters of one spoken line
	maxWait   = 10 * time.Minute
)

// ErrScript is under every complaint about a script; its text names the line.
var ErrScript = errors.New("来电脚本有误")

// Script is what one citizen does, step by step, from the answer of the hotline to the end.
type Script struct {
	// Name says in a few words what the call is about.
	Name string `yaml:"name"`
	// Number is the caller's number; the crowd gives its own when it is empty.
	Number string `yaml:"number"`
	// Patience is how long the citizen waits for a person before hanging up (default 3 min).
	Patience time.Duration `yaml:"patience"`
	// Rating is the key pressed when the agent has released the call and a prompt asks; empty hangs up instead.
	Rating string `yaml:"rating"`
	// Steps are done in order.
	Steps []Step `yaml:"steps"`
}

// Verb is what a step does.
type Verb string

// Verbs of a script.
const (
	Say    Verb = "say"    // speaks a line
	Press  Verb = "key"    // presses keys
	Wait   Verb = "wait"   // is silent for a time
	Listen Verb = "listen" // waits for a pause in what is heard, at most so long
	Bridge Verb = "bridge" // waits, as long as Patience lasts, until a person seems to be there
	Repeat Verb = "repeat" // does Steps several times
)

// Step is one verb with its argument, written in YAML as a map of one entry ("say: 你好"); say and repeat take more.
type Step struct {
	Verb  Verb
	Text  string        // say: the line; key: the keys
	Sound string        // say: a name under which the sound is found, when the text is not enough
	For   time.Duration // wait, listen
	Times int           // repeat
	Steps []Step        // repeat
	Line  int           // in the file
}

// ReadScript reads a script. A mistake is one line of Chinese with the line's number.
func ReadScript(r io.Reader) (*Script, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxScript+1))
	if err != nil {
		return nil, fmt.Errorf("%w · 读不出来: %w", ErrScript, err)
	}
	if len(text) > maxScript {
		return nil, fmt.Errorf("%w · 文件超过 %d KB · 请拆成几个脚本", ErrScript, maxScript>>10)
	}
	s := &Script{}
	if err := yaml.UnmarshalWithOptions(text, s, yaml.Strict()); err != nil {
		return nil, located(err)
	}
	return s, s.check()
}

// located turns the library's error, several lines with a drawing, into one line.
func located(err error) error {
	var own *lineError
	if errors.As(err, &own) {
		return own
	}
	var y yaml.Error
	if errors.As(err, &y) && y.GetToken() != nil && y.GetToken().Position != nil {
		return &lineError{y.GetToken().Position.Line, strings.SplitN(y.GetMessage(), "\n", 2)[0]}
	}
	return fmt.Errorf("%w · 看不懂 · 请对照示例脚本: %w", ErrScript, err)
}

// lineError names the line of a mistake.
type lineError struct {
	line int
	what string
}

func (e *lineError) Error() string {
	return fmt.Sprintf("%v · 第 %d 行：%s · 请改正后重试", ErrScript, e.line, e.what)
}

func (e *lineError) Unwrap() error { return ErrScript }

func (s *Script) check() error {
	if s.Patience == 0 {
		s.Patience = 3 * time.Minute
	}
	if s.Patience < 0 || s.Patience > time.Hour {
		return fmt.Errorf("%w · patience 超出 0 到 1 小时 · 请改正后重试", ErrScript)
	}
	if len(s.Rating) > 1 || !dtmf.Valid(s.Rating) {
		return fmt.Errorf("%w · rating %q 不是一个按键 · 请改正后重试", ErrScript, s.Rating)
	}
	if strings.Trim(s.Number, "+0123456789") != "" || len(s.Number) > 20 {
		return fmt.Errorf("%w · number %q 不是电话号码 · 请改正后重试", ErrScript, s.Number)
	}
	if n := count(s.Steps); n == 0 || n > maxSteps {
		return fmt.Errorf("%w · 有 %d 步 · 请写 1 到 %d 步", ErrScript, n, maxSteps)
	}
	return nil
}

// count is how many steps are done altogether.
func count(steps []Step) int {
	n := 0
	for _, s := range steps {
		n++
		if s.Verb == Repeat {
			n += s.Times * count(s.Steps)
		}
	}
	return n
}

// UnmarshalYAML reads one step.
func (s *Step) UnmarshalYAML(node ast.Node) error {
	s.Line = node.GetToken().Position.Line
	var m struct {
		Say    *string        `yaml:"say"`
		Sound  string         `yaml:"sound"`
		Key    *string        `yaml:"key"`
		Wait   *time.Duration `yaml:"wait"`
		Listen *time.Duration `yaml:"listen"`
		Bridge *bool          `yaml:"bridge"`
		Repeat *int           `yaml:"repeat"`
		Steps  []Step         `yaml:"steps"`
	}
	if err := yaml.NodeToValue(node, &m, yaml.Strict()); err != nil {
		var known yaml.Error
		if errors.As(err, &known) {
			return err
		}
		return &lineError{s.Line, strings.SplitN(err.Error(), "\n", 2)[0]} // what a value itself complains about has no line
	}
	verbs := 0
	set := func(is bool, v Verb) {
		if is {
			s.Verb = v
			verbs++
		}
	}
	set(m.Say != nil, Say)
	set(m.Key != nil, Press)
	set(m.Wait != nil, Wait)
	set(m.Listen != nil, Listen)
	set(m.Bridge != nil, Bridge)
	set(m.Repeat != nil, Repeat)
	if verbs != 1 {
		return &lineError{s.Line, "每一步要有 say、key、wait、listen、bridge、repeat 中的一个"}
	}
	if m.Sound != "" && s.Verb != Say || len(m.Steps) > 0 && s.Verb != Repeat {
		return &lineError{s.Line, "sound 只能跟 say，steps 只能跟 repeat"}
	}
	s.Sound, s.Steps = m.Sound, m.Steps
	switch s.Verb {
	case Say:
		s.Text = strings.TrimSpace(*m.Say)
	case Press:
		s.Text = *m.Key
	case Wait:
		s.For = *m.Wait
	case Listen:
		s.For = *m.Listen
	case Repeat:
		s.Times = *m.Repeat
	}
	return s.check()
}

func (s *Step) check() error {
	switch s.Verb {
	case Say:
		if n := len([]rune(s.Text)); n == 0 || n > maxLine {
			return &lineError{s.Line, fmt.Sprintf("say 要有 1 到 %d 个字", maxLine)}
		}
	case Press:
		if s.Text == "" || len(s.Text) > 32 || !dtmf.Valid(s.Text) {
			return &lineError{s.Line, "key 只能是 0-9、*、#、A-D"}
		}
	case Wait, Listen:
		if s.For <= 0 || s.For > maxWait {
			return &lineError{s.Line, "时间要在 0 到 10 分钟之间，如 3s"}
		}
	case Repeat:
		return s.checkRepeat()
	}
	return nil
}

func (s *Step) checkRepeat() error {
	if s.Times < 1 || s.Times > 50 || len(s.Steps) == 0 || count(s.Steps) > maxSteps {
		return &lineError{s.Line, "repeat 要有 1 到 50 次和 steps"}
	}
	for _, in := range s.Steps {
		if in.Verb == Repeat {
			return &lineError{in.Line, "repeat 里面不能再有 repeat"}
		}
	}
	return nil
}
