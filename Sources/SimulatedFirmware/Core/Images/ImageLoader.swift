import CUEFI
import OptionROM

/// A PE image placed in the machine's memory. The one place that knows how PE images are parsed.
struct PlacedImage {
  var machine: UInt16
  /// 10 application, 11 boot-service driver, 12 runtime driver.
  var subsystem: UInt16
  /// First byte of the image as linked against, and of the pages it was given.
  var base: UInt64
  var pageBase: UInt64
  var pages: UInt64
  /// SizeOfImage, in bytes.
  var size: UInt64
  var entry: UInt64
  var codeType: UInt32
  var dataType: UInt32
  /// What the linker called it, if it said.
  var debugName: String?
}

/// An image that was parsed but not placed yet.
struct ParsedImage {
  private let image: PEImage
  var machine: UInt16 { image.machine.rawValue }
  var subsystem: UInt16 { image.subsystem.rawValue }

  init(_ source: UnsafeRawBufferPointer, ledger: Ledger) throws(FirmwareError) {
    do throws(PEError) {
      image = try PEImage(parsing: [UInt8](source))
    } catch {
      ledger.alarm("LoadImage: \(error.message)")
      throw .loadError
    }
  }

  /// Allocates pages of the subsystem's types and loads the image there.
  func place(in firmware: Firmware) throws(FirmwareError) -> PlacedImage {
    let types: (code: UInt32, data: UInt32)
    switch subsystem {
    case 10: types = (EfiLoaderCode, EfiLoaderData)
    case 11: types = (EfiBootServicesCode, EfiBootServicesData)
    case 12: types = (EfiRuntimeServicesCode, EfiRuntimeServicesData)
    default: throw .unsupported
    }
    let size = UInt64(image.sizeOfImage)
    let alignment = max(UInt64(image.sectionAlignment), MemoryMap.pageSize)
    let fixed = image.relocationsStripped
    let slack = fixed ? 0 : alignment - MemoryMap.pageSize
    let pages = (size + slack + MemoryMap.pageSize - 1) / MemoryMap.pageSize
    let pageBase = try firmware.memory.allocatePages(
      fixed ? AllocateAddress : AllocateAnyPages, type: types.code, pages: pages,
      address: fixed ? image.imageBase : 0)
    let base = (pageBase + slack) / alignment * alignment
    let buffer = UnsafeMutableRawBufferPointer(
      start: UnsafeMutableRawPointer(base), count: Int(size))
    do throws(PEError) {
      try image.load(into: buffer, at: base)
    } catch {
      firmware.ledger.alarm("LoadImage: \(error.message)")
      try firmware.memory.freePages(pageBase, pages: pages)
      throw .loadError
    }
    return PlacedImage(
      machine: machine, subsystem: subsystem, base: base, pageBase: pageBase, pages: pages,
      size: size, entry: base + UInt64(image.entryPoint), codeType: types.code,
      dataType: types.data, debugName: image.pdbName)
  }
}
