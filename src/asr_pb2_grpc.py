"""The stub of speech recognition under the name that clients import: `import asr_pb2_grpc`."""

from grpc_service.protos.asr_pb2_grpc import *  # noqa: F403 - all of it, under both names one and the same
