// A 32-bit framebuffer: rectangle fill, copy, alpha blending, glyphs from a bitmap.
#include "kernel.h"

enum { width = 256 };

void prepare(u8 *memory) {
  u64 seed = 7;
  for (u64 *at = (u64 *)memory; at < (u64 *)(memory + (512 << 10)); at++) *at = nextRandom(&seed);
}

static u32 blend(u32 below, u32 above) {
  u32 alpha = above >> 24;
  u32 result = 0;
  for (int shift = 0; shift < 24; shift += 8) {
    u32 b = below >> shift & 255, a = above >> shift & 255;
    u32 value = a * alpha + b * (255 - alpha) + 128;
    result |= (value + (value >> 8) >> 8) << shift;
  }
  return result;
}

/// `count` rows.
u64 run(u8 *memory, u64 count) {
  const u32 *sprite = (const u32 *)memory;
  u32 *screen = (u32 *)(memory + (1 << 20));
  u64 hash = count;
  for (u64 y = 0; y < count; y++) {
    u32 *row = screen + y * width;
    for (u32 x = 0; x < width; x++) row[x] = 0x00204060 + x;
    for (u32 x = 16; x < width - 16; x++) row[x] = blend(row[x], sprite[(y & 255) * width + x]);
    for (u32 glyph = 0; glyph < width / 8; glyph++) {
      u8 bits = memory[(y & 15) + 16 * glyph];
      for (u32 x = 0; x < 8; x++) {
        if (bits << x & 0x80) row[8 * glyph + x] ^= 0x00FFFFFF;
      }
    }
    if (y) {
      u32 *above = row - width;
      for (u32 x = 0; x < width / 2; x++) above[x + width / 2] = row[x];
    }
    hash = mix(hash, row[y & 255]);
  }
  return hash;
}
