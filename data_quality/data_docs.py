"""Great Expectations' Data Docs, made to render with no network.

The pages load styles, scripts, fonts and a logo from content networks, with an identifier of the
installation in the logo's address. After the build every such reference is cut out and our own
style sheet put in; collapsed parts are shown open, since the scripts that open them are gone, and
the front page is ours, since theirs is filled by a script.
"""

from __future__ import annotations

import re
import shutil
from datetime import UTC, date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data_quality.duckdb_engine import quiet_context
from data_quality.report import TEMPLATES_FOLDER, template_environment
from data_quality.results import DBT_TEST, SuiteResult, ValidationRun
from data_quality.storage import write_text_atomically

if TYPE_CHECKING:
    from great_expectations.data_context import EphemeralDataContext

DAYS_KEPT = 60
STYLE_NAME = "data_docs.css"
_REMOTE = r"(?:https?:)?//"
_SCRIPTS = re.compile(r"<script\b.*?</script\s*>", re.DOTALL | re.IGNORECASE)
_REMOTE_LINKS = re.compile(rf"<link\b[^>]*{_REMOTE}[^>]*>", re.IGNORECASE)
_IMAGES = re.compile(r"<img\b[^>]*>", re.IGNORECASE)
_REMOTE_CSS = re.compile(rf"url\(\s*['\"]?{_REMOTE}[^)]*\)", re.IGNORECASE)
_REMOTE_IMPORTS = re.compile(rf"@import[^;]*{_REMOTE}[^;]*;", re.IGNORECASE)
_CLOUD_FOOTER = re.compile(r"<footer\b.*?</footer\s*>", re.DOTALL | re.IGNORECASE)
_HEAD_END = re.compile(r"</head\s*>", re.IGNORECASE)
_REMOTE_RESOURCE = re.compile(
    rf"<(?:script|img|iframe|source|embed)\b[^>]*\bsrc\s*=\s*['\"]?{_REMOTE}[^>]*>"
    rf"|<link\b[^>]*\bhref\s*=\s*['\"]?{_REMOTE}[^>]*>"
    rf"|url\(\s*['\"]?{_REMOTE}[^)]*\)|@import[^;]*{_REMOTE}",
    re.IGNORECASE,
)


def remote_resources(page: str) -> list[str]:
    """Find what a browser would fetch from elsewhere for a page; plain links are not fetched."""
    return _REMOTE_RESOURCE.findall(page)


def make_offline(page: str, style: str) -> str:
    """Return a Data Docs page without a single remote resource, and with a style sheet of its own.

    Raises
    ------
    ValueError
        When a remote reference is left, so that a new kind in an upgrade cannot slip through.
    """
    for pattern in (_SCRIPTS, _REMOTE_LINKS, _IMAGES, _REMOTE_IMPORTS, _CLOUD_FOOTER):
        page = pattern.sub("", page)
    page = _REMOTE_CSS.sub("none", page)
    sheet = f"<style>\n{style}</style>\n</head>"
    page = _HEAD_END.sub(lambda _: sheet, page, count=1)
    left = remote_resources(page)
    if left:
        raise ValueError(f"Data Docs still load {left[0]!r}: extend data_quality/data_docs.py")
    return page


def build_data_docs(run: ValidationRun, quality_dir: Path) -> tuple[date, ...]:
    """Build the Data Docs of one run into ``data_docs/<as-of day>`` of the quality folder.

    They are built beside it and put in its place when complete; those of an earlier run for the
    same day give way, those of other days stay, the last `DAYS_KEPT` of them. Suites that were
    skipped have no page.

    Returns
    -------
    tuple of date
        Days that have Data Docs, the newest first; ``data_docs/index.html`` lists them.
    """
    root = quality_dir / "data_docs"
    target = root / run.as_of.isoformat()
    draft = quality_dir / ".data_docs.draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    context = quiet_context(draft)
    for suite in run.suites:
        if suite.gx_result is not None:
            _store(context, suite, suite.gx_result, run)
    context.build_data_docs()
    _write_front_page(draft, run)
    _finish(draft)
    # Two moves rather than one delete: a killed run leaves the old pages or the new ones.
    former = quality_dir / ".data_docs.former"
    shutil.rmtree(former, ignore_errors=True)
    root.mkdir(exist_ok=True)
    if target.exists():
        target.rename(former)
    draft.rename(target)
    shutil.rmtree(former, ignore_errors=True)
    return _list_days(root)


