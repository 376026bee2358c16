package wall

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"zuoxi/internal/browser"
	"zuoxi/wire"
)

// atTen is the board of a morning at ten, with the persons that the hub's own board names.
func atTen() *wire.Board {
	const at = 1773280800
	d := &wire.Board{
		Version: 100, Fresh: true, At: at,
		Sums: &wire.BoardSums{
			Now: wire.BoardNow{Waiting: 7, LongestAt: at - 95, EstimateS: 80, Trunk: 128, TrunkMax: 240, Lost: 1,
				States: map[string]int64{"ready": 21, "talking": 118, "wrap_up": 14, "not_ready": 6, "break": 9, "training": 4}},
			Today: wire.BoardToday{At: at, Total: 4210, Human: 2870, Auto: 940, Abandoned: 400, TalkS: 187, WaitS: 24, Rated: 1210, Content: 1163,
				BoardFlow: wire.BoardFlow{Queued: 3220, Answered: 2870, In15: 2402, In20: 2590, GaveUp: 343}},
			Overdue: 3, OverdueAt: at, BoardFirst: wire.BoardFirst{FirstDay: "2026-11-20", First: 7, FirstOf: 8},
		},
		Seats:   []wire.BoardSeat{{No: "3027", Name: "李某", State: "talking"}},
		Waiting: []wire.BoardWait{{Call: "call-9", Region: "320106", Since: at - 95}},
		Alarms: []wire.BoardAlarm{
			{ID: "talk/3027", Code: "talk", Level: "warn", Seat: "3027", Text: "3027 李某 连续通话超过 15:00", From: at - 920},
			{ID: "wait/养老保险", Code: "wait", Level: "error", Text: "养老保险 最久等待超过 02:00", From: at - 130, By: "1001 周某"},
			{ID: "district/320500", Code: "district", Level: "error", Text: "苏州 的坐席有 100% 断线，超过 99%"},
		},
		Topics: []wire.BoardTopic{{Name: "缴费年限", Count: 310, Before: 240}, {Name: "社保转移", Count: 188, Before: 201}, {Name: "失业登记", Count: 97, Before: -1}},
	}
	for i, name := range []string{"养老保险", "失业保险", "工伤保险", "劳动关系"} {
		n := 900 - 200*i
		d.Lines = append(d.Lines, wire.BoardLine{Subject: name, Waiting: 4 - i, LongestAt: at - 95 + int64(20*i),
			BoardFlow: wire.BoardFlow{Queued: n, Answered: n * 9 / 10, In15: n * 7 / 10, In20: n * 8 / 10, GaveUp: n / 10}})
	}
	for i := range 60 {
		d.Minutes = append(d.Minutes, wire.BoardMinute{At: at - int64(60*(60-i)), Waiting: i % 13, Talking: 60 + i, Answered: 40 + i*7%23, GaveUp: i % 6})
	}
	return d
}

// page opens the leaders' page and waits until it shows the board of the morning.
func page(t *testing.T) (*browser.Page, func(*wire.Board)) {
	f, s := serve(t, Config{Allow: []string{"127.0.0.1"}})
	p := browser.Start(t).Open(s.URL + "/wall/")
	var send func(*wire.Board)
	browser.Until(t, "the stream", func() bool {
		f.mu.Lock()
		defer f.mu.Unlock()
		send = f.send["wall/1"]
		return send != nil
	})
	send(atTen())
	browser.Until(t, "the figures", func() bool { return tile(p, "今日来电") == "4210" })
	return p, send
}

// tile is the figure over a name.
func tile(p *browser.Page, name string) string {
	return p.Run(`([...document.querySelectorAll('.tile')].find(t => t.querySelector('span').textContent === '` + name + `') || document.createElement('b')).querySelector('b')?.textContent`)
}

