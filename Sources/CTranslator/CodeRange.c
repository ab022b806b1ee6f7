#include "include/GuestState.h"

enum { capacity = 16 };
static TransomCodeRange ranges[capacity];

uint32_t transomAddCodeRange(const TransomCodeRange *range) {
  for (int i = 0; i < capacity; i++) {
    if (ranges[i].end) continue;
    ranges[i] = *range;
    return 0;
  }
  return 1;
}

void transomRemoveCodeRange(uint64_t start) {
  for (int i = 0; i < capacity; i++) {
    if (ranges[i].end && ranges[i].start == start) ranges[i].end = 0;
  }
}

uint64_t transomResumeAfterFault(uint64_t at) {
  if (at >= (uint64_t)transomGuestAccessStart && at < (uint64_t)transomGuestAccessEnd) {
    int isCopy = at >= (uint64_t)transomGuestCopyStart;
    return (uint64_t)(isCopy ? transomGuestCopyFault : transomGuestAccessFault);
  }
  for (int i = 0; i < capacity; i++) {
    if (at < ranges[i].start || at >= ranges[i].end) continue;
    *ranges[i].programCounter = at;
    return ranges[i].faultExit;
  }
  return 0;
}
