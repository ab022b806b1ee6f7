import Benchmark
import Vectors
import XCTest

/// Calls of small functions, by both conventions. Code is from the manual (Intel SDM, volume 2).
final class CallTests: XCTestCase {
  private static let base: UInt64 = 0x1_0000_0000

  private func call(
    _ code: [UInt8], at load: UInt64 = base, regions: [Region] = [],
    abi: CallDescription.ABI = .sysv, _ arguments: [UInt64] = [], repeats: Int = 0
  ) throws -> CallResult {
    let description = CallDescription(
      code: code, load: load, entry: load, regions: regions, abi: abi, arguments: arguments,
      repeats: repeats)
    return try perform(description)
  }

  /// Every back end of this machine comes to the same; the last one's answer is given.
  private func perform(_ description: CallDescription) throws -> CallResult {
    let results = [BackendName.interpreter, .native].map { backend in
      Result { try EngineCall(description, on: backend).perform() }
    }
    switch (results[0], results[1]) {
    case (.success(let one), .success(let other)):
      XCTAssertEqual(one.result, other.result)
      XCTAssertEqual(one.repeatedResults, other.repeatedResults)
      XCTAssertEqual(one.guestInstructions, other.guestInstructions)
    case (.failure(let one), .failure(let other)): XCTAssertEqual("\(one)", "\(other)")
    default: XCTFail("\(results)")
    }
    return try results[1].get()
  }

  /// mov rax, [register]: 48 8B modrm, or mov rax, register: 48 89 modrm; then ret.
  func testRegisterArguments() throws {
    let values: [UInt64] = [11, 22, 33, 44, 55, 66]
    let moves: [[UInt8]] = [
      [0x48, 0x89, 0xF8], [0x48, 0x89, 0xF0], [0x48, 0x89, 0xD0], [0x48, 0x89, 0xC8],
      [0x4C, 0x89, 0xC0], [0x4C, 0x89, 0xC8],
    ]
    for (index, move) in moves.enumerated() {
      XCTAssertEqual(try call(move + [0xC3], values).result, values[index], "sysv \(index)")
    }
    for (index, move) in [moves[3], moves[2], moves[4], moves[5]].enumerated() {
      XCTAssertEqual(try call(move + [0xC3], abi: .ms, values).result, values[index], "ms \(index)")
    }
  }

  /// mov rax, [rsp + n]; ret: behind the return address, and by ms behind 32 bytes of home space.
  func testStackArguments() throws {
    let values = (1...12).map { UInt64($0) &* 0x0101_0101_0101_0101 }
    for index in 6..<12 {
      let code: [UInt8] = [0x48, 0x8B, 0x44, 0x24, UInt8(8 + 8 * (index - 6)), 0xC3]
      XCTAssertEqual(try call(code, values).result, values[index], "sysv \(index)")
    }
    for index in 4..<12 {
      let code: [UInt8] = [0x48, 0x8B, 0x44, 0x24, UInt8(40 + 8 * (index - 4)), 0xC3]
      XCTAssertEqual(try call(code, abi: .ms, values).result, values[index], "ms \(index)")
    }
  }

  /// mov rax, rsp; and eax, 15; ret: 8 modulo 16 behind a call, however many arguments there are.
  func testTheStackIsAligned() throws {
    let code: [UInt8] = [0x48, 0x89, 0xE0, 0x83, 0xE0, 0x0F, 0xC3]
    for count in 0...12 {
      let values = [UInt64](repeating: 7, count: count)
      XCTAssertEqual(try call(code, values).result, 8)
      XCTAssertEqual(try call(code, abi: .ms, values).result, 8)
    }
    // By ms the callee may write its home space: mov [rsp+32], rcx; mov rax, [rsp+40]; ret.
    let home: [UInt8] = [0x48, 0x89, 0x4C, 0x24, 0x20, 0x48, 0x8B, 0x44, 0x24, 0x28, 0xC3]
    XCTAssertEqual(try call(home, abi: .ms, [1, 2, 3, 4, 5]).result, 5)
  }

