"""SurveyMonkey: the expanded CSV export and the API's bulk JSON."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from .conftest import Adapters, write_csv, write_json

SOURCE = "surveymonkey"
NPS = "How likely are you to recommend us?"
WHY = "Why?"
USED = 'Which of these do you use? (tick "all")'
SURVEY = "visit-2026"


def question(
    survey: str, question_id: str, metric: str, lowest: int | None, highest: int | None
) -> dict[str, object]:
    """Give a row of the question register."""
    return {
        "survey_id": survey,
        "question_id": question_id,
        "wording": question_id,
        "metric": metric,
        "scale_minimum": lowest,
        "scale_maximum": highest,
        "direction": None if lowest is None else "higher_is_better",
        "owner_team": "customer_insight",
        "is_redundant_with_crm": False,
    }


SEEDS = {
    "survey_questions": [
        question(SURVEY, NPS, "NPS", 0, 10),
        question(SURVEY, WHY, "comment", None, None),
        question("506", "11", "NPS", 0, 10),
        question("506", "12_r1", "CSAT", 1, 5),
        question("506", "13", "comment", None, None),
    ]
}


def land(folder: Path) -> None:
    land_export(folder)
    land_api(folder)


def land_export(folder: Path) -> None:
    header = [
        "Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Email Address",
        "First Name", "Last Name", "Custom Data 1", NPS, WHY, USED, "", "",
    ]  # fmt: skip
    labels = [""] * 9 + [
        "Response", "Open-Ended Response", "Web", "App", "Other (please specify)",
    ]  # fmt: skip
    day = "05/14/2026 "
    write_csv(
        folder / "responses" / SURVEY / "Visit 2026.csv",
        header,
        [
            labels,
            ["1001", "71", day + "09:10:00 AM", day + "09:12:00 PM", "192.0.2.1",
             "Ada@Example.com", "Ada", "Bell", "acme-7", "10", "10 out of 10", "Web", "", "fax"],
            ["1002", "72", day + "09:10:00 AM", day + "09:12:00 AM", "192.0.2.2", "", "", "", "",
             "4", "", "", "App", ""],
            ["1003", "72", day + "09:10:00 AM", "14/05/2026", "", "", "", "", "", "4", "", "", "",
             ""],
            ["", "72", day + "09:10:00 AM", day + "09:12:00 AM", "", "", "", "", "", "4", "", "",
             "", ""],
            ["5001", "71", day + "09:10:00 AM", day + "09:12:00 AM", "", "", "", "", "", "1", "",
             "", "", ""],
        ],
    )  # fmt: skip


def fetched(number: str, answers: list[dict[str, object]], **other: object) -> dict[str, object]:
    """Give a response as the API does, its answers spread over a page."""
    return {
        "id": number,
        "survey_id": "506",
        "collector_id": "73",
        "response_status": "completed",
        "collection_mode": "default",
        "date_created": "2026-05-14T09:10:00+00:00",
        "date_modified": "2026-05-14T11:12:00+02:00",
        "email_address": "",
        "custom_variables": {},
        "ip_address": "192.0.2.9",
        "pages": [{"id": "p1", "questions": answers}],
    } | other


def land_api(folder: Path) -> None:
    answers: list[dict[str, object]] = [
        {"id": "11", "answers": [{"choice_id": "c9", "choice_metadata": {"weight": 100}}]},
        {"id": "12", "answers": [{"choice_id": "s4", "row_id": "r1"}]},
        {"id": "13", "answers": [{"text": "Slow again"}]},
        {
            "id": "14",
            "answers": [
                {"choice_id": "u1"},
                {"choice_id": "u2"},
                {"other_id": "u3", "text": "pigeon"},
            ],
        },
    ]
    write_json(
        folder / "responses_bulk" / "506_page_1.json",
        {
            "data": [
                fetched("5001", answers, email_address="ben@example.com"),
                fetched("5002", answers[:1], response_status="partial"),
                fetched("5003", answers, response_status="disqualified"),
                fetched("5004", answers, collection_mode="survey_preview"),
                fetched("5005", answers, date_modified=None),
            ],
            "per_page": 100,
            "page": 1,
            "total": 5,
            "links": {"self": "https://api.example.com/v3/surveys/506/responses/bulk"},
        },
    )
    nps = [{"id": f"c{n}", "text": str(n), "weight": 100 if n > 8 else -100} for n in range(11)]
    satisfied = [{"id": f"s{n}", "text": f"{n} stars", "weight": n} for n in range(1, 6)]
    used = [{"id": "u1", "text": "Web"}, {"id": "u2", "text": "App"}]
    write_json(
        folder / "survey_details" / "506.json",
        {
            "id": "506",
            "title": "Support",
            "pages": [
                {
                    "id": "p1",
                    "title": "",
                    "questions": [
                        {"id": "11", "family": "matrix", "answers": {"choices": nps}},
                        {"id": "12", "family": "matrix", "answers": {"choices": satisfied}},
                        {"id": "13", "family": "open_ended"},
                        {"id": "14", "family": "multiple_choice", "answers": {"choices": used}},
                    ],
                }
            ],
        },
    )
    write_json(
        folder / "collectors" / "506.json",
        {
            "data": [
                {"id": "71", "type": "email", "name": "May"},
                {"id": "72", "type": "weblink", "name": "Site"},
                {"id": "73", "type": "sms", "name": "Text"},
            ]
        },
    )
    write_json(
        folder / "contacts" / "page_1.json",
        {"data": [{"id": "k1", "first_name": "Ben", "last_name": "Ito",
                   "email": "Ben@example.com"}]},
    )  # fmt: skip


def test_export_columns_are_questions_and_groups_are_named_by_both_rows(
    adapters: Adapters,
) -> None:
    assert adapters.rows(
        "select response_id, question_id, score, channel_id from core.fct_survey_answers"
        " where survey_id = ? order by response_id, question_id",
        SURVEY,
    ) == [
        ("surveymonkey:1001", NPS, 10, "email"),
        ("surveymonkey:1001", f"{USED} [Other (please specify)]", None, "email"),
        ("surveymonkey:1001", f"{USED} [Web]", None, "email"),
        ("surveymonkey:1001", WHY, None, "email"),
        ("surveymonkey:1002", NPS, 4, "web"),
        ("surveymonkey:1002", f"{USED} [App]", None, "web"),
    ]
    assert adapters.row(
        "select distinct answered_at from core.fct_survey_answers"
        " where response_id = 'surveymonkey:1001'"
    ) == (datetime(2026, 5, 14, 21, 12),)


def test_api_choices_are_numbers_by_wording_then_by_weight(adapters: Adapters) -> None:
    assert adapters.rows(
        "select question_id, metric, score, answered_at from core.fct_survey_answers"
        " where response_id = 'surveymonkey:5001' order by question_id"
    ) == [
        ("11", "NPS", 9, datetime(2026, 5, 14, 9, 12)),
        ("12_r1", "CSAT", 4, datetime(2026, 5, 14, 9, 12)),
        ("13", "comment", None, datetime(2026, 5, 14, 9, 12)),
        ("14_other", None, None, datetime(2026, 5, 14, 9, 12)),
        ("14_u1", None, None, datetime(2026, 5, 14, 9, 12)),
        ("14_u2", None, None, datetime(2026, 5, 14, 9, 12)),
    ]


def test_a_response_that_came_both_ways_is_counted_once(adapters: Adapters) -> None:
    assert adapters.rows(
        "select shape, survey_id, respondent_kind from staging.base_surveymonkey__responses"
        " where response_id = '5001'"
    ) == [("api", "506", "customer")]


def test_previews_and_people_turned_away_supply_no_answers(adapters: Adapters) -> None:
    assert adapters.rows(
        "select response_id, respondent_kind from staging.base_surveymonkey__responses"
        " where survey_id = '506' order by all"
    ) == [
        ("5001", "customer"),
        ("5002", "customer"),
        ("5003", "turned_away"),
        ("5004", "preview"),
    ]
    assert adapters.rows(
        "select distinct response_id from core.fct_survey_answers where survey_id = '506'"
        " order by all"
    ) == [("surveymonkey:5001",), ("surveymonkey:5002",)]


def test_comments_are_what_people_typed(adapters: Adapters) -> None:
    assert adapters.rows(
        "select comment_text from core.fct_feedback where source_name = 'surveymonkey' order by all"
    ) == [("10 out of 10",), ("Slow again",), ("fax",), ("pigeon",)]


def test_bad_rows_are_quarantined_in_both_shapes(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "responses") == [
        ("ended_at", "bad_type"),
        ("response_id", "missing_value"),
    ]
    assert adapters.quarantined(SOURCE, "responses_bulk") == [("modified_at", "missing_value")]


def test_persons_of_responses_and_lists_are_one(adapters: Adapters) -> None:
    (from_list,) = adapters.row(
        "select customer_id from core.int_customer_identities"
        " where identity_type = 'surveymonkey_contact_id' and identity_value = 'k1'"
    )
    (from_answer,) = adapters.row(
        "select distinct customer_id from core.fct_survey_answers"
        " where response_id = 'surveymonkey:5001'"
    )
    assert from_list == from_answer
    assert adapters.row(
        "select count(*) from core.fct_survey_answers"
        " where response_id = 'surveymonkey:1002' and customer_id is not null"
    ) == (0,)
