"""What only a browser can show: a page in a foreign frame, a page gone back to, a foreign form."""

from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from mmt.accounts import demo
from tests.product import Product

PHYSIO = demo.SIGN_INS[0][0]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture
def elsewhere(tmp_path: Path, product: Product) -> Iterator[str]:
    """A site of somebody else, which frames the product and posts to it."""
    (tmp_path / "frame.html").write_text(f'<iframe src="{product.url}/patients/"></iframe>')
    (tmp_path / "form.html").write_text(
        f'<form method="post" action="{product.url}/accounts/logout/"><button>Win</button></form>'
    )
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_another_site_can_neither_frame_a_page_nor_post_a_form(
    page: Page, elsewhere: str, sign_in: Callable[[Page, str], None]
) -> None:
    sign_in(page, PHYSIO)
    page.goto(f"{elsewhere}/frame.html")
    expect(page.frame_locator("iframe").locator("#main, form[action]")).to_have_count(0)
    page.goto(f"{elsewhere}/form.html")
    with page.expect_response("**/accounts/logout/") as answer:
        page.get_by_role("button", name="Win").click()
    assert answer.value.status == 403
    page.goto("/patients/")
    expect(page.get_by_role("heading", name="Patients")).to_be_visible()


def test_a_planted_session_opens_nothing_and_going_back_after_the_end_shows_no_patient(
    page: Page, product: Product, new_person: Callable[..., str]
) -> None:
    planted = {"name": "session", "value": "p" * 32, "url": product.url}
    page.context.add_cookies([planted])
    page.goto("/accounts/login/")
    page.locator("[name=login]").fill(new_person())
    page.locator("[name=password]").fill(demo.PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert "p" * 32 not in {cookie["value"] for cookie in page.context.cookies()}
    page.goto("/patients/")
    expect(page.locator("#found a").first).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("[name=password]")).to_be_visible()
    page.go_back()
    expect(page.locator("[name=password]")).to_be_visible()
    expect(page.locator("#found")).to_have_count(0)
