// kms-play <server URL> <media URI>: plays media to its end, as an example of the typed client.
#include <kms/client/kurento.hpp>

#include <exception>
#include <future>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>

namespace {

using namespace kurento::client;

void play(const std::string& url, const std::string& uri) {
  kms::client::Client client({.url = url});
  const auto pipeline = MediaPipeline::create(client).get();
  const auto player = PlayerEndpoint::create(client, {.mediaPipeline = pipeline, .uri = uri}).get();

  // Handlers run on the client's thread, which must not wait: they hand on what they hear.
  std::promise<std::string> ended;
  std::once_flag once;
  const auto endWith = [&](const std::function<void()>& settle) { std::call_once(once, settle); };
  const auto finished = player.onEndOfStream(
      [&](const EndOfStreamEvent& event) { endWith([&] { ended.set_value(event.source.id); }); });
  const auto failed = player.onError([&](const ErrorEvent& event) {
    const auto error = std::make_exception_ptr(std::runtime_error(event.description));
    endWith([&] { ended.set_exception(error); });
  });
  finished.confirmed().get();
  failed.confirmed().get();

  player.play().get();
  std::cout << "end of " << ended.get_future().get() << std::endl;
  pipeline.release().get();
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) {
    std::cerr << "usage: kms-play <server URL> <media URI>" << std::endl;
    return 2;
  }
  try {
    play(words[1], words[2]);
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "kms-play: " << error.what() << std::endl;
    return 1;
  }
}
