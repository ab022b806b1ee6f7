import CUEFI
import SimulatedFirmware

/// EFI_GRAPHICS_OUTPUT_PROTOCOL as a guest driver offers it (UEFI 2.10, 12.9). Every call is a call
/// into the guest.
package struct GraphicsOutput {
  package struct Mode {
    package var number: UInt32
    package var width: UInt32
    package var height: UInt32
    package var name: String { "\(width)x\(height)" }
  }

  private let table: UnsafeMutablePointer<EFI_GRAPHICS_OUTPUT_PROTOCOL>
  private let firmware: Firmware

  /// The first GOP in the protocol database.
  package init?(on firmware: Firmware) {
    guard let handle = firmware.protocols.handles(with: .graphicsOutput).first,
      let interface = firmware.protocols.interface(.graphicsOutput, on: handle),
      GuestBytes.read(UInt64(UInt(bitPattern: interface)), 32) != nil
    else { return nil }
    self.firmware = firmware
    table = interface.bindMemory(to: EFI_GRAPHICS_OUTPUT_PROTOCOL.self, capacity: 1)
  }

  /// What the driver says now, nil where it left a wild pointer.
  private var mode: EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE? {
    Self.load(UInt64(UInt(bitPattern: table.pointee.Mode)))
  }

  /// Modes by QueryMode, those it refuses left out.
  package func modes() throws(FirmwareError) -> [Mode] {
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
  package var current: (mode: Mode, info: EFI_GRAPHICS_OUTPUT_MODE_INFORMATION)? {
    guard let mode, mode.Mode < mode.MaxMode,
      let info: EFI_GRAPHICS_OUTPUT_MODE_INFORMATION = Self.load(
        UInt64(UInt(bitPattern: mode.Info)))
    else { return nil }
    return (
      Mode(number: mode.Mode, width: info.HorizontalResolution, height: info.VerticalResolution),
      info
    )
  }

  package var framebuffer: (base: UInt64, size: UInt64)? {
    mode.map { ($0.FrameBufferBase, $0.FrameBufferSize) }
  }

  package func setMode(_ number: UInt32) -> EFI_STATUS { table.pointee.SetMode(table, number) }

  /// EFI_GRAPHICS_OUTPUT_BLT_OPERATION.
  package enum Operation: UInt32 { case fillVideo, videoToBuffer, bufferToVideo, videoToVideo }

  /// A rectangle's corner, in pixels.
  package struct Point {
    package var x: Int
    package var y: Int
    package init(x: Int, y: Int) {
      self.x = x
      self.y = y
    }
  }

  /// Blt with a buffer that the guest can see; `buffer` has what is in it afterwards. `delta` is
  /// the buffer's line in bytes.
  package func blt(
    _ operation: Operation, buffer: inout [UInt32], from source: Point, to destination: Point,
    width: Int, height: Int, delta: Int = 0
  ) throws(FirmwareError) -> EFI_STATUS {
    let pages = max(1, (buffer.count * 4 + 0xFFF) / 0x1000)
    let address = try firmware.allocatePages(pages: pages)
    guard let memory = UnsafeMutableRawPointer(bitPattern: UInt(address)) else {
      throw .outOfResources
    }
    memory.copyMemory(from: buffer, byteCount: buffer.count * 4)
    let status = table.pointee.Blt(
      table, memory.assumingMemoryBound(to: EFI_GRAPHICS_OUTPUT_BLT_PIXEL.self),
      operation.rawValue, UINTN(source.x), UINTN(source.y), UINTN(destination.x),
      UINTN(destination.y), UINTN(width), UINTN(height), UINTN(delta))
    for index in buffer.indices {
      buffer[index] = memory.load(fromByteOffset: index * 4, as: UInt32.self)
    }
    try firmware.memory.freePages(address, pages: UInt64(pages))
    return status
  }

  /// Puts a picture on the whole screen.
  func draw(_ picture: Canvas) throws(FirmwareError) -> EFI_STATUS {
    var pixels = picture.pixels
    return try blt(
      .bufferToVideo, buffer: &pixels, from: Point(x: 0, y: 0), to: Point(x: 0, y: 0),
      width: picture.width, height: picture.height)
  }

  private static func load<Value>(_ address: UInt64) -> Value? {
    GuestBytes.read(address, MemoryLayout<Value>.size)?.withUnsafeBytes {
      $0.loadUnaligned(as: Value.self)
    }
  }
}
