"""The services over gRPC: calls, their metadata and their status to and from the drivers."""
