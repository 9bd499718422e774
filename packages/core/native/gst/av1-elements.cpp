#include "gst/av1-elements.hpp"

#include "gst/av1-packing.hpp"

#include <gst/rtp/gstrtpbasedepayload.h>
#include <gst/rtp/gstrtpbasepayload.h>
#include <gst/rtp/gstrtpbuffer.h>
#include <gst/video/video.h>

#include <memory>
#include <mutex>
#include <optional>

using kms::gst::Av1Assembler;
using kms::gst::Av1Bytes;

namespace {

constexpr guint kClockRate = 90000;

GstStaticPadTemplate frames(const char* name, GstPadDirection direction) {
  return {name,
          direction,
          GST_PAD_ALWAYS,
          {nullptr, "video/x-av1, stream-format=(string)obu-stream, alignment=(string)tu", {}}};
}
GstStaticPadTemplate packets(const char* name, GstPadDirection direction) {
  return {
      name,
      direction,
      GST_PAD_ALWAYS,
      {nullptr,
       "application/x-rtp, media=(string)video, encoding-name=(string)AV1, clock-rate=(int)90000",
       {}}};
}

void describe(GstElementClass* element, const char* name, const char* kind, GstStaticPadTemplate in,
              GstStaticPadTemplate out) {
  gst_element_class_set_static_metadata(element, name, kind, "AV1 in RTP", "kms-omni");
  for (GstStaticPadTemplate* pad : {&in, &out}) {
    GstCaps* caps = gst_caps_from_string(pad->static_caps.string);
    gst_element_class_add_pad_template(
        element, gst_pad_template_new(pad->name_template, pad->direction, pad->presence, caps));
    gst_caps_unref(caps);
  }
}

GstBuffer* bufferOf(const Av1Bytes& bytes) {
  return gst_buffer_new_memdup(bytes.data(), bytes.size());
}

}  // namespace

// Payloader

struct KmsRtpAv1Pay {
  GstRTPBasePayload parent;
};
struct KmsRtpAv1PayClass {
  GstRTPBasePayloadClass parent;
};
G_DEFINE_TYPE(KmsRtpAv1Pay, kms_rtp_av1_pay, GST_TYPE_RTP_BASE_PAYLOAD)

static gboolean setPayCaps(GstRTPBasePayload* pay, GstCaps*) {
  gst_rtp_base_payload_set_options(pay, "video", TRUE, "AV1", kClockRate);
  return gst_rtp_base_payload_set_outcaps(pay, nullptr);
}

static GstFlowReturn packUnit(GstRTPBasePayload* pay, GstBuffer* unit) {
  GstMapInfo map;
  if (gst_buffer_map(unit, &map, GST_MAP_READ) == FALSE) {
    gst_buffer_unref(unit);
    return GST_FLOW_ERROR;
  }
  const guint room = gst_rtp_buffer_calc_payload_len(GST_RTP_BASE_PAYLOAD_MTU(pay), 0, 0);
  const auto payloads = kms::gst::packAv1({map.data, map.size}, std::max(room, 16U));
  gst_buffer_unmap(unit, &map);
  GstBufferList* list = gst_buffer_list_new_sized(static_cast<guint>(payloads.size()));
  for (const Av1Bytes& payload : payloads) {
    GstBuffer* packet = gst_rtp_base_payload_allocate_output_buffer(pay, 0, 0, 0);
    GstRTPBuffer rtp = GST_RTP_BUFFER_INIT;
    gst_rtp_buffer_map(packet, GST_MAP_WRITE, &rtp);
    gst_rtp_buffer_set_marker(&rtp, static_cast<gboolean>(&payload == &payloads.back()));
    gst_rtp_buffer_unmap(&rtp);
    GST_BUFFER_PTS(packet) = GST_BUFFER_PTS(unit);
    GST_BUFFER_DTS(packet) = GST_BUFFER_DTS(unit);
    gst_buffer_list_add(list, gst_buffer_append(packet, bufferOf(payload)));
  }
  gst_buffer_unref(unit);
  if (gst_buffer_list_length(list) > 0) return gst_rtp_base_payload_push_list(pay, list);
  gst_buffer_list_unref(list);
  return GST_FLOW_OK;
}

static void kms_rtp_av1_pay_class_init(KmsRtpAv1PayClass* type) {
  describe(GST_ELEMENT_CLASS(type), "RTP AV1 payloader", "Codec/Payloader/Network/RTP",
           frames("sink", GST_PAD_SINK), packets("src", GST_PAD_SRC));
  type->parent.set_caps = &setPayCaps;
  type->parent.handle_buffer = &packUnit;
}

