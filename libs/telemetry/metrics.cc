// SPDX-License-Identifier: Apache-2.0
#include "libs/telemetry/metrics.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <sstream>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "libs/sync/mutex.h"
#include "libs/telemetry/log.h"

namespace lookalike {
namespace {

enum class Kind { kCounter, kGauge, kHistogram, kGaugeCallback };

// Names are constants of our source: see the contract of Metrics.
[[noreturn]] void EndOverBadMetric(absl::string_view name, absl::string_view problem) {
  LogError("metric is declared wrongly", {{"name", name}, {"problem", problem}});
  std::abort();
}

bool IsIdentifier(absl::string_view text) {
  return !text.empty() && !absl::ascii_isdigit(text[0]) &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

void CheckNames(absl::string_view name, const MetricLabels& labels) {
  if (!absl::StartsWith(name, "lookalike_") || !IsIdentifier(name)) {
    EndOverBadMetric(name, "a name is \"lookalike_\" and then letters, digits and underscores");
  }
  for (const auto& [label, value] : labels) {
    // "le" is the bound of a histogram's bucket, and Prometheus keeps two leading underscores for itself.
    if (!IsIdentifier(label) || absl::StartsWith(label, "__") || label == "le") {
      EndOverBadMetric(name, absl::StrCat("label ", label, " is not letters, digits and underscores, or is reserved"));
    }
  }
}

prometheus::ClientMetric ToClientMetric(const GaugeSample& sample) {
  prometheus::ClientMetric metric;
  for (const auto& [label, value] : sample.labels) metric.label.push_back({label, value});
  metric.gauge.value = sample.value;
  return metric;
}

struct GaugeCallback {
  std::string name;
  std::string help;
  std::function<std::vector<GaugeSample>()> read;
};

}  // namespace

struct Metrics::State {
  struct Name {
    Kind kind;
    std::set<MetricLabels> series;
  };

  // Ends the process over a wrong declaration; otherwise returns the labels to use, which are "other" at the limit.
  prometheus::Labels Claim(absl::string_view name, Kind kind, const MetricLabels& labels)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex);

  std::vector<prometheus::MetricFamily> ReadCallbacks() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(callbacks_mutex);

  prometheus::Registry registry;  // has its own lock

  Mutex mutex;
  std::map<std::string, Name> names ABSL_GUARDED_BY(mutex);

