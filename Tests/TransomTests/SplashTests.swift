import Foundation
import Testing
import Transom

@Test func theSplashFillsTheScreenAndDiffersByDriver() {
  let canvas = Splash.draw(width: 640, height: 480, driver: "A")
  #expect(canvas.pixels.count == 640 * 480)
  #expect(canvas.pixels.allSatisfy { $0 >> 24 == 0 })
  // Dark above, warm below, the panel in the middle.
  let (top, bottom) = (canvas.pixels[0], canvas.pixels[640 * 479])
  #expect(top >> 16 & 0xFF < 0x30)
  #expect(bottom >> 16 & 0xFF > 0xA0)
  #expect(canvas.pixels != Splash.draw(width: 640, height: 480, driver: "B").pixels)
}

@Test func everySizeCanBeDrawn() {
  for (width, height) in [(1, 1), (16, 4000), (320, 200), (2560, 1600)] {
    let canvas = Splash.draw(width: width, height: height, driver: "x")
    #expect(canvas.pixels.count == width * height)
  }
}

@Test func picturesAreWrittenAsPNG() throws {
  let path = FileManager.default.temporaryDirectory
    .appendingPathComponent("transom-\(UUID().uuidString).png").path
  defer { try? FileManager.default.removeItem(atPath: path) }
  try PNGImage.write([255, 0, 0, 0, 255, 0], width: 2, height: 1, to: path)
  let bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))
  // PNG specification, 5.2 and 11.2.2: signature, then IHDR with width, height, depth, colour.
  #expect(Array(bytes.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
  #expect(Array(bytes[16..<26]) == [0, 0, 0, 2, 0, 0, 0, 1, 8, 2])
  #expect(throws: PNGError.self) {
    try PNGImage.write([1, 2, 3], width: 2, height: 1, to: path)
  }
  #expect(throws: PNGError.self) {
    try PNGImage.write([1, 2, 3], width: 1, height: 1, to: "/nonexistent/a.png")
  }
}
