package access

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/rights.md from the table")

// cells are how a grant is written in the matrix, by bits of Self, Own, Other.
var cells = []string{"·", "本人", "本区他人", "本区", "他区", "本人+他区", "除本人", "全部"}

func matrix() string {
	var b strings.Builder
	b.WriteString("# Rights\n\nWritten from the table in `rules/access` by `go test ./rules/access -update`; do not edit. Whatever is not granted is denied.\n\n| command | 中文 |")
	for _, r := range Roles {
		fmt.Fprintf(&b, " %s %s |", r, r.Label())
	}
	b.WriteString("\n|---|---|" + strings.Repeat("---|", len(Roles)) + "\n")
	for _, c := range Commands {
		fmt.Fprintf(&b, "| %s | %s |", c, c.Label())
		for _, r := range Roles {
			var bits Where
			for _, w := range Wheres {
				if Can(r, c, w) {
					bits |= w
				}
			}
			fmt.Fprintf(&b, " %s |", cells[bits])
		}
		b.WriteString("\n")
	}
	b.WriteString("\n本人: one's own; 本区他人: others in one's district and below it (a city for its counties, a province for its cities); 本区: both; 除本人: everybody but oneself; 全部: everything.\n")
	b.WriteString("\nWhat a mentor has under `lead.*` and a trainee under `exam.shadow` holds for the own trainee and the own mentor only.\n")
	return b.String()
}

func path() string { return filepath.Join("..", "..", "docs", "rights.md") }

// TestEveryCell holds every role × command × relation against the matrix in the documents.
func TestEveryCell(t *testing.T) {
	t.Parallel()
	if *update {
		if err := os.WriteFile(path(), []byte(matrix()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	doc, err := os.ReadFile(path())
	if err != nil {
		t.Fatal(err)
	}
	checked := 0
	for _, line := range strings.Split(string(doc), "\n") {
		fields := strings.Split(line, " | ")
		cmd := Command(strings.TrimPrefix(fields[0], "| "))
		if !slices.Contains(Commands, cmd) {
			continue
		}
		for i, r := range Roles {
			bits := Where(slices.Index(cells, strings.TrimSuffix(fields[i+2], " |")))
			for _, w := range Wheres {
				checked++
				if got, want := Can(r, cmd, w), bits&w != 0; got != want {
					t.Errorf("%s %s %s: %v, the matrix says %v", r, cmd, w, got, want)
				}
				if err := Check(r, cmd, w); (err == nil) != Can(r, cmd, w) {
					t.Errorf("%s %s %s: Check and Can differ", r, cmd, w)
				}
			}
		}
	}
	if want := len(Commands) * len(Roles) * len(Wheres); checked != want {
		t.Errorf("%d cells checked, %d exist: docs/rights.md is stale, run go test ./rules/access -update", checked, want)
	}
	if len(Commands) != len(table) {
		t.Errorf("%d commands listed, %d in the table", len(Commands), len(table))
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	for _, w := range Wheres {
		for _, r := range Roles {
			if export := Can(r, RecordingExport, w); export && r != RoleQA && r != RoleLead {
				t.Errorf("%s may export recordings", r)
			}
			if Can(r, CallTake, w) && (r == RoleTrainee || r == RoleViewer || r == RoleAdmin) {
				t.Errorf("%s takes live calls", r)
			}
			if Can(r, "recording.delete", w) || Can("stranger", KBSearch, w) {
				t.Error("something unknown was granted")
			}
			if w == Self && (Can(r, QualityScore, w) || Can(r, RecordConduct, w)) {
				t.Errorf("%s judges in the own case", r)
			}
		}
		for _, c := range []Command{RecordingPlay, RecordingExport, VoicemailHear, LeadMonitor, RecordView, RecordUnmask, RecordReporter} {
			if Can(RoleAdmin, c, w) {
				t.Errorf("an administrator may %s", c)
			}
		}
		for _, c := range Commands {
			if Can(RoleViewer, c, w) && !slices.Contains([]Command{SeatSignIn, BoardView, ReportView, AgentPasswd}, c) {
				t.Errorf("a viewer may %s", c)
			}
		}
	}
	if Can(RoleLead, RecordingPlay, Other) || !Can(RoleLead, RecordingPlay, Own) {
		t.Error("a lead hears the own district and only it")
	}
	if !Can(RoleLead, QualitySecond, Own) || Can(RoleLead, QualitySecond, Self) || Can(RoleLead, QualitySecond, Other) {
		t.Error("a lead doubts the marks of the own people and of nobody else, oneself included")
	}
	if Can(RoleQA, RecordingPlay, 0) {
		t.Error("an empty relation was granted")
	}
}

func TestWidest(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		r    Role
		c    Command
		want Where
	}{{RoleAgent, CallList, Self}, {RoleLead, CallList, Own}, {RoleQA, CallList, Other}, {RoleViewer, CallList, 0}} {
		if got := Widest(tt.r, tt.c); got != tt.want {
			t.Errorf("Widest(%s, %s) = %v, want %v", tt.r, tt.c, got, tt.want)
		}
	}
}

func TestDenied(t *testing.T) {
	t.Parallel()
	err := Check(RoleAdmin, RecordingPlay, Other)
	var denied *Denied
	if !errors.As(err, &denied) || denied.Role != RoleAdmin || denied.Command != RecordingPlay {
		t.Fatalf("error %v", err)
	}
	if text := denied.Text(); !strings.Contains(text, "系统管理员") || !strings.Contains(text, "听录音") || strings.Contains(text, "\n") {
		t.Errorf("text %q", text)
	}
}

func TestLabels(t *testing.T) {
	t.Parallel()
	for _, r := range Roles {
		if r.Label() == string(r) {
			t.Errorf("role %s has no label", r)
		}
	}
	for _, c := range Commands {
		if c.Label() == "" || c.Label() == string(c) {
			t.Errorf("command %s has no label", c)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"320000", "320106", true}, {"320100", "320106", true}, {"320106", "320106", true}, {"320100", "320500", false},
		{"320106", "320100", false}, {"320106", "320107", false}, {"", "320106", false}, {"320000", "", false}, {"330000", "320100", false},
		{"南京", "南京", true}, {"南京", "320100", false}, {"320000", "南京", false}, {"320100", "320199", true}, {"320100", "320200", false},
	} {
		if got := Covers(tt.a, tt.b); got != tt.want {
			t.Errorf("Covers(%s, %s) = %v", tt.a, tt.b, got)
		}
		if got := slices.Contains(Over(tt.b), tt.a); got != tt.want {
			t.Errorf("%s over %s: %v", tt.a, tt.b, got)
		}
	}
}

// TestPersonal: what hangs on the person narrows a grant, and grants nothing by itself.
func TestPersonal(t *testing.T) {
	t.Parallel()
	for _, r := range Roles {
		for _, c := range Commands {
			if Personal(r, c) && !Can(r, c, Own) {
				t.Errorf("%s %s is personal and not granted", r, c)
			}
		}
	}
	if !Personal(RoleMentor, LeadWhisper) || !Personal(RoleTrainee, ExamShadow) || Personal(RoleLead, LeadWhisper) || Personal("", "no.such") {
		t.Error("who has it by the person and who by the role is mixed up")
	}
}
