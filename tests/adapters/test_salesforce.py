"""Salesforce: the CSV files of a data export, and a replication tool's tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from .conftest import Adapters, copy_replica, write_csv

SOURCE = "salesforce"
REPLICA = "dbt_salesforce_source"
SAMPLES = {
    "sf_account_data.csv": "accounts/replica.csv",
    "sf_account_history_data.csv": "accounts/replica_history.csv",
    "sf_contact_data.csv": "contacts/replica.csv",
    "sf_opportunity_data.csv": "opportunities/replica.csv",
    "sf_task_data.csv": "tasks/replica.csv",
    "sf_event_data.csv": "events/replica.csv",
    "sf_user_data.csv": "users/replica.csv",
}


def long_id(short: str) -> str:
    """Return the long form of an id by the rule: five letters, capital or not, make one more."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    groups = [short[start : start + 5] for start in (0, 5, 10)]
    return short + "".join(
        letters[sum(1 << place for place, letter in enumerate(group) if letter.isupper())]
        for group in groups
    )


ACME_SHORT, BRIO_SHORT = "001Aa00000AcMe1", "001bB00000bRiO2"
ACME, BRIO, MERGED = long_id(ACME_SHORT), long_id(BRIO_SHORT), long_id("001cC00000OlD03")
ADA, BEN = long_id("003Aa00000aDa01"), long_id("003Bb00000bEn02")
AGENT, QUEUE = long_id("005Aa00000aGe01"), long_id("00GAa00000QuE01")
CASE = "500Aa00000CaSe1"


def land(folder: Path) -> None:
    land_accounts(folder)
    land_sales(folder)
    land_cases(folder)
    copy_replica(folder, REPLICA, SAMPLES)


def land_accounts(folder: Path) -> None:
    header = [
        "Id", "IsDeleted", "MasterRecordId", "Name", "Type", "Phone", "AccountNumber", "Industry",
        "NumberOfEmployees", "BillingCountryCode", "OwnerId", "IsPersonAccount", "PersonEmail",
        "PersonHasOptedOutOfEmail", "CreatedDate", "SystemModstamp", "Region__c",
    ]  # fmt: skip
    write_csv(
        folder / "Account.csv",
        header,
        [
            [ACME, 0, None, "Acme\r\nHoldings", "Customer", "+44 (0)20 7946 0100", "C-17",
             "Energy", 260, "GB", AGENT, 0, None, 0, "2025-01-10T09:00:00.000Z",
             "2026-05-01T10:00:00.000Z", "North"],
            [BRIO, "false", None, "Cora Dale", "Customer", None, None, None, None, "DE", AGENT,
             "true", " Cora@Brio.example ", "true", "2025-02-01T09:00:00.000Z",
             "2026-05-02T10:00:00.000Z", None],
            [MERGED, "true", ACME, "Acme (old)", None, None, None, None, None, None, AGENT,
             "false", None, "false", "2024-01-01T09:00:00.000Z", "2026-05-03T10:00:00.000Z", None],
            # A spreadsheet has been at this id.
            ["1.5E+17", "false", None, "Broken", None, None, None, None, None, None, None,
             "false", None, "false", "2025-01-10T09:00:00.000Z", "2026-05-01T10:00:00.000Z", None],
            [long_id("001dD00000Sta04"), "false", None, "Stale", None, None, None, None, -3, None,
             None, "false", None, "false", "2025-01-10T09:00:00.000Z", "2026-05-01T10:00:00.000Z",
             None],
        ],
    )  # fmt: skip
    # A report names the account by its short id, and knows less than the export after it.
    write_csv(
        folder / "accounts" / "report.csv",
        ["Id", "Name", "CreatedDate", "SystemModstamp"],
        [[ACME_SHORT, "Acme before", "2025-01-10T09:00:00.000Z", "2026-01-01T10:00:00.000Z"]],
    )
    write_csv(
        folder / "Contact.csv",
        [
            "Id", "IsDeleted", "AccountId", "FirstName", "LastName", "Email", "Phone",
            "MobilePhone", "Title", "HasOptedOutOfEmail", "CreatedDate", "SystemModstamp",
        ],
        [
            [ADA, "false", ACME_SHORT, "Ada", "Bell", "Ada@Acme.example", "ext. 12",
             "0044 7700 900123", "CTO", "true", "2025-01-11T09:00:00.000+0000",
             "2026-05-01T12:00:00.000+0200"],
            [BEN, "false", None, "Ben", None, None, None, None, None, "false",
             "2025-01-12 09:00:00", "2026-05-01 10:00:00"],
        ],
    )  # fmt: skip


