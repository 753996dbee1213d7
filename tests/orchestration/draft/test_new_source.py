"""The command: from files to a folder that loads, parses and says what it lacks."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
import yaml
from dbt.cli.main import dbtRunner

from orchestration.extract.contracts import read_contracts, staging_streams
from orchestration.settings import DBT_PROJECT_DIR
from tests.dbt.conftest import environment
from tests.orchestration.draft.conftest import Drafter

ORDERS = (
    "order_id,customer_id,customer_email,order_date,status,total_amount,weight_g\n"
    "o1,c1,ann@example.com,2024-01-31 10:00:00,shipped,19.90,100\n"
    "o2,c2,bo@example.com,2024-02-13 11:00:00,created,5.00,200\n"
)
SURVEY = (
    "Submitted At;Score;Comment;Region\n"
    "31/01/2024 10:00;9;Fast and friendly staff;north\n"
    "01/02/2024 11:00;2;I waited for three weeks;south\n"
    "02/02/2024 11:00;;;south\n"
)
SURVEY_FLAGS = (
    "--constant", "survey_id=relationship", "--constant", "question_id=nps",
    "--constant", "feedback_kind=direct", "--constant", "is_solicited=true",
)  # fmt: skip
TICKETS = (
    "Ticket ID,Requester Email,Created At,Solved At,Priority,Status,Assignee\n"
    "t1,ann@example.com,2024-01-31T10:00:00Z,2024-02-01T09:00:00Z,high,closed,kim\n"
    "t2,bo@example.com,2024-02-02T10:00:00Z,,low,open,lee\n"
)


def test_orders_are_mapped_when_headers_are_near_the_canonical_names(drafter: Drafter) -> None:
    drafter.put("orders.csv", ORDERS)
    result = drafter.run()
    assert result.exit_code == 0, result.output
    view = drafter.written("stg_acme__orders.sql")
    assert re.findall(r"^    (.+?),?$", view, flags=re.MULTILINE)[1:] == [
        "'acme' as source_name",
        "order_id",
        "'acme_customer_id' as customer_key_type",
        "customer_id as customer_key",
        "order_date as ordered_at",
        "status",
        "total_amount",
    ]
    assert "-- Not mapped: customer_email, weight_g." in view
    assert "TODO: no time in the files says its zone" in drafter.written("_acme__sources.yml")
    assert "stg_acme__identities: 2 rows" in result.output


def test_todo_is_gone_when_the_zone_is_said(drafter: Drafter) -> None:
    drafter.put("orders.csv", ORDERS)
    drafter.run("--timezone", "Europe/London")
    contract = drafter.written("_acme__sources.yml")
    assert "timezone: Europe/London\n" in contract
    assert "says its zone" not in contract


def test_view_is_not_written_when_a_required_column_is_unknown(drafter: Drafter) -> None:
    drafter.put("survey.csv", SURVEY)
    result = drafter.run()
    assert drafter.files() == {"_acme__sources.yml"}
    assert "survey → survey_answers: NOT WRITTEN" in result.output
    assert "--constant survey_id=my_survey --constant question_id=nps" in result.output
    contract = drafter.written("_acme__sources.yml")
    assert "which also needs survey_id, question_id" in contract


def test_answers_and_comments_share_an_identity_when_the_file_has_no_id(drafter: Drafter) -> None:
    drafter.put("survey.csv", SURVEY)
    result = drafter.run(*SURVEY_FLAGS)
    assert result.exit_code == 0, result.output
    assert drafter.files() == {
        "_acme__sources.yml",
        *(f"{name}.{kind}" for name in (
            "base_acme__survey", "stg_acme__feedback", "stg_acme__survey_answers",
        ) for kind in ("sql", "yml")),
    }  # fmt: skip
    assert "stg_acme__survey_answers: 2 rows" in result.output
    assert "stg_acme__feedback: 2 rows" in result.output
    assert "1 of 3 sampled rows have no score; they are left out" in result.output
    assert "where score is not null" in drafter.written("stg_acme__survey_answers.sql")


def test_expression_fills_a_column_when_it_is_mapped(drafter: Drafter) -> None:
    drafter.put("survey.csv", SURVEY)
    result = drafter.run(
        *SURVEY_FLAGS, "--map", "feedback.touchpoint_id=lower(region)", "--map", "channel_id=Region"
    )
    assert result.exit_code == 0, result.output
    view = drafter.written("stg_acme__feedback.sql")
    assert "lower(region) as touchpoint_id" in view
    assert "region as channel_id" in view
    assert "-- Not mapped: nothing." in view


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--map", "touchpoint_id=regoin || 'x'"), "cannot be run: Binder Error"),
        (("--constant", "is_solicited=maybe"), "'maybe' is not one of true, false"),
        (("--constant", "feedback.rating=high"), "is not one of high"),
        (("--constant", "chanel_id=sms"), "did you mean 'channel_id'?"),
        (("--stream", "survey=feedbak"), "did you mean 'feedback'?"),
        (("--stream", "surwey=feedback"), "did you mean 'survey"),
        (("--stream", "survey"), "is no NAME=VALUE"),
        (("--dates", "ddmm"), "is not one of dmy, mdy, ymd"),
        (("--type", "score=number"), "is not one of string, integer"),
        (("--timezone", "London"), "is no IANA zone"),
        (("--map", "feedback.feedback_id='same'"), "share their identity"),
    ],
)
def test_nothing_is_written_when_a_flag_is_wrong(
    drafter: Drafter, flags: tuple[str, ...], message: str
) -> None:
    drafter.put("survey.csv", SURVEY)
    result = drafter.run(*SURVEY_FLAGS, *flags)
    assert result.exit_code == 1
    assert message in result.output
    assert not (drafter.output / "acme").exists()


@pytest.mark.parametrize("name", ["Acme", "9lives", "a__b", "a-b", ""])
def test_name_is_refused_when_no_folder_should_be_called_so(drafter: Drafter, name: str) -> None:
    drafter.put("orders.csv", ORDERS)
    result = drafter.run(name=name)
    assert result.exit_code == 1
    assert "is no name of a source" in result.output


@pytest.mark.parametrize("name", ["acme", "acme_shop_eu"])
def test_name_is_refused_when_it_would_change_what_another_means(
    drafter: Drafter, name: str
) -> None:
    drafter.put("orders.csv", ORDERS)
    assert drafter.run(name="acme_shop").exit_code == 0
    result = drafter.run(name=name)
    assert result.exit_code == 1
    assert "acme_shop begin alike" in result.output


def test_folder_is_kept_when_it_is_there_and_replaced_when_forced(drafter: Drafter) -> None:
    drafter.put("survey.csv", SURVEY)
    drafter.run(*SURVEY_FLAGS)
    own = drafter.output / "acme" / "notes.md"
    own.write_text("ours", encoding="utf-8")
    refused = drafter.run()
    assert refused.exit_code == 1
    assert "--force" in refused.output
    assert drafter.run("--force").exit_code == 0
    assert drafter.files() == {"_acme__sources.yml", "notes.md"}


def test_answers_are_used_when_the_command_asks(drafter: Drafter) -> None:
    drafter.put(
        "survey.csv",
        "submitted_at,score,comment\n01/02/2024,9,Fast and friendly staff\n"
        "03/04/2024,2,I waited for three weeks\n",
    )
    asked = ["mdy", "survey_answers", "relationship", "nps", "insight"]
    result = drafter.run(answers="\n".join(asked) + "\n")
    assert result.exit_code == 0, result.output
    contract = drafter.written("_acme__sources.yml")
    assert 'formats: ["%m/%d/%Y"]' in contract
    assert "owner: insight" in contract
    assert "'relationship' as survey_id" in drafter.written("stg_acme__survey_answers.sql")
    assert "stg_acme__feedback.sql" not in drafter.files()


def test_dates_stay_text_and_feed_nothing_when_nobody_settles_their_order(drafter: Drafter) -> None:
    drafter.put("orders.csv", "order_id,order_date,total\no1,01/02/2024,1.50\n")
    result = drafter.run()
    assert "order_date: undecided, dmy: %d/%m/%Y or mdy: %m/%d/%Y" in result.output
    assert drafter.files() == {"_acme__sources.yml"}
    assert "TODO: a date, dmy" in drafter.written("_acme__sources.yml")
    assert "orders resembles orders but lacks ordered_at" in result.output
    assert drafter.run("--dates", "dmy", "--force").exit_code == 0
    assert "stg_acme__orders.sql" in drafter.files()


def test_one_file_supplies_a_stream_when_two_could(drafter: Drafter) -> None:
    drafter.put("orders.csv", ORDERS)
    drafter.put("old_orders.csv", ORDERS.replace("weight_g", "height_mm").replace("o1", "x1"))
    result = drafter.run()
    assert "could supply orders instead: --stream" in result.output
    result = drafter.run("--stream", "old_orders.csv=orders", "--force")
    assert "old_orders → orders: written" in result.output


def test_rows_of_lines_are_no_orders_when_an_order_has_several(drafter: Drafter) -> None:
    drafter.put(
        "transactions.csv",
        "order_id,customer_id,product_id,quantity,line_amount,order_date\n"
        + "".join(f"o{n // 3},c{n // 6},p{n % 3},1,2.50,2024-01-{n + 1:02d}\n" for n in range(27)),
    )
    result = drafter.run()
    assert "transactions → order_lines: written" in result.output
    assert "orders but lacks one row per order_id (order_id stands in several)" in result.output
    assert "concat(cast(order_id as varchar), ':', cast(product_id as varchar))" in drafter.written(
        "stg_acme__order_lines.sql"
    )


@pytest.fixture(scope="session")
def project_with_draft(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a copy of the dbt project into which three files were drafted."""
    from click.testing import CliRunner  # the session's fixture alone needs it

    from orchestration.commands.new_source import new_source  # likewise

    project = tmp_path_factory.mktemp("project") / "dbt_project"
    shutil.copytree(DBT_PROJECT_DIR, project, ignore=shutil.ignore_patterns("target", "logs"))
    landing = tmp_path_factory.mktemp("landing")
    for name, text in (("orders", ORDERS), ("survey", SURVEY), ("tickets", TICKETS)):
        (landing / f"{name}.csv").write_text(text, encoding="utf-8")
    staging = project / "models" / "staging"
    arguments = ["drafted", str(landing), "--yes", "--output", str(staging), *SURVEY_FLAGS]
    result = CliRunner().invoke(new_source, arguments)
    assert result.exit_code == 0, result.output
    return project


