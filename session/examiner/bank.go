package examiner

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"zuoxi/rules/exam"
)

// The verbs of who draws papers.
type (
	// Preview draws what an order would draw; nothing is laid out.
	Preview struct{ Order exam.Order }
	// Make draws, seals and lays papers out.
	Make struct{ Order exam.Order }
	// Import takes questions or callers from a file of this machine; all of it or nothing.
	Import struct{ Path string }
	// Export writes the questions to a file of this machine.
	Export struct{ Path string }
)

func (Preview) verb() {}
func (Make) verb()    {}
func (Import) verb()  {}
func (Export) verb()  {}

// Files are those of this machine that somebody names. It need not be fast.
type Files interface {
	Read(path string) ([]byte, error)
	// Create writes a new file; one that is there is left alone.
	Create(path string, data []byte) error
}

// doBank is a verb about what papers are drawn from.
func (d *Desk) doBank(v Verb) {
	switch v := v.(type) {
	case Preview:
		ask(d, "exam.preview", v.Order, func(x exam.Draft) { d.view.Draft, d.view.Faults = &x, nil })
	case Make:
		ask(d, "exam.make", v.Order, func(rows []exam.Row) {
			d.view.Draft = nil
			d.cfg.Say(fmt.Sprintf("《%s》已封卷，发给 %d 人 · 到席即可见，没有码打不开 · 在“试卷”里按 F4 取开卷码", v.Order.Title, len(rows)))
			d.look()
		})
	case Import:
		d.importFile(v.Path)
	case Export:
		d.exportFile(v.Path)
	}
}

// uploadPiece is how much of a file one message carries.
const uploadPiece = 128 << 10

var errNoFiles = errors.New("this seat opens no files")

func (d *Desk) importFile(path string) {
	data, err := []byte(nil), errNoFiles
	if d.cfg.Files != nil {
		data, err = d.cfg.Files.Read(path)
	}
	if err != nil {
		d.cfg.Say("文件读不了（" + path + "） · 没有导入 · 请核对路径和权限")
		return
	}
	d.view.Faults = nil
	d.upload(filepath.Base(path), data, 0)
}

// upload sends a file piece by piece. What is wrong with it stays on the screen, a line each.
func (d *Desk) upload(name string, data []byte, at int) {
	end := min(at+uploadPiece, len(data))
	piece := map[string]any{"name": name, "offset": at, "data": data[at:end], "end": end == len(data)}
	d.cfg.Ask("exam.import", piece, func(answer json.RawMessage, refused string) {
		switch {
		case refused != "":
			d.view.Faults = strings.Split(refused, "\n")
			d.cfg.Say(d.view.Faults[0])
		case end < len(data):
			d.upload(name, data, end)
		default:
			var n struct{ Questions, Scenarios, Voices int }
			if err := json.Unmarshal(answer, &n); err != nil {
				d.cfg.Say("中心的回答看不懂 · 不知道是否已导入 · 请核对两边的版本")
				return
			}
			d.cfg.Say(fmt.Sprintf("已导入：题 %d，情景 %d，语音 %d", n.Questions, n.Scenarios, n.Voices))
		}
	})
}

func (d *Desk) exportFile(path string) {
	var whole []byte
	var next func()
	next = func() {
		ask(d, "exam.take", map[string]any{"format": strings.TrimPrefix(filepath.Ext(path), "."), "offset": len(whole)}, func(p struct {
			Data []byte `json:"data"`
			More bool   `json:"more"`
		}) {
			whole = append(whole, p.Data...)
			if p.More && len(p.Data) > 0 {
				next()
				return
			}
			d.write(path, whole)
		})
	}
	next()
}

func (d *Desk) write(path string, data []byte) {
	err := errNoFiles
	if d.cfg.Files != nil {
		err = d.cfg.Files.Create(path, data)
	}
	if err != nil {
		d.cfg.Say("文件建不了（" + path + "） · 没有写出 · 已有同名文件时请换一个名字")
		return
	}
	d.cfg.Say("题库已写到 " + path)
}
