"""Secrets: named in contracts, read from the environment, kept out of everything written."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, unquote

from orchestration.extract.shapes import ContractError

ENVIRONMENT_NAME = re.compile(r"^env ([A-Za-z_][A-Za-z0-9_]*)$")
# A password may hold any sign, so it reaches to the last @.
PASSWORD_OF_ADDRESS = re.compile(r"://[^:/@]*:(.*)@")
HIDDEN = "***"
# Shorter texts stand in ordinary words too, and hiding those would garble every message.
SHORTEST_SECRET = 4


class FetchError(RuntimeError):
    """A fetch that cannot be done or gone on with; the message holds no secret and no record."""


@dataclass(frozen=True, kw_only=True)
class Variable:
    """The name of an environment variable that holds a secret, never the secret itself."""

    name: str

    @classmethod
    def parse(cls, key: str, value: object) -> Variable:
        """Return the variable that ``env NAME`` names.

        Raises
        ------
        ContractError
            For anything else, which is not repeated in the message: it may be the secret.
        """
        found = ENVIRONMENT_NAME.match(value) if isinstance(value, str) else None
        if found is None:
            message = (
                f"{key}: a secret may not stand in a contract; write `env NAME`, with the name of "
                "the environment variable that holds it"
            )
            raise ContractError(message)
        return cls(name=found.group(1))

    def value(self, environment: Mapping[str, str]) -> str:
        """Return what the variable holds.

        Raises
        ------
        FetchError
            When it is unset or empty.
        """
        found = environment.get(self.name, "").strip()
        if not found:
            message = (
                f"the environment variable {self.name} is not set; the contract names it as what "
                f"gives access: set it (export {self.name}=…) where Throughline is started"
            )
            raise FetchError(message)
        return found


def is_variable(value: object) -> bool:
    """Return whether ``value`` is written as ``env NAME``."""
    return isinstance(value, str) and ENVIRONMENT_NAME.match(value) is not None


@dataclass(kw_only=True)
class Redactor:
    """Takes the secrets of one fetch out of any text.

    Attributes
    ----------
    secrets
        As they are, and as they stand in addresses and headers.
    """

    secrets: set[str] = field(default_factory=set)

    def hide(self, values: Iterable[str]) -> None:
        """Remember further secrets, in every form in which they may be written."""
        for value in values:
            for secret in {value, *_parts_of_address(value)}:
                forms = {
                    secret,
                    quote(secret),
                    quote(secret, safe=""),
                    quote_plus(secret),
                    unquote(secret),
                    base64.b64encode(secret.encode()).decode(),
                }
                self.secrets |= {form for form in forms if len(form) >= SHORTEST_SECRET}

    def hide_pair(self, username: str, password: str) -> None:
        """Remember a name and password as the basic scheme joins them."""
        self.hide([password, f"{username}:{password}"])

    def clean(self, text: str) -> str:
        """Return ``text`` without any secret."""
        for secret in sorted(self.secrets, key=lambda form: (-len(form), form)):
            text = text.replace(secret, HIDDEN)
        return text

    def holds_secret(self, text: str) -> bool:
        """Return whether a secret stands in ``text``."""
        return any(secret in text for secret in self.secrets)


def _parts_of_address(value: str) -> list[str]:
    """Return the password that a connection address holds, as written and as meant."""
    found = PASSWORD_OF_ADDRESS.search(value)
    return [found.group(1), unquote(found.group(1))] if found else []
