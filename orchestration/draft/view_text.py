"""The staging views of a drafted source and their descriptions, written out."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import replace

from orchestration.draft.columns import ColumnDraft
from orchestration.draft.contract_text import description, flow
from orchestration.draft.identities import IdentityPlan
from orchestration.draft.plan import ViewPlan
from orchestration.draft.streams import StreamDraft
from orchestration.draft.supplies import Supply, row_identity

WIDTH = 98
ROW_ID = "row_id"
LOAD_ID = "_load_id"


def view_texts(
    source: str, views: Sequence[ViewPlan], identities: IdentityPlan | None
) -> dict[str, str]:
    """Return the files of all views that lack nothing, by name."""
    texts: dict[str, str] = {}
    complete = [view for view in views if not view.missing]
    for stream in {view.stream.name: view.stream for view in complete}.values():
        fed = [view for view in complete if view.stream.name == stream.name]
        has_base = len(fed) > 1 and len(stream.key.columns) != 1
        if has_base:
            texts |= base_texts(source, stream)
        for view in fed:
            name = f"stg_{source}__{view.name}"
            texts[f"{name}.sql"] = _view_sql(source, view, has_base=has_base)
            texts[f"{name}.yml"] = _view_yml(source, view)
    if identities is not None:
        name = f"stg_{source}__identities"
        texts[f"{name}.sql"] = _identities_sql(source, identities)
        texts[f"{name}.yml"] = _identities_yml(source, identities)
    return texts


def base_texts(source: str, stream: StreamDraft) -> dict[str, str]:
    """Return the view that gives each row of a file an identity, for the views that share it."""
    name = f"base_{source}__{stream.name}"
    columns = "".join(f",\n    {column.name}" for column in stream.columns)
    sql = (
        f"{_config(source)}\n{_import(source_of(source, stream))}\nselect\n"
        f"    {row_identity(stream).sql} as {ROW_ID}{columns},\n    {LOAD_ID}\nfrom landed\n"
    )
    entries = "\n".join(
        f"      - {flow({'name': c.name, 'description': description(c), **_personal(c)})}"
        for c in stream.columns
    )
    yml = f"""version: 2

models:
  - name: {name}
    description: >
      Rows of {stream.name} with an identity. Grain: one row per row of the file.
    columns:
      - name: {ROW_ID}
        description: {json.dumps(row_identity(stream).meaning, ensure_ascii=False)}
        data_tests: [unique, not_null]
{entries}
      - {{name: {LOAD_ID}, description: Load that brought the row.}}
    config:
      tags: [{source}]
"""
    return {f"{name}.sql": sql, f"{name}.yml": yml}


def source_of(source: str, stream: StreamDraft) -> str:
    """Return how dbt names the raw table of a stream."""
    return f"{{{{ source('{source}', '{stream.name}') }}}}"


def _view_sql(source: str, view: ViewPlan, *, has_base: bool) -> str:
    supplies = view.supplies
    relation = source_of(source, view.stream)
    if has_base:
        relation = f"{{{{ ref('base_{source}__{view.stream.name}') }}}}"
        computed = row_identity(view.stream).sql
        supplies = {
            column: replace(supply, sql=ROW_ID) if supply.sql == computed else supply
            for column, supply in supplies.items()
        }
    selected = ",\n".join(
        f"    {supply.sql}" if supply.sql == column else f"    {supply.sql} as {column}"
        for column, supply in supplies.items()
    )
    notes = [f"Not mapped: {', '.join(view.unmapped) or 'nothing'}."]
    absent = [column for column in view.canonical.columns if column not in view.supplies]
    if absent:
        notes.append(f"The stream also takes: {', '.join(absent)}.")
    notes += [f"{reason}; they are left out." for _, reason in view.conditions]
    return (
        f"{_config(source)}\n{_comment(notes)}{_import(relation)}\nselect\n{selected}\n"
        f"from landed\n{_where([test for test, _ in view.conditions])}"
    )


def _config(source: str) -> str:
    return f"{{{{ config(enabled=is_source_enabled('{source}')) }}}}\n"


def _import(relation: str) -> str:
    return f"with landed as (\n\n    select * from {relation}\n\n)\n"


def _comment(notes: Sequence[str]) -> str:
    lines = [
        f"-- {line}"
        for note in notes
        for line in textwrap.wrap(note, WIDTH - 3, break_long_words=False)
    ]
    return "\n".join(lines) + "\n"


def _where(tests: Sequence[str]) -> str:
    if not tests:
        return ""
    if len(tests) == 1:
        return f"where {tests[0]}\n"
    return "where\n    " + "\n    and ".join(tests) + "\n"


def _view_yml(source: str, view: ViewPlan) -> str:
    keep = view.canonical.keep
    columns = []
    for column, supply in view.supplies.items():
        tests: list[object] = []
        if column == view.canonical.grain:
            tests = ["unique", "not_null"]
        elif column == keep or column in view.canonical.required[1:]:
            tests = ["not_null"] if supply.columns and column != "customer_key" else []
        columns.append(_column_yml(column, supply, tests, view.stream))
    which = f" with a {keep}" if keep in view.supplies else ""
    files = ", ".join(view.stream.patterns)
    text = textwrap.indent(
        "\n".join(
            textwrap.wrap(
                f"TODO: what these {view.name.replace('_', ' ')} are. Drafted from {files}. "
                f"Grain: one row per {view.canonical.grain}{which}.",
                WIDTH - 6,
            )
        ),
        " " * 6,
    )
    return f"""version: 2

