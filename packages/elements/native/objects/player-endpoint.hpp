// PlayerEndpoint: the frames of a file or a stream that a URI names.
#pragma once

#include <kms/host/object.hpp>
#include <kms/media/stream.hpp>

#include <memory>

namespace kms::elements {

class Player;

/// The native class `PlayerEndpoint`. A source of each medium, in the codec of the media itself.
///
/// params: as in PlayerConfig: {uri, networkCache?: milliseconds, schemes?, roots?, proxy?,
/// rtspPorts?, reconnects?}.
/// Methods: `play {}`, `pause {}`, `stop {}` (answered at once), `position {}` -> milliseconds,
/// `setPosition {position}` (40700 when there is no such position), `videoInfo {}` ->
/// {isSeekable, seekableInit, seekableEnd, duration}.
/// Events: state {state}, endOfStream, sourceFormat, flow, error. Home: the GLib loop.
class PlayerEndpoint final : public host::ObjectBase {
 public:
  /// Throws Error 40001 on bad params.
  PlayerEndpoint(host::Context context, const Value& params);
  ~PlayerEndpoint() override;

  [[nodiscard]] std::shared_ptr<media::Stream> source(media::Medium medium) override;
  [[nodiscard]] List elements() const override;
  [[nodiscard]] std::string dot(int details) const override;
  void close(host::Completion completion) override;

 private:
  std::shared_ptr<Player> m_player;
};

}  // namespace kms::elements
