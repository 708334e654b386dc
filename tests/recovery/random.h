// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <vector>

#include "absl/strings/string_view.h"

namespace lookalike {

// The finaliser of splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
inline uint64_t Scramble(uint64_t number) {
  number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9;
  number = (number ^ (number >> 27)) * 0x94D049BB133111EB;
  return number ^ (number >> 31);
}
inline constexpr uint64_t kSeedStep = 0x9E3779B97F4A7C15;

// Makes one seed of several numbers; every bit of each counts.
inline uint64_t MixSeeds(std::initializer_list<uint64_t> numbers) {
  uint64_t seed = 0;
  for (const uint64_t number : numbers) seed = Scramble(seed + number + kSeedStep);
  return seed;
}

// A number that stands for a text, the same on every machine.
inline uint64_t SeedOf(absl::string_view text) {
  uint64_t seed = text.size();
  for (const char byte : text) seed = MixSeeds({seed, static_cast<unsigned char>(byte)});
  return seed;
}

// Choices that a seed fixes, on every machine the same: the distributions of the standard library are not. Its
// generator is splitmix64, since those of the standard library take microseconds to set up and every item has several.
// Not thread-safe.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // 0 to limit - 1.
  uint64_t Below(uint64_t limit) { return Next() % limit; }
  // least to most.
  uint64_t Between(uint64_t least, uint64_t most) { return least + Below(most - least + 1); }
  // 0 to 1.
  double Fraction() { return static_cast<double>(Next() >> 11) / static_cast<double>(uint64_t{1} << 53); }
  bool Chance(double probability) { return Fraction() < probability; }
  template <class T>
  const T& Pick(const std::vector<T>& choices) {
    return choices[Below(choices.size())];
  }

 private:
  uint64_t Next() { return Scramble(state_ += kSeedStep); }

  uint64_t state_;
};

}  // namespace lookalike
