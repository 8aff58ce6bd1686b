"""Audio as numbers: sample formats, rates, windows and containers. No files, no sockets, no models."""
