package reply

import (
	"fmt"
	"strings"
	"testing"

	"zuoxi/internal/browser"
)

// TestInARealBrowser fills the form as a person would: with hostile text in the
// sheet, no script runs, and an answer that is incomplete is not lost.
func TestInARealBrowser(t *testing.T) {
	w := open(t, 1)
	b := browser.Start(t).Open(w.link())
	browser.Until(t, "the form", func() bool {
		return b.Run(`document.readyState === 'complete' && !!document.querySelector('form')`) == "true"
	})
	for what, want := range map[string]string{
		`document.querySelectorAll('script, img').length`:                      "0",
		`document.body.innerText.includes('<script>alert(1)</script>问年限')`:     "true",
		`getComputedStyle(document.querySelector('table')).borderCollapse`:     "collapse", // the page's own style passes its policy
		`document.querySelector('#event').options.length`:                      "2",
		`document.documentElement.scrollWidth <= window.innerWidth`:            "true",
		`document.querySelector('label[for=note]').innerText.includes('答复内容')`: "true",
	} {
		if got := b.Run(what); got != want {
			t.Errorf("%s is %s, want %s", what, got, want)
		}
	}
	// The browser itself keeps an incomplete form back.
	b.Run(`document.querySelector('button').click()`)
	if got := b.Run(`document.querySelector('#note').matches(':invalid')`); got != "true" || len(w.desk.got) != 0 {
		t.Errorf("an empty form: %s, %v", got, w.desk.got)
	}
	b.Run(fmt.Sprintf(`(document.querySelector('#note').value = %q, document.querySelector('#name').value = '经办甲')`, "满十五年即可。<b>\n第二行"))
	b.Run(`document.querySelector('button').click()`)
	browser.Until(t, "the thanks", func() bool {
		return b.Run(`document.readyState === 'complete' && !!document.querySelector('#said')`) == "true"
	})
	if got := b.Run(`document.querySelector('#said').innerText`); !strings.Contains(got, "谢谢") {
		t.Errorf("said %q", got)
	}
	w.desk.mu.Lock()
	defer w.desk.mu.Unlock()
	if len(w.desk.got) != 1 || w.desk.got[0].Note != "满十五年即可。<b>\n第二行" || w.desk.got[0].Event != "dept_answer" {
		t.Errorf("took %+v", w.desk.got)
	}
}
