// The work whose cost is counted, on both sides: driver-work.c does it, cost.c counts it.
#pragma once
#include "guest.h"

static EFI_GUID workGuid = {
    0x51c0de20, 0x1234, 0x4567, {0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67}};

typedef uint64_t (*WorkFunction)(uint64_t, uint64_t);

/// What driver-work.c puts on a handle of its own.
typedef struct {
  /// 1 where the code is x86-64.
  uint64_t isForeign;
  /// Returns.
  WorkFunction nothing;
  /// Calls a function (first) so many times (second).
  WorkFunction calls;
  /// A xorshift generator from a seed (first), so many steps (second).
  WorkFunction xorshift;
  /// Loads and stores over a table of 1,024 words (first), so many steps (second).
  WorkFunction memory;
} Work;
