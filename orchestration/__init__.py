"""Dagster assets, the `throughline` command, and the only doors to the environment and the warehouse."""
