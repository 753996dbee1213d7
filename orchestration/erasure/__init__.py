"""Erasure of a person: out of landing, and with it out of everything that is built from landing.

Whatever a run writes follows from landing (decision 0001), so a person is erased by taking their
rows out of the landing files and building again from nothing; rows deleted inside a database file
would stay in its free blocks. `docs/privacy.md` says what a steward does, decision 0023 why.
"""
