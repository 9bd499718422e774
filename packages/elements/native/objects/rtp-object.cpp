#include "rtp-object.hpp"

#include <kms/base/error.hpp>
#include <kms/router/router.hpp>

#include <cstdint>
#include <string>

namespace kms::elements {

router::ThreadContext& threadOf(const host::Context& context, const Value& params) {
  const auto index = params.at("ioThread").as<std::int64_t>();
  return context.services().router.thread(static_cast<std::size_t>(index));
}

Map sourceFormatEvent(router::StreamId stream, const media::Format& format) {
  return {{"medium", media::toText(stream.medium)},
          {"number", stream.number},
          {"kind", "rtp"},
          {"format", format.toValue()}};
}

Map flowEvent(router::StreamId stream, bool inbound, bool flowing) {
  return {{"medium", media::toText(stream.medium)},
          {"number", stream.number},
          {"direction", inbound ? "in" : "out"},
          {"flowing", flowing}};
}

std::shared_ptr<router::Producer> rtpOf(const std::shared_ptr<media::Stream>& source,
                                        media::Medium medium) {
  if (!source) return nullptr;
  if (source->producer) return source->producer;
  throw Error(ErrorCode::kConnect, "the endpoint takes RTP for " +
                                       std::string(media::toText(medium)) + ", not other streams");
}

}  // namespace kms::elements
