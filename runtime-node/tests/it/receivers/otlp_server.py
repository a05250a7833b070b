"""An OTLP server that keeps the bytes of each message in a file before it acknowledges it.

otlp_server.py FOLDER MOST-BYTES; ends when standard input does.
"""

import itertools
import pathlib
import sys
from concurrent import futures

import grpc

METHODS = {
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export": "logs",
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export": "traces",
}


class Export(grpc.GenericRpcHandler):
    def __init__(self, folder):
        self.folder = folder
        self.numbers = itertools.count()

    def service(self, details):
        signal = METHODS.get(details.method)
        if signal is None:
            return None  # answered as UNIMPLEMENTED

        def export(message, context):
            (self.folder / f"{next(self.numbers):06}.{signal}").write_bytes(message)
            return b""

        # Without serializers, messages are bytes.
        return grpc.unary_unary_rpc_method_handler(export)


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
