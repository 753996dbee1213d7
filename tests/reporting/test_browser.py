"""The site in a real browser, opened from the disk with no server and no network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from reporting.page import pages
from reporting.site import build_site
from tests.reporting.snapshot_voice import Rows

BROWSER = shutil.which("chromium")
DRIVER = shutil.which("chromedriver")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
pytestmark = pytest.mark.skipif(
    BROWSER is None or DRIVER is None, reason="chromium or chromedriver is not installed"
)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Start a browser without a network and with a profile of its own."""
    options = Options()
    options.binary_location = str(BROWSER)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


def show(browser: webdriver.Chrome, page: Path, *, width: int = 1300, fragment: str = "") -> None:
    browser.set_window_size(width, 1200)
    browser.get("about:blank")
    browser.get(page.as_uri() + fragment)
    WebDriverWait(browser, 60).until(
        lambda driver: driver.execute_script("return document.documentElement.dataset.ready")
    )


def becomes(browser: webdriver.Chrome, script: str, expected: object) -> None:
    WebDriverWait(browser, 20).until(
        lambda driver: driver.execute_script(script) == expected,
        f"{script} did not become {expected!r}",
    )


def count(browser: webdriver.Chrome, selector: str) -> int:
    return len(browser.find_elements(By.CSS_SELECTOR, selector))


@pytest.mark.parametrize("name", [page.file_name for page in pages()])
def test_every_chart_draws_without_a_complaint(
    browser: webdriver.Chrome, site: Path, name: str
) -> None:
    show(browser, site / name)
    plots = browser.find_elements(By.CSS_SELECTOR, ".plot")
    for plot in plots:
        marks = plot.find_elements(By.CSS_SELECTOR, "svg g[class*='mark-'] path, svg text")
        assert len(marks) > 3, plot.get_attribute("data-spec")
        assert plot.get_attribute("aria-label")
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry["message"] for entry in log] == []
    assert browser.title.endswith("Alder & <Finch>"), "no text from data has run as a script"
    loaded = browser.execute_script(
        "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    )
    assert all(address.startswith(("file://", "data:")) for address in loaded)


@pytest.mark.parametrize(
    ("name", "charts"), [("index.html", 1), ("scores.html", 12), ("touchpoints.html", 2)]
)
def test_the_pages_hold_the_charts_they_promise(
    browser: webdriver.Chrome, site: Path, name: str, charts: int
) -> None:
    show(browser, site / name)
    assert (
        count(browser, ".plot[data-drawn='true'] > svg, .plot[data-drawn='true'] svg.marks")
        >= charts
    )
    assert count(browser, ".plot[data-drawn='true']") == charts


@pytest.mark.parametrize("name", [page.file_name for page in pages()])
def test_no_page_is_wider_than_a_phone(browser: webdriver.Chrome, site: Path, name: str) -> None:
    show(browser, site / name, width=500)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 400, "height": 900, "deviceScaleFactor": 1, "mobile": True},
    )
    try:
        wide = browser.execute_script("return document.documentElement.scrollWidth")
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert wide <= 400


def test_comments_are_found_by_word_and_feeling(browser: webdriver.Chrome, site: Path) -> None:
    show(browser, site / "voice.html")
    said = "return document.getElementById('comment-count').textContent"
    becomes(browser, said, "60 of 60 comments match")
    box = browser.find_element(By.CSS_SELECTOR, "#comment-search [name=words]")
    box.send_keys("INVOICE twice")
    becomes(browser, said, "5 of 60 comments match")
    marked = {mark.text.lower() for mark in browser.find_elements(By.CSS_SELECTOR, "mark")}
    assert marked == {"invoice", "twice"}
    feeling = browser.find_element(By.CSS_SELECTOR, "#comment-search [name=sentiment]")
    Select(feeling).select_by_value("negative")
    becomes(browser, said, "0 of 60 comments match")
    box.clear()
    box.send_keys("</script>")
    Select(feeling).select_by_value("")
    becomes(browser, said, "5 of 60 comments match")
    assert "</script><script>" in browser.find_element(By.CSS_SELECTOR, ".said").text


def test_cases_are_filtered_by_team_and_status(browser: webdriver.Chrome, site: Path) -> None:
    show(browser, site / "cases.html")
    visible = "#case-table tbody tr:not([hidden])"
    assert count(browser, visible) == 24
    Select(browser.find_element(By.NAME, "team")).select_by_value("Billing")
    Select(browser.find_element(By.NAME, "status")).select_by_value("overdue")
    said = "return document.getElementById('case-count').textContent"
    becomes(browser, said, "3 of 24 listed cases match")
    rows = browser.find_elements(By.CSS_SELECTOR, visible)
    assert len(rows) == 3
    assert all("Billing" in row.text and "overdue" in row.text for row in rows)


