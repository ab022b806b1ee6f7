import CUEFI
import Glibc

/// What drivers have mapped for bus masters and allocated for sharing with them.
struct DMARecords {
  struct Mapping {
    var host: UInt64
    var size: UInt64
    /// Pages the device uses instead; nil when it reaches the memory itself.
    var bounce: UInt64?
    var bouncePages: Int
    var isDeviceWrite: Bool
  }

  /// By the token handed out.
  var mappings: [UInt: Mapping] = [:]
  /// Pages by address.
  var buffers: [UInt64: UInt64] = [:]
}

extension PCIBus {
  /// Mappings that drivers have not given back.
  public var liveMappings: Int { dma.mappings.count }

  /// Map of UEFI 2.10, 14.4.9: `operation` 0 the device reads, 1 it writes, 2 both at any time.
  /// `reaches64` is for devices that can address more than 4 GiB.
  func map(
    _ operation: UInt32, reaches64: Bool, host: UnsafeMutableRawPointer?,
    size: UnsafeMutablePointer<UINTN>?, device: UnsafeMutablePointer<EFI_PHYSICAL_ADDRESS>?,
    token: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) throws(FirmwareError) {
    guard let host, let size, let device, let token, operation < 3, size.pointee > 0 else {
      throw .invalidParameter
    }
    let address = UInt64(UInt(bitPattern: host))
    let bytes = size.pointee
    guard !address.addingReportingOverflow(bytes).overflow else { throw .invalidParameter }
    var mapping = DMARecords.Mapping(
      host: address, size: bytes, bounce: nil, bouncePages: 0, isDeviceWrite: operation == 1)
    let limit: UInt64 = reaches64 ? .max : 1 << 32
    if let direct = bridge.deviceAddress(host: address, size: bytes), fits(direct, bytes, limit) {
      device.pointee = direct
    } else {
      // What both sides use at any time cannot be copied behind their backs.
      guard operation != 2 else { throw .unsupported }
      let pages = (bytes + 4095) / 4096
      guard pages <= 1 << 20 else { throw .outOfResources }
      let bounce = try reachablePages(Int(pages), type: EfiBootServicesData, limit: limit)
      guard let seen = bridge.deviceAddress(host: bounce, size: bytes) else {
        throw .outOfResources
      }
      mapping.bounce = bounce
      mapping.bouncePages = Int(pages)
      if operation == 0, let target = UnsafeMutableRawPointer(bitPattern: UInt(bounce)) {
        memcpy(target, host, Int(bytes))
      }
      device.pointee = seen
    }
    let record = try firmware.allocatePool(size: 16)
    dma.mappings[UInt(bitPattern: record)] = mapping
    token.pointee = record
  }

  func unmap(_ token: UnsafeMutableRawPointer?) throws(FirmwareError) {
    guard let token, let mapping = dma.mappings.removeValue(forKey: UInt(bitPattern: token)) else {
      throw .invalidParameter
    }
    if let bounce = mapping.bounce {
      if mapping.isDeviceWrite,
        let target = UnsafeMutableRawPointer(bitPattern: UInt(mapping.host)),
        let source = UnsafeRawPointer(bitPattern: UInt(bounce))
      {
        memcpy(target, source, Int(mapping.size))
      }
      try firmware.memory.freePages(bounce, pages: UInt64(mapping.bouncePages))
    }
    try firmware.freePool(token)
  }

  /// AllocateBuffer of UEFI 2.10, 14.4.11.
  func allocateBuffer(
    memoryType: UInt32, pages: UInt64, host: UnsafeMutablePointer<UnsafeMutableRawPointer?>?,
    attributes: UInt64, reaches64: Bool
  ) throws(FirmwareError) {
    let allowed =
      PCIAttribute.writeCombine | PCIAttribute.cached | PCIAttribute.dualAddressCycle
    guard attributes & ~allowed == 0 else { throw .unsupported }
    guard let host, memoryType == EfiBootServicesData || memoryType == EfiRuntimeServicesData else {
      throw .invalidParameter
    }
    guard pages > 0, pages <= 1 << 24 else { throw .outOfResources }
    let address = try reachablePages(
      Int(pages), type: memoryType, limit: reaches64 ? .max : 1 << 32)
    dma.buffers[address] = pages
    host.pointee = UnsafeMutableRawPointer(bitPattern: UInt(address))
  }

  func freeBuffer(pages: UInt64, host: UnsafeMutableRawPointer?) throws(FirmwareError) {
    let address = UInt64(UInt(bitPattern: host))
    guard dma.buffers[address] == pages else { throw .invalidParameter }
    dma.buffers[address] = nil
    try firmware.memory.freePages(address, pages: pages)
  }

  /// Pages that devices see below `limit`.
  private func reachablePages(
    _ pages: Int, type: UInt32, limit: UInt64
  ) throws(FirmwareError) -> UInt64 {
    let size = UInt64(pages) * 4096
    var ceilings: [UInt64] = []
    if bridge.dmaRanges.isEmpty {
      ceilings.append(limit == .max ? .max : limit - 1)
    } else {
      for range in bridge.dmaRanges where range.deviceBase < limit {
        ceilings.append(range.hostBase &+ min(range.size, limit - range.deviceBase) &- 1)
      }
    }
    for ceiling in ceilings {
      let found: UInt64
      do throws(FirmwareError) {
        found = try firmware.allocatePages(
          AllocateMaxAddress, type: type, pages: pages, address: ceiling)
      } catch {
        continue
      }
      if let device = bridge.deviceAddress(host: found, size: size), fits(device, size, limit) {
        return found
      }
      try firmware.memory.freePages(found, pages: UInt64(pages))
    }
    throw .outOfResources
  }

  private func fits(_ address: UInt64, _ size: UInt64, _ limit: UInt64) -> Bool {
    limit == .max || (size <= limit && address <= limit - size)
  }
}
