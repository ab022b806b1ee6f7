// Numbers to text and back: what every Print and AsciiSPrint does, GUIDs and hex dumps included.
#include "kernel.h"

enum { outAt = 1 << 20 };

void prepare(u8 *memory) {
  u64 seed = 16;
  for (u64 *at = (u64 *)memory; at < (u64 *)(memory + 65536); at++) {
    u64 random = nextRandom(&seed);
    *at = random >> (random & 63);
  }
}

static u8 *number(u8 *to, u64 value, u32 base, int width, u8 pad) {
  u8 digits[24];
  int count = 0;
  do digits[count++] = (u8) "0123456789abcdef"[value % base];
  while (value /= base);
  while (width-- > count) *to++ = pad;
  while (count) *to++ = digits[--count];
  return to;
}

static __attribute__((noinline)) u8 *print(u8 *to, const char *format, const u64 *arguments) {
  for (; *format; format++) {
    if (*format != '%') {
      *to++ = (u8)*format;
      continue;
    }
    int width = 0;
    u8 pad = ' ';
    if (*++format == '0') pad = '0';
    while (*format >= '0' && *format <= '9') width = width * 10 + *format++ - '0';
    switch (*format) {
      case 'd':
        if ((i64)*arguments < 0) *to++ = '-';
        to = number(to, (i64)*arguments < 0 ? -*arguments : *arguments, 10, width, pad);
        break;
      case 'u': to = number(to, *arguments, 10, width, pad); break;
      case 'x': to = number(to, *arguments, 16, width, pad); break;
      case 'c': *to++ = (u8)(32 + *arguments % 95); break;
      case 's': for (const char *s = *arguments & 1 ? "odd" : "even"; *s;) *to++ = (u8)*s++; break;
      default: *to++ = (u8)*format; break;
    }
    arguments++;
  }
  *to = 0;
  return to;
}

static u64 parse(const u8 *from, const u8 *end) {
  u64 sum = 0, value = 0;
  for (; from < end; from++) {
    if (*from >= '0' && *from <= '9') {
      value = value * 10 + *from - '0';
    } else if (value) {
      sum = mix(sum, value);
      value = 0;
    }
  }
  return sum ^ value;
}

u64 run(u8 *memory, u64 count) {
  const u64 *values = (const u64 *)memory;
  u8 *out = memory + outAt;
  u64 hash = count;
  for (u64 n = 0; n < count; n++) {
    const u64 *v = values + (n * 5 & 8000);
    u8 *to = print(out, "%d %u %08x [%5d] %s%c %16x 100%% of %u\r\n", v);
    u64 guid[4] = {v[0] & 0xFFFFFFFF, v[1] & 0xFFFF, v[2] & 0xFFFF, v[3] & 0xFFFF};
    to = print(to, "%08x-%04x-%04x-%04x", guid);
    for (int k = 0; k < 16; k++) to = number(to, (v[2] >> 4 * (k & 7)) & 255, 16, 2, '0');
    hash = mix(hash, parse(out, to));
    for (u8 *at = out; at < to; at += 8) hash += *at;
  }
  return hash;
}
