"""Every detector of the friction registry, on rows that it must find and on near misses."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

import pytest
import yaml

from tests.dbt.conftest import AS_OF, CORE, PROJECT_DIR, DbtProject, MakeWarehouse, Warehouse
from tests.dbt.friction.detector_cases import CASES, Case, later, session, steps, visit

MODELS = (
    "int_service_tickets int_service_contacts int_journey_touchpoints int_journey_interactions"
    " fct_journey_visits"
    " int_journey_instances int_journey_required_steps fct_journey_steps fct_journeys"
)
TEMPLATE = f"{CORE} {MODELS}"
SEEDS = PROJECT_DIR / "seeds" / "friction"
MODELS_OF_DETECTORS = [
    PROJECT_DIR / "models" / "marts" / "friction" / name
    for name in ("int_friction_events.sql", "int_failed_self_service.sql")
]


def load(warehouse: Warehouse, cases: Iterable[Case]) -> None:
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for case in cases:
        for make in case.rows:
            for relation, row in make(case.customer_id):
                rows[relation].append(row)
    for number, row in enumerate(rows["core.fct_interactions"]):
        row["interaction_id"] = f"s:{number}"
    for relation, made in rows.items():
        warehouse.put(relation, made)


def build(warehouse: Warehouse) -> None:
    warehouse.build(f"{MODELS} int_failed_self_service int_friction_events")


@pytest.fixture(scope="module")
def found(
    dbt_project: DbtProject, tmp_path_factory: pytest.TempPathFactory
) -> Counter[tuple[str, str]]:
    """Load all cases, build once, and count what is found by customer and detector."""
    path = tmp_path_factory.mktemp("detectors") / "warehouse.duckdb"
    path.write_bytes(dbt_project.template(TEMPLATE).read_bytes())
    warehouse = Warehouse(path=path, project=dbt_project, variables={"as_of": AS_OF})
    warehouse.relation("marts.fct_web_sessions")
    load(warehouse, CASES)
    build(warehouse)
    return Counter(
        (customer_id, detector_id)
        for customer_id, detector_id in warehouse.rows(
            "select customer_id, detector_id from core.int_friction_events"
        )
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.customer_id)
def test_detector_finds_what_is_friction_and_nothing_else(
    found: Counter[tuple[str, str]], case: Case
) -> None:
    assert found[case.customer_id, case.detector_id] == case.found


def registry() -> list[dict[str, str]]:
    with (SEEDS / "friction_detectors.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def branches(sql: str) -> set[str]:
    """Give the kinds of detectors that the SQL has a branch for."""
    return set(re.findall(r"detectors\.kind = '(\w+)'", sql))


def without_branch(kinds: Iterable[str], sql: str) -> set[str]:
    """Give the kinds that are declared and not looked for, or looked for and not declared."""
    return set(kinds) ^ branches(sql)


def test_every_detector_has_a_case_that_finds_and_one_that_does_not() -> None:
    detectors = {row["detector_id"] for row in registry()}
    assert {case.detector_id for case in CASES if case.found} == detectors
    assert {case.detector_id for case in CASES if not case.found} == detectors


def test_every_kind_of_the_registry_has_a_branch_and_the_reverse() -> None:
    sql = "".join(path.read_text(encoding="utf-8") for path in MODELS_OF_DETECTORS)
    kinds = {row["kind"] for row in registry()}
    assert without_branch(kinds, sql) == set()
    documented = yaml.safe_load((SEEDS / "_friction__seeds.yml").read_text(encoding="utf-8"))
    (columns,) = (s["columns"] for s in documented["seeds"] if s["name"] == "friction_detectors")
    (kind,) = (column for column in columns if column["name"] == "kind")
    (accepted,) = (t["accepted_values"] for t in kind["data_tests"] if isinstance(t, dict))
    assert without_branch(accepted["arguments"]["values"], sql) == set()


def test_a_missing_branch_is_told_when_either_side_lacks_it() -> None:
    sql = "where detectors.kind = 'wait'"
    assert without_branch(["wait", "new"], sql) == {"new"}
    assert without_branch([], sql) == {"wait"}


@pytest.mark.parametrize(
    "row",
    [
        {"kind": "wait", "touchpoint_id": "support_wait"},
        {"kind": "touchpoint"},
        {"kind": "rework"},
        {"kind": "abandonment", "touchpoint_id": "refund"},
        {"kind": "slow_refund", "touchpoint_id": "refund"},
    ],
    ids=lambda row: row["kind"],
)
def test_a_row_that_can_find_nothing_fails_when_its_kind_needs_more(
    make_warehouse: MakeWarehouse, row: dict[str, str]
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    warehouse.test("assert_friction_detectors_are_sound")
    warehouse.put("reference.friction_detectors", [{"detector_id": "new", **row}])
    with pytest.raises(AssertionError, match="assert_friction_detectors_are_sound"):
        warehouse.test("assert_friction_detectors_are_sound")


def test_test_accounts_meet_no_friction_and_the_unknown_do(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse(TEMPLATE)
    warehouse.relation("marts.fct_web_sessions")
    warehouse.put(
        "core.dim_customers",
        [
            {"customer_id": "tests", "is_test": True, "segment": "small"},
            {"customer_id": "real", "is_test": False, "segment": "small"},
        ],
    )
    interactions = []
    for number, customer_id in enumerate(["tests", "real", None]):
        ((_, row),) = visit("payment_failure", interaction_id=f"s:{number}")("")
        interactions.append(row | {"customer_id": customer_id, "is_test": customer_id == "tests"})
    warehouse.put("core.fct_interactions", interactions)
    ((relation, row),) = session(error_count=1)("tests")
    warehouse.put(relation, [row])
    build(warehouse)
    assert warehouse.rows(
        "select detector_id, customer_id, segment from core.int_friction_events"
        " order by customer_id nulls last"
    ) == [("payment_failure", "real", "small"), ("payment_failure", None, "unknown")]


def test_each_help_touchpoint_has_its_own_failures_when_two_are_registered(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    warehouse.relation("marts.fct_web_sessions")
    (row,) = (row for row in registry() if row["detector_id"] == "failed_self_service")
    second = {key: value or None for key, value in row.items()}
    second |= {"detector_id": "failed_search", "touchpoint_id": "site_search"}
    second |= {"threshold": 2.0, "is_caused_contact": True}  # type: ignore[dict-item]
    warehouse.put("reference.friction_detectors", [second])
    interactions = [
        made | {"interaction_id": f"s:{number}", "customer_id": "c"}
        for number, (touchpoint_id, hours) in enumerate(
            [("help_article", 0), ("support_contact", 1), ("site_search", 30),
             ("support_contact", 33), ("site_search", 40), ("support_contact", 41)]
        )
        for _, made in visit(touchpoint_id, later(hours=hours))("")
    ]  # fmt: skip
    warehouse.put("core.fct_interactions", interactions)
    build(warehouse)
    assert warehouse.rows(
        "select detector_id, touchpoint_id, occurred_at from core.int_friction_events"
        " where detector_id like 'failed%' order by occurred_at"
    ) == [
        ("failed_self_service", "help_article", later(hours=1)),
        ("failed_search", "site_search", later(hours=41)),
    ]


def test_a_journey_given_up_is_told_at_the_step_that_was_not_reached(
    make_warehouse: MakeWarehouse,
) -> None:
    warehouse = make_warehouse(TEMPLATE)
    warehouse.relation("marts.fct_web_sessions")
    case = Case(
        detector_id="abandoned_onboarding",
        name="last seen elsewhere",
        rows=tuple(steps("subscription_start 0, first_login 1, website_visit 2")),
        found=1,
    )
    load(warehouse, [case])
    build(warehouse)
    assert warehouse.rows("select detector_id, touchpoint_id from core.int_friction_events") == [
        ("abandoned_onboarding", "data_import")
    ]
