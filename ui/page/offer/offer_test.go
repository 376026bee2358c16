package offer

import (
	"strings"
	"testing"
	"time"

	"zuoxi/ui/canvas"
	"zuoxi/ui/keys"
	"zuoxi/ui/page"
	"zuoxi/ui/sample"
)

func TestBannerAndPage(t *testing.T) {
	d := sample.Alone(sample.Ringing(), keys.Offer)
	d.View.Offer.Kind, d.View.Offer.From, d.View.Offer.Note = "consult", "3011 周某", "问转移接续"
	d.Now = sample.Noon.Add(4 * time.Second)
	banner := func(r canvas.Region, e *page.Env) page.Cursor { Banner(r, e); return page.Cursor{} }
	got, _ := d.Draw(banner, 100, BannerHeight)
	for _, want := range []string{"来电", "139****0042", "F3", "接听", "F8", "拒接", "11 秒后自动转下一席", "咨询你 3011 周某", "24 小时内第 2 次"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing:\n%s", want, got)
		}
	}
	p := New()
	if got, cur := d.Draw(p.Draw, 100, 20); cur.On || !strings.Contains(got, "社保卡补办") {
		t.Errorf("%+v\n%s", cur, got)
	}
	d.View.Offer = nil
	d.Draw(p.Draw, 100, 20)
}

func TestTakesNoKey(t *testing.T) {
	d := sample.Alone(sample.Ringing(), keys.Offer)
	p := New()
	for _, k := range []string{"enter", "1", "养", "esc"} {
		if used, _ := p.Update(sample.Msg(k), &d.Env); used {
			t.Errorf("%s was taken", k)
		}
	}
	if used, _ := p.Act(keys.Search, &d.Env); used || p.Typing() || p.Copy(nil) != "" || d.Last() != nil {
		t.Error("the page acts")
	}
	if !strings.Contains(Title(d.View.Offer), "139****0042") {
		t.Error(Title(d.View.Offer))
	}
}
