"""Build the whole site from one published snapshot and put it in place in one move."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import jinja2
import vl_convert
from markupsafe import Markup

from reporting import formats
from reporting.charts.figure import safe_json
from reporting.page import AUDIENCES, Context, Page, pages
from reporting.pages import customers
from reporting.published import PublishedMarts

_HERE = Path(__file__).parent
_ASSETS = ("style.css", "site.js")
_AS_OF_TABLES = ("marts.published_snapshot", "marts.mart_churn_risk", "ml.model_status")


@dataclass(frozen=True, kw_only=True)
class SiteSummary:
    """What was built.

    Parameters
    ----------
    index
        The page to open first.
    pages
        File names of the pages, in navigation order.
    size_bytes
        Weight of the whole site.
    without_data
        Pages that have nothing to show but the reason.
    """

    index: Path
    pages: tuple[str, ...]
    size_bytes: int
    without_data: tuple[str, ...]


def build_site(
    published: Path,
    output: Path,
    *,
    title: str,
    quality_report: str,
    model_cards: Mapping[str, str] | None = None,
    minimum_sample_size: int = 30,
) -> SiteSummary:
    """Build the site beside ``output``, then put it in place: no reader sees half of it.

    Parameters
    ----------
    published
        The published DuckDB file; opened read-only.
    output
        Folder of the site; replaced as a whole.
    title
        Name of the company for the header.
    quality_report
        Link to the steward's report, relative to ``output``.
    model_cards
        Link to each model's card, relative to ``output``, by model name.
    minimum_sample_size
        Number of answers below which the journey map says "too few"; the same as the dbt variable.

    Returns
    -------
    SiteSummary
        The pages and their weight.

    Raises
    ------
    FileNotFoundError
        When there is no published database.
    ValueError
        When the title is blank or a link is not relative.
    """
    _check(title, [quality_report, *(model_cards or {}).values()])
    with PublishedMarts(published) as marts:
        context = _context(marts, title, quality_report, model_cards or {}, minimum_sample_size)
        output.parent.mkdir(parents=True, exist_ok=True)
        _mend(output)
        draft = Path(tempfile.mkdtemp(prefix=_draft_prefix(output), dir=output.parent))
        try:
            without_data = _write(context, draft)
            size = sum(file.stat().st_size for file in draft.rglob("*") if file.is_file())
            _swap(draft, output)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    names = tuple(page.file_name for page in pages())
    return SiteSummary(
        index=output / names[0], pages=names, size_bytes=size, without_data=without_data
    )


def _check(title: str, links: list[str]) -> None:
    if not title.strip():
        message = f"title must name the company, got {title!r}"
        raise ValueError(message)
    for link in links:
        if "://" in link or link.startswith(("/", "\\")):
            message = f"link {link!r} must be relative to the site, so that the folder can be moved"
            raise ValueError(message)


def _context(
    marts: PublishedMarts,
    title: str,
    quality_report: str,
    model_cards: Mapping[str, str],
    minimum: int,
) -> Context:
    return Context(
        marts=marts,
        title=title,
        as_of=_as_of(marts),
        data_through=_timestamp(marts.latest("marts.mart_customer_timeline", "occurred_at")),
        quality_report=quality_report,
        model_cards=model_cards,
        touchpoint_names=_touchpoint_names(marts),
        profiled_customers=customers.profiled(marts),
        minimum_sample_size=minimum,
    )


def _as_of(marts: PublishedMarts) -> date | None:
    found = [marts.latest(table, "as_of_date") for table in _AS_OF_TABLES]
    days = [
        day.date() if isinstance(day, datetime) else day for day in found if isinstance(day, date)
    ]
    return max(days, default=None)


def _timestamp(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _touchpoint_names(marts: PublishedMarts) -> dict[str, str]:
    names: dict[str, str] = {}
    for table in ("marts.mart_journey_map", "marts.mart_touchpoint_impact"):
        for row in marts.select(
            table, ("touchpoint_id", "touchpoint_name"), order_by="touchpoint_id, touchpoint_name"
        ).rows:
            if row["touchpoint_name"]:
                names[str(row["touchpoint_id"])] = str(row["touchpoint_name"])
    return names


def _write(context: Context, folder: Path) -> tuple[str, ...]:
    environment = _environment()
    every = pages()
    without_data = []
    for page in every:
        content = page.build(context)
        html = environment.get_template(f"{page.slug}.html").render(
            page=page, context=context, navigation=_navigation(every), version=_version(), **content
        )
        (folder / page.file_name).write_text(html, encoding="utf-8")
        if content.get("absence"):
            without_data.append(page.file_name)
    _write_assets(folder / "assets")
    return tuple(without_data)


def _write_assets(folder: Path) -> None:
    folder.mkdir()
    for name in _ASSETS:
        shutil.copyfile(_HERE / "assets" / name, folder / name)
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # Wrapped in a function, so that the bundle's top-level names stay out of the page's.
    (folder / "vega.js").write_text(f"(() => {{{bundle}}})();\n", encoding="utf-8")


def _navigation(every: tuple[Page, ...]) -> list[tuple[str, list[Page]]]:
    return [
        (audience, [page for page in every if page.audience == audience]) for audience in AUDIENCES
    ]


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(formats.FILTERS)
    # Safe as markup because every character that could end the script element is escaped in it.
    environment.filters["json"] = lambda value: Markup(safe_json(value))  # noqa: S704
    return environment


def _version() -> str:
    try:
        return version("throughline")
    except PackageNotFoundError:
        # Run from a checkout that was never installed: there is no version to state.
        return "unreleased"


def _swap(draft: Path, output: Path) -> None:
    """Move the draft into place; the old site is kept until the new one stands."""
    draft.chmod(0o755)
    previous = _previous(output)
    if output.exists():
        if previous.exists():
            shutil.rmtree(previous)
        output.rename(previous)
    draft.rename(output)
    if previous.exists():
        shutil.rmtree(previous)


def _mend(output: Path) -> None:
    """Undo what a killed build left: put back a site that was moved away, remove drafts."""
    previous = _previous(output)
    if previous.exists() and not output.exists():
        previous.rename(output)
    for draft in output.parent.glob(f"{_draft_prefix(output)}*"):
        shutil.rmtree(draft)


def _previous(output: Path) -> Path:
    return output.with_name(f".{output.name}-previous")


def _draft_prefix(output: Path) -> str:
    return f".{output.name}-draft-"
