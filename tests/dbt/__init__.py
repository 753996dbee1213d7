"""Models of dbt against oracles."""
