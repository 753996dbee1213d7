"""The contract of a drafted source, written as YAML that a person goes on with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from orchestration.draft.columns import ColumnDraft
from orchestration.draft.identity_marks import IdentityMark, Marks
from orchestration.draft.streams import StreamDraft

PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_/]*")
# Words that YAML reads as something other than text.
YAML_WORDS = frozenset(("y", "n", "yes", "no", "true", "false", "on", "off", "null"))


def contract_text(
    source: str,
    streams: Sequence[StreamDraft],
    *,
    owner: str,
    timezone: str,
    timezone_is_stated: bool,
    required: Mapping[str, frozenset[str]],
    unfed: Mapping[str, str],
    marks: Marks,
) -> str:
    """Return the text of ``_<source>__sources.yml``.

    Parameters
    ----------
    timezone_is_stated
        Whether a person has said it; else a comment asks for it where it matters.
    required
        By stream, columns that its views cannot do without.
    unfed
        By stream, why it does not feed what it could.
    marks
        Columns that identify somebody, or may.
    """
    tables = "\n".join(
        _table(
            source,
            stream,
            timezone=timezone,
            is_stated=timezone_is_stated,
            required=required.get(stream.name, frozenset()),
            unfed=unfed.get(stream.name, ""),
            marks=marks.get(stream.name, {}),
        )
        for stream in streams
    )
    return f"""version: 2

sources:
  - name: {source}
    description: >
      TODO: which system exports this, how often, and who may be asked about it.
    schema: raw
    config:
      enabled: "{{{{ '{source}' in var('sources') }}}}"
      meta: {{owner: {scalar(owner)}}}
    tables:
{tables}"""


def _table(
    source: str,
    stream: StreamDraft,
    *,
    timezone: str,
    is_stated: bool,
    required: frozenset[str],
    unfed: str,
    marks: Mapping[str, IdentityMark],
) -> str:
    landing = _landing(stream, timezone=timezone, is_stated=is_stated)
    columns = "\n".join(
        f"{' ' * 16}- {flow(_column(column, mark, is_required=column.name in required))}"
        f"{_remark(column, mark)}"
        for column in stream.columns
        for mark in (marks.get(column.name, IdentityMark(identity="")),)
    )
    descriptions = "\n".join(
        f"{' ' * 10}- {flow({'name': c.name, 'description': description(c)})}"
        for c in stream.columns
    )
    todo = [f"TODO: {unfed}"] if unfed else []
    notes = "".join(f"{' ' * 14}# {' '.join(note.split())}.\n" for note in (*todo, *stream.notes))
    grain = " and ".join(stream.key.columns) or "line of the file"
    return f"""      - name: {stream.name}
        identifier: {source}__{stream.name}
        description: {json.dumps(f"Grain: one row per {grain}.", ensure_ascii=False)}
        config:
          meta:
            dagster: {{asset_key: [raw, {source}__{stream.name}]}}
            landing:
{notes}{landing}
              columns:
{columns}
        columns:
{descriptions}
"""


def _landing(stream: StreamDraft, *, timezone: str, is_stated: bool) -> str:
    sample = stream.first
    kind = "jsonl" if sample.file.format == "json" else sample.file.format
    patterns = stream.patterns
    lines = [
        f"files: {scalar(patterns[0]) if len(patterns) == 1 else sequence(patterns)}",
        f"format: {kind}",
    ]
    if sample.shape is not None:
        lines.append(f"encoding: {sample.shape.encoding}")
    if kind == "csv" and sample.shape is not None:
        lines += [
            f"delimiter: {json.dumps(sample.shape.delimiter)}",
            *([f"quote: {json.dumps(sample.shape.quote)}"] if sample.shape.quote != '"' else []),
            f"header_rows: {sample.shape.header_rows}",
        ]
    if sample.records and sample.records != "$":
        lines.append(f"records: {scalar(sample.records)}")
    todo = (
        "  # TODO: no time in the files says its zone; name it, such as Europe/London"
        if stream.has_naive_times and not is_stated
        else ""
    )
    lines.append(f"timezone: {scalar(timezone)}{todo}")
    if stream.key.columns:
        lines.append(f"key: {sequence(stream.key.columns)}  # {stream.key.note}")
    else:
        lines.append(f"# No key: {stream.key.note}.")
    if stream.null_values != ("",):
        lines.append(f"null_values: {sequence(stream.null_values)}")
    return "\n".join(f"{' ' * 14}{line}" for line in lines)


def _column(column: ColumnDraft, mark: IdentityMark, *, is_required: bool) -> dict[str, object]:
    contract = column.contract
    entry: dict[str, object] = {"name": contract.name, "type": contract.type}
    if contract.source_name != contract.name:
        entry["from"] = contract.source_name
    if is_required and column.is_filled:
        entry["required"] = True
    if contract.optional_column:
        entry["optional_column"] = True
    if contract.type == "decimal" and contract.scale != 2:
        entry["scale"] = contract.scale
    for key in ("formats", "minimum", "maximum", "may_be_future", "strip", "personal_data"):
        value = getattr(contract, key)
        if value is not None and value is not False and value != ():
            entry[key] = list(value) if isinstance(value, tuple) else value
    if contract.decimal_mark != ".":
        entry["decimal_mark"] = contract.decimal_mark
    if contract.thousands_mark:
        entry["thousands_mark"] = contract.thousands_mark
    if mark.identity:
        entry["identity"] = mark.identity
    return entry


def _remark(column: ColumnDraft, mark: IdentityMark) -> str:
    """Return the comment behind a column that waits for a person."""
    if column.question == "dates":
        return f"  # TODO: a date, {' or '.join(column.choices)}; text until that is said"
    if column.question == "decimal":
        return f"  # TODO: a number, {' or '.join(column.choices)}; text until that is said"
    notes = [*column.notes, *([mark.question] if mark.question else [])]
    return f"  # {'; '.join(notes)}" if notes else ""


def description(column: ColumnDraft) -> str:
    """Return what can be said of a column without its owner."""
    contract = column.contract
    parts = [f"{contract.source_name} of the file"]
    if contract.type == "timestamp":
        parts.append("UTC")
    if contract.minimum is not None:
        parts.append(f"{contract.minimum} to {contract.maximum}")
    if contract.personal_data:
        parts.append("personal data")
    return _harmless(", ".join(parts) + ".")


def _harmless(text: str) -> str:
    """Return ``text`` without marks that dbt would take for a template."""
    return text.replace("{{", "{ {").replace("{%", "{ %").replace("{#", "{ #")


def scalar(value: object) -> str:
    """Return a value as YAML, quoted where it needs to be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    text = str(value)
    if PLAIN.fullmatch(text) and text.lower() not in YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)


def sequence(values: Sequence[object]) -> str:
    """Return values as a YAML list on one line."""
    return f"[{', '.join(scalar(value) for value in values)}]"


def flow(entry: Mapping[str, object]) -> str:
    """Return a mapping on one line."""
    return f"{{{', '.join(f'{key}: {_flowing(value)}' for key, value in entry.items())}}}"


def _flowing(value: object) -> str:
    if isinstance(value, Mapping):
        return flow(value)
    return sequence(value) if isinstance(value, list) else scalar(value)
