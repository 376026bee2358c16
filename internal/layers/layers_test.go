package layers

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const (
	module       = "zuoxi"
	maxFields    = 16
	maxMethods   = 5
	maxLines     = 500
	maxTestLines = 900
	maxFuncLines = 60
)

// source is one parsed Go file of the module.
type source struct {
	path  string // relative to the module, slashes
	pkg   string // folder, "." for the root
	test  bool
	lines int
	fset  *token.FileSet
	file  *ast.File
}

func (s *source) at(p token.Pos) string { return s.path + ":" + strconv.Itoa(s.fset.Position(p).Line) }

// sources are all Go files of the module. Files under testdata and other modules (tools) are not ours to judge.
func sources(t *testing.T) []*source {
	t.Helper()
	all, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// parsed parses them, once for all tests: none of them changes a file.
var parsed = sync.OnceValues(func() (all []*source, err error) {
	root := filepath.Join("..", "..")
	err = filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipFolder(root, rel, d.Name())
		}
		if !strings.HasSuffix(rel, ".go") {
			return nil
		}
		s, err := parse(root, filepath.ToSlash(rel))
		if err != nil {
			return err
		}
		all = append(all, s)
		return nil
	})
	return all, err
})

func skipFolder(root, rel, name string) error {
	if rel == "." {
		return nil
	}
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules" {
		return filepath.SkipDir
	}
	if _, err := os.Stat(filepath.Join(root, rel, "go.mod")); err == nil {
		return filepath.SkipDir
	}
	return nil
}

func parse(root, rel string) (*source, error) {
	body, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(rel)))
	if err != nil {
		return nil, err
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, rel, body, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	return &source{
		path: rel, pkg: path.Dir(rel), test: strings.HasSuffix(rel, "_test.go"),
		lines: strings.Count(string(body), "\n"), fset: fset, file: file,
	}, nil
}

func TestImports(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		rule, ok := Find(s.pkg)
		if !ok {
			t.Errorf("%s: no rule for package %q: add its room to the table in rules.go", s.path, s.pkg)
			continue
		}
		for _, spec := range s.file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			rel, own := strings.CutPrefix(imp, module+"/")
			if why := Breach(rule, s.pkg, rel, own, s.test); why != "" {
				t.Errorf("%s: package %s must not import %s: %s", s.at(spec.Pos()), s.pkg, imp, why)
			}
		}
	}
}

// TestSamplesStartNoGoroutine proves what the Makefile trusts when it runs the tests of media without the race detector.
func TestSamplesStartNoGoroutine(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if !s.test && (Match("media/...", s.pkg) || s.pkg == "internal/bench/score") && startsGoroutine(s.file) {
			t.Errorf("%s starts a goroutine: samples in, samples out, and whoever calls brings the goroutine", s.path)
		}
	}
}

// TestRulesHaveNoClock proves what an import list cannot: a rule asks for the time instead of reading it.
func TestRulesHaveNoClock(t *testing.T) {
	t.Parallel()
	banned := map[string]bool{"Now": true, "Since": true, "Until": true, "After": true, "Sleep": true, "NewTimer": true, "NewTicker": true, "Tick": true, "AfterFunc": true}
	for _, s := range sources(t) {
		if s.test || !Match("rules/...", s.pkg) {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s: a rule starts no goroutine", s.at(n.Pos()))
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && banned[n.Sel.Name] {
					t.Errorf("%s: a rule has no clock: take the time as a parameter", s.at(n.Pos()))
				}
			}
			return true
		})
	}
}

func TestPackageComments(t *testing.T) {
	t.Parallel()
	said := map[string]bool{}
	tested := map[string]bool{}
	for _, s := range sources(t) {
		if s.test {
			tested[s.pkg] = true
			continue
		}
		said[s.pkg] = said[s.pkg] || s.file.Doc != nil && len(strings.Fields(s.file.Doc.Text())) >= 8
	}
	for pkg, ok := range said {
		if !ok {
			t.Errorf("package %s has no comment: say what it owns, who may use it, what it promises", pkg)
		}
		if !tested[pkg] && pkg != "." { // main only starts the command line; the stories run it
			t.Errorf("package %s has no test file", pkg)
		}
	}
}

func TestBudgets(t *testing.T) {
	t.Parallel()
	for _, s := range sources(t) {
		if limit := lineLimit(s); s.lines > limit && !ast.IsGenerated(s.file) {
			t.Errorf("%s: %d lines, at most %d: split it by thing or verb", s.path, s.lines, limit)
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			checkBudget(t, s, n)
			return true
		})
	}
}

func lineLimit(s *source) int {
	if s.test {
		return maxTestLines
	}
	return maxLines
}

func checkBudget(t *testing.T, s *source, n ast.Node) {
	switch n := n.(type) {
	case *ast.StructType:
		if k := count(n.Fields); k > maxFields {
			t.Errorf("%s: struct of %d fields, at most %d: it is more than one thing", s.at(n.Pos()), k, maxFields)
		}
	case *ast.InterfaceType:
		if k := count(n.Methods); k > maxMethods {
			t.Errorf("%s: interface of %d methods, at most %d: split it by who needs what", s.at(n.Pos()), k, maxMethods)
		}
	case *ast.FuncDecl:
		if k := funcLines(s, n); !s.test && k > maxFuncLines {
			t.Errorf("%s: %s has %d lines, at most %d", s.at(n.Pos()), n.Name.Name, k, maxFuncLines)
		}
	}
}

func count(l *ast.FieldList) int { return l.NumFields() }

func funcLines(s *source, f *ast.FuncDecl) int {
	if f.Body == nil {
		return 0
	}
	return s.fset.Position(f.Body.Rbrace).Line - s.fset.Position(f.Body.Lbrace).Line - 1
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, pkg string
		want         bool
	}{
		{"rules/...", "rules/call", true}, {"rules/...", "rules", true}, {"rules/...", "rulesets", false},
		{"hub", "hub/menu", false}, {"hub", "hub", true}, {"...", "x/y", true},
	} {
		if got := Match(tt.pattern, tt.pkg); got != tt.want {
			t.Errorf("Match(%q, %q) = %v", tt.pattern, tt.pkg, got)
		}
	}
}

func TestBreach(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pkg, imp  string
		own, test bool
		bad       bool
	}{
		{"rules/call", "rules/agent", true, false, false},
		{"rules/call", "os", false, false, true},
		{"rules/call", "os", false, true, false},
		{"rules/call", "github.com/x/y", false, false, true},
		{"ui/page/call", "softphone", true, false, true},
		{"ui/page/call", "softphone", true, true, true},
		{"ui/page/call", "ui/theme", true, false, false},
		{"hub/trunk", "hub/conf", true, false, true},
		{"hub/trunk", "hub/trunk/sdp", true, false, false},
		{"hub/record", "hub/store/sqlite", true, true, false},
		{"hub/record", "hub/store/sqlite", true, false, true},
		{"hub", "hub/conf", true, false, false},
		{"citizen", "hub", true, false, true},
		{"hub/store/sqlite", "hub/store/postgres", true, false, true},
	} {
		rule, ok := Find(tt.pkg)
		if !ok {
			t.Fatalf("no rule for %s", tt.pkg)
		}
		if got := Breach(rule, tt.pkg, tt.imp, tt.own, tt.test) != ""; got != tt.bad {
			t.Errorf("%s importing %s: breach %v, want %v", tt.pkg, tt.imp, got, tt.bad)
		}
	}
}
