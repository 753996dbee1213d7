"""The published snapshot: one complete set of files, put in place by a single rename."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from ml.registry.store import current_version
from orchestration.settings import Settings, dbt_variable
from reporting.site import SiteSummary, build_site

# Tables beside the marts that the site and the stewards' tools read.
SUPPORTING_TABLES = (
    "ml.survival_curves",
    "ml.hazard_ratios",
    "ml.model_status",
    "ml.model_metrics",
    "ml.calibration",
    "ml.feature_importance",
    "quality.load_ledger",
    "quality.expectation_results",
)
# Score files for the tools of CX teams: which mart, which of its rows may leave the house, and the
# purpose to which a customer must not have objected.
ACTIVATION_FILES = {
    "churn_scores.csv": (
        "select * from mart_churn_risk where risk_band <> 'no forecast'",
        "profiling",
    ),
    "upsell_scores.csv": ("select * from mart_upsell_opportunities where is_eligible", "profiling"),
    "case_queue.csv": ("select * from mart_case_queue", None),
}
# What readers see of a personal value: enough to recognise what one knows, too little to learn it.
MASKS = {
    "name": r"regexp_replace({value}, '(\pL)[\pL''’-]*', '\1.', 'g')",
    "email": (
        "case when contains({value}, '@') then left({value}, 1) || '***@' "
        "|| split_part({value}, '@', -1) when {value} is not null then '[withheld]' end"
    ),
    "phone": "'***' || right(regexp_replace({value}, '[^0-9]', '', 'g'), 2)",
    "comment": "case when {value} is not null then '[comment]' end",
    "other": "case when {value} is not null then '[withheld]' end",
}
# A reader that opened the previous snapshot may still be following its files.
SNAPSHOTS_KEPT = 2


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """What was published: rows per table, the folder and its size in bytes."""

    folder: Path
    rows: Mapping[str, int]
    size_bytes: int


def publish_snapshot(
    warehouse: Path,
    published: Path,
    *,
    run_id: str,
    as_of: date,
    published_at: datetime,
    personal_columns: Mapping[str, Mapping[str, str]],
    restricted: bool = False,
) -> Snapshot:
    """Copy the marts out of the warehouse and make them the published set.

    Everything is written into a new folder under ``snapshots/`` beside ``published``; then the link
    ``published`` is turned to it by one rename. A reader sees the old set or the new one; a run
    that is killed leaves the old one.

    Parameters
    ----------
    warehouse
        The DuckDB file, not open for writing elsewhere.
    published
        The link that readers use.
    run_id, as_of, published_at
        What the snapshot says of itself, in its table ``published_snapshot`` and ``manifest.json``.
    personal_columns
        Columns per table (``schema.table``) that hold personal data, with their kind, a key of
        `MASKS`; readers see them masked.
    restricted
        Whether the tables with such columns are also written whole, to ``restricted/marts.duckdb``,
        which only the account that runs Throughline can open.
    """
    snapshots = published.parent / "snapshots"
    folder = snapshots / run_id
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "parquet").mkdir(parents=True)
    (folder / "activation").mkdir()
    rows = copy_tables(
        warehouse, folder, run_id=run_id, as_of=as_of, personal_columns=personal_columns
    )
    if restricted:
        write_restricted(warehouse, folder / "restricted", tables=sorted(personal_columns))
    write_activation(folder, as_of=as_of, published_at=published_at, run_id=run_id)
    turn_link(published, folder)
    drop_old_snapshots(snapshots, current=folder)
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return Snapshot(folder=folder, rows=rows, size_bytes=size)


def publish_site(settings: Settings) -> SiteSummary:
    """Build the site from the published snapshot, with links to the report and the model cards."""
    cards = {
        folder.name: f"../models/{folder.name}/{version}/card.html"
        for folder in sorted(settings.models_dir.iterdir())
        if folder.is_dir() and (version := current_version(folder))
    }
    return build_site(
        settings.published_dir / "marts.duckdb",
        settings.site_dir,
        title=settings.company,
        quality_report="../quality/index.html",
        model_cards=cards,
        minimum_sample_size=dbt_variable("minimum_sample_size"),
    )


def copy_tables(
    warehouse: Path,
    folder: Path,
    *,
    run_id: str,
    as_of: date,
    personal_columns: Mapping[str, Mapping[str, str]],
) -> dict[str, int]:
    """Write ``marts.duckdb`` and a Parquet file per mart, and return the rows of each table.

    The marts stand in the file's main schema: DuckDB names an opened file's catalog after the file,
    so ``mart_churn_risk`` and ``marts.mart_churn_risk`` both find the mart, whereas a schema
    ``marts`` inside a catalog ``marts`` makes every qualified name ambiguous.
    """
    rows: dict[str, int] = {}
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        for schema in ("ml", "quality"):
            connection.execute(f"create schema {schema}")
        for table in published_tables(connection):
            columns = masked_columns(personal_columns.get(table, {}))
            copy = table.removeprefix("marts.")
            connection.execute(f"create table {copy} as select {columns} from warehouse.{table}")
            rows[table] = _count(connection, copy)
            if table.startswith("marts."):
                target = folder / "parquet" / f"{copy}.parquet"
                connection.execute(f"copy {copy} to '{_quoted(target)}' (format parquet)")
        connection.execute(
            "create table published_snapshot as "
            "select $run_id as run_id, cast($as_of as date) as as_of_date",
            {"run_id": run_id, "as_of": as_of},
        )
    return rows


def masked_columns(personal: Mapping[str, str]) -> str:
    """Return the select list of a table whose ``personal`` columns are shown masked.

    Raises
    ------
    ValueError
        For a kind of personal data that has no mask; nothing is published rather than shown.
    """
    unknown = sorted(set(personal.values()) - set(MASKS))
    if unknown:
        raise ValueError(
            f"personal_data {', '.join(unknown)} has no mask; it is one of {', '.join(MASKS)}"
        )
    masks = []
    for column, kind in personal.items():
        value = f'cast("{column}" as varchar)'
        masks.append(f'{MASKS[kind].format(value=value)} as "{column}"')
    return f"* replace ({', '.join(masks)})" if masks else "*"


def write_restricted(warehouse: Path, folder: Path, *, tables: Sequence[str]) -> None:
    """Write tables with personal data whole, readable by this account alone."""
    folder.mkdir(mode=0o700)
    path = folder / "marts.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{_quoted(warehouse)}' as warehouse (read_only)")
        for table in tables:
            copy = table.removeprefix("marts.")
            connection.execute(f"create table {copy} as select * from warehouse.{table}")
    path.chmod(0o600)


def published_tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Name every mart, table or view, and those supporting tables that the warehouse has.

    Models called ``int_…`` are steps on the way to a mart and stay inside.
    """
    found = connection.execute(
        "select table_schema || '.' || table_name from information_schema.tables "
        "where table_catalog = 'warehouse' and not starts_with(table_name, 'int_') order by all"
    ).fetchall()
    names = [str(name) for (name,) in found]
    return [name for name in names if name.startswith("marts.") or name in SUPPORTING_TABLES]


