"""Qualtrics: exports of responses with three header rows, and a replication tool's tables."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

from .conftest import Adapters, copy_replica, write_csv

SOURCE = "qualtrics"
OWN = [
    "StartDate", "EndDate", "Status", "IPAddress", "Progress", "Duration (in seconds)", "Finished",
    "RecordedDate", "ResponseId", "RecipientLastName", "RecipientFirstName", "RecipientEmail",
    "ExternalReference", "LocationLatitude", "LocationLongitude", "DistributionChannel",
    "UserLanguage",
]  # fmt: skip
RELATIONSHIP = ["Q1_NPS_GROUP", "Q1", "Q2", "Q3_1", "Q3_4_TEXT", "Q9", "plan", "Q3_DO_1"]
QUESTIONS = [
    {
        "survey_id": "SV_relationship1",
        "question_id": question_id,
        "wording": question_id,
        "metric": metric,
        "scale_minimum": lowest,
        "scale_maximum": highest,
        "direction": None if lowest is None else "higher_is_better",
        "owner_team": "customer_insight",
        "is_redundant_with_crm": False,
    }
    for question_id, metric, lowest, highest in [
        ("Q1", "NPS", 0, 10),
        ("Q2", "comment", None, None),
        ("Q3_1", "CSAT", 1, 5),
    ]
] + [
    {
        "survey_id": "support",
        "question_id": "Q1",
        "wording": "How easy was it?",
        "metric": "CES",
        "scale_minimum": 1,
        "scale_maximum": 7,
        "direction": "higher_is_better",
        "owner_team": "support",
        "is_redundant_with_crm": False,
    }
]
VARIABLES = {"external_id_types": {"qualtrics": "crm_account_id"}}
SEEDS = {
    "survey_questions": QUESTIONS,
    "embedded_fields": [{"survey_id": "*", "field_name": "plan", "description": "Plan"}],
    # For this one question "agree" is less than elsewhere on a scale of seven.
    "answer_choices": [
        {"survey_id": "support", "question_id": "Q1", "choice_text": "agree", "score": 5.5}
    ],
}


def response(number: int, answers: list[object], **other: object) -> list[object]:
    """Give one row of an export; what is not said is ordinary."""
    values: dict[str, object] = {
        "StartDate": "2026-05-14 09:10:00",
        "EndDate": "2026-05-14 09:12:30",
        "Status": "0",
        "IPAddress": "192.0.2.7",
        "Progress": 100,
        "Duration (in seconds)": 150,
        "Finished": "1",
        "RecordedDate": "2026-05-14 09:12:33",
        "ResponseId": f"R_{number}",
        "DistributionChannel": "email",
        "UserLanguage": "EN",
    } | other
    return [*(values.get(name) for name in OWN), *answers]


def headed(columns: list[str], rows: list[list[object]]) -> list[list[object]]:
    """Put the second and third header row in front of the rows, as the vendor writes them."""
    texts = [f"Text of {name}, with a\nline break" for name in columns]
    ids = [json.dumps({"ImportId": name}) for name in [*OWN, *columns]]
    return [[*OWN, *texts], [*ids], *rows]


def land(folder: Path) -> None:
    numbers = [
        response(
            1, [2, 9, "Great, 10/10", 4, "the app", "yes", "pro", 2],
            RecipientEmail=" Ada@Example.com ", ExternalReference="acme-7",
        ),
        response(2, [1, 3, "10", 9, None, None, "free", 1], DistributionChannel="anonymous"),
        response(3, [2, 10, "a preview", 5, None, None, None, 1], Status="1"),
        response(4, [2, 10, "a test", 5, None, None, None, 1], Status="2"),
        response(5, [2, 10, "spam", 5, None, None, None, 1], Status="8"),
        response(6, [1, 0, None, 9, None, None, None, 1], Finished="0", Progress=40),
        response(7, [1, 5, None, 2, None, None, None, 1], RecordedDate="14.05.2026"),
        response(8, [1, 5, None, 2, None, None, None, 1], Progress=140),
        response(9, [1, 5, None, 2, None, None, None, 1], ResponseId=None),
    ]  # fmt: skip
    write_csv(
        folder / "responses" / "SV_relationship1" / "Relationship_May 14, 2026_09.20.csv",
        [*OWN, *RELATIONSHIP],
        headed(RELATIONSHIP, numbers),
    )
    later = [
        response(2, [1, 3, "10", 5, None, None, "free", 1, "new"], DistributionChannel="anonymous")
    ]
    write_csv(
        folder / "responses" / "SV_relationship1" / "Relationship_edited.csv",
        [*OWN, *RELATIONSHIP, "Q10"],
        headed([*RELATIONSHIP, "Q10"], later),
    )
    words = [
        response(
            21, ["Somewhat agree"], Status="IP Address", Finished="True",
            DistributionChannel="qr", RecipientEmail="ben@example.com",
        ),
        response(22, ["Hard to say"], Status="IP Address", Finished="True"),
        response(23, ["Agree"], Status="Survey Preview", Finished="True"),
        response(24, [" Agree "], Status="IP Address", Finished="True"),
    ]  # fmt: skip
    write_csv(folder / "responses" / "support.csv", [*OWN, "Q1"], headed(["Q1"], words))
    tables = [
        "survey_response", "question_response", "question", "question_option", "distribution",
        "distribution_contact", "directory_contact", "core_contact",
        "contact_mailing_list_membership",
    ]  # fmt: skip
    copy_replica(folder, "dbt_qualtrics", {f"{name}.csv": f"{name}/{name}.csv" for name in tables})
    replicate(folder)


def replicate(folder: Path) -> None:
    """Write a small replica whose rows belong together, which the vendor's samples do not."""
    write_csv(
        folder / "survey_response" / "own.csv",
        [
            "id", "survey_id", "status", "finished", "recorded_date", "distribution_channel",
            "recipient_email", "last_modified_date",
        ],
        [
            ["R_own", "SV_relationship1", 0, 1, "2026-05-20 10:00:00", "sms", None,
             "2026-05-20 10:00:00"],
            ["R_1", "SV_relationship1", 0, 1, "2026-05-14 09:12:33", "email", None,
             "2026-05-14 09:12:33"],
        ],
    )  # fmt: skip
    write_csv(
        folder / "question_response" / "own.csv",
        [
            "_fivetran_id", "response_id", "question_id", "sub_question_key",
            "question_option_key", "value", "text",
        ],
        [
            ["a", "R_own", "QID1", None, None, 7, None],
            ["b", "R_own", "QID2", None, None, None, "Slow again"],
            ["c", "R_own", "QID3", 1, 2, None, None],
            ["d", "R_1", "QID1", None, None, 0, None],
        ],
    )  # fmt: skip
    write_csv(
        folder / "question" / "own.csv",
        ["id", "survey_id", "data_export_tag", "question_type", "_fivetran_deleted"],
        [
            ["QID1", "SV_relationship1", "Q1", "MC", "false"],
            ["QID2", "SV_relationship1", "Q2", "TE", "false"],
            ["QID3", "SV_relationship1", "Q3", "Matrix", "false"],
        ],
    )
    write_csv(
        folder / "question_option" / "own.csv",
        ["key", "question_id", "survey_id", "recode_value", "text"],
        [[2, "QID3", "SV_relationship1", 4, "Somewhat satisfied"]],
    )
    write_csv(
        folder / "distribution" / "own.csv",
        ["id", "survey_link_survey_id", "request_type", "send_date"],
        [
            ["EMD_1", "SV_relationship1", "Invite", "2026-05-19 08:00:00"],
            ["EMD_2", "SV_relationship1", "Reminder", "2026-05-21 08:00:00"],
        ],
    )
    write_csv(
        folder / "distribution_contact" / "own.csv",
        [
            "distribution_id", "contact_id", "sent_at", "opened_at", "response_started_at",
            "response_completed_at", "response_id", "status", "survey_link",
        ],
        [
            ["EMD_1", "CID_1", "2026-05-19 08:00:00", "2026-05-20 09:58:00",
             "2026-05-20 09:59:00", "2026-05-20 10:00:00", "R_own", "SurveyFinished", "x"],
            ["EMD_1", "CID_2", "2026-05-19 08:00:00", None, None, None, None, "HardBounce", "y"],
            ["EMD_2", "CID_2", "2026-05-21 08:00:00", None, None, None, None, "HardBounce", "y"],
        ],
    )  # fmt: skip
    write_csv(
        folder / "directory_contact" / "own.csv",
        [
            "id", "email", "phone", "ext_ref", "first_name", "last_name", "creation_date",
            "last_modified", "directory_unsubscribed", "directory_unsubscribe_date",
        ],
        [
            ["CID_1", "Cleo@Example.com", "+44 20 7946 0999", "acme-9", "Cleo", "Okafor",
             "2026-01-02 00:00:00", "2026-01-02 00:00:00", "false", None],
            ["CID_2", "dan@example.com", None, None, "Dan", None,
             "2026-01-02 00:00:00", "2026-05-22 00:00:00", "true", "2026-05-22 00:00:00"],
        ],
    )  # fmt: skip


