package import Foundation

/// Where the built kernels are.
package struct KernelFiles: Sendable {
  package let directory: URL

  /// In `path`, or, without one, in the checkout that the working directory or this program is in.
  package init(path: String? = nil) throws {
    if let path {
      directory = URL(fileURLWithPath: path)
      return
    }
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let starts = [
      URL(fileURLWithPath: FileManager.default.currentDirectoryPath),
      program.deletingLastPathComponent(),
    ]
    for start in starts {
      var place = start.standardizedFileURL
      while true {
        let candidate = place.appendingPathComponent("Fixtures/kernels/built")
        if FileManager.default.fileExists(atPath: candidate.path) {
          directory = candidate
          return
        }
        if place.path == "/" || place.path.isEmpty { break }
        place = place.deletingLastPathComponent()
      }
    }
    throw BenchmarkError.noKernels
  }

  /// The flat binary of a kernel, or of the harness.
  package func read(_ name: String) throws -> [UInt8] {
    let file = directory.appendingPathComponent(name + ".bin")
    guard let data = try? Data(contentsOf: file), !data.isEmpty else {
      throw BenchmarkError.unreadable(file.path)
    }
    return [UInt8](data)
  }
}
