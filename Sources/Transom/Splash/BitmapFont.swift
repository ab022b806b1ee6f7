/// A font of 5 by 7 dots with two rows below the base line for descenders, as data.
///
/// A line is a character and its rows from the top in hexadecimal, the leftmost dot in bit 4;
/// rows that are not there are empty.
struct BitmapFont {
  static let width = 5
  static let height = 9
  /// Rows above the base line.
  static let ascent = 7

  static let standard = BitmapFont(table: table)

  private let glyphs: [Character: [UInt8]]

  init(table: String) {
    var glyphs: [Character: [UInt8]] = [:]
    for line in table.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let first = fields.first, first.count == 1, let character = first.first else {
        continue
      }
      glyphs[character] = fields.dropFirst().compactMap { UInt8($0, radix: 16) }
    }
    self.glyphs = glyphs
  }

  /// Whether the dot is set. Outside the cell and for unknown characters it is not.
  func dot(_ character: Character, column: Int, row: Int) -> Bool {
    guard let rows = glyphs[character], rows.indices.contains(row),
      (0..<Self.width).contains(column)
    else { return false }
    return rows[row] >> UInt8(Self.width - 1 - column) & 1 == 1
  }

  private static let table = """
    A 0E 11 11 1F 11 11 11
    B 1E 11 11 1E 11 11 1E
    C 0E 11 10 10 10 11 0E
    D 1E 11 11 11 11 11 1E
    E 1F 10 10 1E 10 10 1F
    F 1F 10 10 1E 10 10 10
    G 0E 11 10 17 11 11 0E
    H 11 11 11 1F 11 11 11
    I 0E 04 04 04 04 04 0E
    J 07 02 02 02 02 12 0C
    K 11 12 14 18 14 12 11
    L 10 10 10 10 10 10 1F
    M 11 1B 15 15 11 11 11
    N 11 19 15 13 11 11 11
    O 0E 11 11 11 11 11 0E
    P 1E 11 11 1E 10 10 10
    Q 0E 11 11 11 15 12 0D
    R 1E 11 11 1E 14 12 11
    S 0F 10 10 0E 01 01 1E
    T 1F 04 04 04 04 04 04
    U 11 11 11 11 11 11 0E
    V 11 11 11 11 11 0A 04
    W 11 11 11 15 15 1B 11
    X 11 11 0A 04 0A 11 11
    Y 11 11 0A 04 04 04 04
    Z 1F 01 02 04 08 10 1F
    a 00 00 0E 01 0F 11 0F
    b 10 10 1E 11 11 11 1E
    c 00 00 0E 11 10 11 0E
    d 01 01 0F 11 11 11 0F
    e 00 00 0E 11 1F 10 0E
    f 06 08 1C 08 08 08 08
    g 00 00 0F 11 11 11 0F 01 0E
    h 10 10 1E 11 11 11 11
    i 04 00 0C 04 04 04 0E
    j 02 00 06 02 02 02 02 12 0C
    k 10 10 12 14 18 14 12
    l 0C 04 04 04 04 04 0E
    m 00 00 1A 15 15 15 15
    n 00 00 1E 11 11 11 11
    o 00 00 0E 11 11 11 0E
    p 00 00 1E 11 11 11 1E 10 10
    q 00 00 0F 11 11 11 0F 01 01
    r 00 00 16 19 10 10 10
    s 00 00 0F 10 0E 01 1E
    t 08 08 1C 08 08 09 06
    u 00 00 11 11 11 11 0F
    v 00 00 11 11 11 0A 04
    w 00 00 11 11 15 15 0A
    x 00 00 11 0A 04 0A 11
    y 00 00 11 11 11 11 0F 01 0E
    z 00 00 1F 02 04 08 1F
    0 0E 11 13 15 19 11 0E
    1 04 0C 04 04 04 04 0E
    2 0E 11 01 06 08 10 1F
    3 0E 11 01 06 01 11 0E
    4 02 06 0A 12 1F 02 02
    5 1F 10 1E 01 01 11 0E
    6 06 08 10 1E 11 11 0E
    7 1F 01 02 04 08 08 08
    8 0E 11 11 0E 11 11 0E
    9 0E 11 11 0F 01 02 0C
    . 00 00 00 00 00 0C 0C
    , 00 00 00 00 00 0C 04 08
    : 00 0C 0C 00 0C 0C 00
    ; 00 0C 0C 00 0C 04 08
    - 00 00 00 0E 00 00 00
    _ 00 00 00 00 00 00 00 1F
    + 00 04 04 1F 04 04 00
    / 01 01 02 04 08 10 10
    ( 02 04 08 08 08 04 02
    ) 08 04 02 02 02 04 08
    [ 0E 08 08 08 08 08 0E
    ] 0E 02 02 02 02 02 0E
    ' 04 04 08
    ! 04 04 04 04 04 00 04
    ? 0E 11 01 02 04 00 04
    × 00 11 0A 04 0A 11 00
    · 00 00 00 0C 0C 00 00
    """
}
