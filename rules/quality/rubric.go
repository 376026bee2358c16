package quality

// Ministry2015 is the sheet of the ministry's monitoring of 2015 with 100 points. Steps are assumptions of the project.
func Ministry2015() *Rubric {
	return &Rubric{
		Version: "2015", Total: 100,
		Parts: []Part{{"A", "接听礼仪", 25}, {"B", "沟通技巧", 40}, {"C", "问题解答", 35}},
		Items: []Item{
			{"A1a", "A", "主动报工号", 2, 2, Auto},
			{"A1b", "A", "等待来电者先挂电话", 3, 3, Auto},
			{"A2", "A", "礼貌用语、热情亲切", 5, 1, Human},
			{"A3", "A", "无服务禁忌语", 5, 5, Assist},
			{"A4a", "A", "普通话标准", 5, 1, Human},
			{"A4b", "A", "口齿清晰、无口头禅", 3, 1, Assist},
			{"A4c", "A", "不随意使用方言", 2, 1, Human},
			{"B1", "B", "耐心倾听、不随意插话打断", 5, 1, Assist},
			{"B2", "B", "妥善应变、快速回应", 5, 1, Assist},
			{"B3a", "B", "主动询问细节", 4, 1, Human},
			{"B3b", "B", "把握主旨", 3, 1, Human},
			{"B3c", "B", "引导能力强", 3, 1, Human},
			{"B4a", "B", "言简意赅", 3, 1, Human},
			{"B4b", "B", "条理清楚", 4, 1, Human},
			{"B4c", "B", "表述流畅", 4, 1, Human},
			{"B5a", "B", "恰当地结束通话", 3, 1, Human},
			{"B5b", "B", "礼貌清晰报读结束语", 2, 1, Assist},
			{"B6", "B", "无冷场或停顿", 5, 1, Auto},
			{"C1a", "C", "判断问题准确快速", 3, 1, Human},
			{"C1b", "C", "理解实际需求", 3, 1, Human},
			{"C1c", "C", "解答针对性强", 4, 1, Human},
			{"C2", "C", "回答全面正确有效，不用提示", 8, 1, Human},
			{"C3", "C", "不将来电者支到业务或经办机构", 7, 7, Human},
			{"C4", "C", "积极回应、不推诿", 5, 1, Human},
			{"C5", "C", "查资料或询问旁人让等待不超过1分钟", 5, 5, Auto},
		},
		Caps: []Cap{{"B4", []string{"B4a", "B4b", "B4c"}, 10, "原表分项3+4+4=11，大项10分，按10分封顶"}},
	}
}
