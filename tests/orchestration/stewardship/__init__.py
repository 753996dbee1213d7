"""Tests of the readers of landing files."""
