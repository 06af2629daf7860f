"""What the strict policy, the translators and the screen readers rely on in every page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("mmt", "patients", "assessments")

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
MAILS = sorted((ROOT / "templates").rglob("*.txt"))
STATIC = sorted(
    path
    for room in ROOMS
    for kind in ("css", "js", "svg")
    for path in (ROOT / room).rglob(f"static/**/*.{kind}")
)
CODE = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))

# Where text is declared to be HTML by hand, and why that is safe.
MARKED_SAFE = {
    "assessments/charts/asymmetry.py": "catalogue words, codes and testers, each escaped on entry",
    "assessments/charts/distribution.py": "numbers, catalogue words and testers, escaped on entry",
    "assessments/views/trends.py": "a name of ours for each place that a picture takes",
    "assessments/charts/asymmetry_over_time.py": "codes, testers, words, each escaped on entry",
    "assessments/charts/measured.py": "numbers and words, typed ones too, each escaped on entry",
    "assessments/charts/body_map.py": "numbers and catalogue words, each escaped where it is made",
    "assessments/charts/heat_map.py": "numbers and catalogue words, each escaped where it is made",
    "assessments/charts/strips.py": "numbers and catalogue words, each escaped where it is made",
    "assessments/entry/context.py": "labels and typed texts, each escaped where it is made",
    "assessments/entry/grid.py": "cells and rows, each escaped where it is made",
}

# A rule's name, what must not be found, and an example of it.
MARKUP_RULES = [
    ("inline style", r"""\sstyle\s*=""", '<p style="color: red">'),
    ("style element", r"<style\b", "<style>p {}</style>"),
    ("inline script", r"<script\b(?![^>]*\ssrc=)", "<script>alert(1)</script>"),
    ("event attribute", r"""<[^>]*\son[a-z]+\s*=""", '<a href="/" onclick="go()">'),
    ("htmx event or eval", r"""\bhx-(?:on\b|vals\s*=\s*["']js:)""", '<a hx-on:click="go()">'),
    ("script address", r"javascript:", '<a href="javascript:go()">'),
    # A new window is named as one in its link, and cannot reach back.
    ("new window", r'\starget\s*=(?!"_blank"\s+rel="noopener")', '<a target="_blank">'),
    ("text declared safe", r"\|\s*safe\b|\{%\s*autoescape\s+off", "{{ name|safe }}"),
    ("foreign address", r"""(?:https?:)?//[a-z0-9]""", '<img src="//cdn.example/x.png">'),
    ("zoom forbidden", r"user-scalable|maximum-scale", "maximum-scale=1"),
]
STATIC_RULES = [
    ("foreign address", r"""https?://(?!www\.w3\.org/)|url\(\s*["']?//""", "url(//cdn.example/f)"),
    ("import of a sheet", r"@import\b", "@import 'more.css'"),
    ("eval", r"\beval\s*\(|\bnew\s+Function\b", "eval(text)"),
    ("text as markup", r"\.(?:innerHTML|outerHTML)\s*\+?=|document\.write", "a.innerHTML = name"),
    ("inline style", r"""setAttribute\(\s*["']style|\sstyle=""", "a.setAttribute('style', s)"),
]

COMMENT = re.compile(r"\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\}", re.DOTALL)
TRANSLATED = re.compile(r"\{% blocktranslate.*?%\}.*?\{% endblocktranslate %\}", re.DOTALL)
TAG_OR_VALUE = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
ELEMENT = re.compile(r"<!--.*?-->|<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>", re.DOTALL)
# Key caps, codes and names of classes are the same in every language.
FIXED = re.compile(
    r"<(kbd|code)\b[^>]*>.*?</\1>|\{% block \w+_class %\}.*?\{% endblock.*?%\}", re.DOTALL
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def text_of(path: Path) -> str:
    return COMMENT.sub("", path.read_text(encoding="utf-8"))


def breaches(paths: list[Path], pattern: str) -> list[str]:
    rule = re.compile(pattern, re.IGNORECASE)
    return [
        f"{name_of(path)}: {found.group().strip()}"
        for path in paths
        for found in rule.finditer(text_of(path))
    ]


def elements(kind: str) -> Iterator[tuple[Path, str]]:
    for path in TEMPLATES:
        for found in re.finditer(rf"<{kind}\b.*?</{kind}>", text_of(path), re.DOTALL):
            yield path, found.group()


@pytest.mark.parametrize(("rule", "pattern", "example"), [*MARKUP_RULES, *STATIC_RULES])
def test_each_rule_finds_its_example(rule: str, pattern: str, example: str) -> None:
    assert re.search(pattern, example, re.IGNORECASE)


@pytest.mark.parametrize(("rule", "pattern"), [rule[:2] for rule in MARKUP_RULES])
def test_no_template_has(rule: str, pattern: str) -> None:
    assert breaches(TEMPLATES, pattern) == []


@pytest.mark.parametrize(("rule", "pattern"), [rule[:2] for rule in STATIC_RULES])
def test_no_static_file_has(rule: str, pattern: str) -> None:
    assert breaches(STATIC, pattern) == []


def test_html_is_declared_safe_only_where_it_is_known_to_be() -> None:
    marks = re.compile(r"\b(?:mark_safe|SafeString|SafeText)\(")
    marking = {name_of(path) for path in CODE if marks.search(path.read_text(encoding="utf-8"))}
    assert marking == set(MARKED_SAFE)


def test_every_posted_form_carries_its_token() -> None:
    posted = [
        (path, form) for path, form in elements("form") if re.search(r'method="post"', form, re.I)
    ]
    bare = [
        name_of(path)
        for path, form in posted
        if "{% csrf_token %}" not in form and "{% crispy" not in form
    ]
    assert posted
    assert bare == []


def test_every_button_says_what_it_does_to_a_form() -> None:
    untyped = [
        name_of(path)
        for path in TEMPLATES
        for found in re.finditer(r"<button\b[^>]*>", text_of(path))
        if not re.search(r"\stype=", found.group())
    ]
    assert untyped == []


def test_every_picture_has_its_words() -> None:
    silent = [
        name_of(path)
        for path in TEMPLATES
        for found in re.finditer(r"<img\b[^>]*>", text_of(path))
        if not re.search(r"\salt=", found.group())
    ]
    assert silent == []


def untranslated(text: str) -> list[str]:
    for part in (COMMENT, TRANSLATED, FIXED):
        text = part.sub("", text)
    bare = ELEMENT.sub("\n", TAG_OR_VALUE.sub("", text))
    return [line.strip() for line in bare.splitlines() if re.search(r"[^\W\d_]{2}", line)]


def test_untranslated_words_are_seen() -> None:
    text = '{% translate "Yes" %}<p class="a">No</p>{{ name }}<kbd>Ctrl</kbd>'
    assert untranslated(text) == ["No"]


@pytest.mark.parametrize("path", TEMPLATES, ids=name_of)
def test_every_word_can_be_translated(path: Path) -> None:
    assert untranslated(path.read_text(encoding="utf-8")) == []


def test_mails_name_no_patient() -> None:
    assert breaches(MAILS, r"patient") == []
    assert MAILS


def test_failure_pages_need_nothing_and_repeat_nothing() -> None:
    pages = ["400", "403", "404", "429", "500", "plain"]
    text = "".join(text_of(ROOT / "templates" / f"{page}.html") for page in pages)
    assert re.findall(r"\{\{ (?!language |reason |request_id )|\{% url", text) == []
