extension PEImage {
  /// Loads the image into `buffer` as it must look at address `base`: headers, sections, zeros
  /// between them, relocations applied.
  ///
  /// `buffer` needs `sizeOfImage` bytes; what lies behind them is left alone.
  public func load(
    into buffer: UnsafeMutableRawBufferPointer, at base: UInt64
  ) throws(PEError) {
    let size = Int(sizeOfImage)
    guard buffer.count >= size else { throw .bufferTooSmall(needed: size, got: buffer.count) }
    guard !relocationsStripped || base == imageBase else { throw .notRelocatable }
    let image = UnsafeMutableRawBufferPointer(rebasing: buffer[0..<size])
    for index in 0..<size { image[index] = 0 }
    copy(0, sizeOfHeaders, to: image, at: 0)
    for section in sections {
      copy(section.fileOffset, section.fileSize, to: image, at: Int(section.address))
    }
    try relocate(image, by: base &- imageBase)
  }

  /// Adds `delta` to every address that the relocation directory of a loaded image names.
  ///
  /// `image` is the loaded image; the directory is read from there, and as hostile as any.
  public func relocate(
    _ image: UnsafeMutableRawBufferPointer, by delta: UInt64
  ) throws(PEError) {
    guard delta != 0, let directory = relocations else { return }
    guard image.count >= Int(sizeOfImage) else {
      throw .bufferTooSmall(needed: Int(sizeOfImage), got: image.count)
    }
    var block = Int(directory.address)
    let end = block + Int(directory.size)
    while block + 8 <= end {
      let page = Int(image.loadUnaligned(fromByteOffset: block, as: UInt32.self))
      let blockSize = Int(image.loadUnaligned(fromByteOffset: block + 4, as: UInt32.self))
      // Linkers pad the directory with zeros.
      if blockSize == 0 { return }
      guard blockSize >= 8, blockSize <= end - block else {
        throw .badRelocation(rva: UInt32(block))
      }
      var entry = block + 8
      while entry + 2 <= block + blockSize {
        let word = image.loadUnaligned(fromByteOffset: entry, as: UInt16.self)
        try fix(image, at: page + Int(word & 0xfff), type: UInt8(word >> 12), entry, delta)
        entry += 2
      }
      block += blockSize
    }
  }

  private func fix(
    _ image: UnsafeMutableRawBufferPointer, at target: Int, type: UInt8, _ entry: Int,
    _ delta: UInt64
  ) throws(PEError) {
    let width: Int
    switch type {
    case 0: return  // ABSOLUTE: padding
    case 1, 2: width = 2
    case 3: width = 4
    case 10: width = 8
    default: throw .unknownRelocation(type: type, rva: UInt32(entry))
    }
    guard target + width <= Int(sizeOfImage) else { throw .badRelocation(rva: UInt32(entry)) }
    switch type {
    case 1:  // HIGH
      let value = image.loadUnaligned(fromByteOffset: target, as: UInt16.self)
      let sum = UInt32(value) << 16 &+ UInt32(truncatingIfNeeded: delta)
      image.storeBytes(of: UInt16(sum >> 16), toByteOffset: target, as: UInt16.self)
    case 2:  // LOW
      let value = image.loadUnaligned(fromByteOffset: target, as: UInt16.self)
      let sum = value &+ UInt16(truncatingIfNeeded: delta)
      image.storeBytes(of: sum, toByteOffset: target, as: UInt16.self)
    case 3:  // HIGHLOW
      let value = image.loadUnaligned(fromByteOffset: target, as: UInt32.self)
      let sum = value &+ UInt32(truncatingIfNeeded: delta)
      image.storeBytes(of: sum, toByteOffset: target, as: UInt32.self)
    default:  // DIR64
      let value = image.loadUnaligned(fromByteOffset: target, as: UInt64.self)
      image.storeBytes(of: value &+ delta, toByteOffset: target, as: UInt64.self)
    }
  }

  private func copy(
    _ offset: Int, _ count: Int, to image: UnsafeMutableRawBufferPointer, at target: Int
  ) {
    bytes.withUnsafeBytes { source in
      for index in 0..<count { image[target + index] = source[offset + index] }
    }
  }
}
