"""Language and lexicon."""
