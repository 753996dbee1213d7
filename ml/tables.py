"""Shapes of the tables that the models write, stated once."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

#: SQL type of every column, table by table; the order is the order in the warehouse.
TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "churn_scores": {
            "customer_id": "varchar",
            "as_of_date": "date",
            "model_version": "varchar",
            "churn_probability_30d": "double",
            "churn_probability_90d": "double",
            "churn_probability_180d": "double",
            "expected_remaining_days": "double",
            "risk_decile": "bigint",
            "reason_1": "varchar",
            "reason_1_effect": "double",
            "reason_2": "varchar",
            "reason_2_effect": "double",
            "reason_3": "varchar",
            "reason_3_effect": "double",
        },
        "upsell_scores": {
            "customer_id": "varchar",
            "offer_id": "varchar",
            "as_of_date": "date",
            "model_version": "varchar",
            "propensity_90d": "double",
            "reason_1": "varchar",
            "reason_2": "varchar",
        },
        "survival_curves": {
            "model_name": "varchar",
            "group_name": "varchar",
            "group_value": "varchar",
            "duration_days": "bigint",
            "survival": "double",
            "lower": "double",
            "upper": "double",
            "at_risk": "bigint",
        },
        "hazard_ratios": {
            "covariate": "varchar",
            "hazard_ratio": "double",
            "lower": "double",
            "upper": "double",
            "p_value": "double",
            "n": "bigint",
            "events": "bigint",
            "covariate_label": "varchar",
            "proportionality_p_value": "double",
        },
        "model_status": {
            "model_name": "varchar",
            "as_of_date": "date",
            "model_version": "varchar",
            "status": "varchar",
            "reason": "varchar",
            "train_rows": "bigint",
            "train_positives": "bigint",
            "test_rows": "bigint",
            "test_positives": "bigint",
            "test_from": "date",
            "test_to": "date",
            "alarm": "varchar",
        },
        "model_metrics": {
            "model_name": "varchar",
            "model_version": "varchar",
            "as_of_date": "date",
            "subject": "varchar",
            "metric": "varchar",
            "value": "double",
            "lower": "double",
            "upper": "double",
            "n": "bigint",
            "positives": "bigint",
        },
        "calibration": {
            "model_name": "varchar",
            "model_version": "varchar",
            "bin": "bigint",
            "predicted_mean": "double",
            "observed_rate": "double",
            "lower": "double",
            "upper": "double",
            "n": "bigint",
        },
        "feature_importance": {
            "model_name": "varchar",
            "model_version": "varchar",
            "feature": "varchar",
            "feature_label": "varchar",
            "mean_absolute_effect": "double",
        },
    }
)

_PANDAS_TYPES = {"varchar": "str", "double": "float64", "bigint": "int64", "date": "datetime64[s]"}


def typed_frame(table: str, data: Mapping[str, Any] | pd.DataFrame | None = None) -> pd.DataFrame:
    """Give data the columns, order and types of one of the model tables.

    Parameters
    ----------
    table
        A name of `TABLES`.
    data
        Columns of the table; None for no rows.

    Returns
    -------
    pandas.DataFrame
        Typed even when it has no rows. Dates are `datetime64[s]` at midnight.

    Raises
    ------
    ValueError
        When the table is unknown or a column is missing or too many.
    """
    if table not in TABLES:
        raise ValueError(f"unknown model table {table!r}; known: {', '.join(TABLES)}")
    columns = TABLES[table]
    frame = pd.DataFrame({column: [] for column in columns} if data is None else data)
    if set(frame.columns) != set(columns):
        different = sorted(set(frame.columns) ^ set(columns))
        raise ValueError(f"{table}: columns missing or unknown: {', '.join(different)}")
    types = {column: _PANDAS_TYPES[sql_type] for column, sql_type in columns.items()}
    return frame[list(columns)].astype(types).reset_index(drop=True)
