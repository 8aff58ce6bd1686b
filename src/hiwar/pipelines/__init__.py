"""Bytes in, transcripts out; a request in, encoded audio out. Blocking, deterministic, one object per stream."""
