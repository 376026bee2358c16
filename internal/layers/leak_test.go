package layers

import (
	"go/ast"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const leakCheck = "go.uber.org/goleak"

// TestLeakChecks proves that every goroutine has an owner who waits for its end:
// where one can be started, by the package itself or by one of ours that it uses,
// its test run fails on a leftover one. A package that can start none has nothing
// to leave.
func TestLeakChecks(t *testing.T) {
	t.Parallel()
	starts, checked, uses := map[string]bool{}, map[string]bool{}, map[string][]string{}
	for _, s := range sources(t) {
		for _, spec := range s.file.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if s.test {
				checked[s.pkg] = checked[s.pkg] || imp == leakCheck
			} else if own, ok := strings.CutPrefix(imp, module+"/"); ok {
				uses[s.pkg] = append(uses[s.pkg], own)
			}
		}
		if !s.test {
			starts[s.pkg] = starts[s.pkg] || startsGoroutine(s.file)
		}
	}
	for grew := true; grew; {
		grew = false
		for pkg, of := range uses {
			if !starts[pkg] && slices.ContainsFunc(of, func(p string) bool { return starts[p] }) {
				starts[pkg], grew = true, true
			}
		}
	}
	for _, pkg := range slices.Sorted(maps.Keys(starts)) {
		if starts[pkg] && !checked[pkg] && pkg != "." { // main only starts the command line
			t.Errorf("package %s can start goroutines, and its tests do not look for leftover ones: goleak.VerifyTestMain", pkg)
		}
	}
}

// startsGoroutine tells whether a file starts one, by the go statement, by
// something's Go method or by a timer's function.
func startsGoroutine(file *ast.File) bool {
	found := false
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = true
		case *ast.SelectorExpr:
			found = found || n.Sel.Name == "Go" || n.Sel.Name == "AfterFunc"
		}
		return !found
	})
	return found
}
