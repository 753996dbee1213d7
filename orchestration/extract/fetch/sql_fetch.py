"""A fetch from a database: tried again from the last whole file when the server goes away."""

from __future__ import annotations

from orchestration.extract.fetch.databases import ConnectionLostError, connected, database_errors
from orchestration.extract.fetch.fetcher import LONGEST_WAIT_SECONDS, FetchRequest
from orchestration.extract.fetch.landing import StreamLanding
from orchestration.extract.fetch.plans import SqlPlan
from orchestration.extract.fetch.secrets import FetchError, Redactor
from orchestration.extract.fetch.sql_reader import TableReader


def read(
    plan: SqlPlan,
    landing: StreamLanding,
    request: FetchRequest,
    redactor: Redactor,
    messages: list[str],
) -> None:
    """Land what is new of a table or a query.

    Raises
    ------
    FetchError
        When the database refuses, or when it cannot be reached in as many tries as the plan allows
        without a single file landing between them.
    """
    address = plan.url.value(request.environment)
    redactor.hide([address])
    target = plan.target
    failures = 0
    while True:
        before = landing.state.files
        try:
            with connected(plan, address) as engine, database_errors(redactor.clean):
                TableReader(plan=plan, engine=engine, landing=landing, messages=messages).read()
        except ConnectionLostError as lost:
            failures = 1 if landing.state.files > before else failures + 1
            if failures >= target.attempts:
                message = (
                    f"the database that {plan.url.name} names cannot be reached or went away, "
                    f"after {failures} tries: {lost}; what had landed stays, and the next fetch "
                    "goes on behind it"
                )
                raise FetchError(message) from None
            messages.append(f"the connection was lost and is tried again: {lost}")
            request.sleep(min(target.backoff_seconds * 2 ** (failures - 1), LONGEST_WAIT_SECONDS))
        else:
            return
