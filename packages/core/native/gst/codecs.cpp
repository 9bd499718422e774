#include "codec-table.hpp"

#include <kms/gst/codecs.hpp>

#include <algorithm>

namespace kms::gst {

using media::Format;
using media::Medium;

namespace {

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
  const auto& codecs = codecTable();
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
  for (const Codec& codec : codecTable()) {
    std::string text;
    const auto known = CapsPtr::adopt(gst_caps_from_string(looseCaps(codec, text)));
    if (gst_caps_can_intersect(known.get(), caps) == FALSE) continue;
    return Format{codec.name, codec.clockRate != 0 ? codec.clockRate : rate, channels};
  }
  return std::nullopt;
}

CapsPtr capsOfAll(Medium medium) {
  GstCaps* all = gst_caps_new_empty();
  for (const Codec& codec : codecTable()) {
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
  // The one form that rtpamrdepay reads.
  if (format.codec == "AMR") {
    gst_caps_set_simple(caps, "octet-align", G_TYPE_STRING, "1", nullptr);
  }
  for (const char* name : {"sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"}) {
    const auto found = format.parameters.find(name);
    if (found == format.parameters.end()) continue;
    gst_caps_set_simple(caps, name, G_TYPE_STRING, found->second.c_str(), nullptr);
  }
  return CapsPtr::adopt(caps);
}

}  // namespace kms::gst
