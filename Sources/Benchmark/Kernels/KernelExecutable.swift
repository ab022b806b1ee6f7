/// A static ELF executable around a kernel: the harness (Fixtures/kernels/harness.c), the kernel and
/// its memory, each at its own address. It runs as it is, or under qemu-x86_64.
struct KernelExecutable {
  private static let harness: UInt64 = 0x800_0000
  private static let jobOffset = 64
  private static let page = 4096

  let bytes: [UInt8]

  init(harness: [UInt8], kernel: [UInt8], job: HarnessJob) {
    var head = harness
    let words = [
      Kernel.run, Kernel.prepare, Kernel.memory, job.small, job.smallRepeats, job.large,
      job.largeRepeats,
    ]
    for (n, word) in words.enumerated() { head.put(word, 8, at: Self.jobOffset + 8 * n) }
    let segments: [(address: UInt64, bytes: [UInt8], size: UInt64)] = [
      (Self.harness, head, UInt64(head.count)),
      (Kernel.load, kernel, UInt64(kernel.count)),
      (Kernel.memory, [], Kernel.memorySize),
    ]
    var file = Self.fileHeader(segments: segments.count)
    var contents: [UInt8] = []
    for segment in segments {
      file += Self.programHeader(
        offset: Self.page + contents.count, segment.address, segment.bytes.count, segment.size)
      contents += segment.bytes
      contents += [UInt8](repeating: 0, count: -contents.count & (Self.page - 1))
    }
    file += [UInt8](repeating: 0, count: Self.page - file.count)
    bytes = file + contents
  }

  /// ELF64, little-endian, ET_EXEC, EM_X86_64 (System V gABI, chapter 4).
  private static func fileHeader(segments: Int) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 64)
    header.replaceSubrange(0..<7, with: [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1])
    header.put(2, 2, at: 16)
    header.put(62, 2, at: 18)
    header.put(1, 4, at: 20)
    header.put(harness, 8, at: 24)
    header.put(64, 8, at: 32)
    header.put(64, 2, at: 52)
    header.put(56, 2, at: 54)
    header.put(UInt64(segments), 2, at: 56)
    return header
  }

  /// PT_LOAD, readable, writable, executable (chapter 5).
  private static func programHeader(
    offset: Int, _ address: UInt64, _ fileSize: Int, _ size: UInt64
  ) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 56)
    header.put(1, 4, at: 0)
    header.put(7, 4, at: 4)
    header.put(UInt64(offset), 8, at: 8)
    header.put(address, 8, at: 16)
    header.put(address, 8, at: 24)
    header.put(UInt64(fileSize), 8, at: 32)
    header.put(size, 8, at: 40)
    header.put(UInt64(page), 8, at: 48)
    return header
  }
}

/// How often the harness runs a kernel, and with what counts.
struct HarnessJob {
  var small: UInt64
  var smallRepeats: UInt64
  var large: UInt64
  var largeRepeats: UInt64
}

extension [UInt8] {
  /// Stores the low `count` bytes of a value, little-endian.
  fileprivate mutating func put(_ value: UInt64, _ count: Int, at offset: Int) {
    for n in 0..<count { self[offset + n] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(n))) }
  }
}