  // Held while callbacks run: removing one must wait for it, and nothing else must.
  Mutex callbacks_mutex;
  uint64_t last_callback_id ABSL_GUARDED_BY(callbacks_mutex) = 0;
  std::map<uint64_t, GaugeCallback> callbacks ABSL_GUARDED_BY(callbacks_mutex);
};

prometheus::Labels Metrics::State::Claim(absl::string_view name, Kind kind, const MetricLabels& labels) {
  CheckNames(name, labels);
  Name& claimed = names.try_emplace(std::string(name), Name{kind, {}}).first->second;
  if (claimed.kind != kind) EndOverBadMetric(name, "is declared as two kinds of metric");
  prometheus::Labels result(labels.begin(), labels.end());
  const bool known = claimed.series.count(labels) > 0;
  if (!known && claimed.series.size() >= kMaxSeriesPerName) {
    for (auto& [label, value] : result) value = "other";
  } else {
    claimed.series.insert(labels);
  }
  return result;
}

std::vector<prometheus::MetricFamily> Metrics::State::ReadCallbacks() const {
  std::map<std::string, prometheus::MetricFamily> families;
  for (const auto& [id, callback] : callbacks) {
    prometheus::MetricFamily& family = families[callback.name];
    family.name = callback.name;
    family.help = callback.help;
    family.type = prometheus::MetricType::Gauge;
    std::vector<GaugeSample> samples = callback.read();
    if (samples.size() > kMaxSeriesPerName) samples.resize(kMaxSeriesPerName);
    for (const GaugeSample& sample : samples) family.metric.push_back(ToClientMetric(sample));
  }
  std::vector<prometheus::MetricFamily> result;
  for (auto& [name, family] : families) result.push_back(std::move(family));
  return result;
}

void Counter::Increment(double by) const { series_->Increment(by); }
void Gauge::Set(double value) const { series_->Set(value); }
void Gauge::Add(double difference) const { series_->Increment(difference); }
void Histogram::Observe(double value) const { series_->Observe(value); }

std::vector<double> LatencyBuckets() {
  return {0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

Metrics::Metrics() : state_(std::make_unique<State>()) {}
Metrics::~Metrics() = default;

Counter Metrics::AddCounter(absl::string_view name, absl::string_view help, const MetricLabels& labels) {
  MutexLock lock(state_->mutex);
  const prometheus::Labels claimed = state_->Claim(name, Kind::kCounter, labels);
  auto& family = prometheus::BuildCounter().Name(std::string(name)).Help(std::string(help)).Register(state_->registry);
  return Counter(&family.Add(claimed));
}

Gauge Metrics::AddGauge(absl::string_view name, absl::string_view help, const MetricLabels& labels) {
  MutexLock lock(state_->mutex);
  const prometheus::Labels claimed = state_->Claim(name, Kind::kGauge, labels);
  auto& family = prometheus::BuildGauge().Name(std::string(name)).Help(std::string(help)).Register(state_->registry);
  return Gauge(&family.Add(claimed));
}

Histogram Metrics::AddHistogram(absl::string_view name, absl::string_view help,
                                const std::vector<double>& bucket_bounds, const MetricLabels& labels) {
  if (!std::is_sorted(bucket_bounds.begin(), bucket_bounds.end(), std::less_equal<>())) {
    EndOverBadMetric(name, "the bounds of the buckets do not ascend");
  }
  MutexLock lock(state_->mutex);
  const prometheus::Labels claimed = state_->Claim(name, Kind::kHistogram, labels);
  auto& family =
      prometheus::BuildHistogram().Name(std::string(name)).Help(std::string(help)).Register(state_->registry);
  return Histogram(&family.Add(claimed, bucket_bounds));
}

GaugeCallbackRegistration Metrics::AddGaugeCallback(absl::string_view name, absl::string_view help,
                                                    const MetricLabels& labels, std::function<double()> callback) {
  CheckNames(name, labels);
  return AddGaugeCallback(name, help, [labels, callback = std::move(callback)] {
    return std::vector<GaugeSample>{{labels, callback()}};
  });
}

GaugeCallbackRegistration Metrics::AddGaugeCallback(absl::string_view name, absl::string_view help,
                                                    std::function<std::vector<GaugeSample>()> callback) {
  {
    MutexLock lock(state_->mutex);
    state_->Claim(name, Kind::kGaugeCallback, {});
  }
  MutexLock lock(state_->callbacks_mutex);
  const uint64_t id = ++state_->last_callback_id;
  state_->callbacks[id] = {std::string(name), std::string(help), std::move(callback)};
  return GaugeCallbackRegistration(this, id);
}

void Metrics::RemoveGaugeCallback(uint64_t id) {
  MutexLock lock(state_->callbacks_mutex);
  state_->callbacks.erase(id);
}

std::string Metrics::Render() const {
  std::vector<prometheus::MetricFamily> families = state_->registry.Collect();
  {
    MutexLock lock(state_->callbacks_mutex);
    for (prometheus::MetricFamily& family : state_->ReadCallbacks()) families.push_back(std::move(family));
  }
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, families);
  return text.str();
}

GaugeCallbackRegistration::GaugeCallbackRegistration(GaugeCallbackRegistration&& other) noexcept
    : metrics_(std::exchange(other.metrics_, nullptr)), id_(other.id_) {}

GaugeCallbackRegistration& GaugeCallbackRegistration::operator=(GaugeCallbackRegistration&& other) noexcept {
  // The parameter's destructor, or the temporary's, unregisters what this held.
  std::swap(metrics_, other.metrics_);
  std::swap(id_, other.id_);
  return *this;
}

GaugeCallbackRegistration::~GaugeCallbackRegistration() {
  if (metrics_ != nullptr) metrics_->RemoveGaugeCallback(id_);
}

}  // namespace lookalike
