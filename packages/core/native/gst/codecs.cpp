#include <kms/gst/codecs.hpp>

#include <algorithm>

namespace kms::gst {

using media::Format;
using media::Medium;

namespace {

constexpr const char* kI420 = "video/x-raw,format=I420";
constexpr const char* kOpusInput = "audio/x-raw,format=S16LE,rate=48000,channels=[1,2]";
constexpr const char* kNarrowInput = "audio/x-raw,format=S16LE,rate=8000,channels=1";
constexpr const char* kH264 = "video/x-h264,stream-format=byte-stream,alignment=au";

// max-errors: a stream that is broken for a while is no reason to end; sync points: ask for a
// keyframe then.
constexpr const char* kRobustVideo = " max-errors=-1 automatic-request-sync-points=true";

std::string robust(const char* decoder) {
  return std::string(decoder) + kRobustVideo;
}

const std::vector<Codec>& table() {
  static const std::vector<Codec> codecs = {
      {"VP8",
       Medium::kVideo,
       90000,
       "VP8",
       "video/x-vp8",
       "",
       "rtpvp8depay wait-for-keyframe=true request-keyframe=true",
       "rtpvp8pay picture-id-mode=15-bit",
       {robust("vp8dec")},
       {{"vp8enc deadline=1 cpu-used=8 threads=2 end-usage=cbr lag-in-frames=0 "
         "keyframe-max-dist=120 error-resilient=default static-threshold=100 "
         "target-bitrate=1000000",
         "target-bitrate", 1, kI420}}},
      {"VP9",
       Medium::kVideo,
       90000,
       "VP9",
       "video/x-vp9",
       "",
       "rtpvp9depay wait-for-keyframe=true request-keyframe=true",
       "rtpvp9pay picture-id-mode=15-bit",
       {robust("vp9dec")},
       {{"vp9enc deadline=1 cpu-used=8 threads=2 end-usage=cbr lag-in-frames=0 "
         "keyframe-max-dist=120 row-mt=true target-bitrate=1000000",
         "target-bitrate", 1, kI420}}},
      {"AV1",
       Medium::kVideo,
       90000,
       "AV1",
       "video/x-av1,stream-format=obu-stream,alignment=tu",
       "av1parse",
       "",
       "",
       {robust("dav1ddec"), robust("av1dec")},
       {}},
      {"H264",
       Medium::kVideo,
       90000,
       "H264",
       kH264,
       "h264parse config-interval=-1",
       "rtph264depay wait-for-keyframe=true request-keyframe=true",
       "rtph264pay config-interval=-1 aggregate-mode=zero-latency",
       {robust("avdec_h264"), robust("openh264dec")},
       {{"x264enc tune=zerolatency speed-preset=ultrafast bframes=0 key-int-max=120 bitrate=1000 ! "
         "video/x-h264,profile=constrained-baseline",
         "bitrate", 1000, kI420},
        {"openh264enc complexity=low gop-size=120 rate-control=bitrate bitrate=1000000", "bitrate",
         1, kI420}}},
      {"H265",
       Medium::kVideo,
       90000,
       "H265",
       "video/x-h265,stream-format=byte-stream,alignment=au",
       "h265parse config-interval=-1",
       "rtph265depay",
       "rtph265pay config-interval=-1 aggregate-mode=zero-latency",
       {robust("avdec_h265"), robust("libde265dec")},
       {{"x265enc tune=zerolatency speed-preset=ultrafast key-int-max=120 bitrate=1000", "bitrate",
         1000, kI420}}},
      {"JPEG",
       Medium::kVideo,
       90000,
       "JPEG",
       "image/jpeg",
       "",
       "rtpjpegdepay",
       "rtpjpegpay",
       {"jpegdec"},
       {{"jpegenc", nullptr, 1, kI420}}},
      {"OPUS",
       Medium::kAudio,
       48000,
       "OPUS",
       "audio/x-opus",
       "",
       "rtpopusdepay ! opusparse",
       "rtpopuspay",
       {"opusdec use-inband-fec=true"},
       {{"opusenc bitrate=64000 inband-fec=true packet-loss-percentage=5", "bitrate", 1,
         kOpusInput}}},
      {"PCMU",
       Medium::kAudio,
       8000,
       "PCMU",
       "audio/x-mulaw",
       "",
       "rtppcmudepay",
       "rtppcmupay min-ptime=20000000 max-ptime=20000000",
       {"mulawdec"},
       {{"mulawenc", nullptr, 1, kNarrowInput}}},
      {"PCMA",
       Medium::kAudio,
       8000,
       "PCMA",
       "audio/x-alaw",
       "",
       "rtppcmadepay",
       "rtppcmapay min-ptime=20000000 max-ptime=20000000",
       {"alawdec"},
       {{"alawenc", nullptr, 1, kNarrowInput}}},
      {"AAC",
       Medium::kAudio,
       0,
       "",
       "audio/mpeg,mpegversion=4,stream-format=raw",
       "aacparse",
       "",
       "",
       {"avdec_aac", "faad"},
       {{"avenc_aac bitrate=96000", "bitrate", 1, "audio/x-raw,rate=[8000,48000],channels=[1,2]"},
        {"voaacenc bitrate=96000", "bitrate", 1,
         "audio/x-raw,format=S16LE,rate=[8000,48000],channels=[1,2]"}}},
  };
  return codecs;
}

std::string factoryOf(const std::string& fragment) {
  return fragment.substr(0, fragment.find(' '));
}

Error noElement(const char* what, const Codec& codec) {
  return {ErrorCode::kNotAvailable, "Media Object not available: no " + std::string(what) +
                                        " for " + codec.name + " is installed"};
}

const char* rawType(Medium medium) {
  return medium == Medium::kAudio ? "audio/x-raw" : "video/x-raw";
}

// What the parsers bring into our form (avc, ADTS, ...) is the same codec.
const char* looseCaps(const Codec& codec, std::string& buffer) {
  buffer = codec.caps;
  if (codec.parser[0] != '\0') {
    const auto cut = buffer.find(",stream-format");
    buffer.resize(std::min(cut, buffer.size()));
  }
  return buffer.c_str();
}

int intOf(const GstStructure* structure, const char* field) {
  int value = 0;
  gst_structure_get_int(structure, field, &value);
  return value;
}

}  // namespace

bool isInstalled(const std::string& factory) {
  const auto found = ObjectPtr<GstElementFactory>::adopt(gst_element_factory_find(factory.c_str()));
  return static_cast<bool>(found);
}

const Codec* findCodec(std::string_view name) {
  const auto& codecs = table();
  const auto found = std::find_if(codecs.begin(), codecs.end(),
                                  [&](const Codec& row) { return row.name == name; });
  return found == codecs.end() ? nullptr : &*found;
}

const std::string& decoderOf(const Codec& codec) {
  for (const std::string& fragment : codec.decoders) {
    if (isInstalled(factoryOf(fragment))) return fragment;
  }
  throw noElement("decoder", codec);
}

const Encoder& encoderOf(const Codec& codec) {
  for (const Encoder& encoder : codec.encoders) {
    if (isInstalled(factoryOf(encoder.fragment))) return encoder;
  }
  throw noElement("encoder", codec);
}

std::optional<Format> formatOf(const GstCaps* caps) {
  if (caps == nullptr || gst_caps_get_size(caps) == 0) return std::nullopt;
  const GstStructure* first = gst_caps_get_structure(caps, 0);
  const int rate = intOf(first, "rate");
  const int channels = intOf(first, "channels");
  for (const Medium medium : media::kMedia) {
    if (gst_structure_has_name(first, rawType(medium)) != FALSE)
      return Format{"RAW", rate, channels};
  }
  for (const Codec& codec : table()) {
    std::string text;
    const auto known = CapsPtr::adopt(gst_caps_from_string(looseCaps(codec, text)));
    if (gst_caps_can_intersect(known.get(), caps) == FALSE) continue;
    return Format{codec.name, codec.clockRate != 0 ? codec.clockRate : rate, channels};
  }
  return std::nullopt;
}

CapsPtr capsOfAll(Medium medium) {
  GstCaps* all = gst_caps_new_empty();
  for (const Codec& codec : table()) {
    std::string text;
    if (codec.medium == medium) gst_caps_append(all, gst_caps_from_string(looseCaps(codec, text)));
  }
  gst_caps_append(all, gst_caps_from_string(rawType(medium)));
  return CapsPtr::adopt(all);
}

std::string frameCaps(Medium medium, std::string_view codec) {
  const Codec* row = findCodec(codec);
  return row == nullptr ? rawType(medium) : row->caps;
}

CapsPtr rtpCaps(Medium medium, const Format& format) {
  const Codec* codec = findCodec(format.codec);
  if (codec == nullptr || codec->depayloader[0] == '\0') {
    throw Error(ErrorCode::kNotAvailable, "Media Object not available: RTP of codec '" +
                                              format.codec + "' cannot be unpacked");
  }
  GstCaps* caps = gst_caps_new_simple(
      "application/x-rtp", "media", G_TYPE_STRING, std::string(media::toText(medium)).c_str(),
      "encoding-name", G_TYPE_STRING, codec->encodingName, "clock-rate", G_TYPE_INT,
      format.clockRate > 0 ? format.clockRate : codec->clockRate, "payload", G_TYPE_INT,
      static_cast<int>(kBridgePayloadType), nullptr);
  if (format.channels > 0) {
    gst_caps_set_simple(caps, "encoding-params", G_TYPE_STRING,
                        std::to_string(format.channels).c_str(), nullptr);
  }
  for (const char* name : {"sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"}) {
    const auto found = format.parameters.find(name);
    if (found == format.parameters.end()) continue;
    gst_caps_set_simple(caps, name, G_TYPE_STRING, found->second.c_str(), nullptr);
  }
  return CapsPtr::adopt(caps);
}

}  // namespace kms::gst
