// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace lookalike {

// The labels of one series, name and value: {{"method", "Search"}, {"code", "OK"}}.
// Values must come from a small fixed set (methods, status codes, collections), never from a user (ids, addresses).
using MetricLabels = std::vector<std::pair<std::string, std::string>>;

// Only goes up. Handles are small, copied freely, used from any thread without a lock, and valid as long as
// their Metrics is.
class Counter {
 public:
  void Increment(double by = 1) const;  // `by` < 0 is ignored

 private:
  friend class Metrics;
  explicit Counter(prometheus::Counter* series) : series_(series) {}
  prometheus::Counter* series_;
};

// Goes up and down. A handle like Counter.
class Gauge {
 public:
  void Set(double value) const;
  void Add(double difference) const;

 private:
  friend class Metrics;
  explicit Gauge(prometheus::Gauge* series) : series_(series) {}
  prometheus::Gauge* series_;
};

// Counts observations by size. A handle like Counter.
class Histogram {
 public:
  void Observe(double value) const;

 private:
  friend class Metrics;
  explicit Histogram(prometheus::Histogram* series) : series_(series) {}
  prometheus::Histogram* series_;
};

// Upper bounds in seconds for anything that takes time, three to a decade (1, 2.5, 5), so that a percentile read from
// them is at most 2.5 times off. They start at 100 µs, about one search of a warm graph, pass through 0.1 s, about one
// forward pass on a CPU, and end at 30 s, longer than a caller waits.
std::vector<double> LatencyBuckets();

// One value of a gauge that is worked out when it is asked for.
struct GaugeSample {
  MetricLabels labels;
  double value = 0;
};

class Metrics;

// Keeps a gauge callback registered. Destroying it waits for a Render() that is running and then unregisters, so an
// object may own the registration of a callback that reads its members. Must not outlive its Metrics.
class [[nodiscard]] GaugeCallbackRegistration {
 public:
  GaugeCallbackRegistration() = default;  // of nothing
  ~GaugeCallbackRegistration();
  GaugeCallbackRegistration(GaugeCallbackRegistration&& other) noexcept;
  GaugeCallbackRegistration& operator=(GaugeCallbackRegistration&& other) noexcept;

 private:
  friend class Metrics;
  GaugeCallbackRegistration(Metrics* metrics, uint64_t id) : metrics_(metrics), id_(id) {}
  Metrics* metrics_ = nullptr;
  uint64_t id_ = 0;
};

// The metrics of one process: made once in main() and passed down by pointer; a test makes its own. Thread-safe.
//
// Asking again for the same name and labels gives the same series, so that two objects may share a counter. A name
// holds at most kMaxSeriesPerName series, because each costs memory here and in Prometheus for ever: labels asked for
// after that all get one series, whose label values are "other".
//
// Names and labels are constants of our own source, so a mistake in one ends the process with a message, at the first
// start: a name without the prefix "lookalike_", a character that Prometheus forbids, one name for two kinds.
class Metrics {
 public:
  static constexpr size_t kMaxSeriesPerName = 1000;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter AddCounter(absl::string_view name, absl::string_view help, const MetricLabels& labels = {});
  Gauge AddGauge(absl::string_view name, absl::string_view help, const MetricLabels& labels = {});
  // `bucket_bounds`: upper bounds, ascending, without infinity; the first call for a name decides.
  Histogram AddHistogram(absl::string_view name, absl::string_view help, const std::vector<double>& bucket_bounds,
                         const MetricLabels& labels = {});

  // Gauges that are read from where the truth is, once for each Render(). Callbacks run on Render()'s thread, one at a
  // time; they must be quick, must not throw, and must not call this Metrics. Several may share one name.
  GaugeCallbackRegistration AddGaugeCallback(absl::string_view name, absl::string_view help, const MetricLabels& labels,
                                             std::function<double()> callback);
  // The same for a number of series that changes, such as one for each collection. Samples after the first
  // kMaxSeriesPerName of one callback are left out.
  GaugeCallbackRegistration AddGaugeCallback(absl::string_view name, absl::string_view help,
                                             std::function<std::vector<GaugeSample>()> callback);

  // All metrics in Prometheus' text format, version 0.0.4.
  std::string Render() const;

 private:
  friend class GaugeCallbackRegistration;
  struct State;
  void RemoveGaugeCallback(uint64_t id);
  std::unique_ptr<State> state_;
};

}  // namespace lookalike
