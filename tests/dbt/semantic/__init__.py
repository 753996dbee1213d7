"""Tests of the semantic definitions."""
