package report

// Provinces are the provincial units in the order of the ministry's tables, by the first two digits of a division code
// (GB/T 2260; 66 is the corps in Xinjiang).
var Provinces = []struct{ Code, Name string }{
	{"11", "北京"}, {"12", "天津"}, {"13", "河北"}, {"14", "山西"}, {"15", "内蒙古"}, {"21", "辽宁"}, {"22", "吉林"}, {"23", "黑龙江"},
	{"31", "上海"}, {"32", "江苏"}, {"33", "浙江"}, {"34", "安徽"}, {"35", "福建"}, {"36", "江西"}, {"37", "山东"}, {"41", "河南"},
	{"42", "湖北"}, {"43", "湖南"}, {"44", "广东"}, {"45", "广西"}, {"46", "海南"}, {"50", "重庆"}, {"51", "四川"}, {"52", "贵州"},
	{"53", "云南"}, {"54", "西藏"}, {"61", "陕西"}, {"62", "甘肃"}, {"63", "青海"}, {"64", "宁夏"}, {"65", "新疆"}, {"66", "兵团"},
}

// Province is the provincial unit of a division code, "未知" when it is none.
func Province(district string) string {
	for _, p := range Provinces {
		if len(district) >= 2 && district[:2] == p.Code {
			return p.Name
		}
	}
	return unknown
}

const unknown = "未知"

// ByProvince puts groups in the ministry's order. Where the log holds more than one province, those without any call are
// listed as silent; a hub of one province lists only its own.
func ByProvince(groups map[string]Sums) []Group {
	var out []Group
	for _, p := range Provinces {
		s, ok := groups[p.Name]
		if ok || len(groups) > 1 {
			out = append(out, Group{Name: p.Name, Sums: s, Silent: !ok})
		}
	}
	if s, ok := groups[unknown]; ok {
		out = append(out, Group{Name: unknown, Sums: s})
	}
	return out
}
