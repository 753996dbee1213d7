"""Contracts are read as written, and a slip in one is named with its place and remedy."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent

import pytest

from orchestration.extract.contracts import (
    ContractError,
    expand_sources,
    read_contracts,
    staging_streams,
)

STAGING = Path(__file__).parents[3] / "dbt_project" / "models" / "staging"
LANDING = """\
files: "accounts/*.csv*"
format: csv
timezone: Europe/London
key: [account_id]
columns:
  - {name: account_id, type: string, required: true}
  - {name: mrr, from: "Monthly Amount", type: decimal, minimum: 0}
  - {name: signed_at, type: timestamp, formats: ["%d/%m/%Y"]}
"""


def project(tmp_path: Path, landing: str = LANDING) -> Path:
    staging = tmp_path / "models" / "staging"
    folder = staging / "crm"
    folder.mkdir(parents=True)
    (folder / "_crm__sources.yml").write_text(
        "sources:\n  - name: crm\n    config: {meta: {owner: sales}}\n    tables:\n"
        "      - name: accounts\n        identifier: crm__accounts\n        config:\n"
        "          meta:\n            landing:\n" + indent(landing, " " * 14),
        encoding="utf-8",
    )
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "canonical_streams.sql").write_text(
        "        'accounts': {'time': 'created_at', 'columns': {\n"
        "        'order_lines': {'time': none, 'columns': {\n",
        encoding="utf-8",
    )
    return staging


def test_contract_is_read_as_written(tmp_path: Path) -> None:
    (source,) = read_contracts(project(tmp_path))
    stream = source.stream("accounts")
    assert (source.name, source.owner, stream.table_name) == ("crm", "sales", "crm__accounts")
    assert (stream.key, stream.timezone, stream.delimiter) == (
        ("account_id",),
        "Europe/London",
        ",",
    )
    assert [(c.name, c.source_name, c.type, c.minimum) for c in stream.columns] == [
        ("account_id", "account_id", "string", None),
        ("mrr", "Monthly Amount", "decimal", 0),
        ("signed_at", "signed_at", "timestamp", None),
    ]
    assert stream.columns[2].formats == ("%d/%m/%Y",)


def test_lists_are_read_when_a_contract_takes_several_shapes(tmp_path: Path) -> None:
    landing = LANDING.replace('"accounts/*.csv*"', '["*.csv", "*.json"]').replace(
        '"Monthly Amount"', '["$.plan.amount", mrr_amount]'
    )
    (source,) = read_contracts(project(tmp_path, landing))
    stream = source.stream("accounts")
    assert stream.patterns == ("*.csv", "*.json")
    assert stream.columns[1].names == ("$.plan.amount", "mrr_amount")


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        (
            "type: decimal",
            "type: decimals",
            "column mrr: type: 'decimals' is not one of .*'decimal'",
        ),
        ("format: csv", "format: cvs", "format: 'cvs' is not one of csv, jsonl, parquet, .*'csv'"),
        ("minimum: 0", "minium: 0", "key: 'minium' is not one of .*'minimum'"),
        ("key: [account_id]", "key: [acount_id]", "key: 'acount_id' .*'account_id'"),
        ("Europe/London", "Europe/Londn", "timezone: 'Europe/Londn' is no IANA zone"),
        ("required: true", "required: 'yes'", "required: 'yes' is of type str, not bool"),
        ("name: mrr", "name: _mrr", "'_mrr' begins with an underscore"),
        ("name: mrr", "name: account_id", "name account_id stands more than once"),
        ('files: "accounts', 'files: "../accounts', "below the source's landing folder"),
        ("format: csv", "format: csv\nencoding: utf-99", "encoding: 'utf-99' is unknown"),
        ("format: csv", 'format: csv\ndelimiter: "::"', "delimiter '::'"),
        ("type: string", "type: string, maximum: 3", "the type 'string' has no order|have bounds"),
        ("format: csv", "", "format: is missing"),
        ('from: "Monthly Amount"', "from: []", r"from: \[\] is no list of names"),
        ('from: "Monthly Amount"', 'from: ["$.a[*]"]', r"from: '\$\.a\[\*\]' is no JSON path like"),
        ("format: csv", "format: csv\nrecords: data", "records: 'data' is no JSON path like"),
        ('files: "accounts/*.csv*"', "files: [1]", r"files: \[1\] is no list of names"),
        ("minimum: 0", 'strip: [""]', "strip: takes texts out of .*, none of them empty"),
        ("type: string", 'type: string, strip: ["$"]', "strip: takes texts out of integer"),
        ("%d/%m/%Y", "isoo", "formats .*'isoo' is not one of iso, .*'iso'"),
    ],
)
def test_slip_is_named_with_its_place_when_a_contract_is_wrong(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    staging = project(tmp_path, LANDING.replace(right, wrong, 1))
    place = rf"_crm__sources\.yml: source crm: table accounts: .*({told})"
    with pytest.raises(ContractError, match=place):
        read_contracts(staging)


def test_broken_yaml_is_named_with_its_file(tmp_path: Path) -> None:
    staging = project(tmp_path)
    (staging / "crm" / "_crm__sources.yml").write_text("sources: [", encoding="utf-8")
    with pytest.raises(ContractError, match=r"_crm__sources\.yml: is no valid YAML"):
        read_contracts(staging)


def test_every_contract_of_this_project_can_be_read() -> None:
    sources = read_contracts(STAGING)
    assert {"bt", "olist"} <= {source.name for source in sources}
    streams = staging_streams(STAGING, [source.name for source in sources])
    assert "bt" in streams["survey_answers"]


def test_streams_come_from_file_names(tmp_path: Path) -> None:
    staging = project(tmp_path)
    for name in ("stg_crm__accounts", "stg_crm__order_lines", "base_crm__plans"):
        (staging / "crm" / f"{name}.sql").touch()
    assert staging_streams(staging, ["crm"]) == {"accounts": ["crm"], "order_lines": ["crm"]}
    assert staging_streams(staging, []) == {}


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("stg_crm__acounts", "stream: 'acounts' is not one of accounts, order_lines, .*'accounts'"),
        ("stg_erp__accounts", "here stg_crm__<stream>.sql"),
        ("stg_crm_accounts", "here stg_crm__<stream>.sql"),
    ],
)
def test_staging_view_is_refused_when_it_would_feed_nothing(
    tmp_path: Path, name: str, told: str
) -> None:
    staging = project(tmp_path)
    (staging / "crm" / f"{name}.sql").touch()
    with pytest.raises(ContractError, match=told):
        staging_streams(staging, ["crm"])


def test_name_stands_for_all_that_begin_with_it() -> None:
    available = ("demo_crm", "demo_web", "olist", "demography")
    assert expand_sources(["demo"], available) == ("demo_crm", "demo_web")
    assert expand_sources(["olist", "demo_web"], available) == ("demo_web", "olist")
    with pytest.raises(ContractError, match=r"'olits' is not one of .*did you mean 'olist'"):
        expand_sources(["olits"], available)