def write_activation(folder: Path, *, as_of: date, published_at: datetime, run_id: str) -> None:
    """Write the score files and a manifest with the rows, columns and digest of each."""
    files = []
    with duckdb.connect(str(folder / "marts.duckdb"), read_only=True) as connection:
        for name, (query, purpose) in ACTIVATION_FILES.items():
            target = folder / "activation" / name
            allowed = f"{query} order by all"
            if purpose:
                allowed = (
                    f"select * from ({query}) as scores where customer_id not in (select "
                    "customer_id from mart_contact_permissions "
                    f"where purpose = '{purpose}' and not is_allowed) order by all"
                )
            rows, columns = _write_csv(connection, allowed, target)
            found = _count(connection, f"({query})")
            files.append(
                {
                    "file": name,
                    "rows": rows,
                    "rows_suppressed": found - rows,
                    "suppressed_because_of": purpose,
                    "columns": columns,
                    "sha256": hashlib.sha256(target.read_bytes()).hexdigest(),
                }
            )
    manifest = {
        "as_of": as_of.isoformat(),
        "published_at": published_at.isoformat(),
        "run_id": run_id,
        "files": files,
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (folder / "activation" / "manifest.json").write_text(text, encoding="utf-8")


def turn_link(link: Path, folder: Path) -> None:
    """Make ``link`` point to ``folder`` in one step that no reader can see half done."""
    if link.exists() and not link.is_symlink():
        raise FileExistsError(
            f"{link} is a folder of its own, but must be a link to the latest snapshot: "
            "move it away, then run again"
        )
    fresh = link.with_name(f".{link.name}.{folder.name}")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(folder, link.parent), target_is_directory=True)
    fresh.replace(link)


def drop_old_snapshots(snapshots: Path, *, current: Path) -> None:
    """Remove all but the newest snapshots; what a killed run left behind goes with them."""
    others = sorted(
        (path for path in snapshots.iterdir() if path != current),
        key=lambda path: path.stat().st_mtime_ns,
        reverse=True,
    )
    for path in others[SNAPSHOTS_KEPT - 1 :]:
        shutil.rmtree(path)


def _write_csv(
    connection: duckdb.DuckDBPyConnection, query: str, target: Path
) -> tuple[int, list[str]]:
    """Stream a query into a CSV file whose cells no spreadsheet takes for a formula."""
    result = connection.execute(query)
    columns = [column[0] for column in result.description or []]
    rows = 0
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        while batch := result.fetchmany(10_000):
            writer.writerows([_inert(cell) for cell in row] for row in batch)
            rows += len(batch)
    return rows, columns


def _inert(cell: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"select count(*) from {table}").fetchone()
    if found is None:
        raise RuntimeError(f"counting {table} gave no row")
    return int(found[0])


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
