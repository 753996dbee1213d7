"""What the drafting command says: guesses, doubts, what is missing and how to supply it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from orchestration.draft.drafting import Plan, ViewTrial
from orchestration.draft.plan import ViewPlan
from orchestration.draft.streams import StreamDraft
from orchestration.draft.supplies import Candidate

MOST_LEFT_OUT = 2
# A name that says the stream, and a column of it: less is no resemblance.
NEAR_SCORE = 2.5


def file_lines(bad_files: Mapping[str, str]) -> Iterator[str]:
    """Yield the files that were left out."""
    for name, reason in bad_files.items():
        yield f"left out: {name}: {reason}"


def stream_lines(stream: StreamDraft) -> Iterator[str]:
    """Yield what was guessed of one stream, and each doubt."""
    sample = stream.first
    form = [sample.file.format]
    if sample.shape is not None and sample.file.format == "csv":
        form += [
            sample.shape.encoding,
            f"delimiter {sample.shape.delimiter!r}",
            f"{sample.shape.header_rows} header rows",
        ]
    files = ", ".join(stream.patterns)
    yield f"{stream.name}: {files} ({', '.join(form)}; {stream.rows:,} rows sampled)"
    yield f"    key: {', '.join(stream.key.columns) or 'none'} ({stream.key.note})"
    yield from (f"    note: {note}" for note in stream.notes)
    personal = [
        f"{column.name} ({column.contract.personal_data})"
        for column in stream.columns
        if column.contract.personal_data
    ]
    if personal:
        yield f"    personal data: {', '.join(personal)}"
    times = [
        f"{column.name} ({' or '.join(column.contract.formats) or 'ISO 8601'})"
        for column in stream.columns
        if column.type in ("date", "timestamp")
    ]
    if times:
        yield f"    dates: {', '.join(times)}"
    for column in stream.columns:
        yield from (f"    {column.name}: {note}" for note in column.notes)
        if column.question:
            choices = " or ".join(column.choices)
            yield f"    {column.name}: undecided, {choices}; {hint(column.question)}"


def hint(question: str) -> str:
    """Return how to answer a question by a flag."""
    if question == "dates":
        return "say --dates dmy, mdy or ymd; it stays text until then"
    return "say --decimal-mark . or ,; it stays text until then"


def _mark_lines(plan: Plan) -> Iterator[str]:
    """Yield which columns are marked as identities, and which of them a person has to look at."""
    for name, marks in plan.marks.items():
        marked = [f"{c} ({m.identity})" for c, m in marks.items() if m.identity and not m.question]
        if marked:
            yield f"{name}: identities: {', '.join(marked)}"
        yield from (f"{name}: {c}: {m.question}" for c, m in marks.items() if m.question)


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yield which streams are supplied by which files, and what is missing for others."""
    for view in plan.views:
        state = "NOT WRITTEN" if view.missing else "written"
        yield f"{view.stream.name} → {view.name}: {state}"
        if view.missing:
            yield f"    nothing supplies {', '.join(view.missing)}; say {supply_hint(view)}"
        optional = [
            column
            for column in view.canonical.columns
            if column not in view.supplies and column not in view.missing
        ]
        if optional:
            yield f"    could also take: {', '.join(optional)}"
        if view.unmapped:
            yield f"    not mapped: {', '.join(view.unmapped)}"
        yield from (f"    {reason}; they are left out" for _, reason in view.conditions)
    yield from _mark_lines(plan)
    fed = {view.stream.name for view in plan.views}
    for stream in plan.streams:
        if stream.name not in fed:
            yield f"{stream.name} → no stream: it is loaded into raw and feeds nothing"
        yield from _left_lines(stream, plan.left.get(stream.name, ()))
    if plan.identities is None:
        yield "No view names a customer, so no row will belong to one."


def supply_hint(view: ViewPlan) -> str:
    """Return flags that would supply what a view lacks."""
    flags = []
    for column in view.missing:
        example = view.canonical.ask.get(column)
        flags.append(
            f"--constant {column}={example}" if example else f"--map {view.name}.{column}=COLUMN"
        )
    return f"{' '.join(flags)}, for example"


def _left_lines(stream: StreamDraft, left: Sequence[Candidate]) -> Iterator[str]:
    for candidate in left[:MOST_LEFT_OUT]:
        name = candidate.canonical.name
        if not candidate.lacking:
            yield f"    {stream.name} could supply {name} instead: --stream {stream.name}={name}"
        elif len(candidate.lacking) == 1 and candidate.score >= NEAR_SCORE:
            (lacking,) = candidate.lacking
            remedy = f"--stream {stream.name}={name} --map {name}.COLUMN=EXPRESSION"
            if lacking.startswith("one row per"):
                remedy = "group its rows in a view by hand"
            yield f"    {stream.name} resembles {name} but lacks {lacking}: {remedy}"


def refuted_lines(refuted: Mapping[str, Sequence[tuple[str, ...]]]) -> Iterator[str]:
    """Yield the keys that a sample suggested and the whole files do not bear out."""
    for name, keys in refuted.items():
        for key in keys:
            yield (
                f"  {name}: the key {', '.join(key)} does not hold in the whole file, so the "
                "contract has another, or none"
            )


def trial_view_lines(trials: Sequence[ViewTrial]) -> Iterator[str]:
    """Yield what the views gave on the trial's rows."""
    for trial in trials:
        yield f"  {trial.name}: {trial.rows:,} rows"


def view_problems(trials: Sequence[ViewTrial]) -> list[str]:
    """Return why views cannot be written as they are."""
    problems = [
        f"{trial.name} cannot be run: {trial.error}; mend the --map that it uses"
        for trial in trials
        if trial.error
    ]
    problems += [
        f"{trial.name}: {trial.repeated:,} of {trial.rows:,} rows share their identity with "
        "another; map a column that identifies a row, or say --stream FILE=none"
        for trial in trials
        if trial.repeated
    ]
    return problems


def closing_lines(
    source: str, names: Sequence[str], plan: Plan, root: str, folder: str
) -> Iterator[str]:
    """Yield what was written and what to do next."""
    yield f"Wrote {len(names)} files into {folder}."
    surveys = [view for view in plan.views if view.name == "survey_answers" and not view.missing]
    for view in surveys:
        survey, question = (view.supplies[c].sql for c in ("survey_id", "question_id"))
        yield (
            f"Add a row of survey {survey}, question {question} to the seed survey_questions: it "
            "says which metric the score is"
        )
    if any(view.name == "interactions" and not view.missing for view in plan.views):
        yield "Add a row per event name to the seed touchpoint_events: others count as unmapped"
    yield "Finish each TODO, then:"
    yield f"  throughline run --source {source} --landing {root}"