models:
  - name: stg_{source}__{view.name}
    description: >
{text}
    columns:
{"".join(columns)}    config:
      tags: [{source}]
"""


def _column_yml(column: str, supply: Supply, tests: Sequence[object], stream: StreamDraft) -> str:
    drafted = [c for name in supply.columns if (c := stream.column(name)) is not None]
    kind = next((c.contract.personal_data for c in drafted if c.contract.personal_data), None)
    personal = {"config": {"meta": {"personal_data": kind}}} if kind else {}
    if not tests:
        return f"      - {flow({'name': column, 'description': supply.meaning, **personal})}\n"
    lines = [
        f"      - name: {column}",
        f"        description: {json.dumps(supply.meaning, ensure_ascii=False)}",
        f"        data_tests: [{', '.join(map(str, tests))}]",
    ]
    if kind:
        lines.append(f"        config: {flow({'meta': {'personal_data': kind}})}")
    return "\n".join(lines) + "\n"


def _personal(column: ColumnDraft) -> dict[str, object]:
    kind = column.contract.personal_data
    return {"config": {"meta": {"personal_data": kind}}} if kind else {}


def _identities_sql(source: str, plan: IdentityPlan) -> str:
    selects = "\n\n    union all\n\n".join(
        f"    select\n        {row.record} as source_record_id,\n"
        f"        {row.kind} as identity_type,\n        {row.value} as identity_value,\n"
        f"        {row.moment} as observed_at\n    from {row.relation}"
        for row in plan.rows
    )
    return f"""{_config(source)}
with named as (

{selects}

)

select
    '{source}' as source_name,
    source_record_id,
    identity_type,
    identity_value,
    min(observed_at) as observed_at
from named
where trim(identity_value) <> ''
group by source_record_id, identity_type, identity_value
"""


def _identities_yml(source: str, plan: IdentityPlan) -> str:
    kinds = ", ".join(sorted({row.kind_name for row in plan.rows}))
    kind = next((name for name in ("email", "phone") if name in kinds.split(", ")), None)
    personal = f"        config: {flow({'meta': {'personal_data': kind}})}\n" if kind else ""
    return f"""version: 2

models:
  - name: stg_{source}__identities
    description: >
      Keys by which this source names its customers. Grain: one row per record, identity type and
      value.
    data_tests:
      - unique_together:
          arguments: {{columns: [source_record_id, identity_type, identity_value]}}
    columns:
      - {{name: source_name, description: "Always {source}."}}
      - name: source_record_id
        description: "Record that states the key: an account or contact, else the key itself."
        data_tests: [not_null]
      - {{name: identity_type, description: "{kinds}."}}
      - name: identity_value
        description: "The key{"; personal data" if personal else ""}."
        data_tests: [not_null]
{personal}      - {{name: observed_at, description: "First time that the source states it, UTC."}}
    config:
      tags: [{source}]
"""
