"""`throughline new-source`: the first draft of a source's folder, from sample files."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import duckdb

from orchestration.draft import report
from orchestration.draft.columns import Settled
from orchestration.draft.dates import DATE_ORDERS
from orchestration.draft.drafting import (
    Look,
    Plan,
    Terms,
    draft_streams,
    look_at_files,
    plan_source,
    try_until_keys_hold,
)
from orchestration.draft.landing_files import BadFileError
from orchestration.draft.plan import NONE
from orchestration.draft.streams import StreamDraft
from orchestration.draft.supplies import Wishes
from orchestration.draft.trial import throwaway_warehouse, trial_lines
from orchestration.draft.vocabulary import Vocabulary, read_vocabulary
from orchestration.draft.wishes import (
    Answers,
    check_timezone,
    read_answers,
    settled_by_stream,
    streams_of_files,
)
from orchestration.extract.shapes import ContractError
from orchestration.settings import DBT_PROJECT_DIR, STAGING_DIR

NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")

# What a mistake of the user's raises; anything else is ours.
MISTAKES = (BadFileError, ContractError)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """Asks what files cannot say, or leaves it open when nobody is to be asked."""

    is_silent: bool

    def ask(self, text: str, default: str, choices: Sequence[str] = ()) -> str:
        """Return an answer, the default when nobody is asked."""
        if self.is_silent:
            return default
        kind = click.Choice(list(choices)) if choices else None
        return str(click.prompt(text, default=default, type=kind))


@click.command("new-source")
@click.argument("name")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--stream",
    "streams",
    multiple=True,
    metavar="FILE=STREAM",
    help="Which canonical stream a file supplies; none for no stream. May be repeated.",
)
@click.option(
    "--constant",
    "constants",
    multiple=True,
    metavar="[STREAM.]COLUMN=VALUE",
    help="What a column always is, as in channel_id=sms.",
)
@click.option(
    "--map",
    "expressions",
    multiple=True,
    metavar="[STREAM.]COLUMN=EXPRESSION",
    help="Column of the file, or SQL over its columns.",
)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="[FILE.]COLUMN=TYPE",
    help="Type of a column, instead of the guess.",
)
@click.option(
    "--dates",
    multiple=True,
    metavar="[FILE=]ORDER",
    help="dmy, mdy or ymd, where values do not tell.",
)
@click.option(
    "--decimal-mark",
    "decimal_marks",
    multiple=True,
    metavar="[FILE=]MARK",
    help="Point or comma, where values do not tell.",
)
@click.option(
    "--null",
    "null_texts",
    multiple=True,
    metavar="TEXT",
    help="Text that means no value, such as None.",
)
@click.option(
    "--timezone", help="Zone of times that carry none, such as Europe/London. Default: UTC."
)
@click.option("--owner", help="Team that answers for the source.")
@click.option("--encoding", help="Encoding of text files, instead of the guess.")
@click.option("--header-rows", type=click.IntRange(0, 10), help="Rows before the first of data.")
@click.option(
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the source's folder. Default: models/staging.",
)
@click.option("--yes", is_flag=True, help="Ask nothing: what files cannot say stays open.")
@click.option("--force", is_flag=True, help="Write over a folder that is there.")
def new_source(name: str, files: tuple[Path, ...], **options: Any) -> None:  # fmt: skip
    """Draft the folder of a source NAME from sample FILES, or folders of them.

    Reads samples, guesses what can be guessed, asks for the rest, tries the draft with the real
    loader and writes a contract and staging views that run at once.
    """
    try:
        folder = _target(name, options["output"] or STAGING_DIR, is_forced=options["force"])
        answers = read_answers(options)
        with (
            tempfile.TemporaryDirectory(prefix="throughline-draft-") as spool,
            throwaway_warehouse(Path(spool)) as connection,
        ):
            drafting = Drafting(
                connection=connection,
                source=name,
                answers=answers,
                conversation=Conversation(is_silent=options["yes"]),
                vocabulary=read_vocabulary(DBT_PROJECT_DIR),
            )
            look = drafting.look(files, Path(spool))
            plan = drafting.plan(look)
            texts = drafting.texts(plan)
    except MISTAKES as error:
        raise click.ClickException(str(error)) from error
    _write(folder, name, texts)
    for line in report.closing_lines(name, sorted(texts), plan, str(look.root), str(folder)):
        click.echo(line)


@dataclass(kw_only=True)
class Drafting:
    """The steps of the command, each of which says what it found."""

    connection: duckdb.DuckDBPyConnection
    source: str
    answers: Answers
    conversation: Conversation
    vocabulary: Vocabulary
    wishes: Wishes = field(default_factory=Wishes)

    def look(self, files: Sequence[Path], spool: Path) -> Look:
        """Read samples."""
        look = look_at_files(
            self.connection,
            files,
            spool,
            source=self.source,
            encoding=self.answers.encoding,
            header_rows=self.answers.header_rows,
        )
        _say(report.file_lines(look.bad_files))
        return look

    def plan(self, look: Look) -> Plan:
        """Settle columns, streams and what streams lack."""
        groups = [group.name for group in look.groups]
        settled = settled_by_stream(self.answers, groups)
        streams = draft_streams(self.connection, look, settled)
        if any(column.question for stream in streams for column in stream.columns):
            settled = self._settle(streams, settled)
            streams = draft_streams(self.connection, look, settled)
        for stream in streams:
            _say(report.stream_lines(stream))
        wishes = replace(
            self.answers.wishes, streams=streams_of_files(self.answers, look, self.vocabulary)
        )
        plan = plan_source(self.source, streams, self.vocabulary, wishes)
        if not self.conversation.is_silent:
            wishes = self._ask_streams(plan, wishes)
            plan = plan_source(self.source, streams, self.vocabulary, wishes)
            wishes = self._ask_missing(plan, wishes)
            plan = plan_source(self.source, streams, self.vocabulary, wishes)
        self.answers.check_used(plan)
        self.wishes = wishes
        click.echo("")
        _say(report.plan_lines(plan))
        return plan

    def texts(self, plan: Plan) -> Mapping[str, str]:
        """Write the folder's files out and try them; a view that cannot be right stops it."""
        timezone = self.answers.timezone
        if timezone is None and any(stream.has_naive_times for stream in plan.streams):
            asked = self.conversation.ask("Time zone of times without one", "UTC")
            timezone = None if self.conversation.is_silent else asked
        check_timezone(timezone or "UTC")
        owner = self.answers.owner or self.conversation.ask("Team that owns the source", "unowned")
        tried = try_until_keys_hold(
            self.connection,
            plan,
            Terms(
                source=self.source,
                owner=owner,
                timezone=timezone or "UTC",
                timezone_is_stated=timezone is not None,
                received_at=datetime.now(tz=UTC).replace(tzinfo=None),
            ),
            replan=lambda streams: plan_source(self.source, streams, self.vocabulary, self.wishes),
        )
        click.echo("\nTried with the loader:")
        _say(trial_lines(tried.streams))
        _say(report.refuted_lines(tried.refuted))
        problems = report.view_problems(tried.views)
        if problems:
            raise ContractError("; ".join(problems) + "; nothing was written")
        _say(report.trial_view_lines(tried.views))
        return tried.texts

    def _settle(
        self, streams: Sequence[StreamDraft], settled: dict[str, Settled]
    ) -> dict[str, Settled]:
        """Ask for the order of dates and the decimal mark where values allow several."""
        for stream in streams:
            if dates := stream.unsettled("dates"):
                names = ", ".join(column.name for column in dates)
                text = f"{stream.name}: order of day and month in {names}"
                order = self.conversation.ask(text, "unknown", [*DATE_ORDERS, "unknown"])
                if order != "unknown":
                    settled[stream.name] = replace(settled[stream.name], date_order=order)
            if numbers := stream.unsettled("decimal"):
                names = ", ".join(column.name for column in numbers)
                text = f"{stream.name}: decimal mark in {names}"
                mark = self.conversation.ask(text, "unknown", [".", ",", "unknown"])
                if mark != "unknown":
                    settled[stream.name] = replace(settled[stream.name], decimal_mark=mark)
        return settled

    def _ask_streams(self, plan: Plan, wishes: Wishes) -> Wishes:
        said = dict(wishes.streams)
        choices = [*self.vocabulary.streams, NONE]
        for stream in plan.streams:
            if stream.name in said:
                continue
            guess = [view.name for view in plan.views if view.stream.name == stream.name] or [NONE]
            text = f"{stream.name} supplies (streams with commas between, or {NONE})"
            answer = self.conversation.ask(text, ",".join(guess))
            names = tuple(part.strip() for part in answer.split(",") if part.strip())
            for named in names:
                if named not in choices:
                    self.vocabulary.stream(named)
            said[stream.name] = names
        return replace(wishes, streams=said)

    def _ask_missing(self, plan: Plan, wishes: Wishes) -> Wishes:
        constants = dict(wishes.constants)
        for view in plan.views:
            for column in view.missing:
                example = view.canonical.ask.get(column, "")
                text = f"{view.name}.{column} is always (empty to leave the view out)"
                answer = self.conversation.ask(text, example)
                if answer:
                    constants[f"{view.name}.{column}"] = answer
        return replace(wishes, constants=constants)


