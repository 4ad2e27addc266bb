"""Writes the descriptors of Triton's service as tritonclient ships them, for clients in other languages. Argument: the file."""

import pathlib
import sys

from google.protobuf import descriptor_pb2
from tritonclient.grpc import model_config_pb2, service_pb2

files = descriptor_pb2.FileDescriptorSet()
for module in (model_config_pb2, service_pb2):
    module.DESCRIPTOR.CopyToProto(files.file.add())
pathlib.Path(sys.argv[1]).write_bytes(files.SerializeToString())
