"""A home whose warehouse is lost gets its ids back from landing, whatever happened in between.

Runs are made of the real loader, the real models up to the history of ids, and the real writer of
the register; what follows in a whole run takes no part in ids.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.extract.contracts import read_contracts
from orchestration.extract.loader import load_stream
from orchestration.identity_register import WrittenEvents, append_events
from orchestration.settings import IDENTITY_REGISTER, STAGING_DIR, Settings
from orchestration.warehouse import Warehouse
from tests.adapters.conftest import write_csv
from tests.dbt.conftest import DbtProject, database_in

SOURCES = ("generic", IDENTITY_REGISTER)
MODELS = "+int_identifier_history +dim_persons +dim_customer_aliases"
# By the name of a shop's number or an address: customer. By the name of a contact: person.
Ids = dict[str, str]


@dataclass(kw_only=True)
class Home:
    """A home of which runs write no more than ids."""

    settings: Settings
    project: DbtProject
    builds: int = 0

    @property
    def landing(self) -> Path:
        return self.settings.home / "landing"

    def land(self, stream: str, day: int, header: list[str], *rows: list[str]) -> None:
        write_csv(self.landing / "generic" / stream / f"{day:02}.csv", header, rows)

    def run(self, day: int) -> WrittenEvents:
        """Load what is in landing, build, and write down what is new, as a run of that day does."""
        received_at = datetime(2026, 6, day, 6, 0)
        warehouse = Warehouse.of(self.settings)
        with warehouse.connect() as connection:
            connection.execute("create schema if not exists raw")
            for source in read_contracts(STAGING_DIR):
                for stream in source.streams if source.name in SOURCES else ():
                    folder = self.landing / source.name
                    load_stream(connection, stream, folder, received_at=received_at)
        variables = json.loads(self.settings.dbt_vars(received_at.date()))
        self.build(warehouse.path, variables)
        return append_events(
            warehouse.read("core.int_identifier_history"),
            self.landing / IDENTITY_REGISTER,
            recorded_at=received_at,
        )

    def build(self, path: Path, variables: dict[str, object]) -> None:
        """Build in a copy, since dbt keeps its file open in this process, and put that in place."""
        self.builds += 1
        copy = database_in(self.project.directory / f"build_{self.builds}")
        shutil.copyfile(path, copy)
        if not self.rows("select 1 from duckdb_schemas() where schema_name = 'reference'"):
            self.project.invoke(copy, "seed", variables=variables)
        self.project.invoke(copy, "run", "--select", *MODELS.split(), variables=variables)
        with duckdb.connect(str(copy)) as connection:
            connection.execute("checkpoint")
        shutil.copyfile(copy, path)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.settings.warehouse_path)) as connection:
            return connection.execute(query).fetchall()

    def ids(self) -> Ids:
        """Return the customer of each key and the person of each contact."""
        found = self.rows(
            "select identity_value, customer_id from core.int_customer_identities "
            "union all select source_record_id, person_id from core.int_record_persons "
            "where record_kind = 'contact'"
        )
        return {str(name): str(identifier) for name, identifier in found}

    def history(self) -> list[tuple[object, ...]]:
        return self.rows(
            "select entity, identifier, event, current_identifier, record_id, effective_on, "
            "recorded_at, reason from core.int_identifier_history where not is_new order by all"
        )

    def lose_warehouse(self) -> None:
        self.settings.warehouse_path.unlink()


ACCOUNT = ["account_id", "customer_key_type", "customer_key", "is_organisation", "created_at"]
IDENTITY = ["source_record_id", "identity_type", "identity_value", "observed_at"]
CONTACT = ["contact_id", "customer_key_type", "customer_key", "full_name", "email", "created_at"]
DECISION = [
    "decision_id", "decided_at", "action", "left_key_type", "left_key", "right_key_type",
    "right_key",
]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Story:
    """The home after three runs, and the ids of each."""

    home: Home
    ids: dict[int, Ids]
    history: list[tuple[object, ...]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Make three runs: records arrive, two customers become one, a steward parts them again."""
    root = tmp_path_factory.mktemp("identity")
    settings = Settings(home=root / "home", sources=SOURCES)
    settings.home.mkdir()
    project = DbtProject(directory=root)
    variables = json.loads(settings.dbt_vars(datetime(2026, 6, 1).date()))
    project.invoke(database_in(root / "parse"), "parse", variables=variables)
    home = Home(settings=settings, project=project)
    ids = {}
    home.land(
        "accounts", 1, ACCOUNT,
        ["A", "shop", "A", "true", "2024-01-01"],
        ["B", "shop", "B", "true", "2024-02-01"],
        ["D", "shop", "D", "true", "2025-01-01"],
    )  # fmt: skip
    home.land("identities", 1, IDENTITY, ["d", "shop", "D", "2025-01-01"],
              ["d", "email", "dan@d.example", "2025-01-01"])  # fmt: skip
    home.land("contacts", 1, CONTACT,
              ["k1", "shop", "D", "Dan Dee", "dan@d.example", "2025-01-01"])  # fmt: skip
    assert home.run(1).rows == 4
    ids[1] = home.ids()
    # An older record of D's and an older contact of the same person come late; A and B turn out to
    # be one.
    home.land("accounts", 2, ACCOUNT, ["E", "shop", "E", "true", "2019-01-01"])
    home.land("identities", 2, IDENTITY,
              ["e", "shop", "E", "2019-01-01"], ["e", "email", "Dan@D.example", "2019-01-01"],
              ["t", "shop", "A", "2026-05-01"], ["t", "shop", "B", "2026-05-01"])  # fmt: skip
    home.land("contacts", 2, CONTACT,
              ["k0", "shop", "E", "Dan Dee", "dan@d.example", "2019-01-01"])  # fmt: skip
    home.run(2)
    ids[2] = home.ids()
    home.land("accounts", 3, ACCOUNT, ["F", "shop", "F", "true", "2018-01-01"])
    home.land("identity_decisions", 3, DECISION,
              ["1", "2026-06-02", "split", "shop", "A", "shop", "B"])  # fmt: skip
    home.run(3)
    ids[3] = home.ids()
    assert home.run(3).rows == 0
    return Story(home=home, ids=ids, history=home.history())


