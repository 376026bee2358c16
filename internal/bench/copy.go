package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"zuoxi/internal/bench/rig"
)

const (
	thinLine   = 64e3             // bits a second, each way, shared by voice and link
	copyBegins = 90 * time.Second // until the first parts of the package have come
	copyLooks  = 5 * time.Second
	copyEnds   = 30 * time.Minute // for what is left after the call
	copyWire   = 8.0              // MB that ten thousand articles may take
	copyWhole  = 10_000           // articles that the aim is for
)

// copied is what came of a knowledge base that went over a thin line while somebody talked.
type copied struct {
	articles     int
	alone, along [2]heard // without and with the copying; to the seat, to the citizen
	rate         float64  // kbit/s that the copying took beside the voice, headers included
	after        time.Duration
	total        float64 // MB on the wire
}

// benchCopy sends a knowledge base to a seat over a line of 64 kbit/s, first beside a call, and judges the voice with and
// without it.
func benchCopy(o options) error {
	said, err := speech(o)
	if err != nil {
		return err
	}
	s, err := setStage(filepath.Join(o.dir, "hub"), o, true)
	if err != nil {
		return err
	}
	defer s.close()
	files, last, err := mixedArticles(o)
	if err != nil {
		return err
	}
	c := &copied{articles: o.copied}
	progress("让线路适应的通话")
	if err := c.call(s, said, new([2]heard), nil); err != nil {
		return err
	}
	progress("不同步的通话")
	if err := c.call(s, said, &c.alone, nil); err != nil {
		return err
	}
	progress("导入 %d 条，同步时的通话", o.copied)
	err = c.call(s, said, &c.along, func() error {
		if out, err := s.world.Run(nil, "kb", "import", files, "--publish"); err != nil {
			return fmt.Errorf("%w: %s", err, out)
		}
		return s.flowing()
	})
	if err != nil {
		return err
	}
	progress("通话后其余的")
	began := time.Now()
	err = s.arrived("bench", last)
	c.after, c.total = time.Since(began), float64(s.between.Carried())/1e6
	c.table().print(os.Stdout)
	return err
}

// call makes one call on the thin line; begin is what happens before what is judged is said.
func (c *copied) call(s *stage, said []float32, into *[2]heard, begin func() error) error {
	return s.judgedCall(judgedCall{
		rate: thinLine, long: taking + copyBegins.Seconds(), before: begin,
		during: func(take *rig.Take, end int) error {
			before, from := s.between.Carried(), time.Now()
			take.Until(end)
			if begin != nil {
				c.rate = 8 * float64(s.between.Carried()-before) / time.Since(from).Seconds() / 1000
			}
			return nil
		},
	}, said, into)
}

var errNoCopy = errors.New("坐席没有开始同步")

// flowing waits until parts of the package come.
func (s *stage) flowing() error {
	before := s.between.Carried()
	for end := time.Now().Add(copyBegins); time.Now().Before(end); <-time.After(copyLooks / 5) {
		if s.between.Carried() > before+20_000 {
			return nil
		}
	}
	return errNoCopy
}

// arrived waits until a seat's own copy has an article.
func (s *stage) arrived(seat, id string) error {
	own := []string{"ZUOXI_SEAT_DATA=" + filepath.Join(s.world.Dir, "seat-"+seat)}
	var err error
	for end := time.Now().Add(copyEnds); time.Now().Before(end); <-time.After(copyLooks) {
		if _, err = s.world.Run(own, "kb", "show", id); err == nil {
			return nil
		}
	}
	return err
}

var articleID = regexp.MustCompile(`(?m)^id: .*$`)

// mixedArticles writes articles of the starter's kind, no two alike, and names the last of them.
func mixedArticles(o options) (dir, last string, err error) {
	files, err := filepath.Glob(filepath.Join(o.articles, "*.md"))
	if err != nil || len(files) == 0 {
		return "", "", fmt.Errorf("articles in %s: %w", o.articles, errors.Join(err, os.ErrNotExist))
	}
	dir = filepath.Join(o.dir, "mixed")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", "", fmt.Errorf("articles: %w", err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range o.copied {
		text, err := os.ReadFile(files[i%len(files)])
		if err != nil {
			return "", "", fmt.Errorf("articles: %w", err)
		}
		last = fmt.Sprintf("mixed-%05d", i)
		head, body, _ := strings.Cut(articleID.ReplaceAllString(string(text), "id: "+last), "\n---\n")
		parts := strings.SplitAfter(body, "。")
		rng.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
		if err := os.WriteFile(filepath.Join(dir, last+".md"), []byte(head+"\n---\n"+strings.Join(parts, "")), 0o600); err != nil {
			return "", "", fmt.Errorf("articles: %w", err)
		}
	}
	return dir, last, nil
}

func (c *copied) table() table {
	t := table{title: fmt.Sprintf("64 kbit/s 线上同步 %d 条 · %s", c.articles, machine())}
	for i, what := range []string{"来电人→坐席", "坐席→来电人"} {
		with, without := c.along[i], c.alone[i]
		t.rows = append(t.rows,
			least(what+" 清晰度，同步比不同步", with.estoi.median()/without.estoi.median(), 0.98, "倍",
				fmt.Sprintf("（ESTOI %s 对 %s）", figure(with.estoi.median(), ""), figure(without.estoi.median(), ""))),
			limit("  断音多出", with.holes.median()-without.holes.median(), 0.5, "%",
				fmt.Sprintf("（%s 对 %s）", figure(with.holes.median(), "%"), figure(without.holes.median(), "%"))),
			plain("  时延", pairOf(with.delay.median(), without.delay.median(), "ms")))
	}
	whole := c.total * copyWhole / float64(c.articles)
	return table{t.title, append(t.rows,
		plain("通话中同步占用", figure(c.rate, "kbit/s")),
		plain("通话后其余的", figure(c.after.Seconds(), "s")),
		limit(fmt.Sprintf("%d 条在线上的字节，含包头", copyWhole), whole, copyWire, "MB", "（实传 "+figure(c.total, "MB")+"）"),
		plain("  一直在通话中要", figure(whole*8e3/c.rate/60, "min")),
		plain("  没有通话要", figure(whole*8e6/thinLine/60, "min")),
	)}
}
