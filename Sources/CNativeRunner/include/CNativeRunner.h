#pragma once
// Runs guest bytes on the processor this program runs on: the oracle of the differential tests.
//
// A child process executes cases one after another. Parent and child share a ring of slots; the
// parent fills slots and submits them, the child answers in order. x86-64 Linux only; elsewhere
// transomNativeStart returns null.
#include <stddef.h>
#include <stdint.h>

#include "StateWords.h"

enum {
  transomOutcomeTrapped = 1,
  /// It ran on for more than some 40 ms of processor time.
  transomOutcomeTimedOut = 2,
  /// The regions could not be mapped, or the child died.
  transomOutcomeFailed = 3,
};

/// Memory of a case: readable, writable, executable.
typedef struct {
  uint64_t address;
  uint64_t count;
  /// Where its contents lie in the slot's arena, before and after.
  uint64_t offset;
} TransomNativeRegion;

enum { transomNativeRegionLimit = 16 };

typedef struct {
  uint64_t before[transomWordCount];
  uint64_t after[transomWordCount];
  uint32_t outcome;
  /// Exception vector that ended it: 13 at a HLT.
  uint32_t trap;
  uint64_t faultAddress;
  /// 0: 64-bit, 1: 32-bit.
  uint32_t mode;
  uint32_t regionCount;
  TransomNativeRegion regions[transomNativeRegionLimit];
} TransomNativeSlot;

typedef struct TransomNativeRunner TransomNativeRunner;

/// Null if there is no oracle here. `arena` is the bytes of memory a slot can carry.
TransomNativeRunner *_Nullable transomNativeStart(uint32_t slots, uint64_t arena);
void transomNativeStop(TransomNativeRunner *_Nonnull runner);
TransomNativeSlot *_Nonnull transomNativeSlot(TransomNativeRunner *_Nonnull runner, uint64_t index);
uint8_t *_Nonnull transomNativeArena(TransomNativeRunner *_Nonnull runner, uint64_t index);
/// Hands over every slot up to, not including, `end` (a running count).
void transomNativeSubmit(TransomNativeRunner *_Nonnull runner, uint64_t end);
/// Waits until every slot below `end` is answered. A child that died is replaced and its case
/// answered as failed.
void transomNativeWait(TransomNativeRunner *_Nonnull runner, uint64_t end);

/// Lets guest accesses of this process report their faults (GuestState.h) instead of ending it.
/// Returns 0 or an errno.
int32_t transomCatchGuestFaults(void);
