"""A fetch from an API, with messages that hold neither secrets nor records."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests

from orchestration.extract.fetch.fetcher import FetchRequest
from orchestration.extract.fetch.landing import StreamLanding
from orchestration.extract.fetch.plans import RestPlan
from orchestration.extract.fetch.rest_client import build_client, resolved_params
from orchestration.extract.fetch.rest_reader import EndpointReader
from orchestration.extract.fetch.secrets import FetchError, Redactor
from orchestration.extract.shapes import ContractError

TALKATIVE = ("urllib3.connectionpool", "dlt")


def read(
    plan: RestPlan,
    landing: StreamLanding,
    request: FetchRequest,
    redactor: Redactor,
    messages: list[str],
) -> None:
    """Land what is new at an endpoint; each request is tried again as the plan says."""
    client = build_client(plan, request.environment, redactor)
    reader = EndpointReader(
        plan=plan,
        client=client,
        params=resolved_params(plan, request.environment, redactor),
        landing=landing,
        messages=messages,
    )
    with client.session, cleaned_logs(redactor.clean), api_errors(plan, redactor.clean):
        reader.read()


@contextmanager
def cleaned_logs(clean: Callable[[str], str]) -> Iterator[None]:
    """Keep secrets out of what the libraries log, which is whole addresses and headers."""

    def filtered(record: logging.LogRecord) -> bool:
        record.msg, record.args = clean(record.getMessage()), ()
        return True

    loggers = [logging.getLogger(name) for name in TALKATIVE]
    for logger in loggers:
        logger.addFilter(filtered)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(filtered)


@contextmanager
def api_errors(plan: RestPlan, clean: Callable[[str], str]) -> Iterator[None]:
    """Turn what goes wrong between us and an API into a `FetchError` without secrets or records."""
    place = clean(plan.path)
    try:
        yield
    except requests.HTTPError as error:
        status = error.response.status_code if error.response is not None else 0
        raise FetchError(_meaning(place, status, plan)) from None
    except requests.JSONDecodeError:
        message = f"{place}: the response is no JSON; check base_url and path"
        raise FetchError(message) from None
    except requests.RequestException as error:
        message = (
            f"{place}: the server could not be reached or broke off ({type(error).__name__}), "
            f"after {plan.target.attempts} tries; the next fetch tries again"
        )
        raise FetchError(message) from None
    except ValueError as error:
        if isinstance(error, ContractError):
            raise
        # The library's own message quotes the response.
        message = (
            f"{place}: the response lacks what `pagination` ({plan.pagination.type}) says stands "
            "in it; check its paths"
        )
        raise FetchError(message) from None


def _meaning(place: str, status: int, plan: RestPlan) -> str:
    if status in (401, 403):
        names = ", ".join(variable.name for variable in plan.auth.secrets.values()) or "none"
        return (
            f"{place}: the server refuses the caller (status {status}); check what the environment "
            f"variables of `auth` hold ({names}) and what that caller may read"
        )
    if status == 429:
        return (
            f"{place}: the server still asks to wait (status 429) after {plan.target.attempts} "
            "tries; raise `attempts`, or fetch less often"
        )
    if status >= 500:
        return (
            f"{place}: the server fails (status {status}), after {plan.target.attempts} tries; "
            "the next fetch tries again"
        )
    return f"{place}: the server answers with status {status}; check `path` and `params`"
