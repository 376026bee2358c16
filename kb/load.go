package kb

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"zuoxi/internal/clean"
)

// Batch is what was read for an import.
type Batch struct {
	Articles  []Article
	Converted []string // files that were not UTF-8
}

// Load reads a Markdown or JSONL file, or a folder of them. It reads everything or nothing: the error is a *Refusal
// that lists what is wrong where, or one of reading.
func Load(path string) (Batch, error) {
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Batch{}, &Refusal{Problems: []Problem{{File: path, Text: "找不到这个文件，请检查路径"}}}
	}
	if err != nil {
		return Batch{}, err
	}
	if st.IsDir() {
		return LoadFS(os.DirFS(path), path)
	}
	return LoadFS(os.DirFS(filepath.Dir(path)), filepath.Dir(path), filepath.Base(path))
}

// LoadFS reads the named files of a file system, or all its articles when none is named. root is put before the names
// in problems.
func LoadFS(fsys fs.FS, root string, names ...string) (Batch, error) {
	if len(names) == 0 {
		var err error
		if names, err = articleFiles(fsys); err != nil {
			return Batch{}, err
		}
	}
	l := loader{fsys: fsys, root: root, seen: map[string]string{}}
	for _, name := range names {
		if err := l.file(name); err != nil {
			return Batch{}, err
		}
	}
	if err := l.shorten(); err != nil {
		return Batch{}, err
	}
	if len(l.batch.Articles) == 0 && len(l.refusal.Problems) == 0 {
		l.refusal.add(Problem{File: root, Text: "里面没有条目（" + strings.Join(forms, " ") + " 文件），请检查路径"})
	}
	if err := l.refusal.err(); err != nil {
		return Batch{}, err
	}
	return l.batch, nil
}

// articleFiles lists the articles of a folder; names that begin with _ or . are something else.
func articleFiles(fsys fs.FS) (names []string, err error) {
	err = fs.WalkDir(fsys, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		switch {
		case path == ".":
		case base[0] == '_' || base[0] == '.':
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir() && slices.Contains(forms[:len(forms)-1], strings.ToLower(filepath.Ext(base))):
			names = append(names, path)
		}
		return nil
	})
	slices.Sort(names)
	return names, err
}

// forms are the files that an import takes; a plain text is taken only by its name, for folders have others.
var forms = []string{".md", ".jsonl", ".csv", ".xlsx", ".docx", ".txt"}

type loader struct {
	fsys    fs.FS
	root    string
	batch   Batch
	refusal Refusal
	seen    map[string]string // where each version was first
}

func (l *loader) file(name string) error {
	shown := filepath.Join(l.root, name)
	var articles []Article
	var err error
	switch ext := strings.ToLower(filepath.Ext(name)); ext {
	case ".md":
		articles, err = l.markdown(name, shown)
	case ".jsonl":
		articles, err = l.jsonl(name, shown)
	case ".csv", ".xlsx", ".docx", ".txt":
		articles, err = l.whole(name, shown)
	default:
		l.refusal.add(Problem{File: shown, Text: fmt.Sprintf("不认识“%s”这种文件，请用 %s", ext, strings.Join(forms, " "))})
	}
	var no *Refusal
	if errors.As(err, &no) {
		l.refusal.merge(no)
		return nil
	}
	if err != nil {
		return err
	}
	for _, a := range articles {
		if first, again := l.seen[a.edition()]; again {
			l.refusal.add(Problem{File: shown, Text: fmt.Sprintf("编号 %s 在 %s 里已经有了，请改掉一个", a.ID, first)})
			continue
		}
		l.seen[a.edition()] = shown
		l.batch.Articles = append(l.batch.Articles, a)
	}
	return nil
}

func (l *loader) markdown(name, shown string) ([]Article, error) {
	f, err := l.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.Size() > maxFile {
		return nil, &Refusal{Problems: []Problem{{File: shown, Text: fmt.Sprintf("文件超过 %d MB，不像一篇条目，请拆开", maxFile>>20)}}}
	}
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, err
	}
	a, err := ParseMarkdown(shown, data)
	if err != nil {
		return nil, err
	}
	if _, converted, _ := decodeText(data); converted {
		l.batch.Converted = append(l.batch.Converted, shown)
	}
	return []Article{a}, nil
}

// whole reads a file that is read as a whole: a table or a text of the office programs.
func (l *loader) whole(name, shown string) ([]Article, error) {
	st, err := fs.Stat(l.fsys, name)
	if err != nil {
		return nil, err
	}
	if st.Size() > maxWhole {
		return nil, &Refusal{Problems: []Problem{{File: shown, Text: fmt.Sprintf("文件超过 %d MB，请拆开", maxWhole>>20)}}}
	}
	data, err := fs.ReadFile(l.fsys, name)
	if err != nil {
		return nil, err
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".csv", ".xlsx":
		return ParseTable(shown, data)
	case ".docx":
		return ParseDOCX(shown, data)
	}
	if text, converted, why := decodeText(data); why != "" {
		return nil, &Refusal{Problems: []Problem{{File: shown, Text: why}}}
	} else if data = text; converted {
		l.batch.Converted = append(l.batch.Converted, shown)
	}
	if n := longLine(data); n > 0 {
		return nil, &Refusal{Problems: []Problem{{File: shown, Line: n, Text: fmt.Sprintf("这一行超过 %d MB，不像条文，请检查文件", maxLine>>20)}}}
	}
	return ParseStatute(shown, strings.Split(string(data), "\n"))
}

func (l *loader) jsonl(name, shown string) ([]Article, error) {
	f, err := l.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ParseJSONL(shown, f)
}

// register is the file of a folder that gives documents their short names.
const register = "_documents.yaml"

// shorten notes the short names of the documents that articles rest on, where a register lies beside them.
func (l *loader) shorten() error {
	data, err := fs.ReadFile(l.fsys, register)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	docs, err := Documents(data)
	if err != nil {
		l.refusal.add(Problem{File: filepath.Join(l.root, register), Text: "法规登记表的写法不对，请照样例改好，或者先拿走这个文件"})
		return nil
	}
	short := map[string]string{}
	for _, d := range docs {
		short[d.Name] = clean.Line(d.Key, maxWord)
	}
	for _, a := range l.batch.Articles {
		for i := range a.Basis {
			a.Basis[i].Short = cmp.Or(a.Basis[i].Short, short[a.Basis[i].Doc])
		}
	}
	return nil
}

// Documents reads the register of documents (_documents.yaml): what short names stand for.
func Documents(data []byte) ([]Document, error) {
	var docs []Document
	if err := unmarshalStrict(bytes.TrimSpace(data), &docs); err != nil {
		return nil, fmt.Errorf("read register of documents: %w", err)
	}
	return docs, nil
}

// Document is an entry of the register of documents.
type Document struct {
	Key       string `yaml:"key"` // 社保法
	Name      string `yaml:"name"`
	Number    string `yaml:"number"`
	Effective string `yaml:"effective"`
	Checked   string `yaml:"checked"` // text, excerpt, memory
}
