// Messages of data channels on their way from one native object to another.
#pragma once

#include <kms/base/export.hpp>
#include <kms/base/value.hpp>

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kms::media {

/// One message. A plain value; the payload is shared, so a copy costs little. Any thread.
struct DataMessage {
  std::shared_ptr<const Bytes> payload;  ///< never null; may be empty
  bool isText = false;                   ///< UTF-8 text, else bytes
  /// The channel that it came from, so that it can leave by its like; absent and empty when it came
  /// from none.
  std::optional<std::uint16_t> channel{};
  std::string label{};
};

/// Takes messages. Called on any thread, on several at once; must not block.
class KMS_API DataSink {
 public:
  virtual ~DataSink() = default;
  virtual void onMessage(const DataMessage& message) = 0;
  /// Whether a message is better kept back for now, as it will soon be taken: a source that can
  /// wait should. One that cannot gives it, and perhaps loses it.
  [[nodiscard]] virtual bool isFull() { return false; }
};

/// Where messages come out of an object: hands each to every sink attached. All methods on any
/// thread.
class KMS_API DataSource {
 public:
  /// Adds `sink`, which is not kept alive; once, however often it is called.
  void attach(const std::shared_ptr<DataSink>& sink);
  /// Takes `sink` away; a message that another thread publishes meanwhile may still reach it.
  void detach(const DataSink* sink);
  /// Hands `message` to the sinks on the caller's thread, in the order in which they came.
  void publish(const DataMessage& message) const;
  /// Whether a sink is full.
  [[nodiscard]] bool isBlocked() const;

 private:
  using Sinks = std::vector<std::weak_ptr<DataSink>>;

  [[nodiscard]] std::shared_ptr<const Sinks> sinks() const;

  mutable std::mutex m_mutex;  // guards m_sinks; not held while sinks are called
  std::shared_ptr<const Sinks> m_sinks = std::make_shared<Sinks>();
};

}  // namespace kms::media
