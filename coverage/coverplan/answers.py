"""The words a choice column may hold: the canonical answer, and what else means it."""

from coverplan.columns import Choices

__all__ = [
    "ANSWERS",
    "CANDIDATE_KINDS",
    "COMPARISONS",
    "FIRMNESS",
    "LEVELS",
    "POPULATION_KINDS",
    "RETURN_STATES",
    "STATUSES",
    "TARGET_KINDS",
    "TOWNSHIP_KINDS",
    "VERIFICATIONS",
    "VILLAGE_KINDS",
    "YES_NO_UNKNOWN",
]

YES_NO_UNKNOWN: Choices = {
    "yes": ("是", "有", "y", "true", "1", "√", "✓", "正常开展", "开展"),
    "no": ("否", "无", "没有", "n", "false", "0", "×", "✗", "未开展"),
    "unknown": ("未知", "不详", "不清楚", "待核实", "未核实"),
}
TOWNSHIP_KINDS: Choices = {
    "街道": ("街道办事处", "街道办", "办事处", "subdistrict"),
    "镇": ("建制镇", "town"),
    "乡": ("民族乡", "township"),
    "其他": ("农场", "林场", "牧场", "团场", "开发区", "园区", "管理区", "地区", "other"),
}
VILLAGE_KINDS: Choices = {
    "村": ("行政村", "村委会", "村民委员会", "建制村", "village"),
    "社区": ("居委会", "居民委员会", "社区居委会", "社区居民委员会", "城镇社区", "community"),
}
STATUSES: Choices = {
    "open": (
        "开放",
        "已开放",
        "在用",
        "正常",
        "运行",
        "运行中",
        "已建成",
        "建成",
        "已挂牌",
        "启用",
    ),
    "planned": ("拟建", "规划", "规划中", "计划", "待建", "筹建", "筹备"),
    "building": ("在建", "建设中", "施工", "施工中", "正在建设"),
    "suspended": ("暂停", "停用", "暂停开放", "停办", "暂停使用"),
    "closed": ("关闭", "已关闭", "撤销", "已撤销", "废止", "拆除", "摘牌"),
    # a spot check found it untrue: open until proven, it would count; closed, nobody said so
    "disputed": ("待核", "不属实", "核实不符"),
}
ANSWERS: Choices = {
    "has": ("有", "已建", "yes", "1"),
    "none": ("零报告", "零", "无", "没有", "0", "no"),
    "unreported": ("未报", "未上报", "没报", "待报"),
}
RETURN_STATES: Choices = {
    "reported": ("已报",),
    "returned": ("退回",),
    "silent": ("未报",),
}
VERIFICATIONS: Choices = {
    "自报": ("self", "未核实", "否", "no", "false", "0"),
    "电话核": ("phone", "电话核实", "电话"),
    "实地核": ("site", "实地核实", "现场核实", "实地"),
}
LEVELS: Choices = {
    "小学": ("完全小学", "完小", "中心小学", "中心校", "村小", "教学点", "primary"),
    "初中": ("初级中学", "junior"),
    "高中": ("高级中学", "普通高中", "职高", "中职", "职业高中", "senior"),
    "九年一贯": ("九年一贯制", "九年制", "九年一贯制学校"),
    "完全中学": ("完中", "中学", "secondary"),
}
CANDIDATE_KINDS: Choices = {
    "village": ("村", "社区", "村（社区）", "村社区"),
    "hall": ("便民服务中心", "乡镇", "街道", "驻地", "文化站", "综合文化站"),
    "school": ("学校",),
    "nominated": ("推荐", "提名", "申报", "指定"),
}
TARGET_KINDS: Choices = {
    "stock": ("存量", "总量"),
    "flow_per_year": ("每年", "年度"),
    "share": ("比例",),
    "one_off": ("一次性",),
    "stage": ("阶段", "工程进度"),
    "designation": ("认定", "命名"),
    "coverage": ("覆盖", "全覆盖"),
    "task": ("任务", "事项"),
}
FIRMNESS: Choices = {
    "硬性": ("约束性", "firm", "hard"),
    "力争": ("争取", "aim"),
    "推动": ("推进", "预期性", "promote", "soft"),
}
COMPARISONS: Choices = {
    ">=": ("≥", "不少于", "以上", "至少", "at_least", "ge", "min"),
    "=": ("==", "等于", "equal", "eq"),
    "<=": ("≤", "不超过", "至多", "at_most", "le", "max"),
    "full": ("全覆盖", "全部", "all"),
    "rising": ("逐年增加", "逐步增加", "每年不少于且不低于上一年"),
}
POPULATION_KINDS: Choices = {
    "census": ("普查", "人口普查"),
    "estimate": ("推算", "估计", "估算"),
    "unofficial": ("非官方", "网络"),
}
