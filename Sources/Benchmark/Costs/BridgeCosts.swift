internal import CBenchmark
internal import Glibc
internal import LinuxHost
internal import Shim
internal import Translator

/// What calls between host and guest cost, in nanoseconds each.
package struct BridgeCosts: Codable, Sendable {
  /// Host calls guest, guest returns; from the trap entry on, as if the fault had happened.
  package var callIn: Double
  /// The same call with the fault that leads it there.
  package var callInWithFault: Double
  /// Guest calls host, host returns.
  package var callOut: Double
  /// Host calls guest, guest calls host, both return; without the fault.
  package var callInAndOut: Double
  /// A SIGSEGV whose handler only steps over the instruction.
  package var bareSignal: Double

  package init(
    callIn: Double, callInWithFault: Double, callOut: Double, callInAndOut: Double,
    bareSignal: Double
  ) {
    self.callIn = callIn
    self.callInWithFault = callInWithFault
    self.callOut = callOut
    self.callInAndOut = callInAndOut
    self.bareSignal = bareSignal
  }
}

/// The shim and the Linux host with one page of guest code, measured.
struct BridgeMeter {
  private static let pageSize = 4096
  private static let loopOffset = 64
  private static let batches = 9

  private let shim: Shim<LinuxHost>
  private let code: UnsafeMutableRawPointer
  private var base: UInt64 { UInt64(UInt(bitPattern: code)) }

  init(_ backend: BackendName) throws {
    var configuration = EngineConfiguration()
    configuration.isCounting = !backend.compiles
    try backend.choose(in: &configuration)
    var machine = Machine()
    // Guest code is the one page that is registered; whatever else is called is this program.
    machine.kindOfAddress = { _, _ in Machine.host }
    shim = try Shim(host: LinuxHost(machine: machine), engine: Engine(configuration: configuration))
    code = mmap(
      nil, Self.pageSize, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let plain: [UInt8] = [
      0x48, 0x89, 0xC8,  // mov rax, rcx
      0xC3,  // ret
    ]
    // RCX: a host function; RDX: how often to call it.
    let loop: [UInt8] = [
      0x53,  // push rbx
      0x56,  // push rsi
      0x48, 0x83, 0xEC, 0x28,  // sub rsp, 40
      0x48, 0x89, 0xCB,  // mov rbx, rcx
      0x48, 0x89, 0xD6,  // mov rsi, rdx
      0x48, 0x89, 0xF1,  // again: mov rcx, rsi
      0xFF, 0xD3,  // call rbx
      0x48, 0xFF, 0xCE,  // dec rsi
      0x75, 0xF6,  // jnz again
      0x48, 0x83, 0xC4, 0x28,  // add rsp, 40
      0x5E,  // pop rsi
      0x5B,  // pop rbx
      0xC3,  // ret
    ]
    code.copyMemory(from: plain, byteCount: plain.count)
    (code + Self.loopOffset).copyMemory(from: loop, byteCount: loop.count)
  }

  func measure() throws -> BridgeCosts {
    // Before anything else has a say in signals.
    let signal = median { UInt64(transomSignalRoundTrip(2000)) }
    try shim.register(base: base, size: UInt64(Self.pageSize), name: 0)
    defer {
      try? shim.unregister(base: base)
      munmap(code, Self.pageSize)
    }
    try shim.installTrap()
    defer { shim.removeTrap() }
    let host: @convention(c) (UInt64) -> UInt64 = { $0 }
    let target = UInt64(UInt(bitPattern: unsafeBitCast(host, to: UnsafeRawPointer.self)))
    let loop = base + UInt64(Self.loopOffset)
    let count: UInt64 = 5000
    _ = transomCallRepeatedly(base, 1, 2, 10)
    _ = transomCallRepeatedly(loop, target, 10, 1)
    // In turns, so that all see the same machine.
    var samples: [[UInt64]] = [[], [], [], []]
    for _ in 0..<Self.batches {
      samples[0].append(time { transomEnterRepeatedly(base, 1, 2, count) })
      samples[1].append(time { transomCallRepeatedly(base, 1, 2, count) })
      samples[2].append(time { transomEnterRepeatedly(loop, target, count, 1) })
      samples[3].append(time { transomEnterRepeatedly(loop, target, 1, count) })
    }
    let costs = samples.map { Double(Statistics.median($0) ?? 0) / Double(count) }
    return BridgeCosts(
      callIn: costs[0], callInWithFault: costs[1], callOut: costs[2], callInAndOut: costs[3],
      bareSignal: Double(signal))
  }

  /// In nanoseconds.
  private func time(_ body: () -> UInt64) -> UInt64 {
    let start = transomMonotonicNanoseconds()
    _ = body()
    return transomMonotonicNanoseconds() - start
  }

  private func median(_ sample: () -> UInt64) -> UInt64 {
    Statistics.median((0..<Self.batches).map { _ in sample() }) ?? 0
  }
}
