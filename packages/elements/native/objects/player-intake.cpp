#include "objects/player-intake.hpp"

#include <kms/gst/codecs.hpp>
#include <kms/gst/frame-output.hpp>

#include <gst/base/gstbasesink.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

GST_DEBUG_CATEGORY_STATIC(kms_player_debug);
#define GST_CAT_DEFAULT kms_player_debug

namespace kms::elements {

using gst::CapsPtr;
using gst::ElementPtr;
using gst::PadPtr;
using gst::SamplePtr;
using media::Medium;

namespace {

CapsPtr capsOf(GstPad* pad) {
  GstCaps* current = gst_pad_get_current_caps(pad);
  return CapsPtr::adopt(current != nullptr ? current : gst_pad_query_caps(pad, nullptr));
}

std::optional<Medium> mediumOf(const GstCaps* caps) {
  for (const Medium medium : media::kMedia) {
    const CapsPtr known = gst::capsOfAll(medium);
    if (gst_caps_can_intersect(known.get(), caps) != FALSE) return medium;
  }
  return std::nullopt;
}

// Opus from RTP does not say what a muxer wants to know; from a file it does.
std::string parserOf(const gst::Codec& codec, const GstCaps* caps) {
  const GstStructure* stream = gst_caps_get_structure(caps, 0);
  const bool isBareOpus =
      std::string_view(codec.name) == "OPUS" && gst_structure_has_field(stream, "rate") == FALSE;
  return isBareOpus ? "opusparse" : codec.parser;
}

// From the reader's stream to an appsink `out`, in the form in which frames pass between pipelines.
std::string outputDescription(Medium medium, const GstCaps* caps) {
  const auto format = gst::formatOf(caps);
  const gst::Codec* codec = format ? gst::findCodec(format->codec) : nullptr;
  std::string out = gst::outputFragment("out", true);
  if (codec == nullptr) return out;
  const std::string parser = parserOf(*codec, caps);
  if (parser.empty()) return out;
  return parser + " ! " + gst::frameCaps(medium, codec->name) + " ! " + out;
}

// Turns the samples' times into the worker's running time. What lies before the position that was
// sought does not wait for its time, nor for the pipeline to play: it is held until the first frame
// that does, and is only there to decode what follows. Of audio it is not needed.
class Rebase {
 public:
  Rebase(Medium medium, GstClockTime workerBase) : m_medium(medium), m_workerBase(workerBase) {}

  void operator()(GstElement* appsink, GstSample* sample,
                  const std::function<void(GstSample*)>& give) {
    if (isEarly(sample, paceTime(sample))) return hold(sample);
    const auto base =
        gst_element_get_base_time(appsink) + gst_base_sink_get_latency(GST_BASE_SINK_CAST(appsink));
    const auto offset =
        static_cast<GstClockTimeDiff>(base) - static_cast<GstClockTimeDiff>(m_workerBase);
    GstClockTime next =
        static_cast<GstClockTime>(std::max<GstClockTimeDiff>(offset - kHeldSpan, 0));
    for (const SamplePtr& held : std::exchange(m_held, {}))
      giveTimed(inPast(held, offset, next), give);
    giveTimed(gst::inRunningTime(sample, offset), give);
  }

