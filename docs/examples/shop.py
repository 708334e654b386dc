#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a shop's backend does, in Python: keep a product, find what looks like it, take it out again.

    shop.py 127.0.0.1:7700 shop photo.jpg

Needs grpcio and protobuf (Debian: python3-grpcio, python3-protobuf), and the generated modules on PYTHONPATH:

    protoc -I proto --python_out=generated --grpc_out=generated \\
           --plugin=protoc-gen-grpc=/usr/bin/grpc_python_plugin proto/lookalike/v1/*.proto
"""
import pathlib
import sys
import time

import grpc
from lookalike.v1 import error_details_pb2, search_pb2, search_pb2_grpc

# Tried again by gRPC itself while a server restarts. Writes are safe to repeat, because they carry versions.
SERVICE_CONFIG = (pathlib.Path(__file__).parent / "service_config.json").read_text()
OPTIONS = [("grpc.service_config", SERVICE_CONFIG), ("grpc.max_receive_message_length", 64 << 20)]


def retry_delay(error):
    """Seconds that an overloaded server asks to be left alone; None where trying again is of no use."""
    details = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin")
    if error.code() != grpc.StatusCode.RESOURCE_EXHAUSTED or details is None:
        return None
    for detail in error_details_pb2.ErrorStatus.FromString(details).details:
        if detail.type_url == "type.googleapis.com/google.rpc.RetryInfo":
            info = error_details_pb2.RetryInfo.FromString(detail.value)
            return info.retry_delay.ToTimedelta().total_seconds()
    return None


def call(method, request, timeout):
    """One call with a deadline over all of its tries."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return method(request, timeout=max(0.001, deadline - time.monotonic()))
        except grpc.RpcError as error:
            delay = retry_delay(error)
            if delay is None or time.monotonic() + delay >= deadline:
                raise
            time.sleep(delay)


def main(address, collection, photo):
    with grpc.insecure_channel(address, OPTIONS) as channel:
        shop = search_pb2_grpc.VisualSearchStub(channel)
        picture = pathlib.Path(photo).read_bytes()

        upsert = search_pb2.UpsertRequest(collection=collection)
        upsert.item.id = "example-python"
        upsert.item.version = time.time_ns() // 1000
        upsert.item.images.add(image=picture)
        upsert.item.attributes["category"].string_value = "example"
        upsert.item.attributes["price"].number_value = 79.9
        written = call(shop.Upsert, upsert, timeout=10)

        search = search_pb2.SearchRequest(collection=collection, k=3, filter='category = "example"')
        search.query.image = picture
        search.min_sequence = written.sequence  # whichever replica answers, it has seen the write
        for found in call(shop.Search, search, timeout=2).results:
            print(f"{found.score:.4f} {found.id}")

        delete = search_pb2.DeleteRequest(collection=collection, ids=["example-python"])
        for outcome in call(shop.Delete, delete, timeout=5).outcomes:
            print(f"deleted {outcome.id}" if not outcome.HasField("error") else outcome.error.message)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    try:
        main(*sys.argv[1:])
    except grpc.RpcError as error:
        sys.exit(f"{error.code().name}: {error.details()}")
