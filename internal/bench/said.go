package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"time"

	"zuoxi/internal/bench/rig"
	"zuoxi/internal/bench/score"
	"zuoxi/media/g711"
	"zuoxi/media/resample"
	"zuoxi/media/wav"
)

// What espeak-ng says where no recordings are given.
var sentences = []string{
	"您好，我想问一下养老保险断缴三年以后，怎么补缴，要带什么材料到哪里去办。",
	"公司没有签劳动合同，拖欠工资三个月，应该找劳动监察还是申请仲裁，时限是多久。",
	"我的社会保障卡丢了，在外地能不能挂失补办，需要等多少个工作日才能拿到新卡。",
}

const (
	sentencePause = 400 // ms
	mostSpeech    = 18  // s
	narrow        = 8000
)

// speech is what is said on every line: as the telephone network delivers it,
// because from there it comes to both programs.
func speech(o options) ([]float32, error) {
	files, err := filepath.Glob(filepath.Join(o.speech, "*.wav"))
	if o.speech == "" {
		files, err = espeak(o.dir)
	}
	if err != nil || len(files) == 0 {
		return nil, errors.Join(err, fmt.Errorf("没有可说的话 · 请检查 %q", o.speech))
	}
	slices.Sort(files)
	var out []float32
	for _, f := range files {
		pcm, err := readMono(f)
		if err != nil {
			return nil, err
		}
		out = append(append(out, viaTelephone(pcm)...), make([]float32, sentencePause*ms)...)
	}
	return out[:min(len(out), mostSpeech*rig.Rate)], nil
}

func espeak(dir string) ([]string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var files []string
	for i, s := range sentences {
		f := filepath.Join(dir, fmt.Sprintf("said-%d.wav", i))
		if out, err := exec.CommandContext(ctx, "espeak-ng", "-v", "cmn", "-w", f, s).CombinedOutput(); err != nil {
			return nil, fmt.Errorf("espeak-ng: %w: %s", err, out)
		}
		files = append(files, f)
	}
	return files, nil
}

// readMono is a file at the telephone's rate.
func readMono(path string) ([]int16, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("speech: %w", err)
	}
	defer func() { _ = f.Close() }()
	r, err := wav.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("speech %s: %w", path, err)
	}
	format := r.Format
	var all []int16
	buf := make([]int16, 4096*format.Channels)
	for {
		n, err := r.Read(buf)
		for i := 0; i < n; i += format.Channels {
			all = append(all, buf[i])
		}
		if err != nil {
			break // its end, or as good
		}
	}
	return convert(all, format.Rate, narrow), nil
}

func convert(pcm []int16, from, to int) []int16 {
	r := resample.New(from, to)
	out := make([]int16, r.MaxOut(len(pcm)+r.Delay()))
	n, _ := r.ProcessInt16(out, append(slices.Clone(pcm), make([]int16, r.Delay())...))
	return out[:n]
}

// viaTelephone is what A-law leaves of a voice, at the rig's rate.
func viaTelephone(pcm []int16) []float32 {
	coded, back := make([]byte, len(pcm)), make([]int16, len(pcm))
	g711.EncodeALaw(coded, pcm)
	g711.DecodeALaw(back, coded)
	return floats(convert(back, narrow, rig.Rate))
}

// longestWay is the longest delay that speech is looked for with.
const longestWay = 0.6

// judged compares what an ear heard with what was said from a sample on.
func judged(t *rig.Take, ear *rig.Headset, at int, said []float32) (score.Result, error) {
	heard := t.Heard(ear, at, at+len(said)+int(longestWay*rig.Rate))
	return score.Compare(doubles(said), doubles(heard), rig.Rate, longestWay)
}

func doubles(x []float32) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}