def land_sales(folder: Path) -> None:
    write_csv(
        folder / "Opportunity.csv",
        [
            "Id", "IsDeleted", "AccountId", "StageName", "Type", "Amount", "CurrencyIsoCode",
            "CloseDate", "IsClosed", "IsWon", "LeadSource", "CreatedDate", "SystemModstamp",
        ],
        [
            [long_id("006Aa00000WoN01"), "false", ACME, "Closed Won", "New Business", "1200.50",
             "EUR", "2026-03-31", "true", "true", "Web", "2026-01-05T09:00:00.000Z",
             "2026-03-31T09:00:00.000Z"],
            [long_id("006Aa00000OpE02"), "false", ACME, "Proposal", None, None, "EUR",
             "2027-01-31", "false", "false", None, "2026-05-05T09:00:00.000Z",
             "2026-05-05T09:00:00.000Z"],
            [long_id("006Aa00000BaD03"), "false", ACME, "Proposal", None, "about 5k", "EUR",
             "2026-01-31", "false", "false", None, "2026-05-05T09:00:00.000Z",
             "2026-05-05T09:00:00.000Z"],
            [long_id("006Aa00000BaD04"), "false", ACME, None, None, None, "EUR", "2026-02-30",
             "false", "false", None, "2026-05-05T09:00:00.000Z", "2026-05-05T09:00:00.000Z"],
        ],
    )  # fmt: skip
    write_csv(
        folder / "Task.csv",
        ["Id", "WhoId", "AccountId", "OwnerId", "TaskSubtype", "Status", "IsClosed",
         "ActivityDate", "CompletedDateTime", "CallDurationInSeconds", "CreatedDate",
         "SystemModstamp"],
        [
            [long_id("00TAa00000CaL01"), ADA, ACME_SHORT, AGENT, "Call", "Completed", "true",
             "2026-04-02", "2026-04-02T15:30:00.000Z", 240, "2026-04-01T09:00:00.000Z",
             "2026-04-02T15:30:00.000Z"],
            [long_id("00TAa00000DuE02"), ADA, ACME, AGENT, "Call", "Not Started", "false",
             "2026-09-02", None, None, "2026-04-01T09:00:00.000Z", "2026-04-01T09:00:00.000Z"],
        ],
    )  # fmt: skip
    write_csv(
        folder / "Event.csv",
        ["Id", "WhoId", "AccountId", "OwnerId", "Type", "StartDateTime", "EndDateTime",
         "DurationInMinutes", "IsChild", "SystemModstamp"],
        [
            [long_id("00UAa00000MeT01"), ADA, ACME, AGENT, "Meeting", "2026-04-10T09:00:00.000Z",
             None, 45, "false", "2026-04-01T09:00:00.000Z"],
            [long_id("00UAa00000MeT02"), BEN, ACME, AGENT, "Meeting", "2026-04-10T09:00:00.000Z",
             None, 45, "true", "2026-04-01T09:00:00.000Z"],
        ],
    )  # fmt: skip


