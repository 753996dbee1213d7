"""HubSpot: exports of the user interface, answers of the API, and a replication tool's tables."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from .conftest import Adapters, copy_replica, write_csv, write_json

SOURCE = "hubspot"
REPLICA = "dbt_hubspot"
SAMPLES = {
    "contact_data.csv": "contacts/replica.csv",
    "company_data.csv": "companies/replica.csv",
    "deal_data.csv": "deals/replica.csv",
    "deal_pipeline_stage_data.csv": "deal_stages/replica.csv",
    "deal_contact_data.csv": "deal_contacts/replica.csv",
    "deal_company_data.csv": "deal_companies/replica.csv",
    "ticket_data.csv": "tickets/replica.csv",
    "ticket_pipeline_stage_data.csv": "ticket_stages/replica.csv",
    "ticket_contact_data.csv": "ticket_contacts/replica.csv",
    "ticket_company_data.csv": "ticket_companies/replica.csv",
    "email_event_data.csv": "email_events/replica.csv",
    "email_event_status_change_data.csv": "email_status_changes/replica.csv",
    "engagement_call_data.csv": "activities/replica_calls.csv",
    "engagement_meeting_data.csv": "activities/replica_meetings.csv",
    "engagement_note_data.csv": "activities/replica_notes.csv",
    "engagement_contact_data.csv": "activity_contacts/replica.csv",
    "engagement_company_data.csv": "activity_companies/replica.csv",
}
OPENED = 1_778_750_000_000  # 2026-05-14 09:13:20 UTC


def land(folder: Path) -> None:
    land_people(folder)
    land_deals(folder)
    land_tickets(folder)
    land_contacts_made(folder)
    copy_replica(folder, REPLICA, SAMPLES)


def land_people(folder: Path) -> None:
    write_csv(
        folder / "hubspot-crm-exports-all-contacts-2026-06-30.csv",
        [
            "Record ID", "First Name", "Last Name", "Email", "Phone Number", "Lifecycle Stage",
            "Unsubscribed from all email", "Associated Company IDs", "Create Date",
            "Last Modified Date", "Favourite colour",
        ],
        [
            ["501", "Ada", "Bell", " Ada@Acme.example", "+44 20 7946 0100", "Customer", "Yes",
             "9001;9002", "2026-01-05 10:30", "2026-06-01 08:00", "green"],
            ["502", "Cora", None, "cora@home.example", None, "Customer", None, None,
             "2026-01-06 10:30", "2026-06-01 08:00", None],
            ["503", "Dov", None, "dov@home.example", None, "Subscriber", None, None,
             "2026-01-07 10:30", "2026-06-01 08:00", None],
            ["row 4", "Eve", None, None, None, None, None, None, "2026-01-07 10:30",
             "2026-06-01 08:00", None],
            ["505", "Fay", None, None, None, None, "maybe", None, "2026-01-07 10:30",
             "2026-06-01 08:00", None],
            ["506", "Fay", None, None, None, None, None, None, "07/01/2026", "2026-06-01 08:00",
             None],
        ],
    )  # fmt: skip
    write_json(
        folder / "contacts" / "page.json",
        {
            "results": [
                {
                    "id": "601",
                    "properties": {
                        "email": "gil@acme.example",
                        "firstname": "Gil",
                        "lastname": "Hart",
                        "associatedcompanyid": "9001",
                        "hs_merged_object_ids": "602;603",
                        "createdate": "2026-02-01T09:00:00.000Z",
                        "lastmodifieddate": "2026-06-02T09:00:00Z",
                    },
                    "archived": False,
                },
                {
                    "id": "503",
                    "properties": {"lastmodifieddate": "2026-06-09T09:00:00Z"},
                    "archived": True,
                },
            ],
            "paging": {"next": {"after": "603"}},
        },
    )
    write_csv(
        folder / "hubspot-crm-exports-all-companies-2026-06-30.csv",
        ["Record ID", "Company name", "Number of Employees", "Country/Region", "Company owner",
         "Create Date", "Last Modified Date"],
        [["9001", "Acme", "1,200", "Germany", "Ira Jay", "2026-01-01 09:00", "2026-06-01 09:00"],
         ["9002", "Acme Sub", 12, "Germany", None, "2026-01-02 09:00", "2026-06-01 09:00"]],
    )  # fmt: skip


def land_deals(folder: Path) -> None:
    write_csv(
        folder / "hubspot-crm-exports-all-deals-2026-06-30.csv",
        ["Record ID", "Deal Stage", "Amount", "Currency", "Deal Type", "Close Date",
         "Associated Company IDs", "Create Date", "Last Modified Date"],
        [
            ["701", "Closed Won (Sales)", "1,250.00", "EUR", "newbusiness", "2026-04-01 12:00",
             "9001", "2026-02-01 09:00", "2026-04-01 12:00"],
            ["702", "Closed lost", None, "EUR", None, "2026-04-02 12:00", "9001",
             "2026-02-02 09:00", "2026-04-02 12:00"],
            ["703", "Qualified", None, None, None, "2026-12-01 12:00", None, "2026-02-03 09:00",
             "2026-04-02 12:00"],
            ["704", "Qualified", "a lot", None, None, None, None, "2026-02-03 09:00",
             "2026-04-02 12:00"],
        ],
    )  # fmt: skip
    write_csv(
        folder / "deals" / "tool.csv",
        ["deal_id", "is_deleted", "deal_pipeline_stage_id", "property_amount",
         "property_createdate", "property_closedate", "_fivetran_synced"],
        [["705", "false", "s-won", "300", "2026-02-04 09:00:00", "2026-05-01 00:00:00",
          "2026-06-01 00:00:00"]],
    )  # fmt: skip
    write_csv(
        folder / "deal_stages" / "tool.csv",
        ["stage_id", "label", "is_closed", "closed_won"],
        [["s-won", "Signed", "true", "true"]],
    )
    write_csv(
        folder / "deal_contacts" / "tool.csv",
        ["deal_id", "contact_id", "type_id"],
        [["703", "502", "3"], ["703", "502", "4"], ["705", "502", "3"]],
    )


def land_tickets(folder: Path) -> None:
    write_csv(
        folder / "hubspot-crm-exports-all-tickets-2026-06-30.csv",
        ["Ticket ID", "Ticket status", "Priority", "Category", "Source", "Ticket owner",
         "Ticket description", "Create date", "Close date", "First agent response date",
         "Associated Contact IDs", "Last Modified Date"],
        [
            ["801", "Closed", "HIGH", "BILLING_ISSUE", "EMAIL", "Ira Jay", "Charged twice, why?",
             "2026-05-01 10:00", "2026-05-02 10:00", "2026-05-01 11:30", "501",
             "2026-05-02 10:00"],
            ["802", "New", None, None, "PHONE", None, "Caller asks for a copy",
             "2026-05-03 10:00", None, None, "502", "2026-05-03 10:00"],
            ["803", "New", None, None, "FORM", None, None, "soon", None, None, None,
             "2026-05-03 10:00"],
        ],
    )  # fmt: skip


def land_contacts_made(folder: Path) -> None:
    write_json(
        folder / "email_events" / "page.json",
        {
            "hasMore": False,
            "events": [
                {"id": f"e{n}", "type": kind, "recipient": "Ada@Acme.example", "created": OPENED,
                 "emailCampaignId": 44, "filteredEvent": kind == "CLICK",
                 "portalSubscriptionStatus": status}
                for n, (kind, status) in enumerate(
                    [("SENT", None), ("OPEN", None), ("CLICK", None),
                     ("STATUSCHANGE", "UNSUBSCRIBED"), ("STATUSCHANGE", "SUBSCRIBED"),
                     ("SPAMREPORT", None)]
                )
            ],
        },
    )  # fmt: skip
    write_json(
        folder / "activities" / "page.json",
        {
            "results": [
                {
                    "engagement": {"id": 901, "type": "CALL", "timestamp": OPENED, "ownerId": 7,
                                   "lastUpdated": OPENED},
                    "associations": {"contactIds": [501], "companyIds": [9001]},
                    "metadata": {"durationMilliseconds": 90000},
                },
                {
                    "engagement": {"id": 902, "type": "NOTE", "timestamp": OPENED,
                                   "lastUpdated": OPENED},
                    "associations": {"contactIds": [501], "companyIds": []},
                    "metadata": {"body": "Remember the cake"},
                },
            ]
        },
    )  # fmt: skip


def test_companies_and_lone_customers_are_accounts(adapters: Adapters) -> None:
    assert adapters.rows(
        "select account_id, account_name, is_organisation, country, size_band, customer_key_type"
        " from staging.stg_hubspot__accounts"
        " where account_id in ('9001', '9002', 'contact:502', 'contact:503') order by account_id"
    ) == [
        ("9001", "Acme", True, "Germany", "1000+", "crm_account_id"),
        ("9002", "Acme Sub", True, "Germany", "10-49", "crm_account_id"),
        ("contact:502", "Cora", False, None, None, "crm_contact_id"),
    ]


def test_archived_contact_is_gone_when_a_later_page_says_so(adapters: Adapters) -> None:
    assert adapters.rows(
        "select contact_id, full_name, email, customer_key_type, customer_key, created_at"
        " from staging.stg_hubspot__contacts where contact_id in ('501', '503', '601')"
        " order by contact_id"
    ) == [
        ("501", "Ada Bell", "ada@acme.example", "crm_account_id", "9001",
         datetime(2026, 1, 5, 10, 30)),
        ("601", "Gil Hart", "gil@acme.example", "crm_account_id", "9001",
         datetime(2026, 2, 1, 9)),
    ]  # fmt: skip


def test_merged_contacts_are_ids_of_one_person(adapters: Adapters) -> None:
    assert adapters.rows(
        "select identity_type, identity_value from staging.stg_hubspot__identities"
        " where source_record_id = 'contact:601' order by all"
    ) == [
        ("crm_account_id", "9001"),
        ("crm_contact_id", "601"),
        ("crm_contact_id", "602"),
        ("crm_contact_id", "603"),
        ("email", "gil@acme.example"),
    ]


def test_deals_are_judged_by_stage_of_either_shape(adapters: Adapters) -> None:
    assert adapters.rows(
        "select opportunity_id, stage, amount, closed_at, is_won, customer_key_type, customer_key"
        " from staging.stg_hubspot__opportunities"
        " where opportunity_id in ('701', '702', '703', '705') order by opportunity_id"
    ) == [
        ("701", "Closed Won (Sales)", 1250, datetime(2026, 4, 1, 12), True, "crm_account_id",
         "9001"),
        ("702", "Closed lost", None, datetime(2026, 4, 2, 12), False, "crm_account_id", "9001"),
        ("703", "Qualified", None, None, None, "crm_contact_id", "502"),
        ("705", "Signed", 300, datetime(2026, 5, 1), True, "crm_contact_id", "502"),
    ]  # fmt: skip


def test_ticket_carries_its_moments_and_customer(adapters: Adapters) -> None:
    assert adapters.row(
        "select customer_key, opened_at, first_replied_at, solved_at, channel_id, reason, priority,"
        " status from staging.stg_hubspot__tickets where ticket_id = '801'"
    ) == ("501", datetime(2026, 5, 1, 10), datetime(2026, 5, 1, 11, 30), datetime(2026, 5, 2, 10),
          "email", "billing_issue", "high", "closed")  # fmt: skip
    assert adapters.rows(
        "select feedback_id, comment_text from staging.stg_hubspot__feedback"
        " where feedback_id in ('801', '802')"
    ) == [("801", "Charged twice, why?")]


def test_interactions_are_calls_and_what_recipients_did(adapters: Adapters) -> None:
    assert adapters.rows(
        "select interaction_id, event_name, customer_key, occurred_at, duration_seconds"
        " from staging.stg_hubspot__interactions"
        " where interaction_id like 'email:e_' or interaction_id in"
        " ('activity:901', 'activity:902') order by all"
    ) == [
        ("activity:901", "call", "9001", datetime(2026, 5, 14, 9, 13, 20), 90.0),
        ("email:e1", "email_open", "ada@acme.example", datetime(2026, 5, 14, 9, 13, 20), None),
    ]


def test_consents_are_ticks_spam_and_changes(adapters: Adapters) -> None:
    assert adapters.rows(
        "select consent_id, is_granted from staging.stg_hubspot__consents"
        " where consent_id in ('contact:501', 'contact:502') or consent_id like 'email:e_'"
        " order by all"
    ) == [("contact:501", False), ("email:e3", False), ("email:e4", True), ("email:e5", False)]


def test_bad_rows_are_quarantined_with_reasons(adapters: Adapters) -> None:
    assert adapters.quarantined(SOURCE, "contacts") == [
        ("contact_id", "bad_pattern"),
        ("created_at", "bad_type"),
        ("has_opted_out", "bad_type"),
    ]
    assert adapters.quarantined(SOURCE, "deals") == [("amount", "bad_type")]
    assert adapters.quarantined(SOURCE, "tickets") == [("created_at", "bad_type")]


@pytest.mark.usefixtures("replica")
def test_replica_gives_the_same_streams(adapters: Adapters) -> None:
    assert adapters.row(
        "select count(*) from staging.stg_hubspot__contacts where contact_id not in"
        " ('501', '502', '601')"
    ) == (22,)
    assert adapters.rows(
        "select identity_value from staging.stg_hubspot__identities"
        " where source_record_id = 'contact:78971951' and identity_type = 'crm_contact_id'"
        " order by all"
    ) == [("46897301",), ("76226001",), ("76340251",), ("78971951",)]
    assert adapters.row(
        "select opened_at, first_replied_at from staging.stg_hubspot__tickets"
        " where ticket_id = '307034542'"
    ) == (datetime(2021, 2, 16, 20, 31, 5), datetime(2021, 2, 17, 21, 59, 58))
    # Seven meetings are of January 1970: seconds that somebody took for milliseconds.
    assert adapters.row(
        "select count(*) from staging.stg_hubspot__interactions where event_name = 'meeting'"
    ) == (93,)
    assert adapters.quarantined(SOURCE, "activities") == [("happened_at", "out_of_range")] * 7
    assert adapters.row(
        "select customer_key_type, customer_key, occurred_at"
        " from staging.stg_hubspot__interactions where interaction_id = 'activity:19732910159'"
    ) == ("crm_contact_id", "501", datetime(2014, 8, 27, 20, 50, 44, 778000))