def test_a_table_sorts_by_number_when_its_heading_is_pressed(
    browser: webdriver.Chrome, site: Path
) -> None:
    show(browser, site / "risk.html")
    table = browser.find_element(By.CSS_SELECTOR, "table.sortable")
    head = table.find_elements(By.CSS_SELECTOR, "thead th")[1]
    head.find_element(By.TAG_NAME, "button").click()
    cells = table.find_elements(By.CSS_SELECTOR, "tbody td.chance")
    chances = [float(cell.get_attribute("data-value") or "nan") for cell in cells]
    assert head.get_attribute("aria-sort") == "descending"
    assert chances == sorted(chances, reverse=True)


def test_a_customer_is_shown_when_linked_to(browser: webdriver.Chrome, site: Path) -> None:
    show(browser, site / "customers.html", fragment="#customer=c005")
    view = browser.find_element(By.ID, "customer-view")
    assert '<img src=x onerror="document.title=1">' in view.find_element(By.TAG_NAME, "h2").text
    assert len(view.find_elements(By.CSS_SELECTOR, ".timeline li")) == 3
    felt = [each.text for each in view.find_elements(By.CSS_SELECTOR, ".felt.negative")]
    assert felt == ["NPS 3 · negative"]
    assert "No case is open." in view.text
    assert "Team, 12 seats, 12 months" in view.text
    box = browser.find_element(By.CSS_SELECTOR, "#customer-search [name=words]")
    box.send_keys("brightwater")
    found = browser.find_elements(By.CSS_SELECTOR, "#customer-list button")
    assert found
    assert all("Brightwater" in button.text for button in found)
    label = found[0].text.splitlines()[0]
    found[0].click()
    becomes(browser, "return document.querySelector('#customer-view h2').textContent", label)
    assert "Brightwater" in view.text


def test_a_segment_and_a_month_of_real_paths_are_shown_when_chosen(
    browser: webdriver.Chrome, site: Path
) -> None:
    show(browser, site / "paths.html")
    form = browser.find_element(By.ID, "slice-filter")
    section = browser.find_element(By.CSS_SELECTOR, ".sliced")
    assert "160" in section.text
    assert len(section.find_elements(By.CSS_SELECTOR, "svg.flow")) == 4
    Select(form.find_element(By.NAME, "period")).select_by_value("2026-05")
    assert section.text.startswith("JOURNEYS\n80\n") or section.text.startswith("Journeys\n80\n")
    Select(form.find_element(By.NAME, "segment")).select_by_value("enterprise")
    assert section.text.startswith("Too few.")
    Select(form.find_element(By.NAME, "period")).select_by_value("all")
    assert "Too few." not in section.text
    assert [part.is_displayed() for part in section.find_elements(By.CSS_SELECTOR, ".flow")].count(
        True
    ) == 1


def test_the_map_of_a_segment_is_shown_when_chosen(browser: webdriver.Chrome, site: Path) -> None:
    show(browser, site / "journeys.html")
    section = browser.find_element(By.CSS_SELECTOR, ".sliced")
    whole = section.find_element(By.CSS_SELECTOR, ".lead").text
    Select(browser.find_element(By.NAME, "segment")).select_by_value("enterprise")
    shown = [lead.text for lead in section.find_elements(By.CSS_SELECTOR, ".lead") if lead.text]
    assert len(shown) == 1
    assert shown[0] != whole
    assert browser.find_element(By.CSS_SELECTOR, ".of-everybody").is_displayed()


def test_the_map_of_a_persona_is_shown_when_chosen(browser: webdriver.Chrome, site: Path) -> None:
    show(browser, site / "journeys.html")
    section = browser.find_element(By.CSS_SELECTOR, ".sliced")
    persona = Select(browser.find_element(By.NAME, "persona"))
    persona.select_by_value("persona:champion")
    shown = [lead.text for lead in section.find_elements(By.CSS_SELECTOR, ".lead") if lead.text]
    assert len(shown) == 1
    assert shown[0].startswith("Champion at the start: 400 journeys")
    assert not browser.find_element(By.NAME, "segment").is_enabled()
    persona.select_by_value("")
    assert browser.find_element(By.NAME, "segment").is_enabled()


def test_a_customer_behind_a_path_is_reached_when_clicked(
    browser: webdriver.Chrome, site: Path
) -> None:
    show(browser, site / "paths.html")
    held = browser.find_elements(By.CSS_SELECTOR, "details.who")[1]
    browser.execute_script("arguments[0].open = true; arguments[0].scrollIntoView()", held)
    link = held.find_element(By.TAG_NAME, "a")
    label = link.text
    browser.execute_script("arguments[0].click()", link)
    becomes(browser, "return document.querySelector('#customer-view h2')?.textContent", label)


