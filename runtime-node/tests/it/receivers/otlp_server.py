"""An OTLP server that keeps the bytes of each message in a file before it acknowledges it.

otlp_server.py FOLDER MOST-BYTES; ends when standard input does.
"""

import itertools
import pathlib
import sys
from concurrent import futures

import grpc

METHOD = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"


class Export(grpc.GenericRpcHandler):
    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count()

    def service(self, details):
        if details.method != METHOD:
            return None  # answered as UNIMPLEMENTED
        # Without serializers, messages are bytes.
        return grpc.unary_unary_rpc_method_handler(self.export)

    def export(self, message, context):
        (self.folder / f"{next(self.numbers):06}").write_bytes(message)
        return b""


def main(folder, most):
    options = [("grpc.max_receive_message_length", int(most)), ("grpc.so_reuseport", 0)]
    server = grpc.server(futures.ThreadPoolExecutor(4), options=options)
    server.add_generic_rpc_handlers((Export(pathlib.Path(folder)),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(f"listening on port {port}", flush=True)
    sys.stdin.read()
    server.stop(None)


main(*sys.argv[1:])
