package lookup

import (
	"fmt"
	"time"
)

// Copy is what a Library answers from.
type Copy struct {
	Revision string
	Trouble  Trouble
	Checked  time.Time // when it last was the hub's newest, zero where no hub is behind it
}

// Trouble is why a copy cannot answer.
type Trouble uint8

// The troubles of a copy.
const (
	Sound   Trouble = iota
	Missing         // none has arrived yet
	Damaged         // it is fetched again
	Shut            // it cannot be read, which an administrator must see to
)

// troubles are said in the place of hits: that nothing follows from what was not found, and what to do.
var troubles = map[Trouble][hitRows]string{
	Missing: {"本机还没有知识库，正在取 · 查不到不是没有", elsewhere, "取到后自己恢复，不用重启"},
	Damaged: {"知识库打不开，会重新取回 · 查不到不是没有", elsewhere, "取回后自己恢复，不用重启"},
	Shut:    {"知识库打不开 · 查不到不是没有", elsewhere, "请告诉管理员：zuoxi doctor 会说原因"},
}

const elsewhere = "别凭记忆答 · 请查别处，或咨询同事、班长"

// trouble is why nothing follows from what was not found.
func (p *Pane) trouble() Trouble {
	if p.lib == nil {
		return Sound
	}
	if t := p.lib.Copy().Trouble; t != Sound || !p.result.Failed {
		return t
	}
	return Shut
}

// age tells how long ago the copy last was the hub's newest; it is empty within a day.
func (p *Pane) age(now time.Time) string {
	if p.lib == nil {
		return ""
	}
	at := p.lib.Copy().Checked
	days := int(now.Sub(at) / (24 * time.Hour))
	if at.IsZero() || days < 1 {
		return ""
	}
	return fmt.Sprintf("副本 %d 天前", days)
}
