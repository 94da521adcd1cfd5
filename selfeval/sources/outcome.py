"""Payments that an export lists though no money left: the column that says so, and its words for failure."""

from __future__ import annotations

from schemas import Table
from selfeval.sources.body import normal

LABELS = ("支付状态", "交易状态", "支付结果", "交易结果", "是否成功", "是否支付成功", "交易成功标志", "trans_succ_flag")
#: On the trimmed, half-width cell.
FAILED = r"失败|不成功|未成功|退票|作废|撤销|(?i:^(否|0|n|no|false|fail|failed)$)"


def is_state(table: Table, label: str) -> bool:
    """Whether a column that is not declared says if a payment went through."""
    return table.slug == "payments" and normal(label) in LABELS
