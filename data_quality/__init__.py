"""Data quality: expectation suites as data, their runner, history and the report stewards read.

The package knows neither Dagster nor the orchestration: it is given the path of a warehouse and a
folder to write to. Start at `runner.validate` (one suite or all) and `publish.publish_quality`
(history, report and Data Docs of one run).
"""