def test_no_label_of_the_flow_meets_another(browser: webdriver.Chrome, site: Path) -> None:
    show(browser, site / "paths.html")
    boxes = browser.execute_script(
        "const shown = '.sliced > :not([hidden]) .flow text';"
        "return [...document.querySelectorAll(shown)].map((text) => {"
        "const box = text.getBoundingClientRect();"
        "return [box.left, box.top, box.right, box.bottom]; })"
    )
    assert len(boxes) == 8
    for number, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[number + 1 :]:
            apart = right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
            assert apart, (number, boxes)


def test_open_cases_stand_above_what_happened_when_there_are_any(
    browser: webdriver.Chrome, site: Path
) -> None:
    show(browser, site / "customers.html", fragment="#customer=c000")
    view = browser.find_element(By.ID, "customer-view")
    (case,) = view.find_elements(By.CSS_SELECTOR, ".open-cases li")
    assert "Call within two business days" in case.text
    assert view.text.index("Call within two business days") < view.text.index("What happened")


def test_an_empty_site_opens_without_a_complaint(
    browser: webdriver.Chrome, empty_site: Path
) -> None:
    for page in pages():
        show(browser, empty_site / page.file_name)
        log = browser.get_log("browser")  # type: ignore[no-untyped-call]
        assert [entry["message"] for entry in log] == []
        assert count(browser, ".nodata") >= 1


def test_the_list_of_a_single_month_opens_when_pressed(
    browser: webdriver.Chrome, site: Path, rows: Rows
) -> None:
    show(browser, site / "paths.html")
    Select(browser.find_element(By.NAME, "period")).select_by_value("2026-04")
    part = browser.find_element(By.CSS_SELECTOR, ".sliced > [data-slice='all|2026-04']")
    holder = part.find_elements(By.CSS_SELECTOR, ".variants details.later")[1]
    assert holder.find_elements(By.TAG_NAME, "li") == [], "it is filled when it is opened"
    browser.execute_script("arguments[0].open = true", holder)
    WebDriverWait(browser, 20).until(lambda _: holder.find_elements(By.TAG_NAME, "li"))
    own = [row for row in rows["marts.fct_journeys"] if row["variant_id"] == "v2"]
    newest = sorted(own, key=lambda row: str(row["started_at"]), reverse=True)[:6]
    links = [each.text for each in holder.find_elements(By.TAG_NAME, "li")]
    assert len(links) == 6
    for row, text in zip(newest, links, strict=True):
        assert str(row["customer_id"]) in text
    assert "Shown: 6 of 12 journeys, of the newest held here" in holder.text
    assert holder.find_elements(By.CSS_SELECTOR, "a[href^='customers.html#customer=c05']")


def test_the_list_of_a_step_opens_when_a_segment_and_a_month_are_chosen(
    browser: webdriver.Chrome, published: Path, tmp_path: Path
) -> None:
    source = tmp_path / "marts.duckdb"
    shutil.copyfile(published, source)
    with duckdb.connect(str(source)) as connection:
        for table in ("mart_journey_map", "mart_journey_funnel"):
            connection.execute(
                f"create table months as select * replace ('month' as period_grain, "
                f"date '2026-04-01' as period_start) from {table}"
            )
            connection.execute(f"insert into {table} select * from months")
            connection.execute("drop table months")
        connection.execute("update fct_journeys set segment = 'small' where customer_id < 'c070'")
    build_site(source, tmp_path / "site", title="Company", quality_report="../quality/index.html")
    show(browser, tmp_path / "site" / "journeys.html")
    Select(browser.find_element(By.NAME, "period")).select_by_value("2026-04")
    Select(browser.find_element(By.NAME, "segment")).select_by_value("enterprise")
    name = ".sliced > [data-slice='enterprise|2026-04']"
    part = browser.find_element(By.CSS_SELECTOR, name)
    reached, lost = {}, {}
    for step in part.find_elements(By.CSS_SELECTOR, ".funnel li"):
        for holder in step.find_elements(By.CSS_SELECTOR, "details.later"):
            browser.execute_script("arguments[0].open = true", holder)
            said = "journeys that ended before" in str(holder.get_attribute("data-noun"))
            found = lost if said else reached
            WebDriverWait(browser, 20).until(
                lambda _, each=holder: each.find_elements(By.CSS_SELECTOR, ".note")
            )
            found[step.find_element(By.CSS_SELECTOR, ".name").text] = {
                each.text.split()[0] for each in holder.find_elements(By.TAG_NAME, "li")
            }
    # From the seventieth on: three abandoned at the second step, and of eight open ones at the
    # start the six newest.
    abandoned = {"c070", "c071", "c072"}
    assert reached["Subscription starts"] == abandoned | {f"c{n:03}" for n in range(75, 81)}
    assert reached["First login"] == abandoned
    assert lost == {"Data import": abandoned}
