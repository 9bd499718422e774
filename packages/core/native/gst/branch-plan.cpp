#include "gst/branch-plan.hpp"

#include <kms/gst/codecs.hpp>
#include <kms/gst/frame-input.hpp>
#include <kms/gst/frame-output.hpp>
#include <kms/gst/rtp-input.hpp>

namespace kms::gst {

using media::Format;
using media::Medium;

namespace {

const Codec& codecOf(Medium medium, const Format& format) {
  const Codec* codec = findCodec(format.codec);
  if (codec != nullptr && codec->medium == medium) return *codec;
  throw Error(ErrorCode::kNotAvailable,
              "Media Object not available: codec '" + format.codec + "' is not supported");
}

std::string then(const std::string& fragment) {
  return fragment.empty() ? "" : " ! " + fragment;
}

// "vp8enc deadline=1" becomes "vp8enc name=encoder deadline=1".
std::string named(const std::string& fragment, const std::string& name) {
  const auto end = std::min(fragment.find(' '), fragment.size());
  return fragment.substr(0, end) + " name=" + name + fragment.substr(end);
}

std::string conversion(Medium medium) {
  return medium == Medium::kVideo ? "videoconvert" : "audioconvert ! audioresample";
}

// The first frame comes at the worker's running time; what is missing before it is not made up, nor
// is a long pause.
std::string pacing(const std::string& framerate) {
  if (framerate.empty()) return "";
  return then("videorate skip-to-first=true max-duplication-time=500000000") +
         then("video/x-raw,framerate=" + framerate);
}

std::string encoding(const BranchPlan& plan) {
  const Codec& codec = codecOf(plan.medium, plan.target);
  const Encoder& encoder = encoderOf(codec);
  return pacing(plan.framerate) + then(conversion(plan.medium)) +
         then(encoder.needsEvenSize ? "videocrop name=even" : "") + then(encoder.input) +
         then(named(encoder.fragment, "encoder")) + then(codec.parser) +
         (plan.targetIsRtp ? "" : then(codec.caps));
}

std::string intake(const BranchPlan& plan) {
  if (!plan.sourceIsRtp) return frameInputFragment("in");
  (void)rtpCaps(plan.medium, plan.source);  // throws for what nothing unpacks
  return rtpInputFragment(plan.jitterLatencyMs) +
         then(codecOf(plan.medium, plan.source).depayloader);
}

std::string processing(const BranchPlan& plan) {
  const bool isCopy = plan.source.codec == plan.target.codec;
  if (plan.source.isRaw()) {
    return plan.target.isRaw() ? "" : encoding(plan);
  }
  const Codec& source = codecOf(plan.medium, plan.source);
  std::string parsed = then(source.parser);
  if (isCopy) return parsed + (plan.targetIsRtp ? "" : then(source.caps));
  std::string decoded = parsed + then(decoderOf(source));
  if (plan.target.isRaw()) return decoded;
  return decoded + encoding(plan);
}

std::string payloading(const Codec& codec, int mtu, const RtpNumbers& numbers) {
  if (codec.payloader[0] == '\0') {
    throw Error(ErrorCode::kNotAvailable, "Media Object not available: codec '" +
                                              std::string(codec.name) +
                                              "' cannot be packed into RTP");
  }
  return then(std::string(codec.payloader) + " name=pay mtu=" + std::to_string(mtu) + " pt=" +
              std::to_string(numbers.payloadType) + " ssrc=" + std::to_string(numbers.ssrc) +
              " timestamp-offset=" + std::to_string(numbers.timestampOffset) +
              " seqnum-offset=" + std::to_string(numbers.nextSequence));
}

GstPadProbeReturn onSize(GstPad*, GstPadProbeInfo* info, gpointer videocrop) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const GstStructure* size = gst_caps_get_structure(caps, 0);
  int width = 0;
  int height = 0;
  gst_structure_get(size, "width", G_TYPE_INT, &width, "height", G_TYPE_INT, &height, nullptr);
  g_object_set(videocrop, "right", width % 2, "bottom", height % 2, nullptr);
  return GST_PAD_PROBE_OK;
}

}  // namespace

std::string describe(const BranchPlan& plan, const RtpNumbers& numbers) {
  std::string text = intake(plan) + processing(plan);
  if (plan.targetIsRtp) text += payloading(codecOf(plan.medium, plan.target), plan.mtu, numbers);
  return text + then(outputFragment("out"));
}

void makeSizeEven(GstElement* videocrop) {
  const auto pad = PadPtr::adopt(gst_element_get_static_pad(videocrop, "sink"));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &onSize, videocrop, nullptr);
}

void checkTarget(Medium medium, const Format& target, bool isRtp) {
  if (target.isRaw() && !isRtp) return;
  const Codec& codec = codecOf(medium, target);
  if (isRtp) (void)payloading(codec, kDefaultMtu, {});
  (void)encoderOf(codec);
}

}  // namespace kms::gst