 private:
  // As GstBaseSink paces.
  static GstClockTime paceTime(GstSample* sample) {
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    return GST_BUFFER_DTS_OR_PTS(buffer);
  }
  static bool isEarly(GstSample* sample, GstClockTime time) {
    guint64 running = 0;
    return GST_CLOCK_TIME_IS_VALID(time) &&
           gst_segment_to_running_time_full(gst_sample_get_segment(sample), GST_FORMAT_TIME, time,
                                            &running) < 0;
  }
  static void giveTimed(const SamplePtr& sample, const std::function<void(GstSample*)>& give) {
    if (sample) give(sample.get());
  }
  void hold(GstSample* sample) {
    if (m_medium == Medium::kAudio) return;
    if (!GST_BUFFER_FLAG_IS_SET(gst_sample_get_buffer(sample), GST_BUFFER_FLAG_DELTA_UNIT)) {
      m_held.clear();
    }
    m_held.push_back(SamplePtr::retain(sample));
  }
  // A held frame: at its own time if it is to be shown, else just before the position.
  static SamplePtr inPast(const SamplePtr& held, GstClockTimeDiff offset, GstClockTime& next) {
    GstBuffer* buffer = gst_sample_get_buffer(held.get());
    if (!isEarly(held.get(), GST_BUFFER_PTS(buffer))) return gst::inRunningTime(held.get(), offset);
    const auto copy = gst::BufferPtr::adopt(gst_buffer_copy(buffer));
    GST_BUFFER_PTS(copy.get()) = next++;
    GST_BUFFER_DTS(copy.get()) = GST_CLOCK_TIME_NONE;
    GST_BUFFER_FLAG_SET(copy.get(), GST_BUFFER_FLAG_DECODE_ONLY);
    return SamplePtr::adopt(
        gst_sample_new(copy.get(), gst_sample_get_caps(held.get()), nullptr, nullptr));
  }

  static constexpr GstClockTimeDiff kHeldSpan = 100 * GST_USECOND;

  Medium m_medium;
  GstClockTime m_workerBase;
  std::vector<SamplePtr> m_held;  // since the last keyframe
};

using CapsHandler = std::function<void(const GstCaps*)>;

GstPadProbeReturn onEvent(GstPad*, GstPadProbeInfo* info, gpointer handler) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  (*static_cast<CapsHandler*>(handler))(caps);
  return GST_PAD_PROBE_OK;
}

template <typename T>
void destroy(gpointer owned) {
  const std::unique_ptr<T> gone(static_cast<T*>(owned));
}

template <typename T>
void destroyClosure(gpointer owned, GClosure*) {
  destroy<T>(owned);
}

void onCaps(GstElement* appsink, CapsHandler handler) {
  const auto pad = PadPtr::adopt(gst_element_get_static_pad(appsink, "sink"));
  auto owned = std::make_unique<CapsHandler>(std::move(handler));
  gst_pad_add_probe(pad.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, &onEvent, owned.release(),
                    &destroy<CapsHandler>);
}

ElementPtr makeBin(const std::string& description) {
  GError* failure = nullptr;
  GstElement* bin = gst_parse_bin_from_description(description.c_str(), TRUE, &failure);
  const gst::ErrorPtr error(failure);
  if (bin == nullptr) throw Error(ErrorCode::kNotAvailable, error ? error->message : "no parser");
  return ElementPtr::sink(bin);
}

}  // namespace

// What GLib calls; each recovers the intake and calls one member.
struct PlayerIntake::Callbacks {
  using Held = std::shared_ptr<PlayerIntake>;

  static void padAdded(GstElement* reader, GstPad* pad, gpointer intake) {
    try {
      (*static_cast<Held*>(intake))->onStream(reader, pad);
    } catch (const std::exception& error) {
      GST_ELEMENT_ERROR(reader, CORE, MISSING_PLUGIN, ("%s", error.what()), (nullptr));
    }
  }
  static void noMorePads(GstElement*, gpointer intake) {
    const PlayerIntake& self = **static_cast<Held*>(intake);
    self.m_config.onComplete(self.m_hasMedia);
  }
  // Skip, or try.
  static int autoplugSelect(GstElement*, GstPad*, GstCaps*, GstElementFactory* factory,
                            gpointer intake) {
    constexpr int kTry = 0;  // GstAutoplugSelectResult, which no header declares
    constexpr int kSkip = 2;
    return (*static_cast<Held*>(intake))->mayUse(factory) ? kTry : kSkip;
  }
  static void sourceSetup(GstElement*, GstElement* source, gpointer intake) {
    (*static_cast<Held*>(intake))->onSource(source);
  }
};

