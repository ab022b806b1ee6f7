/// The VGA ports 0x3c0–0x3df as far as a driver of a linear framebuffer touches them: the attribute
/// controller's index, the sequencer, the DAC palette and the input status register.
///
/// Nothing here changes the picture; the registers remember what was written so that a sequence can
/// be checked.
public struct VGARegisters: Sendable {
  /// 256 entries of red, green, blue; six significant bits each.
  public private(set) var palette = [UInt8](repeating: 0, count: 768)
  /// The attribute index as last written; bit 5 set means that the screen is not blanked.
  public private(set) var attributeIndex: UInt8 = 0
  public private(set) var attributes = [UInt8](repeating: 0, count: 32)
  public private(set) var sequencer = [UInt8](repeating: 0, count: 8)
  public private(set) var miscellaneousOutput: UInt8 = 0

  private var attributeExpectsData = false
  private var sequencerIndex: UInt8 = 0
  private var paletteWrite = 0
  private var paletteRead = 0
  private var paletteReading = false

  public init() {}

  /// Reads the port 0x3c0 + `offset`, `offset` 0 to 31.
  public mutating func load(_ offset: Int) -> UInt8 {
    switch offset {
    case 0x00: return attributeIndex
    case 0x01: return attributes[Int(attributeIndex & 0x1f)]
    case 0x04: return sequencerIndex
    case 0x05: return sequencer[Int(sequencerIndex & 7)]
    case 0x07: return paletteReading ? 3 : 0
    case 0x08: return UInt8(paletteWrite / 3)
    case 0x09:
      let value = palette[paletteRead]
      paletteRead = (paletteRead + 1) % palette.count
      return value
    case 0x0c: return miscellaneousOutput
    case 0x1a:
      // Input status 1 puts the attribute port back to expecting an index.
      attributeExpectsData = false
      return 0xff
    default: return 0xff
    }
  }

  /// Writes the port 0x3c0 + `offset`.
  public mutating func store(_ offset: Int, _ value: UInt8) {
    switch offset {
    case 0x00:
      if attributeExpectsData {
        attributes[Int(attributeIndex & 0x1f)] = value
      } else {
        attributeIndex = value & 0x3f
      }
      attributeExpectsData.toggle()
    case 0x02: miscellaneousOutput = value
    case 0x04: sequencerIndex = value
    case 0x05: sequencer[Int(sequencerIndex & 7)] = value
    case 0x07:
      paletteRead = Int(value) * 3
      paletteReading = true
    case 0x08:
      paletteWrite = Int(value) * 3
      paletteReading = false
    case 0x09:
      palette[paletteWrite] = value & 0x3f
      paletteWrite = (paletteWrite + 1) % palette.count
    default: break
    }
  }
}
