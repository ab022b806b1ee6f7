#pragma once
// What the host's tool and the portable runner say to each other, on a pair of pipes.
//
// Everything is little-endian and as these structures lie in memory; both ends are 64-bit.
// A request: TransomRunnerRequest; `regionCount` and `systemCount` and `wantedCount` pairs of words
// (address, size; register, value; address, size); then `placedCount` times a pair (address, size)
// and that many bytes. The answer: TransomRunnerReply, `repeats` times TransomRunnerResult, each
// followed by TransomRunnerCounts if the request says `isCounted`; then the bytes of the wanted
// ranges, those of a range that is in no region as zeroes.
#include <stdint.h>

#include "StateWords.h"

enum {
  /// "TRN1"
  transomRunnerMagic = 0x314E5254,
};

/// Who executes.
enum {
  transomRunnerInterpreter = 0,
  transomRunnerCompiled = 1,
};

typedef struct {
  uint32_t magic;
  uint32_t backend;
  /// Bits of FeatureSet.
  uint64_t features;
  /// TransomGuestState.mode.
  uint32_t mode;
  uint32_t regionCount;
  uint32_t systemCount;
  uint32_t wantedCount;
  uint32_t placedCount;
  /// How often it is run in the same engine and on the same memory, each time from `words`.
  uint32_t repeats;
  /// A counting plugin is there and answers the marker call.
  uint32_t isCounted;
  /// The engine is made anew, so that translation is part of what is measured.
  uint32_t isFresh;
  /// Compiled code counts no guest instructions: the budget is not watched.
  uint32_t isUncounted;
  uint32_t reserved;
  /// Guest instructions each run may take.
  uint64_t budget;
  /// Reaching it ends a run as HLT does; 0: nothing does.
  uint64_t returnAddress;
  uint64_t words[transomWordCount];
} TransomRunnerRequest;

typedef struct {
  uint32_t magic;
  /// 0, or the number from one of the region that cannot be mapped: nothing follows then.
  uint32_t refusedRegion;
} TransomRunnerReply;

/// How a run ended.
enum {
  transomEndingHalted = 0,
  transomEndingFault = 1,
  transomEndingTimedOut = 2,
  transomEndingReturned = 3,
};

typedef struct {
  uint32_t ending;
  uint32_t vector;
  uint64_t faultAddress;
  uint64_t guestInstructions;
  /// Since the engine was made.
  uint64_t translatedInstructions;
  uint64_t codeBytes;
  /// By the runner's clock: under emulation good for comparison with itself only.
  uint64_t nanoseconds;
  uint64_t words[transomWordCount];
} TransomRunnerResult;

/// Host instructions since the last such record. Written by the plugin itself.
typedef struct {
  /// Those in the range that the runner named: translated code, entries and links.
  uint64_t inCode;
  uint64_t all;
} TransomRunnerCounts;

/// System calls that no kernel has. The plugin counts executed instructions of the range it is
/// given, and at the report writes TransomRunnerCounts to the runner's standard output.
enum {
  transomMarkerRange = 0x7A01,
  transomMarkerReport = 0x7A02,
};

// What the program offers the engine in it (Sources/TransomRunner).

/// Memory for code, readable, writable and executable, with plain data in front of it. 0 if there is
/// none. Two views of one memory would be seen as two by an emulator that keeps no caches.
uint64_t transomRunnerMapCode(uint64_t dataSize, uint64_t codeSize);
void transomRunnerUnmapCode(uint64_t start, uint64_t size);
void transomRunnerSynchronize(uint64_t address, uint64_t count);
_Bool transomRunnerProtectPage(uint64_t address);
void transomRunnerReleasePage(uint64_t address);
/// Where a protected page of a region can be written; 0 if that cannot be done. And that nobody
/// wants to any more.
uint64_t transomRunnerAliasPage(uint64_t page);
void transomRunnerUnmapAlias(uint64_t alias);
/// HWCAP_FLAGM and HWCAP2_FLAGM2 as bits 0 and 1.
uint64_t transomRunnerFeatures(void);
/// Names the range whose instructions are counted.
void transomRunnerCountRange(uint64_t start, uint64_t end);
