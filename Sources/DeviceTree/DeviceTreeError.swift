/// Why a device tree was refused.
public enum DeviceTreeError: Error, Equatable, CustomStringConvertible {
  /// The blob itself is damaged; `reason` is libfdt's word for it.
  case malformed(reason: String)
  /// The blob's size in bytes is outside what is accepted.
  case badSize(Int)
  case missingNode(String)
  case missingProperty(node: String, property: String)
  case badProperty(node: String, property: String, reason: String)

  public var description: String {
    switch self {
    case .malformed(let reason): return "device tree: damaged blob (\(reason))"
    case .badSize(let size): return "device tree: \(size) bytes is no plausible size"
    case .missingNode(let node): return "device tree: no node \(node)"
    case .missingProperty(let node, let property):
      return "device tree: \(node) has no \(property)"
    case .badProperty(let node, let property, let reason):
      return "device tree: \(node), \(property): \(reason)"
    }
  }
}
