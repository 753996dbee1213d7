"""Tests of person matching."""
