#include <gtest/gtest.h>

extern "C" {
#include "demo-enumtypes.h"
#include "demo-kind.h"
#include "demo-marshal.h"
}

TEST(Enums, AreKnownByNick) {
  auto* kinds = static_cast<GEnumClass*>(g_type_class_ref(DEMO_TYPE_KIND));
  EXPECT_EQ(g_enum_get_value_by_nick(kinds, "video")->value, DEMO_KIND_VIDEO);
  g_type_class_unref(kinds);
  auto* flags = static_cast<GFlagsClass*>(g_type_class_ref(DEMO_TYPE_FLAGS));
  EXPECT_EQ(g_flags_get_value_by_nick(flags, "last")->value, static_cast<guint>(DEMO_FLAGS_LAST));
  g_type_class_unref(flags);
}

namespace {

gint addLength(gpointer, gint number, const gchar* text, gpointer) {
  return number + static_cast<gint>(strlen(text));
}

}  // namespace

TEST(Marshal, CallsWithTypedArguments) {
  GClosure* closure = g_cclosure_new(G_CALLBACK(addLength), nullptr, nullptr);
  g_closure_ref(closure);
  g_closure_sink(closure);
  g_closure_set_marshal(closure, demo_marshal_INT__INT_STRING);
  GValue result = G_VALUE_INIT;
  g_value_init(&result, G_TYPE_INT);
  GValue arguments[3] = {G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT};
  g_value_init(&arguments[0], G_TYPE_POINTER);
  g_value_init(&arguments[1], G_TYPE_INT);
  g_value_set_int(&arguments[1], 40);
  g_value_init(&arguments[2], G_TYPE_STRING);
  g_value_set_static_string(&arguments[2], "ab");
  g_closure_invoke(closure, &result, 3, arguments, nullptr);
  EXPECT_EQ(g_value_get_int(&result), 42);
  g_closure_unref(closure);
}
