/// What a display is showing: where its pixels are and how they are laid out.
public struct Screen: Sendable, Equatable {
  /// Pixels across and down.
  public var width: Int
  public var height: Int
  /// Bytes from one line to the next.
  public var stride: Int
  /// Bytes from the start of the framebuffer to the first visible pixel.
  public var offset: Int
  /// 32 (8:8:8:8 with the top byte unused), 24 (8:8:8) or 16 (5:6:5).
  public var bitsPerPixel: Int
  /// Whether pixels are stored big endian.
  public var isBigEndian: Bool

  public init(
    width: Int, height: Int, stride: Int, offset: Int, bitsPerPixel: Int = 32,
    isBigEndian: Bool = false
  ) {
    self.width = width
    self.height = height
    self.stride = stride
    self.offset = offset
    self.bitsPerPixel = bitsPerPixel
    self.isBigEndian = isBigEndian
  }

  /// The visible picture as 8-bit red, green, blue triples, top row first. Pixels that lie outside
  /// `memory` are black.
  public func pixels(in memory: UnsafeRawBufferPointer) -> [UInt8] {
    var picture = [UInt8](repeating: 0, count: width * height * 3)
    let bytes = bitsPerPixel / 8
    var target = 0
    for y in 0..<height {
      for x in 0..<width {
        let source = offset + y * stride + x * bytes
        defer { target += 3 }
        guard source >= 0, source + bytes <= memory.count else { continue }
        var value: UInt32 = 0
        for index in 0..<bytes {
          let shift = isBigEndian ? bytes - 1 - index : index
          value |= UInt32(memory[source + index]) << UInt32(8 * shift)
        }
        if bitsPerPixel == 16 {
          let (red, green, blue) = (value >> 11 & 0x1f, value >> 5 & 0x3f, value & 0x1f)
          picture[target] = UInt8(red << 3 | red >> 2)
          picture[target + 1] = UInt8(green << 2 | green >> 4)
          picture[target + 2] = UInt8(blue << 3 | blue >> 2)
        } else {
          picture[target] = UInt8(truncatingIfNeeded: value >> 16)
          picture[target + 1] = UInt8(truncatingIfNeeded: value >> 8)
          picture[target + 2] = UInt8(truncatingIfNeeded: value)
        }
      }
    }
    return picture
  }
}

/// A device with a picture to look at.
public protocol DisplayDevice: PCIDevice {
  /// What is shown now; nil while the mode is off or makes no picture.
  var screen: Screen? { get }
  /// The BAR whose memory holds the pixels.
  var framebufferBar: Int { get }
  /// The framebuffer's memory once the bus has attached it.
  var framebuffer: UnsafeMutableRawBufferPointer? { get }
}
