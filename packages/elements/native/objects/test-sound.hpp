// For tests: how loud a tone is in raw sound.
#pragma once

#include <kms/testing/media-bench.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

namespace kms::testing {

/// The first channel of the newest `count` samples of S16LE stereo at 48 kHz; empty when there are
/// fewer.
[[nodiscard]] inline std::vector<double> newestSound(const std::vector<gst::SamplePtr>& samples,
                                                     std::size_t count) {
  std::vector<double> sound;
  for (const auto& sample : samples) {
    GstMapInfo map;
    if (gst_buffer_map(gst_sample_get_buffer(sample.get()), &map, GST_MAP_READ) == FALSE) continue;
    const auto* values = reinterpret_cast<const std::int16_t*>(map.data);
    for (std::size_t i = 0; i < map.size / 2; i += 2) sound.push_back(values[i] / 32768.0);
    gst_buffer_unmap(gst_sample_get_buffer(sample.get()), &map);
  }
  if (sound.size() < count) return {};
  return {sound.end() - static_cast<std::ptrdiff_t>(count), sound.end()};
}

/// Amplitude of the part of `sound` (48 kHz) that is a sine of that frequency, by correlation.
[[nodiscard]] inline double amplitudeOf(const std::vector<double>& sound, double hertz) {
  double re = 0;
  double im = 0;
  for (std::size_t i = 0; i < sound.size(); ++i) {
    const double angle = 2 * std::numbers::pi * hertz * static_cast<double>(i) / 48000;
    re += sound[i] * std::cos(angle);
    im += sound[i] * std::sin(angle);
  }
  return 2 * std::hypot(re, im) / static_cast<double>(std::max<std::size_t>(sound.size(), 1));
}

}  // namespace kms::testing
