// What the Embedded Swift runtime asks for and a static libc does not have, and strings without
// Unicode tables: names here are ASCII.
#include <stddef.h>
#include <stdint.h>
#include <sys/random.h>

void arc4random_buf(void *to, size_t count) {
  uint8_t *at = to;
  while (count) {
    size_t part = count < 256 ? count : 256;
    if (getrandom(at, part, 0) < 0) __builtin_trap();
    at += part;
    count -= part;
  }
}
