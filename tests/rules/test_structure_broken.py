"""Files that cannot be read: truncated, protected, not what their name says. Each blocks, and the rest is read on."""

from __future__ import annotations

import gzip
import io
import shutil
import zipfile
from pathlib import Path

import openpyxl
import pyarrow
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.rules.conftest import Folder, budget, payments
from tests.rules.test_structure_old_workbook import saved, written
from tests.rules.test_structure_text import text

RAW = Path(__file__).parent.parent / "fixtures" / "raw"


def book(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)  # type: ignore[union-attr]
    made.save(out)
    return out.getvalue()


def parquet(rows: list[list[object]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pyarrow.table({str(h): [str(row[i]) for row in rows[1:]] for i, h in enumerate(rows[0])}), out)
    return out.getvalue()


def packed(name: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


CSV = text(payments(200)).encode()
WHOLE = {
    "支付明细.csv.gz": gzip.compress(CSV),
    "支付明细.csv.zst": zstandard.ZstdCompressor().compress(CSV),
    "支付明细.zip": packed("支付明细.csv", CSV),
    "支付明细.xlsx": book(payments(200)),
    "支付明细.parquet": parquet(payments(200)),
    "支付明细.xls": saved(written(payments(200))[0]),
}


@pytest.mark.parametrize("name", WHOLE)
def test_whole_files_are_read(folder: Folder, name: str) -> None:
    folder.raw(name, WHOLE[name])
    checked = folder.check()
    read, accepted, _ = checked.accounts["支付明细"]
    assert read == accepted == 200
    assert checked.rules <= {"payments.amount.total"}


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("name", WHOLE)
def test_a_truncated_file_blocks(folder: Folder, name: str, share: float) -> None:
    data = WHOLE[name]
    folder.raw(name, data[: int(len(data) * share)])
    folder.csv("指标执行情况表.csv", budget(2))
    checked = folder.check()
    found = checked.one("source.truncated")
    assert (found.severity, found.dataset, found.file) == ("error", "支付明细", name)
    assert "重新" in found.fix
    assert checked.accounts["指标执行情况"] == (2, 2, 0)


def test_a_gzip_with_a_wrong_check_sum(folder: Folder) -> None:
    data = bytearray(WHOLE["支付明细.csv.gz"])
    data[-6] ^= 0xFF
    folder.raw("支付明细.csv.gz", bytes(data))
    assert folder.check().one("source.truncated").severity == "error"


def test_a_damaged_member_of_an_archive(folder: Folder) -> None:
    data = bytearray(WHOLE["支付明细.zip"])
    data[200] ^= 0xFF
    folder.raw("支付明细.zip", bytes(data))
    found = folder.check().one("source.truncated")
    assert (found.severity, found.file) == ("error", "支付明细.zip!支付明细.csv")


def test_a_workbook_with_a_password(folder: Folder) -> None:
    shutil.copy(RAW / "password.xlsx", folder.root / "支付明细.xlsx")
    found = folder.check().one("source.password")
    assert (found.severity, found.file) == ("error", "支付明细.xlsx")
    assert "密码" in found.fix


def test_an_archive_with_a_password(folder: Folder) -> None:
    data = bytearray(WHOLE["支付明细.zip"])
    # Bit 0 of the flags, in the local header and in the directory, says that a member is encrypted.
    data[6] |= 1
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    folder.raw("支付明细.zip", bytes(data))
    found = folder.check().one("source.password")
    assert (found.severity, found.file) == ("error", "支付明细.zip!支付明细.csv")


@pytest.mark.parametrize("name", ["支付明细.xlsx", "支付明细.parquet", "支付明细.csv.gz", "支付明细.zip"])
def test_rubbish_under_a_good_name_blocks(folder: Folder, name: str) -> None:
    folder.raw(name, bytes(range(256)) * 20)
    assert folder.check().one("source.truncated").severity == "error"


@pytest.mark.parametrize(
    "name", ["支付明细.xlsx", "支付明细.parquet", "支付明细.csv.gz", "支付明细.zip", "支付明细.xls"]
)
def test_a_file_of_no_bytes_blocks(folder: Folder, name: str) -> None:
    folder.raw(name, b"")
    found = folder.check().one("source.empty")
    assert (found.severity, found.file) == ("error", name)


def test_an_archive_without_members_blocks(folder: Folder) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w"):
        pass
    folder.raw("支付明细.zip", out.getvalue())
    found = folder.check().one("source.empty")
    assert (found.severity, found.dataset, found.file) == ("error", "支付明细", "支付明细.zip")


def test_a_truncated_part_of_a_folder_of_parts(folder: Folder) -> None:
    from tests.rules.conftest import shares

    folder.csv("科普员分享记录/2024-01.csv", shares(9))
    folder.raw("科普员分享记录/2024-02.csv.gz", gzip.compress(text(shares(90)).encode())[:300])
    checked = folder.check()
    found = checked.one("source.truncated")
    assert (found.severity, found.file) == ("error", "科普员分享记录/2024-02.csv.gz")
    assert checked.accounts["科普员分享记录"] == (9, 9, 0)
