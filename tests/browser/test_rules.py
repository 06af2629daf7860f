"""The accessibility rules that every page is held against: they find what is spoilt."""

from playwright.sync_api import Page

from . import rules

SPOILT = """<!doctype html><html><head></head><body>
  <img src="data:,"><input><button></button><a href="/x"></a>
  <p style="color: #aaa; background: #fff">Faint words</p>
  <a href="/y" style="display: inline-block; width: 4px; height: 4px; overflow: hidden">y</a>
  <ul><p>No item</p></ul>
</body></html>"""
BROKEN = {
    "button-name",
    "color-contrast",
    "document-title",
    "html-has-lang",
    "image-alt",
    "label",
    "link-name",
    "list",
}


def test_a_spoilt_page_breaks_each_rule_and_a_sound_one_none(page: Page) -> None:
    page.set_content(SPOILT)
    assert {rule["id"] for rule in rules.broken(page)} >= BROKEN
    page.set_content(
        '<html lang="en"><title>Sound</title><main><h1>Sound</h1><p>Words</p></main></html>'
    )
    assert rules.broken(page) == []
