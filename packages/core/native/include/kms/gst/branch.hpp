// Branch: takes a stream, gives it on in another codec or another kind.
#pragma once

#include <kms/gst/flow-monitor.hpp>
#include <kms/gst/frame-source.hpp>
#include <kms/host/object.hpp>
#include <kms/router/bridge.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace kms::gst {

class BranchState;

/// How a branch reaches the router, on its I/O thread.
struct BranchPorts {
  std::function<std::unique_ptr<router::Feed>(router::FeedConfig)> createFeed;
  std::function<std::unique_ptr<router::Tap>(router::TapConfig)> createTap;
};

/// The native class `Branch`. One sink and one source of params.medium; has a pipeline of its own
/// while it has a source whose format is known. Decodes and encodes only if the codec changes.
///
/// params: {medium, target: {kind: "rtp"|"frames", format}, bitrate?, minBitrate?, maxBitrate?: of
/// an encoder, bit/s (0: its own choice, no limit), framerate?: {numerator, denominator} of what is
/// encoded, mtu?: most bytes of an RTP packet with its header, 200 to 1400, 1200 by default}. A
/// video encoder follows what the viewers can take and what the source had, whichever is less;
/// `bitrate` holds until one is known. Methods: `configure {bitrate?, minBitrate?, maxBitrate?}`,
/// `requestKeyframe {}`. Events: sourceFormat, flow, error. Home: the GLib loop.
class KMS_API Branch final : public host::ObjectBase, public media::Sink {
 public:
  /// Throws Error 40001 on bad params, 40108 when the target cannot be made here.
  Branch(host::Context context, const Value& params, BranchPorts ports);
  ~Branch() override;

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] media::Sink* sink(media::Medium medium) override;
  [[nodiscard]] List elements() const override;
  [[nodiscard]] std::string dot(int details) const override;
  void setSource(std::shared_ptr<media::Stream> source) override;
  void close(host::Completion completion) override;

 private:
  std::shared_ptr<BranchState> m_state;
};

}  // namespace kms::gst
