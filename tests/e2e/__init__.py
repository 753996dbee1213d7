"""Whole runs of the demo company."""
