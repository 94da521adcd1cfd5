"""What a column or a row label of a self-evaluation form is called, over the layouts of several provinces.

Belongs here: words. Does not belong here: how cells are aligned to columns (forms.py). The lists are of header words,
not of departments: a new layout is a new word here.
"""

from __future__ import annotations

import re
from functools import lru_cache

from selfeval.lint.numbers import squeeze

#: first words win: 执行率权重 is a weight, 执行率得分 a score.
_SCORE = r"(?<!应)(?<!标准)得分|自评(?:分|$)|^评分|评分$|打分|评价分|实得|^评价$|复核分"
_WEIGHT = r"分值|权重|标准分|满分|^分数|^总分$|权值|基准分|应得|赋分"
_MONEY = (
    ("reason", r"原因|说明|备注"),
    ("change", r"追加|增减|调增|调减|调整(?:额|金额|幅度)|差额|变动"),
    ("score", _SCORE),
    ("weight", _WEIGHT),
    ("arrival", r"到位率|到位比例"),
    ("rate", r"率|比例|进度|B/A"),
    ("initial", r"年初|预算申请数|申报数|期初"),
    (
        "paid",
        r"执行(?:数|额|金额|合计)?$|决算(?:数|额|金额)?$|^(?:全年|年度|累计|实际|本年|预算|项目|资金|已)*(?:支出|支付|使用|完成)(?:数|额|金额|资金)?$"
        r"|支出(?:数|金额|额)$|使用数$|全年执行|实际执行|^\(?B\)?$",
    ),
    (
        "final",
        r"(?:预算|计划|调整)(?:数|额|金额|安排|资金)?$|预算数|调整后|到位|下达|^(?:全年|年度|资金|预算)?(?:安排|批复)|^\(?A\)?$",
    ),
)
_INDICATOR = (
    ("before", r"上年|去年|上一年|往年|历史"),
    (
        "coefficient",
        r"得分系数|完成系数|计分系数|偏[差离][度率]$|得分率|完成程度|^(?:指标)?完成(?:率|比例|比率)(?:\(%\))?$",
    ),
    ("reason", r"原因|改进措施|偏差|扣分说明|备注|未完成"),
    (
        "criteria",
        r"(?:评分|评价|扣分)标准|细则|指标解释|指标说明|(?:评分|计分|得分|评价)依据|计算公式|(?:计分|评分)(?:方法|办法)|评分规则|说明$",
    ),
    ("folded", r"折算|加权得分|权重得分|加权后"),
    ("score", _SCORE.replace("|^评价$", "")),
    ("weight", _WEIGHT),
    ("nature", r"指标性质|^性质|^符号$|指标符号|指标方向|计算符|运算符|比较符"),
    ("actual", r"实际|完成(?!率|程度|比例|进度)|实现|达成|已达|自评值|业绩值|年终|执行结果"),
    ("unit", r"度量单位|计量单位|^单位$|指标单位"),
    ("target", r"指标值|目标|计划|预期|年度指标|年初(?:设定|指标|确定)|绩效标准|标杆值|应达|标准值|要求$"),
    ("level1", r"一级"),
    ("level2", r"二级"),
    ("name", r"[三四]级|指标名称|指标内容|[考评][核价](?:指标|内容)|^指标$|具体指标|绩效指标$"),
)
MONEY_LABEL = re.compile(
    r"(?:其中[:：]?)?[\u4e00-\u9fff]{0,6}(?:总额|总金额|资金合计|资金总计)"
    r"|(?:\d[.、])?(?:其中[:：]?|[-—]+)?(?:本年|当年|年度|全年|上年|以前年度|一般公共预算|政府性基金|基本|项目)?"
    r"(?:财政拨款|财政资金|财政性资金|结转资金|结转结余|结转(?=$|:|\()|其他资金|其它资金|单位资金|自有资金|自筹资金|财政专户管理资金|财政专户资金"
    r"|一般公共预算|政府性基金|国有资本经营|上级资金|上级补助|中央资金|中央补助|中央财政|省级|市级|县级|区级|本级|地方资金|地方财政"
    r"|支出预算|支出(?!率)|非财政拨款|社会保险基金|事业收入)"
    r"|预算执行情况|预算资金$|年度预算|预算总额"
)
TOTAL_MONEY = re.compile(
    r"[\u4e00-\u9fff]{0,6}(?:总额|总金额|资金合计|资金总计)|预算执行情况|年度预算|预算总额|^合计$|^总计$"
)
#: a part of a part: the sources of 财政拨款 are printed under it, or in its place.
NESTED_MONEY = re.compile(
    r"一般公共预算|政府性基金|国有资本|中央|省级|市级|县级|区级|本级|地方|上级|社会保险基金|专项债|基本支出|项目支出|人员|公用"
)
#: how an actual is held to its target, in a column of its own
SIGNS = {"=", "≥", "≤", ">", "<", ">=", "<=", "定性", "等于", "大于等于", "小于等于", "大于", "小于"}
TOTAL_LABEL = re.compile(
    r"(?:自评)?(?:总分|合计|总计|总得分|总分值|分值合计|得分合计|合计得分|总分合计|自评总分|自评总得分|小计)(?:\(.*?\))?[:：]?"
)
LEVEL1 = re.compile(r"(产出|效益|满意度|成本|效果|投入|过程|决策|管理|履职效能|履职)(?:类)?(?:指标|绩效)?")
LEVEL2 = re.compile(
    r"(数量|质量|时效|成本|经济成本|社会成本|生态环境成本|经济效益|社会效益|生态效益|可持续影响|可持续发展|可持续|服务对象满意度"
    r"|社会公众满意度|经济|社会|生态|满意度|公众满意度|服务对象|群众满意度)(?:指标)?(?=$|[\s:：(（\d])"
)
#: the exact fragments that a level cell may hold.
_LEVEL_CELL = re.compile(
    rf"(?:{LEVEL1.pattern}|{LEVEL2.pattern.split('(?=')[0]})(?:\(\d+(?:\.\d+)?分?\)|\d+(?:\.\d+)?分)?"
)


@lru_cache(maxsize=4096)
def money_role(header: str) -> str | None:
    if re.fullmatch(r"(?:预算|资金)执行\(\d{1,2}分?\)", squeeze(header)):  # the points of each project of a list
        return "score"
    return _role(header, _MONEY, 24)


@lru_cache(maxsize=4096)
def indicator_role(header: str) -> str | None:
    return _role(header, _INDICATOR, 28)


def is_level(cell: str) -> bool:
    return bool(_LEVEL_CELL.fullmatch(squeeze(cell)))


def _role(header: str, words: tuple[tuple[str, str], ...], limit: int) -> str | None:
    text = re.sub(r"^20\d\d年度?", "", squeeze(header))
    text = re.sub(r"\([^()]*\)", "", text) or text
    if not text or len(text) > limit or re.match(r"[\d.]+%?$|注\d*[:：]", text):
        return None
    return next((role for role, pattern in words if re.search(pattern, text)), None)
