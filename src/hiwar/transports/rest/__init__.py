"""What does not need a stream: the catalogue, and whether the server is alive and ready."""