// TestTheWallInARealBrowser: the page shows the board's figures and draws its curves, follows the deltas without being loaded
// again, keeps what a delta does not name, needs nothing from elsewhere, and names nobody.
func TestTheWallInARealBrowser(t *testing.T) {
	p, send := page(t)
	for name, want := range map[string]string{
		"排队": "7", "15 秒接通率": "74.8%", "20 秒接通率": "80.6%", "放弃率": "10.7%", "线路占用": "128/240", "平均通话": "03:07", "满意率（1210 评）": "96.1%", "逾期单（10:00）": "3", "一次解决率（11-20）": "87.5%",
	} {
		if got := tile(p, name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for what, want := range map[string]string{
		`document.querySelectorAll('#lines tr').length`:                                           "4",
		`document.querySelectorAll('#topics .bar').length`:                                        "3",
		`document.querySelector('#topics').innerText.includes('较昨日 +29%')`:                        "true",
		`document.querySelectorAll('#alarms li').length`:                                          "2",
		`document.documentElement.scrollWidth <= window.innerWidth`:                               "true", // nothing is beyond the screen on the wall
		`document.documentElement.scrollHeight <= window.innerHeight`:                             "true",
		`performance.getEntriesByType('resource').every(r => r.name.startsWith(location.origin))`: "true",
		drawn("waiting"): "true", drawn("answered"): "true",
	} {
		if got := p.Run(what); got != want {
			t.Errorf("%s is %s, want %s", what, got, want)
		}
	}
	whole := p.Run(`document.documentElement.outerHTML`)
	for _, secret := range []string{"李某", "3027", "周某", "1001", "call-9"} {
		if strings.Contains(whole, secret) {
			t.Errorf("the page names %s", secret)
		}
	}
	picture, err := png.Decode(bytes.NewReader(p.Shot("wall")))
	if err != nil || picture.Bounds().Dx() != browser.Width {
		t.Errorf("the picture of the page: %v", err)
	}

	p.Run(`window.loaded = 'once'`)
	send(&wire.Board{
		From: 100, Version: 101, At: 1773280801, Sums: &wire.BoardSums{Now: wire.BoardNow{Waiting: 9, EstimateS: -1}, Today: wire.BoardToday{Total: 4213}},
		Lines:  []wire.BoardLine{{Subject: "养老保险", Waiting: 6}},
		Alarms: []wire.BoardAlarm{{ID: "district/320500", Gone: true}},
	})
	browser.Until(t, "the delta", func() bool { return tile(p, "今日来电") == "4213" })
	for what, want := range map[string]string{
		`window.loaded`: "once",
		`document.querySelector('#age').textContent.includes('10:00:01')`:      "true", // the hotline's time, the machine's is another
		`document.querySelector('#lines tr td:nth-child(2)').textContent`:      "6",    // the longest queue is first
		`document.querySelectorAll('#lines tr').length`:                        "4",
		`document.querySelectorAll('#topics .bar').length`:                     "3",
		`document.querySelector('#alarms').innerText.trim()`:                   "养老保险 最久等待超过 02:00，现在 02:11",
		`[...document.querySelectorAll('.tile b')].map(b => b.textContent)[2]`: "-", // no estimate is not zero
	} {
		if got := p.Run(what); got != want {
			t.Errorf("after the delta %s is %s, want %s", what, got, want)
		}
	}
}

// drawn tells whether a chart's canvas holds more than its frame: several hundred pixels of the curves' colours.
func drawn(id string) string {
	return `(() => { const c = document.querySelector('#` + id + ` canvas'), d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; let n = 0; ` +
		`for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 40 && Math.max(d[i], d[i + 1], d[i + 2]) > 180) n++; return n > 400 })()`
}

// TestTheWallSaysThatItIsOld: who looks at a figure whose source is silent is told since when.
func TestTheWallSaysThatItIsOld(t *testing.T) {
	p, _ := page(t)
	from := time.Now()
	browser.Until(t, "the age", func() bool {
		return strings.Contains(p.Run(`document.querySelector('#age').textContent`), "没有更新")
	})
	if late := time.Since(from); late < time.Second {
		t.Errorf("called old after %s", late)
	}
	if got := p.Run(`document.querySelector('#age').className`); got != "bad" {
		t.Errorf("the age is drawn as %q", got)
	}
}
