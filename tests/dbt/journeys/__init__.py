"""Tests of the journey marts."""
