"""The trends page in a real browser: read by keyboard, told twice, filtered by address, printed."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from assessments.demo.showcase import GRADES
from tests.people import grade

from .paper import pages_of
from .steps import SHOWCASE, AddressOf, SignIn, arrive

# (movement, side) -> what is shown of each visit, earliest first
Told = dict[str, list[str]]
VISITS = 10


@pytest.fixture
def trends(page: Page, sign_in: SignIn, address_of: AddressOf) -> Page:
    """Ten visits of the patient drawn by hand, as a clinician sees them."""
    sign_in(page, "clinician@harbour.example")
    page.goto(f"{address_of(SHOWCASE)}trends/")
    expect(heat_map(page)).to_be_visible()
    return page


def heat_map(page: Page) -> Locator:
    return page.locator("figure[data-chart=heat-map]")


def days(page: Page) -> list[str]:
    """Return the days of the visits as the table under the heat map writes them."""
    return heat_map(page).locator("thead time").all_text_contents()


def iso_days(page: Page) -> list[str]:
    times = heat_map(page).locator("thead time")
    return times.evaluate_all("times => times.map((time) => time.dateTime)")


def names_of_testers(page: Page) -> list[str]:
    names = heat_map(page).locator("thead th span").all_text_contents()
    return [name.split(",")[0] for name in names]


def drawn(page: Page) -> Told:
    """Return what the marks of the heat map say of each movement and side."""
    marks = (
        heat_map(page)
        .locator("rect[data-movement]")
        .evaluate_all(
            """marks => marks.map(({ dataset: mark }) => [
          `${mark.movement} ${mark.side}`,
          mark.grade ?? `${mark.state.replace("_", " ")}: ${mark.reason}`,
        ])"""
        )
    )
    told: Told = {}
    for cell, result in marks:
        told.setdefault(cell, []).append(result)
    return told


def written(page: Page) -> Told:
    """Return what the table says of each movement and side, without what it adds to a grade."""
    rows = (
        heat_map(page)
        .locator("tr:has(th[data-cell])")
        .evaluate_all(
            """rows => rows.map((row) => [
          row.querySelector("th").dataset.cell,
          [...row.querySelectorAll("td")].map((cell) => cell.textContent),
        ])"""
        )
    )
    return {cell: [text.split(",")[0].lower() for text in texts] for cell, texts in rows}


def expected(movement: str, side: str) -> list[str]:
    codes = GRADES[movement][side == "left"].split()
    return ["not testable: pain" if code == "NT" else code for code in codes]


@pytest.fixture
def read(trends: Page) -> Callable[..., None]:
    """Press keys on a picture and expect the line under it to say something."""

    def check(figure: Locator, keys: str, said: str, visit: int) -> None:
        for key in keys.split():
            trends.keyboard.press(key)
        day, tester = days(trends)[visit], names_of_testers(trends)[visit]
        expect(figure.locator(".chart-reading")).to_have_text(f"{said}, {day}, tested by {tester}")

    return check


def test_arrow_keys_read_the_heat_map(trends: Page, read: Callable[..., None]) -> None:
    figure = heat_map(trends)
    figure.locator("[data-plot]").focus()
    read(figure, "ArrowDown", "Right hip flexion, grade 3", -1)
    read(figure, "ArrowDown", "Left hip flexion, grade 2", -1)
    read(figure, "ArrowLeft ArrowLeft", "Left hip flexion, grade 3", -3)
    read(figure, "Home", "Left hip flexion, grade 4", 0)
    read(figure, "ArrowUp", "Right hip flexion, grade 4", 0)
    read(figure, "End", "Right hip flexion, grade 3", -1)
    read(figure, "ArrowRight", "Right hip flexion, grade 3", -1)  # there is no later visit


def test_arrow_keys_read_a_strip(trends: Page, read: Callable[..., None]) -> None:
    figure = trends.locator("#strip-ankle_dorsiflexion")
    figure.locator("[data-plot]").focus()
    read(figure, "ArrowRight", "Right ankle dorsiflexion, grade 4", -1)
    read(figure, "ArrowDown", "Left ankle dorsiflexion, grade 0", -1)
    figure = trends.locator("#strip-ankle_plantarflexion")
    figure.locator("[data-plot]").focus()
    said = "Right ankle plantarflexion, not testable: pain"
    read(figure, "ArrowLeft Home" + 5 * " ArrowRight", said, 5)


def test_the_pointer_reads_a_mark(trends: Page, read: Callable[..., None]) -> None:
    cell = "[data-movement=knee_extension][data-side=left]"
    heat_map(trends).locator(f"rect{cell}").last.hover()
    read(heat_map(trends), "", "Left knee extension, grade 2", -1)


def test_the_heat_map_and_its_table_say_what_was_recorded(trends: Page) -> None:
    told = drawn(trends)
    assert told == written(trends)
    assert told == {
        f"{movement} {side}": expected(movement, side)
        for movement in GRADES
        for side in ("right", "left")
    }


def test_a_strip_and_its_table_say_what_was_recorded(trends: Page) -> None:
    strip = trends.locator("#strip-ankle_dorsiflexion")
    marks = strip.locator(".mark.left").evaluate_all(
        "marks => marks.map((mark) => mark.dataset.grade)"
    )
    cells = strip.locator("tbody td:nth-child(3)").all_text_contents()
    assert marks == expected("ankle_dorsiflexion", "left")
    assert [text.split(",")[0] for text in cells] == marks


def test_zero_is_drawn_as_a_grade(trends: Page) -> None:
    cell = "[data-movement=ankle_dorsiflexion][data-side=left][data-grade='0']"
    mark = heat_map(trends).locator(f"rect{cell}")
    expect(mark).to_have_count(1)
    expect(mark).to_have_class("g0")
    expect(heat_map(trends).locator(".heat-screen text.g0")).to_have_text("0")
    colour = "mark => getComputedStyle(mark).fill"
    grade_four = heat_map(trends).locator("rect.g9").first
    assert mark.evaluate(colour) not in {"none", grade_four.evaluate(colour)}
    strip = trends.locator("#strip-ankle_dorsiflexion")
    expect(strip.locator("[data-side=left] .mark[data-grade='0']")).to_be_visible()
    expect(strip.locator(".strip-latest")).to_have_text("R 4 · L 0")
    expect(strip.locator("tbody tr").last).to_contain_text("0")


def test_filters_in_the_address_choose_what_is_shown(trends: Page) -> None:
    all_days = iso_days(trends)
    trends.goto(
        f"{trends.url}?region=knees&side=left&since={all_days[2]}&until={all_days[6]}"
        "&reference=previous"
    )
    for _time in ("opened", "opened again"):
        assert set(drawn(trends)) == {"knee_extension left", "knee_flexion left"}
        assert iso_days(trends) == all_days[2:7]
        assert drawn(trends)["knee_flexion left"] == expected("knee_flexion", "left")[2:7]
        expect(trends.locator("figure[data-chart=strips]")).to_have_count(2)
        expect(trends.locator("#changed-heading")).to_contain_text("What changed since")
        expect(trends.locator("#changed-heading + p")).to_contain_text(names_of_testers(trends)[-2])
        expect(trends.get_by_role("checkbox", name="Knees")).to_be_checked()
        expect(trends.get_by_label("Side")).to_have_value("left")
        expect(trends.get_by_label("Compare with")).to_have_value("previous")
        expect(trends.locator("#id_since")).to_have_value(all_days[2])
        trends.reload()
    trends.get_by_role("link", name="All history").click()
    arrive(trends, re.compile("/trends/$"))
    assert iso_days(trends) == all_days


def test_filters_are_chosen_on_the_page(trends: Page) -> None:
    trends.get_by_text("Arms", exact=True).first.click()
    trends.get_by_label("Side").select_option("Right")
    chosen = trends.get_by_label("Compare with").locator("option").nth(4)  # the third visit
    trends.get_by_label("Compare with").select_option(chosen.get_attribute("value"))
    day = chosen.text_content() or ""
    trends.get_by_role("button", name="Show").click()
    arrive(trends, re.compile(r"region=arms.*side=right"))
    expect(trends.locator("#changed-heading")).to_contain_text(day.split(",")[0])
    assert {cell.split()[1] for cell in drawn(trends)} == {"right"}
    assert len(days(trends)) == VISITS


def test_on_paper_the_patient_and_the_pictures_remain(trends: Page) -> None:
    trends.emulate_media(media="print")
    expect(trends.locator("#patient-banner")).to_be_visible()
    expect(trends.locator(".heat-paper svg").first).to_be_visible()
    expect(trends.locator(".strip svg").first).to_be_visible()
    for hidden in (".topbar", ".demo-strip", ".trends-filter", ".foot", ".banner-action"):
        expect(trends.locator(hidden)).to_be_hidden()


def test_every_printed_page_names_the_patient(trends: Page) -> None:
    pages = pages_of(trends.pdf(prefer_css_page_size=True))
    assert len(pages) > 1
    for page in pages:
        assert "WINTERS, Álma" in page
        assert SHOWCASE in page
        assert "1979-04-12" in page
    assert "Heat map" not in pages[0]  # what only a screen reader says is not printed
    assert any("Ankle dorsiflexion" in page for page in pages)


def test_sides_over_time_are_drawn_when_asked_for_and_on_paper(trends: Page) -> None:
    late = trends.locator("figure[data-chart=asymmetry-over-time]")
    ask = trends.get_by_role("link", name="Draw every visit")
    expect(late).to_have_count(0)
    trends.evaluate("dispatchEvent(new Event('beforeprint'))")
    printed = late.count()
    assert printed
    expect(ask).to_have_count(0)
    trends.reload()
    ask.click()
    expect(late).to_have_count(printed)
    expect(ask).to_have_count(0)


def cursors(page: Page, picture: str) -> list[float]:
    """Return where the marked visit stands in each picture of a kind, as shares of its width."""
    lines = page.locator(f"figure[data-chart={picture}] svg > .visit-cursor:not([hidden])")
    return lines.evaluate_all(
        """lines => lines.map((line) => {
          const box = line.ownerSVGElement.getBoundingClientRect();
          return (line.getBoundingClientRect().x - box.x) / box.width;
        })"""
    )


def test_a_visit_read_in_one_picture_is_marked_in_all(trends: Page) -> None:
    expect(trends.locator(".visit-cursor")).to_have_count(0)
    tall = "document.documentElement.scrollHeight"
    before = trends.evaluate(tall)
    heat_map(trends).locator("[data-plot]").focus()
    trends.keyboard.press("ArrowDown")
    latest = {kind: cursors(trends, kind) for kind in ("heat-map", "strips", "distribution")}
    assert len(latest["heat-map"]) == 1
    assert len(latest["strips"]) == len(GRADES)
    assert len(latest["distribution"]) == 5
    trends.keyboard.press("ArrowLeft")
    for kind, places in latest.items():
        assert all(a < b for a, b in zip(cursors(trends, kind), places, strict=True)), kind
    first = trends.locator("figure[data-chart=distribution] g[data-said]").first
    first.hover()
    expect(first).to_have_class(re.compile("is-read"))
    assert max(cursors(trends, "strips")) < 0.15
    assert trends.evaluate(tall) == before


def test_each_visit_of_one_day_is_read_and_marked_for_itself(
    page: Page,
    sign_in: SignIn,
    new_patient: Callable[[], str],
    new_record: Callable[..., None],
) -> None:
    person, day = new_patient(), datetime(2026, 3, 5, 0, 30, tzinfo=UTC)
    for hours, level in ((0, 12), (2, 9), (4, 6)):
        results = {("knee_extension", "right"): grade(level)}
        new_record(person, results, day + timedelta(hours=hours))
    sign_in(page, "physio@harbour.example")
    page.goto(f"{person}trends/")
    heat_map(page).locator("[data-plot]").focus()
    reading = heat_map(page).locator(".chart-reading")
    places, said = [], []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
        places.append((*cursors(page, "heat-map"), *cursors(page, "distribution")))
        said.append((reading.text_content() or "").split(", ")[1:3])
    times = days(page)
    assert len(set(times)) == 3
    assert said == [[f"grade {code}", at] for code, at in zip("345", times[::-1], strict=True)]
    for picture in zip(*places, strict=True):
        assert picture[0] > picture[1] > picture[2]
