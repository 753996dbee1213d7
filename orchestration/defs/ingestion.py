"""One asset per raw stream, and one before it where the stream is fetched; from the contracts."""

import traceback
from collections.abc import Sequence

import dagster as dg

from ml.voice.lexicon import vader_lexicon
from orchestration.extract.contracts import SourceContract, StreamContract, read_contracts
from orchestration.extract.fetch.fetcher import FetchRequest, StreamFetch, fetch_stream
from orchestration.extract.fetch.plan_yaml import read_plans
from orchestration.extract.fetch.plans import Plan, SqlPlan
from orchestration.extract.loader import StreamLoad, load_stream
from orchestration.run import Run
from orchestration.settings import STAGING_DIR, STEWARDSHIP, Settings, secrets

# A file that is still being copied, or a disk that hiccups, is fine a few seconds later.
RETRY = dg.RetryPolicy(max_retries=2, delay=2, backoff=dg.Backoff.EXPONENTIAL)

# The check that says whether a fetch reached its end.
FETCHED = "fetched"


def definitions(settings: Settings) -> dg.Definitions:
    """Return the landing assets of every switched-on source."""
    contracts = [
        contract for contract in read_contracts(STAGING_DIR) if contract.name in settings.sources
    ]
    decisions = [
        raw_key(source, stream)
        for source in contracts
        for stream in source.streams
        if source.name == STEWARDSHIP
    ]
    assets = [
        asset
        for source in contracts
        for asset in source_assets(source, after=[] if source.name == STEWARDSHIP else decisions)
    ]
    return dg.Definitions(assets=[*assets, sentiment_lexicon])


def source_assets(
    source: SourceContract, *, after: Sequence[dg.AssetKey] = ()
) -> list[dg.AssetsDefinition]:
    """Return the assets of one source: what is fetched, and what is loaded ``after`` others."""
    plans = read_plans(STAGING_DIR / source.name)
    fetched = {plan.target.stream: fetched_asset(source, plan) for plan in plans}
    loaded = [
        landing_asset(
            source,
            stream,
            after=[*after, *([fetched[stream.name].key] if stream.name in fetched else [])],
        )
        for stream in source.streams
    ]
    return [*fetched.values(), *loaded]


def raw_key(source: SourceContract, stream: StreamContract) -> dg.AssetKey:
    """Return the key of a stream's raw table."""
    return dg.AssetKey(["raw", f"{source.name}__{stream.name}"])


class FetchConfig(dg.Config):
    """What a fetch launched by hand may be told: to read again from the beginning, or from since.

    This is the backfill of a fetched stream.
    """

    full: bool = False
    since: str = ""


def fetched_asset(source: SourceContract, plan: Plan) -> dg.AssetsDefinition:
    """Return the asset that fetches what is new of one stream into landing.

    A fetch that fails is a failed check and no failed step: what has landed before, and what other
    sources delivered, is loaded all the same.
    """
    key = dg.AssetKey(["landing", f"{source.name}__{plan.target.stream}"])

    @dg.asset(
        key=key,
        description=f"Files of {plan.target.label}, as fetched from where the contract says.",
        group_name="landing",
        owners=[f"team:{source.owner}"],
        kinds={"sql" if isinstance(plan, SqlPlan) else "api"},
        check_specs=[
            dg.AssetCheckSpec(
                FETCHED, asset=key, description="Whether the fetch reached its end; says why not."
            )
        ],
    )
    def fetch(
        context: dg.AssetExecutionContext, config: FetchConfig, run: Run
    ) -> dg.MaterializeResult:
        request = FetchRequest(
            landing_dir=run.settings.landing_dir(source.name),
            state_dir=run.settings.fetch_dir,
            environment=secrets(),
            fetched_at=run.arrival,
            full=config.full,
            since=config.since or None,
        )
        fetched = fetch_or_report(plan, request)
        for message in fetched.messages:
            context.log.warning(message)
        if fetched.error:
            context.log.error(fetched.error)
        return dg.MaterializeResult(
            metadata=fetch_metadata(fetched),
            check_results=[
                dg.AssetCheckResult(
                    check_name=FETCHED,
                    passed=fetched.error is None,
                    description=fetched.error or "the fetch reached its end",
                )
            ],
        )

    return fetch


def fetch_or_report(plan: Plan, request: FetchRequest) -> StreamFetch:
    """Fetch; what nobody foresaw is reported too, since the other sources must not wait for it."""
    try:
        return fetch_stream(plan, request)
    except Exception as error:  # noqa: BLE001  # reported as a failed check with its place
        # The message may quote a row, so only kind and place are passed on.
        place = traceback.extract_tb(error.__traceback__)[-1]
        return StreamFetch(
            source=plan.target.source,
            stream=plan.target.stream,
            files=(),
            rows=0,
            cursor="unknown",
            messages=(),
            error=(
                f"{plan.target.label}: {type(error).__name__} in {place.name}, line {place.lineno};"
                " that is a mistake in Throughline: run `throughline fetch` to see the whole of it"
            ),
            seconds=0.0,
        )


def fetch_metadata(fetched: StreamFetch) -> dict[str, int | float | str]:
    """Return what one fetch brought, and how far the stream now is."""
    return {
        "rows": fetched.rows,
        "files": len(fetched.files),
        "seconds": fetched.seconds,
        "cursor": fetched.cursor,
        "error": fetched.error or "none",
    }


def landing_asset(
    source: SourceContract, stream: StreamContract, *, after: Sequence[dg.AssetKey] = ()
) -> dg.AssetsDefinition:
    """Return the asset that loads one stream's landing files into ``raw``.

    Parameters
    ----------
    after
        What must be there before: the decisions of stewards, which settle this stream's rows, and
        the files that are fetched.
    """

    @dg.asset(
        key=raw_key(source, stream),
        deps=list(after),
        description=stream.description,
        group_name="landing",
        owners=[f"team:{source.owner}"],
        kinds={"duckdb", stream.format},
        retry_policy=RETRY,
    )
    def load(context: dg.AssetExecutionContext, run: Run) -> dg.MaterializeResult:
        with run.warehouse.connect() as connection:
            loaded = load_stream(
                connection,
                stream,
                run.settings.landing_dir(source.name),
                received_at=run.arrival,
            )
        for message in loaded.messages:
            context.log.warning(message)
        return dg.MaterializeResult(metadata=load_metadata(loaded))

    return load


def load_metadata(loaded: StreamLoad) -> dict[str, int | float | str]:
    """Return the figures that the ledger holds for one stream's load."""
    return {
        "dagster/row_count": loaded.rows_loaded,
        "files": len(loaded.files),
        "rows_in": loaded.rows_in,
        "rows_quarantined": loaded.rows_quarantined,
        "rows_duplicate": loaded.rows_duplicate,
        "failed_files": ", ".join(loaded.failed_files) or "none",
        "seconds": loaded.seconds,
    }


@dg.asset(
    key=["raw", "lexicon__vader"],
    group_name="landing",
    owners=["team:customer_insight"],
    kinds={"duckdb", "python"},
)
def sentiment_lexicon(run: Run) -> dg.MaterializeResult:
    """English words with the strength of feeling people gave them (Hutto & Gilbert 2014)."""
    words = vader_lexicon()
    rows = run.warehouse.write(words, "raw.lexicon__vader")
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
