"""Prefect's own UI as an operator uses it: buttons by their words, forms by their fields."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PIL import Image
from selenium import webdriver
from selenium.common.exceptions import ElementClickInterceptedException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

T = TypeVar("T")
_WAIT = 60
_TERMINAL = 'margin:0;padding:16px;color:#e6e6e6;font:15px/1.5 "Noto Sans Mono CJK SC",monospace;white-space:pre-wrap'
#: The page is drawn anew while it is looked at: look again.
_MOVING = (StaleElementReferenceException, ElementClickInterceptedException)


class Ui:
    """A browser on the UI of a server; `pictures` is the folder where pictures are kept, None to take none."""

    def __init__(self, driver: webdriver.Chrome, url: str, pictures: Path | None = None) -> None:
        self.driver, self.url, self.pictures = driver, url, pictures

    def until(self, look: Callable[[webdriver.Chrome], T | None], what: str) -> T:
        """Look until there is something, whatever moves meanwhile."""
        return WebDriverWait(self.driver, _WAIT, ignored_exceptions=_MOVING).until(look, what)  # type: ignore[arg-type,return-value]

    def open(self, path: str, text: str) -> None:
        """Go to a page, and wait until it shows a text."""
        self.driver.get(self.url + path)
        self.shows(text)

    def shows(self, text: str) -> None:
        self.until(lambda d: text in d.find_element(By.TAG_NAME, "body").text, f"the page does not show {text}")

    def press(self, words: str, within: str = "body") -> None:
        """Press the last button, tab or menu item that says so: a dialog's stands after the page's."""

        def act(driver: webdriver.Chrome) -> bool:
            found = driver.find_elements(By.CSS_SELECTOR, f"{within} button, {within} [role=tab], {within} .p-tab")
            fitting = [b for b in found if b.is_displayed() and b.text.strip() == words]
            if fitting:
                fitting[-1].click()
            return bool(fitting)

        self.until(act, f"no button {words}")

    def fields(self, within: str = "body") -> list[WebElement]:
        """The text fields of a form, from the top."""
        selector = f"{within} textarea, {within} input[type=number]"
        return self.until(lambda d: d.find_elements(By.CSS_SELECTOR, selector) or None, "no field")

    def dialog_is_gone(self) -> None:
        self.until(lambda d: not d.find_elements(By.CSS_SELECTOR, ".p-modal textarea"), "the form is still there")

    def picture(self, name: str) -> None:
        """Keep what the browser shows under a name, where pictures are kept."""
        if self.pictures:
            # The graph of a run is drawn a moment after its text.
            self.driver.execute_async_script("setTimeout(arguments[0], 2500)")  # type: ignore[no-untyped-call]
            self._keep(self.driver.get_screenshot_as_png(), name)

    def picture_of(self, page: Path, name: str) -> None:
        """A page of the output folder, where pictures are kept."""
        if self.pictures:
            self.driver.get(page.as_uri())
            self.picture(name)

    def picture_of_terminal(self, command: str, output: str, name: str) -> None:
        """A command and what it printed, where pictures are kept."""
        if self.pictures:
            text = html.escape(f"$ {command}\n{output}")
            page = (
                f"<meta charset=utf-8><body style='margin:0;background:#1e1e1e'><pre style='{_TERMINAL}'>{text}</pre>"
            )
            self.driver.get("data:text/html;charset=utf-8;base64," + base64.b64encode(page.encode()).decode())
            self._keep(self.driver.find_element(By.TAG_NAME, "pre").screenshot_as_png, name)

    def _keep(self, png: bytes, name: str) -> None:
        """In few colours: a third of the size, and no difference to the eye."""
        assert self.pictures
        picture = Image.open(io.BytesIO(png)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
        picture.save(self.pictures / f"{name}.png", optimize=True)


def fill(field: WebElement, text: str) -> None:
    field.clear()
    field.send_keys(text)