def _say(lines: Any) -> None:
    for line in lines:
        click.echo(line)


def _target(name: str, parent: Path, *, is_forced: bool) -> Path:
    """Return the folder to write, which may be there only when that is wanted."""
    if not NAME.fullmatch(name):
        message = (
            f"name: {name!r} is no name of a source: lower-case letters, digits and single "
            "underscores, a letter first, such as acme_survey"
        )
        raise ContractError(message)
    others = sorted(path.name for path in parent.iterdir()) if parent.is_dir() else []
    alike = [
        other for other in others if other.startswith(f"{name}_") or name.startswith(f"{other}_")
    ]
    if alike:
        message = (
            f"name: {name!r} and {', '.join(alike)} begin alike, so that `--source` with the "
            "shorter one would mean both; choose a name that neither begins nor continues another"
        )
        raise ContractError(message)
    folder = parent / name
    if folder.exists() and not is_forced:
        message = f"{folder} is there already; name another source, or say --force to write over it"
        raise ContractError(message)
    return folder


def _write(folder: Path, source: str, texts: Mapping[str, str]) -> None:
    """Write the files; drafted ones of an earlier try that are drafted no more are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        drafted = re.fullmatch(
            rf"(_{source}__sources|(stg|base)_{source}__\w+)\.(sql|yml)", old.name
        )
        if drafted and old.name not in texts:
            old.unlink()
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
