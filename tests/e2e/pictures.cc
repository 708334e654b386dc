// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/pictures.h"

namespace lookalike {
namespace {

// CRC-32 as the PNG specification has it, annex D.
uint32_t Crc(const std::string& bytes) {
  uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::string BigEndian(uint32_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
  return bytes;
}

std::string Chunk(const std::string& type, const std::string& data) {
  return BigEndian(static_cast<uint32_t>(data.size())) + type + data + BigEndian(Crc(type + data));
}

}  // namespace

std::string PngHeader(uint32_t width, uint32_t height) {
  const std::string eight_bit_grey("\x08\x00\x00\x00\x00", 5);
  return "\x89PNG\r\n\x1a\n" + Chunk("IHDR", BigEndian(width) + BigEndian(height) + eight_bit_grey);
}

std::string OnePixelPng() {
  // Deflated: a row without a filter, and the pixel, 255.
  const std::string row = std::string("\x78\x9c\x63\xf8\x0f\x00\x01\x01\x01\x00", 10);
  return PngHeader(1, 1) + Chunk("IDAT", row) + Chunk("IEND", "");
}

}  // namespace lookalike
