"""From landing files to journeys: what runs add day by day is what one run makes of all files."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import duckdb
import pytest

from orchestration.extract.contracts import read_contracts
from orchestration.extract.loader import load_stream
from orchestration.settings import STAGING_DIR, Settings
from tests.adapters.conftest import RECEIVED_AT
from tests.dbt.conftest import DbtProject
from tests.dbt.journeys.stories import MARTS, PATHS, STEPS, SUMS

pytestmark = pytest.mark.e2e

BUILT = (
    "path:models/staging", "path:models/core", "int_journey_touchpoints",
    "int_journey_interactions", "fct_journey_visits", "int_journey_instances",
    "int_journey_required_steps", "fct_journey_steps", "fct_journeys",
    *PATHS.split(), "mart_journey_funnel", "int_scored_answers", "int_survey_verdicts",
    "int_journey_satisfaction", *STEPS.split(),
)  # fmt: skip
# A load's name tells which version of a file it is, and so differs between the two ways.
TABLES = {
    "core.fct_interactions": "exclude (load_id)",
    "core.fct_customer_stages": "",
    "marts.fct_journey_visits": "",
    "marts.fct_journey_steps": "",
    "marts.fct_journeys": "",
    "marts.fct_journey_deviations": "",
    "marts.mart_journey_funnel": "",
    "core.int_journey_step_figures": "",
    **{f"core.{name}": "" for name in SUMS},
    **{f"marts.{name}": "" for name in MARTS},
}
EVENTS = {
    "start": "subscription_started", "login": "first_login", "report": "first_report",
    "end": "subscription_ended", "visit": "site_visited",
}  # fmt: skip


class Company:
    """Landing files of the generic source, and a warehouse that is built of them by and by."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, sources=("generic",))
        self.path = self.settings.warehouse_path
        self.landing = home / "landing"
        home.mkdir()
        self.project = DbtProject(directory=home)

    def land(self, name: str, rows: Iterable[Mapping[str, object]]) -> None:
        """Write one file of the generic source; a known name is a correction."""
        path = self.landing / "generic" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        listed = list(rows)
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(listed[0]))
            writer.writeheader()
            writer.writerows(listed)

    def run(self, as_of: date, *, until: str | None = None) -> None:
        """Load what has landed and build on it; with ``until``, no further than that model."""
        self.load()
        variables = json.loads(self.settings.dbt_vars(as_of))
        if self.project.manifest is None:
            self.project.invoke(self.path, "parse", variables=variables)
            self.project.invoke(self.path, "seed", variables=variables)
            self.map_events()
        chosen = BUILT if until is None else (*BUILT[:2], until)
        self.project.invoke(self.path, "run", "--select", *chosen, variables=variables)

    def load(self) -> None:
        """Load every stream; dbt holds the file open in this process, so no settings of our own."""
        (source,) = (s for s in read_contracts(STAGING_DIR) if s.name == "generic")
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("create schema if not exists raw")
            for stream in source.streams:
                load_stream(connection, stream, self.landing / "generic", received_at=RECEIVED_AT)

    def map_events(self) -> None:
        """Say what the company's own events mean, as a row of the seed does."""
        with duckdb.connect(str(self.path)) as connection:
            connection.executemany(
                "insert into reference.touchpoint_events values ('generic', ?, ?)",
                [["first_login", "first_login"], ["first_report", "first_report"],
                 ["site_visited", "website_visit"], ["subscription_started", "subscription_start"],
                 ["subscription_ended", "subscription_end"]],
            )  # fmt: skip

    def contents(self) -> dict[str, list[tuple[object, ...]]]:
        """Give the rows of every table compared."""
        with duckdb.connect(str(self.path)) as connection:
            return {
                table: connection.execute(f"select * {less} from {table} order by all").fetchall()
                for table, less in TABLES.items()
            }

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Give the result of a query."""
        with duckdb.connect(str(self.path)) as connection:
            return connection.execute(query).fetchall()

    def load_states(self) -> dict[object, object]:
        """Count loads by what the last run thought of them."""
        return dict(
            self.rows("select load_state, count(*) from core.int_interaction_loads group by 1")
        )


def interactions(*texts: str) -> list[dict[str, object]]:
    """Turn ``"a1 visitor-7 start 06-03"`` into rows: id, key, event, day of 2026."""
    rows = []
    for text in texts:
        interaction_id, key, event, day = text.split()
        rows.append(
            {"interaction_id": interaction_id, "customer_key_type": "web_visitor_id",
             "customer_key": key, "event_name": EVENTS[event], "channel_id": "web",
             "occurred_at": f"2026-{day} 12:00:00"}
        )  # fmt: skip
    return rows


def accounts(segment: str = "small", **tests: bool) -> list[dict[str, object]]:
    return [
        {"account_id": name, "customer_key_type": "crm_account_id", "customer_key": name,
         "segment": segment, "created_at": "2026-01-01 00:00:00", "is_test": is_test}
        for name, is_test in tests.items()
    ]  # fmt: skip


def identities(*pairs: str) -> list[dict[str, object]]:
    """Say which visitor is which account: ``"v1=A"``."""
    rows = []
    for pair in pairs:
        visitor, account = pair.split("=")
        for kind, value in (("web_visitor_id", visitor), ("crm_account_id", account)):
            rows.append(
                {"source_record_id": pair, "identity_type": kind, "identity_value": value,
                 "observed_at": "2026-01-02 00:00:00"}
            )  # fmt: skip
    return rows


FIRST_DAY = interactions(
    "a1 v1 start 06-01", "a2 v1 login 06-02", "a3 v2 start 06-01", "a4 v3 visit 06-03",
    "a5 v9 start 06-04", "a6 v4 start 06-05", "a7 v1 report 06-29",
)  # fmt: skip
# Corrected: a2 came at another time, a3 is withdrawn, a8 was forgotten.
FIRST_DAY_CORRECTED = interactions(
    "a1 v1 start 06-01", "a2 v1 login 06-05", "a4 v3 visit 06-03", "a5 v9 start 06-04",
    "a6 v4 start 06-05", "a7 v1 report 06-29", "a8 v2 visit 05-20",
)  # fmt: skip
SECOND_DAY = interactions("b1 v4 login 06-06", "b2 v3 start 06-20", "b3 v1 login 05-30")
THIRD_DAY = interactions("c1 v2 start 06-21", "c2 v4 end 06-22")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[object, ...]]]:
    """Give what one run makes of everything that had landed in the end."""
    company = Company(tmp_path_factory.mktemp("whole") / "home")
    company.land("accounts/1.csv", accounts(A=False, B=True, C=False, D=False))
    company.land("identities/1.csv", identities("v1=A", "v2=B", "v3=C"))
    company.land("identities/2.csv", identities("v9=A", "v4=D"))
    for name, rows in (("1", FIRST_DAY_CORRECTED), ("2", SECOND_DAY), ("3", THIRD_DAY)):
        company.land(f"interactions/{name}.csv", rows)
    company.run(date(2026, 6, 30))
    return company.contents()


def test_days_add_up_to_one_run_when_files_are_corrected_and_customers_move(
    tmp_path: Path, whole: dict[str, list[tuple[object, ...]]]
) -> None:
    company = Company(tmp_path / "home")
    company.land("accounts/1.csv", accounts(A=False, B=False, C=True, D=False))
    company.land("identities/1.csv", identities("v1=A", "v2=B", "v3=C"))
    company.land("interactions/1.csv", FIRST_DAY)
    # The 29th lies ahead of the first days, and comes into sight without any new file.
    company.run(date(2026, 6, 21))
    assert company.load_states() == {"new": 1}
    company.land("interactions/2.csv", SECOND_DAY)
    company.land("identities/2.csv", identities("v9=A", "v4=D"))
    company.run(date(2026, 6, 22))
    assert company.load_states() == {"new": 1, "unchanged": 1}
    # A run that is killed before the journeys leaves them to the next.
    company.land("accounts/1.csv", accounts(A=False, B=True, C=False, D=False))
    company.land("interactions/3.csv", THIRD_DAY)
    company.run(date(2026, 6, 23), until="fct_customer_stages")
    company.land("interactions/1.csv", FIRST_DAY_CORRECTED)
    company.run(date(2026, 6, 30))
    assert company.contents() == whole
    # A row that no build would make lives on as long as its scope is left alone.
    company.rows("update marts.fct_journey_visits set team = 'kept'")
    for _ in range(2):
        company.run(date(2026, 6, 30))
    assert set(company.load_states()) == {"unchanged"}
    assert company.rows("select distinct team from marts.fct_journey_visits") == [("kept",)]


def test_the_past_comes_back_when_the_as_of_date_goes_back(
    tmp_path: Path, whole: dict[str, list[tuple[object, ...]]]
) -> None:
    seen = {value for row in whole["marts.fct_journeys"] for value in row}
    assert {"completed", "abandoned"} <= seen
    companies = [Company(tmp_path / "late"), Company(tmp_path / "early")]
    for company in companies:
        company.land("accounts/1.csv", accounts(A=False))
        company.land("identities/1.csv", identities("v1=A"))
        company.land("interactions/1.csv", FIRST_DAY)
    late, early = companies
    late.run(date(2026, 6, 30))
    late.run(date(2026, 6, 3))
    early.run(date(2026, 6, 3))
    assert late.contents() == early.contents()


def test_journeys_follow_when_days_pass_in_silence_and_a_customer_changes_segment(
    tmp_path: Path,
) -> None:
    """No interaction comes; one instance is given up, and all of a customer's move."""
    companies = [Company(tmp_path / "daily"), Company(tmp_path / "once")]
    for company in companies:
        company.land("identities/1.csv", identities("v1=A", "v4=D"))
        company.land("interactions/1.csv", FIRST_DAY)
    daily, once = companies
    daily.land("accounts/1.csv", accounts(A=False, D=False))
    daily.run(date(2026, 6, 30))
    before = daily.contents()
    later = date(2026, 12, 31)
    for company in companies:
        company.land("accounts/1.csv", accounts("large", A=False, D=False))
        company.run(later)
    assert set(daily.load_states()) == {"unchanged"}
    assert daily.contents() == once.contents()
    assert [row for row in before["marts.fct_journeys"] if "open" in row]
    assert not [row for row in daily.contents()["marts.fct_journeys"] if "open" in row]
    daily.run(date(2026, 6, 30))
    once = Company(tmp_path / "again")
    for name in ("identities", "interactions", "accounts"):
        shutil.copytree(daily.landing / "generic" / name, once.landing / "generic" / name)
    once.run(date(2026, 6, 30))
    assert daily.contents() == once.contents()
