"""hiwar (حوار): a self-hosted, real-time speech server. The version lives here; everything else is imported by name."""

__version__ = "0.1.0"
