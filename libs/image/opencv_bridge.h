// SPDX-License-Identifier: Apache-2.0
#pragma once

// Between our pictures and OpenCV's. For the sources of libs/image alone: it includes OpenCV.

#include <exception>
#include <new>
#include <opencv2/core.hpp>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "libs/image/image.h"

namespace lookalike {

// A matrix over the pixels of `image`, which must outlive it. Channels are RGB, where OpenCV expects BGR.
inline cv::Mat AsMat(Image& image) { return {image.height, image.width, CV_8UC3, image.pixels.data()}; }

// The same for reading only: OpenCV has no matrix of constant values.
inline cv::Mat AsMat(const Image& image) { return AsMat(const_cast<Image&>(image)); }

// Runs `work` and turns what it throws into a status that begins with `task`: InvalidArgument, but ResourceExhausted
// where memory runs out. OpenCV stays on the calling thread: the callers work on many pictures at once, and
// its own threads would only take their cores away.
template <typename Work>
absl::Status WithOpenCv(absl::string_view task, Work work) {
  static const bool single_threaded = (cv::setNumThreads(1), true);
  static_cast<void>(single_threaded);
  try {
    work();
    return absl::OkStatus();
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) return absl::ResourceExhaustedError(absl::StrCat(task, ": out of memory"));
    return absl::InvalidArgumentError(absl::StrCat(task, ": ", error.err));
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(absl::StrCat(task, ": out of memory"));
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat(task, ": ", error.what()));
  }
}

}  // namespace lookalike
