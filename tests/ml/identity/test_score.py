"""Scores are those of splink's own, and the cheap tests before dear distances miss nothing."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from ml.identity import LinkConfig
from ml.identity.config import ATTRIBUTES, BLOCKS, one_slip
from ml.identity.learn import comparison_of, learn_weights
from ml.identity.prepare import take_in
from ml.identity.score import score_pairs, stated_weights
from ml.identity.synthetic import DIRTY, NICKNAMES, synthetic_persons

SHORT_FORMS = pa.table(
    {
        "nickname": [short.lower() for short, _ in NICKNAMES],
        "name": [name.lower() for _, name in NICKNAMES],
    }
)


def test_probabilities_are_those_of_splink() -> None:
    config = LinkConfig(review_threshold=0.01)
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        probability_two_random_records_match=1e-6,
        comparisons=[comparison_of(attribute) for attribute in ATTRIBUTES],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
    )
    with duckdb.connect() as connection:
        take_in(connection, synthetic_persons(4_000, dirt=DIRTY), SHORT_FORMS)
        pairs = score_pairs(connection, config, stated_weights())
        linker = Linker(DuckDBAPI(connection).register("records"), settings)
        predicted = linker.inference.predict(
            threshold_match_probability=config.review_threshold, warning_mode="never"
        )
        # Two first names with two dates of birth are left out after scoring.
        rows = connection.execute(
            f"""
            select record_id_l, record_id_r, round(match_probability, 6)
            from {predicted.physical_name}
            where not (gamma_person_name between 0 and 2 and gamma_birth_date = 0)
            """
        ).fetchall()
    ours = {
        (pair["left_record_id"], pair["right_record_id"]): pair["probability"]
        for pair in pairs.to_pylist()
    }
    theirs = {(min(left, right), max(left, right)): share for left, right, share in rows}
    assert len(ours) == pairs.num_rows > 1_000
    assert ours == pytest.approx(theirs, abs=2e-6)


def test_weights_are_the_same_when_records_come_in_another_order_and_on_one_thread() -> None:
    persons = synthetic_persons(6_000, dirt=DIRTY)
    backwards = persons.take(list(reversed(range(persons.num_rows))))
    learnt = []
    for records, threads in ((persons, 2), (backwards, 1)):
        with duckdb.connect(config={"threads": threads}) as connection:
            count = take_in(connection, records, SHORT_FORMS)
            config = LinkConfig(training_records=5_000, minimum_training_pairs=100)
            learnt.append(learn_weights(connection, config, count))
    assert learnt[0] is not None
    assert learnt[0] == learnt[1]
    assert learnt[0] != stated_weights()


def test_a_slip_is_found_wherever_it_lies() -> None:
    texts = ["", "a", "ab", "aba", "mary", "marys", "harford", "anna.harford@example.org"]
    pairs = {
        (text, other)
        for text in texts
        for at in range(len(text) + 1)
        for other in (
            f"{text[:at]}x{text[at:]}",
            text[:at] + text[at + 1 :],
            f"{text[:at]}x{text[at + 1 :]}",
            text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :],
            f"x{text[:at]}x{text[at + 1 :]}",
        )
    } | {(text, other) for text in texts for other in texts}
    with duckdb.connect() as connection:
        connection.execute("create table pairs (text_l varchar, text_r varchar)")
        connection.executemany("insert into pairs values (?, ?)", sorted(pairs))
        counts = connection.execute(
            f"""
            select
                count(*) filter (where damerau_levenshtein(text_l, text_r) <= 1),
                count(*) filter (where damerau_levenshtein(text_l, text_r) > 1),
                count(*) filter (
                    where ({one_slip("text")}) <> (damerau_levenshtein(text_l, text_r) <= 1)
                )
            from pairs
            """
        ).fetchone()
    assert counts is not None
    one, more, told_otherwise = counts
    assert min(one, more) > 50
    assert told_otherwise == 0
