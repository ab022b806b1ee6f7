import CUEFI
import OptionROM

extension PCIBus {
  /// What became of one driver image in a device's ROM.
  public struct ROMDispatch: Sendable {
    public let location: PCILocation
    /// The image's index in the ROM and its offset in the ROM's bytes.
    public let image: Int
    public let offset: Int
    public let machine: UInt16
    /// Nil when the image could not be taken out of the ROM; `problem` says why.
    public let loadStatus: EFI_STATUS?
    public let startStatus: EFI_STATUS?
    /// The image's handle as an address; valid while the image stays loaded.
    public let imageHandle: UInt64
    public let problem: OptionROMError?
  }

  /// Loads and starts the EFI drivers in the devices' ROMs, device by device and image by image, as
  /// a PCI bus driver does once the bus is enumerated. Images of other machines than x64 and the
  /// host's own are passed over.
  @discardableResult
  public func dispatchROMs() -> [ROMDispatch] {
    var results: [ROMDispatch] = []
    for function in functions where !function.model.rom.isEmpty {
      results += dispatchROM(of: function)
    }
    return results
  }

  /// The same for one device.
  @discardableResult
  public func dispatchROM(of function: PCIFunction) -> [ROMDispatch] {
    let bytes = Self.exposedROM(function.model.rom)
    let rom: OptionROM
    do throws(OptionROMError) {
      rom = try OptionROM(parsing: bytes)
    } catch {
      firmware.ledger.alarm("PCI \(function.location): ROM: \(error)")
      return []
    }
    var results: [ROMDispatch] = []
    for image in rom.images {
      guard let header = image.efi, header.subsystem.isUEFI else { continue }
      let machine = header.machine.rawValue
      guard machine == Machine.x64.rawValue || machine == firmware.configuration.nativeMachine
      else { continue }
      results.append(start(image, machine: machine, of: rom, on: function))
    }
    return results
  }

  private func start(
    _ image: OptionROM.Image, machine: UInt16, of rom: OptionROM, on function: PCIFunction
  ) -> ROMDispatch {
    func result(
      load: EFI_STATUS? = nil, start: EFI_STATUS? = nil, handle: EFI_HANDLE? = nil,
      problem: OptionROMError? = nil
    ) -> ROMDispatch {
      ROMDispatch(
        location: function.location, image: image.index, offset: image.offset, machine: machine,
        loadStatus: load, startStatus: start, imageHandle: UInt64(handle), problem: problem)
    }
    let payload: [UInt8]
    do throws(OptionROMError) {
      payload = try rom.payload(of: image.index).bytes
    } catch {
      firmware.ledger.alarm("PCI \(function.location): ROM image \(image.index): \(error)")
      return result(problem: error)
    }
    do throws(FirmwareError) {
      let source = try firmware.allocateCopy(of: payload)
      let path = try firmware.allocateCopy(of: Self.imagePath(image, of: function))
      var handle: EFI_HANDLE?
      let loaded = firmware.bootServices.pointee.LoadImage(
        0, firmware.firmwareHandle,
        path.assumingMemoryBound(to: EFI_DEVICE_PATH_PROTOCOL.self), source, UInt64(payload.count),
        &handle)
      // LoadImage keeps copies of both.
      try firmware.freePool(source)
      try firmware.freePool(path)
      guard !isError(loaded) || loaded == EFI_SECURITY_VIOLATION, let handle else {
        return result(load: loaded)
      }
      guard loaded != EFI_SECURITY_VIOLATION else { return result(load: loaded, handle: handle) }
      let started = firmware.bootServices.pointee.StartImage(handle, nil, nil)
      if started == EFI_SUCCESS { addOverride(handle, on: function) }
      // An image whose entry point failed is unloaded and its handle gone.
      if isError(started) { return result(load: loaded, start: started) }
      return result(load: loaded, start: started, handle: handle)
    } catch {
      return result(load: error.status)
    }
  }

  /// The device's path with the image's place in the ROM, both ends inclusive (UEFI 2.10, 10.3.5.8).
  private static func imagePath(_ image: OptionROM.Image, of function: PCIFunction) -> [UInt8] {
    var node: [UInt8] = [4, 8, 24, 0, 0, 0, 0, 0]
    for value in [UInt64(image.offset), UInt64(max(image.end, image.offset + 1) - 1)] {
      node += (0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
    }
    return Array(function.devicePath.dropLast(4)) + node + endNode
  }
}
