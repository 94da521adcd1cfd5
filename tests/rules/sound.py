"""A small unit in which nothing is wrong: every table once, a few rows each, for tests that spoil one cell of it.

Belongs here: sound rows and the ways to change them. What a change must bring about is each test's own.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selfeval.model import Finding
from selfeval.pipeline import UnitPipeline, plan
from selfeval.store import Store
from tests.rules.conftest import BUDGET, PAYMENTS, SHARES, UNIT, YEAR, Folder, assert_listed

P1, P2 = "51113224T000000000001", "51113224R000000000002"
NAME = "测试县科学技术协会"
FORM, LEDGER, SERVICE = "自评填报表.xlsx", "业务台账.xlsx", "精准科普服务统计.xlsx"
INDICATORS = [
    "项目编码", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "计量单位", "权重", "取数指标",
    "实际完成值（手填）", "偏差原因分析及改进措施",
]  # fmt: skip
COUNTIES = [
    "县（市、区）",
    "常住人口（人）",
    "服务群众数（人）",
    "服务量（次）",
    "精准科普覆盖率（%）",
    "人均科普服务量（次）",
]
Row = list[Any]


def _payments() -> list[Row]:
    found: list[Row] = [list(PAYMENTS)]
    for month in range(1, 13):
        found.append([f"2024-{month:02d}-10", f"PZ{month:05d}", P1, "科普宣传", f"第{month}笔", "某某文化公司",
                      f"622848000{month:06d}", "30201", "50201", "7500.00"])  # fmt: skip
    for month in range(1, 11):
        found.append([f"2024-{month:02d}-15", f"PZ{month + 50:05d}", P2, "工资", f"{month}月工资", "代发工资户（某银行）",
                      f"622848111{month:06d}", "30101", "50101", "20000.00"])  # fmt: skip
    return [*found, ["合计", "", "", "", "", "", "", "", "", "290000.00"]]


def _shares() -> list[Row]:
    return [
        list(SHARES),
        *(
            [f"2024-{n % 12 + 1:02d}-{n % 27 + 1:02d} {8 + n % 12:02d}:{n * 7 % 60:02d}:{n * 11 % 60:02d}",
             f"KP1132000{n % 3 + 1}", "张三", "白坝村", f"C{n:05d}", f"科普第{n}期", "微信群", n]
            for n in range(1, 25)
        ),
    ]  # fmt: skip


SOUND: dict[tuple[str, str | None], list[Row]] = {
    (FORM, "单位信息"): [
        ["项目", "内容"], ["单位编码", UNIT], ["单位名称", NAME], ["年度", YEAR], ["行政区划", "测试县"],
        ["填报日期", "2025-02-20"], ["违规记录", "未出现"],
    ],
    (FORM, "内设机构"): [["机构名称", "职责"], ["办公室", "日常工作"]],
    (FORM, "人员编制"): [["职务", "人数"], ["主席", 1], ["工作人员", 3]],
    (FORM, "年度任务"): [["序号", "任务"], [1, "科普宣传"], [2, "科技服务"]],
    (FORM, "工作开展情况"): [["任务序号", "完成情况"], [1, "按计划完成。"], [2, "按计划完成。"]],
    (FORM, "总体绩效目标"): [["序号", "目标"], [1, "做好科普宣传"]],
    (FORM, "绩效指标"): [
        list(INDICATORS),
        [P1, "产出指标", "数量指标", "开展科普活动", "≥", 2, "次", 30, "项目资助科普活动次数", None, None],
        [P1, "产出指标", "时效指标", "资金支付时间", "≤", "2024-12-31", "日期", 20, "项目最后支付日期", None, None],
        [P1, "效益指标", "社会效益指标", "提升科普水平", "定性", "有效提升", None, 30, None, "达成年度指标", None],
        [P1, "满意度指标", "服务对象满意度", "服务对象满意度", "≥", 90, "%", 10, "服务对象满意度", None, None],
    ],
    (FORM, "情况说明"): [["章节", "内容"], ["结果应用情况", "用于编制下一年度预算。"]],
    ("指标执行情况表.xlsx", "指标执行"): [
        list(BUDGET),
        [UNIT, NAME, "特定目标类", P1, "科普宣传项目", None, "2060702", "科普活动", 100000, 0, 100000, 90000, 10000, "90.00%"],
        [UNIT, NAME, "人员类", P2, "人员经费", None, "2060701", "机构运行", 200000, 0, 200000, 200000, 0, "100.00%"],
        ["合计", None, None, None, None, None, None, None, 300000, 0, 300000, 290000, 10000, "96.67%"],
    ],
    ("收入支出决算总表.xlsx", "决算总表"): [
        ["收入支出决算总表", None, None, None, None, None],
        ["编制单位：" + NAME, None, None, "2024年度", None, "金额单位：万元"],
        ["项目", "行次", "决算数", "项目", "行次", "决算数"],
        ["一般公共预算财政拨款收入", 1, 29.5, "科学技术支出", 31, 28.75],
        ["其他收入", 2, 0.5, "社会保障和就业支出", 32, 0.25],
        ["本年收入合计", 3, 30.00, "本年支出合计", 33, 29.00],
        ["年初结转和结余", 4, 1.25, "年末结转和结余", 34, 2.25],
        ["总计", 5, 31.25, "总计", 35, 31.25],
    ],
    ("支付明细.csv", None): _payments(),
    ("科普员名册.xlsx", "名册"): [
        ["科普员编号", "姓名", "性别", "乡镇", "行政村（社区）", "手机号", "身份证号", "银行卡号", "在岗起", "在岗止"],
        *(
            [f"KP1132000{n}", name, "女", "沙坪镇", f"{name[0]}家村", f"1390000000{n}", f"51110019800101000{n}",
             f"622848999922431017{n}", "2024-01-01", None]
            for n, name in ((1, "张三"), (2, "李四"), (3, "王五"))
        ),
    ],
    ("科普员月任务.csv", None): [
        ["科普员编号", "月份", "任务数"],
        *([f"KP1132000{n}", f"2024-{m:02d}", 1] for n in (1, 2, 3) for m in range(1, 13)),
    ],
    ("科普员分享记录.csv", None): _shares(),
    ("全省科普员综合排名.csv", None): [
        ["综合排名", "科普员编号", "县（市、区）", "综合得分"],
        *([n, f"KP9900000{n}", "其他县", 2000 - n] for n in range(1, 6)),
    ],
    (LEDGER, "科普活动"): [
        ["日期", "活动名称", "主题", "节点", "场次", "发放资料（份）", "环保手提袋（个）", "咨询服务（人次）", "经费来源项目编码", "地点"],
        ["2024-03-10", "科普进校园", "科普", "其他", 1, 200, 10, 50, P1, "一村"],
        ["2024-06-10", "科普进乡村", "科普", "其他", 1, 100, 10, 50, P1, "二村"],
    ],
    (LEDGER, "LED播放"): [["播放日期", "主题", "期号"], ["2024-01-02", "生态环保", 1], ["2024-01-05", "安全生产", 2]],
    (LEDGER, "宣传栏更新"): [["更新日期", "主题", "地点"], ["2024-02-15", "生态环保", "宣传栏"]],
    (LEDGER, "表彰获奖"): [["日期", "名称", "获奖者", "级别", "奖项"], ["2024-05-30", "优秀科技工作者", "何平", "县级", "表扬"]],
    (LEDGER, "设备维护"): [["维护日期", "设备种类", "数量", "金额（元）", "经费来源项目编码"], ["2024-06-03", "显示屏", 2, 8500, P1]],
    (LEDGER, "品种推广"): [["推广日期", "品种名称", "推广数量", "经费来源项目编码"], ["2024-04-09", "羊肚菌", 120, P1]],
    (LEDGER, "科创工作室"): [["成立日期", "名称", "依托单位"], ["2024-08-02", "第一工作室", "一公司"]],
    (LEDGER, "赛事活动"): [["日期", "名称", "方式", "级别", "主题"], ["2024-07-18", "科学素质大赛", "主办", "县级", "科普"]],
    ("天府科技云注册明细.csv", None): [
        ["注册时间", "注册类型", "用户编号", "名称"],
        *([f"2024-0{n}-01 11:46", "科技工作者", f"U202400000{n}", "吉克涛"] for n in range(1, 6)),
    ],
    (SERVICE, "2023年末"): [
        list(COUNTIES), ["测试县", 100000, 5000, 500000, 5.00, 5.00], ["邻县", 200000, 12000, 1200000, 6.00, 6.00],
    ],
    (SERVICE, "2024年末"): [
        list(COUNTIES), ["测试县", 100000, 6000, 700000, 6.00, 7.00], ["邻县", 200000, 13000, 1300000, 6.50, 6.50],
    ],
    ("满意度问卷.csv", None): [
        ["问卷编号", "日期", "对象类型", "总体评价", "意见"],
        *([f"W{n:04d}", "2024-11-20", "村民", "满意", ""] for n in range(1, 11)),
    ],
}  # fmt: skip


_BOOKS: dict[tuple[str, str], bytes] = {}


@dataclass
class Told:
    """All findings of a unit, those that are of interest to a reader of `SOUND`."""

    findings: tuple[Finding, ...]

    def of(self, rule: str) -> list[Finding]:
        return [f for f in self.findings if f.rule == rule]

    def one(self, rule: str, severity: str, sheet_or_file: str, row: int | None, column: str | None) -> Finding:
        """The only finding of a rule, which must stand where it should."""
        found = self.of(rule)
        said = [(f.rule, f.file, f.sheet, f.row, f.column, f.message) for f in self.findings if f.severity != "info"]
        assert len(found) == 1, said
        (f,) = found
        assert (f.severity, f.row, f.column) == (severity, row, column), f
        assert sheet_or_file in (f.sheet, f.file), f
        assert f.message.endswith("。") and f.fix.endswith("。")
        return f

    @property
    def loud(self) -> set[str]:
        """Rules that warn or block."""
        return {f.rule for f in self.findings if f.severity != "info" and f.file is not None}


@dataclass
class SoundUnit:
    """`SOUND` with changes. Rows are counted as a spreadsheet counts them; a column is a header or an index."""

    folder: Folder
    store: Store
    tables: dict[tuple[str, str | None], list[Row]] = field(default_factory=lambda: copy.deepcopy(SOUND))

    def table(self, name: str) -> list[Row]:
        """The rows of a sheet, or of a file of one table."""
        return next(rows for (file, sheet), rows in self.tables.items() if name in (sheet, file))

    def set(self, name: str, row: int, column: str | int, value: Any) -> None:
        rows = self.table(name)
        rows[row - 1][column if isinstance(column, int) else rows[0].index(column)] = value

    def add(self, name: str, *rows: Row) -> int:
        """Add rows above the 合计 row, if there is one; gives the first one's number."""
        have = self.table(name)
        at = len(have) - (str(have[-1][0]) == "合计")
        have[at:at] = [list(row) for row in rows]
        return at + 1

    def keep(self, *files: str) -> None:
        """Leave all other files out."""
        self.tables = {place: rows for place, rows in self.tables.items() if place[0] in files}

    def write(self, folder: Folder) -> None:
        books: dict[str, dict[str, Sequence[Row]]] = {}
        for (file, sheet), rows in self.tables.items():
            if sheet is None:
                folder.csv(file, rows)
            else:
                books.setdefault(file, {})[sheet] = rows
        for file, sheets in books.items():
            # openpyxl puts the time into a workbook: the same rows must be the same bytes, to be read once.
            key = (file, repr(sheets))
            if key not in _BOOKS:
                _BOOKS[key] = folder.xlsx(file, sheets).read_bytes()  # type: ignore[arg-type]
            folder.raw(file, _BOOKS[key])

    def pipeline(self) -> UnitPipeline:
        self.write(self.folder)
        return UnitPipeline(plan(self.folder.root.parents[1], YEAR, UNIT), self.store)

    def check(self) -> Told:
        """What reading, the checks of each dataset and the rules across tables say; without facts and scores."""
        pipeline = self.pipeline()
        found = [*pipeline.plan.inventory.findings, *pipeline.crosschecked]
        for entry in pipeline.checked.values():
            found += [Finding(**f) for f in entry.json("findings.json")]
        assert_listed(found)
        return Told(tuple(found))

    def whole(self) -> Told:
        """All findings, as a package has them."""
        found = self.pipeline().findings
        assert_listed(found)
        return Told(found)

    def last_year(self) -> Folder:
        """The folder of the year before, empty."""
        root = self.folder.root.parents[1] / str(YEAR - 1) / UNIT
        root.mkdir(parents=True)
        return Folder(Path(root), self.store)
