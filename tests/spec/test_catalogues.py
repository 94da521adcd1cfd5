"""The generated catalogues are what the declarations say today."""

from __future__ import annotations

import pytest

from selfeval import catalogues


@pytest.mark.parametrize("name", ["规则目录.md", "数据字典.md", "事实目录.md"])
def test_the_page_is_current(name: str) -> None:
    written = (catalogues.DOCS / name).read_text(encoding="utf-8")
    assert written == catalogues.pages()[name], "run: python -m selfeval.catalogues"
