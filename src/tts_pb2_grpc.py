"""The stub of speech synthesis under the name that clients import: `import tts_pb2_grpc`."""

from grpc_service.protos.tts_pb2_grpc import *  # noqa: F403 - all of it, under both names one and the same
