package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"zuoxi/internal/story"
)

// rounds is how often the questions are asked: a 99th percentile needs some.
const rounds = 10

// questions are asked the way agents ask: what a citizen says, pinyin, initials,
// a number. A folder of articles of one's own may need other ones.
var questions = []string{
	"养老保险怎么转移", "退休年龄", "工伤认定要什么材料", "失业金能领多久", "欠薪投诉", "社保卡丢了怎么办", "灵活就业参保", "医保断缴",
	"劳动合同没签双倍工资", "生育津贴", "加班费怎么算", "工伤等级", "高龄补贴", "公司不交社保", "辞退赔偿", "试用期", "仲裁时效",
	"社保卡激活", "异地就医", "档案存放", "创业补贴", "职称评审", "培训补贴", "退休金什么时候发", "yanglao", "gongshang", "shbx", "sybx",
	"yanglaobaoxian zhuanyi", "一次性补缴", "个体户", "农民工工资", "未休年假", "病假工资", "女职工退休", "丧葬费", "社保缴费基数",
}

var errNothingFound = errors.New("检索什么都没有找到")

// search puts articles into the local knowledge base and asks it everything,
// timed by the program's own clock. Milliseconds.
func search(w *story.World, o options) (sample, error) {
	// Not to the hub, where it would only be drafts.
	if out, err := w.Run([]string{"ZUOXI_HUB_SOCKET=" + filepath.Join(w.Dir, "none")}, "kb", "import", o.articles); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	ask := questions
	if o.queries != "" {
		b, err := os.ReadFile(o.queries)
		if err != nil {
			return nil, fmt.Errorf("queries: %w", err)
		}
		ask = nil
		for line := range strings.Lines(string(b)) {
			if q, _, _ := strings.Cut(strings.TrimSpace(line), "\t"); q != "" && !strings.HasPrefix(q, "#") {
				ask = append(ask, q)
			}
		}
	}
	var in bytes.Buffer
	for range rounds {
		in.WriteString(strings.Join(ask, "\n") + "\n")
	}
	cmd := exec.Command(w.Binary, "kb", "search", "--stdin", "--json")
	cmd.Dir, cmd.Env, cmd.Stdin = w.Dir, w.Env(), &in
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("searching: %w", err)
	}
	var took sample
	found := 0
	for dec := json.NewDecoder(bytes.NewReader(out)); dec.More(); {
		var answer struct {
			US  float64  `json:"us"`
			IDs []string `json:"ids"`
		}
		if err := dec.Decode(&answer); err != nil {
			return nil, fmt.Errorf("answer %d: %w", len(took)+1, err)
		}
		took = append(took, answer.US/1000)
		found += len(answer.IDs)
	}
	if found == 0 {
		return nil, errNothingFound
	}
	// The first round finds the index cold.
	return took[min(len(took), len(ask)):], nil
}
