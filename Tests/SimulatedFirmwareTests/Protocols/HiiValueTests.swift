import SimulatedFirmware
import Testing

@Suite struct HiiValueTests {
  /// A string package by UEFI 2.10, 33.3.6, written by hand: "en-US", strings 1 "English", 2 "Hi",
  /// 3 skipped, 4 a duplicate of 2, 5 and 6 in one block.
  static func stringPackage() -> [UInt8] {
    var body: [UInt8] = [52, 0, 0, 0, 52, 0, 0, 0]
    body += [UInt8](repeating: 0, count: 32)
    body += [1, 0] + Array("en-US".utf8) + [0]
    body += [0x14] + wide("English")
    body += [0x10] + Array("Hi".utf8) + [0]
    body += [0x22, 1]
    body += [0x20, 2, 0]
    body += [0x30, 0x40, 6, 1, 2, 3]
    body += [0x16, 2, 0] + wide("a") + wide("b")
    body += [0x00]
    return [UInt8(body.count + 4), 0, 0, 4] + body
  }

  static func wide(_ text: String) -> [UInt8] { text.utf16.flatMap { [UInt8($0), 0] } + [0, 0] }

  static func list() -> [UInt8] {
    let packages = stringPackage() + [4, 0, 0, 0xdf]
    return Array(0..<16) + [UInt8(packages.count + 20), 0, 0, 0] + packages
  }

  @Test func aListOfOneStringPackage() throws {
    let list = try HiiPackageList(bytes: Self.list())
    #expect(list.guid == Array(0..<16))
    #expect(list.packages.map(\.type) == [4])
    #expect(list.bytes == Self.list())
    let strings = try HiiStringPackage(list.packages[0])
    #expect(strings.language == "en-US")
    #expect(strings.languageName == 1)
    let texts = strings.strings.mapValues { String(decoding: $0, as: UTF16.self) }
    #expect(texts == [1: "English", 2: "Hi", 4: "Hi", 5: "a", 6: "b"])
    #expect(strings.nextIdentifier == 7)
  }

  @Test func aChangedPackageReadsBackTheSame() throws {
    var strings = try HiiStringPackage(HiiPackageList(bytes: Self.list()).packages[0])
    strings.add(Array("neu".utf16), as: 9)
    let result1 = strings.set(Array("Hello".utf16), for: 2)
    #expect(result1)
    let result2 = strings.set([], for: 3)
    #expect(!result2)
    let again = try HiiStringPackage(strings.package)
    #expect(again == strings)
  }

  @Test func everyTruncationIsRefused() {
    let bytes = Self.list()
    for length in 0..<bytes.count {
      #expect(throws: HiiError.self) { try HiiPackageList(bytes: Array(bytes[..<length])) }
    }
    let package = Self.stringPackage()
    for length in 4..<(package.count - 1) {
      #expect(throws: HiiError.self) {
        try HiiStringPackage(HiiPackage(type: 4, body: Array(package[4..<length])))
      }
    }
  }

  @Test func aPackageLongerThanItsListIsRefused() {
    var bytes = Self.list()
    bytes[20] = 0xff
    #expect(throws: HiiError.packageLength(offset: 20, length: 255)) {
      try HiiPackageList(bytes: bytes)
    }
  }
}
