import Foundation
import Transom

/// Compares screens with pictures: "FILE.png tolerance N", where N is how far a colour may be off.
enum PictureComparison {
  static func file(_ value: String) -> String {
    value.range(of: " tolerance ").map { String(value[..<$0.lowerBound]) } ?? value
  }

  static func tolerance(_ value: String) -> Int? {
    guard let range = value.range(of: " tolerance ") else { return 0 }
    return Int(value[range.upperBound...])
  }

  static func differences(_ value: String, in folder: URL, from found: String) -> [String] {
    guard let tolerance = tolerance(value) else { return ["- picture: \(value): no tolerance"] }
    do throws(PNGError) {
      let wanted = try PNGImage.read(folder.appendingPathComponent(file(value)).path)
      let seen = try PNGImage.read(found)
      guard wanted.width == seen.width, wanted.height == seen.height else {
        return [
          "- picture: \(wanted.width)x\(wanted.height)", "+ picture: \(seen.width)x\(seen.height)",
        ]
      }
      var count = 0
      var worst = 0
      for index in wanted.bytes.indices {
        let distance = abs(Int(wanted.bytes[index]) - Int(seen.bytes[index]))
        if distance > tolerance { count += 1 }
        worst = max(worst, distance)
      }
      return count == 0
        ? [] : ["+ picture: \(count) colours are off by more than \(tolerance), at most \(worst)"]
    } catch {
      return ["- picture: \(error)"]
    }
  }
}
