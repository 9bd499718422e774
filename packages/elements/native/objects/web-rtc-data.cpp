#include "web-rtc-data.hpp"

#include <array>
#include <limits>
#include <optional>
#include <string>
#include <utility>

namespace kms::elements {

namespace {

std::optional<std::uint16_t> limit(const Value& args, std::string_view name) {
  const Value& value = args.get(name);
  if (value.isNull()) return {};
  const auto number = value.as<std::int64_t>();
  if (number < 0 || number > std::numeric_limits<std::uint16_t>::max()) {
    throw Error(ErrorCode::kIllegalParam,
                std::string(name) + ": '" + std::to_string(number) + "' is not valid");
  }
  return static_cast<std::uint16_t>(number);
}

const char* toText(sctp::ChannelState state) {
  constexpr std::array kNames = {"connecting", "open", "closing"};
  return kNames[static_cast<std::size_t>(state)];
}

Value toValue(const sctp::ChannelStats& channel) {
  return Map{{"channelId", int{channel.id}},
             {"label", channel.label},
             {"protocol", channel.protocol},
             {"state", toText(channel.state)},
             {"messagesSent", channel.messagesSent},
             {"bytesSent", channel.bytesSent},
             {"messagesReceived", channel.messagesReceived},
             {"bytesReceived", channel.bytesReceived}};
}

Value toValue(const sctp::Stats& stats) {
  List channels;
  for (const sctp::ChannelStats& channel : stats.channels) channels.push_back(toValue(channel));
  return Map{{"channels", std::move(channels)},
             {"opened", stats.opened},
             {"closed", stats.closed},
             {"bufferedBytes", stats.bufferedBytes},
             {"dropped", stats.drops.toMap()}};
}

}  // namespace

DataInput::~DataInput() {
  if (m_source) m_source->data->detach(m_channels.get());
}

void DataInput::setSource(std::shared_ptr<media::Stream> source) {
  if (source && !source->data) {
    throw Error(ErrorCode::kConnect, "WebRtcEndpoint takes messages for data, nothing else");
  }
  if (m_source) m_source->data->detach(m_channels.get());
  m_source = std::move(source);
  if (m_source) m_source->data->attach(m_channels);
}

sctp::ChannelEvents dataChannelEvents(const host::Context& context) {
  const auto tell = [&context](const char* type) {
    return [context, type](std::uint16_t channel) {
      context.emit(type, {{"channelId", int{channel}}});
    };
  };
  return {tell("dataChannelOpened"), tell("dataChannelClosed")};
}

void createDataChannel(sctp::DataChannels& channels, const Value& args,
                       const host::Completion& completion) {
  sctp::ChannelOptions options;
  options.label = args.get<std::string>("label", "");
  options.ordered = args.get<bool>("ordered", true);
  options.maxPacketLifeTime = limit(args, "maxPacketLifeTime");
  options.maxRetransmits = limit(args, "maxRetransmits");
  options.protocol = args.get<std::string>("protocol", "");
  channels.open(std::move(options), [completion](sctp::DataChannels::Opened opened) {
    if (const auto* error = std::get_if<Error>(&opened)) return completion.reject(*error);
    completion.resolve(int{std::get<std::uint16_t>(opened)});
  });
}

Value closeDataChannel(sctp::DataChannels& channels, const Value& args) {
  const auto id = args.at("channelId").as<std::int64_t>();
  const bool isChannel = id >= 0 && id <= std::numeric_limits<std::uint16_t>::max();
  // Beyond all ids nothing is found, but what was negotiated counts first.
  channels.close(isChannel ? static_cast<std::uint16_t>(id)
                           : std::numeric_limits<std::uint16_t>::max());
  return {};
}

void dataChannelStats(sctp::DataChannels& channels, const host::Completion& completion) {
  channels.stats([completion](const sctp::Stats& stats) { completion.resolve(toValue(stats)); });
}

}  // namespace kms::elements
