#include "datagram-bio.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace kms::dtls {
namespace {

DatagramQueue& queueOf(BIO* bio) {
  return *static_cast<DatagramQueue*>(BIO_get_data(bio));
}

int readBio(BIO* bio, char* out, int size) {
  BIO_clear_retry_flags(bio);
  const auto room = static_cast<std::size_t>(std::max(size, 0));
  const std::size_t length = queueOf(bio).read({reinterpret_cast<std::uint8_t*>(out), room});
  if (length == 0) {
    BIO_set_retry_read(bio);
    return -1;
  }
  return static_cast<int>(length);
}

int writeBio(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  const auto length = static_cast<std::size_t>(std::max(size, 0));
  try {
    queueOf(bio).write({reinterpret_cast<const std::uint8_t*>(data), length});
  } catch (const std::bad_alloc&) {
    return -1;  // as a lost datagram; no exception may cross OpenSSL's frames
  }
  return size;
}

long controlBio(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

using MethodPtr = std::unique_ptr<BIO_METHOD, Deleter<BIO_meth_free>>;

MethodPtr makeMethod() {
  MethodPtr method(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "kms datagrams"));
  require(method && BIO_meth_set_read(method.get(), readBio) == 1 &&
              BIO_meth_set_write(method.get(), writeBio) == 1 &&
              BIO_meth_set_ctrl(method.get(), controlBio) == 1,
          "BIO_meth_new");
  return method;
}

}  // namespace

DatagramQueue::Datagram DatagramQueue::takeOutgoing() {
  Datagram datagram = std::move(m_outgoing.front());
  m_outgoing.pop_front();
  return datagram;
}

std::size_t DatagramQueue::read(std::span<std::uint8_t> out) {
  const auto datagram = std::exchange(m_incoming, {});
  const std::size_t length = std::min(datagram.size(), out.size());
  std::copy_n(datagram.begin(), length, out.begin());
  return length;
}

void DatagramQueue::write(std::span<const std::uint8_t> record) {
  if (!m_join || m_outgoing.empty() || m_outgoing.back().size() + record.size() > m_mtu) {
    m_outgoing.emplace_back();
  }
  m_outgoing.back().insert(m_outgoing.back().end(), record.begin(), record.end());
}

BioPtr makeDatagramBio(DatagramQueue& queue) {
  static const MethodPtr kMethod = makeMethod();  // a constant table of functions
  BioPtr bio(BIO_new(kMethod.get()));
  require(bio != nullptr, "BIO_new");
  BIO_set_data(bio.get(), &queue);
  BIO_set_init(bio.get(), 1);
  return bio;
}

}  // namespace kms::dtls
