import Foundation
import Vectors
import XCTest

/// The form of a case, its parsing, and what a failing line says.
final class TestFormTests: XCTestCase {
  private func differences(_ json: String, _ features: VectorRun.Profile = .full) throws -> [String]
  {
    let run = try VectorRun(backend: .interpreter, features: features.features)
    var found: [String] = ["no case"]
    run.run(lines: Data(json.utf8)) { found = $0.differences }
    return found
  }

  func testRegionsLieAtTheirVeryAddresses() throws {
    for address in ["0x10000", "0xE0000000", "0x100000000"] {
      let json = """
        {"name":"load","code":"488b00f4","load":"0x20000","entry":"0x20000",\
        "regions":[["0x20000",4096],["\(address)",4096]],\
        "data":[["\(address)","1122334455667788"]],\
        "init":{"RAX":"\(address)"},"expect":{"RAX":["0x8877665544332211"],"RIP":["0x20003"]}}
        """
      XCTAssertEqual(try differences(json), [])
    }
  }

  func testAnythingNotSetIsInItsInitialState() throws {
    // FNSTCW [0x20800]; STMXCSR [0x20810]; PUSHFQ
    let json = """
      {"code":"d93c250008020048c7c4000902000fae1c25100802009cf4",\
      "regions":[["0x10000",4096],["0x20000",4096]],\
      "expect":{"RAX":"0","XMM5":["0","0"],"MXCSR":"0x1f80","FCW":"0x37f","FTW":"0xffff"},\
      "expectMemory":[["0x20800","7f03"],["0x20810","801f0000"],["0x208f8","0202000000000000"]]}
      """
    XCTAssertEqual(try differences(json), [])
  }

  func testAFaultIsExpectedByName() throws {
    let fault = """
      {"code":"488b00f4","expectFault":"#PF","expect":{"RIP":["0x10000"]}}
      """
    XCTAssertEqual(try differences(fault), [])
    let none = ##"{"code":"90f4","expectFault":"#UD"}"##
    XCTAssertEqual(try differences(none), ["ended with HLT, expected #UD"])
    let unexpected = #"{"code":"0f0b"}"#
    XCTAssertEqual(try differences(unexpected), ["ended with #UD at 0x10000"])
  }

  func testAFailingLineSaysWhatDiffered() throws {
    let json = """
      {"code":"b805000000f4","regions":[["0x30000",4096]],"expect":{"RAX":["0x6"]},\
      "mask":{"RAX":"0xff"},"expectMemory":[["0x30000","0102"]]}
      """
    XCTAssertEqual(
      try differences(json),
      ["RAX 0x5, expected 0x6, mask 0xff", "memory at 0x30000: 0x0, expected 0x1"])
  }

  func testNumbersAndListsComeInManyForms() throws {
    // mov rax, [rbx]; movq mm3, rax; add ecx, ecx
    let json = """
      {"name":null,"mode":"64","load":131072,"entry":"0x20000","code":"0x488B03480F6ED801C9F4",\
      "regions":[[196608,"0x1000"]],"data":[[196608,"AAbb cc00 00000000"]],"features":null,\
      "init":{"rbx":196608,"ECX":"0x80000001","XMM1":["0x1"],"YMM2":["0x1","0x2","0x3","0x4"]},\
      "expect":{"RAX":["0x1","0xccbbaa"],"RCX":2,"MM3":["0xccbbaa","0xffff"],"XMM1":["0x1","0x0"],\
      "XMM2":["0x1","0x2","0x3","0x4"],"RFLAGS":"0x800"},"mask":{"RFLAGS":["0x8c0"]},\
      "expectFault":null}
      """
    XCTAssertEqual(try differences(json), [])
    XCTAssertEqual(
      try differences(#"{"code":"f4","init":{"RAX":"five"}}"#), ["RAX: five is no number"])
    XCTAssertEqual(
      try differences(#"{"code":"f4","expect":{"RAZ":1}}"#),
      ["expect names an unknown register RAZ"])
    XCTAssertEqual(try differences(#"{"code":"f"}"#), ["code has half a byte"])
  }

  func testTheBaselineProfileHasNoAVX() throws {
    let json = ##"{"code":"c5fc57c0f4","expectFault":"#UD"}"##
    XCTAssertEqual(try differences(json, .baseline), [])
    XCTAssertEqual(try differences(json, .full), ["ended with HLT, expected #UD"])
  }

  func testMMRegistersArePhysicalX87Registers() throws {
    // FLD1 pushes to physical register 7.
    let json = """
      {"mode":32,"code":"d9e8f4","expect":{"MM7":["0x8000000000000000","0x3fff"]}}
      """
    XCTAssertEqual(try differences(json), [])
  }

  func testAnEndlessLoopEnds() throws {
    XCTAssertEqual(
      try differences(#"{"code":"ebfe"}"#), ["ended with no end within the budget at 0x10000"])
  }

  func testBrokenLinesAreSaidToBe() throws {
    XCTAssertEqual(try differences(#"{"code":"9"}"#), ["code has half a byte"])
    XCTAssertEqual(
      try differences(#"{"code":"90","init":{"RXX":"1"}}"#), ["init names an unknown register RXX"])
    XCTAssertEqual(
      try differences(#"{"code":"90","mode":16}"#), ["mode 16 is neither 64 nor 32"])
  }
}
