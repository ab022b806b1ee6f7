/// Why the bus could not be built.
public enum PCIError: Error, Equatable, CustomStringConvertible {
  /// The platform has no PCI host bridge.
  case noHostBridge
  /// More functions than the root bus has device numbers.
  case busFull
  /// A model asks for a BAR that PCI cannot have.
  case badBar(device: PCILocation, bar: Int, reason: String)
  /// The host process has something at an address the platform gives to PCI.
  case notMapped(device: PCILocation, address: UInt64, errno: Int32)
  /// The firmware refused memory or a handle.
  case firmware(FirmwareError)

  public var description: String {
    switch self {
    case .noHostBridge: return "PCI: the platform has no pci-host-ecam-generic node"
    case .busFull: return "PCI: the root bus has 31 places for devices"
    case .badBar(let device, let bar, let reason): return "PCI \(device): BAR \(bar): \(reason)"
    case .notMapped(let device, let address, let code):
      return "PCI \(device): \(Hex(address)) cannot be mapped in this process (errno \(code))"
    case .firmware(let error): return "PCI: the firmware refused: \(error)"
    }
  }
}
