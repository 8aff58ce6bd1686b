"""The running server: settings, the application that joins all parts, its life from start to drain."""