def land_cases(folder: Path) -> None:
    write_csv(
        folder / "Case.csv",
        [
            "Id", "IsDeleted", "AccountId", "ContactId", "SuppliedEmail", "Status", "Priority",
            "Origin", "Reason", "OwnerId", "Description", "ClosedDate", "CreatedDate",
            "SystemModstamp",
        ],
        [
            [long_id(CASE), "false", ACME, ADA, "ada.home@mail.example", "Closed", "High",
             "Email", "Billing", AGENT, 'They said "wait",\nand I waited.',
             "2026-05-03T10:00:00.000Z", "2026-05-02T10:00:00.000Z", "2026-05-03T10:00:00.000Z"],
            [long_id("500Aa00000CaSe2"), "false", None, None, "new@mail.example", "New", "Low",
             "Phone", None, QUEUE, "Called about a bill", None, "2026-05-04T10:00:00.000Z",
             "2026-05-04T10:00:00.000Z"],
        ],
    )  # fmt: skip
    changes = [
        ["Status", "New", "Closed", "2026-05-02T12:00:00.000Z"],
        ["Status", "Closed", "Working", "2026-05-02T18:00:00.000Z"],
        ["Owner", "Queue of bills", "Gil Hart", "2026-05-02T11:00:00.000Z"],
        ["Owner", QUEUE, AGENT, "2026-05-02T11:00:00.000Z"],
    ]
    write_csv(
        folder / "CaseHistory.csv",
        ["Id", "IsDeleted", "CaseId", "CreatedById", "CreatedDate", "Field", "OldValue",
         "NewValue"],
        [
            [long_id(f"017Aa00000ChA0{n}"), "false", CASE, AGENT, at, field, old, new]
            for n, (field, old, new, at) in enumerate(changes)
        ],
    )  # fmt: skip
    write_csv(
        folder / "User.csv",
        ["Id", "IsActive", "Department", "SystemModstamp"],
        [[AGENT, "true", "Billing desk", "2026-01-01T00:00:00.000Z"]],
    )


def test_account_of_both_ids_is_one_and_the_latest(adapters: Adapters) -> None:
    assert adapters.row(
        "select account_name, customer_key_type, customer_key, is_organisation, size_band,"
        " country from staging.stg_salesforce__accounts where account_id = ?",
        ACME,
    ) == ("Acme\r\nHoldings", "crm_account_id", ACME, True, "250-999", "GB")


def test_merged_account_is_gone_and_its_deletion_counted(adapters: Adapters) -> None:
    assert not adapters.rows("select 1 from raw.salesforce__accounts where account_id = ?", MERGED)
    assert adapters.rows(
        "select 1 from raw.salesforce__accounts__deleted where account_id = ?", MERGED
    )


def test_identifiers_of_account_and_contact_are_one_customer(adapters: Adapters) -> None:
    found = adapters.rows(
        "select identity_type, identity_value from core.int_customer_identities"
        " where customer_id = (select customer_id from core.int_customer_identities"
        " where identity_type = 'crm_account_id' and identity_value = ?)"
        " and identity_type in ('crm_account_id', 'crm_contact_id', 'crm_account_number', 'email')"
        " order by all",
        ACME,
    )
    assert set(found) >= {
        ("crm_account_id", ACME),
        ("crm_account_number", "C-17"),
        ("crm_contact_id", ADA),
        ("email", "ada.home@mail.example"),
        ("email", "ada@acme.example"),
    }


def test_telephones_are_as_typed_for_core_to_compare(adapters: Adapters) -> None:
    assert adapters.rows(
        "select source_record_id, identity_value from staging.stg_salesforce__identities"
        " where identity_type = 'phone' and source_record_id in (?, ?) order by all",
        f"account:{ACME}",
        f"contact:{ADA}",
    ) == [
        (f"account:{ACME}", "+44 (0)20 7946 0100"),
        (f"contact:{ADA}", "0044 7700 900123"),
        (f"contact:{ADA}", "ext. 12"),
    ]


def test_open_deal_has_no_close_and_won_one_has(adapters: Adapters) -> None:
    assert adapters.rows(
        "select stage, amount, currency, closed_at, is_won, lead_channel"
        " from staging.stg_salesforce__opportunities where customer_key = ? order by created_at",
        ACME,
    ) == [
        ("Closed Won", pytest.approx(1200.50), "EUR", datetime(2026, 3, 31), True, "Web"),
        ("Proposal", None, "EUR", None, None, None),
    ]


