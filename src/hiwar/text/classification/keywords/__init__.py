"""Written forms and what they stand for, in both languages: data only."""
