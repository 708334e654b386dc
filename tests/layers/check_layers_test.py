#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows on small made-up repositories that every rule of check_layers.py can fail, and that what is allowed passes."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True
import check_layers  # noqa: E402  (after the line that keeps the source tree clean)


class CheckLayersTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("libs/vector/dot.h", "#include <vector>")

    def write(self, path, *lines):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(lines) + "\n")

    def assert_clean(self):
        self.assertEqual(check_layers.check(self.root), [])

    def assert_violation(self, place, words):
        violations = check_layers.check(self.root)
        self.assertEqual(len(violations), 1, violations)
        self.assertTrue(violations[0].startswith(place + ": "), violations[0])
        self.assertIn(words, violations[0])

    # Direction

    def test_downward_is_allowed(self):
        self.write("libs/ann/index.h", '#include "libs/vector/dot.h"')
        self.write("libs/encoding/encoder.h", '#include "libs/image/image.h"', '#include "libs/vector/dot.h"')
        self.write("libs/query/search.h", '#include "libs/encoding/encoder.h"', '#include "libs/catalog/catalog_store.h"')
        self.write("libs/rpc/client.cc", '#include "libs/encoding/encoder.h"')
        self.write("libs/telemetry/metrics.cc", '#include "libs/sync/mutex.h"')
        self.assert_clean()

    def test_a_library_includes_its_own_headers(self):
        self.write("libs/ann/index.cc", "", '#include "libs/ann/index.h"')
        self.assert_clean()

    def test_upward_is_refused(self):
        self.write("libs/vector/dot.cc", "// a comment", "", '#include "libs/ann/index.h"')
        self.assert_violation("libs/vector/dot.cc:3", "upward")

    def test_sideways_is_refused(self):
        self.write("libs/ann/index.h", '#include "libs/filter/filter.h"')
        self.assert_violation("libs/ann/index.h:1", "sideways")

    def test_sideways_between_the_jobs_is_refused(self):
        self.write("libs/catalog/store.cc", '#include "libs/encoding/encoder.h"')
        self.assert_violation("libs/catalog/store.cc:1", "sideways")

    def test_the_seams_do_not_know_the_query(self):
        self.write("libs/catalog/store.cc", '#include "libs/query/search.h"')
        self.assert_violation("libs/catalog/store.cc:1", "upward")

    def test_sideways_can_be_allowed_one_way(self):
        with mock.patch.dict(check_layers.ALLOWED_SIDEWAYS, {("ann", "filter"): "for this test"}):
            self.write("libs/ann/index.h", '#include "libs/filter/filter.h"')
            self.assert_clean()
            self.write("libs/filter/filter.h", '#include "libs/ann/index.h"')
            self.assert_violation("libs/filter/filter.h:1", "sideways")

    def test_a_service_includes_any_library_and_other_services(self):
        self.write("services/cli/main.cc", '#include "libs/vector/dot.h"', '#include "services/index/index_service.h"')
        self.assert_clean()

    def test_a_library_does_not_include_a_service(self):
        self.write("libs/rpc/server.cc", '#include "services/index/index_service.h"')
        self.assert_violation("libs/rpc/server.cc:1", "does not know the services")

    def test_a_library_without_a_layer_is_refused(self):
        self.write("libs/novel/novel.cc", '#include "libs/vector/dot.h"')
        self.assert_violation("libs/novel/novel.cc:1", "libs/novel has no layer")

    def test_spaces_in_an_include_line_hide_nothing(self):
        self.write("libs/vector/dot.cc", '  #  include   "libs/ann/index.h"  // why not')
        self.assert_violation("libs/vector/dot.cc:1", "upward")

    def test_what_is_no_include_line_is_none(self):
        self.write("libs/vector/dot.cc", '// #include "libs/ann/index.h"', 'const char* x = "#include <torch/script.h>";')
        self.assert_clean()

    # Owners of third-party libraries

    def test_every_third_party_library_is_refused_outside_its_folders(self):
        headers = ["grpcpp/grpcpp.h", "grpc/grpc.h", "google/protobuf/message.h", "lookalike/v1/index.pb.h",
                   "lookalike/v1/index.grpc.pb.h", "CLI/CLI.hpp", "hnswlib/hnswlib.h", "torch/script.h", "ATen/ATen.h",
                   "c10/util/Exception.h", "opencv2/core.hpp", "rocksdb/db.h", "prometheus/registry.h",
                   "spdlog/spdlog.h", "httplib.h", "openssl/evp.h"]
        for header in headers:
            with self.subTest(header):
                self.write("libs/query/search.cc", f"#include <{header}>")
                self.assert_violation("libs/query/search.cc:1", f"<{header}>:")

    def test_every_third_party_library_is_allowed_in_its_folders(self):
        self.write("libs/rpc/server.cc", "#include <grpcpp/grpcpp.h>", '#include "lookalike/v1/index.pb.h"',
                   "#include <httplib.h>")
        self.write("services/index/index_service.h", '#include "lookalike/v1/index.grpc.pb.h"')
        self.write("services/cli/main.cc", "#include <CLI/CLI.hpp>")
        self.write("libs/ann/index.cc", "#include <hnswlib/hnswlib.h>")
        self.write("libs/encoding/model.cc", "#include <torch/script.h>")
        self.write("libs/image/decode.cc", "#include <opencv2/imgcodecs.hpp>")
        self.write("libs/catalog/store.cc", "#include <rocksdb/db.h>")
        self.write("libs/telemetry/metrics.cc", "#include <prometheus/registry.h>", "#include <spdlog/spdlog.h>")
        self.write("libs/digest/sha256.cc", "#include <openssl/evp.h>")
        self.assert_clean()

    def test_services_do_not_see_the_engines(self):
        self.write("services/index/main.cc", "#include <rocksdb/db.h>")
        self.assert_violation("services/index/main.cc:1", "RocksDB is seen in libs/catalog only")

    # Headers hide what they are built on

    def test_a_public_header_that_includes_a_hidden_library_is_refused(self):
        self.write("libs/ann/index.h", "#include <hnswlib/hnswlib.h>")
        self.write("libs/catalog/store.cc", '#include "libs/ann/index.h"')
        self.assert_violation("libs/catalog/store.cc:1", "libs/ann/index.h brings hnswlib with it")

    def test_a_public_header_that_reaches_a_hidden_library_is_refused(self):
        self.write("libs/ann/index.h", '#include "libs/ann/graph.h"')
        self.write("libs/ann/graph.h", '#include "libs/ann/space.h"')
        self.write("libs/ann/space.h", "#include <hnswlib/hnswlib.h>")
        self.write("services/index/main.cc", '#include "libs/ann/index.h"')
        self.assert_violation("services/index/main.cc:1", "libs/ann/index.h brings hnswlib with it")

    def test_a_private_header_may_include_a_hidden_library(self):
        self.write("libs/image/opencv_bridge.h", "#include <opencv2/core.hpp>")
        self.write("libs/image/decode.cc", '#include "libs/image/opencv_bridge.h"', '#include "libs/image/decode.h"')
        self.write("libs/encoding/model.cc", '#include "libs/image/decode.h"')
        self.assert_clean()

    def test_grpc_is_not_hidden_from_the_services(self):
        self.write("libs/rpc/server.h", "#include <grpcpp/grpcpp.h>")
        self.write("services/index/main.cc", '#include "libs/rpc/server.h"')
        self.assert_clean()

    # Folders

    def test_folders_for_anything_are_refused(self):
        for name in ("common", "util", "utils", "helpers"):
            with self.subTest(name):
                self.write(f"libs/ann/{name}/x.h", "")
                self.assert_violation(f"libs/ann/{name}:1", f"a folder named {name}")
                (self.root / f"libs/ann/{name}/x.h").unlink()
                (self.root / f"libs/ann/{name}").rmdir()

    def test_build_and_hidden_folders_are_not_ours(self):
        self.write("build/release/common/x.h", "")
        self.write(".git/helpers/x", "")
        self.assert_clean()

    # The program

    def run_program(self, *arguments):
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            return check_layers.main(arguments), out.getvalue()

    def test_ends_with_0_when_clean_and_prints_nothing(self):
        self.assertEqual(self.run_program(str(self.root)), (0, ""))

    def test_ends_with_1_and_a_line_for_each_violation(self):
        self.write("libs/vector/dot.cc", '#include "libs/ann/index.h"', "#include <torch/script.h>")
        code, text = self.run_program(str(self.root))
        self.assertEqual(code, 1)
        self.assertEqual(len(text.splitlines()), 2)

    def test_ends_with_2_where_there_is_no_repository(self):
        code, text = self.run_program(str(self.root / "libs"))
        self.assertEqual(code, 2)
        self.assertIn("has no folder libs", text)


if __name__ == "__main__":
    unittest.main()
