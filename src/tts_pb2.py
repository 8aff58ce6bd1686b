"""The messages of speech synthesis under the name that clients import: `import tts_pb2`."""

from grpc_service.protos.tts_pb2 import *  # noqa: F403 - all of them, under both names one and the same
