// Symbol visibility: everything in libkmscore is hidden but what this macro marks.
#pragma once

#define KMS_API __attribute__((visibility("default")))
