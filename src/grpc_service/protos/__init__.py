"""The gRPC contract: the two proto files, and what is generated from them by `make protos`."""
