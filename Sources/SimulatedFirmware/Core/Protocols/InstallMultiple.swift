import CUEFI

extension Firmware {
  /// InstallMultipleProtocolInterfaces (UEFI 2.10, 7.3.17): all pairs or none.
  func installMultiple(
    _ handle: UnsafeMutablePointer<EFI_HANDLE?>?,
    _ pairs: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, count: UInt64
  ) throws(FirmwareError) {
    guard let handle, let pairs, count <= UInt64(MultiplePairs.maximum) else {
      throw .invalidParameter
    }
    let given = handle.pointee
    var installed = 0
    // Notifications wait until the handle is complete.
    let level = tpl.raise(to: max(tpl.current, TPL_NOTIFY))
    do throws(FirmwareError) {
      while installed < Int(count) {
        let guid = MultiplePairs.guid(pairs, installed)
        let interface = pairs[2 * installed + 1]
        if guid == .devicePath, let interface, protocols.hasDevicePath(interface) {
          throw .alreadyStarted
        }
        handle.pointee = try protocols.add(guid, interface, on: handle.pointee)
        installed += 1
      }
    } catch {
      while installed > 0 {
        installed -= 1
        protocols.remove(MultiplePairs.guid(pairs, installed), from: UInt64(handle.pointee))
      }
      handle.pointee = given
      tpl.restore(to: level)
      throw error
    }
    tpl.restore(to: level)
  }

  /// UninstallMultipleProtocolInterfaces (7.3.18): all pairs or none.
  func uninstallMultiple(
    _ handle: EFI_HANDLE?, _ pairs: UnsafeMutablePointer<UnsafeMutableRawPointer?>?, count: UInt64
  ) throws(FirmwareError) {
    guard let pairs, count <= UInt64(MultiplePairs.maximum) else { throw .invalidParameter }
    // Checked before anything goes: a handle that lost its last protocol cannot come back.
    for index in 0..<Int(count) {
      let guid = MultiplePairs.guid(pairs, index)
      guard protocols.has(guid, on: handle),
        protocols.interface(guid, on: handle) == pairs[2 * index + 1]
      else { throw .invalidParameter }
    }
    var removed = 0
    do throws(FirmwareError) {
      while removed < Int(count) {
        try protocols.uninstall(
          MultiplePairs.guid(pairs, removed), pairs[2 * removed + 1], on: handle)
        removed += 1
      }
    } catch {
      // A user that would not go keeps its interface, and what is gone comes back.
      while removed > 0 {
        removed -= 1
        _ = try? protocols.install(
          MultiplePairs.guid(pairs, removed), pairs[2 * removed + 1], on: handle)
      }
      throw .invalidParameter
    }
  }
}

/// The argument list as the C side collected it: GUID pointers and interfaces by turns.
enum MultiplePairs {
  static let maximum = 64

  static func guid(_ pairs: UnsafeMutablePointer<UnsafeMutableRawPointer?>, _ index: Int)
    -> EFI_GUID
  {
    pairs[2 * index]!.loadUnaligned(as: EFI_GUID.self)
  }
}
