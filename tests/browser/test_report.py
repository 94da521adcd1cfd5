"""The real report.html and index.html in a browser: evidence by mouse and keyboard, a telephone's width, no request."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from selfeval import package
from selfeval.pages import index
from selfeval.pipeline import UnitPipeline
from tests.browser.chrome import chrome, phone, requests
from tests.conftest import UNITS, YEAR

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, pipelines: dict[str, UnitPipeline]) -> Path:
    """Both examples, issued, with the year's index."""
    out = tmp_path_factory.mktemp("out")
    for pipeline in pipelines.values():
        package.publish_unit(pipeline, out, {})
    index.write(out / str(YEAR), YEAR)
    return out / str(YEAR)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chrome(tmp_path_factory.mktemp("profile")) as found:
        yield found


OPEN = "return [...document.querySelectorAll(':popover-open')].map(e => [e.id, e.innerText])"


@pytest.mark.parametrize("unit", UNITS)
def test_every_figure_opens_its_evidence(driver: webdriver.Chrome, year: Path, unit: str) -> None:
    driver.get((year / unit / "report.html").as_uri())
    facts = {f["display"] for f in json.loads((year / unit / "facts.json").read_text())["facts"].values()}
    figures = driver.find_elements(By.CSS_SELECTOR, "main button.fig")
    assert len(figures) > 100
    for number, figure in enumerate(figures):
        if number % 2:
            figure.send_keys(Keys.ENTER)
        else:
            driver.execute_script(
                "arguments[0].scrollIntoView({block: 'center', inline: 'center', behavior: 'instant'})", figure
            )  # type: ignore[no-untyped-call]
            figure.click()
        ((opened, text),) = driver.execute_script(OPEN)  # type: ignore[no-untyped-call]
        assert opened == figure.get_attribute("popovertarget")
        assert any(f"\n{display}" in text for display in facts), text
        driver.switch_to.active_element.send_keys(Keys.ESCAPE)
        assert driver.execute_script(OPEN) == []  # type: ignore[no-untyped-call]


def test_the_keyboard_alone_reaches_a_figure_and_comes_back_to_it(driver: webdriver.Chrome, year: Path) -> None:
    driver.get((year / UNITS[0] / "report.html").as_uri())
    for _ in range(100):
        driver.switch_to.active_element.send_keys(Keys.TAB)
        if "fig" in (driver.switch_to.active_element.get_attribute("class") or ""):
            break
    figure = driver.switch_to.active_element
    figure.send_keys(Keys.SPACE)
    assert len(driver.execute_script(OPEN)) == 1  # type: ignore[no-untyped-call]
    driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert driver.switch_to.active_element == figure


def test_a_score_opens_the_figures_it_is_made_of(driver: webdriver.Chrome, year: Path) -> None:
    """One above the other, and Escape goes back a step at a time."""
    driver.get((year / "352003" / "report.html").as_uri())
    ids = [
        driver.find_element(By.XPATH, f"//*[@popover][.//code='{fact}']").get_attribute("id")
        for fact in (
            "score.project.51112924T000000000002",
            "score.indicator.51112924T000000000002/智慧科普传播员人数",
            "communicators.count",
        )
    ]

    def opened() -> set[str]:
        return {found for found, _ in driver.execute_script(OPEN)}  # type: ignore[no-untyped-call]

    for depth, target in enumerate(ids):
        within = f"#{ids[depth - 1]}" if depth else "main"
        driver.find_element(By.CSS_SELECTOR, f"{within} button.fig[popovertarget={target}]").send_keys(Keys.ENTER)
        assert opened() == set(ids[: depth + 1])
    for depth in (2, 1, 0):
        ActionChains(driver).send_keys(Keys.ESCAPE).perform()
        WebDriverWait(driver, 10).until(lambda _, left=ids[:depth]: opened() == set(left))


def test_a_finger_opens_the_evidence_and_closes_it(tmp_path: Path, year: Path) -> None:
    with chrome(tmp_path) as driver:
        phone(driver)
        driver.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
        driver.get((year / UNITS[0] / "report.html").as_uri())

        def tap(selector: str) -> None:
            x, y = driver.execute_script(  # type: ignore[no-untyped-call]
                "const e = document.querySelector(arguments[0]);"
                "if (!e.closest('[popover]')) e.scrollIntoView({block: 'center', behavior: 'instant'});"
                "const r = e.getClientRects()[0]; return [r.x + r.width / 2, r.y + r.height / 2]",
                selector,
            )
            touch = {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]}
            driver.execute_cdp_cmd("Input.dispatchTouchEvent", touch)
            driver.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        tap("main button.fig")
        ((opened, text),) = driver.execute_script(OPEN)  # type: ignore[no-untyped-call]
        assert "未取整的值" in text
        box = driver.find_element(By.ID, opened).rect
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        tap(f"#{opened} button.close")
        assert driver.execute_script(OPEN) == []  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("page", [f"{UNITS[0]}/report.html", f"{UNITS[1]}/findings.html", "index.html"])
def test_a_telephone_shows_the_page_without_scrolling_sideways(tmp_path: Path, year: Path, page: str) -> None:
    with chrome(tmp_path) as driver:
        phone(driver)
        driver.get((year / page).as_uri())
        width, inner = driver.execute_script("return [document.documentElement.scrollWidth, innerWidth]")  # type: ignore[no-untyped-call]
        assert inner == 390 and width <= inner


def test_a_telephone_shows_a_finding_as_lines_one_below_the_other(tmp_path: Path, year: Path) -> None:
    """Four columns side by side would leave the sentence one character wide."""
    with chrome(tmp_path) as driver:
        phone(driver)
        driver.get((year / UNITS[1] / "findings.html").as_uri())
        cells = "return [...document.querySelectorAll('.found td')].filter(c => c.offsetParent && c.textContent)"
        wide = driver.execute_script(f"{cells}.map(c => c.getBoundingClientRect().width)")  # type: ignore[no-untyped-call]
        assert wide and min(wide) > 300


@pytest.mark.parametrize("page", [f"{UNITS[1]}/report.html", f"{UNITS[1]}/findings.html", "index.html"])
def test_a_page_asks_for_nothing_and_complains_of_nothing(driver: webdriver.Chrome, year: Path, page: str) -> None:
    driver.get("about:blank")
    requests(driver), driver.get_log("browser")  # type: ignore[no-untyped-call]
    driver.get((year / page).as_uri())
    assert requests(driver) == [(year / page).as_uri()]
    assert driver.get_log("browser") == []  # type: ignore[no-untyped-call]


def test_the_index_shows_the_units_asked_for(driver: webdriver.Chrome, year: Path) -> None:
    driver.get((year / "index.html").as_uri())

    def shown() -> list[str]:
        rows = driver.find_elements(By.CSS_SELECTOR, "tbody tr")
        return [r.find_element(By.TAG_NAME, "td").text for r in rows if r.is_displayed()]

    assert shown() == list(UNITS)
    driver.find_element(By.ID, "search").send_keys("沐川")
    assert shown() == ["352003"]
    assert driver.find_element(By.ID, "shown").text == "显示1个"
    driver.find_element(By.ID, "search").clear()
    driver.find_element(By.ID, "search").send_keys("没有这个单位")
    assert shown() == []
    driver.refresh()
    Select(driver.find_element(By.ID, "status")).select_by_value("已出报告")
    assert shown() == list(UNITS)
    driver.find_element(By.LINK_TEXT, "网页").click()
    assert driver.current_url.endswith("351001/report.html")
