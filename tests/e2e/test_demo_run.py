"""What a new user gets from `make run`: everything in its place, adding up, and open to readers."""

from __future__ import annotations

import csv
import hashlib
import html
import json
import re
import subprocess
from pathlib import Path

import dagster as dg
import pytest

from demo.dirt import planted_counts
from tests.e2e.conftest import AS_OF, ROOT, FinishedRun, user_environment

pytestmark = pytest.mark.e2e

MARTS = (
    "mart_customer_360",
    "mart_customer_timeline",
    "fct_cx_metrics",
    "fct_journeys",
    "mart_journey_map",
    "mart_journey_funnel",
    "mart_touchpoint_impact",
    "mart_segments",
    "mart_churn_risk",
    "mart_upsell_opportunities",
    "mart_value_at_risk",
    "mart_case_queue",
)


def test_every_named_place_exists_when_the_run_has_ended(demo_run: FinishedRun) -> None:
    closing = demo_run.output.split("Done in")[1]
    places = [Path(line.split()[-1]) for line in closing.splitlines() if str(demo_run.home) in line]
    assert len(places) == 6
    assert all(place.exists() for place in places)


@pytest.mark.parametrize("mart", MARTS)
def test_a_mart_has_rows_in_duckdb_and_parquet_when_published(
    demo_run: FinishedRun, mart: str
) -> None:
    rows = demo_run.value(f"select count(*) from {mart}")
    parquet = demo_run.home / "published" / "parquet" / f"{mart}.parquet"
    assert rows > 0
    assert demo_run.value(f"select count(*) from '{parquet}'") == rows


def test_every_planted_fault_is_accounted_for_when_loaded(demo_run: FinishedRun) -> None:
    planted = planted_counts(demo_run.customers)
    found = {
        (source, stream, reason): count
        for source, stream, reason, count in demo_run.warehouse_rows(
            "select source_name, stream, reason_code, count(*) from quality.quarantine group by all"
        )
    }
    duplicates = {
        (source, stream, "duplicate"): int(count)
        for source, stream, count in demo_run.warehouse_rows(
            "select source_name, stream, sum(rows_duplicate) from quality.load_ledger "
            "group by all having sum(rows_duplicate) > 0"
        )
    }
    assert {**found, **duplicates} == {
        key: count for key, count in planted.items() if key[2] != "loaded"
    }


def test_rows_in_are_all_accounted_for_when_loaded(demo_run: FinishedRun) -> None:
    broken = demo_run.warehouse_rows(
        "select * from quality.load_ledger "
        "where rows_in <> rows_loaded + rows_quarantined + rows_duplicate"
    )
    assert not broken
    assert demo_run.warehouse_rows("select count(*) > 40 from quality.load_ledger") == [(True,)]


def test_customers_are_as_many_as_there_are_people_when_identities_are_stitched(
    demo_run: FinishedRun,
) -> None:
    customers = demo_run.warehouse_rows("select count(*) from core.dim_customers")
    assert customers == [(demo_run.customers,)]


def test_score_files_agree_with_their_manifest_when_published(demo_run: FinishedRun) -> None:
    folder = demo_run.home / "published" / "activation"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["as_of"] == AS_OF.isoformat()
    for file in manifest["files"]:
        content = (folder / file["file"]).read_bytes()
        assert hashlib.sha256(content).hexdigest() == file["sha256"]
        assert len(list(csv.reader(content.decode().splitlines()))) - 1 == file["rows"]
        assert file["rows"] > 0


def test_no_personal_data_is_published_when_comments_hold_some(demo_run: FinishedRun) -> None:
    ((personal,),) = demo_run.warehouse_rows(
        "select count(*) from core.fct_feedback where comment_text like '%@example.%'"
    )
    assert personal > 0
    pattern = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}")
    for mart, column in (
        ("mart_voice_comments", "comment_redacted"),
        ("mart_customer_timeline", "detail"),
        ("mart_customer_timeline", "headline"),
    ):
        texts = demo_run.rows(f"select {column} from {mart} where {column} like '%@%'")
        assert not [text for (text,) in texts if pattern.search(text)]


def test_the_site_and_the_report_load_nothing_from_elsewhere_when_built(
    demo_run: FinishedRun,
) -> None:
    pages = [*demo_run.home.glob("site/**/*.html"), *demo_run.home.glob("quality/**/*.html")]
    assert len(pages) > 10
    outside = re.compile(r"""(?:src|href)\s*=\s*["']\s*(?:https?:)?//""", re.IGNORECASE)
    assert not [page for page in pages if outside.search(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(
    "page",
    ["index", "scores", "touchpoints", "voice", "cases", "customers", "quality"],
)
def test_a_page_holds_figures_when_the_company_has_data(demo_run: FinishedRun, page: str) -> None:
    # Models of a company this small may lack a figure, and say so; these pages must not.
    text = (demo_run.home / "site" / f"{page}.html").read_text(encoding="utf-8")
    assert "No data." not in text


def test_every_journey_shows_figures_when_somebody_began_it(demo_run: FinishedRun) -> None:
    text = (demo_run.home / "site" / "journeys.html").read_text(encoding="utf-8")
    unbegun = demo_run.rows(
        "select journey_id from mart_journey_funnel where segment = 'all' and period_grain = 'all'"
        " group by journey_id having max(instances) = 0"
    )
    assert unbegun == []
    assert "No data." not in text


def test_the_queue_on_the_site_is_that_of_the_mart(demo_run: FinishedRun) -> None:
    text = (demo_run.home / "site" / "cases.html").read_text(encoding="utf-8")
    urgent = demo_run.rows("select customer_label from mart_case_queue order by due_at limit 5")
    assert all(html.escape(str(label)) in text for (label,) in urgent)


def dbt(demo_run: FinishedRun, *arguments: str) -> str:
    """Run a dbt command on the finished home, as the documentation says, and return its output."""
    command = [str(ROOT / ".venv" / "bin" / "throughline"), "dbt", *arguments]
    environment = {**user_environment(demo_run.home), "THROUGHLINE_AS_OF": AS_OF.isoformat()}
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout[-2000:]
    return finished.stdout


def test_every_unit_test_of_dbt_passes_when_models_are_built(demo_run: FinishedRun) -> None:
    output = dbt(demo_run, "test", "--select", "test_type:unit")
    passed = re.search(r"PASS=(\d+) WARN=0 ERROR=0 SKIP=0", output)
    assert passed is not None
    assert int(passed[1]) >= 28


def test_documentation_of_every_mart_is_built_when_dbt_is_asked(demo_run: FinishedRun) -> None:
    dbt(demo_run, "docs", "generate")
    catalog = json.loads((demo_run.home / "dbt" / "target" / "catalog.json").read_text())
    documented = {node["metadata"]["name"] for node in catalog["nodes"].values()}
    assert set(MARTS) <= documented


def test_tables_show_their_rows_and_a_preview_when_looked_at_in_dagster(
    demo_run: FinishedRun,
) -> None:
    key = dg.AssetKey(["marts", "mart_churn_risk"])
    with dg.DagsterInstance.from_config(str(demo_run.home / "dagster")) as instance:
        event = instance.get_latest_materialization_event(key)
    assert event is not None
    assert event.asset_materialization is not None
    metadata = event.asset_materialization.metadata
    rows = demo_run.value("select count(*) from mart_churn_risk")
    assert metadata["dagster/row_count"].value == rows
    preview = metadata["preview"]
    assert isinstance(preview, dg.TableMetadataValue)
    assert len(preview.records) == 5
