"""Databases and APIs read into landing, where the ordinary loader finds them; free of Dagster."""
