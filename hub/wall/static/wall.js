"use strict";
// The leaders' page: it keeps the board from deltas and draws it. Every text comes
// from the hub and is set as text, never as markup.
(() => {
  const el = (id) => document.getElementById(id);
  const board = { at: 0, heard: 0, sums: null, lines: new Map(), topics: [], minutes: new Map(), alarms: new Map() };
  const hour = 3600;

  const node = (tag, text, cls) => {
    const n = document.createElement(tag);
    if (text !== undefined) n.textContent = text;
    if (cls) n.className = cls;
    return n;
  };
  const fill = (id, children) => el(id).replaceChildren(...children);
  const share = (n, of) => (of > 0 ? (100 * n / of).toFixed(1) + "%" : "-");
  const clock = (s) => {
    s = Math.max(0, Math.floor(s));
    const two = (n) => String(n).padStart(2, "0");
    return s >= hour ? Math.floor(s / hour) + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60) : two(Math.floor(s / 60)) + ":" + two(s % 60);
  };
  // The hub's clock rules; the browser's own only measures how long nothing came.
  // The hotline's time, whatever zone the browser is in.
  const beijing = (s) => new Date((s + 8 * hour) * 1000).toISOString().slice(11, 19);
  const now = () => board.at + Math.floor((performance.now() - board.heard) / 1000);

  function take(d) {
    if (d.fresh) {
      board.lines.clear(); board.minutes.clear(); board.alarms.clear(); board.topics = [];
    }
    board.at = d.at;
    board.heard = performance.now();
    if (d.sums) board.sums = d.sums;
    if (d.topics) board.topics = d.topics;
    for (const l of d.lines || []) board.lines.set(l.subject, l);
    for (const m of d.minutes || []) board.minutes.set(m.at, m);
    for (const a of d.alarms || []) a.gone ? board.alarms.delete(a.id) : board.alarms.set(a.id, a);
    for (const at of board.minutes.keys()) if (at <= d.at - hour) board.minutes.delete(at);
  }

  function tiles() {
    const n = board.sums.now, t = board.sums.today, decided = t.answered + t.gave_up;
    const wait = n.longest_at ? now() - n.longest_at : 0;
    const list = [
      ["排队", n.waiting, n.waiting > 0 ? "warn" : ""],
      ["最久等待", n.longest_at ? clock(wait) : "-", wait > 120 ? "bad" : ""],
      ["预计等候", n.estimate_s >= 0 ? clock(n.estimate_s) : "-", ""],
      ["15 秒接通率", share(t.in_15, decided), ""],
      ["20 秒接通率", share(t.in_20, decided), decided > 20 && t.in_20 / decided < 0.8 ? "bad" : ""],
      ["放弃率", share(t.gave_up, decided), decided > 20 && t.gave_up / decided > 0.2 ? "bad" : ""],
      ["今日来电", t.total, ""],
      ["线路占用", n.trunk_max ? n.trunk + "/" + n.trunk_max : String(n.trunk), n.trunk_max && n.trunk / n.trunk_max > 0.9 ? "bad" : ""],
      ["人工 / 自助", t.human + " / " + t.auto, ""], ["平均通话", clock(t.talk_mean_s), ""], ["平均等待", clock(t.wait_mean_s), ""],
      ["满意率（" + t.rated + " 评）", share(t.content, t.rated), ""],
      ["一次解决率（" + (board.sums.first_day || "-").slice(5) + "）", share(board.sums.first || 0, board.sums.first_of || 0), ""],
      ["逾期单" + (board.sums.overdue_at ? "（" + beijing(board.sums.overdue_at).slice(0, 5) + "）" : ""), board.sums.overdue_at ? board.sums.overdue : "-", board.sums.overdue > 0 ? "bad" : ""],
      ["断线坐席", n.lost, n.lost > 0 ? "bad" : ""], ["线路丢失", t.faults, t.faults > 0 ? "bad" : ""],
    ];
    fill("tiles", list.map(([name, value, cls]) => {
      const tile = node("div", undefined, "tile");
      tile.append(node("b", String(value), cls), node("span", name));
      return tile;
    }));
  }

  const states = [["ready", "空闲"], ["talking", "通话"], ["hold", "保持"], ["ringing", "振铃"], ["wrap_up", "话后"], ["not_ready", "示忙"],
    ["break", "小休"], ["training", "培训"], ["lost", "断线"]];

  function bar(name, value, most, note) {
    const b = node("div", undefined, "bar"), i = node("i");
    i.style.width = (most > 0 ? 100 * value / most : 0) + "%";
    b.append(node("span", name), i, node("em", note));
    return b;
  }

  function panels() {
    const n = board.sums.now.states || {};
    const most = Math.max(1, ...states.map(([k]) => n[k] || 0));
    fill("states", states.map(([k, name]) => bar(name, n[k] || 0, most, String(n[k] || 0))));
    const lines = [...board.lines.values()].sort((a, b) => b.waiting - a.waiting || b.queued - a.queued).slice(0, 9);
    fill("lines", lines.map((l) => {
      const tr = node("tr"), decided = l.answered + l.gave_up;
      tr.append(node("td", l.subject), node("td", String(l.waiting), l.waiting > 0 ? "warn" : ""),
        node("td", l.longest_at ? clock(now() - l.longest_at) : "-"), node("td", share(l.in_20, decided)), node("td", share(l.gave_up, decided)));
      return tr;
    }));
    const top = Math.max(1, ...board.topics.map((t) => t.count));
    fill("topics", board.topics.slice(0, 9).map((t) => {
      const rise = t.before > 0 ? "  较昨日 " + (t.count >= t.before ? "+" : "") + Math.round(100 * (t.count - t.before) / t.before) + "%" : "";
      return bar(t.name, t.count, top, t.count + rise);
    }));
    const alarms = [...board.alarms.values()], says = (a) => a.text + (a.from ? "，现在 " + clock(now() - a.from) : "");
    fill("alarms", alarms.length ? alarms.map((a) => node("li", says(a), a.level === "error" ? "bad" : "warn")) : [node("li", "没有预警")]);
  }

  const axis = { stroke: "#8fa3b8", grid: { stroke: "#22313f", width: 1 }, ticks: { stroke: "#22313f" } };
  function chart(id, series) {
    const box = el(id);
    const size = () => ({ width: Math.max(box.clientWidth, 200), height: 220 });
    const plot = new uPlot({
      ...size(), legend: { show: false }, cursor: { show: false },
      scales: { x: { range: () => [board.at - hour, board.at] }, y: { range: (u, min, max) => [0, Math.max(4, max || 0)] } },
      axes: [{ ...axis, values: (u, at) => at.map((s) => beijing(s).slice(0, 5)) }, axis],
      series: [{}, ...series],
    }, [[], ...series.map(() => [])], box);
    new ResizeObserver(() => plot.setSize(size())).observe(box);
    return plot;
  }
  const bars = uPlot.paths.bars({ size: [0.8, 20] });
  const waiting = chart("waiting", [{ label: "排队", stroke: "#f0b64a", width: 2, fill: "#f0b64a33" }, { label: "通话", stroke: "#4fc38a", width: 2 }]);
  const answered = chart("answered", [{ label: "接通", stroke: "#5aa9e6", fill: "#5aa9e6", paths: bars, points: { show: false } }, { label: "放弃", stroke: "#ff6b5e", fill: "#ff6b5e", paths: bars, points: { show: false } }]);

  function curves() {
    const m = [...board.minutes.values()].sort((a, b) => a.at - b.at);
    const column = (f) => m.map(f);
    waiting.setData([column((x) => x.at), column((x) => x.waiting), column((x) => x.talking)]);
    answered.setData([column((x) => x.at), column((x) => x.answered), column((x) => x.gave_up)]);
  }

  function age() {
    const quiet = (performance.now() - board.heard) / 1000;
    const late = !board.at || quiet > 3;
    const time = board.at ? beijing(board.at) : "";
    el("age").className = late ? "bad" : "";
    el("age").textContent = !board.at ? "正在连接中心…" : late ? "数据停在 " + time + "，已 " + Math.floor(quiet) + " 秒没有更新" : "数据 " + time;
  }

  const source = new EventSource("events");
  source.onmessage = (e) => {
    take(JSON.parse(e.data));
    if (board.sums) { tiles(); panels(); curves(); }
    age();
  };
  setInterval(() => { age(); if (board.sums) tiles(); }, 1000);
})();
