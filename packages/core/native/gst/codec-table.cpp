#include "codec-table.hpp"

#include <string>

namespace kms::gst {

using media::Medium;

namespace {

constexpr const char* kI420 = "video/x-raw,format=I420";
constexpr const char* kOpusInput = "audio/x-raw,format=S16LE,rate=48000,channels=[1,2]";
constexpr const char* kNarrowInput = "audio/x-raw,format=S16LE,rate=8000,channels=1";
// Always the same, so that a recording may go on when another source takes over.
constexpr const char* kAacInput = "audio/x-raw,rate=48000,channels=2";
constexpr const char* kH264 = "video/x-h264,stream-format=byte-stream,alignment=au";

// max-errors: a stream that is broken for a while is no reason to end; sync points: ask for a
// keyframe then.
constexpr const char* kRobustVideo = " max-errors=-1 automatic-request-sync-points=true";

std::string robust(const char* decoder) {
  return std::string(decoder) + kRobustVideo;
}

Codec vp8() {
  return {"VP8",
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
            "target-bitrate", 1, kI420}}};
}

Codec vp9() {
  return {"VP9",
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
            "target-bitrate", 1, kI420}}};
}

Codec av1() {
  return {"AV1",
          Medium::kVideo,
          90000,
          "AV1",
          "video/x-av1,stream-format=obu-stream,alignment=tu",
          "av1parse",
          "kmsrtpav1depay",
          "kmsrtpav1pay",
          {robust("dav1ddec"), robust("av1dec")},
          {{"av1enc cpu-used=10 usage-profile=realtime end-usage=cbr lag-in-frames=0 threads=2 "
            "keyframe-max-dist=120 target-bitrate=1000",
            "target-bitrate", 1000, kI420}}};
}

// The parser brings the parameter sets, once for each IDR picture; rtph264pay would put them before
// each IDR slice, and receivers take what follows for another picture.
Codec h264() {
  return {
      "H264",
      Medium::kVideo,
      90000,
      "H264",
      kH264,
      "h264parse config-interval=-1",
      "rtph264depay wait-for-keyframe=true request-keyframe=true",
      "rtph264pay aggregate-mode=zero-latency",
      {robust("avdec_h264"), robust("openh264dec")},
      {{"x264enc tune=zerolatency speed-preset=ultrafast bframes=0 key-int-max=120 bitrate=1000 ! "
        "video/x-h264,profile=constrained-baseline",
        "bitrate", 1000, kI420, true},
       {"openh264enc complexity=low gop-size=120 rate-control=bitrate bitrate=1000000", "bitrate",
        1, kI420, true}}};
}

Codec h265() {
  return {"H265",
          Medium::kVideo,
          90000,
          "H265",
          "video/x-h265,stream-format=byte-stream,alignment=au",
          "h265parse config-interval=-1",
          "rtph265depay",
          "rtph265pay aggregate-mode=zero-latency",
          {robust("avdec_h265"), robust("libde265dec")},
          {{"x265enc tune=zerolatency speed-preset=ultrafast key-int-max=120 bitrate=1000",
            "bitrate", 1000, kI420, true}}};
}

Codec jpeg() {
  return {"JPEG", Medium::kVideo, 90000,        "JPEG",      "image/jpeg",
          "",     "rtpjpegdepay", "rtpjpegpay", {"jpegdec"}, {{"jpegenc", nullptr, 1, kI420}}};
}

Codec opus() {
  return {"OPUS",
          Medium::kAudio,
          48000,
          "OPUS",
          "audio/x-opus",
          "",
          "rtpopusdepay ! opusparse",
          "rtpopuspay",
          {"opusdec use-inband-fec=true"},
          {{"opusenc bitrate=64000 inband-fec=true packet-loss-percentage=5", "bitrate", 1,
            kOpusInput}}};
}

Codec pcmu() {
  return {"PCMU",
          Medium::kAudio,
          8000,
          "PCMU",
          "audio/x-mulaw",
          "",
          "rtppcmudepay",
          "rtppcmupay min-ptime=20000000 max-ptime=20000000",
          {"mulawdec"},
          {{"mulawenc", nullptr, 1, kNarrowInput}}};
}

Codec pcma() {
  return {"PCMA",         Medium::kAudio,
          8000,           "PCMA",
          "audio/x-alaw", "",
          "rtppcmadepay", "rtppcmapay min-ptime=20000000 max-ptime=20000000",
          {"alawdec"},    {{"alawenc", nullptr, 1, kNarrowInput}}};
}

Codec amr() {
  return {"AMR",
          Medium::kAudio,
          8000,
          "AMR",
          "audio/AMR",
          "",
          "rtpamrdepay",
          "rtpamrpay min-ptime=20000000 max-ptime=20000000",
          {"amrnbdec", "avdec_amrnb"},
          {{"amrnbenc band-mode=MR122", nullptr, 1, kNarrowInput}}};
}

Codec aac() {
  return {"AAC",
          Medium::kAudio,
          0,
          "",
          "audio/mpeg,mpegversion=4,stream-format=raw",
          "aacparse",
          "",
          "",
          {"avdec_aac", "faad"},
          {{"avenc_aac bitrate=96000", "bitrate", 1, kAacInput},
           {"voaacenc bitrate=96000", "bitrate", 1, kAacInput}}};
}

}  // namespace

const std::vector<Codec>& codecTable() {
  static const std::vector<Codec> table = {vp8(),  vp9(),  av1(),  h264(), h265(), jpeg(),
                                           opus(), pcmu(), pcma(), amr(),  aac()};
  return table;
}

}  // namespace kms::gst
