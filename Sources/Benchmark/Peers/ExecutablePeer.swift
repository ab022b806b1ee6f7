internal import Foundation

/// Runs kernels in processes of their own: natively, or under QEMU. Times are taken in there.
struct ExecutablePeer {
  let peer: Peer
  private let files: KernelFiles
  private let emulator: String?

  init(_ peer: Peer, files: KernelFiles) throws {
    self.peer = peer
    self.files = files
    if peer == .qemu {
      guard let path = Self.find("qemu-x86_64") ?? Self.find("qemu-x86_64-static") else {
        throw BenchmarkError.notInstalled(peer)
      }
      emulator = path
    } else {
      #if arch(x86_64)
        emulator = nil
      #else
        throw BenchmarkError.notInstalled(peer)
      #endif
    }
  }

  func measure(_ kernel: Kernel, _ repetitions: Repetitions) throws -> Measurement {
    var measurement = Measurement()
    // One process gives everything that is warm; each further one gives a first run.
    let small = UInt64(repetitions.warm) + 1
    let warm = try timings(kernel, smallRepeats: small, largeRepeats: UInt64(repetitions.warm) + 1)
    guard warm.count > Int(small) + 1 else { throw failure(kernel, "it said too little") }
    measurement.smallResult = warm[0].result
    measurement.largeResult = warm[Int(small)].result
    measurement.cold.append(warm[0].nanoseconds)
    measurement.small = warm[1..<Int(small)].map(\.nanoseconds)
    measurement.large = warm[(Int(small) + 1)...].map(\.nanoseconds)
    for _ in 1..<max(repetitions.cold, 1) {
      let first = try timings(kernel, smallRepeats: 1, largeRepeats: 0)
      guard let time = first.first?.nanoseconds else { throw failure(kernel, "it said nothing") }
      measurement.cold.append(time)
    }
    return measurement
  }

  private func timings(
    _ kernel: Kernel, smallRepeats: UInt64, largeRepeats: UInt64
  ) throws -> [(result: UInt64, nanoseconds: UInt64)] {
    let job = HarnessJob(
      small: kernel.small, smallRepeats: smallRepeats, large: kernel.large,
      largeRepeats: largeRepeats)
    let executable = KernelExecutable(
      harness: try files.read("harness"), kernel: try files.read(kernel.name), job: job)
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("transom-" + UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data(executable.bytes).write(to: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: file.path)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: emulator ?? file.path)
    process.arguments = emulator == nil ? [] : [file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0,
      output.count == 16 * Int(smallRepeats + largeRepeats)
    else { throw failure(kernel, "the process ended early (\(process.terminationStatus))") }
    return output.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: 16).map { offset in
        (
          bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self),
          bytes.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)
        )
      }
    }
  }

  private func failure(_ kernel: Kernel, _ reason: String) -> BenchmarkError {
    .peerFailed(peer, kernel: kernel.name, reason: reason)
  }

  private static func find(_ program: String) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
    return path.split(separator: ":").map { "\($0)/\(program)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
