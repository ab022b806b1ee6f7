import Vectors
import XCTest

/// The portable runner under `qemu-aarch64`: the protocol, what it counts, and what it says when it
/// is not there.
final class PortableRunnerTests: XCTestCase {
  private static let code: UInt64 = 0x20000

  private func request(_ bytes: [UInt8]) -> PortableRunner.Request {
    var request = PortableRunner.Request()
    request.regions = [Region(address: Self.code, count: 0x1000)]
    request.placed = [Placed(address: Self.code, bytes: bytes)]
    request.state[ProcessorState.Word.rip] = Self.code
    request.isFresh = true
    return request
  }

  func testItRunsCodeAndGivesMemoryBack() throws {
    // mov dword [rip + 0x10], 0x11223344; hlt
    var request = request([0xC7, 0x05, 0x10, 0, 0, 0, 0x44, 0x33, 0x22, 0x11, 0xF4])
    request.wanted = [Region(address: Self.code + 26, count: 4)]
    let (outcomes, wanted) = try PortableRunner().run(request)
    XCTAssertEqual(outcomes[0].ending, .halted)
    XCTAssertEqual(outcomes[0].state[ProcessorState.Word.rip], Self.code + 10)
    XCTAssertEqual(wanted, [[0x44, 0x33, 0x22, 0x11]])
  }

  func testCountsRepeatToTheInstruction() throws {
    // mov ecx, 1000; dec ecx; jnz −4; hlt
    var request = request([0xB9, 0xE8, 3, 0, 0, 0xFF, 0xC9, 0x75, 0xFC, 0xF4])
    request.isCounting = false
    let first = try PortableRunner(isCounted: true).run(request).outcomes[0]
    let second = try PortableRunner(isCounted: true).run(request).outcomes[0]
    XCTAssertEqual(first.hostInstructions, second.hostInstructions)
    // At least two for each round; entering, leaving and flags come on top.
    let count = try XCTUnwrap(first.hostInstructions)
    XCTAssertGreaterThan(count, 1999)
    XCTAssertLessThan(count, 5000)
  }

  func testAFaultIsReportedWithItsAddress() throws {
    // mov eax, [0x700000]
    let request = request([0x8B, 0x04, 0x25, 0, 0, 0x70, 0, 0xF4])
    let outcome = try PortableRunner().run(request).outcomes[0]
    XCTAssertEqual(outcome.ending, .fault(vector: 14))
    XCTAssertEqual(outcome.faultAddress, 0x700000)
    XCTAssertEqual(outcome.state[ProcessorState.Word.rip], Self.code)
  }

  func testWithoutARunnerTheErrorSaysSo() {
    let program = PortableRunnerProgram(executable: "/nowhere/transom", environment: [:])
    XCTAssertThrowsError(try program.locate()) {
      XCTAssertEqual($0 as? PortableRunnerError, .noProgram)
    }
    let named = PortableRunnerProgram(
      executable: "/nowhere/transom", environment: ["TRANSOM_RUNNER": "/nowhere/runner"])
    XCTAssertThrowsError(try named.locate()) {
      XCTAssertEqual($0 as? PortableRunnerError, .noProgram)
    }
  }
}
