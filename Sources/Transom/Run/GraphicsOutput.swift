import CUEFI
import SimulatedFirmware

/// EFI_GRAPHICS_OUTPUT_PROTOCOL as a guest driver offers it (UEFI 2.10, 12.9). Every call is a call
/// into the guest.
struct GraphicsOutput {
  struct Mode {
    var number: UInt32
    var width: UInt32
    var height: UInt32
    var name: String { "\(width)x\(height)" }
  }

  let handle: EFI_HANDLE
  private let table: UnsafeMutablePointer<EFI_GRAPHICS_OUTPUT_PROTOCOL>
  private let firmware: Firmware

  /// The first GOP in the protocol database.
  init?(on firmware: Firmware) {
    guard let handle = firmware.protocols.handles(with: .graphicsOutput).first,
      let interface = firmware.protocols.interface(.graphicsOutput, on: handle),
      GuestBytes.read(UInt64(UInt(bitPattern: interface)), 32) != nil
    else { return nil }
    self.handle = handle
    self.firmware = firmware
    table = interface.bindMemory(to: EFI_GRAPHICS_OUTPUT_PROTOCOL.self, capacity: 1)
  }

  /// What the driver says now, nil where it left a wild pointer.
  private var mode: EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE? {
    Self.load(UInt64(UInt(bitPattern: table.pointee.Mode)))
  }

  /// Modes by QueryMode, those it refuses left out.
  func modes() throws(FirmwareError) -> [Mode] {
    guard let mode else { return [] }
    // The two results: a size and a pointer.
    let results = try firmware.allocatePool(size: 16)
    let size = results.bindMemory(to: UINTN.self, capacity: 2)
    let info = (results + 8).bindMemory(
      to: UnsafeMutablePointer<EFI_GRAPHICS_OUTPUT_MODE_INFORMATION>?.self, capacity: 1)
    var modes: [Mode] = []
    for number in 0..<min(mode.MaxMode, 1024) {
      guard table.pointee.QueryMode(table, number, size, info) == EFI_SUCCESS,
        let found = info.pointee,
        let values: EFI_GRAPHICS_OUTPUT_MODE_INFORMATION = Self.load(
          UInt64(UInt(bitPattern: found)))
      else { continue }
      modes.append(
        Mode(
          number: number, width: values.HorizontalResolution, height: values.VerticalResolution))
      try? firmware.freePool(UnsafeMutableRawPointer(found))
    }
    try? firmware.freePool(results)
    return modes
  }

  /// The mode that is set, if any is.
  var current: (mode: Mode, info: EFI_GRAPHICS_OUTPUT_MODE_INFORMATION)? {
    guard let mode, mode.Mode < mode.MaxMode,
      let info: EFI_GRAPHICS_OUTPUT_MODE_INFORMATION = Self.load(
        UInt64(UInt(bitPattern: mode.Info)))
    else { return nil }
    return (
      Mode(number: mode.Mode, width: info.HorizontalResolution, height: info.VerticalResolution),
      info
    )
  }

  var framebuffer: (base: UInt64, size: UInt64)? {
    mode.map { ($0.FrameBufferBase, $0.FrameBufferSize) }
  }

  func setMode(_ number: UInt32) -> EFI_STATUS { table.pointee.SetMode(table, number) }

  /// Blt BufferToVideo of the whole screen, from memory the guest can see.
  func draw(_ pixels: [UInt32], width: Int, height: Int) throws(FirmwareError) -> EFI_STATUS {
    let pages = (pixels.count * 4 + 0xFFF) / 0x1000
    let address = try firmware.allocatePages(pages: pages)
    guard let buffer = UnsafeMutableRawPointer(bitPattern: UInt(address)) else {
      throw .outOfResources
    }
    buffer.copyMemory(from: pixels, byteCount: pixels.count * 4)
    let status = table.pointee.Blt(
      table, buffer.assumingMemoryBound(to: EFI_GRAPHICS_OUTPUT_BLT_PIXEL.self), 2, 0, 0, 0, 0,
      UINTN(width), UINTN(height), 0)
    try firmware.memory.freePages(address, pages: UInt64(pages))
    return status
  }

  private static func load<Value>(_ address: UInt64) -> Value? {
    GuestBytes.read(address, MemoryLayout<Value>.size)?.withUnsafeBytes {
      $0.loadUnaligned(as: Value.self)
    }
  }
}
