import CUEFI
import OptionROM

/// EFI_DECOMPRESS_PROTOCOL (UEFI 2.10, 19.5). The scratch buffer is asked for because the protocol
/// has one, and never used.
enum DecompressProtocol {
  static let scratchSize: UInt32 = 16

  static func install(on firmware: Firmware) throws(FirmwareError) {
    let table = try firmware.allocate(EFI_DECOMPRESS_PROTOCOL.self)
    table.pointee.GetInfo = firmware.publish("Decompress.GetInfo") {
      _, source, size, destinationSize, scratchSize in
      guard let source, let destinationSize, let scratchSize else { return EFI_INVALID_PARAMETER }
      // The destination's size is all that the header tells; the rest is found out on the way.
      guard size >= 8 else { return EFI_INVALID_PARAMETER }
      let compressed = source.loadUnaligned(as: UInt32.self)
      guard compressed <= size - 8 else { return EFI_INVALID_PARAMETER }
      destinationSize.pointee = source.loadUnaligned(fromByteOffset: 4, as: UInt32.self)
      scratchSize.pointee = DecompressProtocol.scratchSize
      return EFI_SUCCESS
    }
    table.pointee.Decompress = firmware.publish("Decompress.Decompress") {
      _, source, size, destination, destinationSize, _, _ in
      guard let source, let destination else { return EFI_INVALID_PARAMETER }
      let bytes = Array(UnsafeRawBufferPointer(start: source, count: Int(size)))
      guard let output = DecompressProtocol.decompressed(bytes),
        output.count <= Int(destinationSize)
      else { return EFI_INVALID_PARAMETER }
      destination.copyMemory(from: output, byteCount: output.count)
      return EFI_SUCCESS
    }
    try firmware.install(EFI_GUID.decompress, table)
  }

  /// The protocol takes the specification's variant only.
  private static func decompressed(_ bytes: [UInt8]) -> [UInt8]? {
    try? decompress(bytes, variant: .uefi)
  }
}
