"""People at screens of their own in a served city, and what they hand over."""

import io
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Locator, Page, ViewportSize, expect

from marketplace.seed.cast import PASSWORD
from tests.browser.sight import DESK, Sight

HAND_HELD = ViewportSize(width=360, height=740)
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360f8cfc0f01f0005050202bd9b9d620000000049454e44ae426082"
)


@dataclass
class Person:
    """Somebody at a screen of their own."""

    sight: Sight
    touches: bool

    @property
    def page(self) -> Page:
        """The page they look at."""
        return self.sight.page

    def press(self, place: Locator, *, stays: bool = False) -> None:
        """Click, or tap where there is no mouse, and wait for the page that comes unless this one stays."""
        act = place.tap if self.touches else place.click
        if stays:
            act()
            return
        with self.page.expect_navigation():
            act()

    def take(self, words: str, *, within: str | Locator = "main") -> bytes:
        """Press what gives a file, and return the file."""
        with self.page.expect_download() as given:
            self.click(words, within=within, stays=True)
        return Path(given.value.path()).read_bytes()

    def click(self, words: str, *, within: str | Locator = "main", role: Any = None, stays: bool = False) -> None:
        """Press the one button or link that says so."""
        around = self.page.locator(within) if isinstance(within, str) else within
        button = around.get_by_role("button", name=words, exact=True)
        link = around.get_by_role("link", name=words, exact=True)
        self.press((button if role == "button" else link if role == "link" else button.or_(link)).first, stays=stays)

    def say_yes(self, words: str, *, within: Locator) -> None:
        """Press what asks once before it does what nobody takes back, and say yes to it."""
        within.locator("summary", has_text=re.compile(rf"^{re.escape(words)}$")).first.click()
        self.click(f"Yes: {words}", within=within)

    def tell_of_bank(self, words: str, *, within: Locator) -> None:
        """Say what the bank made of a payout, today and under its reference."""
        within.locator("summary", has_text=re.compile(rf"^{re.escape(words)}$")).first.click()
        asked = within.locator("details[open]").first
        day = asked.locator("[name=booked_on]")
        day.fill(day.get_attribute("max") or "")
        asked.locator("[name=bank_reference]").fill("FT 2611 2800 01")
        self.click(f"Yes: {words}", within=asked)

    def menu(self, entry: str) -> None:
        """Go somewhere by the menu."""
        for part in entry.split(" > "):
            self.click(part, within="header, .site-subnav", role="link")

    def fill(self, **fields: str) -> None:
        """Fill the form's fields."""
        for name, value in fields.items():
            control = self.page.locator(f"main [name={name}]").first
            control.select_option(value) if control.evaluate("node => node.tagName") == "SELECT" else control.fill(
                value
            )

    def said(self, words: str) -> None:
        """Expect these words on the page."""
        expect(self.page.locator("main").get_by_text(words).filter(visible=True).first).to_be_visible()

    def refused(self, words: str) -> None:
        """Expect a refusal that says so; that the browser reports its status is no fault of the page."""
        self.said(words)
        faults = self.sight.faults
        faults[:] = [fault for fault in faults if not re.search(r"status of (403|404|409|422)\b", fault)]

    def row(self, *words: str) -> Locator:
        """Return the row of a table that has all of these words."""
        found = self.page.locator("main tbody tr")
        for each in words:
            found = found.filter(has_text=each)
        return found.first

    def option(self, field: str, words: str) -> str:
        """Return the value of the choice of a field that says so."""
        chosen = self.page.locator(f"main [name={field}] option").filter(has_text=words).first
        return chosen.get_attribute("value") or ""

    def token(self) -> str:
        """Make a token on the page of one's account, and return it."""
        self.page.goto(f"{self.sight.address}/account/access")
        self.fill(name="a check", days="1")
        self.click("Make the token")
        return self.page.locator("main code.code").inner_text()

    def api(self, token: str, path: str) -> Any:
        """Ask the API for something, as a program with a token does."""
        address = f"{self.sight.address}/api/v1{path}"
        answer = self.page.request.get(address, headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 200, (path, answer.text())
        return answer.json()

    def agree(self) -> None:
        """Tick the terms."""
        for box in self.page.locator("input[name=accepted_terms]").all():
            box.check()

    def looks_fine(self) -> None:
        """Expect nothing wider than the window, and than a phone's."""
        assert self.sight.overflow() <= 0, self.page.url
        if not self.touches:
            self.page.set_viewport_size(HAND_HELD)
            assert self.sight.overflow() <= 0, f"{self.page.url} on a phone"
            self.page.set_viewport_size(DESK)


Enter = Callable[..., Person]


def registered(enter: Enter, **given: str) -> Person:
    """Bring a company in from the front page; returns who leads it, on the page of their account."""
    owner = enter()
    owner.click("Register your company")
    owner.fill(password=PASSWORD, **given)
    owner.agree()
    owner.click("Register")
    owner.page.wait_for_url("**/account")
    return owner


def link_sent(enter: Enter, words: str, link: str) -> str:
    """Return the one link of this form in the last letter that has these words: letters are sent by a job."""
    admin = enter("admin@demo.test")
    admin.menu("Messages")
    found = admin.page.locator("main section", has_text=words)
    until = time.monotonic() + 30
    while not found.count() and time.monotonic() < until:
        time.sleep(0.5)
        admin.page.reload()
    (sent,) = set(re.findall(rf"https?://\S+{link}\S+", found.first.inner_text()))
    return sent


def joined(enter: Enter, leader: Person, login: str, name: str, role: str) -> Person:
    """Let somebody new join the leader's company in a role, by the letter that invites them; they are logged in."""
    leader.page.goto(f"{leader.sight.address}/account")
    leader.fill(login=login)
    leader.page.get_by_label(role, exact=True).check()
    leader.click("Invite")
    leader.said(login)
    newcomer = enter()
    newcomer.page.goto(link_sent(enter, login, "/invitations/"))
    newcomer.fill(person_name=name, password=PASSWORD)
    newcomer.agree()
    newcomer.looks_fine()
    newcomer.click("Join")
    newcomer.said("You have joined. Log in to begin.")
    newcomer.fill(login=login, password=PASSWORD)
    newcomer.click("Log in", role="button")
    return newcomer


def a_file(name: str, media_type: str, content: bytes) -> Any:
    """Return a file as a browser takes it to an input."""
    return {"name": name, "mimeType": media_type, "buffer": content}


def photograph(colour: str) -> bytes:
    """Return a JPEG of one colour."""
    drawn = io.BytesIO()
    Image.new("RGB", (640, 480), colour).save(drawn, "JPEG")
    return drawn.getvalue()


def choose_way(part: Page | Locator, way: str) -> None:
    """Choose how an order is paid, in the group of ways that holds it, folded or not."""
    radio = f"input[value='{way}']"
    folded = part.locator(f"details.choice-group:not([open]):has({radio})")
    if folded.count():
        folded.first.locator("summary").click()
    part.locator(radio).first.check()