def test_numbers_are_scores_words_are_comments_and_a_later_export_holds(adapters: Adapters) -> None:
    assert adapters.rows(
        "select question_id, metric, score, is_on_scale from core.fct_survey_answers"
        " where response_id in ('qualtrics:R_1', 'qualtrics:R_2') order by response_id, question_id"
    ) == [
        ("Q1", "NPS", 9, True),
        ("Q2", "comment", None, None),
        ("Q3_1", "CSAT", 4, True),
        ("Q3_4_TEXT", None, None, None),
        ("Q9", None, None, None),
        ("Q1", "NPS", 3, True),
        ("Q10", None, None, None),
        ("Q2", "comment", None, None),
        ("Q3_1", "CSAT", 5, True),
    ]
    assert adapters.rows(
        "select comment_text, feedback_kind, is_solicited, channel_id, occurred_at"
        " from core.fct_feedback where survey_id = 'SV_relationship1'"
        " and response_id in ('qualtrics:R_1', 'qualtrics:R_2') order by comment_text"
    ) == [
        ("10", "direct", True, "web", datetime(2026, 5, 14, 9, 12, 33)),
        ("Great, 10/10", "direct", True, "email", datetime(2026, 5, 14, 9, 12, 33)),
        ("the app", "direct", True, "email", datetime(2026, 5, 14, 9, 12, 33)),
    ]


