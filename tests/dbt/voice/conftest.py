"""Warehouses with comments in them, scored by the real models."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb
import pandas as pd
import pytest

from ml.voice.lexicon import vader_lexicon
from tests.dbt.conftest import DbtProject, MakeWarehouse, Warehouse

VOICE = (
    "int_comments int_sentiment_words int_comment_phrases fct_comment_signals "
    "bridge_comment_themes int_touchpoint_mentions mart_themes mart_touchpoint_impact "
    "mart_voice_comments"
)
OCCURRED_AT = datetime(2026, 6, 1, 12)

MakeVoice = Callable[..., Warehouse]


@pytest.fixture(scope="session")
def lexicon() -> pd.DataFrame:
    return vader_lexicon()


@pytest.fixture(scope="session")
def copyable_project(dbt_project: DbtProject) -> DbtProject:
    """Give a project whose manifest can be copied.

    dbt-core 1.11 forgets a field where it copies a manifest, so that each lookup takes the place of
    the one before it and no source is found. Lookups are caches: without them a copy is sound.
    """
    for name in vars(dbt_project.manifest):
        if name.endswith("_lookup"):
            setattr(dbt_project.manifest, name, None)
    return dbt_project


@pytest.fixture
def make_voice(
    copyable_project: DbtProject, make_warehouse: MakeWarehouse, lexicon: pd.DataFrame
) -> MakeVoice:
    """Give a maker of warehouses whose voice models have been built from literal comments.

    A comment is a mapping with ``comment_redacted`` and, as needed, other columns of
    ``fct_feedback`` and ``language`` (``en`` when not given).
    """

    def make(
        comments: Sequence[Mapping[str, Any]],
        *,
        select: str = VOICE,
        variables: Mapping[str, object] | None = None,
    ) -> Warehouse:
        warehouse = make_warehouse(variables=variables)
        feedback = [complete(number, comment) for number, comment in enumerate(comments)]
        languages = pd.DataFrame(
            [(row["feedback_id"], row.pop("language"), 1.0) for row in feedback],
            columns=["feedback_id", "language", "confidence"],
        )
        warehouse.put("core.fct_feedback", feedback)
        with duckdb.connect(str(warehouse.path)) as connection:
            connection.execute("create schema if not exists raw")
            connection.execute("create schema if not exists ml")
            connection.register("words", lexicon)
            connection.register("languages", languages)
            connection.execute("create table raw.lexicon__vader as from words")
            connection.execute("create table ml.comment_languages as from languages")
        warehouse.build(select)
        return warehouse

    return make


def complete(number: int, comment: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in what a test does not care about."""
    return {
        "feedback_id": f"f{number:05d}",
        "respondent_id": f"r{number:05d}",
        "feedback_kind": "direct",
        "is_solicited": True,
        "channel_id": "email",
        "touchpoint_id": None,
        "occurred_at": OCCURRED_AT,
        "source_name": "test",
        "language": "en",
        **comment,
    }
