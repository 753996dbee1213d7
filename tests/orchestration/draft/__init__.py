"""Tests of drafts of sources."""
