package main

import (
	"bufio"
	"fmt"
	"os"
	"strings"
)

// table is the outcome of a run. The aims are those the project set itself.
func (f *figures) table() table {
	t := table{title: "坐席实测 · " + f.machine}
	add := func(r ...row) { t.rows = append(t.rows, r...) }
	add(f.callRows()...)
	add(f.voiceRows()...)
	add(f.screenRows()...)
	add(f.costRows()...)
	add(plain("知识检索 p50 / p99", pairOf(f.search.at(.5), f.search.at(.99), "ms")))
	return t
}

func (f *figures) callRows() []row {
	of := func(figure func(hubCall) float64) sample { return gather(f.calls, figure) }
	route := of(func(c hubCall) float64 { return c.routeToPop })
	citizen := of(func(c hubCall) float64 { return c.answerCitizen })
	seat := of(func(c hubCall) float64 { return c.answerSeat })
	bridge := of(func(c hubCall) float64 { return c.bridge })
	seam := of(func(c hubCall) float64 { return c.seam })
	invite := of(func(c hubCall) float64 { return c.inviteToPop })
	return []row{
		plain("INVITE 到弹屏（含 600 ms 提示音）", figure(invite.median(), "ms")+invite.spread("ms")),
		limit("派定坐席到弹屏", route.median(), 50, "ms", route.spread("ms")),
		limit("F3 到来电人听见工号", citizen.median(), 60, "ms", citizen.spread("ms")),
		limit("F3 到坐席听见工号", seat.median(), 60, "ms", seat.spread("ms")),
		limit("工号播完到来电人听见坐席", seam.median(), 60, "ms", seam.spread("ms")),
		plain("  从中心接通算起", figure(bridge.median(), "ms")+bridge.spread("ms")),
	}
}

// voiceRows compares each way with the same way between two baresips: the one
// who called hears later than the one who was called, there as here.
func (f *figures) voiceRows() []row {
	toSeat := gather(f.calls, func(c hubCall) float64 { return c.toSeat.median() })
	toCitizen := gather(f.calls, func(c hubCall) float64 { return c.toCitizen.median() })
	aToB := func(r pairResult) float64 { return r.aToB.median() }
	bToA := func(r pairResult) float64 { return r.bToA.median() }
	out := []row{
		plain("嘴到耳 来电人→坐席", figure(toSeat.median(), "ms")+toSeat.spread("ms")),
		plain("嘴到耳 坐席→来电人", figure(toCitizen.median(), "ms")+toCitizen.spread("ms")),
	}
	for _, k := range []struct {
		name  string
		calls []pairResult
		most  float64
	}{{"baresip 默认", f.usual, 0.6}, {"baresip 调快", f.fast, 1.2}} {
		there, back := gather(k.calls, aToB), gather(k.calls, bToA)
		out = append(out,
			plain("  "+k.name+" 主叫→被叫", figure(there.median(), "ms")+there.spread("ms")),
			plain("  "+k.name+" 被叫→主叫", figure(back.median(), "ms")+back.spread("ms")),
			limit("  来电人→坐席 比 "+k.name, toSeat.median()/there.median(), k.most, "倍", ""),
			limit("  坐席→来电人 比 "+k.name, toCitizen.median()/back.median(), k.most, "倍", ""))
	}
	return out
}

func (f *figures) screenRows() []row {
	letters := append(append(sample{}, f.inCall.search.bytes...), f.inCall.form.bytes...)
	moves := f.inCall.list.bytes
	bytes := gather(f.calls, func(c hubCall) float64 { return c.bytes })
	return []row{
		limit("第一帧（启动到整页）", f.first.median(), 50, "ms", f.first.spread("ms")),
		limit("按键到画面 p99，120 帧", f.typed.frame.at(.99), 20, "ms", fmt.Sprintf("（%d 键，p50 %s，%d 键没有变化）", len(f.typed.frame)+f.typed.blind, figure(f.typed.frame.median(), "ms"), f.typed.blind)),
		limit("通话中每个字母的字节 p50", letters.median(), 250, "B", "（p99 "+figure(letters.at(.99), "B")+"）"),
		plain("  其中检索框 / 受理单", pairOf(f.inCall.search.bytes.median(), f.inCall.form.bytes.median(), "B")),
		plain("通话中列表移一行的字节 p50 / p99", pairOf(moves.median(), moves.at(.99), "B")),
		limit("通话中每秒字节（电平和时钟在动）", bytes.median(), 400, "B/s", bytes.spread("B/s")),
		plain("空闲时每秒字节", figure(f.idle.bytes, "B/s")),
	}
}

func (f *figures) costRows() []row {
	seat := gather(f.calls, func(c hubCall) float64 { return c.seatCPU })
	hub := gather(f.calls, func(c hubCall) float64 { return c.hubCPU })
	anon := gather(f.calls, func(c hubCall) float64 { return c.seatAnon })
	rss := gather(f.calls, func(c hubCall) float64 { return c.seatRSS })
	hubAnon := gather(f.calls, func(c hubCall) float64 { return c.hubAnon })
	var other, otherAnon sample
	for _, r := range f.usual {
		other, otherAnon = append(other, r.cpu...), append(otherAnon, r.anon...)
	}
	return []row{
		limit("坐席 CPU，无通话", f.idle.seatCPU, 1.5, "%", ""),
		plain("坐席 CPU，通话中", figure(seat.median(), "%")+seat.spread("%")),
		plain("  baresip CPU，通话中", figure(other.median(), "%")+other.spread("%")),
		limit("  坐席比 baresip", seat.median()/other.median(), 2.5, "倍", ""),
		plain("中心 CPU，无通话 / 一路通话", pairOf(f.idle.hubCPU, hub.median(), "%")),
		limit("坐席内存，匿名部分，通话中", anon.at(1), anonymousAim, "MiB", "（空闲 "+figure(f.idle.seatAnon, "MiB")+"，全部 "+figure(rss.at(1), "MiB")+"）"),
		plain("中心内存，匿名部分，空闲 / 最多", pairOf(f.idle.hubAnon, hubAnon.at(1), "MiB")),
		plain("  baresip 内存，匿名部分", figure(otherAnon.median(), "MiB")),
	}
}

// anonymousAim is how much memory of its own a seat may take in a call, in MiB, whichever benchmark measures it.
const anonymousAim = 40

func pairOf(a, b float64, unit string) string { return figure(a, "") + " / " + figure(b, unit) }

// machine says where a run was made: figures of two machines do not compare.
func machine() string {
	name := "?"
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer func() { _ = f.Close() }()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if k, v, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(k) == "model name" {
				name = strings.TrimSpace(v)
				break
			}
		}
	}
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return name
	}
	return name + " · 开始时负载 " + strings.Join(strings.Fields(string(load))[:3], " ")
}
