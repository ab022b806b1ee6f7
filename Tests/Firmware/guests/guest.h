// What the guests of the firmware tests share: the product's own UEFI layouts, and printing.
#pragma once
#include <CUEFI.h>

static EFI_SYSTEM_TABLE *ST;
static EFI_BOOT_SERVICES *BS;
static EFI_HANDLE self;

static inline void begin(EFI_HANDLE image, EFI_SYSTEM_TABLE *table) {
  self = image;
  ST = table;
  BS = table->BootServices;
}

static inline void printWide(CHAR16 *text) {
  EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL *out = ST->ConOut;
  out->OutputString(out, text);
}

static inline void print(const char *text) {
  CHAR16 buffer[160];
  unsigned n = 0;
  for (; *text && n < 156; text++) {
    if (*text == '\n') buffer[n++] = '\r';
    buffer[n++] = (CHAR16)*text;
  }
  buffer[n] = 0;
  printWide(buffer);
}

static inline void printHex(uint64_t value) {
  char text[19];
  unsigned n = 18;
  text[n] = 0;
  do {
    text[--n] = "0123456789abcdef"[value & 15];
    value >>= 4;
  } while (value);
  text[--n] = 'x';
  text[--n] = '0';
  print(text + n);
}

/// `name: 0x…`
static inline void report(const char *name, uint64_t value) {
  print(name);
  print(": ");
  printHex(value);
  print("\n");
}

/// Whether one of the words in load options is this one.
static inline int wants(const CHAR16 *options, uint64_t bytes, const char *word) {
  uint64_t count = bytes / 2, length = 0;
  while (word[length]) length++;
  for (uint64_t at = 0; at + length <= count; at++) {
    uint64_t n = 0;
    while (n < length && options[at + n] == (CHAR16)word[n]) n++;
    int ends = at + n >= count || options[at + n] == 0 || options[at + n] == ' ';
    int begins = at == 0 || options[at - 1] == ' ';
    if (n == length && ends && begins) return 1;
  }
  return 0;
}

// The compiler may ask for these.
__attribute__((used)) static void *copyBytes(void *to, const void *from, uint64_t count) {
  volatile uint8_t *d = to;
  const uint8_t *s = from;
  while (count--) *d++ = *s++;
  return to;
}

/// Stands where the compiler must not see through a value.
static inline uint64_t opaque(uint64_t value) {
  __asm__ volatile("" : "+r"(value));
  return value;
}