void PlayerIntake::attach(const std::shared_ptr<PlayerIntake>& intake, GstElement* reader) {
  static std::once_flag once;
  std::call_once(once, [] {
    GST_DEBUG_CATEGORY_INIT(kms_player_debug, "playerendpoint", 0, "PlayerEndpoint");
  });
  const auto connect = [&](const char* signal, GCallback handler) {
    auto held = std::make_unique<Callbacks::Held>(intake);
    g_signal_connect_data(reader, signal, handler, held.release(), &destroyClosure<Callbacks::Held>,
                          GConnectFlags{});
  };
  connect("pad-added", G_CALLBACK(&Callbacks::padAdded));
  connect("no-more-pads", G_CALLBACK(&Callbacks::noMorePads));
  connect("autoplug-select", G_CALLBACK(&Callbacks::autoplugSelect));
  connect("source-setup", G_CALLBACK(&Callbacks::sourceSetup));
}

void PlayerIntake::onSource(GstElement* source) const {
  const PlayerConfig& config = m_config.source;
  GObjectClass* type = G_OBJECT_GET_CLASS(source);
  const auto has = [type](const char* name) {
    return g_object_class_find_property(type, name) != nullptr;
  };
  if (has("latency") && has("drop-on-latency")) {
    g_object_set(source, "latency", static_cast<guint>(std::max(config.networkCacheMs, 0)),
                 "drop-on-latency", TRUE, nullptr);
    if (!config.rtspPorts.empty()) {
      g_object_set(source, "port-range", config.rtspPorts.c_str(), nullptr);
    }
  } else if (!config.proxy.empty() && has("proxy")) {
    g_object_set(source, "proxy", config.proxy.c_str(), nullptr);
  }
}

// Playlists and session descriptions name addresses that nobody has looked at.
bool PlayerIntake::mayUse(GstElementFactory* factory) const {
  if (!m_config.source.isConfined()) return true;
  const std::string kind = gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS);
  return kind.find("Adaptive") == std::string::npos && kind.find("Network") == std::string::npos;
}

bool PlayerIntake::claim(Medium medium) {
  const std::scoped_lock lock(m_mutex);
  return m_taken.insert(medium).second;
}

void PlayerIntake::onStream(GstElement* reader, GstPad* pad) {
  const CapsPtr caps = capsOf(pad);
  const auto medium = mediumOf(caps.get());
  GST_DEBUG_OBJECT(reader, "stream %" GST_PTR_FORMAT, caps.get());
  if (!medium || !claim(*medium)) return;
  const ElementPtr bin = makeBin(outputDescription(*medium, caps.get()));
  const auto out = ElementPtr::adopt(gst_bin_get_by_name(GST_BIN_CAST(bin.get()), "out"));
  connect(out.get(), *medium);
  const auto pipeline = ElementPtr::adopt(GST_ELEMENT_CAST(gst_element_get_parent(reader)));
  gst_bin_add(GST_BIN_CAST(pipeline.get()), bin.get());
  const auto sink = PadPtr::adopt(gst_element_get_static_pad(bin.get(), "sink"));
  if (gst_pad_link(pad, sink.get()) != GST_PAD_LINK_OK) {
    throw Error(ErrorCode::kUnexpected, "a stream of the media cannot be read");
  }
  m_hasMedia = true;
  gst_element_sync_state_with_parent(bin.get());
}

void PlayerIntake::connect(GstElement* appsink, Medium medium) {
  // Frames before a position are no frames of it, but decoders need them.
  gst_base_sink_set_drop_out_of_segment(GST_BASE_SINK_CAST(appsink), FALSE);
  onCaps(appsink, [medium, onFormat = m_config.onFormat](const GstCaps* caps) {
    if (const auto format = gst::formatOf(caps)) onFormat(medium, *format);
  });
  const auto rebase = std::make_shared<Rebase>(medium, m_config.baseTime);
  gst::connectOutput(appsink,
                     {.onSample = [rebase, appsink, give = m_config.outlets.at(medium)](
                                      GstSample* sample) { (*rebase)(appsink, sample, give); },
                      .onEndOfStream = m_config.ends.at(medium)});
}

}  // namespace kms::elements
