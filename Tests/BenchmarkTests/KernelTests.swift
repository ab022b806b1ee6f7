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
    for backend in [BackendName.interpreter, .native] {
      // A run ends with an error where two disagree.
      let run = try BenchmarkRun(
        files: files(), backend: backend, others: [.native], kernels: Kernel.all.map(inSmall),
        repetitions: .few)
      check(try run.run(), Peer.transom(backend).name)
    }
  }

  private func check(_ report: BenchmarkReport, _ name: String) {
    XCTAssertGreaterThanOrEqual(report.kernels.count, 14)
    for kernel in report.kernels {
      XCTAssertEqual(kernel.entries.map(\.peer), ["native", name])
      XCTAssertNotNil(kernel.entries.last?.warmRatio, kernel.name)
    }
    // The generator counts 90,002 and a jump leads to them.
    XCTAssertEqual(report.engine?.wideInstructions, 90_003)
    XCTAssertEqual(report.bridge.map { $0.callInWithFault > $0.callIn }, true)
    XCTAssertEqual(report.bridge.map { $0.callInAndOut > 0 }, true)
    for part in ["crc32", "geometric mean", name, report.machine.processor] {
      XCTAssertTrue(report.table.contains(part), report.table)
      XCTAssertTrue(report.svg.contains(part), part)
    }
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
