#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An ingestion worker with at-least-once delivery: what a queue delivers twice, late or out of order does no harm.

    worker.py 127.0.0.1:7700 shop queue.jsonl offset [--once]

The queue is a file that is appended to, an event a line:

    {"id": "boot-1", "version": 17, "image": "photos/boot-1.jpg", "attributes": {"price": 79.9}}
    {"id": "boot-1", "version": 18, "attributes": {"price": 69.9}}      the attributes alone
    {"id": "boot-1", "version": 19, "deleted": true}

`version` grows with each change of the item: a time stamp or a revision of the shop's database. The server keeps the
highest it has seen of an item, also of a deleted one, and an event that is not newer changes nothing. So the worker may
commit its offset late, be killed between a write and the commit, and run twice.
"""
import json
import pathlib
import sys
import time

import grpc
from lookalike.v1 import search_pb2, search_pb2_grpc

import shop as example

COMMIT_EVERY = 100  # events; a crash delivers at most so many again


class Worker:
    def __init__(self, channel, collection, folder):
        self.shop = search_pb2_grpc.VisualSearchStub(channel)
        self.collection = collection
        self.folder = folder
        self.tally = {"written": 0, "superseded": 0, "failed": 0}

    def handle(self, event):
        """One event. What the server refuses for good is told and passed over; anything else is raised."""
        try:
            superseded = self.apply(event)
            self.tally["superseded" if superseded else "written"] += 1
        except grpc.RpcError as error:
            if error.code() not in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND):
                raise
            self.tally["failed"] += 1
            print(f"{event.get('id')}: {error.details()}", file=sys.stderr)

    def apply(self, event):
        if event.get("deleted"):
            request = search_pb2.DeleteRequest(
                collection=self.collection, ids=[event["id"]], versions=[event["version"]]
            )
            return example.call(self.shop.Delete, request, timeout=30).outcomes[0].superseded
        if "image" not in event:
            request = search_pb2.UpdateAttributesRequest(
                collection=self.collection, id=event["id"], version=event["version"]
            )
            self.set_attributes(request.attributes, event)
            return example.call(self.shop.UpdateAttributes, request, timeout=30).superseded
        request = search_pb2.UpsertRequest(collection=self.collection)
        request.item.id = event["id"]
        request.item.version = event["version"]
        request.item.images.add(image=(self.folder / event["image"]).read_bytes())
        self.set_attributes(request.item.attributes, event)
        return example.call(self.shop.Upsert, request, timeout=30).superseded

    @staticmethod
    def set_attributes(attributes, event):
        for name, value in event.get("attributes", {}).items():
            if value is None:
                attributes[name].null_value = 0
            elif isinstance(value, bool):
                attributes[name].bool_value = value
            elif isinstance(value, (int, float)):
                attributes[name].number_value = value
            elif isinstance(value, list):
                attributes[name].list_value.extend(value)
            else:
                attributes[name].string_value = value


def events(queue, offset, once):
    """Whole lines from `offset` on, each with the offset behind it; waits for more at the end unless `once`."""
    with open(queue, "rb") as file:
        file.seek(offset)
        while True:
            line = file.readline()
            if line.endswith(b"\n"):
                yield json.loads(line), file.tell()
            elif once:
                return
            else:
                file.seek(-len(line), 1)
                time.sleep(0.2)


def main(address, collection, queue, offset_file, *flags):
    committed = pathlib.Path(offset_file)
    offset = int(committed.read_text()) if committed.exists() else 0
    with grpc.insecure_channel(address, example.OPTIONS) as channel:
        worker = Worker(channel, collection, pathlib.Path(queue).parent)
        uncommitted = 0
        for event, offset in events(queue, offset, "--once" in flags):
            worker.handle(event)
            uncommitted += 1
            if uncommitted == COMMIT_EVERY:
                committed.write_text(str(offset))
                uncommitted = 0
        committed.write_text(str(offset))
    print(json.dumps(worker.tally))


if __name__ == "__main__":
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