static void kms_rtp_av1_pay_init(KmsRtpAv1Pay*) {}

// Depayloader

struct KmsRtpAv1Depay {
  GstRTPBaseDepayload parent;
  Av1Assembler* assembler;
  std::optional<guint16>* last;
};
struct KmsRtpAv1DepayClass {
  GstRTPBaseDepayloadClass parent;
};
G_DEFINE_TYPE(KmsRtpAv1Depay, kms_rtp_av1_depay, GST_TYPE_RTP_BASE_DEPAYLOAD)

static KmsRtpAv1Depay* asDepay(gpointer object) {
  return static_cast<KmsRtpAv1Depay*>(object);
}

static gboolean setDepayCaps(GstRTPBaseDepayload* depay, GstCaps*) {
  depay->clock_rate = kClockRate;
  GstCaps* caps = gst_caps_new_simple("video/x-av1", "stream-format", G_TYPE_STRING, "obu-stream",
                                      "alignment", G_TYPE_STRING, "tu", nullptr);
  const gboolean isSet = gst_pad_set_caps(depay->srcpad, caps);
  gst_caps_unref(caps);
  return isSet;
}

static GstBuffer* unpack(GstRTPBaseDepayload* depay, GstRTPBuffer* rtp) {
  KmsRtpAv1Depay* self = asDepay(depay);
  const guint16 sequence = gst_rtp_buffer_get_seq(rtp);
  const bool gap = self->last->has_value() && sequence != static_cast<guint16>(**self->last + 1);
  *self->last = sequence;
  const bool neededBefore = self->assembler->needsKeyUnit();
  self->assembler->add({static_cast<const guint8*>(gst_rtp_buffer_get_payload(rtp)),
                        gst_rtp_buffer_get_payload_len(rtp)},
                       gap);
  GstBuffer* unit = nullptr;
  if (gst_rtp_buffer_get_marker(rtp) != FALSE) {
    const Av1Bytes bytes = self->assembler->take();
    if (!bytes.empty()) unit = bufferOf(bytes);
    if (unit != nullptr && !self->assembler->isKeyUnit()) {
      GST_BUFFER_FLAG_SET(unit, GST_BUFFER_FLAG_DELTA_UNIT);
    }
  }
  if (!neededBefore && self->assembler->needsKeyUnit()) {
    gst_pad_push_event(depay->sinkpad,
                       gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
  }
  return unit;
}

static GstStateChangeReturn changeState(GstElement* element, GstStateChange change) {
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED) {
    *asDepay(element)->assembler = {};
    asDepay(element)->last->reset();
  }
  return GST_ELEMENT_CLASS(kms_rtp_av1_depay_parent_class)->change_state(element, change);
}

static void finalize(GObject* object) {
  const std::unique_ptr<Av1Assembler> assembler(asDepay(object)->assembler);
  const std::unique_ptr<std::optional<guint16>> last(asDepay(object)->last);
  G_OBJECT_CLASS(kms_rtp_av1_depay_parent_class)->finalize(object);
}

static void kms_rtp_av1_depay_class_init(KmsRtpAv1DepayClass* type) {
  describe(GST_ELEMENT_CLASS(type), "RTP AV1 depayloader", "Codec/Depayloader/Network/RTP",
           packets("sink", GST_PAD_SINK), frames("src", GST_PAD_SRC));
  G_OBJECT_CLASS(type)->finalize = &finalize;
  GST_ELEMENT_CLASS(type)->change_state = &changeState;
  type->parent.set_caps = &setDepayCaps;
  type->parent.process_rtp_packet = &unpack;
}

static void kms_rtp_av1_depay_init(KmsRtpAv1Depay* self) {
  self->assembler = std::make_unique<Av1Assembler>().release();
  self->last = std::make_unique<std::optional<guint16>>().release();
}

namespace kms::gst {

void registerAv1Elements() {
  static std::once_flag once;
  std::call_once(once, [] {
    gst_element_register(nullptr, "kmsrtpav1pay", GST_RANK_NONE, kms_rtp_av1_pay_get_type());
    gst_element_register(nullptr, "kmsrtpav1depay", GST_RANK_NONE, kms_rtp_av1_depay_get_type());
  });
}

}  // namespace kms::gst
