// Doubles in SSE2: orbits, the Mandelbrot set, a matrix product, conversions to and from integers.
#include "kernel.h"

typedef double d;
enum { bodies = 5, order = 16 };

static inline d root(d value) {
  __asm__("sqrtsd %0, %0" : "+x"(value));
  return value;
}

void prepare(u8 *memory) {
  d *numbers = (d *)memory;
  u64 seed = 14;
  for (int n = 0; n < 4096; n++) numbers[n] = (d)(i64)(nextRandom(&seed) >> 40) / 8388608.0 - 1.0;
}

static d orbits(const d *start, d *body, u64 steps) {
  for (int n = 0; n < bodies * 7; n++) body[n] = start[n];
  for (int n = 0; n < bodies; n++) body[n * 7 + 6] = 0.01 + body[n * 7 + 6] * body[n * 7 + 6];
  while (steps--) {
    for (int a = 0; a < bodies; a++) {
      for (int b = a + 1; b < bodies; b++) {
        d *p = body + a * 7, *q = body + b * 7;
        d x = p[0] - q[0], y = p[1] - q[1], z = p[2] - q[2];
        d square = x * x + y * y + z * z + 0.01;
        d force = 0.001 / (square * root(square));
        p[3] -= x * q[6] * force, p[4] -= y * q[6] * force, p[5] -= z * q[6] * force;
        q[3] += x * p[6] * force, q[4] += y * p[6] * force, q[5] += z * p[6] * force;
      }
    }
    for (int a = 0; a < bodies; a++) {
      for (int k = 0; k < 3; k++) body[a * 7 + k] += 0.001 * body[a * 7 + 3 + k];
    }
  }
  d sum = 0;
  for (int n = 0; n < bodies * 7; n++) sum += body[n];
  return sum;
}

static u64 mandelbrot(u64 size) {
  u64 inside = 0;
  for (u64 row = 0; row < size; row++) {
    for (u64 column = 0; column < size; column++) {
      d cx = (d)(i64)column * 3.0 / (d)(i64)size - 2.0, cy = (d)(i64)row * 2.0 / (d)(i64)size - 1.0;
      d x = 0, y = 0;
      int n = 0;
      while (n < 50 && x * x + y * y <= 4.0) {
        d kept = x * x - y * y + cx;
        y = 2 * x * y + cy;
        x = kept;
        n++;
      }
      inside += (u64)n;
    }
  }
  return inside;
}

static u64 product(const d *a, const d *b, d *c) {
  for (int i = 0; i < order; i++) {
    for (int j = 0; j < order; j++) {
      d sum = 0;
      for (int k = 0; k < order; k++) sum += a[i * order + k] * b[k * order + j];
      c[i * order + j] = sum;
    }
  }
  u64 hash = 0;
  for (int n = 0; n < order * order; n++) hash = mix(hash, (u64)(i64)(c[n] * 65536.0));
  return hash;
}

u64 run(u8 *memory, u64 count) {
  const d *numbers = (const d *)memory;
  d *scratch = (d *)(memory + (1 << 20));
  union { d value; u64 bits; } sum = {orbits(numbers, scratch, 20 * count)};
  u64 hash = mix(sum.bits, mandelbrot(8 + count));
  for (u64 n = 0; n < count; n++) {
    hash = mix(hash, product(numbers + 64 * (n & 31), numbers + 2048, scratch));
  }
  return hash;
}
