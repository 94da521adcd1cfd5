"""The generated catalogues are what the declarations say today."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from schemas import datasets
from selfeval import catalogues
from selfeval.settings import SETTINGS_FILE, load_settings


@pytest.mark.parametrize("name", sorted(catalogues.pages()))
def test_the_page_is_current(name: str) -> None:
    written = (catalogues.DOCS / name).read_text(encoding="utf-8")
    assert written == catalogues.pages()[name], "run: python -m selfeval.catalogues"


def test_the_example_of_settings_is_read_and_names_columns_that_are(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text(catalogues.SETTINGS_EXAMPLE, encoding="utf-8")
    settings = load_settings(tmp_path)
    assert settings.tolerance_of("科普员分享记录") == Decimal("0.01")
    columns = {
        column.title or name
        for table in datasets()["支付明细"].tables
        for name, column in table.schema(catalogues.SCOPE).columns.items()
    }
    assert settings.datasets["支付明细"].aliases.keys() <= columns
