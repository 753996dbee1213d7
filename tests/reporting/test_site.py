"""The pages hold what the marts hold, and nothing from outside."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from reporting import formats
from reporting.page import pages
from reporting.site import build_site
from tests.reporting.reading import chart_values, read_page
from tests.reporting.snapshot_voice import HOSTILE, Rows

PAGES = [page.file_name for page in pages()]
THIN = formats.THIN_SPACE


def build(published: Path, output: Path) -> None:
    build_site(published, output, title="Company", quality_report="../quality/index.html")


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_site_has_a_page_for_each_question_and_role() -> None:
    assert PAGES == [
        "index.html", "money.html", "risk.html", "scores.html", "journeys.html", "paths.html",
        "friction.html", "touchpoints.html", "voice.html", "service.html", "cases.html",
        "customers.html", "quality.html", "models.html",
    ]  # fmt: skip
    assert {page.audience for page in pages()} == {
        "Leadership", "CX management", "Frontline", "Data stewards", "Analysts",
    }  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_every_page_states_company_date_and_version_when_built(site: Path, name: str) -> None:
    text = read_page(site / name).text
    assert "Alder & <Finch>" in text
    assert "As of 30 Jun 2026" in text
    assert "Newest event 29 Jun 2026" in text
    assert "Freshness 1 day behind" in text
    assert re.search(r"Throughline \S+\. Data through 29 Jun 2026", text)
    assert "No data" not in text


def test_key_figures_equal_the_marts_when_shown(site: Path, rows: Rows) -> None:
    text = read_page(site / "index.html").text
    quarter = next(
        row
        for row in rows["marts.fct_cx_metrics"]
        if row["metric"] == "NPS" and row["period_grain"] == "quarter"
    )
    assert quarter["value"] == 27.0
    assert "NPS, Q2 2026 +27" in text
    assert f"{formats.interval(quarter['lower'], quarter['upper'], 'NPS')} (95%), n = 431" in text
    assert "+19.0 pts on the quarter before: real change" in text
    assert plain(f"€1.24{THIN}M") in text
    assert plain(f"138 of 1{THIN}602 active customers at risk") in text
    overdue = sum(row["status"] == "overdue" for row in rows["marts.mart_case_queue"])
    assert f"Open cases {len(rows['marts.mart_case_queue'])} {overdue} overdue" in text


def test_findings_name_the_worst_drop_and_peak_when_the_data_holds_them(site: Path) -> None:
    text = read_page(site / "index.html").text
    assert "Onboarding loses most at “Data import”" in text
    assert "656 journeys end before this step; 62% of those at the previous step" in text
    assert "Invoice payment is the sharpest pain in customers’ own words" in text
    assert plain(f"€1.24{THIN}M of lifetime value is expected to be lost") in text


def test_the_journey_map_shows_the_marts_figures_in_step_order(site: Path, rows: Rows) -> None:
    text = read_page(site / "journeys.html").text
    steps = [
        row
        for row in rows["marts.mart_journey_map"]
        if row["journey_id"] == "onboarding" and row["segment"] == "all"
    ]
    places = [text.index(f"{row['touchpoint_name']} ", 400) for row in steps[1:]]
    assert places == sorted(places)
    for row in steps:
        assert plain(formats.number(row["instances"])) in text
        assert formats.percent(row["share_of_start"]) in text
    assert "▼ 656 lost before (significant)" in text
    assert "significant drop: 656 lost, 62.3% of the step before get here" in text
    assert "Counting rule: Instances that reach a step in declared order" in text
    assert "too few (n 18)" in text, "satisfaction below the minimum sample is not shown"


def test_a_drop_is_marked_only_where_the_mart_says_it_is_significant(site: Path) -> None:
    assert read_page(site / "journeys.html").text.count("significant drop:") == 1


def test_the_impact_map_equals_the_mart_and_never_nets(site: Path, rows: Rows) -> None:
    values = chart_values(read_page(site / "touchpoints.html"), "impact-map")
    bubbles = {(row["Touchpoint"], row["side"]): row for row in values if "side" in row}
    felt = 0
    for row in rows["marts.mart_touchpoint_impact"]:
        for side, sign in (("positive", 1), ("negative", -1)):
            key = (row["touchpoint_name"], side.capitalize())
            if row[f"{side}_intensity"] is None:
                assert key not in bubbles
                continue
            felt += 1
            intensity, share = row[f"{side}_intensity"], row["mention_share"]
            assert bubbles[key]["intensity"] == pytest.approx(sign * float(str(intensity)))
            assert bubbles[key]["share"] == share
            assert bubbles[key]["peak"] == row[f"is_{side}_peak"]
    assert len(bubbles) == felt == 23


def test_the_impact_intervals_carry_both_bounds(site: Path, rows: Rows) -> None:
    values = chart_values(read_page(site / "touchpoints.html"), "impact-intervals")
    row = next(
        row for row in rows["marts.mart_touchpoint_impact"] if row["touchpoint_id"] == "data_import"
    )
    bar = next(
        value
        for value in values
        if value.get("Touchpoint") == "Data import" and value["side"] == "Negative"
    )
    bounds = (row["negative_lower"], row["negative_upper"])
    assert (bar["lower"], bar["upper"]) == tuple(-float(str(bound)) for bound in bounds)


def test_the_risk_list_is_sorted_and_equals_the_mart(site: Path, rows: Rows) -> None:
    text = read_page(site / "risk.html").text
    ranked = sorted(
        rows["marts.mart_churn_risk"],
        key=lambda row: (
            ("high", "medium", "low").index(str(row["risk_band"])),
            -float(str(row["expected_loss_amount"])),
            str(row["customer_id"]),
        ),
    )
    places = [
        text.index(plain(formats.money(row["expected_loss_amount"], "EUR"))) for row in ranked[:9]
    ]
    assert places == sorted(places)
    assert (
        "Shown: 50 of 70 customers with a forecast, highest band first, then by expected loss; the "
        "other 20 are in" in text
    )
    assert "Use fell by 61 % in 30 days" in text
    assert "Upsell is not forecast because no offer was accepted" in text


def test_a_trend_leaves_out_periods_with_too_few_answers(site: Path) -> None:
    page = read_page(site / "scores.html")
    drawn = [row for row in chart_values(page, "nps-0-10-trend") if "Period" in row]
    assert "Jul 2024" not in {row["Period"] for row in drawn}
    assert "Aug 2024" in {row["Period"] for row in drawn}
    assert "1 of 24 periods have too few answers and are not drawn" in page.text
    assert "Too few answers to show: QR." in page.text
    names = {row.get("name") for row in chart_values(page, "nps-0-10-channel")}
    assert "Email" in names
    assert "QR" not in names


def test_models_stand_beside_their_baselines(site: Path) -> None:
    text = read_page(site / "models.html").text
    assert "This model 0.831 0.811 to 0.851" in text
    assert "Baseline: tenure alone 0.602" in text
    assert (
        "Not forecast because no offer was accepted in the training period <b>at all</b>." in text
    )
    assert "../models/churn/card.html" in read_page(site / "models.html").links


def test_the_quality_page_counts_the_newest_run(site: Path) -> None:
    page = read_page(site / "quality.html")
    assert "core.fct_feedback__shape 1 1 0 1 0 0" in page.text
    assert "A. Steward The vendor <i>mends</i> it" in page.text
    graded = page.text.split("mart_churn_risk D ")[1]
    assert graded.startswith("rules waived: 1, the first until 2026-07-31")
    assert "31 of 40" in graded
    assert "../quality/data_docs/index.html" in page.links
    assert "../quality/index.html" in page.links
    assert "failed header lacks account_id" in page.text


@pytest.mark.parametrize("name", PAGES)
def test_hostile_text_stays_text_when_shown(site: Path, name: str) -> None:
    page = read_page(site / name)
    assert not {"img", "b", "iframe", "object", "embed"} & set(page.tags)
    assert not [attribute for attribute in page.attributes if attribute.startswith("on")]
    for script in page.scripts:
        runs = script.get("type") != "application/json"
        assert (script.get("src") is not None) == runs, "only the site's own files may run"


def test_hostile_comments_arrive_unchanged_when_read_as_data(site: Path, rows: Rows) -> None:
    shown = read_page(site / "voice.html").data["comment-data"]
    assert isinstance(shown, list)
    expected = [row["comment_redacted"] for row in rows["marts.mart_voice_comments"]]
    assert [comment["text"] for comment in shown] == expected
    assert set(HOSTILE) <= {comment["text"] for comment in shown}
    assert "not scored" in {comment["sentiment"] for comment in shown}


def test_the_customer_view_holds_profile_and_events_newest_first(site: Path, rows: Rows) -> None:
    profiles = read_page(site / "customers.html").data["customer-data"]
    assert isinstance(profiles, list)
    assert len(profiles) == 70
    first = next(profile for profile in profiles if profile["id"] == "c001")
    mart = next(row for row in rows["marts.mart_customer_360"] if row["customer_id"] == "c001")
    facts = dict(first["facts"])
    assert facts["Probability of leaving, 90 days"] == formats.percent(
        mart["churn_probability_90d"]
    )
    assert facts["Revenue so far"] == formats.money(mart["lifetime_revenue_amount"], "EUR")
    assert [event[1] for event in first["events"]] == ["comment", "ticket", "subscription"]
    assert first["events"][0][5] == HOSTILE[1]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_comes_from_outside_and_every_link_resolves(site: Path, name: str) -> None:
    for link in read_page(site / name).links:
        assert not re.match(r"(?i)(https?:|//|ftp:|file:|javascript:)", link), link
        if link.startswith("data:"):
            continue
        path, _, fragment = link.partition("#")
        target = (site / path).resolve() if path else site / name
        assert target.is_file(), f"{name} links to {link}"
        if fragment and not fragment.startswith("customer="):
            assert fragment in read_page(target).anchors, f"{name} links to {link}"


def test_styles_and_scripts_fetch_nothing(site: Path) -> None:
    style = (site / "assets" / "style.css").read_text(encoding="utf-8")
    assert "url(" not in style
    assert "@import" not in style
    script = (site / "assets" / "site.js").read_text(encoding="utf-8")
    assert not re.findall(r"https?://|fetch\(|XMLHttpRequest|innerHTML|insertAdjacentHTML", script)


def test_the_site_is_light_when_full(site: Path) -> None:
    assert sum(file.stat().st_size for file in site.rglob("*") if file.is_file()) < 6_000_000


def test_the_bytes_are_the_same_when_the_snapshot_is(published: Path, tmp_path: Path) -> None:
    build(published, tmp_path / "first")
    build(published, tmp_path / "second")
    assert fingerprint(tmp_path / "first") == fingerprint(tmp_path / "second")


@pytest.mark.parametrize("kind", ["empty", "absent"])
def test_every_page_says_no_data_when_there_is_none(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path, kind: str
) -> None:
    source = publish({}, without=tuple(rows) if kind == "absent" else ())
    summary = build_site(
        source, tmp_path / "site", title="Company", quality_report="../quality/index.html"
    )
    assert set(summary.pages) == set(PAGES) == set(summary.without_data)
    reason = "is published but empty" if kind == "empty" else "is not part of this snapshot"
    for name in PAGES:
        text = read_page(tmp_path / "site" / name).text
        assert "No data." in text
        assert name == "index.html" or reason in text


def test_other_pages_stand_when_one_table_is_missing(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path
) -> None:
    table = "marts.mart_touchpoint_impact"
    kept = {name: members for name, members in rows.items() if name != table}
    source = publish(kept, without=(table,))
    summary = build_site(
        source, tmp_path / "site", title="Company", quality_report="../quality/index.html"
    )
    assert summary.without_data == ("touchpoints.html",)
    assert "49% of 1" in read_page(tmp_path / "site" / "journeys.html").text


def test_lists_say_what_they_leave_out_when_cut(
    publish: Callable[..., Path], rows: Rows, tmp_path: Path
) -> None:
    comment = rows["marts.mart_voice_comments"][0]
    many = [comment | {"feedback_id": f"g{number:05}"} for number in range(1600)]
    build(publish({"marts.mart_voice_comments": many}), tmp_path / "site")
    page = read_page(tmp_path / "site" / "voice.html")
    shown = page.data["comment-data"]
    assert isinstance(shown, list)
    assert len(shown) == 1500
    said = f"Shown: 1{THIN}500 of 1{THIN}600 comments, newest first; the other 100 are in"
    assert plain(said) in page.text


def test_the_old_site_stays_when_a_build_fails(
    published: Path, publish: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "site"
    build(published, output)
    before = fingerprint(output)

    def broken(*_: object, **__: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr("reporting.site.vl_convert.javascript_bundle", broken)
    with pytest.raises(OSError, match="disk full"):
        build(publish({}), output)
    assert fingerprint(output) == before
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["site"]


def test_a_killed_swap_is_mended_when_the_next_build_runs(published: Path, tmp_path: Path) -> None:
    output = tmp_path / "site"
    build(published, output)
    before = fingerprint(output)
    output.rename(tmp_path / ".site-previous")
    (tmp_path / ".site-draft-left").mkdir()
    build(published, output)
    assert fingerprint(output) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_clear_message_when_there_is_no_published_database(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no published database at"):
        build(tmp_path / "marts.duckdb", tmp_path / "site")


@pytest.mark.parametrize("link", ["https://example.org/report", "/quality/index.html"])
def test_a_link_is_refused_when_it_is_not_relative(
    published: Path, tmp_path: Path, link: str
) -> None:
    with pytest.raises(ValueError, match="must be relative to the site"):
        build_site(published, tmp_path / "site", title="Company", quality_report=link)
