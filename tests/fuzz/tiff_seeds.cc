// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <tiffio.h>

#include "tests/fuzz/image_seeds.h"

namespace lookalike {
namespace {

// A file in memory that libtiff writes to, here and there.
struct TiffOutput {
  std::string bytes;
  size_t offset = 0;
};

TiffOutput& OutputOf(thandle_t handle) { return *static_cast<TiffOutput*>(handle); }

tmsize_t Read(thandle_t handle, void* to, tmsize_t count) {
  TiffOutput& output = OutputOf(handle);
  if (output.offset >= output.bytes.size()) return 0;
  const size_t taken = std::min(static_cast<size_t>(count), output.bytes.size() - output.offset);
  std::memcpy(to, &output.bytes[output.offset], taken);
  output.offset += taken;
  return static_cast<tmsize_t>(taken);
}

tmsize_t Write(thandle_t handle, void* from, tmsize_t count) {
  TiffOutput& output = OutputOf(handle);
  const size_t end = output.offset + static_cast<size_t>(count);
  output.bytes.resize(std::max(output.bytes.size(), end));
  std::memcpy(&output.bytes[output.offset], from, static_cast<size_t>(count));
  output.offset = end;
  return count;
}

toff_t Seek(thandle_t handle, toff_t offset, int whence) {
  TiffOutput& output = OutputOf(handle);
  output.offset = offset + (whence == SEEK_SET ? 0 : whence == SEEK_CUR ? output.offset : output.bytes.size());
  return output.offset;
}

int Close(thandle_t /*handle*/) { return 0; }
toff_t Size(thandle_t handle) { return OutputOf(handle).bytes.size(); }

// `channels` of the pixels from (left, top), `width` × `height`; beyond the image its last row and column go on.
std::vector<uint8_t> Samples(const Image& image, const TiffKind& kind, const std::vector<int>& channels, int left,
                             int top, int width, int height) {
  std::vector<uint8_t> samples;
  for (int y = top; y < top + height; ++y) {
    for (int x = left; x < left + width; ++x) {
      const int column = std::min(x, image.width - 1), row = std::min(y, image.height - 1);
      for (const int channel : channels) {
        const uint8_t value = channel == 3
                                  ? (column < image.width / 2 ? 255 : 0)
                                  : image.pixels[(static_cast<size_t>(row) * image.width + column) * 3 + channel];
        samples.insert(samples.end(), kind.bits / 8, value);
      }
    }
  }
  return samples;
}

void SetFields(TIFF* tiff, const Image& image, const TiffKind& kind, int channels) {
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, image.width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, image.height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, kind.bits);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, channels);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, kind.compression);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, kind.orientation);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, kind.separate ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
  const uint16_t unassociated = EXTRASAMPLE_UNASSALPHA;
  if (kind.alpha) TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &unassociated);
  if (kind.tile > 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, kind.tile);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, kind.tile);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 8);
  }
}

}  // namespace

std::string MakeTiff(const Image& image, const TiffKind& kind) {
  TiffOutput output;
  TIFFSetWarningHandler(nullptr);  // of compressions that the world has given up, but still reads
  TIFF* tiff = TIFFClientOpen("seed", "wm", &output, Read, Write, Seek, Close, Size, nullptr, nullptr);
  if (tiff == nullptr) std::abort();
  std::vector<int> channels = {0, 1, 2};
  if (kind.alpha) channels.push_back(3);
  SetFields(tiff, image, kind, static_cast<int>(channels.size()));
  std::vector<std::vector<int>> planes = {channels};
  if (kind.separate) planes = {{0}, {1}, {2}};
  uint32_t piece = 0;
  const int step_x = kind.tile > 0 ? kind.tile : image.width, step_y = kind.tile > 0 ? kind.tile : 8;
  for (const std::vector<int>& plane : planes) {
    for (int y = 0; y < image.height; y += step_y) {
      for (int x = 0; x < image.width; x += step_x) {
        const int rows = kind.tile > 0 ? step_y : std::min(step_y, image.height - y);
        std::vector<uint8_t> samples = Samples(image, kind, plane, x, y, step_x, rows);
        const auto write = kind.tile > 0 ? TIFFWriteEncodedTile : TIFFWriteEncodedStrip;
        if (write(tiff, piece++, samples.data(), static_cast<tmsize_t>(samples.size())) < 0) std::abort();
      }
    }
  }
  TIFFClose(tiff);
  return output.bytes;
}

}  // namespace lookalike
