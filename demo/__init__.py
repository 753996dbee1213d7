"""A company that does not exist, at any size, whose truths are known because they were planted."""
