"""Drafts of source folders: what files look like, and which canonical streams they may supply."""
