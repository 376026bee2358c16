package keys

//go:generate go test -run TestDocumentIsCurrent . -update

import (
	"fmt"
	"strings"
)

// Document is docs/keys.md.
func (m *Map) Document() string {
	var b strings.Builder
	b.WriteString("# 按键\n\n本页由程序生成（`go generate ./ui/keys`）。没有一个命令是单个字母：输入法开着也能操作。\n")
	b.WriteString("标 ×2 的键不可挽回，两秒内按两次才算。改键写在配置的 `[keys]` 里，例如 `answer = \"f3\"`。\n\n")
	b.WriteString("| 键 | 场合 | 作用 | 配置名 | 说明 |\n|---|---|---|---|---|\n")
	for _, r := range m.rows {
		key := "命令面板"
		if r.Key != "" {
			key = Name(r.Key)
		}
		if r.Twice {
			key += " ×2"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | `%s` | %s |\n", key, r.In, r.Label, r.Cmd, r.Help)
	}
	b.WriteString("\n## 不要改到这些键上\n\n| 归谁 | 键 |\n|---|---|\n")
	for _, r := range reserved {
		names := make([]string, 0, len(r.keys)+1)
		for _, k := range r.keys {
			names = append(names, Name(k))
		}
		if r.prefix != "" {
			names = append(names, Name(r.prefix+"x")+" 一类")
		}
		fmt.Fprintf(&b, "| %s | %s |\n", r.who, strings.Join(names, " "))
	}
	return b.String()
}

// String names the situations.
func (c Context) String() string {
	switch c {
	case Always:
		return "总是"
	case Duty:
		return "上岗后"
	}
	var names []string
	for _, n := range contextNames {
		if c&n.c != 0 {
			names = append(names, n.name)
		}
	}
	return strings.Join(names, "、")
}
