"""What a page is, and what every page is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from pkgutil import iter_modules

from reporting import formats
from reporting.published import PublishedMarts

AUDIENCES = ("Leadership", "CX management", "Frontline", "Data stewards", "Analysts")


@dataclass(frozen=True, kw_only=True)
class Context:
    """What pages are built from.

    Parameters
    ----------
    marts
        The published snapshot.
    title
        The company's name, as the header shows it.
    as_of
        Last day that the figures include; None when no table of the snapshot says so.
    data_through
        Time of the newest customer event in the snapshot; None when there is none.
    quality_report
        Relative link to the steward's report.
    model_cards
        Relative link to the model card, by model name.
    touchpoint_names
        Display name by touchpoint id.
    profiled_customers
        Customers with a page section of their own, in the order in which they are listed.
    minimum_sample_size
        Number of answers below which a share is not shown.
    """

    marts: PublishedMarts
    title: str
    as_of: date | None
    data_through: datetime | None
    quality_report: str
    model_cards: Mapping[str, str] = field(default_factory=dict)
    touchpoint_names: Mapping[str, str] = field(default_factory=dict)
    profiled_customers: tuple[str, ...] = ()
    minimum_sample_size: int = 30

    @property
    def freshness(self) -> str:
        """Say how far the newest event lies behind the as-of date."""
        if self.data_through is None:
            return "no event yet"
        if self.as_of is None:
            return "not stated"
        behind = (self.as_of - self.data_through.date()).days
        if behind <= 0:
            return "up to date"
        return f"{behind} day{'s' if behind > 1 else ''} behind"

    def touchpoint(self, touchpoint_id: object) -> str:
        """Return the display name of a touchpoint; an unnamed one is shown by its id in words."""
        return self.touchpoint_names.get(str(touchpoint_id), formats.label(touchpoint_id))

    def labels(self, customer_ids: Iterable[object]) -> dict[str, str]:
        """Return the published label of each of these customers."""
        found = self.marts.select(
            "marts.mart_customer_360",
            ("customer_id", "customer_label"),
            where="customer_id in (select unnest($ids))",
            parameters={"ids": sorted({str(each) for each in customer_ids})},
            order_by="customer_id",
        )
        return {
            str(row["customer_id"]): str(row["customer_label"] or row["customer_id"])
            for row in found.rows
        }

    def has_profile(self, customer_id: object) -> bool:
        """Tell whether the customer view holds this customer."""
        return customer_id in self.profiled_customers


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of the site.

    Parameters
    ----------
    slug
        File name without its ending; the template has the same stem.
    title
        Heading of the page.
    navigation
        Short name in the navigation.
    audience
        Whose page it is; one of ``AUDIENCES``.
    order
        Place in the navigation.
    summary
        One sentence that says which question the page answers.
    build
        Function that turns the context into what the template shows.
    """

    slug: str
    title: str
    navigation: str
    audience: str
    order: int
    summary: str
    build: Callable[[Context], dict[str, object]]

    def __post_init__(self) -> None:
        if self.audience not in AUDIENCES:
            message = f"page {self.slug}: audience {self.audience!r} is not one of {AUDIENCES}"
            raise ValueError(message)

    @property
    def file_name(self) -> str:
        """Name of the HTML file."""
        return f"{self.slug}.html"


def pages() -> tuple[Page, ...]:
    """Return every page that a module of ``reporting.pages`` declares, in navigation order."""
    return tuple(sorted(_declared(), key=lambda page: (page.order, page.slug)))


def _declared() -> Iterator[Page]:
    package = import_module("reporting.pages")
    for module in iter_modules(package.__path__):
        page = import_module(f"reporting.pages.{module.name}").PAGE
        if not isinstance(page, Page):
            message = f"reporting.pages.{module.name}.PAGE is {page!r}, not a Page"
            raise TypeError(message)
        yield page
