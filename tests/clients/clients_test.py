#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The clients of docs/examples against `lookalike serve`: all make the same three calls and must say the same."""
import argparse
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

EXAMPLES = pathlib.Path("docs/examples").resolve()
PROTOS = pathlib.Path("proto").resolve()
ARGUMENTS = argparse.Namespace()
PATIENCE_S = 120


def run(*command, **options):
    """What a program prints. Fails the test with all that it said where it fails."""
    ended = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=PATIENCE_S, **options)
    if ended.returncode != 0:
        raise AssertionError(f"{command[0]} ended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}")
    return ended.stdout


class Server:
    """`lookalike serve` on free ports, with one collection of drawn products."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="lookalike-clients-"))
        self.process = subprocess.Popen(
            [ARGUMENTS.lookalike, "serve", "--data-dir", self.folder / "data", "--log-level", "error",
             "--grpc-address", "127.0.0.1:0", "--http-address", "127.0.0.1:0"],
            stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        self.grpc, self.http = re.search(r"grpc=(\S+) http=(\S+)", line).groups()
        run(ARGUMENTS.lookalike, "demo-catalog", "--count", "6", "--size", "96", self.folder / "catalog")
        run(ARGUMENTS.lookalike, "ingest", "--server", self.grpc, "--collection", "shop",
            self.folder / "catalog" / "catalog.jsonl")
        self.pictures = sorted((self.folder / "catalog" / "images").iterdir())

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)
        shutil.rmtree(self.folder)


class ClientsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.generated = pathlib.Path(ARGUMENTS.build_folder) / "generated"
        cls.generated.mkdir(exist_ok=True)
        run(ARGUMENTS.protoc, "-I", PROTOS, f"--python_out={cls.generated}", f"--grpc_out={cls.generated}",
            f"--plugin=protoc-gen-grpc={ARGUMENTS.plugin}", *sorted((PROTOS / "lookalike" / "v1").glob("*.proto")))
        cls.python = os.environ | {"PYTHONPATH": f"{cls.generated}:{EXAMPLES}"}

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def expect_three_calls(self, output, item):
        """The product finds itself, and is gone at the end."""
        found, deleted = output.strip().splitlines()
        self.assertEqual(found, f"1.0000 {item}")
        self.assertEqual(deleted, f"deleted {item}")

    def test_python(self):
        output = run("/usr/bin/python3", EXAMPLES / "shop.py", self.server.grpc, "shop", self.server.pictures[0],
                     env=self.python)
        self.expect_three_calls(output, "example-python")

    def test_python_says_what_is_wrong(self):
        ended = subprocess.run(["/usr/bin/python3", EXAMPLES / "shop.py", self.server.grpc, "nowhere",
                                self.server.pictures[0]], env=self.python, capture_output=True, text=True)
        self.assertEqual(ended.returncode, 1)
        self.assertIn("NOT_FOUND", ended.stderr)

    def test_cpp(self):
        output = run(ARGUMENTS.cpp_example, self.server.grpc, "shop", self.server.pictures[0],
                     EXAMPLES / "service_config.json")
        self.expect_three_calls(output, "example-cpp")

    def test_node(self):
        folder = self.node_packages()
        shutil.copy(EXAMPLES / "shop.mjs", folder)
        shutil.copy(EXAMPLES / "service_config.json", folder)
        output = run("node", folder / "shop.mjs", self.server.grpc, "shop", self.server.pictures[0],
                     env=os.environ | {"LOOKALIKE_PROTOS": str(PROTOS)})
        self.expect_three_calls(output, "example-node")

    def node_packages(self):
        if shutil.which("node") is None or shutil.which("npm") is None:
            self.skipTest("node and npm are not installed (apt-get install nodejs npm)")
        folder = pathlib.Path(ARGUMENTS.build_folder) / "node"
        folder.mkdir(exist_ok=True)
        wanted = pathlib.Path("tests/clients/package.json").read_text()
        if not (folder / "installed").exists() or (folder / "installed").read_text() != wanted:
            (folder / "package.json").write_text(wanted)
            ended = subprocess.run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder,
                                   capture_output=True, text=True, timeout=PATIENCE_S)
            if ended.returncode != 0:
                self.skipTest("npm could not install @grpc/grpc-js: " + ended.stderr[-500:])
            (folder / "installed").write_text(wanted)
        return folder

    def test_curl(self):
        if shutil.which("curl") is None:
            self.skipTest("curl is not installed (apt-get install curl)")
        output = run(EXAMPLES / "shop.sh", f"http://{self.server.http}", "shop", self.server.pictures[0])
        written, found, deleted = [json.loads(line) for line in self.objects(output)]
        self.assertGreater(int(written["sequence"]), 0)
        self.assertEqual([item["id"] for item in found["results"]], ["example-curl"])
        self.assertNotIn("error", deleted["outcomes"][0])

    @staticmethod
    def objects(text):
        """JSON objects that stand one after the other."""
        decoder, rest = json.JSONDecoder(), text.strip()
        while rest:
            _, end = decoder.raw_decode(rest)
            yield rest[:end]
            rest = rest[end:].strip()

    def test_worker_is_not_harmed_by_duplicates_and_disorder(self):
        newest, events = {}, []
        for i in range(20):
            item = f"queue-{i}"
            events.append({"id": item, "version": 1, "image": f"images/{self.server.pictures[i % 6].name}",
                           "attributes": {"price": 1.0}})
            events.append({"id": item, "version": 2, "image": f"images/{self.server.pictures[(i + 1) % 6].name}",
                           "attributes": {"price": 2.0}})
            events.append({"id": item, "version": 3, "deleted": True} if i % 4 == 0 else
                          {"id": item, "version": 3, "image": f"images/{self.server.pictures[(i + 2) % 6].name}",
                           "attributes": {"price": 3.0}})
            newest[item] = None if i % 4 == 0 else 3.0
        order = random.Random(7)
        queue = self.server.folder / "catalog" / "queue.jsonl"
        for delivery in range(2):  # all of it twice
            order.shuffle(events)
            with queue.open("a") as file:
                file.writelines(json.dumps(event) + "\n" for event in events)
        offset = self.server.folder / "offset"
        tally = json.loads(run("/usr/bin/python3", EXAMPLES / "worker.py", self.server.grpc, "shop", queue, offset,
                               "--once", env=self.python))
        self.assertEqual(tally["failed"], 0)
        self.assertEqual(tally["written"] + tally["superseded"], 2 * len(events))
        self.assertGreater(tally["superseded"], len(events))
        self.assertEqual(int(offset.read_text()), queue.stat().st_size)
        for item, price in newest.items():
            got = self.prices(item)
            self.assertEqual(got, [] if price is None else [price], item)

    def prices(self, item):
        program = ("import sys, grpc\nfrom lookalike.v1 import search_pb2, search_pb2_grpc\n"
                   "with grpc.insecure_channel(sys.argv[1]) as channel:\n"
                   "    got = search_pb2_grpc.VisualSearchStub(channel).Get(\n"
                   "        search_pb2.GetRequest(collection='shop', ids=[sys.argv[2]]), timeout=10)\n"
                   "    print([item.attributes['price'].number_value for item in got.items])\n")
        return json.loads(run("/usr/bin/python3", "-c", program, self.server.grpc, item, env=self.python))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("lookalike", "cpp-example", "protoc", "plugin", "build-folder"):
        parser.add_argument(f"--{name}", required=True)
    ARGUMENTS, rest = parser.parse_known_args()
    unittest.main(argv=[sys.argv[0], *rest], verbosity=2)
