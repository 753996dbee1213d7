"""Journeys of a stream of interactions, built and kept up: ``python -m benchmarks.journeys``.

A generic source of orders with ten interactions each, of 25 touchpoints, is built by dbt from raw
to transitions, variants, funnel and figures of steps; then one in a hundred interactions arrives on
top. Beside it stand the same transitions, variants, times, starts and ends by SQL written by hand,
and by the libraries that happen to be installed (pandas always; polars, pm4py and retentioneering
are no dependencies of ours). Each case runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.extract.contracts import read_contracts
from orchestration.extract.loader import load_stream
from orchestration.settings import DBT_EXECUTABLE, DBT_PROJECT_DIR, STAGING_DIR, Settings

AS_OF = date(2026, 6, 30)
RECEIVED_AT = datetime(2026, 7, 1, tzinfo=UTC)
EVENTS_PER_ORDER = 10
MARTS = (
    "mart_journey_transitions", "mart_journey_variants", "mart_journey_deviations",
    "mart_journey_conformance", "mart_journey_funnel", "int_journey_step_figures",
    "int_journey_feature_sums",
)  # fmt: skip
# Built of whatever there is; customers and identities are few here and cost the same every day.
SELECTED = ("path:models/staging", "path:models/core", *(f"+{mart}" for mart in MARTS))
# An order's ten interactions as designed, and what else may happen in their place. None starts
# another journey, so that every interaction is one visit, for us as for the libraries beside us.
DESIGNED = (
    "order_placed", "payment_approval", "website_visit", "pricing_view", "order_dispatch",
    "help_article", "content_download", "first_payment", "support_reply", "order_delivery",
)  # fmt: skip
OTHERS = (
    "in_app_error", "payment_failure", "trial_signup", "demo_call", "onboarding_call",
    "first_login", "data_import", "team_invite", "first_report", "plan_upgrade", "review",
    "renewal_notice", "support_transfer", "order_setup", "renewal",
)  # fmt: skip
# Three in twenty interactions are not the designed one: a quarter of the orders goes as designed.
ROWS = """
    select
        'e' || number as interaction_id,
        'web_visitor_id' as customer_key_type,
        'v' || hash(number // 10) % 200000 as customer_key,
        case
            when number % 10 between 1 and 8 and hash(number, 'how') % 20 < 3
                then $others[1 + (hash(number, 'what') % 15)::bigint]
            else $designed[1 + number % 10]
        end as event_name,
        ['web', 'phone', 'email'][1 + (hash(number, 'channel') % 3)::bigint] as channel_id,
        timestamp '2025-01-01' + to_seconds({day} * 86400 + (hash(number // 10) % {days} * 86400
            + hash(number // 10, 'time') % 86400)::bigint
            + (number % 10) * 20000 + (hash(number, 'at') % 20000)::bigint) as occurred_at,
        'order' as related_type,
        'o' || number // 10 as related_id,
        'load ' || {load} as _load_id
    from range({first}, {last}) as numbers (number)
"""
# What is noticed a day late, of orders anywhere in the past.
LATE_ROWS = """
    select
        'late' || number as interaction_id,
        customer_key_type,
        customer_key,
        $others[1 + (hash(number, 'what') % 15)::bigint] as event_name,
        'email' as channel_id,
        occurred_at + to_seconds((hash(number, 'later') % 90000)::bigint) as occurred_at,
        related_type,
        related_id,
        'load ' || {load} as _load_id
    from raw.generic__interactions as known
    inner join (
        select number, 'e' || (hash(number, 'order') % ({first} // 10) * 10)::bigint as known_id
        from range({first}, {last}) as numbers (number)
    ) as late on known.interaction_id = late.known_id
"""
DAYS = 460
BY_HAND = """
    create or replace temp table steps as
    select related_id as case_id, touchpoint_id, occurred_at,
        row_number() over steps as place,
        lead(touchpoint_id) over steps as next_id,
        epoch_us(lead(occurred_at) over steps) - epoch_us(occurred_at) as micros
    from {events}
    window steps as (partition by related_id order by occurred_at, interaction_id);
    create or replace temp table transitions as
    select touchpoint_id, next_id, count(*), quantile_cont(micros, [0.5, 0.9])
    from steps group by all;
    create or replace temp table cases as
    select case_id, bit_xor(hash(hash(place, touchpoint_id))) as variant, count(*) as length,
        min(occurred_at) as started_at, max(occurred_at) as ended_at
    from steps group by case_id;
    create or replace temp table variants as
    select variant, length, count(*) as instances, min(case_id) as example from cases group by all;
    create or replace temp table spelled as
    select case_id, string_agg(touchpoint_id, '>' order by place) as path
    from steps
    where case_id in (select example from variants order by instances desc, variant limit 100)
    group by case_id;
    create or replace temp table ends as
    select place = 1 as is_start, touchpoint_id, count(*)
    from steps where place = 1 or next_id is null group by all
"""


def prepare(home: Path, rows: int) -> None:
    """Make the raw tables of the generic source, its interactions in a hundred loads."""
    settings = settings_of(home)
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.execute("create schema raw")
        for source in read_contracts(STAGING_DIR):
            for stream in source.streams if source.name in settings.sources else ():
                load_stream(
                    connection, stream, home / "landing" / source.name, received_at=RECEIVED_AT
                )  # fmt: skip
    dbt(home, "seed")
    with duckdb.connect(str(settings.warehouse_path)) as connection:
        connection.executemany(
            "insert into reference.touchpoint_events values ('generic', ?, ?)",
            [[name, name] for name in DESIGNED + OTHERS],
        )
    for load in range(100):
        land(home, ROWS, rows * load // 100, rows * (load + 1) // 100, load=load)


def next_day(home: Path, rows: int) -> None:
    """Let one in a hundred arrive: new orders, and for a tenth late news of orders of any age."""
    middle = rows + rows * 9 // 1000
    land(home, ROWS, rows, middle, load=100, day=DAYS, days=3)
    land(home, LATE_ROWS, middle, rows + rows // 100, load=101)


def land(
    home: Path, template: str, first: int, last: int, *, load: int, day: int = 0, days: int = DAYS
) -> None:
    """Put interactions into raw, as one load."""
    named = {"others": list(OTHERS)} | ({"designed": list(DESIGNED)} if template is ROWS else {})
    with duckdb.connect(str(settings_of(home).warehouse_path)) as connection:
        connection.execute(
            "insert into raw.generic__interactions by name "
            + template.format(first=first, last=last, load=load, day=day, days=days),
            named,
        )


def settings_of(home: Path) -> Settings:
    """Return the settings of the benchmark's company."""
    return Settings(home=home, sources=("generic", "identity_register", "stewardship"))


def dbt(home: Path, *arguments: str) -> None:
    """Run dbt on the benchmark's company, as a run does."""
    settings = settings_of(home)
    log = home / "dbt.log"
    finished = subprocess.run(
        [str(DBT_EXECUTABLE), *arguments, "--project-dir", str(DBT_PROJECT_DIR),
         "--profiles-dir", str(DBT_PROJECT_DIR), "--target-path", str(home / "target"),
         "--log-path", str(home / "logs"), "--vars", settings.dbt_vars(AS_OF)],
        env={**os.environ, "THROUGHLINE_WAREHOUSE": str(settings.warehouse_path)},
        stdout=log.open("w"),
        check=False,
    )  # fmt: skip
    if finished.returncode:
        raise RuntimeError(f"dbt {' '.join(arguments)} failed:\n{log.read_text()[-3000:]}")


def build(home: Path) -> None:
    """Build what changed, from staging to marts."""
    dbt(home, "run", "--select", *SELECTED)
    results = json.loads((home / "target" / "run_results.json").read_text())
    (home / "seconds.json").write_text(
        json.dumps({r["unique_id"].split(".")[-1]: r["execution_time"] for r in results["results"]})
    )


def start_of_dbt(home: Path) -> None:
    """Pay dbt's start alone: it is the same for any amount of data."""
    dbt(home, "run", "--select", "int_journey_touchpoints")


def by_hand(home: Path) -> None:
    """Do the journey part in SQL written for it alone, from the stored interactions."""
    with duckdb.connect(str(settings_of(home).warehouse_path), read_only=True) as connection:
        connection.execute("set threads = 2")
        connection.execute(BY_HAND.format(events="core.fct_interactions"))


def with_pandas(home: Path) -> None:
    """Do the journey part in pandas."""
    events = pd.read_parquet(home / "events.parquet").sort_values(
        ["related_id", "occurred_at", "interaction_id"]
    )
    cases = events.groupby("related_id", sort=False)
    events["next_id"] = cases["touchpoint_id"].shift(-1)
    events["seconds"] = (cases["occurred_at"].shift(-1) - events["occurred_at"]).dt.total_seconds()
    events.groupby(["touchpoint_id", "next_id"])["seconds"].quantile([0.5, 0.9])
    cases["touchpoint_id"].agg(tuple).value_counts()
    cases["touchpoint_id"].first().value_counts()
    cases["touchpoint_id"].last().value_counts()
    cases["occurred_at"].agg(["min", "max"])


def with_polars(home: Path) -> None:
    """Do the journey part in polars."""
    import polars as pl

    events = pl.read_parquet(home / "events.parquet").sort(
        ["related_id", "occurred_at", "interaction_id"]
    )
    steps = events.with_columns(
        pl.col("touchpoint_id").shift(-1).over("related_id").alias("next_id"),
        (pl.col("occurred_at").shift(-1).over("related_id") - pl.col("occurred_at")).alias("time"),
    )
    steps.group_by("touchpoint_id", "next_id").agg(
        pl.len(),
        pl.col("time").quantile(0.5).alias("p50"),
        pl.col("time").quantile(0.9).alias("p90"),
    )
    cases = events.group_by("related_id", maintain_order=True).agg(
        pl.col("touchpoint_id").str.join(">").alias("path"),
        pl.col("touchpoint_id").first().alias("start"),
        pl.col("touchpoint_id").last().alias("end"),
        pl.col("occurred_at").min().alias("started_at"),
        pl.col("occurred_at").max().alias("ended_at"),
    )
    for column in ("path", "start", "end"):
        cases[column].value_counts()


def with_pm4py(home: Path) -> None:
    """Do the journey part in PM4Py on pandas."""
    import pm4py

    log = pm4py.format_dataframe(
        pd.read_parquet(home / "events.parquet"),
        case_id="related_id", activity_key="touchpoint_id", timestamp_key="occurred_at",
    )  # fmt: skip
    theirs, _, _ = pm4py.discover_dfg(log)
    pm4py.discover_performance_dfg(log)
    pm4py.get_variants(log)
    pm4py.get_start_activities(log)
    pm4py.get_end_activities(log)
    pm4py.get_all_case_durations(log)
    (home / "pm4py.json").write_text(
        json.dumps([[*pair, int(count)] for pair, count in theirs.items()])
    )


def print_agreement(home: Path) -> None:
    """Print how many of PM4Py's transitions our mart counts otherwise."""
    theirs = {
        (one, two): count for one, two, count in json.loads((home / "pm4py.json").read_text())
    }
    with duckdb.connect(str(settings_of(home).warehouse_path), read_only=True) as connection:
        rows = connection.execute(
            "select from_touchpoint_id, to_touchpoint_id, transitions"
            " from marts.mart_journey_transitions where journey_id = 'purchase'"
            " and segment = 'all' and period_grain = 'all'"
            " and transition_kind in ('move', 'repeat')"
        ).fetchall()
    ours = {(one, two): count for one, two, count in rows}
    pairs = theirs.keys() | ours.keys()
    different = sum(theirs.get(pair) != ours.get(pair) for pair in pairs)
    print(f"{different} of {len(pairs)} transitions are counted otherwise by PM4Py")


def with_retentioneering(home: Path) -> None:
    """Do the journey part, but for variants, in retentioneering, which else reports its use."""
    os.environ["RETENTIONEERING_NO_TRACK"] = "1"
    from retentioneering.eventstream import Eventstream

    stream = Eventstream(
        pd.read_parquet(home / "events.parquet"),
        {"path_cols": ["related_id"], "event_col": "touchpoint_id", "timestamp_col": "occurred_at"},
    )
    for weight in ("count", "time_median", "time_q95"):
        stream.transition_graph_data(edge_weight=weight)


PEERS: Mapping[str, tuple[str, Callable[[Path], None]]] = {
    "pandas": ("pandas", with_pandas),
    "polars": ("polars", with_polars),
    "PM4Py on pandas": ("pm4py", with_pm4py),
    "retentioneering, no variants": ("retentioneering", with_retentioneering),
}
CASES: Mapping[str, Callable[[Path], None]] = {
    "dbt's start": start_of_dbt,
    "whole build, raw to marts": build,
    "build of an increment": build,
    "build of nothing new": build,
    "the journey part by hand in SQL": by_hand,
} | {name: run for name, (_, run) in PEERS.items()}


def measured(case: str, home: Path) -> dict[str, float]:
    """Run one case in a fresh process; dbt is a process below it, and counted."""
    finished = subprocess.run(
        [sys.executable, "-m", "benchmarks.journeys", "--case", case, "--home", str(home)],
        check=False,
        capture_output=True,
        text=True,
    )
    if finished.returncode:
        raise RuntimeError(f"{case} failed:\n{finished.stderr[-3000:]}")
    figures: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    print(
        f"{case:<34}{figures['wall']:>9.1f}{figures['cpu']:>9.1f}{figures['peak']:>9.0f}",
        flush=True,
    )
    return figures


def one_case(case: str, home: Path) -> None:
    """Run one case here and print what it cost."""
    started = time.perf_counter()
    CASES[case](home)
    wall = time.perf_counter() - started
    own, below = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    cpu = own.ru_utime + own.ru_stime + below.ru_utime + below.ru_stime
    peak = max(own.ru_maxrss, below.ru_maxrss) / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak}))


def compare(rows: int) -> None:
    """Build, add one in a hundred, build again, and let the others do the journey part."""
    print(f"{rows:,} interactions\n{'case':<34}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}")
    with tempfile.TemporaryDirectory() as name:
        home = Path(name)
        prepare(home, rows)
        measured("dbt's start", home)
        whole = measured("whole build, raw to marts", home)
        show_models(home)
        next_day(home, rows)
        part = measured("build of an increment", home)
        show_models(home)
        nothing = measured("build of nothing new", home)
        for kind in ("wall", "cpu"):
            print(
                f"increment of 1 %: {part[kind] / whole[kind]:.1%} of the whole, {kind};"
                f" {(part[kind] - nothing[kind]) / (whole[kind] - nothing[kind]):.1%}"
                " less what a build of nothing new costs"
            )
        measured("the journey part by hand in SQL", home)
        with duckdb.connect(str(settings_of(home).warehouse_path), read_only=True) as connection:
            connection.execute(
                "copy (select interaction_id, related_id, touchpoint_id, occurred_at"
                f" from core.fct_interactions) to '{home}/events.parquet'"
            )
        for case, (package, _) in PEERS.items():
            if find_spec(package):
                measured(case, home)
                if package == "pm4py":
                    print_agreement(home)
            else:
                print(f"{case:<34}  not installed")


def show_models(home: Path) -> None:
    """Print the models that took longest."""
    seconds: dict[str, float] = json.loads((home / "seconds.json").read_text())
    longest = sorted(seconds.items(), key=lambda pair: -pair[1])[:8]
    print("    " + ", ".join(f"{name} {value:.1f}" for name, value in longest), flush=True)


def main() -> None:
    """Compare, or run one case in this process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--case", choices=list(CASES))
    parser.add_argument("--home", type=Path)
    arguments = parser.parse_args()
    if arguments.case:
        one_case(arguments.case, arguments.home)
    else:
        compare(arguments.rows)


if __name__ == "__main__":
    main()
