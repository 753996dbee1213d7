"""What customers say: languages and word lists."""
