"""fct_cx_metrics against the definitions' vectors and a plain recomputation."""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from statistics import NormalDist
from typing import Any

import pytest

from tests.dbt.conftest import MakeWarehouse, Warehouse

Z = 1.959964
QUESTIONS = {
    "NPS": ("relationship", "nps", 0, 10, None),
    "CSAT": ("support", "csat", 1, 5, "support_resolution"),
    "CES": ("support", "ces", 1, 7, "support_contact"),
    "PSAT": ("product", "psat", 1, 7, "product_use"),
}
FAVOURABLE_FROM = {"NPS": 9, "CSAT": 4, "CES": 5, "PSAT": 6}


def answer(
    number: int,
    metric: str,
    score: float,
    *,
    at: datetime = datetime(2026, 5, 10),
    customer_id: str | None = None,
    channel_id: str | None = "email",
    question: tuple[str, str, int, int, str | None] | None = None,
) -> dict[str, Any]:
    survey_id, question_id, lowest, highest, touchpoint_id = question or QUESTIONS[metric]
    return {
        "answer_id": f"a{number:06d}",
        "response_id": f"p{number:06d}",
        "survey_id": survey_id,
        "question_id": question_id,
        "metric": metric,
        "touchpoint_id": touchpoint_id,
        "customer_id": customer_id,
        "channel_id": channel_id,
        "answered_at": at,
        "score": float(score),
        "is_on_scale": lowest <= score <= highest,
        "source_name": "test",
    }


def metrics_of(
    make_warehouse: MakeWarehouse,
    answers: Sequence[dict[str, Any]],
    *,
    customers: Sequence[dict[str, Any]] = (),
    invitations: Sequence[dict[str, Any]] = (),
    questions: Sequence[dict[str, Any]] = (),
) -> Warehouse:
    warehouse = make_warehouse()
    warehouse.put("core.fct_survey_answers", answers)
    if customers:
        warehouse.put("core.dim_customers", customers)
    if invitations:
        warehouse.put("core.fct_survey_invitations", invitations)
    if questions:
        warehouse.put("reference.survey_questions", questions)
    warehouse.build("int_scored_answers fct_cx_metrics")
    return warehouse


def wilson(successes: int, n: int) -> tuple[float, float]:
    share = successes / n
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return middle - half, middle + half


