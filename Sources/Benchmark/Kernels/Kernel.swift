/// One of our kernels (Fixtures/kernels): what it does, and how much of it is run.
package struct Kernel: Sendable {
  package var name: String
  /// In a few words, for reports.
  package var kind: String
  /// The count for a first run in a fresh engine: natively about 100 µs.
  package var small: UInt64
  /// The count for runs in a warm engine: natively some 0.5 to 3 ms.
  package var large: UInt64

  /// Where a kernel is linked to lie, and where its memory is (Fixtures/kernels/kernel.h).
  package static let load: UInt64 = 0x1000_0000
  package static let memory: UInt64 = 0x2000_0000
  package static let memorySize: UInt64 = 4 << 20
  /// `run` is at the start.
  package static let run = load
  package static let prepare = load + 16

  package static let all: [Kernel] = [
    Kernel(name: "crc32", kind: "CRC by table", small: 48_000, large: 800_000),
    Kernel(name: "sha256", kind: "SHA-256", small: 400, large: 8_000),
    Kernel(name: "checksum", kind: "byte, internet, Adler sums", small: 24_000, large: 400_000),
    Kernel(name: "lz", kind: "LZ decompression", small: 110_000, large: 260_000),
    Kernel(name: "copy", kind: "copying loops", small: 80_000, large: 400_000),
    Kernel(name: "rep", kind: "rep string instructions", small: 300_000, large: 900_000),
    Kernel(name: "blit", kind: "blits with alpha", small: 80, large: 1_400),
    Kernel(name: "sort", kind: "sorting and searching", small: 1_600, large: 20_000),
    Kernel(name: "sieve", kind: "sieves", small: 28_000, large: 400_000),
    Kernel(name: "text", kind: "UCS-2 strings", small: 30_000, large: 60_000),
    Kernel(name: "records", kind: "lists, trees, callbacks", small: 2_400, large: 12_000),
    Kernel(name: "recursion", kind: "deep recursion", small: 19, large: 24),
    Kernel(name: "interpreter", kind: "switch and indirect calls", small: 280, large: 3_000),
    Kernel(name: "doubles", kind: "doubles in SSE2", small: 16, large: 90),
    Kernel(name: "bignum", kind: "128-bit multiply, divide", small: 60, large: 800),
    Kernel(name: "format", kind: "numbers to text", small: 220, large: 2_500),
    Kernel(name: "lanes", kind: "integer SSE2 loops", small: 120_000, large: 250_000),
  ]

  /// About 90,000 instructions that run once. It changes its memory: only the first run counts.
  package static let wide = Kernel(
    name: "wide", kind: "90,000 instructions, once", small: 1, large: 1)

  /// Those named; all for no name.
  package static func named(_ names: [String]) throws -> [Kernel] {
    for name in names where !all.contains(where: { $0.name == name }) {
      throw BenchmarkError.noSuchKernel(name)
    }
    return all.filter { names.isEmpty || names.contains($0.name) }
  }
}
