extension OptionROM {
  /// What a packed image says about the device it serves.
  public struct Identity: Equatable, Sendable {
    public var vendorID: UInt16
    public var deviceID: UInt16
    /// 24 bits: base class, subclass, programming interface.
    public var classCode: UInt32

    public init(vendorID: UInt16, deviceID: UInt16, classCode: UInt32) {
      self.vendorID = vendorID
      self.deviceID = deviceID
      self.classCode = classCode & 0xff_ffff
    }
  }

  /// Packs EFI drivers, in this order, into the bytes of an expansion ROM.
  ///
  /// Each driver becomes one EFI image with a revision 3 data structure; the last is marked so.
  /// The bytes of every image sum to zero mod 256. Fails if a driver does not parse as PE or its
  /// subsystem is none of UEFI's, or if it is longer than the 16-bit length field can say (32 MiB).
  public static func pack(
    _ drivers: [[UInt8]], identity: Identity, compressed: Bool
  ) throws(OptionROMError) -> [UInt8] {
    var rom: [UInt8] = []
    for index in 0..<drivers.count {
      let image = try packImage(
        drivers[index], identity: identity, compressed: compressed, index: index,
        offset: rom.count, isLast: index == drivers.count - 1)
      rom += image
    }
    return rom
  }

  private static func packImage(
    _ driver: [UInt8], identity: Identity, compressed: Bool, index: Int, offset: Int, isLast: Bool
  ) throws(OptionROMError) -> [UInt8] {
    let pe: PEImage
    do {
      pe = try PEImage(parsing: driver)
    } catch {
      throw OptionROMError(image: index, offset: offset, reason: .notADriver(error))
    }
    // The header (28 bytes), the data structure (28 bytes), then the driver on a multiple of 8.
    let dataStructure = 0x1c
    let start = 0x38
    let stored = compressed ? compress(driver) : driver
    // One byte more than the driver: the checksum's.
    let units = (start + stored.count + 1 + 511) / 512
    guard units <= 0xffff else {
      throw OptionROMError(image: index, offset: offset, reason: .tooLarge(stored.count))
    }

    var image = [UInt8](repeating: 0, count: units * 512)
    image.put(UInt16(0xaa55), at: 0x00)
    image.put(UInt16(units), at: 0x02)
    image.put(UInt32(0x0ef1), at: 0x04)
    image.put(pe.subsystem.rawValue, at: 0x08)
    image.put(pe.machine.rawValue, at: 0x0a)
    image.put(UInt16(compressed ? 1 : 0), at: 0x0c)
    image.put(UInt16(start), at: 0x16)
    image.put(UInt16(dataStructure), at: 0x18)

    image.put(UInt32(0x5249_4350), at: dataStructure)
    image.put(identity.vendorID, at: dataStructure + 0x04)
    image.put(identity.deviceID, at: dataStructure + 0x06)
    image.put(UInt16(0x1c), at: dataStructure + 0x0a)
    // Revision in the low byte, class code in the other three.
    image.put(identity.classCode << 8 | 3, at: dataStructure + 0x0c)
    image.put(UInt16(units), at: dataStructure + 0x10)
    image[dataStructure + 0x14] = 3
    image[dataStructure + 0x15] = isLast ? 0x80 : 0

    image.replaceSubrange(start..<start + stored.count, with: stored)
    image[image.count - 1] = 0 &- checksum(image, 0, image.count)
    return image
  }
}
