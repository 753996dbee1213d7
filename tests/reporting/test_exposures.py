"""Exposures name what the site's pages and the other outputs really read."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from data_quality.catalogue import list_suites
from orchestration.publish import ACTIVATION_FILES, SUPPORTING_TABLES
from reporting import site
from reporting.page import Page, pages
from reporting.published import PublishedMarts

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
REFERENCE = re.compile(r"(ref|source)\('(\w+)'(?:, '(\w+)')?\)")


def documents(pattern: str) -> Iterator[dict[str, Any]]:
    """Read every YAML file of dbt's project that a pattern finds."""
    for path in sorted(PROJECT.glob(pattern)):
        yield yaml.safe_load(path.read_text(encoding="utf-8"))


@cache
def exposures() -> dict[str, dict[str, Any]]:
    """Return the exposures by name."""
    return {
        exposure["name"]: exposure
        for document in documents("semantic/*.yml")
        for exposure in document.get("exposures", [])
    }


@cache
def known_tables() -> frozenset[str]:
    """Return what an exposure can depend on, as ``schema.table``: marts and declared sources."""
    marts = {f"marts.{path.stem}" for path in (PROJECT / "models" / "marts").rglob("[fbm]*.sql")}
    declared = {
        f"{source.get('schema', source['name'])}.{table['name']}"
        for document in documents("models/**/_*__sources.yml")
        for source in document.get("sources", [])
        for table in source["tables"]
    }
    return frozenset(marts | {table for table in declared if table.startswith(("ml.", "quality."))})


def depends_on(name: str) -> set[str]:
    """Return the tables that an exposure names, as ``schema.table``, without those of core."""
    found = set()
    for reference in exposures()[name]["depends_on"]:
        match = REFERENCE.fullmatch(reference)
        assert match, reference
        kind, first, second = match.groups()
        found.add(f"{first}.{second}" if kind == "source" else f"marts.{first}")
    return found


@pytest.fixture(scope="module")
def reads(published: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Build the site and note which tables each page asks for; what all share is the overview's."""
    found: dict[str, set[str]] = defaultdict(set)
    at_work = ["index"]

    class Noting(PublishedMarts):
        def select(self, table: str, *arguments: Any, **named: Any) -> Any:
            found[at_work[-1]].add(table)
            return super().select(table, *arguments, **named)

        def counts(self, table: str, *arguments: Any, **named: Any) -> Any:
            found[at_work[-1]].add(table)
            return super().counts(table, *arguments, **named)

        def latest(self, table: str, column: str) -> object:
            found[at_work[-1]].add(table)
            return super().latest(table, column)

    def noted(page: Page) -> Page:
        def build(context: Any) -> dict[str, object]:
            at_work.append(page.slug)
            try:
                return page.build(context)
            finally:
                at_work.pop()

        return Page(**{**vars(page), "build": build})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "PublishedMarts", Noting)
        every = tuple(noted(page) for page in pages())
        patch.setattr(site, "pages", lambda: every)
        site.build_site(
            published,
            tmp_path_factory.mktemp("exposed") / "site",
            title="Exposed",
            quality_report="../quality/index.html",
        )
    return found


@pytest.mark.parametrize("page", [page.slug for page in pages()])
def test_a_page_is_exposed_with_what_it_reads(reads: dict[str, set[str]], page: str) -> None:
    assert depends_on(f"site_{page}") == reads[page] & known_tables()


def test_no_page_is_exposed_that_does_not_exist() -> None:
    named = {name.removeprefix("site_") for name in exposures() if name.startswith("site_")}
    assert named == {page.slug for page in pages()}


def test_the_snapshot_is_exposed_with_every_mart() -> None:
    marts = {table for table in known_tables() if table.startswith("marts.")}
    beside = set(SUPPORTING_TABLES) & known_tables()
    assert depends_on("published_snapshot") == marts | beside


def test_score_files_are_exposed_with_the_marts_they_are_cut_from() -> None:
    cut = {
        f"marts.{name}"
        for query, _purpose in ACTIVATION_FILES.values()
        for name in re.findall(r"from (\w+)", query)
    }
    assert depends_on("activation_files") | depends_on("case_inbox") == cut | {
        "marts.mart_contact_permissions"
    }


def test_data_docs_are_exposed_with_every_table_that_has_a_suite() -> None:
    checked = {suite.table for suite in list_suites()}
    named = {table.split(".")[1] for table in depends_on("data_docs")}
    # Raw and the books of the load lie below dbt.
    assert named == {table.split(".")[1] for table in checked if not table.startswith("raw.")} - {
        "load_ledger",
        "model_metrics",
    }


def test_every_exposure_has_a_team_that_can_be_written_to() -> None:
    for name, exposure in exposures().items():
        owner = exposure["owner"]
        assert owner["email"] == f"{owner['name'].replace('_', '-')}@example.com", name
        assert exposure["description"].strip(), name
        assert exposure["maturity"] in {"low", "medium", "high"}, name
