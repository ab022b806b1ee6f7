// UCS-2 text as firmware has it: lengths, comparisons without case, searches, splitting, a table of
// words by hash.
#include "kernel.h"

enum { textAt = 0, slotsAt = 1 << 20, wordsAt = 2 << 20, slotCount = 1024, textSize = 60000 };

typedef struct {
  const u16 *start;
  u32 count;
  u32 uses;
  u32 hash;
  u32 used;
} Word;

void prepare(u8 *memory) {
  u16 *text = (u16 *)(memory + textAt);
  u64 seed = 10;
  u64 n = 0;
  while (n < textSize) {
    u64 random = nextRandom(&seed);
    u64 word = random % 400;
    u64 size = 2 + word % 7;
    for (u64 k = 0; k < size && n < textSize; k++) {
      text[n++] = (u16)((random >> 40 & 3 ? 'a' : 'A') + (word * (k + 7)) % 26);
    }
    if (n < textSize) text[n++] = random >> 50 & 7 ? ' ' : ',';
  }
  text[textSize] = 0;
}

static u16 lower(u16 c) { return c >= 'A' && c <= 'Z' ? (u16)(c + 32) : c; }

static u64 length(const u16 *text) {
  u64 count = 0;
  while (text[count]) count++;
  return count;
}

static int compare(const u16 *left, u64 leftCount, const u16 *right, u64 rightCount) {
  u64 n = 0;
  while (n < leftCount && n < rightCount && lower(left[n]) == lower(right[n])) n++;
  if (n < leftCount && n < rightCount) return lower(left[n]) < lower(right[n]) ? -1 : 1;
  return leftCount == rightCount ? 0 : leftCount < rightCount ? -1 : 1;
}

static const u16 *find(const u16 *text, const u16 *end, const u16 *what) {
  for (; text < end; text++) {
    u64 n = 0;
    while (what[n] && lower(text[n]) == what[n]) n++;
    if (!what[n]) return text;
  }
  return NULL;
}

u64 run(u8 *memory, u64 count) {
  const u16 *text = (const u16 *)(memory + textAt);
  Word *slots = (Word *)(memory + slotsAt);
  for (u64 n = 0; n < slotCount; n++) slots[n] = (Word){0};
  u64 words = 0, hash = length(text + textSize - count);
  for (u64 n = 0; n < count;) {
    while (n < count && (text[n] == ' ' || text[n] == ',')) n++;
    u64 start = n;
    u32 h = 2166136261u;
    while (n < count && text[n] != ' ' && text[n] != ',') h = (h ^ lower(text[n++])) * 16777619u;
    if (n == start) break;
    u64 slot = h % slotCount;
    while (slots[slot].used &&
           (slots[slot].hash != h ||
            compare(slots[slot].start, slots[slot].count, text + start, n - start))) {
      slot = (slot + 1) % slotCount;
    }
    if (!slots[slot].used) {
      slots[slot] = (Word){text + start, (u32)(n - start), 0, h, 1};
      words++;
    }
    slots[slot].uses++;
  }
  for (u64 n = 0; n < slotCount; n++) {
    if (slots[n].used) hash = mix(hash, slots[n].uses * 31u + slots[n].count);
  }
  static const u16 what[] = {'z', 'z', 'y', 0};
  const u16 *found = find(text, text + count, what);
  return mix(hash, found ? (u64)(found - text) : words);
}