def test_a_score_off_the_scale_is_kept_and_counts_for_nothing(adapters: Adapters) -> None:
    assert adapters.rows(
        "select question_id, score, is_on_scale from core.fct_survey_answers"
        " where response_id = 'qualtrics:R_6' order by question_id"
    ) == [("Q1", 0, True), ("Q3_1", 9, False)]


def test_previews_tests_and_spam_stay_out_and_partial_answers_stay_in(adapters: Adapters) -> None:
    assert adapters.rows(
        "select respondent_kind, count(*) from staging.base_qualtrics__responses"
        " where survey_id in ('SV_relationship1', 'support') group by all order by all"
    ) == [("customer", 7), ("preview", 2), ("spam", 1), ("test", 1)]
    answered = adapters.rows(
        "select distinct response_id from core.fct_survey_answers"
        " where survey_id in ('SV_relationship1', 'support') order by all"
    )
    assert [name for (name,) in answered] == [
        f"qualtrics:R_{name}" for name in ("1", "2", "21", "22", "24", "6", "own")
    ]


def test_bad_rows_are_quarantined_and_the_rest_of_the_file_stays(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "responses") == [
        ("progress", "out_of_range"),
        ("recorded_at", "bad_type"),
        ("response_id", "missing_value"),
    ]
    load = adapters.loads["qualtrics__responses"]
    assert (load.rows_in, load.rows_loaded, load.rows_quarantined) == (14, 11, 3)


