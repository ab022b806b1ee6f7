import Benchmark
import Foundation
import XCTest

/// The kernels, in small: what the processor of this machine makes of them is what we make of them.
final class KernelTests: XCTestCase {
  private func files() throws -> KernelFiles {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    return try KernelFiles(path: root.appendingPathComponent("Fixtures/kernels/built").path)
  }

  private func inSmall(_ kernel: Kernel) -> Kernel {
    var small = kernel
    small.small = max(kernel.small / 16, 2)
    small.large = max(kernel.small / 8, 4)
    return small
  }

  func testEveryKernelReturnsWhatItReturnsNatively() throws {
    // A run ends with an error where two disagree.
    let run = try BenchmarkRun(
      files: files(), backend: .interpreter, others: [.native],
      kernels: Kernel.all.map(inSmall), repetitions: .few)
    let report = try run.run()
    XCTAssertEqual(report.kernels.count, Kernel.all.count)
    XCTAssertGreaterThanOrEqual(report.kernels.count, 14)
    for kernel in report.kernels {
      XCTAssertEqual(kernel.entries.map(\.peer), ["native", "transom interpreter"])
      XCTAssertNotNil(kernel.entries[1].warmRatio, kernel.name)
    }
    let engine = try XCTUnwrap(report.engine)
    XCTAssertEqual(engine.wideInstructions, 90_003)
    let bridge = try XCTUnwrap(report.bridge)
    XCTAssertGreaterThan(bridge.callInWithFault, bridge.callIn)
    XCTAssertGreaterThan(bridge.callInAndOut, bridge.callIn)
    for part in ["crc32", "geometric mean", "transom interpreter", report.machine.processor] {
      XCTAssertTrue(report.table.contains(part), report.table)
      if part != "geometric mean" { XCTAssertTrue(report.svg.contains(part)) }
    }
    let data = try JSONEncoder().encode(report)
    XCTAssertEqual(try JSONDecoder().decode(BenchmarkReport.self, from: data).kernels.count, 17)
  }

  func testOthersAgreeWhereTheyAreInstalled() throws {
    for peer in [Peer.qemu, .unicorn] {
      do {
        let kernels = try Kernel.named(["lz", "doubles", "interpreter"]).map(inSmall)
        let run = try BenchmarkRun(
          files: files(), backend: .interpreter, others: [.native, peer], kernels: kernels,
          repetitions: .few)
        let report = try run.run()
        XCTAssertEqual(report.summaries.map(\.peer), ["native", peer.name, "transom interpreter"])
      } catch BenchmarkError.notInstalled {
        continue
      }
    }
  }

  func testUnknownKernelsAndPlacesAreTold() throws {
    XCTAssertThrowsError(try Kernel.named(["crc33"])) {
      XCTAssertTrue("\($0)".contains("crc33") && "\($0)".contains("crc32"), "\($0)")
    }
    XCTAssertThrowsError(try KernelFiles(path: "/nonexistent").read("crc32")) {
      XCTAssertTrue("\($0)".contains("/nonexistent/crc32.bin"), "\($0)")
    }
  }
}