  /// inc qword [rip+1]; then mov rax, [rip-6 …]: the code's own page is data as well.
  func testCodeWritesToItsOwnPageAndRepeatsSeeIt() throws {
    // 0: 48 FF 05 08 00 00 00   inc qword [rip+8]   (at 15)
    // 7: 48 8B 05 01 00 00 00   mov rax, [rip+1]    (at 15)
    // 14: C3                    ret
    let code: [UInt8] =
      [0x48, 0xFF, 0x05, 0x08, 0, 0, 0, 0x48, 0x8B, 0x05, 0x01, 0, 0, 0, 0xC3]
      + [41, 0, 0, 0, 0, 0, 0, 0]
    let result = try call(code, repeats: 3)
    XCTAssertEqual(result.result, 42)
    XCTAssertEqual(result.repeatedResults, [43, 44, 45])
    XCTAssertEqual(result.warmNs.count, 3)
    XCTAssertEqual(result.guestInstructions, 3)
    // More where the write to the code's own page had it translated again.
    XCTAssertGreaterThanOrEqual(result.translatedInstructions, 3)
    XCTAssertGreaterThan(result.coldNs, 0)
  }

  /// mov byte [rdi], 42; movzx eax, byte [rdi]; ret.
  func testRegionsAreWhereTheyAreSaidToBe() throws {
    let code: [UInt8] = [0xC6, 0x07, 42, 0x0F, 0xB6, 0x07, 0xC3]
    // Low ones are small: other tests of the process have memory there too.
    let regions: [(UInt64, UInt64)] = [
      (0x10000, 0x10_0000), (0x8000_0000, 0x10_0000), (0x2_0000_0000, 0x1_0000_0000),
      (0x1000_0000_0000, 0x1_0000_0000),
    ]
    for (address, count) in regions {
      let region = Region(address: address, count: count)
      XCTAssertEqual(try call(code, at: 0x40_0000_0000, regions: [region], [address]).result, 42)
      XCTAssertEqual(
        try call(code, at: 0x40_0000_0000, regions: [region], [address + count - 1]).result, 42)
    }
    // The code may lie in a region, which is zero behind it: movzx eax, byte [rip+0x800]; ret.
    let within = Region(address: Self.base, count: 0x1000)
    XCTAssertEqual(
      try call([0x0F, 0xB6, 0x05, 0, 8, 0, 0, 0xC3], regions: [within]).result, 0)
  }

  func testFaultsSayWhatAndWhere() throws {
    func fault(_ code: [UInt8], _ arguments: [UInt64] = []) throws -> CallFault {
      do {
        let result = try call(code, arguments)
        XCTFail("it returned \(result.result)")
        throw CallError.emptyCode
      } catch let fault as CallFault {
        return fault
      }
    }
    // nop; mov eax, [rdi]
    let page = try fault([0x90, 0x8B, 0x07], [0x1234_5678])
    XCTAssertEqual(
      page.description,
      "#PF at 0x100000001, accessing 0x12345678: mov eax, dword ptr [rdi]")
    XCTAssertEqual(try fault([0x0F, 0x0B]).name, "#UD")
    // xor ecx, ecx; div ecx
    XCTAssertEqual(try fault([0x31, 0xC9, 0xF7, 0xF1]).name, "#DE")
    XCTAssertEqual(try fault([0xF4]).name, "HLT")
    // jmp rdi: nothing of the host's may run as guest code.
    let wild = try fault([0xFF, 0xE7], [0x5_0000_0000])
    XCTAssertEqual(wild.name, "#PF")
    XCTAssertEqual(wild.address, 0x5_0000_0000)
    // pop rcx; add rsp, 8; jmp rcx: the stack is not as it was.
    XCTAssertEqual(
      try fault([0x59, 0x48, 0x83, 0xC4, 8, 0xFF, 0xE1]).name, "a return with RSP off its place")
  }

  func testWhatCannotBePlacedIsRefused() {
    let one = Region(address: 0x2000_0000, count: 0x1000)
    func refusal(_ code: [UInt8], at load: UInt64 = CallTests.base, _ regions: [Region])
      -> CallError?
    {
      do {
        _ = try call(code, at: load, regions: regions)
        return nil
      } catch { return error as? CallError }
    }
    let other = Region(address: 0x2000_0800, count: 0x1000)
    XCTAssertEqual(refusal([0xC3], [one, other]), .overlap(one, other))
    XCTAssertEqual(refusal([], []), .emptyCode)
    let none = Region(address: 0x2000_0000, count: 0)
    XCTAssertEqual(refusal([0xC3], [none]), .badRange(none))
    let beyond = Region(address: .max - 0xFFF, count: 0x2000)
    XCTAssertEqual(refusal([0xC3], [beyond]), .badRange(beyond))
  }

  func testAnEndlessCallEndsWithItsBudget() throws {
    var description = CallDescription(code: [0xEB, 0xFE], load: Self.base, entry: Self.base)
    description.budget = 1000
    XCTAssertThrowsError(try perform(description)) {
      XCTAssertEqual(($0 as? CallFault)?.ending, .timedOut)
    }
  }
}
