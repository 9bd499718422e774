#include "objects/recording-filler.hpp"

#include <kms/base/error.hpp>
#include <kms/gst/codecs.hpp>

#include <gst/app/gstappsink.h>

#include <array>
#include <cstdint>
#include <span>

namespace kms::elements {

using gst::BufferPtr;
using gst::CapsPtr;
using gst::SamplePtr;

namespace {

constexpr GstClockTime kOpusFrame = 20 * GST_MSECOND;
constexpr GstClockTime kPatience = 3 * GST_SECOND;
constexpr int kAacSamples = 1024;
// CELT, full band, stereo, 20 ms, one frame that says "nothing" (RFC 6716 3.1).
constexpr std::array<std::uint8_t, 3> kOpusSilence = {0xFC, 0xFF, 0xFE};
// AAC LC: one channel element, or a pair, with no spectral data at all (ISO 14496-3 4.4.2).
constexpr std::array<std::uint8_t, 6> kMonoSilence = {0x00, 0xC8, 0x00, 0x80, 0x23, 0x80};
constexpr std::array<std::uint8_t, 9> kStereoSilence = {0x21, 0x00, 0x49, 0x90, 0x02,
                                                        0x19, 0x00, 0x23, 0x80};

Silence make(std::span<const std::uint8_t> bytes, GstClockTime duration) {
  auto frame = BufferPtr::adopt(gst_buffer_new_memdup(bytes.data(), bytes.size()));
  GST_BUFFER_DURATION(frame.get()) = duration;
  return {std::move(frame), duration};
}

std::optional<Silence> aacSilence(int rate, int channels) {
  if (rate <= 0 || channels < 1 || channels > 2) return std::nullopt;
  const GstClockTime duration = gst_util_uint64_scale_int(GST_SECOND, kAacSamples, rate);
  if (channels == 1) return make(kMonoSilence, duration);
  return make(kStereoSilence, duration);
}

const char* capsOfSilence(const std::string& codec) {
  if (codec == "OPUS") return "audio/x-opus,rate=48000,channels=2,channel-mapping-family=0";
  if (codec != "AAC") return nullptr;
  // AudioSpecificConfig: LC, 48 kHz, two channels.
  return "audio/mpeg,mpegversion=4,stream-format=raw,framed=true,rate=48000,channels=2,"
         "codec_data=(buffer)1190";
}

std::string descriptionOfPicture(const std::string& codec) {
  const gst::Codec* row = gst::findCodec(codec);
  if (row == nullptr || row->medium != media::Medium::kVideo) return "";
  try {
    return "videotestsrc pattern=black num-buffers=1 ! "
           "video/x-raw,format=I420,width=640,height=480,framerate=30/1 ! " +
           gst::encoderOf(*row).fragment + " ! identity ! " + row->caps +
           " ! appsink name=out sync=false";
  } catch (const Error&) {
    return "";  // not installed
  }
}

}  // namespace

std::optional<Silence> silenceFor(const GstCaps* caps) {
  const auto format = gst::formatOf(caps);
  if (!format) return std::nullopt;
  if (format->codec == "OPUS") return make(kOpusSilence, kOpusFrame);
  if (format->codec == "AAC") return aacSilence(format->clockRate, format->channels);
  return std::nullopt;
}

SamplePtr silentSample(const std::string& codec) {
  const char* text = capsOfSilence(codec);
  if (text == nullptr) return {};
  const auto caps = CapsPtr::adopt(gst_caps_from_string(text));
  const auto silence = silenceFor(caps.get());
  if (!silence) return {};
  return SamplePtr::adopt(gst_sample_new(silence->frame.get(), caps.get(), nullptr, nullptr));
}

SamplePtr blackPicture(const std::string& codec) {
  const std::string description = descriptionOfPicture(codec);
  if (description.empty()) return {};
  GError* failure = nullptr;
  const auto pipeline = gst::ElementPtr::sink(gst_parse_launch(description.c_str(), &failure));
  if (const gst::ErrorPtr error(failure); error) return {};
  const auto out = gst::ElementPtr::adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  auto sample =
      SamplePtr::adopt(gst_app_sink_try_pull_sample(GST_APP_SINK_CAST(out.get()), kPatience));
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return sample;
}

}  // namespace kms::elements
