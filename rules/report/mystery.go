package report

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// waitBands are the seconds up to which a wait belongs to the bands of the ministry's table; what is longer is in the last.
var waitBands = [2]int64{30, 120}

// place is a province, or the nation: cities that were called, each as one however often it was called.
type place struct {
	name                           string
	cities, opened, manual, scored int64
	bands                          [len(waitBands) + 1]int64
	wait, mean                     []Cell // of each that has one
	parts                          [3][]Cell
}

// visit adds a city by all the calls to it: it is open if any of them was taken, and is what they were like in the mean.
func (p *place) visit(s *scores) {
	p.cities++
	p.opened += min(s.opened, 1)
	p.manual += min(s.manual, 1)
	p.scored += min(s.scored, 1)
	p.figures(Cell{Num: s.waitMS, Den: 1000 * s.manual}, s.mean(), [3]Cell{s.part(0), s.part(1), s.part(2)})
}

// figures adds what was measured of a city or a province; what was not is no zero.
func (p *place) figures(wait, mean Cell, parts [3]Cell) {
	if wait.Den > 0 {
		p.wait = append(p.wait, wait)
		p.bands[band(wait)]++
	}
	if mean.Den > 0 {
		p.mean = append(p.mean, mean)
	}
	for i, c := range parts {
		if c.Den > 0 {
			p.parts[i] = append(p.parts[i], c)
		}
	}
}

func band(wait Cell) int {
	i := slices.IndexFunc(waitBands[:], func(limit int64) bool { return wait.Num <= limit*wait.Den })
	if i < 0 {
		return len(waitBands)
	}
	return i
}

// nation adds provinces up, each as one.
func nation(provinces []*place) *place {
	all := &place{name: "各省平均"}
	for _, p := range provinces {
		all.manual += min(p.manual, 1)
		all.scored += min(p.scored, 1)
		all.figures(meanOf(p.wait), meanOf(p.mean), [3]Cell{meanOf(p.parts[0]), meanOf(p.parts[1]), meanOf(p.parts[2])})
	}
	return all
}

// row is the place as a line; without cities it is of provinces, of which one cannot say that they are open.
func (p *place) row(sum bool) Row {
	cells := []Cell{Words(p.name), Count(p.cities), Count(p.opened), Share(p.opened, p.cities)}
	if p.cities == 0 {
		cells = []Cell{Words(p.name), Missing(), Missing(), Missing()}
	}
	cells = append(cells, Count(p.manual), meanOf(p.wait))
	for _, n := range p.bands {
		cells = append(cells, Count(n))
	}
	return Row{Sum: sum, Cells: append(cells, Count(p.scored), meanOf(p.mean), meanOf(p.parts[0]), meanOf(p.parts[1]), meanOf(p.parts[2]))}
}

// meanBits is how long the whole numbers of a mean are at most, so that printing it goes beyond no int64.
const meanBits = 48

// meanOf is the mean of fractions, exact: a mean of means that was rounded on the way may print another figure.
func meanOf(cells []Cell) Cell {
	if len(cells) == 0 {
		return Cell{}
	}
	sum := new(big.Rat)
	for _, c := range cells {
		sum.Add(sum, big.NewRat(c.Num, c.Den))
	}
	sum.Quo(sum, big.NewRat(int64(len(cells)), 1))
	num, den := new(big.Int).Set(sum.Num()), new(big.Int).Set(sum.Denom())
	if over := max(num.BitLen(), den.BitLen()) - meanBits; over > 0 { // places that were called some ten different numbers of times
		num.Rsh(num, uint(over))
		den.Rsh(den, uint(over))
	}
	return Cell{Num: num.Int64(), Den: den.Int64()}
}

// inside stands between the name of a province and that of its city.
const inside = "\x00"

// byPlace are the cities that were called, by province in the ministry's order.
func byPlace(cities []*scores) (provinces []*place, all *place) {
	all = &place{name: "合计"}
	at := map[string]*place{}
	for _, s := range cities {
		name, _, _ := strings.Cut(s.name, inside)
		p := at[name]
		if p == nil {
			p = &place{name: name}
			at[name] = p
			provinces = append(provinces, p)
		}
		p.visit(s)
		all.visit(s)
	}
	order := func(p *place) int {
		return slices.IndexFunc(Provinces, func(o struct{ Code, Name string }) bool { return o.Name == p.name })
	}
	slices.SortStableFunc(provinces, func(a, b *place) int { return cmp.Compare(uint(order(a)), uint(order(b))) })
	return provinces, all
}

// Mystery is the ministry's table of calls without telling who calls: opening, waiting, scores by province; laid is what the
// store has of them.
func Mystery(list []Scored, laid Laid) Table {
	t := Table{Name: "mystery", Title: "质量监控表", Chart: Chart{"得分", []string{"mean"}}, Columns: []Column{
		{Key: "name", Label: "地区", Words: true}, {Key: "cities", Label: "地市数"}, {Key: "opened", Label: "开通数"}, {Key: "opened_rate", Label: "开通率%", Places: 1},
		{Key: "manual", Label: "拨通人工"}, {Key: "wait", Label: "平均等待秒"}, {Key: "to30", Label: "30秒以内"}, {Key: "to120", Label: "30至120秒"}, {Key: "beyond", Label: "120秒以上"},
		{Key: "scored", Label: "已评"}, {Key: "mean", Label: "总分"}, {Key: "manners", Label: "接听礼仪"}, {Key: "talk", Label: "沟通技巧"}, {Key: "answer", Label: "问题解答"},
	}}
	cities := grouped(list, func(c Scored) string { return cmp.Or(c.Region, unknown) + inside + cmp.Or(c.City, c.Region) })
	provinces, all := byPlace(cities)
	for _, p := range provinces {
		t.Rows = append(t.Rows, p.row(false))
	}
	t.Rows = append(t.Rows, all.row(true))
	if len(provinces) > 1 {
		t.Rows = append(t.Rows, nation(provinces).row(true))
	}
	t.Checks = laid.prove(cities)
	t.Notes = []string{
		"按地市数：一个地市拨了几次算一个，有一次开通就算开通，有一次拨通人工就算拨通，等待和得分取各次的平均；开通 = 有人或系统应答",
		"合计是各地市的平均，各省平均是各省平均数的平均（原通报的全国得分和等待分段是这样算的，等待分段里数的是省）；没有拨通、没有评的不计",
		"设有人工但没有拨通的，和只有自动语音的，从外面拨打分不清，都不算拨通人工",
		"等待从拨出算起，含应答前的振铃，到有人开口为止；问了没有人答的（下班提示、录音留言）不算拨通人工",
		"拨打预设问题，没有拨通人工的再拨几次，取拨通的一次，否则取最后一次", "恰好 30 秒、120 秒的归入前一段（原通报没有说明）", unsettled,
	}
	return t
}
