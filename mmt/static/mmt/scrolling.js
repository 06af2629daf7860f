// A table too wide for its place scrolls sideways: let the keyboard reach it, and say what it is.

const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) mark(target);
});

function mark(wrap) {
  if (wrap.scrollWidth <= wrap.clientWidth) {
    wrap.removeAttribute("tabindex");
    wrap.removeAttribute("role");
    return;
  }
  wrap.tabIndex = 0;
  wrap.setAttribute("role", "group");
  if (!wrap.hasAttribute("aria-label")) wrap.setAttribute("aria-label", nameOf(wrap));
}

function nameOf(wrap) {
  const caption = wrap.querySelector("caption");
  const heading = wrap.closest("section, article, figure")?.querySelector("h2, h3, figcaption");
  return (caption ?? heading ?? document.querySelector("h1"))?.textContent.trim() ?? "";
}

for (const wrap of document.querySelectorAll(".table-wrap")) widths.observe(wrap);
