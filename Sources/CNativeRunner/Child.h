#pragma once
#include "CNativeRunner.h"

#include <stdatomic.h>
#include <time.h>

enum { transomNativeArenaOffset = 4096 };

/// The head of the shared memory. Both processes see it at the same address.
typedef struct {
  _Atomic uint32_t submitted;
  _Atomic uint32_t answered;
  uint8_t *slots;
  uint64_t slotCount;
  uint64_t slotSize;
} TransomNativeShared;

_Static_assert(sizeof(TransomNativeSlot) <= transomNativeArenaOffset, "a slot fits before its arena");

/// Executes cases until the process is ended.
void transomNativeChild(TransomNativeShared *shared);
void transomNativeSleep(_Atomic uint32_t *word, uint32_t value, const struct timespec *limit);
void transomNativeWake(_Atomic uint32_t *word);
