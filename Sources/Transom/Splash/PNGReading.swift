import CPNG

extension PNGImage {
  /// Reads a picture as red, green, blue triples, rows from the top.
  public static func read(
    _ path: String
  ) throws(PNGError) -> (bytes: [UInt8], width: Int, height: Int) {
    var image = png_image()
    image.version = png_uint_32(PNG_IMAGE_VERSION)
    defer { png_image_free(&image) }
    guard png_image_begin_read_from_file(&image, path) != 0 else {
      throw PNGError(path: path, reason: message(of: image))
    }
    guard image.width <= 65_536, image.height <= 65_536 else {
      throw PNGError(path: path, reason: "too large")
    }
    image.format = png_uint_32(PNG_FORMAT_FLAG_COLOR)
    var bytes = [UInt8](repeating: 0, count: Int(image.width) * Int(image.height) * 3)
    guard png_image_finish_read(&image, nil, &bytes, 0, nil) != 0 else {
      throw PNGError(path: path, reason: message(of: image))
    }
    return (bytes, Int(image.width), Int(image.height))
  }

  private static func message(of image: png_image) -> String {
    withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}
