/// A monitor's identification block: VESA Enhanced EDID 1.4, one block of 128 bytes.
public enum EDID {
  /// A digital monitor whose first detailed timing, and so its preferred mode, is
  /// `width` × `height` at 60 Hz with reduced blanking. Both are limited to what twelve bits of the
  /// timing descriptor hold: 64 to 4095.
  public static func block(width: Int, height: Int, name: String = "Transom") -> [UInt8] {
    let width = min(max(width, 64), 4095)
    let height = min(max(height, 64), 4095)
    var block = [UInt8](repeating: 0, count: 128)
    block.replaceSubrange(0..<8, with: [0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00])
    block.replaceSubrange(8..<10, with: manufacturer("TSM"))
    block[10] = 0x01  // product code 0x0001
    block[16] = 0xff  // the year below is the model's, not a week of manufacture
    block[17] = UInt8(2026 - 1990)
    block[18] = 1  // EDID 1.4
    block[19] = 4
    block[20] = 0xa5  // digital, 8 bits per colour, DisplayPort
    // Centimetres at about 100 dots per inch.
    block[21] = UInt8(min(255, width * 254 / 10_000))
    block[22] = UInt8(min(255, height * 254 / 10_000))
    block[23] = 120  // gamma 2.2
    block[24] = 0x06  // sRGB is the default colour space; the first timing is preferred
    block.replaceSubrange(
      25..<35, with: [0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54])
    block[35] = 0x21  // 640x480 and 800x600 at 60 Hz
    block[36] = 0x08  // 1024x768 at 60 Hz
    for index in stride(from: 38, to: 54, by: 1) { block[index] = 0x01 }  // unused
    block.replaceSubrange(54..<72, with: timing(width: width, height: height))
    block.replaceSubrange(72..<90, with: rangeLimits)
    block.replaceSubrange(90..<108, with: nameDescriptor(name))
    block[111] = 0x10  // the fourth descriptor is a dummy
    let sum = block[0..<127].reduce(UInt8(0), &+)
    block[127] = 0 &- sum
    return block
  }

  /// Three letters, five bits each, big endian (3.4.1).
  private static func manufacturer(_ letters: StaticString) -> [UInt8] {
    letters.withUTF8Buffer { text in
      let value = text.prefix(3).reduce(UInt16(0)) { $0 << 5 | UInt16($1 &- 0x40) }
      return [UInt8(value >> 8), UInt8(value & 0xff)]
    }
  }

  /// 3.10.2: the detailed timing, with the blanking of CVT's reduced-blanking formula.
  private static func timing(width: Int, height: Int) -> [UInt8] {
    let (blank, front, sync) = (160, 48, 32)
    let (verticalFront, verticalSync) = (3, 6)
    // At least 460 µs of the frame's 16,667 are vertical blanking.
    let verticalBlank = max(verticalFront + verticalSync + 6, height * 460 / (16_667 - 460) + 1)
    let clock = min(0xffff, (width + blank) * (height + verticalBlank) * 60 / 10_000)  // 10 kHz
    let (millimetresWide, millimetresHigh) = (width * 254 / 1000, height * 254 / 1000)
    return [
      UInt8(clock & 0xff), UInt8(clock >> 8),
      UInt8(width & 0xff), UInt8(blank & 0xff), UInt8((width >> 8) << 4 | blank >> 8),
      UInt8(height & 0xff), UInt8(verticalBlank & 0xff),
      UInt8((height >> 8) << 4 | verticalBlank >> 8),
      UInt8(front), UInt8(sync), UInt8(verticalFront << 4 | verticalSync), 0,
      UInt8(millimetresWide & 0xff), UInt8(millimetresHigh & 0xff),
      UInt8((millimetresWide >> 8) << 4 | millimetresHigh >> 8),
      0, 0, 0x1a,  // separate sync, horizontal positive
    ]
  }

  /// 3.10.3.3: 50–125 Hz, 30–160 kHz, up to 660 MHz.
  private static let rangeLimits: [UInt8] = [
    0, 0, 0, 0xfd, 0, 50, 125, 30, 160, 66, 1, 0x0a, 0x20, 0x20, 0x20, 0x20, 0x20, 0x20,
  ]

  /// 3.10.3.4: up to thirteen characters, ended by a line feed and padded with blanks.
  private static func nameDescriptor(_ name: String) -> [UInt8] {
    var text = Array(name.utf8.prefix(13))
    if text.count < 13 { text.append(0x0a) }
    text += Array(repeating: 0x20, count: 13 - text.count)
    return [0, 0, 0, 0xfc, 0] + text
  }
}
