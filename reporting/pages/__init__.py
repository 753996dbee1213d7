"""The pages; each module declares one ``PAGE`` and is found by itself."""
