"""The canonical streams, from dbt's own macro, and how other systems call what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from jinja2 import Environment

from orchestration.extract.shapes import ContractError, check_one_of

MACRO = Path("macros") / "canonical_streams.sql"
SYNONYMS = Path(__file__).with_name("synonyms.yml")
# Filled from the customer's columns and from the source's name, not by synonyms.
OWN_WAYS = ("source_name", "customer_key_type", "customer_key")


@dataclass(frozen=True, kw_only=True)
class CanonicalStream:
    """One canonical stream and what tells that a file supplies it.

    Attributes
    ----------
    columns
        Engine type by column, in order.
    required
        Columns that a source must supply.
    time
        Column that the as-of date cuts, empty when there is none.
    grain
        Column that identifies a row.
    """

    name: str
    columns: Mapping[str, str]
    required: tuple[str, ...]
    time: str
    grain: str
    files: tuple[str, ...] = ()
    essential: tuple[str | tuple[str, ...], ...] = ()
    telling: tuple[str, ...] = ()
    keep: str = ""
    companions: tuple[str, ...] = ()
    ask: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    needs_file_word: bool = False


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """All canonical streams, and the columns by which files name customers.

    Attributes
    ----------
    others_ids
        Columns that hold the id which another system gave to a customer.
    """

    streams: Mapping[str, CanonicalStream]
    customer: tuple[str, ...]
    email: tuple[str, ...]
    phone: tuple[str, ...]
    others_ids: tuple[str, ...]

    def stream(self, name: str) -> CanonicalStream:
        """Return a stream.

        Raises
        ------
        ContractError
            For a name that is none; it gives the nearest.
        """
        check_one_of("stream", name, list(self.streams))
        return self.streams[name]


def read_vocabulary(dbt_project: Path) -> Vocabulary:
    """Read the canonical streams of a dbt project and the synonyms beside this module."""
    synonyms = yaml.safe_load(SYNONYMS.read_text(encoding="utf-8"))
    shapes = canonical_shapes(dbt_project / MACRO)
    return Vocabulary(
        streams={
            name: _stream(name, shape, synonyms["streams"].get(name, {}), synonyms["columns"])
            for name, shape in shapes.items()
        },
        customer=tuple(synonyms["customer"]),
        email=tuple(synonyms["email"]),
        phone=tuple(synonyms["phone"]),
        others_ids=tuple(synonyms["others_ids"]),
    )


def canonical_shapes(macro: Path) -> dict[str, dict[str, Any]]:
    """Return what the macro ``canonical_streams`` returns in dbt.

    Raises
    ------
    ContractError
        When the macro is not there.
    """
    if not macro.exists():
        message = f"{macro}: is missing; it lists the canonical streams"
        raise ContractError(message)
    returned: list[dict[str, dict[str, Any]]] = []
    # A template of our own that writes no page: there is nothing to escape.
    environment = Environment(extensions=["jinja2.ext.do"])  # noqa: S701
    environment.globals["return"] = returned.append
    template = environment.from_string(macro.read_text(encoding="utf-8"))
    template.make_module().canonical_streams()  # type: ignore[attr-defined]  # the macro
    return returned[0]


def _stream(
    name: str, shape: Mapping[str, Any], said: Mapping[str, Any], everywhere: Mapping[str, Any]
) -> CanonicalStream:
    columns = {column.removeprefix("*"): kind for column, kind in shape["columns"].items()}
    required = tuple(c.removeprefix("*") for c in shape["columns"] if c.startswith("*"))
    own = said.get("own", {})
    return CanonicalStream(
        name=name,
        columns=columns,
        required=required,
        time=shape["time"] or "",
        grain=said.get("grain", required[1]),
        files=tuple(said.get("files", ())),
        essential=tuple(
            tuple(entry) if isinstance(entry, list) else entry
            for entry in said.get("essential", ())
        ),
        telling=tuple(said.get("telling", ())),
        keep=said.get("keep", ""),
        companions=tuple(said.get("with", ())),
        ask=said.get("ask", {}),
        names={
            column: tuple(own.get(column) or everywhere.get(column) or (column,))
            for column in columns
            if column not in OWN_WAYS
        },
        needs_file_word=bool(said.get("needs_file_word")),
    )
