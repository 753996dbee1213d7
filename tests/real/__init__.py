"""Whole runs on real public data."""
