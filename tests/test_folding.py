"""Folded templates: the same text with less work, and never one page's words on another's."""

from uuid import UUID, uuid4

import pytest
from django.template import Context, Template, engines
from django.urls import NoReverseMatch
from django.utils.translation import override

from mmt.folding import Folded, fold

PAGE = """{% load i18n static %}<b>{% translate "Yes" %}</b> {% static "mmt/page.css" %}
{% url "start" %}{% if who %}<i>{% translate "No" %}</i> {{ who }}{% translate "Yes" %}{% else %}-
{% endif %}{% blocktranslate %}Yes{% endblocktranslate %}{% for each in many %}<i>{% url "start" %}
{{ each }}{% endfor %}{% block inner %}<p>{% translate "No" %}</p>{% endblock %}"""


def folded(text: str) -> Template:
    template = Template(text)
    fold(template.nodelist)
    return template


def test_a_folded_template_says_the_same_in_every_language_and_of_everybody() -> None:
    plain, ours = Template(PAGE), folded(PAGE)
    for language in ("en", "de", "en"):
        for who in ("Ada", "<Bo>", ""):
            knows = {"who": who, "many": [who, "&"]}
            with override(language):
                assert ours.render(Context(knows)) == plain.render(Context(knows))
    assert "Ja" not in ours.render(Context({"who": "", "many": []}))


@pytest.mark.parametrize(
    "knowing",
    [
        "{{ who }}",
        "{% csrf_token %}",
        "{% translate who %}",
        '{% translate "Yes"|add:who %}',
        '{% translate "Yes" as yes %}',
        "{% static who %}",
        '{% url "start" as there %}',
        '{% url "assessments:person" patient_id=who %}',
        '{% url "assessments:person" who %}',
        "{% url who %}",
        "{% blocktranslate %}Good day, {{ who }}{% endblocktranslate %}",
        "{% blocktranslate with name=who %}Good day, {{ name }}{% endblocktranslate %}",
        "{% blocktranslate count who=1 %}one{% plural %}many{% endblocktranslate %}",
        "{% now 'H:i' %}",
        '{% include "components/_foot.html" %}',
    ],
)
def test_what_a_page_knows_is_never_kept(knowing: str) -> None:
    around = "{% load i18n static %}<p>{% translate 'Yes' %}</p>%{% translate 'No' %}"
    nodes = folded(around.replace("%{", knowing + "{")).nodelist
    kept = [type(inner) for node in nodes if isinstance(node, Folded) for inner in node.nodes]
    assert len(kept) == 4
    assert any(not isinstance(node, Folded) for node in nodes[2:])


def test_the_product_s_templates_are_folded() -> None:
    foot = engines["django"].get_template("components/_foot.html").template
    assert foot.nodelist.get_nodes_by_type(Folded)


@pytest.mark.parametrize("one", [uuid4(), "no id", 7])
def test_an_address_of_ids_is_the_one_that_django_finds(one: object) -> None:
    text = '{% url "assessments:person" one %}{% url there one two %}'
    knows = {"one": one, "two": uuid4(), "there": "assessments:edit_event"}
    told = []
    for template in (Template(text), folded(text), folded(text)):
        try:
            told.append(template.render(Context(knows)))
        except NoReverseMatch as problem:
            told.append(str(problem))
    assert told[0] == told[1] == told[2]
    assert isinstance(one, UUID) == (str(one) in told[1] and "edit" in told[1])
