/// Why a benchmark has no result.
package enum BenchmarkError: Error, CustomStringConvertible {
  case noKernels
  case unreadable(String)
  /// A peer that was asked for is not installed.
  case notInstalled(Peer)
  /// It ended before it had said everything.
  case peerFailed(Peer, kernel: String, reason: String)
  /// Two who ran the same code came to different results.
  case disagreement(kernel: String, Peer, UInt64, Peer, UInt64)
  case noSuchKernel(String)

  package var description: String {
    switch self {
    case .noKernels: "Fixtures/kernels/built is not to be found from here: name it with --kernels"
    case .unreadable(let path): "\(path) cannot be read: Fixtures/kernels/build makes it"
    case .notInstalled(let peer): "\(peer.name) is not installed"
    case .peerFailed(let peer, let kernel, let reason): "\(kernel) under \(peer.name): \(reason)"
    case .disagreement(let kernel, let peer, let value, let other, let expected):
      "\(kernel) under \(peer.name) gave \(value), under \(other.name) \(expected)"
    case .noSuchKernel(let name):
      "there is no kernel \(name): there are " + Kernel.all.map(\.name).joined(separator: ", ")
    }
  }
}
