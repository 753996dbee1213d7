"""The client of an API, built from a plan: who calls, how pages follow, how failures are met."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import requests
from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.sources.helpers.requests.retry import Client
from dlt.sources.helpers.rest_client.auth import (
    APIKeyAuth,
    BearerTokenAuth,
    HttpBasicAuth,
    OAuth2ClientCredentials,
)
from dlt.sources.helpers.rest_client.client import RESTClient
from dlt.sources.helpers.rest_client.paginators import (
    BasePaginator,
    HeaderLinkPaginator,
    JSONLinkPaginator,
    JSONResponseCursorPaginator,
    OffsetPaginator,
    PageNumberPaginator,
    SinglePagePaginator,
)
from requests.auth import AuthBase

from orchestration.extract.fetch.plans import Auth, Pagination, RestPlan
from orchestration.extract.fetch.secrets import FetchError, Redactor, Variable

LONGEST_WAIT_SECONDS = 900.0


class NoAuth(AuthBase):
    """Nobody in particular; keeps the library from looking for a password in the user's folder."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Return the request as it is."""
        return request


class HiddenOAuth(OAuth2ClientCredentials):
    """Client credentials whose tokens are kept out of messages like any secret."""

    redactor: Redactor

    def obtain_token(self) -> None:
        """Ask for a token and hide it."""
        super().obtain_token()
        self.redactor.hide([str(self.access_token)])


def build_client(plan: RestPlan, environment: Mapping[str, str], redactor: Redactor) -> RESTClient:
    """Return dlt's client for a plan, with every secret it uses known to ``redactor``.

    Raises
    ------
    FetchError
        When a variable is not set.
    """
    base_url = _resolved(plan.base_url, environment, redactor, is_secret=False)
    session = Client(
        request_timeout=plan.timeout_seconds,
        raise_for_status=False,
        request_max_attempts=plan.target.attempts,
        request_backoff_factor=plan.target.backoff_seconds,
        request_max_retry_delay=LONGEST_WAIT_SECONDS,
        retry_condition=_is_cut_off,
    ).session
    return RESTClient(
        base_url=base_url,
        headers={
            name: _resolved(value, environment, redactor) for name, value in plan.headers.items()
        },
        auth=_auth(plan.auth, environment, redactor, session),
        session=session,
        # dlt would otherwise look for its settings in the user's folder.
        config=RuntimeConfiguration(),
    )


def resolved_params(
    plan: RestPlan, environment: Mapping[str, str], redactor: Redactor
) -> dict[str, str]:
    """Return the parameters that every request of the plan is sent with."""
    return {name: _resolved(value, environment, redactor) for name, value in plan.params.items()}


def build_paginator(pagination: Pagination) -> BasePaginator:
    """Return how dlt is to ask for the next page."""
    match pagination.type:
        case "cursor":
            return JSONResponseCursorPaginator(
                cursor_path=pagination.path or "", cursor_param=pagination.param
            )
        case "page":
            return PageNumberPaginator(
                base_page=pagination.first,
                page_param=pagination.param or "page",
                total_path=pagination.total_path,
            )
        case "offset":
            return OffsetPaginator(
                limit=pagination.limit or 1,
                offset_param=pagination.param or "offset",
                limit_param=pagination.limit_param,
                total_path=pagination.total_path,
            )
        case "link_header":
            return HeaderLinkPaginator()
        case "next_url":
            return JSONLinkPaginator(next_url_path=pagination.path or "")
        case _:
            return SinglePagePaginator()


def same_server(base_url: str, url: str) -> bool:
    """Return whether an address leads to the server that the contract names."""
    named, meant = urlsplit(base_url), urlsplit(url)
    return (named.scheme, named.netloc.lower()) == (meant.scheme, meant.netloc.lower())


def _auth(
    auth: Auth, environment: Mapping[str, str], redactor: Redactor, session: requests.Session
) -> AuthBase:
    secrets = {name: variable.value(environment) for name, variable in auth.secrets.items()}
    redactor.hide(value for name, value in secrets.items() if name != "username")
    match auth.type:
        case "bearer":
            return BearerTokenAuth(token=secrets["token"])
        case "api_key":
            return APIKeyAuth(
                name=auth.name,
                api_key=secrets["key"],
                location="query" if auth.location == "query" else "header",
            )
        case "basic":
            username = secrets.get("username", auth.username or "")
            redactor.hide_pair(username, secrets["password"])
            return HttpBasicAuth(username=username, password=secrets["password"])
        case "oauth2_client_credentials":
            client = HiddenOAuth(
                access_token_url=auth.token_url or "",
                client_id=secrets["client_id"],
                client_secret=secrets["client_secret"],
                access_token_request_data={"scope": auth.scope} if auth.scope else {},
                session=session,
            )
            client.redactor = redactor
            return client
        case _:
            return NoAuth()


def _resolved(
    value: str | Variable,
    environment: Mapping[str, str],
    redactor: Redactor,
    *,
    is_secret: bool = True,
) -> str:
    if isinstance(value, str):
        return value
    found = value.value(environment)
    if is_secret:
        redactor.hide([found])
    elif not urlsplit(found).hostname:
        message = f"what {value.name} holds is no address that begins with https:// or http://"
        raise FetchError(message)
    return found


def _is_cut_off(response: requests.Response | None, error: BaseException | None) -> bool:
    """Return whether a good answer ends in the middle of its JSON: it is asked for again."""
    if error is not None or response is None or not response.ok or not response.content:
        return False
    return not response.content.rstrip().endswith((b"}", b"]"))
