"""index.html of a year: every unit with its status, by what it is blocked, and which reports still stand."""

from __future__ import annotations

import re
import time
from pathlib import Path

from selfeval.model import Finding, Status
from selfeval.pages import index
from tests.packages import write_run


def finding(severity: str, message: str, count: int = 1) -> Finding:
    return Finding("a.b", severity, message, "改。", file="支付明细.csv", row=3, count=count)  # type: ignore[arg-type]


def package(
    year: Path, unit: str, status: Status, findings: list[Finding], issued: bool, name: str = "某县科协"
) -> None:
    write_run(
        year / unit,
        name=name,
        status=status,
        issued={"digest": "", "files": {}} if issued else None,
        summary=index.summary(status, findings, sum(f.severity == "warning" for f in findings)),
    )


def line(page: str, unit: str) -> str:
    return re.search(rf"<tr[^>]*><td>{unit}</td>.*?</tr>", page, re.S)[0]  # type: ignore[index]


def written(year: Path) -> str:
    index.write(year, 2024)
    return (year / "index.html").read_text(encoding="utf-8")


def test_each_status_is_told_with_its_reasons_and_links(tmp_path: Path) -> None:
    errors = [finding("error", f"第{n}类错误。", n) for n in range(1, 6)]
    package(tmp_path, "351001", "issued", [finding("warning", "请核对。")], issued=True)
    package(tmp_path, "351002", "blocked", errors, issued=False)
    package(tmp_path, "351003", "blocked", errors[:1], issued=True)
    package(
        tmp_path, "351004", "to confirm", [finding("warning", "请核对。"), finding("warning", "再核对。")], issued=False
    )
    package(tmp_path, "351005", "awaiting", [finding("error", "还没有收到“支付明细”。")], issued=False)
    page = written(tmp_path)
    assert "共5个单位：已出报告1个；有错误，未出报告2个；待报送1个；待确认1个。" in page
    assert 'href="351001/report.html"' in line(page, "351001") and "上次" not in line(page, "351001")
    assert "report.html" not in line(page, "351002")
    assert "第1类错误。第2类错误。第3类错误。另有2类。" in line(page, "351002")
    assert '<td class="count">15</td>' in line(page, "351002")
    assert "这是上次出的报告；现在：有错误，未出报告" in line(page, "351003")
    assert 'href="351003/report.html"' in line(page, "351003")
    assert "有2处警告待人工确认。" in line(page, "351004")
    assert "还没有收到“支付明细”。" in line(page, "351005")
    assert all(f'href="35100{n}/findings.html"' in page for n in range(1, 6))


def test_a_name_is_text_and_nothing_else(tmp_path: Path) -> None:
    package(tmp_path, "351001", "issued", [], issued=True, name="<script>alert(1)</script>")
    assert "<script>alert" not in written(tmp_path)


def test_a_broken_run_json_does_not_hide_the_others(tmp_path: Path) -> None:
    package(tmp_path, "351001", "issued", [], issued=True)
    package(tmp_path, "351002", "issued", [], issued=True)
    (tmp_path / "351002" / "run.json").write_text('{"unit": "3510', encoding="utf-8")
    page = written(tmp_path)
    assert "运行记录无法读取" in line(page, "351002") and "已出报告" in line(page, "351001")


def test_ten_thousand_units_in_one_page(tmp_path: Path) -> None:
    for n in range(11_000):
        status: Status = "blocked" if n % 7 == 0 else "issued"
        package(tmp_path, f"{350000 + n}", status, [finding("error", "错误。")] if n % 7 == 0 else [], issued=True)
    began = time.monotonic()
    page = written(tmp_path)
    assert time.monotonic() - began < 20
    assert page.count("<tr data-status") == 11_000
    assert len(page) < 12_000_000


def test_the_page_allows_its_own_script_alone(tmp_path: Path) -> None:
    page = written(tmp_path)
    assert re.search(r"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[A-Za-z0-9+/]{43}='", page)
    assert page.count("<script>") == 1 and "http" not in page.replace("http-equiv", "")


def test_a_long_reason_is_cut(tmp_path: Path) -> None:
    package(tmp_path, "351001", "blocked", [finding("error", "错" * 1000)], issued=False)
    assert "错" * 120 + "…" in line(written(tmp_path), "351001") and "错" * 121 not in written(tmp_path)
