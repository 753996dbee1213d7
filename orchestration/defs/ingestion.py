"""One asset per raw stream, made from the source contracts."""

from collections.abc import Sequence

import dagster as dg

from ml.voice.lexicon import vader_lexicon
from orchestration.extract.contracts import SourceContract, StreamContract, read_contracts
from orchestration.extract.loader import StreamLoad, load_stream
from orchestration.run import Run
from orchestration.settings import STAGING_DIR, STEWARDSHIP, Settings

# A file that is still being copied, or a disk that hiccups, is fine a few seconds later.
RETRY = dg.RetryPolicy(max_retries=2, delay=2, backoff=dg.Backoff.EXPONENTIAL)


def definitions(settings: Settings) -> dg.Definitions:
    """Return the landing assets of every switched-on source."""
    contracts = [
        contract for contract in read_contracts(STAGING_DIR) if contract.name in settings.sources
    ]
    decisions = [
        raw_key(source, s)
        for source in contracts
        for s in source.streams
        if source.name == STEWARDSHIP
    ]
    assets = [
        landing_asset(source, stream, after=[] if source.name == STEWARDSHIP else decisions)
        for source in contracts
        for stream in source.streams
    ]
    return dg.Definitions(assets=[*assets, sentiment_lexicon])


def raw_key(source: SourceContract, stream: StreamContract) -> dg.AssetKey:
    """Return the key of a stream's raw table."""
    return dg.AssetKey(["raw", f"{source.name}__{stream.name}"])


def landing_asset(
    source: SourceContract, stream: StreamContract, *, after: Sequence[dg.AssetKey] = ()
) -> dg.AssetsDefinition:
    """Return the asset that loads one stream's landing files into ``raw``.

    Parameters
    ----------
    after
        What must be loaded before: the decisions of stewards, which settle this stream's rows.
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
