"""The messages of speech recognition under the name that clients import: `import asr_pb2`."""

from grpc_service.protos.asr_pb2 import *  # noqa: F403 - all of them, under both names one and the same
