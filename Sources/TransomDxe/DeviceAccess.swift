import CTranslator
import CUEFI
import Shim

// What a guest access that faults may still mean: a device register that must be accessed in its
// natural pieces. And the ports of the I/O window.

extension FirmwareHost {
  /// Device memory refuses unaligned accesses (Arm ARM, B2.7.2); x86 does not. The access is made
  /// again in the largest aligned pieces, in ascending order.
  func deviceLoad(_ address: UInt64, size: UInt64, into value: UnsafeMutableRawPointer) -> Bool {
    guard isDevice(address, size) else { return false }
    var done: UInt64 = 0
    while done < size {
      let place = address &+ done
      let piece = naturalPiece(place, size - done)
      let target = value + Int(done)
      let failed: UInt32 =
        switch piece {
        case 8: transomLoad64(place, target)
        case 4: transomLoad32(place, target)
        case 2: transomLoad16(place, target)
        default: transomLoad8(place, target)
        }
      guard failed == 0 else { return false }
      done += piece
    }
    return true
  }

  func deviceStore(_ address: UInt64, size: UInt64, from value: UnsafeMutableRawPointer) -> Bool {
    guard isDevice(address, size) else { return false }
    var done: UInt64 = 0
    while done < size {
      let place = address &+ done
      let piece = naturalPiece(place, size - done)
      let source = value + Int(done)
      let failed: UInt32 =
        switch piece {
        case 8: transomStore64(place, source)
        case 4: transomStore32(place, source)
        case 2: transomStore16(place, source)
        default: transomStore8(place, source)
        }
      guard failed == 0 else { return false }
      done += piece
    }
    return true
  }

  private func naturalPiece(_ address: UInt64, _ left: UInt64) -> UInt64 {
    var piece: UInt64 = 8
    while piece > 1, address & (piece - 1) != 0 || piece > left { piece /= 2 }
    return piece
  }

  private func isDevice(_ address: UInt64, _ size: UInt64) -> Bool {
    let (end, overflow) = address.addingReportingOverflow(size)
    guard !overflow, let first = TranslationTables.pageRun(at: address),
      first.attributes & TranslationTables.Attribute.device != 0
    else { return false }
    guard end > first.end else { return true }
    guard let second = TranslationTables.pageRun(at: first.end) else { return false }
    return second.attributes & TranslationTables.Attribute.device != 0 && end <= second.end
  }

  // MARK: Ports

  /// Through the first root bridge that decodes the port. Nil where there is no I/O window.
  func readPort(_ port: UInt16, size: UInt8) -> UInt32? {
    guard let bridge = rootBridge() else { return nil }
    var value: UInt32 = 0
    releaseInterrupts()
    let status = bridge.pointee.Io.Read(bridge, width(size), UInt64(port), 1, &value)
    holdInterrupts()
    return status == EFI_SUCCESS ? value : nil
  }

  func writePort(_ port: UInt16, size: UInt8, value: UInt32) -> Bool {
    guard let bridge = rootBridge() else { return false }
    var value = value
    releaseInterrupts()
    let status = bridge.pointee.Io.Write(bridge, width(size), UInt64(port), 1, &value)
    holdInterrupts()
    return status == EFI_SUCCESS
  }

  private func width(_ size: UInt8) -> UInt32 { size == 1 ? 0 : size == 2 ? 1 : 2 }

  private func rootBridge() -> UnsafeMutablePointer<EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL>? {
    if !state.pointee.hasLookedForRootBridge {
      state.pointee.hasLookedForRootBridge = true
      state.pointee.rootBridge = firmware.locate(
        GUIDs.pciRootBridgeIo, as: EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL.self)
    }
    return state.pointee.rootBridge
  }
}
