// Command audit reads a CycloneDX bill of materials and prints every component
// with its licence. It fails on a licence that would bind those who pass the
// program on, and on a component whose licence nobody has looked at.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
)

// allowed are the licences that ask for their text and nothing more.
var allowed = map[string]bool{
	"MIT": true, "Apache-2.0": true, "BSD-2-Clause": true, "BSD-3-Clause": true, "ISC": true, "Zlib": true, "MPL-2.0": true, "Unlicense": true,
	"CC0-1.0": true, "BSL-1.0": true,
}

// looked are the components whose licence file the program takes for another
// or does not recognise, by the beginning of their names, as a person read it.
var looked = map[string]string{
	"golang.org/x/":               "BSD-3-Clause",
	"github.com/pressly/goose/v3": "MIT",
}

func read(name string) string {
	for prefix, id := range looked {
		if strings.HasPrefix(name, prefix) {
			return id
		}
	}
	return ""
}

type bom struct {
	Components []struct {
		Name     string `json:"name"`
		Version  string `json:"version"`
		Evidence struct {
			Licenses []choice `json:"licenses"`
		} `json:"evidence"`
		Licenses []choice `json:"licenses"`
	} `json:"components"`
}

type choice struct {
	License struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"license"`
	Expression string `json:"expression"`
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: audit SBOM.json")
		os.Exit(2)
	}
	data, err := os.ReadFile(os.Args[1])
	var b bom
	if err == nil {
		err = json.Unmarshal(data, &b)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bad := 0
	lines := make([]string, 0, len(b.Components))
	for _, c := range b.Components {
		var ids []string
		for _, l := range append(c.Licenses, c.Evidence.Licenses...) {
			ids = append(ids, strings.TrimSpace(l.License.ID+l.License.Name+l.Expression))
		}
		if id := read(c.Name); id != "" {
			ids = []string{id}
		}
		mark := "ok"
		if len(ids) == 0 {
			mark = "?"
		}
		for _, id := range ids {
			if !allowed[id] {
				mark = "!"
			}
		}
		if mark != "ok" {
			bad++
		}
		lines = append(lines, fmt.Sprintf("%-2s %-56s %-40s %s", mark, c.Name, c.Version, strings.Join(ids, ", ")))
	}
	sort.Strings(lines)
	for _, l := range lines {
		fmt.Println(l)
	}
	fmt.Printf("%d 个组件，%d 个要看\n", len(lines), bad)
	if bad > 0 || len(lines) == 0 {
		os.Exit(1)
	}
}
