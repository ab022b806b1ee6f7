import Testing
import Trace

/// A memory of a few pages for pointers to point into.
private final class Memory {
  private var bytes: [UInt64: UInt8] = [:]
  func put(_ values: [UInt8], at address: UInt64) {
    for (index, value) in values.enumerated() { bytes[address + UInt64(index)] = value }
  }
  func read(_ address: UInt64, _ count: Int) -> [UInt8]? {
    let values = (0..<count).compactMap { bytes[address + UInt64($0)] }
    return values.count == count ? values : nil
  }
}

/// EFI_PCI_IO_PROTOCOL_GUID as memory holds it (UEFI 2.10, 14.4).
private let pciIo: [UInt8] = [
  0x00, 0xB2, 0xF5, 0x4C, 0xB8, 0x68, 0xA5, 0x4C, 0x9E, 0xEC, 0xB2, 0x3E, 0x3F, 0x50, 0x02, 0x9A,
]

private func decoder(_ memory: Memory, _ names: [UInt64: String]) -> CallDecoder {
  CallDecoder(nameOf: { names[$0] }, read: { memory.read($0, $1) })
}

private func call(_ target: UInt64, _ arguments: [UInt64], result: UInt64?) -> Call {
  var words = SIMD16<UInt64>()
  for (index, argument) in arguments.enumerated() { words[index] = argument }
  return Call(
    direction: .guestToHost, sequence: 0, depth: 0, instructions: 0, target: target, caller: 0,
    arguments: words, result: result)
}

@Test func everyLineOfTheServiceTableIsRead() {
  #expect(Signatures.builtIn.malformedLines.isEmpty)
  // UEFI 2.10, 4.4 and 4.5: the functions of the two tables, the reserved pointer left out.
  #expect(Signatures.builtIn.members(of: "BootServices").count == 43)
  #expect(Signatures.builtIn.members(of: "RuntimeServices").count == 14)
  #expect(Signatures.builtIn.members(of: "DriverBinding") == ["Supported", "Start", "Stop"])
}

@Test func guidsAreNamedAndRoundTrip() throws {
  let guid = try #require(GUIDValue(text: "4cf5b200-68b8-4ca5-9eec-b23e3f50029a"))
  #expect(guid == GUIDValue(bytes: pciIo))
  #expect(guid.text == "4cf5b200-68b8-4ca5-9eec-b23e3f50029a")
  #expect(GUIDNames.wellKnown.name(guid) == "PciIo")
  let unknown = try #require(GUIDValue(text: "00000000-0000-0000-0000-0000000000ff"))
  #expect(GUIDNames.wellKnown.name(unknown) == "00000000-0000-0000-0000-0000000000ff")
}

@Test func openProtocolIsDecoded() {
  let memory = Memory()
  memory.put(pciIo, at: 0x1000)
  memory.put([0x10, 0x20, 0, 0, 0, 0, 0, 0], at: 0x2000)
  let decoder = decoder(memory, [0x500: "gBS->OpenProtocol"])
  let open = call(0x500, [0xA0, 0x1000, 0x2000, 0xB0, 0xC0, 0x30], result: 0)
  #expect(
    decoder.line(open)
      == "gBS->OpenProtocol(handle: 0xa0, protocol: PciIo, interface: → 0x2010, agent: 0xb0, "
      + "controller: 0xc0, attributes: BY_DRIVER|EXCLUSIVE) = EFI_SUCCESS")
  #expect(decoder.conversation(open) == "OpenProtocol PciIo BY_DRIVER|EXCLUSIVE")
}

@Test func failuresAndWildPointersAreShown() {
  let decoder = decoder(Memory(), [0x500: "gBS->LocateProtocol"])
  let locate = call(0x500, [0xDEAD, 0, 0], result: 0x8000_0000_0000_000E)
  #expect(decoder.conversation(locate) == "LocateProtocol ? !NOT_FOUND")
}

@Test func pciWritesShowTheirElements() {
  let memory = Memory()
  memory.put([0xC5, 0xB0, 0x34, 0x12], at: 0x3000)
  let decoder = decoder(memory, [0x500: "PciIo.Mem.Write"])
  // Width 1 is 16 bits, 9 fills with 16 bits: one element whatever the count.
  #expect(
    decoder.conversation(call(0x500, [1, 1, 2, 0x500, 2, 0x3000], result: 0))
      == "PciIo.Mem.Write u16 2 0x500 2 [0xb0c5 0x1234]")
  #expect(
    decoder.conversation(call(0x500, [1, 9, 0, 0, 1_048_576, 0x3000], result: 0))
      == "PciIo.Mem.Write fill-u16 0 0x0 1048576 [0xb0c5]")
}

@Test func interfacesEndAtTheNull() {
  let memory = Memory()
  memory.put(pciIo, at: 0x1000)
  let decoder = decoder(memory, [0x500: "gBS->InstallMultipleProtocolInterfaces"])
  #expect(
    decoder.conversation(call(0x500, [0x10, 0x1000, 1, 0x1000, 2, 0, 0x1000, 3], result: 0))
      == "InstallMultipleProtocolInterfaces [PciIo PciIo]")
}

@Test func statusesHaveNames() {
  // UEFI 2.10, appendix D.
  let names: [UInt64: String] = [
    0: "EFI_SUCCESS", 0x8000_0000_0000_0003: "EFI_UNSUPPORTED",
    0x8000_0000_0000_0015: "EFI_ABORTED", 0x8000_0000_0000_001B: "EFI_CRC_ERROR",
    0x8000_0000_0000_001F: "EFI_END_OF_FILE", 0x8000_0000_0000_0023: "EFI_HTTP_ERROR",
    5: "EFI_WARN_STALE_DATA", 0x8000_0000_0000_001D: "0x800000000000001d",
  ]
  for (value, name) in names { #expect(ValueNames.status(value) == name) }
}

@Test func recorderKeepsOrderAndDropsAbandonedCalls() {
  let recorder = Recorder(decoder: decoder(Memory(), [1: "gBS->FreePool", 2: "gBS->Stall"]))
  recorder.recordsConversation = true
  recorder.begin(
    .hostToGuest, level: 1, target: 9, caller: 0, instructions: 0, arguments: SIMD16())
  // A call whose callee enters the guest again, from where a jump leads back to level 1.
  recorder.begin(
    .guestToHost, level: 1, target: 2, caller: 0, instructions: 5,
    arguments: SIMD16(repeating: 7))
  recorder.begin(
    .hostToGuest, level: 2, target: 9, caller: 0, instructions: 6, arguments: SIMD16())
  recorder.begin(
    .guestToHost, level: 1, target: 1, caller: 0, instructions: 7, arguments: SIMD16())
  recorder.end(.guestToHost, level: 1, result: 0)
  recorder.end(.hostToGuest, level: 1, result: 0)
  #expect(recorder.conversation == ["", "FreePool"])
  #expect(recorder.ring.calls.map(\.depth) == [0, 1, 2, 1])
  #expect(recorder.ring.calls.map(\.result) == [0, nil, nil, 0])
}

@Test func theRingKeepsTheLastCalls() {
  var ring = CallRing(capacity: 4)
  for sequence in 0..<10 {
    ring.append(
      Call(
        direction: .guestToHost, sequence: UInt64(sequence), depth: 0, instructions: 0, target: 0,
        caller: 0, arguments: SIMD16()))
  }
  #expect(ring.calls.map(\.sequence) == [6, 7, 8, 9])
}
