"""Databases and APIs, read into landing."""
