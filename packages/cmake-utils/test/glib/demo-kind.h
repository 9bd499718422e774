#pragma once

typedef enum {
  DEMO_KIND_AUDIO,
  DEMO_KIND_VIDEO,
} DemoKind;

typedef enum {
  DEMO_FLAGS_NONE = 0,
  DEMO_FLAGS_KEY = 1 << 0,
  DEMO_FLAGS_LAST = 1 << 1,
} DemoFlags;