def test_case_is_a_ticket_with_its_history(adapters: Adapters) -> None:
    assert adapters.rows(
        "select customer_key, opened_at, solved_at, channel_id, reason, priority, status, team,"
        " reopen_count, transfer_count from staging.stg_salesforce__tickets order by opened_at"
    ) == [
        (ACME, datetime(2026, 5, 2, 10), datetime(2026, 5, 3, 10), "email", "Billing", "high",
         "closed", "Billing desk", 1, 1),
        ("new@mail.example", datetime(2026, 5, 4, 10), None, "phone", None, "low", "new", None,
         None, None),
    ]  # fmt: skip
    assert adapters.rows(
        "select event_type, status from staging.stg_salesforce__ticket_events order by occurred_at"
    ) == [("transferred", None), ("status", "closed"), ("reopened", "working")]


def test_only_the_words_of_customers_are_feedback(adapters: Adapters) -> None:
    assert adapters.rows(
        "select comment_text, channel_id, is_solicited from staging.stg_salesforce__feedback"
    ) == [('They said "wait",\nand I waited.', "email", False)]


def test_interactions_are_what_was_done_once(adapters: Adapters) -> None:
    assert adapters.rows(
        "select event_name, customer_key, occurred_at, ended_at, duration_seconds, touchpoint_id"
        " from staging.stg_salesforce__interactions as staged"
        " left join reference.touchpoint_events using (source_name, event_name)"
        " where customer_key = ? order by occurred_at",
        ACME,
    ) == [
        ("task_call", ACME, datetime(2026, 4, 2, 15, 30), None, 240.0, "sales_contact"),
        ("event_meeting", ACME, datetime(2026, 4, 10, 9), datetime(2026, 4, 10, 9, 45), None,
         "sales_contact"),
    ]  # fmt: skip


def test_opt_outs_are_refusals_and_nothing_else_is_consent(adapters: Adapters) -> None:
    assert adapters.rows(
        "select customer_key_type, customer_key, purpose, is_granted, updated_at"
        " from staging.stg_salesforce__consents order by all"
    ) == [
        ("crm_account_id", BRIO, "marketing", False, datetime(2026, 5, 2, 10)),
        ("crm_contact_id", ADA, "marketing", False, datetime(2026, 5, 1, 10)),
    ]


def test_bad_rows_are_quarantined_with_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "accounts") == [
        ("account_id", "bad_pattern"),
        ("employee_count", "out_of_range"),
    ]
    # Of several faults of a row the first is named.
    assert adapters.quarantined(SOURCE, "opportunities") == [
        ("amount", "bad_type"),
        ("stage_name", "missing_value"),
    ]


def test_unknown_field_is_kept_beside(adapters: Adapters) -> None:
    assert adapters.row(
        "select json_extract_string(_extra, '$.Region__c') from raw.salesforce__accounts"
        " where account_id = ?",
        ACME,
    ) == ("North",)


@pytest.mark.usefixtures("replica")
def test_replica_gives_the_same_streams(adapters: Adapters) -> None:
    assert adapters.rows(
        "select account_id, account_name from staging.stg_salesforce__accounts"
        " where account_id = '0015500000Xyy06AAB'"
    ) == [("0015500000Xyy06AAB", "Eric's Test")]
    # Nine of the ten accounts and all ten deals of the samples are marked as deleted.
    assert not adapters.rows(
        "select 1 from staging.stg_salesforce__accounts where account_name = 'Seinfeld'"
    )
    # Two of the four contacts have ids that scrambling made too short.
    assert adapters.row(
        "select count(*) from staging.stg_salesforce__contacts where contact_id not in (?, ?)",
        ADA,
        BEN,
    ) == (2,)
    assert adapters.quarantined(SOURCE, "contacts") == [("contact_id", "bad_pattern")] * 2
    counts = adapters.rows(
        "select event_name, count(*) from staging.stg_salesforce__interactions"
        " where occurred_at = timestamp '2019-11-11 17:23:34' group by all order by all"
    )
    assert sum(count for _, count in counts) == 20
    assert not [
        file
        for table, load in adapters.loads.items()
        for file in load.failed_files
        if table.startswith("salesforce__")
    ]
