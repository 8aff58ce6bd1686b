"""Golden conversations: what is said, what must be answered, and how that is replayed over any face."""
