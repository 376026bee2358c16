package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// usage is what a process has used so far, read from /proc.
type usage struct {
	at      time.Time
	cpu     time.Duration
	rss     float64 // MiB
	anon    float64 // MiB, without what is shared with a sound server
	threads int
}

// clockTick is the unit of /proc/PID/stat; the kernel fills it with exact run
// time, cut to this.
const clockTick = 10 * time.Millisecond

func usageOf(pid int) (usage, error) {
	u := usage{at: time.Now()}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, fmt.Errorf("process %d: %w", pid, err)
	}
	// The name in parentheses may hold anything; behind it utime and stime are
	// the 12th and 13th field.
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	if len(fields) < 13 {
		return u, fmt.Errorf("process %d: stat has %d fields", pid, len(fields))
	}
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			return u, fmt.Errorf("process %d: %w", pid, err)
		}
		u.cpu += time.Duration(n) * clockTick
	}
	return u, u.memory(pid)
}

func (u *usage) memory(pid int) error {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return fmt.Errorf("process %d: %w", pid, err)
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		key, rest, _ := strings.Cut(lines.Text(), ":")
		value := 0.0
		if words := strings.Fields(rest); len(words) > 0 {
			value, _ = strconv.ParseFloat(words[0], 64) // not every line is a number
		}
		switch key {
		case "VmRSS":
			u.rss = value / 1024
		case "RssAnon":
			u.anon = value / 1024
		case "Threads":
			u.threads = int(value)
		}
	}
	return nil
}

// percent is the share of one core that was used between two readings.
func percent(from, to usage) float64 {
	return 100 * float64(to.cpu-from.cpu) / float64(to.at.Sub(from.at))
}
