"""Engines: models behind contracts. One folder per engine, found by entry point through `registry`."""
