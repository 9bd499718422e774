// Symbol visibility: everything in libkmsclient is hidden but what this macro marks.
#pragma once

#define KMS_CLIENT_API __attribute__((visibility("default")))