def test_words_become_scores_by_question_or_scale_and_unknown_ones_are_reported(
    adapters: Adapters,
) -> None:
    assert adapters.rows(
        "select response_id, score, channel_id from core.fct_survey_answers"
        " where survey_id = 'support' order by all"
    ) == [
        ("qualtrics:R_21", 5, "qr"),
        ("qualtrics:R_22", None, "email"),
        ("qualtrics:R_24", 5.5, "email"),
    ]
    assert adapters.warnings["assert_every_scored_question_has_a_score"] >= 1


def test_unknown_questions_are_reported_and_embedded_fields_are_none(adapters: Adapters) -> None:
    assert adapters.warnings["assert_every_survey_question_is_registered"] >= 2
    names = adapters.rows(
        "select distinct question_id from core.fct_survey_answers"
        " where survey_id = 'SV_relationship1' and metric is null order by all"
    )
    assert names == [("Q10",), ("Q3_4_TEXT",), ("Q9",)]
    assert adapters.row(
        "select count(*) from raw.qualtrics__responses"
        " where json_extract_string(_extra, '$.plan') = 'pro'"
    ) == (1,)


def test_replica_names_questions_as_exports_do_and_never_counts_twice(adapters: Adapters) -> None:
    assert adapters.rows(
        "select question_id, score, channel_id, invitation_id from core.fct_survey_answers"
        " where response_id = 'qualtrics:R_own' order by question_id"
    ) == [
        ("Q1", 7, "sms", "qualtrics:EMD_1:CID_1"),
        ("Q2", None, "sms", "qualtrics:EMD_1:CID_1"),
        ("Q3_1", 4, "sms", "qualtrics:EMD_1:CID_1"),
    ]
    assert adapters.rows(
        "select score from core.fct_survey_answers"
        " where response_id = 'qualtrics:R_1' and question_id = 'Q1'"
    ) == [(9,)]


def test_invitations_are_first_messages_with_how_far_they_got(adapters: Adapters) -> None:
    assert adapters.rows(
        "select invitation_id, channel_id, completed_at, is_bounced"
        " from core.fct_survey_invitations where survey_id = 'SV_relationship1' order by all"
    ) == [
        ("qualtrics:EMD_1:CID_1", "email", datetime(2026, 5, 20, 10), False),
        ("qualtrics:EMD_1:CID_2", "email", None, True),
    ]


def test_persons_are_known_by_mail_own_id_and_personal_link(adapters: Adapters) -> None:
    keys = adapters.rows(
        "select identity_type, identity_value from staging.stg_qualtrics__identities"
        " where source_record_id in ('response:R_1', 'response:R_own') order by all"
    )
    assert keys == [
        ("crm_account_id", "acme-7"),
        ("email", "ada@example.com"),
        ("qualtrics_contact_id", "CID_1"),
    ]
    assert adapters.row(
        "select count(*) from staging.stg_qualtrics__identities"
        " where source_record_id = 'response:R_2'"
    ) == (0,)
    assert adapters.rows(
        "select consent_id, purpose, is_granted, updated_at from core.fct_consents"
        " where consent_id = 'qualtrics:CID_2:directory'"
    ) == [("qualtrics:CID_2:directory", "survey", False, datetime(2026, 5, 22))]


def test_every_row_of_the_vendors_replica_is_accounted_for(
    adapters: Adapters, replica: None
) -> None:
    load = adapters.loads["qualtrics__survey_response"]
    assert load.rows_in == 7
    assert load.rows_loaded + load.rows_quarantined + load.rows_duplicate == load.rows_in
    assert not load.failed_files
    assert adapters.rows(
        "select response_id, survey_id, is_finished, channel_id"
        " from staging.base_qualtrics__responses where response_id = 'R_2DUphVbjGZGkvkg'"
    ) == [("R_2DUphVbjGZGkvkg", "SV_6Jcja72TpOiHjdX", False, "web")]
    assert all(
        not load.failed_files
        for table, load in adapters.loads.items()
        if table.startswith("qualtrics__")
    )
