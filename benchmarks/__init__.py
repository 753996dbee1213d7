"""Speed and memory, side by side with the plainest way of doing the same."""
