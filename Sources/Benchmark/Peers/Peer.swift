/// Who runs the kernels.
package enum Peer: Hashable, Sendable {
  /// This machine's processor, directly.
  case native
  /// qemu-x86_64, QEMU's user-mode emulation.
  case qemu
  /// libunicorn.so.2.
  case unicorn
  /// Ours.
  case transom(BackendName)

  package var name: String {
    switch self {
    case .native: "native"
    case .qemu: "qemu"
    case .unicorn: "unicorn"
    case .transom(let backend): "transom \(backend.rawValue)"
    }
  }
}

/// How one kernel went under one peer. Times in nanoseconds.
package struct Measurement: Sendable {
  /// What the small and the large run returned.
  package var smallResult: UInt64 = 0
  package var largeResult: UInt64 = 0
  /// First runs with the small count, each in a fresh engine, or process.
  package var cold: [UInt64] = []
  /// Later runs with the small count.
  package var small: [UInt64] = []
  /// Runs with the large count, the first left out.
  package var large: [UInt64] = []
  /// Of one small run with all links made, where host instructions are counted.
  package var guestInstructions: UInt64?
  package var hostInstructions: UInt64?

  package init() {}
}

/// How often things are repeated: medians are taken.
package struct Repetitions: Sendable {
  package var cold = 7
  package var warm = 7
  package init() {}

  /// For tests, and for a first look.
  package static var few: Repetitions {
    var few = Repetitions()
    few.cold = 2
    few.warm = 2
    return few
  }
}
