import CPNG

/// A PNG could not be written.
public struct PNGError: Error, CustomStringConvertible {
  public var path: String
  public var reason: String
  public var description: String { "\(path): \(reason)" }
}

/// PNG files by libpng. The one place that knows the library.
public enum PNGImage {
  /// Writes red, green, blue triples of 8 bits, rows of `width` from the top.
  public static func write(_ bytes: [UInt8], width: Int, height: Int, to path: String)
    throws(PNGError)
  {
    guard width > 0, height > 0, width <= 65_536, height <= 65_536,
      bytes.count == width * height * 3
    else { throw PNGError(path: path, reason: "no picture of \(width) by \(height) pixels") }
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    image.width = png_uint_32(width)
    image.height = png_uint_32(height)
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    let written = png_image_write_to_file(&image, path, 0, bytes, 0, nil)
    let reason = withUnsafeBytes(of: image.message) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    png_image_free(&image)
    guard written != 0 else { throw PNGError(path: path, reason: reason) }
  }
}