def test_contract_reads_back_and_views_feed_streams_when_drafted(project_with_draft: Path) -> None:
    staging = project_with_draft / "models" / "staging"
    (source,) = (source for source in read_contracts(staging) if source.name == "drafted")
    assert [stream.name for stream in source.streams] == ["orders", "survey", "tickets"]
    assert source.stream("orders").key == ("order_id",)
    assert {stream for stream, by in staging_streams(staging, ["drafted"]).items() if by} == {
        "feedback", "identities", "orders", "survey_answers", "tickets",
    }  # fmt: skip


def test_every_column_is_described_when_a_view_is_drafted(project_with_draft: Path) -> None:
    folder = project_with_draft / "models" / "staging" / "drafted"
    for path in folder.glob("*.sql"):
        (model,) = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["models"]
        assert model["name"] == path.stem
        assert "Grain: one row per" in model["description"]
        assert all(column["description"] for column in model["columns"])
        assert all(len(line) <= 100 for line in path.read_text(encoding="utf-8").splitlines())


def test_dbt_parses_the_project_when_a_source_was_drafted(
    project_with_draft: Path, tmp_path: Path
) -> None:
    with environment({"THROUGHLINE_WAREHOUSE": str(tmp_path / "warehouse.duckdb")}):
        outcome = dbtRunner().invoke(
            [
                "parse",
                "--project-dir", str(project_with_draft),
                "--profiles-dir", str(project_with_draft),
                "--target-path", str(tmp_path / "target"),
                "--log-path", str(tmp_path / "logs"),
                "--log-level", "none",
                "--vars", "{sources: [drafted], as_of: 2024-12-31}",
            ]
        )  # fmt: skip
    assert outcome.success, outcome.exception
    names = {node.name for node in outcome.result.nodes.values() if node.resource_type == "model"}
    assert {"stg_drafted__tickets", "stg_drafted__identities", "base_drafted__survey"} <= names


@pytest.mark.parametrize("key", ["event_id", "line"])
def test_interactions_tell_their_load_when_a_row_is_one(drafter: Drafter, key: str) -> None:
    drafter.put(
        "events.csv",
        f"{key},customer_id,event_name,occurred_at,page,utm_source,load_id\n"
        "e1,c1,page_viewed,2024-01-31 10:00:00,/a,search,x\n"
        "e2,c2,page_viewed,2024-02-13 11:00:00,/b,social,x\n",
    )
    result = drafter.run()
    assert result.exit_code == 0, result.output
    view = drafter.written("stg_acme__interactions.sql")
    assert "    _load_id as load_id\n" in view
    assert "    utm_source as marketing_channel," in view
    assert "-- Not mapped: load_id." in view or key == "line"
    assert "name: load_id" in drafter.written("stg_acme__interactions.yml")
