#include <kms/gst/codecs.hpp>
#include <kms/gst/frame-source.hpp>

#include <algorithm>
#include <utility>

namespace kms::gst {

namespace {

constexpr std::size_t kMaxGroupFrames = 900;
constexpr std::size_t kMaxGroupBytes = 16U << 20U;

SamplePtr decodeOnly(GstSample* sample) {
  GstBuffer* copy = gst_buffer_copy(gst_sample_get_buffer(sample));
  GST_BUFFER_FLAG_SET(copy, GST_BUFFER_FLAG_DECODE_ONLY);
  const auto buffer = BufferPtr::adopt(copy);
  return SamplePtr::adopt(
      gst_sample_new(buffer.get(), gst_sample_get_caps(sample), nullptr, nullptr));
}

}  // namespace

std::optional<media::Format> FrameSource::format() const {
  const std::scoped_lock lock(m_mutex);
  return m_format;
}

void FrameSource::setRequests(FrameRequests requests) {
  const std::scoped_lock lock(m_mutex);
  m_requests = std::move(requests);
}

std::vector<FrameSource::Outlet> FrameSource::outlets() const {
  const std::scoped_lock lock(m_mutex);
  return m_outlets;
}

void FrameSource::announce(GstCaps* caps) {
  {
    const std::scoped_lock lock(m_mutex);
    if (m_caps && (m_caps.get() == caps || gst_caps_is_equal(m_caps.get(), caps) != FALSE)) return;
    m_caps = CapsPtr::retain(caps);
    m_group.clear();
    m_groupBytes = 0;
    const auto format = formatOf(caps);
    if (!format || format == m_format) return;
    m_format = format;
  }
  const media::Format format = *this->format();
  for (const Outlet& outlet : outlets()) outlet.sink->onFormat(format);
}

void FrameSource::keep(GstSample* sample) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DELTA_UNIT)) {
    if (m_group.empty()) return;
  } else {
    m_group.clear();
    m_groupBytes = 0;
  }
  m_groupBytes += gst_buffer_get_size(buffer);
  m_group.push_back(decodeOnly(sample));
  if (m_group.size() > kMaxGroupFrames || m_groupBytes > kMaxGroupBytes) {
    m_group.clear();
    m_groupBytes = 0;
  }
}

void FrameSource::push(GstSample* sample) {
  announce(gst_sample_get_caps(sample));
  std::vector<Outlet> outlets;
  {
    const std::scoped_lock lock(m_mutex);
    outlets = m_outlets;
    for (Outlet& outlet : m_outlets) outlet.replay.clear();
    const bool isEncodedVideo =
        m_config.medium == media::Medium::kVideo && m_format && !m_format->isRaw();
    if (m_config.replaysGroup && isEncodedVideo) keep(sample);
  }
  for (const Outlet& outlet : outlets) {
    for (const SamplePtr& old : outlet.replay) outlet.sink->onSample(old.get());
    outlet.sink->onSample(sample);
  }
}

void FrameSource::forgetGroup() {
  const std::scoped_lock lock(m_mutex);
  m_group.clear();
  m_groupBytes = 0;
  for (Outlet& outlet : m_outlets) outlet.replay.clear();
}

void FrameSource::endOfStream() {
  forgetGroup();
  for (const Outlet& outlet : outlets()) outlet.sink->onEndOfStream();
}

void FrameSource::attach(const std::shared_ptr<FrameSink>& sink) {
  std::optional<media::Format> format;
  {
    const std::scoped_lock lock(m_mutex);
    m_outlets.push_back({sink, m_group});
    format = m_format;
  }
  if (format) sink->onFormat(*format);
}

void FrameSource::detach(const FrameSink* sink) {
  Outlet taken;  // let go without the lock
  const std::scoped_lock lock(m_mutex);
  const auto found = std::find_if(m_outlets.begin(), m_outlets.end(),
                                  [&](const Outlet& outlet) { return outlet.sink.get() == sink; });
  if (found == m_outlets.end()) return;
  taken = std::move(*found);
  m_outlets.erase(found);
}

void FrameSource::requestKeyframe() const {
  std::function<void()> request;
  {
    const std::scoped_lock lock(m_mutex);
    request = m_requests.keyframe;
  }
  if (request) request();
}

std::uint64_t FrameSource::bitrateHint() const {
  std::uint64_t least = 0;
  for (const Outlet& outlet : outlets()) {
    const std::uint64_t hint = outlet.sink->bitrateHint();
    if (hint != 0 && (least == 0 || hint < least)) least = hint;
  }
  return least;
}

}  // namespace kms::gst
