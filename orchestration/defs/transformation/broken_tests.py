"""What dbt's tests found in a pass, kept where the results of the suites are."""

from __future__ import annotations

from dagster_dbt import DbtCliInvocation

from data_quality.dbt_tests import dbt_test_suites, waive_warnings
from data_quality.records import line_of_day, load_records, write_records
from data_quality.results import ValidationRun
from data_quality.storage import save_run
from data_quality.waivers import read_waivers
from orchestration.run import Run


def keep_broken_tests(run: Run, pass_name: str, invocation: DbtCliInvocation) -> None:
    """Keep the tests of a pass that warned or failed.

    A pass that was launched by itself keeps none: the records of its day are those of a whole run,
    and would give way to it. A command that ended before its first test has nothing to keep.
    """
    settings = run.settings
    line = line_of_day(settings.quality_dir, run.last_day)
    if line is None or line.run_id != run.identifier:
        return
    if not (invocation.target_path / "run_results.json").exists():
        return
    suites = dbt_test_suites(
        invocation.get_artifact("run_results.json"),
        invocation.get_artifact("manifest.json"),
        run.warehouse.row_counts(),
        step=pass_name,
        run_id=run.identifier,
        validated_at=run.arrival,
    )
    with run.warehouse.connect() as connection:
        validation = ValidationRun(
            run_id=run.identifier,
            as_of=run.last_day,
            validated_at=run.arrival,
            suites=waive_warnings(suites, read_waivers(connection), run.last_day),
        )
        save_run(validation, settings.quality_dir)
        write_records(
            connection,
            settings.quality_dir,
            "expectation_results",
            validation.results,
            line=line,
            step=pass_name,
        )
        load_records(connection, settings.quality_dir)
