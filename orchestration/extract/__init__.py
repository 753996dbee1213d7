"""Readers of landing files: contracts, checks, quarantine and the load ledger; free of Dagster."""
