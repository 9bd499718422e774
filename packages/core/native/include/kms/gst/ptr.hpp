// Owning pointers for GLib and GStreamer types. The named constructors say who holds the reference.
#pragma once

#include <gst/gst.h>

#include <memory>
#include <utility>

namespace kms::gst {

/// One reference to a GstObject (elements, pads, buses, clocks). Any thread.
template <typename T>
class ObjectPtr {
 public:
  ObjectPtr() = default;
  /// Takes over the caller's reference.
  [[nodiscard]] static ObjectPtr adopt(T* object) { return ObjectPtr(object); }
  /// Adds a reference of its own.
  [[nodiscard]] static ObjectPtr retain(T* object) {
    return ObjectPtr(object == nullptr ? nullptr : static_cast<T*>(gst_object_ref(object)));
  }
  /// Takes over a floating reference.
  [[nodiscard]] static ObjectPtr sink(T* object) {
    return ObjectPtr(object == nullptr ? nullptr : static_cast<T*>(gst_object_ref_sink(object)));
  }
  ObjectPtr(const ObjectPtr& other) : ObjectPtr(retain(other.m_object)) {}
  ObjectPtr(ObjectPtr&& other) noexcept : m_object(std::exchange(other.m_object, nullptr)) {}
  ObjectPtr& operator=(ObjectPtr other) noexcept {
    std::swap(m_object, other.m_object);
    return *this;
  }
  ~ObjectPtr() {
    if (m_object != nullptr) gst_object_unref(m_object);
  }

  [[nodiscard]] T* get() const { return m_object; }
  explicit operator bool() const { return m_object != nullptr; }
  void reset() { *this = ObjectPtr(); }

 private:
  explicit ObjectPtr(T* object) : m_object(object) {}
  T* m_object = nullptr;
};

/// One reference to a GstMiniObject (buffers, caps, events, messages, samples). Any thread.
template <typename T>
class MiniPtr {
 public:
  MiniPtr() = default;
  [[nodiscard]] static MiniPtr adopt(T* object) { return MiniPtr(object); }
  [[nodiscard]] static MiniPtr retain(T* object) {
    if (object != nullptr) gst_mini_object_ref(GST_MINI_OBJECT_CAST(object));
    return MiniPtr(object);
  }
  MiniPtr(const MiniPtr& other) : MiniPtr(retain(other.m_object)) {}
  MiniPtr(MiniPtr&& other) noexcept : m_object(std::exchange(other.m_object, nullptr)) {}
  MiniPtr& operator=(MiniPtr other) noexcept {
    std::swap(m_object, other.m_object);
    return *this;
  }
  ~MiniPtr() {
    if (m_object != nullptr) gst_mini_object_unref(GST_MINI_OBJECT_CAST(m_object));
  }

  [[nodiscard]] T* get() const { return m_object; }
  explicit operator bool() const { return m_object != nullptr; }
  /// Gives the reference away, for functions that take it over.
  [[nodiscard]] T* release() { return std::exchange(m_object, nullptr); }

 private:
  explicit MiniPtr(T* object) : m_object(object) {}
  T* m_object = nullptr;
};

using BufferPtr = MiniPtr<GstBuffer>;
using CapsPtr = MiniPtr<GstCaps>;
using ElementPtr = ObjectPtr<GstElement>;
using EventPtr = MiniPtr<GstEvent>;
using MessagePtr = MiniPtr<GstMessage>;
using PadPtr = ObjectPtr<GstPad>;
using QueryPtr = MiniPtr<GstQuery>;
using SamplePtr = MiniPtr<GstSample>;

struct GFree {
  void operator()(void* memory) const { g_free(memory); }
};
using StringPtr = std::unique_ptr<char, GFree>;

struct GErrorFree {
  void operator()(GError* error) const { g_error_free(error); }
};
using ErrorPtr = std::unique_ptr<GError, GErrorFree>;

/// A GValue that is cleared with it.
class ValueBox {
 public:
  explicit ValueBox(GType type) { g_value_init(&m_value, type); }
  ValueBox(ValueBox&& other) noexcept : m_value(std::exchange(other.m_value, GValue{})) {}
  ValueBox(const ValueBox&) = delete;
  ValueBox& operator=(const ValueBox&) = delete;
  ValueBox& operator=(ValueBox&&) = delete;
  ~ValueBox() {
    if (G_IS_VALUE(&m_value)) g_value_unset(&m_value);
  }

  [[nodiscard]] GValue* get() { return &m_value; }

 private:
  GValue m_value = G_VALUE_INIT;
};

/// A GSource that ends with its handle. Destroy it on the thread of its context.
class SourceHandle {
 public:
  SourceHandle() = default;
  [[nodiscard]] static SourceHandle adopt(GSource* source) { return SourceHandle(source); }
  SourceHandle(SourceHandle&& other) noexcept : m_source(std::exchange(other.m_source, nullptr)) {}
  SourceHandle& operator=(SourceHandle&& other) noexcept {
    std::swap(m_source, other.m_source);
    return *this;
  }
  SourceHandle(const SourceHandle&) = delete;
  SourceHandle& operator=(const SourceHandle&) = delete;
  ~SourceHandle() { reset(); }

  void reset() {
    if (m_source == nullptr) return;
    g_source_destroy(m_source);
    g_source_unref(std::exchange(m_source, nullptr));
  }

 private:
  explicit SourceHandle(GSource* source) : m_source(source) {}
  GSource* m_source = nullptr;
};

}  // namespace kms::gst