def _list_days(root: Path) -> tuple[date, ...]:
    """Remove the oldest days beyond `DAYS_KEPT`, and write the page that lists the others."""
    found = sorted((path for path in root.glob("????-??-??") if path.is_dir()), reverse=True)
    for path in found[DAYS_KEPT:]:
        shutil.rmtree(path)
    days = tuple(date.fromisoformat(path.name) for path in found[:DAYS_KEPT])
    html = template_environment().get_template("data_docs_days.html.j2").render(days=days)
    style = (TEMPLATES_FOLDER / STYLE_NAME).read_text(encoding="utf-8")
    write_text_atomically(root / "index.html", make_offline(html, style))
    return days


def _store(
    context: EphemeralDataContext, suite: SuiteResult, gx_result: Any, run: ValidationRun
) -> None:
    # Registers the SQL rule, which the pages are rendered by.
    from great_expectations import ExpectationSuite
    from great_expectations.core import RunIdentifier
    from great_expectations.core.expectation_validation_result import (
        expectationSuiteValidationResultSchema,
    )
    from great_expectations.data_context.types.resource_identifiers import (
        ExpectationSuiteIdentifier,
        ValidationResultIdentifier,
    )

    import data_quality.counted_rows  # noqa: F401

    run_key = RunIdentifier(run_name=run.run_id, run_time=run.validated_at.replace(tzinfo=UTC))
    meta = {**gx_result["meta"], "run_id": run_key, "validation_time": run_key.run_time}
    result = expectationSuiteValidationResultSchema.load({**gx_result, "meta": meta})
    expectations = [entry.expectation_config.to_domain_obj() for entry in result.results]
    context.suites.add(ExpectationSuite(name=suite.suite_name, expectations=expectations))
    context.validation_results_store.store_validation_results(
        suite_validation_result=result,
        suite_validation_result_identifier=ValidationResultIdentifier(
            expectation_suite_identifier=ExpectationSuiteIdentifier(name=suite.suite_name),
            run_id=run_key,
            batch_identifier=suite.table_name,
        ),
    )


def _write_front_page(folder: Path, run: ValidationRun) -> None:
    """Replace the front page, which fills its table by a script from the network."""
    pages = []
    for suite in run.suites:
        if suite.gx_result is None:
            continue
        (page,) = (folder / "validations" / suite.suite_name).rglob("*.html")
        pages.append(
            {
                "suite": suite,
                "kept": sum(row.success is True for row in suite.rows),
                "validation": page.relative_to(folder).as_posix(),
                "expectations": f"expectations/{suite.suite_name}.html",
            }
        )
    html = (
        template_environment()
        .get_template("data_docs_index.html.j2")
        .render(
            run=run,
            pages=pages,
            skipped=[suite for suite in run.suites if suite.skipped_reason],
            derived=sum(
                suite.gx_result is None
                and not suite.skipped_reason
                and all(row.expectation != DBT_TEST for row in suite.rows)
                for suite in run.suites
            ),
        )
    )
    (folder / "index.html").write_text(html, encoding="utf-8")


def _finish(folder: Path) -> None:
    # Logos and fonts are only reached by the references that are cut out.
    shutil.rmtree(folder / "static", ignore_errors=True)
    style = (TEMPLATES_FOLDER / STYLE_NAME).read_text(encoding="utf-8")
    for path in sorted(folder.rglob("*.html")):
        page = make_offline(path.read_text(encoding="utf-8"), style)
        path.write_text(page, encoding="utf-8")
