// How media passes from one native object to another: an object offers a Stream per medium, and a
// Sink takes one.
#pragma once

#include <kms/base/export.hpp>

#include <memory>
#include <utility>

namespace kms::router {
class Producer;
}
namespace kms::gst {
class FrameSource;
}

namespace kms::media {

class DataSource;

/// What an object offers for one medium: RTP packets in the router, frames in GStreamer, or
/// messages of data channels; exactly one of the three is set. Shared, so that a sink may still
/// hold it when the object is gone (nothing arrives then). Immutable, any thread.
class KMS_API Stream {
 public:
  explicit Stream(std::shared_ptr<router::Producer> from) : producer(std::move(from)) {}
  explicit Stream(std::shared_ptr<gst::FrameSource> from) : frames(std::move(from)) {}

  explicit Stream(std::shared_ptr<DataSource> from) : data(std::move(from)) {}

  const std::shared_ptr<router::Producer> producer;
  const std::shared_ptr<gst::FrameSource> frames;
  const std::shared_ptr<DataSource> data;
};

/// The place of an object into which one Stream can be put. Owned by its object.
class KMS_API Sink {
 public:
  virtual ~Sink() = default;
  /// Takes `source` in place of what it had; null takes it away. Called on the object's home
  /// executor. Throws Error 40004 when a stream of that kind cannot be taken.
  virtual void setSource(std::shared_ptr<Stream> source) = 0;
};

}  // namespace kms::media
