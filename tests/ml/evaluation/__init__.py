"""Metrics against independent oracles."""