def test_ids_stay_while_records_arrive_merge_and_split(story: Story) -> None:
    first, merged, parted = (story.ids[day] for day in (1, 2, 3))
    assert merged["E"] == merged["D"] == first["D"] == parted["D"]
    assert merged["k0"] == merged["k1"] == first["k1"] == parted["k1"]
    assert merged["A"] == merged["B"] == first["A"]
    assert (parted["A"], parted["B"]) == (first["A"], first["B"])
    assert {(row[1], row[2]) for row in story.history if row[1] == first["B"]} == {
        (first["B"], "issued"), (first["B"], "retired"), (first["B"], "returned"),
    }  # fmt: skip


def test_a_lost_warehouse_is_built_again_with_the_same_ids(story: Story) -> None:
    home = story.home
    files = sorted((home.landing / IDENTITY_REGISTER).rglob("*.csv"))
    home.lose_warehouse()
    # All files arrive at once now, those of the first day no sooner than those of the last.
    written = home.run(4)
    assert home.ids() == story.ids[3]
    assert home.history() == story.history
    assert written.rows == 0
    assert sorted((home.landing / IDENTITY_REGISTER).rglob("*.csv")) == files


def test_without_the_register_ids_come_out_anew(story: Story, tmp_path: Path) -> None:
    home = story.home
    register = home.landing / IDENTITY_REGISTER
    kept = shutil.move(register, tmp_path / "kept")
    home.settings.warehouse_path.unlink(missing_ok=True)
    try:
        home.run(4)
        anew = home.ids()
    finally:
        shutil.rmtree(register, ignore_errors=True)
        shutil.move(kept, register)
        home.lose_warehouse()
    # The older records name customer and person, since nothing says that they came late.
    assert anew["D"] != story.ids[3]["D"]
    assert anew["k1"] != story.ids[3]["k1"]
    assert (anew["A"], anew["F"]) == (story.ids[3]["A"], story.ids[3]["F"])
