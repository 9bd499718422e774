// The data channels of the native WebRtcEndpoint, in the words of its methods and events.
#pragma once

#include <kms/host/object.hpp>
#include <kms/sctp/data-channels.hpp>

#include <memory>

namespace kms::elements {

/// Takes the messages of another object's source for the peer. The endpoint's home thread.
class DataInput final : public media::Sink {
 public:
  explicit DataInput(std::shared_ptr<sctp::DataChannels> channels)
      : m_channels(std::move(channels)) {}
  ~DataInput() override;
  DataInput(const DataInput&) = delete;
  DataInput& operator=(const DataInput&) = delete;

  /// Throws Error 40004 for RTP and frames.
  void setSource(std::shared_ptr<media::Stream> source) override;

 private:
  std::shared_ptr<sctp::DataChannels> m_channels;
  std::shared_ptr<media::Stream> m_source;
};

/// Sends `dataChannelOpened` and `dataChannelClosed {channelId: integer}` as events of the object.
[[nodiscard]] sctp::ChannelEvents dataChannelEvents(const host::Context& context);

/// `createDataChannel {label, ordered, maxPacketLifeTime, maxRetransmits, protocol}`, all optional;
/// limits are 0..65535, or absent. Resolves with the id. Errors: 40107 naming the limit that is out
/// of range, 40111 when nothing was negotiated, 40003 when there are too many.
void createDataChannel(sctp::DataChannels& channels, const Value& args,
                       const host::Completion& completion);
/// `closeDataChannel {channelId}`. Errors: 40111 when nothing was negotiated.
Value closeDataChannel(sctp::DataChannels& channels, const Value& args);
/// `dataChannelStats`: {channels: [{channelId, label, protocol, state, messagesSent, bytesSent,
/// messagesReceived, bytesReceived}], opened, closed, bufferedBytes, dropped: {reason: count}}.
void dataChannelStats(sctp::DataChannels& channels, const host::Completion& completion);

}  // namespace kms::elements