def figure(metric: str, scores: Sequence[float]) -> dict[str, float]:
    """Recompute one figure the slow way."""
    n = len(scores)
    favourable = sum(score >= FAVOURABLE_FROM[metric] for score in scores)
    if metric != "NPS":
        lower, upper = wilson(favourable, n)
        share = favourable / n
        return {"n": n, "value": share, "lower": lower, "upper": upper, "share": share}
    detractors = sum(score <= 6 for score in scores)
    p, d = (favourable + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = Z * math.sqrt((p + d - (p - d) ** 2) / (n + 3))
    marks = [1 if score >= 9 else -1 if score <= 6 else 0 for score in scores]
    mean = sum(marks) / n
    variance = sum((mark - mean) ** 2 for mark in marks) / n / n
    return {
        "n": n,
        "value": 100 * mean,
        "lower": 100 * (p - d - half),
        "upper": 100 * (p - d + half),
        "variance": 1e4 * variance,
    }


def p_value(metric: str, now: dict[str, float], before: dict[str, float]) -> float:
    if metric == "NPS":
        z = (now["value"] - before["value"]) / math.sqrt(now["variance"] + before["variance"])
    else:
        pooled = (now["share"] * now["n"] + before["share"] * before["n"]) / (
            now["n"] + before["n"]
        )
        error = math.sqrt(pooled * (1 - pooled) * (1 / now["n"] + 1 / before["n"]))
        z = (now["share"] - before["share"]) / error
    return 2 * (1 - NormalDist().cdf(abs(z)))


def benjamini_hochberg(p_values: Sequence[float], level: float) -> list[bool]:
    """Step up: the largest k with p(k) <= k/m * level, and all before it."""
    order = sorted(range(len(p_values)), key=lambda place: p_values[place])
    accepted = 0
    for rank, place in enumerate(order, start=1):
        if p_values[place] <= rank / len(p_values) * level:
            accepted = rank
    rejected = set(order[:accepted])
    return [place in rejected for place in range(len(p_values))]


def test_nps_is_the_definitions_vector_when_50_promote_and_17_detract(
    make_warehouse: MakeWarehouse,
) -> None:
    scores = [9] * 25 + [10] * 25 + [7] * 20 + [8] * 13 + [6] * 9 + [0] * 8
    answers = [answer(number, "NPS", score) for number, score in enumerate(scores)]
    warehouse = metrics_of(make_warehouse, answers)
    [row] = warehouse.rows(
        "select n, value, (upper + lower) / 2, (upper - lower) / 2, mean_score, is_too_few"
        " from marts.fct_cx_metrics where period_grain = 'all' and dimension = 'overall'"
    )
    assert row[0] == 100
    assert row[1] == pytest.approx(33.0)
    assert row[2] == pytest.approx(32.04, abs=0.005)
    assert row[3] == pytest.approx(14.48, abs=0.005)
    assert row[4] == pytest.approx(sum(scores) / 100)
    assert row[5] is False


def test_nps_standard_error_is_the_definitions_vector(make_warehouse: MakeWarehouse) -> None:
    warehouse = make_warehouse()
    sql = warehouse.compile("select sqrt({{ nps_variance('50', '100.0 / 6', '100') }})")
    assert warehouse.rows(sql)[0][0] == pytest.approx(7.4536, abs=5e-5)


@pytest.fixture
def random_answers() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    chance = random.Random(20260630)
    customers = [
        {"customer_id": f"c{number:03d}", "segment": chance.choice(["small", "large", None])}
        for number in range(200)
    ]
    answers = []
    for number in range(6000):
        metric = chance.choice(list(QUESTIONS))
        lowest, highest = QUESTIONS[metric][2:4]
        month = chance.choice([1, 2, 3, 4, 6])
        # June is better, so that some change is real.
        score = min(highest, chance.randint(lowest, highest) + (2 if month == 6 else 0))
        answers.append(
            answer(
                number,
                metric,
                99 if chance.random() < 0.02 else score,
                at=datetime(2026, month, chance.randint(1, 28), chance.randint(0, 23)),
                customer_id=chance.choice([row["customer_id"] for row in customers] + [None]),
                channel_id=chance.choice(["email", "in_app", None]),
            )
        )
    return answers, customers


def groups(
    answers: Iterable[dict[str, Any]], customers: Iterable[dict[str, Any]]
) -> dict[tuple[str, str, date, str, str], list[float]]:
    segments = {row["customer_id"]: row["segment"] for row in customers}
    found: dict[tuple[str, str, date, str, str], list[float]] = defaultdict(list)
    for row in answers:
        if not row["is_on_scale"]:
            continue
        day = row["answered_at"].date()
        starts = {
            "month": day.replace(day=1),
            "quarter": date(day.year, 3 * ((day.month - 1) // 3) + 1, 1),
            "all": date(2026, 1, 1),
        }
        values = {
            "overall": "all",
            "touchpoint": row["touchpoint_id"],
            "segment": segments.get(row["customer_id"]) or "unknown",
            "channel": row["channel_id"] or "unknown",
        }
        for grain, start in starts.items():
            for dimension, value in values.items():
                if value is not None:
                    key = (row["metric"], grain, start, dimension, value)
                    found[key].append(row["score"])
    return found


def test_figures_equal_a_plain_recomputation_when_answers_are_random(
    make_warehouse: MakeWarehouse,
    random_answers: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    answers, customers = random_answers
    warehouse = metrics_of(make_warehouse, answers, customers=customers)
    expected = {key: figure(key[0], scores) for key, scores in groups(*random_answers).items()}
    actual = {
        tuple(row[:5]): row[5:]
        for row in warehouse.rows(
            "select metric, period_grain, period_start, dimension, dimension_value,"
            " n, value, lower, upper, is_too_few from marts.fct_cx_metrics"
        )
    }
    assert actual.keys() == expected.keys()
    for key, (n, value, lower, upper, is_too_few) in actual.items():
        want = expected[key]
        assert n == want["n"], key
        assert value == pytest.approx(want["value"]), key
        assert lower == pytest.approx(max(want["lower"], -100), abs=1e-9), key
        assert upper == pytest.approx(min(want["upper"], 100), abs=1e-9), key
        assert is_too_few == (want["n"] < 30), key
    [(off_scale,)] = warehouse.rows(
        "select sum(off_scale_count) from marts.fct_cx_metrics"
        " where dimension = 'overall' and period_grain = 'all'"
    )
    assert off_scale == sum(not row["is_on_scale"] for row in answers) > 0


def test_changes_equal_a_plain_recomputation_when_answers_are_random(
    make_warehouse: MakeWarehouse,
    random_answers: tuple[list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    answers, customers = random_answers
    warehouse = metrics_of(make_warehouse, answers, customers=customers)
    figures = {key: figure(key[0], scores) for key, scores in groups(*random_answers).items()}
    months = {date(2026, 2, 1): 1, date(2026, 3, 1): 2, date(2026, 4, 1): 3, date(2026, 5, 1): 4}
    families: dict[tuple[str, str], list[tuple[tuple[Any, ...], float]]] = defaultdict(list)
    for key, now in figures.items():
        metric, grain, start, dimension, value = key
        if grain != "month" or start not in months:
            continue
        before = figures.get((metric, grain, date(2026, months[start], 1), dimension, value))
        if before and before["n"] >= 30 and now["n"] >= 30:
            families[metric, dimension].append((key, p_value(metric, now, before)))
    expected: dict[tuple[Any, ...], tuple[float, bool]] = {}
    for members in families.values():
        real = benjamini_hochberg([p for _, p in members], 0.05)
        expected |= {key: (p, is_real) for (key, p), is_real in zip(members, real, strict=True)}
    actual = {
        tuple(row[:5]): row[5:]
        for row in warehouse.rows(
            "select metric, period_grain, period_start, dimension, dimension_value,"
            " change_p_value, is_real_change from marts.fct_cx_metrics"
            " where period_grain = 'month' and change_p_value is not null"
        )
    }
    assert actual.keys() == expected.keys()
    for key, (p, is_real) in actual.items():
        assert p == pytest.approx(expected[key][0], abs=1e-9), key
        assert is_real == expected[key][1], key
    # May has no answers, so June is compared with nothing, although it is better than April.
    june = warehouse.rows(
        "select distinct previous_value, is_real_change from marts.fct_cx_metrics"
        " where period_grain = 'month' and period_start = date '2026-06-01'"
    )
    assert june == [(None, None)]


def test_a_change_is_real_when_the_score_jumps(make_warehouse: MakeWarehouse) -> None:
    before = [answer(n, "CSAT", 5 if n % 2 else 1, at=datetime(2026, 4, 3)) for n in range(200)]
    after = [
        answer(n, "CSAT", 5 if n % 10 else 1, at=datetime(2026, 5, 3)) for n in range(200, 400)
    ]
    warehouse = metrics_of(make_warehouse, before + after)
    [row] = warehouse.rows(
        "select previous_value, value, change, is_real_change from marts.fct_cx_metrics"
        " where period_grain = 'month' and dimension = 'overall' and period_start = '2026-05-01'"
    )
    assert row[:3] == pytest.approx((0.5, 0.9, 0.4))
    assert row[3] is True


def test_reversed_and_other_scales_stand_apart_when_one_metric_has_several(
    make_warehouse: MakeWarehouse,
) -> None:
    legacy = ("legacy", "effort", 1, 5, None)
    binary = ("quick", "thumb", 0, 1, None)
    questions = [
        {"survey_id": "legacy", "question_id": "effort", "metric": "CES", "scale_minimum": 1,
         "scale_maximum": 5, "direction": "lower_is_better"},
        {"survey_id": "quick", "question_id": "thumb", "metric": "CSAT", "scale_minimum": 0,
         "scale_maximum": 1, "direction": "higher_is_better"},
    ]  # fmt: skip
    answers = [
        *[answer(n, "CES", score, question=legacy) for n, score in enumerate([1, 2, 3, 5])],
        *[answer(n, "CES", score) for n, score in enumerate([7, 5, 4], start=10)],
        *[answer(n, "CSAT", score, question=binary) for n, score in enumerate([1, 0, 0, 0], 20)],
    ]
    warehouse = metrics_of(make_warehouse, answers, questions=questions)
    rows = warehouse.rows(
        "select metric, scale, n, value, mean_score from marts.fct_cx_metrics"
        " where period_grain = 'all' and dimension = 'overall' order by metric, scale"
    )
    assert rows == [
        ("CES", "1–5 reversed", 4, 0.5, pytest.approx((5 + 4 + 3 + 1) / 4)),
        ("CES", "1–7", 3, pytest.approx(2 / 3), pytest.approx(16 / 3)),
        ("CSAT", "0–1", 4, 0.25, 0.25),
    ]


def test_nps_ignores_a_question_when_it_is_not_on_0_to_10(make_warehouse: MakeWarehouse) -> None:
    question = ("odd", "recommend", 1, 5, None)
    register = {"survey_id": "odd", "question_id": "recommend", "metric": "NPS",
                "scale_minimum": 1, "scale_maximum": 5,
                "direction": "higher_is_better"}  # fmt: skip
    answers = [answer(1, "NPS", 5, question=question), answer(2, "NPS", 10)]
    warehouse = metrics_of(make_warehouse, answers, questions=[register])
    rows = warehouse.rows("select distinct scale, n from marts.fct_cx_metrics")
    assert rows == [("0–10", 1)]


def test_response_rate_counts_an_invitation_once_when_a_survey_asks_two_questions(
    make_warehouse: MakeWarehouse,
) -> None:
    def invitation(number: int, *, done: bool, bounced: bool = False) -> dict[str, Any]:
        return {
            "invitation_id": f"i{number}",
            "survey_id": "support",
            "customer_id": "c1",
            "channel_id": "email" if number % 2 else "sms",
            "sent_at": datetime(2026, 4, 30, 23),
            "completed_at": datetime(2026, 5, 2) if done else None,
            "is_bounced": bounced,
        }

    invitations = [invitation(number, done=number < 2) for number in range(8)]
    invitations += [invitation(number, done=False, bounced=True) for number in (8, 9)]
    answers = [
        answer(number, metric, 5, at=datetime(2026, 4 + number % 2, 2))
        for number, metric in enumerate(["CSAT", "CSAT", "CES", "CES"])
    ]
    warehouse = metrics_of(
        make_warehouse,
        answers,
        customers=[{"customer_id": "c1", "segment": "small"}],
        invitations=invitations,
    )
    rows = warehouse.rows(
        "select metric, dimension, dimension_value, invited, completed, response_rate"
        " from marts.fct_cx_metrics where period_grain = 'all' and metric = 'CSAT' order by all"
    )
    assert rows == [
        ("CSAT", "channel", "email", 4, 1, 0.25),
        ("CSAT", "overall", "all", 8, 2, 0.25),
        # These answers carry no customer, so the invitations are another segment's.
        ("CSAT", "segment", "unknown", None, None, None),
        ("CSAT", "touchpoint", "support_resolution", 8, 2, 0.25),
    ]
    # All were sent in April; the answers that came in May do not move them.
    months = warehouse.rows(
        "select period_start, invited from marts.fct_cx_metrics"
        " where period_grain = 'month' and metric = 'CSAT' and dimension = 'overall' order by 1"
    )
    assert months == [(date(2026, 4, 1), 8), (date(2026, 5, 1), None)]


def test_a_month_counts_as_too_few_when_it_has_29_answers(make_warehouse: MakeWarehouse) -> None:
    answers = [answer(n, "CSAT", 5, at=datetime(2026, 4, 3)) for n in range(29)]
    answers += [answer(n, "CSAT", 4, at=datetime(2026, 5, 3)) for n in range(100, 130)]
    warehouse = metrics_of(make_warehouse, answers)
    rows = warehouse.rows(
        "select n, value, is_too_few, change, change_p_value from marts.fct_cx_metrics"
        " where period_grain = 'month' and dimension = 'overall' order by period_start"
    )
    assert rows == [(29, 1.0, True, None, None), (30, 1.0, False, 0.0, None)]
